//! A core's local memory: its weight store, in one of two layouts, what spikes have left in its delay lines, and its
//! implicit projections.
//!
//! Nothing that can be observed depends on the layout: both add the synapses of a cell in canonical order.

use super::delay_line::{DelayLine, LONGEST_FRAME, Span, Walk};
use super::filed::{Entry, Filed, Row};
use super::frame::{CELLS, Frame};
use super::implicit::Implicit;
use super::kernels;
use super::loose::{Loose, LooseStore};
use super::store::Store;
use super::touched::Mark;
use super::weight::Weight;
use crate::allocation::{extend, filled, gathered, reserve};
use crate::id::{NeuronId, Tick};
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

/// For what delays and producers a core's delay lines are made.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Channels of producers, a line each.
    pub channels: usize,
    /// Longest delay of a stored synapse in ticks.
    pub longest: u32,
    /// Ticks that producers may be ahead.
    pub ahead: u32,
    /// Smallest lookahead of a producer.
    pub nearest: u32,
    /// Ticks of a turn of the wheels; `None` for what suits.
    pub turn: Option<u32>,
}

/// Slots of a delay line of loose synapses that are few enough to stay in cache, heads, ends and all.
const FEW_SLOTS: u32 = 128;

impl Reach {
    /// How long a frame of loose synapses is, as a power of two: so long that there are few, and at most what a core
    /// runs at a time.
    fn shift(self) -> u32 {
        let enough = (self.longest + self.ahead + 1).div_ceil(FEW_SLOTS).next_power_of_two().ilog2();
        enough.min(LONGEST_FRAME).min((self.nearest / 2).max(1).ilog2())
    }
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
    pub(super) fn only_loose(&self) -> Option<&DelayLine<Loose<W>>> {
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
    pub(super) fn cell_bits(&self) -> u32 {
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
    pub(super) fn turn_to(&mut self, now: Tick) {
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
                let deliver = if lines.have_turns() { kernels::deliver::<W, true> } else { kernels::deliver::<W, false> };
                lines.walk_early(now, |due| deliver(store, due, &mut cells[0], marks))
            }
            Held::Loose(store, lines, _) => {
                lines.walk_loose(store.bits, now, true, |due| kernels::deliver_loose(store.bits, due, now, cells.as_flattened_mut(), marks))
            }
        }
    }

    /// Adds the rest of what is due at `now`; everything must have been filed. Returns the number of synapses.
    #[inline]
    pub fn deliver(&mut self, now: Tick, cells: &mut [[W::Acc; CELLS]], marks: &mut impl Mark) -> u64 {
        self.turn_to(now);
        let stored = match &mut self.held {
            Held::Rows(store, lines) => {
                let deliver = if lines.have_turns() { kernels::deliver::<W, true> } else { kernels::deliver::<W, false> };
                lines.walk(now, |due| deliver(store, due, &mut cells[0], marks))
            }
            Held::Loose(store, lines, _) => lines
                .walk_loose(store.bits, now, false, |due| kernels::deliver_loose(store.bits, due, now, cells.as_flattened_mut(), marks)),
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
    pub(super) fn leave_visited(&mut self, end: Tick) -> u64 {
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
            Held::Rows(store, _) => kernels::bare_scatter(store, events, &mut cells[0]),
            Held::Loose(store, ..) => kernels::bare_scatter_loose(store, events, cells.as_flattened_mut()),
        }
    }
}

/// Files the spikes of step `tick`: one entry per frame that a row reaches in the current turn, if the wheel `TURNS`. Returns
/// the number of synapses.
fn file_rows<W: Weight, const TURNS: bool>(
    store: &Store<W>,
    line: &mut DelayLine<Entry>,
    starts: &[NeuronId],
    tick: Tick,
    ids: &[NeuronId],
) -> u64 {
    let (phase, spans) = (store.frame.phase(tick), &store.spans[..]);
    let rows = |population: usize, local: u32| {
        let span = &spans[population];
        let row = span.first + local as usize * span.kinds.len();
        row..row + span.kinds.len()
    };
    // Two passes: the first asks for the rows' segment lists, which are scattered over megabytes.
    let mut population = 0;
    for &id in ids {
        while id >= starts[population + 1] {
            population += 1;
        }
        for row in rows(population, id - starts[population]) {
            let at = store.first_segment[row] as usize;
            // One line too few costs more than several too many.
            kernels::prefetch_element(&store.segments, at);
            kernels::prefetch_element(&store.segments, at + 16);
            kernels::prefetch_element(&store.segments, at + 32);
            kernels::prefetch_element(&store.segments, at + 48);
            kernels::prefetch_element(&store.first_synapse, row);
        }
    }
    population = 0;
    let mut filed = 0;
    for &id in ids {
        while id >= starts[population + 1] {
            population += 1;
        }
        for (k, row) in rows(population, id - starts[population]).enumerate() {
            let (begin, end) = (store.first_segment[row] as usize, store.first_segment[row + 1] as usize);
            let found = Row {
                tick,
                phase,
                source: id,
                kind: spans[population].kinds[k],
                first: store.first_synapse[row],
                segments: &store.segments[begin..end],
            };
            filed += if TURNS { line.file_in_turn(found, row as u32, begin as u32) } else { line.file(found) };
        }
    }
    filed
}

/// Delay lines, one per channel, and what has been walked of the current frame.
#[derive(Debug)]
struct Lines<E: Filed> {
    lines: Vec<DelayLine<E>>,
    /// Due entries of several channels in canonical order.
    in_order: Vec<E>,
    /// How many of each channel these are.
    merged: Vec<usize>,
    /// Entries of the current frame that have been walked, and their synapses.
    walked: (usize, u64),
}

impl<W: Weight> Lines<Loose<W>> {
    /// Walks what is filed for `now` and was not walked; several channels are merged when it is not early.
    fn walk_loose(&mut self, bits: u32, now: Tick, early: bool, mut walk: impl FnMut(&[Loose<W>]) -> u64) -> u64 {
        let [line] = &mut self.lines[..] else {
            return if early { self.walk_early(now, walk) } else { self.walk(now, walk) };
        };
        if line.is_by_tick() {
            return self.walk_early(now, walk);
        }
        let mut synapses = 0;
        if self.walked.0 == 0 {
            let (run, ordered) = line.order(bits, now);
            synapses = walk(&line.due(now)[run]);
            self.walked.0 = ordered;
        }
        let due = line.due(now);
        synapses += walk(&due[self.walked.0..]);
        self.walked = (due.len(), self.walked.1 + synapses);
        synapses
    }
}

impl<E: Filed> Lines<E> {
    fn new(reach: Reach, shift: u32) -> Self {
        let walk = if reach.channels > 1 { Walk::ByTick } else { Walk::ByFrame(shift) };
        let span = Span::new(reach.longest, reach.ahead, reach.turn);
        let lines = gathered((0..reach.channels).map(|_| DelayLine::new(span, walk)), "channels");
        Self { lines, in_order: vec![], merged: filled(reach.channels, 0, "channels"), walked: (0, 0) }
    }

