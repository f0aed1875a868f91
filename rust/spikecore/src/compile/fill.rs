//! Expanding the rules into the cores' stores: count the rows, allocate once, fill.
//!
//! Work is cut into chunks of source neurons. A source's rows on every core are generated in one piece (targets,
//! weights, delays), sorted by delay and written where they belong, so memory is written once and in order.
//! Nothing depends on which thread takes which chunk.

use super::partition::Partition;
use super::plan::Plan;
use super::row_writer::{Cursor, Delays, RowWriter};
use super::rows::Rows;
use crate::allocation::{OutOfMemory, copied, extend, filled, gathered, push, with_room};
use crate::cells::frame::Frame;
use crate::error::CompileError;
use crate::id::{BLOCK, CoreId};
use crate::network::{Network, Population};
use crate::number::weight::Weight;
use crate::pages::Pages;
use crate::parallel::{Stop, Watch, each_with};
use crate::synapses::entry::Segment;
use crate::synapses::loose::{LooseStore, cell_bits};
use crate::synapses::memory::Stored;
use crate::synapses::store::Store;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Least source neurons per chunk where their rows are short; larger networks have larger chunks, so that there are
/// about as many as these at most.
const CHUNK: usize = BLOCK;
const MOST_CHUNKS: usize = 1 << 11;
/// Expected synapses of a chunk, at most, unless a source has more.
const SYNAPSES: f64 = (1 << 18) as f64;

const WHAT: &str = "the rows of a build";

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

/// A run of sources of one population, all of one core.
#[derive(Clone)]
struct Chunk {
    population: usize,
    sources: Range<u32>,
    home: CoreId,
    /// Its rows on every core.
    rows: Range<usize>,
}

/// What a chunk leaves behind on one core.
#[derive(Default)]
struct Index {
    segments: Vec<Segment>,
    segments_per_row: Vec<u32>,
    delays: Option<Delays>,
}

/// What all steps work on.
struct Build<'a, W: Weight> {
    network: &'a Network,
    partition: &'a Partition,
    plan: &'a Plan<W>,
    /// Of each projection, none where nothing is stored.
    rows: Vec<Option<Rows<'a>>>,
    chunks: Vec<Chunk>,
    threads: usize,
}

/// Expands all projections that are stored.
pub fn fill<W: Weight>(
    network: &Network,
    partition: &Partition,
    plan: &Plan<W>,
    threads: usize,
    watch: Watch<'_>,
) -> Result<Filled<W>, CompileError> {
    let mut rows = with_room(network.projections.len(), WHAT);
    for (id, projection) in network.projections.iter().enumerate() {
        let stored = !projection.rule.is_implicit();
        rows.push(if stored { Some(Rows::on_threads(network, id, threads, &mut *watch)?) } else { None });
    }
    let build = Build { network, partition, plan, rows, chunks: chunks(network, partition, plan), threads };
    let lengths = build.count(&mut *watch)?;
    let out_degree = build.out_degrees(&lengths);
    let mut stores = build.allocate(&lengths, &mut *watch)?;
    let indices = build.write(&lengths, &mut stores, &mut *watch)?;
    drop(lengths);
    build.index(&mut stores, &indices, watch)?;
    let mut lookahead = gathered((0..partition.cores()).map(|_| filled(partition.cores(), None, WHAT)), WHAT);
    let mut longest = 1;
    for (chunk, per_core) in build.chunks.iter().zip(indices) {
        for (pair, index) in lookahead[chunk.home].iter_mut().zip(per_core) {
            if let Some(delays) = index.delays {
                *pair = Some(pair.map_or(delays.shortest, |known: u32| known.min(delays.shortest)));
                longest = longest.max(delays.longest);
            }
        }
    }
    Ok(Filled { stores, out_degree, lookahead, longest })
}

