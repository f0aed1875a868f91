//! What one implicit projection has on one core: its matrix or kernel, and the spikes that wait for their delay.
//!
//! A spike waits in a queue of the channel by which it came; since all synapses of a projection have one delay, a queue
//! is in order of due ticks by itself, however long the delay.
//!
//! Invariant **M1**: no queue holds a spike that was due before the next tick to run (a core leaves out no tick in which
//! one is due, `Memory::next_due`).

use super::compiled;
use super::matrix::Matrix;
use super::window::{Land, Window};
use crate::allocation::{enqueue, gathered};
use crate::cells::touched::Mark;
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;
use crate::simd::Level;
use crate::slice::Slice;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// From what synapses are computed.
#[derive(Debug)]
pub enum Kernel<W: Weight> {
    /// A row of weights per source.
    Dense(Matrix<W>),
    /// A small kernel.
    Window(Window<W>),
}

impl<W: Weight> Kernel<W> {
    /// Synapses of a source, an index of its population.
    pub fn fan_out(&self, index: u32) -> u64 {
        match self {
            Self::Dense(matrix) => matrix.targets() as u64,
            Self::Window(window) => window.fan_out(index),
        }
    }
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
    pub source: usize,
    /// Its neurons.
    pub ids: Range<NeuronId>,
    /// Delay of all synapses, in ticks.
    pub delay: u32,
    /// Shared with the core's replicas.
    kernel: Arc<Kernel<W>>,
    arrive: Arrive,
    /// Number of synapses.
    pub synapses: u64,
    /// Spikes by channel: step and source.
    waiting: Vec<VecDeque<(Tick, NeuronId)>>,
}

/// What this memory is for.
const WAITING: &str = "spikes that wait for their delay";

impl<W: Weight> Incoming<W> {
    /// The same for a replica, with nothing waiting.
    pub fn replica(&self) -> Self {
        let waiting = gathered(self.waiting.iter().map(|_| VecDeque::new()), WAITING);
        Self { ids: self.ids.clone(), kernel: Arc::clone(&self.kernel), waiting, ..*self }
    }

    /// From the neurons `ids` of population `source`, after `delay` ticks; `synapses` is the sum of their fan-outs.
    pub fn new(source: usize, ids: Range<NeuronId>, delay: u32, kernel: Kernel<W>, arrive: Arrive, synapses: u64) -> Self {
        Self { source, ids, delay, kernel: Arc::new(kernel), arrive, synapses, waiting: vec![] }
    }

    /// Takes its own of some ascending ids; returns the number of their synapses.
    pub fn ingest(&mut self, channel: usize, tick: Tick, ids: &[NeuronId]) -> u64 {
        let first = ids.partition_point(|&id| id < self.ids.start);
        let own = &ids[first..];
        let own = &own[..own.partition_point(|&id| id < self.ids.end)];
        if let Kernel::Dense(matrix) = &*self.kernel {
            let synapses = own.len() * matrix.targets();
            if synapses > 0 {
                own.iter().for_each(|&id| enqueue(&mut self.waiting[channel], (tick, id), WAITING));
            }
            return synapses as u64;
        }
        let mut synapses = 0;
        for &id in own {
            let fan_out = self.kernel.fan_out(id - self.ids.start);
            if fan_out > 0 {
                enqueue(&mut self.waiting[channel], (tick, id), WAITING);
                synapses += fan_out;
            }
        }
        synapses
    }

    /// Makes room for so many channels.
    pub fn open(&mut self, channels: usize) {
        self.waiting = gathered((0..channels).map(|_| VecDeque::new()), WAITING);
    }

    /// Forgets the spikes that wait.
    pub fn reset(&mut self) {
        self.waiting.iter_mut().for_each(VecDeque::clear);
    }

    /// Calls `run(first neuron of the slice, weights)` for every run of synapses of a source.
    pub fn runs<'a>(&'a self, index: u32, mut run: impl FnMut(usize, &'a [W])) {
        match &*self.kernel {
            Kernel::Dense(matrix) => run(0, matrix.row(index as usize)),
            Kernel::Window(window) => window.runs(index, run),
        }
    }

    /// Bytes of the matrix or the kernel.
    pub fn bytes(&self) -> u64 {
        match &*self.kernel {
            Kernel::Dense(matrix) => matrix.bytes(),
            Kernel::Window(window) => window.bytes(),
        }
    }

    /// Bytes of the queues.
    pub fn line_bytes(&self) -> u64 {
        self.waiting.iter().map(|queue| (queue.capacity() * size_of::<(Tick, NeuronId)>()) as u64).sum()
    }

    /// The tick at which its next spike is due.
    pub fn next_due(&self) -> Tick {
        let fronts = self.waiting.iter().filter_map(VecDeque::front);
        fronts.map(|&(tick, _)| tick + Tick::from(self.delay)).min().unwrap_or(Tick::MAX)
    }

    /// Calls `take(step, source)` for what is due at `now`, which leaves.
    pub fn take_due(&mut self, now: Tick, mut take: impl FnMut(Tick, NeuronId)) {
        for queue in &mut self.waiting {
            while let Some(&(tick, source)) = queue.front().filter(|spike| spike.0 + Tick::from(self.delay) <= now) {
                debug_assert!(tick + Tick::from(self.delay) == now, "invariant M1: nothing is overdue");
                take(tick, source);
                queue.pop_front();
            }
        }
    }

    /// Adds the synapses of some sources, in their order, to the accumulators of `slice`, and marks them.
    pub fn add(&self, level: Level, slice: &Slice, sources: &[u32], cells: &mut Cells<'_, W>, marks: &mut impl Mark) -> u64 {
        let (first, stride) = (cells.first, slice.stride as usize);
        match (&*self.kernel, self.arrive) {
            (Kernel::Dense(matrix), arrive) => {
                let (rows, width) = matrix.padded();
                match arrive {
                    Arrive::At(receptor) => compiled::add_rows(level, rows, sources, &mut cells.sums[receptor * stride..][..width]),
                    Arrive::BySign => {
                        let (positive, negative) = cells.sums.split_at_mut(stride);
                        compiled::add_rows_by_sign(level, rows, sources, &mut positive[..width], &mut negative[..width]);
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
pub struct Cells<'a, W: Weight> {
    /// Cell of the first.
    pub first: usize,
    /// All receptors.
    pub sums: &'a mut [W::Acc],
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
