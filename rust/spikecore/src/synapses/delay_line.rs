//! The delay line: a timing wheel of what spikes have left to be delivered. From rows a spike files one entry per frame
//! that a row reaches, from loose synapses it files the synapses themselves; the core walks a frame's entries when the
//! frame comes. Nothing is scattered before that.
//!
//! Entries of a frame are in filing order: (emission tick, source id, kind), which is the canonical order of sums.
//! A core whose producers are filed in several channels has a line for each, filed tick by tick with a key beside
//! every entry, and merges them by key when it delivers.
//!
//! # Turns
//!
//! Where delays are long the wheel does not hold all of them: its slots would leave the cache, and a spike with a thousand
//! synapses would wait as a thousand entries. Time is then cut into *turns*, aligned runs of as many ticks as the wheel has.
//! A spike files what is due in the current turn, and what is left of it waits, as one small record ([`crate::synapses::waiting`]).
//! When the next turn begins, the spikes that wait are visited, each files what is due in that turn, and waits on if it has
//! more:
//!
//! ```text
//!              turn 6 (current)          turn 7              turn 8
//!        ├───────────▲─────────────┼───────────────────┼───────────────────┤
//!                   now             .                   .
//! spike A      ──●───────●──●───────.────●──────────●───.──●──               filed │ waits, first due in turn 7
//! spike B             ●──────●──────.───────────────────.─────────●─         filed │ waits, first due in turn 8
//! ```
//!
//! - **T1** A slot belongs to one turn at a time: nothing is filed for a turn before it begins, and it begins, at a tick of
//!   its own, when the last one is over and all its slots are empty. Turns in which nothing is due never begin.
//! - **T2** The order within a slot stays canonical. What waited when the turn began is filed first, in canonical order, since
//!   the list of waiting spikes is in that order; it holds every spike that was ingested before. What is ingested later was
//!   emitted later, or in the same tick by a larger id or kind.
//! - **T3** So neither the length of a turn nor the tick at which it begins can be observed.
//!
//! Where the wheel holds the longest delay there is one turn without end, and nothing ever waits.

use super::buffers::Buffers;
use super::entry::Key;
use super::filed::Filed;
use super::waiting::Waiting;
use crate::allocation::with_room;
use crate::id::{NeuronId, Tick};
use crate::simd::prefetch::prefetch_element;
use std::ops::Range;

/// Longest frame of loose synapses, as a power of two; it ends before [`crate::neurons::census::is_census`] comes twice.
pub const LONGEST_FRAME: u32 = 4;

/// Most entries that are asked for.
const ASKED: usize = 128;

/// In what pieces a line is walked.
#[derive(Debug, Clone, Copy)]
pub enum Walk {
    /// By frames of this binary logarithm of ticks: one line, in order by itself.
    ByFrame(u32),
    /// Tick by tick, with keys: one of several lines.
    ByTick,
}

/// For what delays and producers a line is made, in ticks.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Longest delay.
    pub longest: u32,
    /// How far producers may be ahead.
    pub ahead: u32,
    /// A turn of the wheel, a power of two; `None` if the wheel is to hold everything.
    pub turn: Option<u32>,
}

impl Span {
    /// Most ticks of a wheel that holds everything: its slots stay in the cache, and what it holds is little.
    const WHOLE: u32 = 2048;
    /// Shortest turn by default.
    const SHORT: u32 = 256;
    /// Turns in the longest delay, about, if they are not shorter than that: so many times a spike is visited.
    const TURNS: u32 = 64;

    /// With the turn that suits; tests choose another.
    pub fn new(longest: u32, ahead: u32, turn: Option<u32>) -> Self {
        let suits = || (longest + ahead >= Self::WHOLE).then(|| (longest / Self::TURNS).next_power_of_two().max(Self::SHORT));
        Self { longest, ahead, turn: turn.or_else(suits).map(u32::next_power_of_two) }
    }

    /// Whether a wheel for such delays, whatever the producers, may have turns.
    pub fn may_turn(longest: u32, turn: Option<u32>) -> bool {
        Self::new(longest, longest, turn).turn.is_some()
    }
}

/// A wheel of a power of two of slots, one per frame (or tick): beyond the longest delay, or as many as a turn has.
#[derive(Debug)]
pub struct DelayLine<E: Filed> {
    pub(crate) slots: Vec<Vec<E>>,
    /// Keys beside the entries; empty where one line is in order by itself.
    keys: Vec<Vec<Key>>,
    buffers: Buffers<E>,
    pub(crate) mask: u64,
    pub(crate) shift: u32,
    /// The first tick after the current turn; `Tick::MAX` where the wheel holds everything.
    pub(crate) turn_end: Tick,
    /// What is left of spikes that reach beyond the turn.
    pub(crate) waiting: Waiting<E::Rest>,
    /// The frame whose entries have been put in the order of their ticks, and how many were.
    pub(crate) ordered: (Tick, usize),
    /// For that, reused.
    pub(crate) scratch: Vec<E>,
    made_for: (Span, Walk),
}