/// Cuts the sources of all populations that send.
fn chunks<W: Weight>(network: &Network, partition: &Partition, plan: &Plan<W>) -> Vec<Chunk> {
    let mut chunks = vec![];
    for (population, (p, span)) in network.populations.iter().zip(&*plan.spans).enumerate() {
        let (len, kinds) = (longest_chunk(network, plan, population), span.kinds.len());
        let mut first = 0;
        while kinds > 0 && first < p.size {
            let home = usize::from(partition.home(population, first).core);
            let blocks = &partition.homes[population][first as usize / BLOCK..];
            let own = blocks.iter().take_while(|block| usize::from(block.core) == home).count();
            let end = p.size.min(first.saturating_add(len)).min(((first as usize / BLOCK + own) * BLOCK).min(p.size as usize) as u32);
            let row = |source: u32| span.first + source as usize * kinds;
            push(&mut chunks, Chunk { population, sources: first..end, home, rows: row(first)..row(end) }, WHAT);
            first = end;
        }
    }
    chunks
}

/// Most sources of a chunk of a population.
fn longest_chunk<W: Weight>(network: &Network, plan: &Plan<W>, population: usize) -> u32 {
    let most = CHUNK * (network.neurons() as usize).div_ceil(CHUNK * MOST_CHUNKS).max(1);
    let projections = plan.outgoing.of(population).iter().map(|&id| network.projections[id].synapses(network));
    let few = SYNAPSES * f64::from(network.populations[population].size) / projections.sum::<f64>().max(1.0);
    (few as usize).clamp(1, most) as u32
}

/// Bytes that chunks take while rows are written: on each core a cursor and an index. A population that sends has a chunk at
/// least on each core that has any of it.
pub fn expected_bytes<W: Weight>(network: &Network, partition: &Partition, plan: &Plan<W>) -> f64 {
    let own = size_of::<Cursor<'_, W>>() + size_of::<Index>();
    let chunks = |(id, population): (usize, &Arc<Population>)| {
        let pieces = (population.size as usize).div_ceil(BLOCK).min(partition.cores());
        pieces.max(population.size.div_ceil(longest_chunk(network, plan, id)) as usize)
    };
    let senders = network.populations.iter().enumerate().filter(|&(id, _)| !plan.spans[id].kinds.is_empty());
    senders.map(chunks).sum::<usize>() as f64 * partition.cores() as f64 * own as f64
}

impl<'a, W: Weight> Build<'a, W> {
    /// Row lengths per core: `lengths[core][row]`.
    fn count(&self, watch: Watch<'_>) -> Result<Vec<Vec<u32>>, CompileError> {
        let cores = self.partition.cores();
        let mut lengths = gathered((0..cores).map(|_| filled(self.plan.rows, 0u32, WHAT)), WHAT);
        let mut rest = gathered(lengths.iter_mut().map(Vec::as_mut_slice), WHAT);
        let job = |chunk| (chunk, split_all(&mut rest, chunk));
        let jobs = gathered(self.chunks.iter().map(job), WHAT);
        each_with(self.threads, jobs, (0.0, 0.2), watch, Vec::new, |targets, (chunk, windows), stop| {
            self.count_chunk(chunk, windows, targets, stop);
        })?;
        Ok(lengths)
    }

    fn count_chunk(&self, chunk: &Chunk, mut windows: Vec<&mut [u32]>, targets: &mut Vec<u32>, stop: &Stop<'_>) {
        let kinds = self.plan.spans[chunk.population].kinds.len();
        for &id in self.plan.outgoing.of(chunk.population) {
            let rows = self.rows[id].as_ref().expect("invariant: stored");
            let homes = &self.partition.homes[rows.projection.target];
            for (s, source) in chunk.sources.clone().enumerate() {
                let row = s * kinds + usize::from(self.plan.outgoing.kinds[id]);
                if let [all] = &mut windows[..] {
                    all[row] += rows.out_degree(source, targets);
                } else {
                    rows.targets(source, targets);
                    targets.iter().for_each(|&t| windows[usize::from(homes[t as usize / BLOCK].core)][row] += 1);
                }
                if stop.asked() {
                    return;
                }
            }
        }
    }

