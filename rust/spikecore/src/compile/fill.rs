//! Expanding the rules into the cores' stores: count the rows, allocate once, fill.
//!
//! Work is cut into chunks of source neurons. A source's rows on every core are generated in one piece (targets,
//! weights, delays), sorted by delay and written where they belong, so memory is written once and in order.
//! Nothing depends on which thread takes which chunk.

use super::parallel::{Watch, each};
use super::partition::Partition;
use super::plan::Plan;
use super::row_writer::{Cursor, Delays, RowWriter};
use super::rows::Rows;
use crate::error::CompileError;
use crate::network::Network;
use crate::neurocore::frame::Frame;
use crate::neurocore::loose::{LooseStore, cell_bits};
use crate::neurocore::memory::Stored;
use crate::neurocore::pages::Pages;
use crate::neurocore::store::{Segment, Store};
use crate::neurocore::weight::Weight;
use std::sync::Mutex;

/// Source neurons per chunk.
const CHUNK: u32 = 128;

/// What filling yields.
pub struct Filled<W: Weight> {
    /// One store per core.
    pub stores: Vec<Stored<W>>,
    /// Synapses per source neuron, over all cores.
    pub out_degree: Vec<u32>,
    /// Smallest delay from each core (first index) to each core (second), if any synapse exists.
    pub lookahead: Vec<Vec<Option<u32>>>,
    /// Longest delay of a stored synapse.
    pub longest: u32,
}

/// A run of sources of one population.
#[derive(Clone, Copy)]
struct Chunk {
    population: usize,
    first: u32,
    len: u32,
}

/// What a chunk leaves behind on one core.
#[derive(Default)]
struct Index {
    segments: Vec<Segment>,
    segments_per_row: Vec<u32>,
    delays: Option<Delays>,
}

/// Expands all projections that are stored.
pub fn fill<W: Weight>(
    network: &Network,
    partition: &Partition,
    plan: &Plan<W>,
    threads: usize,
    watch: Watch<'_>,
) -> Result<Filled<W>, CompileError> {
    let rows: Vec<Rows<'_>> = network.stored().map(|(id, _)| Rows::new(network, id, &mut *watch)).collect::<Result<_, _>>()?;
    let chunks = chunks(network, plan);
    let lengths = count(partition, plan, &rows, &chunks, threads, &mut *watch)?;
    let out_degree = out_degrees(network, plan, &lengths);
    let mut stores = allocate(network, partition, plan, &lengths)?;
    let indices = write(network, partition, plan, &rows, &chunks, &lengths, &mut stores, threads, watch)?;
    for (core, store) in stores.iter_mut().enumerate() {
        if let Stored::Rows(store) = store {
            let total = indices.iter().map(|per_core| per_core[core].segments.len()).sum();
            store.segments = Pages::zeroed(total).map_err(out_of_memory("segments"))?;
        }
    }
    let mut lookahead = vec![vec![None; partition.cores()]; partition.cores()];
    let mut longest = 1;
    for (chunk, per_core) in chunks.iter().zip(indices) {
        let home = partition.home(chunk.population, chunk.first).core as usize;
        for (core, index) in per_core.into_iter().enumerate() {
            if let Some(delays) = index.delays {
                let pair: &mut Option<u32> = &mut lookahead[home][core];
                *pair = Some(pair.map_or(delays.shortest, |known| known.min(delays.shortest)));
                longest = longest.max(delays.longest);
            }
            if let Stored::Rows(store) = &mut stores[core] {
                let begin = *store.first_segment.last().expect("invariant: starts with 0");
                store.segments[begin as usize..][..index.segments.len()].copy_from_slice(&index.segments);
                store.first_segment.extend(index.segments_per_row.iter().scan(begin, |end, count| {
                    *end += count;
                    Some(*end)
                }));
            }
        }
    }
    Ok(Filled { stores, out_degree, lookahead, longest })
}