impl<E: Filed> DelayLine<E> {
    /// A wheel for such delays and producers.
    pub fn new(span: Span, walk: Walk) -> Self {
        let (shift, keyed) = match walk {
            Walk::ByFrame(shift) => (shift, false),
            Walk::ByTick => (0, true),
        };
        let ticks = u64::from(span.longest) + u64::from(span.ahead) + 1;
        let slots = match span.turn {
            // One more than the frames that so many ticks fill: the current frame may be nearly over.
            None => (ticks.div_ceil(1 << shift) + u64::from(shift > 0)).next_power_of_two(),
            Some(turn) => u64::from(turn >> shift).max(1),
        };
        let whole = span.turn.is_none();
        Self {
            slots: empty(slots),
            keys: empty(if keyed { slots } else { 0 }),
            buffers: Buffers::new(slots as usize, !whole),
            mask: slots - 1,
            shift,
            turn_end: if whole { Tick::MAX } else { slots << shift },
            waiting: Waiting::default(),
            ordered: (Tick::MAX, 0),
            scratch: vec![],
            made_for: (span, walk),
        }
    }

    /// One like it that holds nothing.
    pub fn anew(&self) -> Self {
        Self::new(self.made_for.0, self.made_for.1)
    }

    #[inline(always)]
    pub(crate) fn slot(&self, tick: Tick) -> usize {
        (tick >> self.shift & self.mask) as usize
    }

    /// Does it have keys?
    #[inline(always)]
    pub(crate) fn is_keyed(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Does its wheel turn, so that spikes may have to wait?
    #[inline(always)]
    pub(crate) fn has_turns(&self) -> bool {
        self.turn_end != Tick::MAX
    }

    /// Whether the turn of `now` has yet to begin.
    #[inline(always)]
    pub(crate) fn is_past_turn(&self, now: Tick) -> bool {
        now >= self.turn_end
    }

    /// The turn of a tick.
    pub(crate) fn turn(&self, tick: Tick) -> Range<Tick> {
        let ticks = (self.mask + 1) << self.shift;
        let start = tick & !(ticks - 1);
        start..start + ticks
    }

    /// The latest tick that may be filed while `now` is the next tick to integrate. With turns any could wait; producers are
    /// held to their lookahead, so that what waits is bounded by delays alone.
    pub fn limit(&self, now: Tick) -> Tick {
        if self.has_turns() {
            let (span, _) = self.made_for;
            return now + u64::from(span.longest) + u64::from(span.ahead);
        }
        (((now >> self.shift) + self.mask + 1) << self.shift) - 1
    }

    /// Puts an entry, whose first synapse has this delay, into the slot of `frame`.
    #[inline(always)]
    pub(crate) fn put(&mut self, frame: u64, entry: E, delay: u32, source: NeuronId) {
        let slot = (frame & self.mask) as usize;
        if self.slots[slot].len() == self.slots[slot].capacity() {
            self.make_room(slot);
        }
        self.slots[slot].push(entry);
        if !self.keys.is_empty() {
            self.keys[slot].push(Key::new(delay, source));
        }
    }

    /// Its slots, to file many entries one after the other; it has no keys.
    #[inline(always)]
    pub(crate) fn slots(&mut self) -> Slots<'_, E> {
        debug_assert!(!self.is_keyed(), "invariant: an entry has its key beside it");
        Slots { slots: &mut self.slots, buffers: &mut self.buffers, shift: self.shift }
    }

    /// Gives a slot its buffer, or more room in it.
    #[cold]
    pub(crate) fn make_room(&mut self, slot: usize) {
        let keyed = self.is_keyed();
        if self.slots[slot].capacity() > 0 {
            return Buffers::grow(&mut self.slots[slot], self.keys.get_mut(slot), 1);
        }
        let (entries, keys) = self.buffers.take(keyed);
        self.slots[slot] = entries;
        if keyed {
            self.keys[slot] = keys;
        }
    }

    /// Asks for the first entries of the frame of `tick`: they were filed long ago, and hardware streams what is longer.
    #[inline]
    pub fn ask(&self, tick: Tick) {
        let entries = &self.slots[self.slot(tick)];
        for at in (0..entries.len().min(ASKED)).step_by(64 / size_of::<E>()) {
            prefetch_element(entries, at);
        }
    }

    /// The keys of the entries of the frame of `tick`, ascending.
    pub fn due_keys(&self, tick: Tick) -> &[Key] {
        &self.keys[self.slot(tick)]
    }

    /// Entries of the frame of `tick` so far.
    pub fn due(&self, tick: Tick) -> &[E] {
        &self.slots[self.slot(tick)]
    }

