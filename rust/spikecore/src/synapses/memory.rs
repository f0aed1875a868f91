//! A core's local memory: its weight store, in one of two layouts, what spikes have left in its delay lines, and its
//! implicit projections.
//!
//! Nothing that can be observed depends on the layout: both add the synapses of a cell in canonical order.

use super::delay_line::DelayLine;
use super::deliver;
use super::entry::Entry;
use super::implicit::Implicit;
use super::lines::{Lines, Reach};
use super::loose::{Loose, LooseStore};
use super::row_filing::file_rows;
use super::store::Store;
use crate::allocation::{gathered, reserve};
use crate::cells::frame::{CELLS, Frame};
use crate::cells::touched::Mark;
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;
use std::sync::Arc;

/// The weight store of a core.
#[derive(Debug)]
pub enum Stored<W: Weight> {
    /// Rows cut into segments of equal delay.
    Rows(Store<W>),
    /// Every synapse with its delay.
    Loose(LooseStore<W>),
}

/// Spikes that have arrived by one channel: step and source, in canonical order.
type Arrivals = Vec<(Tick, NeuronId)>;

/// Store and delay lines.
#[derive(Debug)]
pub struct Memory<W: Weight> {
    held: Held<W>,
    implicit: Implicit<W>,
    frame: Frame,
    /// Global ids of the first neurons of populations, and one past the last neuron. All cores share them.
    population_starts: Arc<Vec<NeuronId>>,
}

/// A store is shared by a core and its replicas and never changes (contract C2).
#[derive(Debug)]
enum Held<W: Weight> {
    Rows(Arc<Store<W>>, Lines<Entry>),
    /// With the spikes of each channel that are to be filed together.
    Loose(Arc<LooseStore<W>>, Lines<Loose<W>>, Vec<Arrivals>),
}

impl<W: Weight> Memory<W> {
    /// A core's memory; checks once what the unchecked loops rely on (K1).
    pub fn new(stored: Stored<W>, mut implicit: Implicit<W>, slots: usize, reach: Reach, population_starts: Arc<Vec<NeuronId>>) -> Self {
        implicit.open(reach.channels);
        let (held, frame) = match stored {
            Stored::Rows(store) => {
                store.assert_consistent(slots);
                let frame = store.frame;
                (Held::Rows(Arc::new(store), Lines::new(reach, frame.shift())), frame)
            }
            Stored::Loose(store) => {
                store.assert_consistent(slots);
                let lines = Lines::new(reach, reach.shift());
                assert!(!lines.have_turns() || store.is_by_delay(), "invariant: where wheels turn, rows are sorted by delay");
                (Held::Loose(Arc::new(store), lines, vec![vec![]; reach.channels]), Frame::TICK)
            }
        };
        Self { held, implicit, frame, population_starts }
    }

    /// The memory of a replica of its core: the same store, and delay lines of its own, which hold nothing.
    pub fn replica(&self) -> Self {
        let held = match &self.held {
            Held::Rows(store, lines) => Held::Rows(Arc::clone(store), lines.anew()),
            Held::Loose(store, lines, arrivals) => {
                Held::Loose(Arc::clone(store), lines.anew(), gathered(arrivals.iter().map(|_| vec![]), "channels"))
            }
        };
        Self { held, implicit: self.implicit.replica(), frame: self.frame, population_starts: Arc::clone(&self.population_starts) }
    }

    /// Forgets all spikes.
    pub fn reset(&mut self) {
        self.implicit.reset();
        match &mut self.held {
            Held::Rows(_, lines) => lines.reset(),
            Held::Loose(_, lines, arrivals) => {
                lines.reset();
                arrivals.iter_mut().for_each(Vec::clear);
            }
        }
    }

    /// Where its store lies: the same for a core and its replicas.
    #[cfg(test)]
    pub(crate) fn address(&self) -> *const () {
        match &self.held {
            Held::Rows(store, _) => Arc::as_ptr(store).cast(),
            Held::Loose(store, ..) => Arc::as_ptr(store).cast(),
        }
    }

