//! Implicit projections onto a core: their synapses are computed from a matrix or a kernel when a spike is due, and
//! stored nowhere.
//!
//! A spike waits, once per projection, in a queue of the channel by which it came; since all synapses of a projection
//! have one delay, a queue is in order of due ticks by itself. What is due is added after the stored synapses of the
//! tick, in the order (emission tick, source id, declaration), whatever the channels: so sums depend on no partition,
//! and equal those of stored synapses where all projections onto a population are implicit.
//!
//! Invariant **M1**: no queue holds a spike that was due before the next tick to run.

use std::collections::VecDeque;
use std::ops::Range;

use super::dense::Matrix;
use super::frame::CELLS;
use super::kernels;
use super::touched::Mark;
use super::weight::Weight;
use super::window::{Land, Window};
use crate::compile::partition::Slice;
use crate::id::{NeuronId, Tick};
use crate::simd::Level;

/// From what synapses are computed.
#[derive(Debug)]
pub enum Kernel<W: Weight> {
    /// A row of weights per source.
    Dense(Matrix<W>),
    /// A small kernel.
    Window(Window<W>),
}

/// Where the weights of a projection arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrive {
    /// All at one receptor.
    At(usize),
    /// Those below zero at the second receptor, the others at the first.
    BySign,
}

/// What one implicit projection has on one core.
#[derive(Debug)]
pub struct Incoming<W: Weight> {
    /// Population that it comes from.
    source: usize,
    /// Its neurons.
    ids: Range<NeuronId>,
    delay: u32,
    kernel: Kernel<W>,
    arrive: Arrive,
    synapses: u64,
    /// Spikes by channel: step and source.
    waiting: Vec<VecDeque<(Tick, NeuronId)>>,
}

impl<W: Weight> Incoming<W> {
    /// From the neurons `ids` of population `source`, after `delay` ticks.
    pub fn new(source: usize, ids: Range<NeuronId>, delay: u32, kernel: Kernel<W>, arrive: Arrive) -> Self {
        let mut incoming = Self { source, ids, delay, kernel, arrive, synapses: 0, waiting: vec![] };
        incoming.synapses = (0..incoming.ids.len() as u32).map(|index| incoming.fan_out(index)).sum();
        incoming
    }

    /// Synapses of a source, an index of its population.
    fn fan_out(&self, index: u32) -> u64 {
        match &self.kernel {
            Kernel::Dense(matrix) => matrix.targets() as u64,
            Kernel::Window(window) => window.fan_out(index),
        }
    }

    /// Takes its own of some ascending ids; returns the number of their synapses.
    fn ingest(&mut self, channel: usize, tick: Tick, ids: &[NeuronId]) -> u64 {
        let first = ids.partition_point(|&id| id < self.ids.start);
        let own = ids[first..].iter().take_while(|&&id| id < self.ids.end);
        let mut synapses = 0;
        for &id in own {
            let fan_out = self.fan_out(id - self.ids.start);
            if fan_out > 0 {
                self.waiting[channel].push_back((tick, id));
                synapses += fan_out;
            }
        }
        synapses
    }

    /// The tick at which its next spike is due.
    fn next_due(&self) -> Tick {
        let fronts = self.waiting.iter().filter_map(VecDeque::front);
        fronts.map(|&(tick, _)| tick + Tick::from(self.delay)).min().unwrap_or(Tick::MAX)
    }

    /// Calls `take(step, source)` for what is due at `now`, which leaves.
    fn take_due(&mut self, now: Tick, mut take: impl FnMut(Tick, NeuronId)) {
        for queue in &mut self.waiting {
            while let Some(&(tick, source)) = queue.front().filter(|spike| spike.0 + Tick::from(self.delay) <= now) {
                debug_assert!(tick + Tick::from(self.delay) == now, "invariant M1: nothing is overdue");
                take(tick, source);
                queue.pop_front();
            }
        }
    }