    /// Do their wheels turn?
    fn have_turns(&self) -> bool {
        self.lines.iter().any(DelayLine::has_turns)
    }

    /// Some like these that hold nothing.
    fn anew(&self) -> Self {
        let lines = gathered(self.lines.iter().map(DelayLine::anew), "channels");
        Self { lines, in_order: vec![], merged: filled(self.merged.len(), 0, "channels"), walked: (0, 0) }
    }

    fn reset(&mut self) {
        self.lines.iter_mut().for_each(DelayLine::reset);
        self.walked = (0, 0);
    }

    fn limit(&self, now: Tick) -> Option<Tick> {
        self.lines.first().map(|line| line.limit(now))
    }

    fn next_due(&self, now: Tick) -> Tick {
        self.lines.iter().map(|line| line.next_due(now)).min().unwrap_or(Tick::MAX)
    }

    fn held(&self) -> u64 {
        self.lines.iter().map(DelayLine::held).sum()
    }

    /// Walks what one channel has filed for `now` and was not walked; several channels have to be merged later.
    fn walk_early(&mut self, now: Tick, walk: impl FnOnce(&[E]) -> u64) -> u64 {
        let [line] = &self.lines[..] else {
            return 0;
        };
        let due = line.due(now);
        let synapses = walk(&due[self.walked.0..]);
        self.walked = (due.len(), self.walked.1 + synapses);
        synapses
    }

    /// Walks the rest.
    fn walk(&mut self, now: Tick, walk: impl FnOnce(&[E]) -> u64) -> u64 {
        if self.lines.len() <= 1 {
            return self.walk_early(now, walk);
        }
        self.merge(now);
        let synapses = walk(&self.in_order);
        self.walked = (0, synapses);
        synapses
    }

    /// Puts what is due at `now` in order. Each line is, and entries of one spike come from one line, in the order of its
    /// kinds.
    fn merge(&mut self, now: Tick) {
        self.in_order.clear();
        self.merged.fill(0);
        let head = |k: usize, at: usize| self.lines[k].due_keys(now).get(at).map(|&key| (key, k));
        loop {
            // Of the line that is first, all that comes before the heads of the others.
            let heads = |except: Option<usize>| {
                let others = self.merged.iter().enumerate().filter(move |&(k, _)| Some(k) != except);
                others.filter_map(|(k, &at)| head(k, at)).min()
            };
            let Some((_, first)) = heads(None) else {
                return;
            };
            let (at, until) = (self.merged[first], heads(Some(first)).map(|(key, _)| key));
            let rest = self.lines[first].due_keys(now)[at..].iter();
            let end = at + rest.take_while(|&&key| until.is_none_or(|until| key < until)).count();
            extend(&mut self.in_order, &self.lines[first].due(now)[at..end], "spikes on their way");
            self.merged[first] = end;
        }
    }

    fn leave(&mut self, now: Tick) {
        for line in &mut self.lines {
            if line.ends_frame(now) {
                line.clear(now);
                line.ask(now + 1);
                self.walked = (0, 0);
            }
        }
        if E::TIMED {
            self.walked.0 = 0;
        }
    }
}