    /// Its delay line, if all that can be due stands in one as loose synapses, in order.
    #[inline(always)]
    pub(crate) fn only_loose(&self) -> Option<&DelayLine<Loose<W>>> {
        match &self.held {
            Held::Loose(_, lines, _) if self.implicit.is_empty() => {
                if let [line] = &lines.lines[..] {
                    Some(line)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// Bits of a cell in loose synapses.
    pub(crate) fn cell_bits(&self) -> u32 {
        if let Held::Loose(store, ..) = &self.held { store.bits } else { CELLS.ilog2() }
    }

    /// How its cells are used.
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// Takes the spikes of step `tick` that came by `channel`; `ids` ascend. Some may be filed by `file` only.
    pub fn ingest(&mut self, channel: usize, tick: Tick, ids: &[NeuronId]) -> u64 {
        let computed = self.implicit.ingest(channel, tick, ids);
        match &mut self.held {
            Held::Rows(store, lines) => {
                let (line, starts) = (&mut lines.lines[channel], &self.population_starts);
                let file = if line.has_turns() { file_rows::<W, true> } else { file_rows::<W, false> };
                computed + file(store, line, starts, tick, ids)
            }
            Held::Loose(_, _, arrivals) => {
                reserve(&mut arrivals[channel], ids.len(), "spikes that have arrived");
                arrivals[channel].extend(ids.iter().map(|&id| (tick, id)));
                computed
            }
        }
    }

    /// Files what `ingest` has left; returns how many synapses.
    #[inline]
    pub fn file(&mut self) -> u64 {
        let Held::Loose(store, lines, arrivals) = &mut self.held else {
            return 0;
        };
        let mut filed = 0;
        for (line, arrivals) in lines.lines.iter_mut().zip(arrivals) {
            filed += store.file(line, arrivals);
            arrivals.clear();
        }
        filed
    }

    /// Latest tick that may be filed while `now` is the next to integrate, if the store has no delay above `longest`.
    pub fn limit(&self, now: Tick, longest: u32) -> Tick {
        let limit = match &self.held {
            Held::Rows(_, lines) => lines.limit(now),
            Held::Loose(_, lines, _) => lines.limit(now),
        };
        limit.map_or(Tick::MAX, |limit| limit - u64::from(longest))
    }

    /// The first tick from `now` on for which anything is filed.
    pub fn next_due(&self, now: Tick) -> Tick {
        let stored = match &self.held {
            Held::Rows(_, lines) => lines.next_due(now),
            Held::Loose(_, lines, _) => lines.next_due(now),
        };
        stored.min(self.implicit.next_due())
    }

    /// Begins the turns of the wheels that `now` is in, if they have not begun: before anything of `now` is delivered.
    #[inline(always)]
    pub(crate) fn turn_to(&mut self, now: Tick) {
        match &mut self.held {
            Held::Rows(store, lines) => {
                for line in lines.lines.iter_mut().filter(|line| line.is_past_turn(now)) {
                    line.begin_turn(store, &self.population_starts, now);
                }
            }
            Held::Loose(store, lines, _) => {
                for line in lines.lines.iter_mut().filter(|line| line.is_past_turn(now)) {
                    line.begin_turn(store, now);
                }
            }
        }
    }

    /// Adds to the cells what is due at `now` and has been filed, if nothing earlier in canonical order can still come:
    /// with one channel what comes later was emitted later. Returns the number of synapses.
    #[inline]
    pub fn deliver_early(&mut self, now: Tick, cells: &mut [[W::Acc; CELLS]], marks: &mut impl Mark) -> u64 {
        self.turn_to(now);
        match &mut self.held {
            Held::Rows(store, lines) => {
                let deliver = if lines.have_turns() { deliver::deliver::<W, true> } else { deliver::deliver::<W, false> };
                lines.walk_early(now, |due| deliver(store, due, &mut cells[0], marks))
            }
            Held::Loose(store, lines, _) => {
                lines.walk_loose(store.bits, now, true, |due| deliver::deliver_loose(store.bits, due, now, cells.as_flattened_mut(), marks))
            }
        }
    }

    /// Adds the rest of what is due at `now`; everything must have been filed. Returns the number of synapses.
    #[inline]
    pub fn deliver(&mut self, now: Tick, cells: &mut [[W::Acc; CELLS]], marks: &mut impl Mark) -> u64 {
        self.turn_to(now);
        let stored = match &mut self.held {
            Held::Rows(store, lines) => {
                let deliver = if lines.have_turns() { deliver::deliver::<W, true> } else { deliver::deliver::<W, false> };
                lines.walk(now, |due| deliver(store, due, &mut cells[0], marks))
            }
            Held::Loose(store, lines, _) => lines
                .walk_loose(store.bits, now, false, |due| deliver::deliver_loose(store.bits, due, now, cells.as_flattened_mut(), marks)),
        };
        let base = usize::from(self.frame.base(self.frame.phase(now)));
        stored + self.implicit.deliver(now, base, &mut cells[0], marks)
    }

    /// Stored synapses of the current frame that have been delivered.
    fn walked(&self) -> u64 {
        match &self.held {
            Held::Rows(_, lines) => lines.walked.1,
            Held::Loose(_, lines, _) => lines.walked.1,
        }
    }

    /// Empties what has been walked, at the end of its frame.
    #[inline]
    pub fn leave(&mut self, now: Tick) {
        match &mut self.held {
            Held::Rows(_, lines) => lines.leave(now),
            Held::Loose(_, lines, _) => lines.leave(now),
        }
    }

    /// Counts what is due below `end` in the frame that its last tick is of, run by visits, and empties the frame if that
    /// is its end; how many synapses have not been counted before.
    pub(crate) fn leave_visited(&mut self, end: Tick) -> u64 {
        let Held::Loose(store, lines, _) = &mut self.held else {
            unreachable!("invariant: visits are to loose synapses");
        };
        let (line, last) = (&lines.lines[0], end - 1);
        let due = if line.ends_frame(last) { line.due(last).len() } else { line.due_before(store.bits, end) } as u64;
        let counted = std::mem::replace(&mut lines.walked.1, due);
        lines.leave(last);
        due - counted
    }

    /// Synapses filed and not yet due when `now` is the next tick; those of the current frame are looked at one by one.
    pub fn pending(&self, now: Tick) -> u64 {
        let stored: u64 = match &self.held {
            Held::Rows(store, lines) => {
                let begun = |line: &DelayLine<Entry>| line.due(now).iter().map(|&entry| store.due_before(now, entry)).sum::<u64>();
                let pending = |line: &DelayLine<Entry>| line.held() - if line.begins_frame(now) { 0 } else { begun(line) };
                lines.lines.iter().map(pending).sum()
            }
            Held::Loose(store, lines, _) => lines.lines.iter().map(|line| line.held() - line.due_before(store.bits, now) as u64).sum(),
        };
        stored + self.implicit.held()
    }

    /// Synapses filed that have not been delivered.
    pub fn unscattered(&self) -> u64 {
        let held = match &self.held {
            Held::Rows(_, lines) => lines.held(),
            Held::Loose(_, lines, _) => lines.held(),
        };
        held - self.walked() + self.implicit.held()
    }

    /// Calls `visit(slot, weight, delay)` for every synapse of neuron `index` of population `source`: the stored ones by
    /// kind, and in the order of creation among those with one delay; then the implicit ones.
    pub fn visit(&self, source: usize, index: u32, mut visit: impl FnMut(u32, W, u32)) {
        match &self.held {
            Held::Rows(store, _) => store.visit(source, index, |slot, weight, delay| visit(slot.into(), weight, delay)),
            Held::Loose(store, ..) => {
                for one in store.row(self.population_starts[source] + index) {
                    visit(one.cell(store.bits), one.weight, one.ticks(store.bits));
                }
            }
        }
        self.implicit.visit(source, index, |slot, weight, delay| visit(slot.into(), weight, delay));
    }

    /// Calls `visit(neuron of the slice, weight, delay)` for every synapse of a source in one implicit projection: its
    /// target, and its number among the implicit ones onto that.
    pub fn visit_computed(&self, projection: (usize, usize), index: u32, visit: impl FnMut(u32, W, u32)) {
        self.implicit.visit_one(projection, index, visit);
    }

    /// Number of synapses.
    pub fn synapses(&self) -> u64 {
        let stored = match &self.held {
            Held::Rows(store, _) => store.synapses(),
            Held::Loose(store, ..) => store.synapses.len() as u64,
        };
        stored + self.implicit.synapses()
    }

    /// Bytes of synapses, matrices and kernels, and of the index that finds synapses.
    pub fn bytes(&self) -> (u64, u64) {
        let (stored, index) = match &self.held {
            Held::Rows(store, _) => (store.synapse_bytes(), store.index_bytes()),
            Held::Loose(store, ..) => (size_of_val(&*store.synapses) as u64, size_of_val(&*store.first) as u64),
        };
        (stored + self.implicit.bytes(), index)
    }

    /// Whether every stored synapse carries its delay.
    pub fn is_loose(&self) -> bool {
        matches!(self.held, Held::Loose(..))
    }

    /// Bytes of the delay lines.
    pub fn line_bytes(&self) -> u64 {
        let stored: u64 = match &self.held {
            Held::Rows(_, lines) => lines.lines.iter().map(DelayLine::bytes).sum(),
            Held::Loose(_, lines, _) => lines.lines.iter().map(DelayLine::bytes).sum(),
        };
        stored + self.implicit.line_bytes()
    }

    /// Adds up to `events` of its stored synapses to `cells`, in stored order; returns how many.
    pub fn bare_scatter(&self, events: usize, cells: &mut [[W::Acc; CELLS]]) -> usize {
        match &self.held {
            Held::Rows(store, _) => deliver::bare_scatter(store, events, &mut cells[0]),
            Held::Loose(store, ..) => deliver::bare_scatter_loose(store, events, cells.as_flattened_mut()),
        }
    }
}