    fn out_degrees(&self, lengths: &[Vec<u32>]) -> Vec<u32> {
        let mut degrees = filled(self.network.neurons() as usize, 0u32, WHAT);
        for (population, span) in self.network.populations.iter().zip(&*self.plan.spans) {
            let degrees = &mut degrees[population.first as usize..][..population.size as usize];
            let kinds = span.kinds.len();
            for lengths in lengths.iter().filter(|_| kinds > 0) {
                let rows = lengths[span.first..].chunks_exact(kinds);
                degrees.iter_mut().zip(rows).for_each(|(degree, row)| *degree += row.iter().sum::<u32>());
            }
        }
        degrees
    }

    /// Allocates every store at its exact size, in the layout that takes fewer bytes; the segments come later.
    fn allocate(&self, lengths: &[Vec<u32>], watch: Watch<'_>) -> Result<Vec<Stored<W>>, CompileError> {
        let made = gathered(lengths.iter().map(|_| Mutex::new(None)), WHAT);
        let jobs = gathered(lengths.iter().zip(&made).enumerate(), WHAT);
        each_with(
            self.threads,
            jobs,
            (0.2, 0.2),
            watch,
            || (),
            |(), (core, (lengths, made)), _| {
                let (network, plan, slots) = (self.network, self.plan, self.partition.slots[core]);
                let store = if plan.loose(network, slots, lengths) {
                    loose_store(network, plan, slots, lengths)
                } else {
                    row_store(network, self.partition.frame(core), plan, lengths)
                };
                *made.lock().expect("one holder") = Some(store);
            },
        )?;
        let mut stores = with_room(made.len(), WHAT);
        for store in made {
            stores.push(store.into_inner().expect("joined").expect("made above")?);
        }
        Ok(stores)
    }

    /// Generates every row and writes it in place; returns the index parts per chunk and core.
    fn write(&self, lengths: &[Vec<u32>], stores: &mut [Stored<W>], watch: Watch<'_>) -> Result<Vec<Vec<Index>>, CompileError> {
        let mut indices = gathered(self.chunks.iter().map(|_| vec![]), WHAT);
        let mut rest = gathered(stores.iter_mut().map(Cursor::over), WHAT);
        let job = |(chunk, index)| {
            let chunk: &Chunk = chunk;
            let kinds = &self.plan.spans[chunk.population].kinds;
            let windows = rest.iter_mut().zip(lengths).map(|(rest, lengths)| rest.split_off(&lengths[chunk.rows.clone()], kinds));
            (chunk, index, gathered(windows, WHAT))
        };
        let jobs = gathered(self.chunks.iter().zip(&mut indices).map(job), WHAT);
        let own = || {
            let segments = gathered(lengths.iter().map(|_| vec![]), WHAT);
            (RowWriter::new(self.network, self.partition, self.plan, &self.rows), segments)
        };
        each_with(self.threads, jobs, (0.2, 0.95), watch, own, |(writer, segments), (chunk, index, windows), stop| {
            *index = write_chunk(writer, segments, chunk, windows, stop);
        })?;
        Ok(indices)
    }

    /// Puts together what chunks have found of the segments.
    fn index(&self, stores: &mut [Stored<W>], indices: &[Vec<Index>], watch: Watch<'_>) -> Result<(), CompileError> {
        let failed = Mutex::new(None);
        let jobs = gathered(stores.iter_mut().enumerate(), WHAT);
        each_with(
            self.threads,
            jobs,
            (0.95, 1.0),
            watch,
            || (),
            |(), (core, store), stop| {
                let Stored::Rows(store) = store else { return };
                let total = indices.iter().map(|per_core| per_core[core].segments.len()).sum();
                match Pages::zeroed(total) {
                    Ok(segments) => store.segments = segments,
                    Err(bytes) => return *failed.lock().expect("no holder panics") = Some(bytes),
                }
                for index in indices.iter().map(|per_core| &per_core[core]) {
                    let begin = *store.first_segment.last().expect("invariant: starts with 0");
                    store.segments[begin as usize..][..index.segments.len()].copy_from_slice(&index.segments);
                    store.first_segment.extend(index.segments_per_row.iter().scan(begin, |end, count| {
                        *end += count;
                        Some(*end)
                    }));
                    if stop.asked() {
                        return;
                    }
                }
            },
        )?;
        failed.into_inner().expect("joined").map_or(Ok(()), |bytes| Err(out_of_memory("segments")(bytes)))
    }
}

