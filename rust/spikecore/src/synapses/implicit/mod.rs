//! Implicit projections onto a core: their synapses are computed from a matrix or a kernel when a spike is due, and
//! stored nowhere.
//!
//! A spike waits for its delay, once per projection ([`crate::synapses::implicit::incoming`]). What is due is added after the stored synapses
//! of the tick, in the order (emission tick, source id, declaration), whatever the channels: so sums depend on no
//! partition, and equal those of stored synapses where all projections onto a population are implicit.

#[expect(unsafe_code, reason = "calls into instruction-set copies; invariant K2")]
pub mod compiled;
pub mod incoming;
pub mod matrix;
pub mod window;

use crate::allocation::{gathered, push, reserve};
use crate::cells::frame::CELLS;
use crate::cells::touched::Mark;
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;
use crate::simd::Level;
use crate::slice::Slice;
use incoming::{Cells, Incoming};

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
            push(&mut self.onto, Onto { slice, receptors, incoming }, "projections");
        }
    }

    /// The same for a replica, with nothing waiting.
    pub fn replica(&self) -> Self {
        let onto = |onto: &Onto<W>| Onto { incoming: gathered(onto.incoming.iter().map(Incoming::replica), "projections"), ..*onto };
        Self { onto: gathered(self.onto.iter().map(onto), "projections"), ..Self::new(self.level) }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.onto.is_empty()
    }

    /// Makes room for so many channels.
    pub fn open(&mut self, channels: usize) {
        for incoming in self.onto.iter_mut().flat_map(|onto| &mut onto.incoming) {
            incoming.open(channels);
        }
    }

    /// Forgets the spikes that wait.
    pub fn reset(&mut self) {
        self.held = 0;
        self.onto.iter_mut().flat_map(|onto| &mut onto.incoming).for_each(Incoming::reset);
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
            incoming.take_due(now, |tick, source| push(&mut self.due, (tick, source, which), "what is due"));
        }
        self.due.sort_unstable();
        let first = base + slice.slot0 as usize;
        let sums = &mut cells[first..first + *receptors * slice.stride as usize];
        let mut cells = Cells { first, sums };
        let mut added = 0;
        for run in self.due.chunk_by(|a, b| a.2 == b.2) {
            let incoming = &incoming[run[0].2];
            self.sources.clear();
            reserve(&mut self.sources, run.len(), "what is due");
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

    /// Calls `visit(neuron of the slice, weight, delay)` for every synapse of neuron `index` of the source of the
    /// projection of this number onto population `target`.
    pub fn visit_one(&self, (target, number): (usize, usize), index: u32, mut visit: impl FnMut(u32, W, u32)) {
        for incoming in self.onto.iter().filter(|onto| onto.slice.population == target).map(|onto| &onto.incoming[number]) {
            incoming.runs(index, |first, weights| {
                (first as u32..).zip(weights).for_each(|(neuron, &weight)| visit(neuron, weight, incoming.delay));
            });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synapses::implicit::incoming::{Arrive, Kernel};
    use crate::synapses::implicit::matrix::Matrix;

    /// Onto one neuron, from neurons `first..`, with these weights.
    fn incoming(first: NeuronId, delay: u32, weights: &[f32]) -> Incoming<f32> {
        let mut matrix = Matrix::zeroed(weights.len(), 1).unwrap();
        for (source, &weight) in weights.iter().enumerate() {
            matrix.row_mut(source)[0] = weight;
        }
        let n = weights.len() as u32;
        Incoming::new(0, first..first + n, delay, Kernel::Dense(matrix), Arrive::At(0), n.into())
    }

    #[test]
    fn what_is_due_is_added_in_canonical_order_whatever_the_channels() {
        let slice = Slice { population: 0, first: 0, len: 1, slot0: 128, stride: 128 };
        let mut implicit = Implicit::new(Level::Baseline);
        implicit.push(slice, 1, vec![incoming(10, 2, &[1e8, 1.0, -1e8]), incoming(20, 3, &[3.0, 0.0]), incoming(10, 2, &[5.0, 7.0, 9.0])]);
        implicit.open(3);
        // Steps 4 and 5 by three channels, the last neuron first.
        let taken = [(2, 5, &[12][..]), (0, 4, &[20]), (1, 5, &[3, 10, 11, 30]), (0, 6, &[21])];
        let counts = taken.map(|(channel, tick, ids)| implicit.ingest(channel, tick, ids));
        assert_eq!((counts, implicit.held(), implicit.next_due()), ([2, 1, 4, 1], 8, 7));
        let mut cells: Box<[f32; CELLS]> = vec![0.0; CELLS].try_into().unwrap();
        assert_eq!(implicit.deliver(6, 0, &mut cells, &mut ()), 0);
        assert_eq!(implicit.deliver(7, 4096, &mut cells, &mut ()), 7);
        let canonical = [3.0f32, 1e8, 5.0, 1.0, 7.0, -1e8, 9.0];
        let sum = |terms: &[f32]| terms.iter().fold(0.0, |sum, term| sum + term);
        assert_ne!(sum(&canonical), sum(&[3.0, 1e8, 1.0, -1e8, 5.0, 7.0, 9.0]), "the order matters");
        assert_ne!(sum(&canonical), sum(&[1e8, 5.0, 1.0, 7.0, -1e8, 9.0, 3.0]), "the order of ticks matters");
        assert_eq!(cells[4096 + 128], sum(&canonical));
        assert_eq!((implicit.held(), implicit.next_due()), (1, 9));
    }
}