fn chunks<W: Weight>(network: &Network, plan: &Plan<W>) -> Vec<Chunk> {
    let of = |(population, p): (usize, &crate::network::Population)| {
        let size = p.size;
        (0..size).step_by(CHUNK as usize).map(move |first| Chunk { population, first, len: CHUNK.min(size - first) })
    };
    let sends = |&(population, _): &(usize, &crate::network::Population)| !plan.spans[population].kinds.is_empty();
    network.populations.iter().map(|p| &**p).enumerate().filter(sends).flat_map(of).collect()
}

/// Row lengths per core: `lengths[core][row]`.
fn count<W: Weight>(
    partition: &Partition,
    plan: &Plan<W>,
    rows: &[Rows<'_>],
    chunks: &[Chunk],
    threads: usize,
    watch: Watch<'_>,
) -> Result<Vec<Vec<u32>>, CompileError> {
    let mut lengths = vec![vec![0u32; plan.rows]; partition.cores()];
    let jobs = {
        let mut rest: Vec<&mut [u32]> = lengths.iter_mut().map(Vec::as_mut_slice).collect();
        let mut jobs = vec![];
        for &chunk in chunks {
            let n = chunk.len as usize * plan.spans[chunk.population].kinds.len();
            let windows: Vec<&mut [u32]> =
                rest.iter_mut().map(|r| r.split_off_mut(..n).expect("invariant: rows are numbered chunk by chunk")).collect();
            jobs.push((chunk, windows));
        }
        jobs
    };
    each(threads, jobs, (0.0, 0.2), watch, |(chunk, mut windows)| {
        let kinds = &plan.spans[chunk.population].kinds;
        let mut targets = vec![];
        for rows in rows.iter().filter(|rows| rows.projection.source == chunk.population) {
            let k = kinds.iter().position(|&k| k == plan.kind[rows.id()]).expect("invariant: planned");
            let homes = &partition.homes[rows.projection.target];
            for s in 0..chunk.len {
                rows.targets(chunk.first + s, &mut targets);
                let row = s as usize * kinds.len() + k;
                for &t in &targets {
                    windows[usize::from(homes[t as usize / crate::id::BLOCK].core)][row] += 1;
                }
            }
        }
    })?;
    Ok(lengths)
}

fn out_degrees<W>(network: &Network, plan: &Plan<W>, lengths: &[Vec<u32>]) -> Vec<u32> {
    let mut degrees = vec![0u32; network.neurons() as usize];
    for (population, span) in network.populations.iter().zip(&plan.spans) {
        for index in 0..population.size as usize {
            let row = span.first + index * span.kinds.len();
            let of = |rows: &Vec<u32>| rows[row..row + span.kinds.len()].iter().sum::<u32>();
            degrees[population.first as usize + index] = lengths.iter().map(of).sum();
        }
    }
    degrees
}

/// Turns the bytes that could not be had into an error.
pub fn out_of_memory(what: &str) -> impl FnOnce(u64) -> CompileError {
    move |needed| CompileError::Memory { needed, available: crate::compile::available_memory(), what: what.to_owned() }
}

/// Allocates every store at its exact size, in the layout that takes fewer bytes; the segments come later.
fn allocate<W: Weight>(
    network: &Network,
    partition: &Partition,
    plan: &Plan<W>,
    lengths: &[Vec<u32>],
) -> Result<Vec<Stored<W>>, CompileError> {
    let of = |(core, lengths): (usize, &Vec<u32>)| {
        if plan.loose(network, partition.slots[core], lengths) {
            loose_store(network, plan, partition.slots[core], lengths)
        } else {
            row_store(network, partition.frame(core), plan, lengths)
        }
    };
    lengths.iter().enumerate().map(of).collect()
}

fn row_store<W: Weight>(network: &Network, frame: Frame, plan: &Plan<W>, lengths: &[u32]) -> Result<Stored<W>, CompileError> {
    let mut first_synapse = Vec::with_capacity(plan.rows);
    let (mut weighted, mut shared) = (0u64, 0u64);
    for (population, span) in network.populations.iter().zip(&plan.spans) {
        let rows = population.size as usize * span.kinds.len();
        for (i, &len) in lengths[span.first..span.first + rows].iter().enumerate() {
            let next = if span.kinds[i % span.kinds.len()] == 0 { &mut weighted } else { &mut shared };
            first_synapse.push(*next);
            *next += u64::from(len);
        }
    }
    let mut first_segment = Vec::with_capacity(plan.rows + 1);
    first_segment.push(0);
    Ok(Stored::Rows(Store {
        spans: plan.spans.clone(),
        first_segment,
        first_synapse,
        segments: Pages::zeroed(0).map_err(out_of_memory("segments"))?,
        weighted: Pages::zeroed(weighted as usize).map_err(out_of_memory("weighted synapses"))?,
        shared: Pages::zeroed(shared as usize).map_err(out_of_memory("synapses with shared weights"))?,
        frame,
        shared_weights: plan.shared_weights.clone(),
    }))
}

fn loose_store<W: Weight>(network: &Network, plan: &Plan<W>, slots: usize, lengths: &[u32]) -> Result<Stored<W>, CompileError> {
    let mut first = Pages::zeroed(network.neurons() as usize + 1).map_err(out_of_memory("the index of synapses"))?;
    let (mut neuron, mut end) = (0, 0);
    for (population, span) in network.populations.iter().zip(&plan.spans) {
        let kinds = span.kinds.len();
        for index in 0..population.size as usize {
            let row = span.first + index * kinds;
            end += lengths[row..row + kinds].iter().sum::<u32>();
            neuron += 1;
            first[neuron] = end;
        }
    }
    let synapses = Pages::zeroed(end as usize).map_err(out_of_memory("synapses"))?;
    Ok(Stored::Loose(LooseStore { bits: cell_bits(slots), first, synapses }))
}

/// Generates every row and writes it in place; returns the index parts per chunk and core.
#[expect(clippy::too_many_arguments, reason = "one step of one function, split for its length")]
fn write<W: Weight>(
    network: &Network,
    partition: &Partition,
    plan: &Plan<W>,
    rows: &[Rows<'_>],
    chunks: &[Chunk],
    lengths: &[Vec<u32>],
    stores: &mut [Stored<W>],
    threads: usize,
    watch: Watch<'_>,
) -> Result<Vec<Vec<Index>>, CompileError> {
    let results: Vec<Mutex<Vec<Index>>> = chunks.iter().map(|_| Mutex::new(vec![])).collect();
    let mut rest: Vec<Cursor<'_, W>> = stores.iter_mut().map(Cursor::over).collect();
    let mut at = 0;
    let mut jobs = vec![];
    for (job, &chunk) in chunks.iter().enumerate() {
        let kinds = &plan.spans[chunk.population].kinds;
        let span = at..at + chunk.len as usize * kinds.len();
        at = span.end;
        let windows: Vec<Cursor<'_, W>> =
            rest.iter_mut().zip(lengths).map(|(rest, lengths)| rest.split_off(&lengths[span.clone()], kinds)).collect();
        jobs.push((job, chunk, span, windows));
    }
    each(threads, jobs, (0.2, 1.0), watch, |(job, chunk, span, mut windows)| {
        let mut writer = RowWriter::new(network, partition, plan, rows, chunk.population);
        let mut indices: Vec<Index> = windows.iter().map(|_| Index::default()).collect();
        for s in 0..chunk.len {
            writer.generate(chunk.first + s);
            for (core, (index, cursor)) in indices.iter_mut().zip(&mut windows).enumerate() {
                let loose = matches!(cursor, Cursor::Loose(..));
                writer.emit(core, cursor, |segments, delays| {
                    if !loose {
                        index.segments_per_row.push(segments.len() as u32);
                        index.segments.extend_from_slice(segments);
                    }
                    index.delays = Delays::join(index.delays, delays);
                });
            }
        }
        for index in &mut indices {
            index.segments_per_row.shrink_to_fit();
            index.segments.shrink_to_fit();
        }
        debug_assert!(windows.iter().all(Cursor::is_empty), "invariant: counted = written, rows {span:?}");
        *results[job].lock().expect("no other holder") = indices;
    })?;
    Ok(results.into_iter().map(|r| r.into_inner().expect("all workers joined")).collect())
}