    /// Adds the synapses of some sources, in their order, to the accumulators of `slice`, and marks them.
    fn add(&self, level: Level, slice: &Slice, sources: &[u32], cells: &mut Cells<'_, W>, marks: &mut impl Mark) -> u64 {
        let (first, stride) = (cells.first, slice.stride as usize);
        match (&self.kernel, self.arrive) {
            (Kernel::Dense(matrix), arrive) => {
                let (rows, width) = matrix.padded();
                match arrive {
                    Arrive::At(receptor) => kernels::add_rows(level, rows, sources, &mut cells.sums[receptor * stride..][..width]),
                    Arrive::BySign => {
                        let (positive, negative) = cells.sums.split_at_mut(stride);
                        kernels::add_rows_by_sign(level, rows, sources, &mut positive[..width], &mut negative[..width]);
                    }
                }
                marks.mark_all(first, matrix.targets());
                sources.len() as u64 * matrix.targets() as u64
            }
            (Kernel::Window(window), Arrive::At(receptor)) => {
                let mut land = AtOne { sums: &mut cells.sums[receptor * stride..][..stride], first, marks };
                sources.iter().map(|&source| window.add(source, &mut land)).sum()
            }
            (Kernel::Window(window), Arrive::BySign) => {
                let (positive, negative) = cells.sums.split_at_mut(stride);
                let mut land = BySign { positive, negative, first, marks };
                sources.iter().map(|&source| window.add(source, &mut land)).sum()
            }
        }
    }
}

/// The accumulators of a slice in one tick.
struct Cells<'a, W: Weight> {
    /// Cell of the first.
    first: usize,
    /// All receptors.
    sums: &'a mut [W::Acc],
}

/// All weights to one receptor.
struct AtOne<'a, W: Weight, M> {
    sums: &'a mut [W::Acc],
    first: usize,
    marks: &'a mut M,
}

impl<W: Weight, M: Mark> Land<W> for AtOne<'_, W, M> {
    #[inline(always)]
    fn add(&mut self, first: usize, weights: &[W]) {
        self.marks.mark_all(self.first + first, weights.len());
        for (sum, &weight) in self.sums[first..first + weights.len()].iter_mut().zip(weights) {
            *sum = W::add(*sum, weight);
        }
    }
}

/// Weights to the receptor of their sign.
struct BySign<'a, W: Weight, M> {
    positive: &'a mut [W::Acc],
    negative: &'a mut [W::Acc],
    first: usize,
    marks: &'a mut M,
}

impl<W: Weight, M: Mark> Land<W> for BySign<'_, W, M> {
    #[inline(always)]
    fn add(&mut self, first: usize, weights: &[W]) {
        self.marks.mark_all(self.first + first, weights.len());
        let end = first + weights.len();
        let both = self.positive[first..end].iter_mut().zip(&mut self.negative[first..end]);
        for ((positive, negative), weight) in both.zip(weights) {
            let [up, down] = weight.parts();
            (*positive, *negative) = (W::add(*positive, up), W::add(*negative, down));
        }
    }
}

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
            incoming.waiting = vec![VecDeque::new(); channels];
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
            let mut run = |first: usize, weights: &[W]| {
                for (slot, &weight) in (slot0 + first..).zip(weights) {
                    visit(slot as u16, weight, incoming.delay);
                }
            };
            match &incoming.kernel {
                Kernel::Dense(matrix) => run(0, matrix.row(index as usize)),
                Kernel::Window(window) => window.runs(index, run),
            }
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
        let of = |incoming: &Incoming<W>| match &incoming.kernel {
            Kernel::Dense(matrix) => matrix.bytes(),
            Kernel::Window(window) => window.bytes(),
        };
        self.incoming().map(of).sum()
    }

    /// Bytes of the queues.
    pub fn line_bytes(&self) -> u64 {
        let queues = self.incoming().flat_map(|incoming| &incoming.waiting);
        queues.map(|queue| (queue.capacity() * size_of::<(Tick, NeuronId)>()) as u64).sum()
    }

    fn incoming(&self) -> impl Iterator<Item = &Incoming<W>> {
        self.onto.iter().flat_map(|onto| &onto.incoming)
    }
}