/// Splits the rows of a chunk off each core's.
fn split_all<'a>(rest: &mut [&'a mut [u32]], chunk: &Chunk) -> Vec<&'a mut [u32]> {
    let first = |rest: &mut &'a mut [u32]| rest.split_off_mut(..chunk.rows.len()).expect("invariant: rows are numbered chunk by chunk");
    gathered(rest.iter_mut().map(first), WHAT)
}

/// Generates and writes the rows of a chunk; `segments` is there to gather each core's.
fn write_chunk<W: Weight>(
    writer: &mut RowWriter<'_, W>,
    segments: &mut [Vec<Segment>],
    chunk: &Chunk,
    mut windows: Vec<Cursor<'_, W>>,
    stop: &Stop<'_>,
) -> Vec<Index> {
    writer.start(chunk.population);
    segments.iter_mut().for_each(Vec::clear);
    let index = |window: &Cursor<'_, W>| {
        let rows = if matches!(window, Cursor::Loose(..)) { 0 } else { chunk.rows.len() };
        Index { segments_per_row: with_room(rows, WHAT), ..Index::default() }
    };
    let mut indices = gathered(windows.iter().map(index), WHAT);
    for source in chunk.sources.clone() {
        if !writer.generate(source, stop) {
            return indices;
        }
        for (core, (index, cursor)) in indices.iter_mut().zip(&mut windows).enumerate() {
            let loose = matches!(cursor, Cursor::Loose(..));
            writer.emit(core, cursor, |own, delays| {
                if !loose {
                    index.segments_per_row.push(own.len() as u32);
                    extend(&mut segments[core], own, WHAT);
                }
                index.delays = Delays::join(index.delays, delays);
            });
        }
    }
    indices.iter_mut().zip(segments).for_each(|(index, own)| index.segments = copied(own, WHAT));
    debug_assert!(windows.iter().all(Cursor::is_empty), "invariant: counted = written, rows {:?}", chunk.rows);
    indices
}

/// Turns the bytes that could not be had into an error.
pub fn out_of_memory(what: &'static str) -> impl FnOnce(u64) -> CompileError {
    move |bytes| CompileError::OutOfMemory(OutOfMemory { bytes, what })
}

fn row_store<W: Weight>(network: &Network, frame: Frame, plan: &Plan<W>, lengths: &[u32]) -> Result<Stored<W>, CompileError> {
    let mut first_synapse = with_room(plan.rows, WHAT);
    let (mut weighted, mut shared) = (0u64, 0u64);
    for (population, span) in network.populations.iter().zip(&*plan.spans) {
        let rows = population.size as usize * span.kinds.len();
        for (i, &len) in lengths[span.first..span.first + rows].iter().enumerate() {
            let next = if span.kinds[i % span.kinds.len()] == 0 { &mut weighted } else { &mut shared };
            first_synapse.push(*next);
            *next += u64::from(len);
        }
    }
    let mut first_segment = with_room(plan.rows + 1, WHAT);
    first_segment.push(0);
    Ok(Stored::Rows(Store {
        spans: Arc::clone(&plan.spans),
        first_segment,
        first_synapse,
        segments: Pages::zeroed(0).map_err(out_of_memory("segments"))?,
        weighted: Pages::zeroed(weighted as usize).map_err(out_of_memory("weighted synapses"))?,
        shared: Pages::zeroed(shared as usize).map_err(out_of_memory("synapses with shared weights"))?,
        frame,
        weights: std::iter::once(W::default()).chain(plan.shared_weights.iter().copied()).collect(),
    }))
}

fn loose_store<W: Weight>(network: &Network, plan: &Plan<W>, slots: usize, lengths: &[u32]) -> Result<Stored<W>, CompileError> {
    let mut first = Pages::zeroed(network.neurons() as usize + 1).map_err(out_of_memory("the index of synapses"))?;
    let (mut neuron, mut end) = (0, 0);
    for (population, span) in network.populations.iter().zip(&*plan.spans) {
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
