//! The local weight store of a core: all synapses onto its neurons, by source row and delay segment.
//!
//! A *row* is what one source neuron has on this core in one storage kind; its synapses are sorted by delay
//! (stably, so creation order is kept within a delay) and cut into *segments* of equal delay. Kinds: individually
//! weighted synapses, or targets that share one weight (2 B each). Only the owning core and its replicas can reach
//! its store: it is a private field, moved with the core into the worker that runs it (contract C2).

use super::entry::{Entry, Kind, Segment, Synapse};
use crate::cells::frame::Frame;
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;
use crate::pages::Pages;
use std::ops::Range;
use std::sync::Arc;

/// Where a population's rows begin, and their kinds: row = `first + index * kinds.len() + k`.
#[derive(Debug, Clone, Default)]
pub struct RowSpan {
    /// First row.
    pub first: usize,
    /// Storage kinds of the population's rows, in the order in which they are delivered.
    pub kinds: Vec<Kind>,
}

/// Synapses of one core.
#[derive(Debug)]
pub struct Store<W: Weight> {
    /// Row spans per source population, the same on all cores.
    pub(crate) spans: Arc<Vec<RowSpan>>,
    /// First segment of each row, and one past the last.
    pub(crate) first_segment: Vec<u32>,
    /// First synapse of each row, in its kind's array.
    pub(crate) first_synapse: Vec<u64>,
    /// All segments, row by row.
    pub(crate) segments: Pages<Segment>,
    /// Individually weighted synapses.
    pub(crate) weighted: Pages<Synapse<W>>,
    /// Cells of synapses with shared weights.
    pub(crate) shared: Pages<u16>,
    /// How slots and delays make cells.
    pub(crate) frame: Frame,
    /// Weights by storage kind; 0 for that of individually weighted synapses.
    pub(crate) weights: Vec<W>,
}

impl<W: Weight> Store<W> {
    /// Asserts what the unchecked scatter relies on, every row's segments inside its kind's array (K1), and that every
    /// slot is below `slots` and every shared kind has a weight.
    ///
    /// # Panics
    /// If the store was built wrongly.
    pub fn assert_consistent(&self, slots: usize) {
        let highest = |best: u16, cell: u16| best.max(self.frame.slot(cell));
        let highest = self.weighted.iter().map(|s| s.cell).fold(0, highest).max(self.shared.iter().copied().fold(0, highest));
        assert!(self.synapses() == 0 || usize::from(highest) < slots, "invariant: slot {highest} of {slots}");
        for span in &*self.spans {
            assert!(span.kinds.iter().all(|&k| usize::from(k) < self.weights.len()), "invariant: unknown kind");
        }
        let mut ends = [0u64; 2];
        let populations = self.spans.iter().filter(|span| !span.kinds.is_empty());
        let rows = populations.clone().map(|span| span.first).skip(1).chain([self.first_synapse.len()]);
        let kinds = populations.zip(rows).flat_map(|(span, end)| span.kinds.iter().cycle().take(end - span.first));
        for ((&first, range), &kind) in self.first_synapse.iter().zip(self.first_segment.windows(2)).zip(kinds) {
            let len: u64 = self.segments[range[0] as usize..range[1] as usize].iter().map(|s| u64::from(s.len())).sum();
            let which = usize::from(kind != 0);
            assert!(first == ends[which], "invariant K1: rows are contiguous");
            ends[which] += len;
        }
        let arrays = [self.weighted.len() as u64, self.shared.len() as u64];
        assert!(ends == arrays, "invariant K1: segments cover the arrays, {ends:?} of {arrays:?}");
    }

    /// The neuron that a row is of; `starts` are the first neurons of populations.
    pub(crate) fn source(&self, row: usize, starts: &[NeuronId]) -> NeuronId {
        let population = self.spans.partition_point(|span| span.first <= row) - 1;
        let span = &self.spans[population];
        starts[population] + ((row - span.first) / span.kinds.len()) as NeuronId
    }

    /// Synapses of the first of `rows`, which end with its population: its storage kind is the `k`-th of these.
    #[inline]
    pub(crate) fn row_synapses(&self, rows: Range<usize>, k: usize, kinds: &[Kind]) -> u64 {
        let row = rows.start;
        let by_segment = || {
            let segments = &self.segments[self.first_segment[row] as usize..self.first_segment[row + 1] as usize];
            segments.iter().map(|segment| u64::from(segment.len())).sum()
        };
        // Rows are contiguous (K1): it ends where the next in the same array begins. The last of a population has none there.
        let same_array = |&kind: &Kind| (kind == 0) == (kinds[k] == 0);
        let between = kinds.iter().cycle().skip(k + 1).position(same_array);
        let next = row + 1 + between.expect("invariant: its own kind comes again");
        if next >= rows.end {
            return by_segment();
        }
        let synapses = self.first_synapse[next] - self.first_synapse[row];
        debug_assert_eq!(synapses, by_segment(), "invariant K1: rows are contiguous");
        synapses
    }

    /// Number of synapses.
    pub fn synapses(&self) -> u64 {
        (self.weighted.len() + self.shared.len()) as u64
    }

    /// Bytes of synapses.
    pub fn synapse_bytes(&self) -> u64 {
        (size_of_val(&*self.weighted) + size_of_val(&*self.shared)) as u64
    }

    /// Bytes of the index that finds them.
    pub fn index_bytes(&self) -> u64 {
        let rows = size_of_val(&*self.first_segment) + size_of_val(&*self.first_synapse);
        (rows + size_of_val(&*self.segments)) as u64
    }

    /// Calls `visit(slot, weight, delay)` for every synapse of neuron `index` of population `source`, in stored order.
    pub fn visit(&self, source: usize, index: u32, mut visit: impl FnMut(u16, W, u32)) {
        let span = &self.spans[source];
        for (k, &kind) in span.kinds.iter().enumerate() {
            let row = span.first + index as usize * span.kinds.len() + k;
            let mut at = self.first_synapse[row] as usize;
            for segment in &self.segments[self.first_segment[row] as usize..self.first_segment[row + 1] as usize] {
                for offset in at..at + segment.len() as usize {
                    if kind == 0 {
                        let synapse = self.weighted[offset];
                        visit(self.frame.slot(synapse.cell), synapse.weight, segment.delay());
                    } else {
                        visit(self.frame.slot(self.shared[offset]), self.weights[usize::from(kind)], segment.delay());
                    }
                }
                at += segment.len() as usize;
            }
        }
    }

    /// How many synapses of an entry of the frame of `now` are due before it.
    pub(crate) fn due_before(&self, now: Tick, entry: Entry) -> u64 {
        let (base, part) = (self.frame.base(entry.phase()), self.frame.base(self.frame.phase(now)));
        let early = |&&cell: &&u16| cell.wrapping_add(base) < part;
        if entry.packed() > 0 {
            return (0..entry.packed()).filter(|&k| entry.cell(k) < part).count() as u64;
        }
        let range = entry.offset()..entry.offset() + entry.len();
        let early = match entry.kind() {
            0 => self.weighted[range].iter().map(|s| s.cell).filter(|cell| early(&cell)).count(),
            _ => self.shared[range].iter().filter(early).count(),
        };
        early as u64
    }
}