    /// The first tick from `now` on of a frame with entries, or at which a waiting spike is due; `Tick::MAX` if there is none.
    pub fn next_due(&self, now: Tick) -> Tick {
        let first = now >> self.shift;
        let frames = first..(first + self.mask + 1).min(self.turn_end >> self.shift);
        let held = |&frame: &Tick| !self.slots[(frame & self.mask) as usize].is_empty();
        let filed = frames.into_iter().find(held).map_or(Tick::MAX, |frame| (frame << self.shift).max(now));
        filed.min(self.waiting.next_due())
    }

    /// Is `tick` the last of its frame?
    pub fn ends_frame(&self, tick: Tick) -> bool {
        self.phase(tick + 1) == 0
    }

    /// A tick's place in its frame.
    #[inline(always)]
    pub fn phase(&self, tick: Tick) -> Tick {
        tick & ((1 << self.shift) - 1)
    }

    /// Is a frame one tick?
    pub fn is_by_tick(&self) -> bool {
        self.shift == 0
    }

    /// The first tick of a frame.
    pub fn frame_start(&self, tick: Tick) -> Tick {
        tick - self.phase(tick)
    }

    /// Is `tick` the first of its frame?
    pub fn begins_frame(&self, tick: Tick) -> bool {
        self.phase(tick) == 0
    }

    /// The first tick of the next frame.
    pub fn frame_end(&self, tick: Tick) -> Tick {
        ((tick >> self.shift) + 1) << self.shift
    }

    /// Empties the frame of `tick`, which has been walked.
    pub fn clear(&mut self, tick: Tick) {
        self.empty(self.slot(tick));
    }

    /// Forgets all.
    pub fn reset(&mut self) {
        (0..self.slots.len()).for_each(|slot| self.empty(slot));
        self.waiting.clear();
        self.ordered = (Tick::MAX, 0);
        if self.has_turns() {
            self.turn_end = self.turn(0).end;
        }
    }

    fn empty(&mut self, slot: usize) {
        if self.slots[slot].capacity() > 0 {
            let keys = self.keys.get_mut(slot).map(std::mem::take).unwrap_or_default();
            self.buffers.give((std::mem::take(&mut self.slots[slot]), keys));
        }
    }

    /// Synapses of all entries held, and of what waits.
    pub fn held(&self) -> u64 {
        self.slots.iter().flatten().map(|e| e.synapses()).sum::<u64>() + self.waiting.synapses()
    }

    /// Bytes reserved.
    pub fn bytes(&self) -> u64 {
        let entries = self.slots.iter().map(|s| s.capacity() * size_of::<E>() + size_of_val(s)).sum::<usize>();
        let keys = self.keys.iter().map(|k| k.capacity() * size_of::<Key>() + size_of_val(k)).sum::<usize>();
        (entries + keys + self.buffers.bytes()) as u64 + self.waiting.bytes()
    }
}

/// The slots of a line without keys.
pub(crate) struct Slots<'a, E> {
    pub(super) slots: &'a mut [Vec<E>],
    pub(super) buffers: &'a mut Buffers<E>,
    shift: u32,
}

impl<E: Copy> Slots<'_, E> {
    /// The frame of a tick.
    #[inline(always)]
    pub fn frame(&self, tick: Tick) -> Tick {
        tick >> self.shift
    }

    /// Those from that of `frame` to the end of its turn.
    pub fn starting_at(self, frame: Tick) -> Self {
        let first = frame as usize & (self.slots.len() - 1);
        Self { slots: &mut self.slots[first..], ..self }
    }

    /// Puts an entry into the slot of `tick`; asks for the place of a later one, as [`put_first`] does.
    #[inline(always)]
    pub fn put(&mut self, tick: Tick, entry: E) {
        let slot = &mut self.slots[(tick >> self.shift) as usize & (self.slots.len() - 1)];
        prefetch_element(slot, slot.len() + 64 / size_of::<E>());
        if slot.len() == slot.capacity() {
            make_room(slot, self.buffers, 1);
        }
        slot.push(entry);
    }
}

/// Puts the first `n` of some entries into a slot: to write them all may cost less than a branch would. Asks for the place of later
/// ones, since a turn files for all its slots by turns, and these lie far apart.
#[inline(always)]
pub(super) fn put_first<E: Copy, const N: usize>(slot: &mut Vec<E>, buffers: &mut Buffers<E>, entries: &[E; N], n: usize) {
    prefetch_element(slot, slot.len() + 64 / size_of::<E>());
    if slot.capacity() - slot.len() < N {
        make_room(slot, buffers, N);
    }
    let len = slot.len() + n;
    slot.extend_from_slice(entries);
    slot.truncate(len);
}

/// Gives a slot its buffer, or room for so many entries more.
#[cold]
#[inline(never)]
fn make_room<E>(slot: &mut Vec<E>, buffers: &mut Buffers<E>, more: usize) {
    if slot.capacity() > 0 {
        Buffers::grow(slot, None, more);
    } else {
        *slot = buffers.take(false).0;
    }
}

/// So many empty vectors.
fn empty<T>(n: u64) -> Vec<Vec<T>> {
    let mut all = with_room(n as usize, "delay lines");
    all.resize_with(n as usize, Vec::new);
    all
}
