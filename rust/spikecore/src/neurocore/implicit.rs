//! Implicit projections onto a core: their synapses are computed from a matrix or a kernel when a spike is due, and
//! stored nowhere.
//!
//! A spike waits for its delay, once per projection ([`super::incoming`]). What is due is added after the stored synapses of the
//! tick, in the order (emission tick, source id, declaration), whatever the channels: so sums depend on no partition,
//! and equal those of stored synapses where all projections onto a population are implicit.

use super::frame::CELLS;
use super::incoming::{Cells, Incoming};
use super::touched::Mark;
use super::weight::Weight;
use crate::compile::partition::Slice;
use crate::id::{NeuronId, Tick};
use crate::simd::Level;

/// The implicit projections onto one slice, in declaration order.
#[derive(Debug)]
struct Onto<W: Weight> {
    slice: Slice,
    receptors: usize,
    incoming: Vec<Incoming<W>>,
}

/// All implicit projections onto a core.
#[derive(Debug)]
pub struct Implicit<W: Weight> {
    level: Level,
    onto: Vec<Onto<W>>,
    /// Synapses of the spikes that wait.
    held: u64,
    /// What is due onto a slice: step, source, and which projection. Reused from tick to tick, as the next.
    due: Vec<(Tick, NeuronId, usize)>,
    sources: Vec<u32>,
}

impl<W: Weight> Implicit<W> {
    /// No projections.
    pub fn new(level: Level) -> Self {
        Self { level, onto: vec![], held: 0, due: vec![], sources: vec![] }
    }

    /// Adds the projections onto a slice of neurons with so many receptors, in declaration order.
    pub fn push(&mut self, slice: Slice, receptors: usize, incoming: Vec<Incoming<W>>) {
        if !incoming.is_empty() {
            self.onto.push(Onto { slice, receptors, incoming });
        }
    }

    /// Makes room for so many channels.
    pub fn open(&mut self, channels: usize) {
        for incoming in self.onto.iter_mut().flat_map(|onto| &mut onto.incoming) {
            incoming.open(channels);
        }
    }

    /// Takes the spikes of step `tick` that came by `channel`; `ids` ascend. Returns the number of their synapses.
    #[inline]
    pub fn ingest(&mut self, channel: usize, tick: Tick, ids: &[NeuronId]) -> u64 {
        let mut synapses = 0;
        for incoming in self.onto.iter_mut().flat_map(|onto| &mut onto.incoming) {
            synapses += incoming.ingest(channel, tick, ids);
        }
        self.held += synapses;
        synapses
    }

    /// The first tick at which anything is due; `Tick::MAX` if nothing waits.
    pub fn next_due(&self) -> Tick {
        self.incoming().map(Incoming::next_due).min().unwrap_or(Tick::MAX)
    }

    /// Adds to the cells what is due at `now`, whose slots begin at cell `base`; everything must have been filed, and
    /// the stored synapses added. Returns the number of synapses.
    #[inline]
    pub fn deliver(&mut self, now: Tick, base: usize, cells: &mut [W::Acc; CELLS], marks: &mut impl Mark) -> u64 {
        let mut added = 0;
        if self.held > 0 {
            for k in 0..self.onto.len() {
                added += self.deliver_onto(k, now, base, cells, marks);
            }
            self.held -= added;
        }
        added
    }

    fn deliver_onto(&mut self, k: usize, now: Tick, base: usize, cells: &mut [W::Acc; CELLS], marks: &mut impl Mark) -> u64 {
        let Onto { slice, receptors, incoming } = &mut self.onto[k];
        self.due.clear();
        for (which, incoming) in incoming.iter_mut().enumerate() {
            incoming.take_due(now, |tick, source| self.due.push((tick, source, which)));
        }
        self.due.sort_unstable();
        let first = base + slice.slot0 as usize;
        let sums = &mut cells[first..first + *receptors * slice.stride as usize];
        let mut cells = Cells { first, sums };
        let mut added = 0;
        for run in self.due.chunk_by(|a, b| a.2 == b.2) {
            let incoming = &incoming[run[0].2];
            self.sources.clear();
            self.sources.extend(run.iter().map(|&(_, source, _)| source - incoming.ids.start));
            added += incoming.add(self.level, slice, &self.sources, &mut cells, marks);
        }
        added
    }

    /// Synapses of spikes that wait.
    pub fn held(&self) -> u64 {
        self.held
    }

    /// Calls `visit(slot, weight, delay)` for every synapse of neuron `index` of population `source`; the slot is that of
    /// its neuron's first receptor.
    pub fn visit(&self, source: usize, index: u32, mut visit: impl FnMut(u16, W, u32)) {
        for (slot0, incoming) in self.onto.iter().flat_map(|onto| onto.incoming.iter().map(|one| (onto.slice.slot0 as usize, one))) {
            if incoming.source != source {
                continue;
            }
            incoming.runs(index, |first, weights| {
                for (slot, &weight) in (slot0 + first..).zip(weights) {
                    visit(slot as u16, weight, incoming.delay);
                }
            });
        }
    }

    /// Calls `visit(population, index, delay, synapses)` for every source that reaches this core, projection by projection.
    pub fn fan_outs(&self, mut visit: impl FnMut(usize, u32, u32, u64)) {
        for incoming in self.incoming() {
            for index in 0..incoming.ids.len() as u32 {
                let synapses = incoming.fan_out(index);
                if synapses > 0 {
                    visit(incoming.source, index, incoming.delay, synapses);
                }
            }
        }
    }

    /// Number of synapses.
    pub fn synapses(&self) -> u64 {
        self.incoming().map(|incoming| incoming.synapses).sum()
    }

    /// Bytes of matrices and kernels.
    pub fn bytes(&self) -> u64 {
        self.incoming().map(Incoming::bytes).sum()
    }

    /// Bytes of the queues.
    pub fn line_bytes(&self) -> u64 {
        self.incoming().map(Incoming::line_bytes).sum()
    }

    fn incoming(&self) -> impl Iterator<Item = &Incoming<W>> {
        self.onto.iter().flat_map(|onto| &onto.incoming)
    }
}
