//! The delay line: a timing wheel of what spikes have left to be delivered. From rows a spike files one entry per frame
//! that a row reaches, from loose synapses it files the synapses themselves; the core walks a frame's entries when the
//! frame comes. Nothing is scattered before that.
//!
//! Entries of a frame are in filing order: (emission tick, source id, kind), which is the canonical order of sums.
//! A core whose producers are filed in several channels has a line for each, filed tick by tick with a key beside
//! every entry, and merges them by key when it delivers.

use super::kernels::prefetch_element;
use super::loose::Loose;
use super::store::{Kind, Segment};
use super::weight::Weight;
use crate::allocation::{gathered, push, reserve, resize, with_room};
use crate::id::{NeuronId, Tick};
use std::ops::Range;

/// A filed run of synapses: offset into its kind's array (36 bits), phase of the emission tick (4 bits), length
/// (16 bits), kind (8 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry(u64);

impl Entry {
    /// Packs an entry.
    #[inline(always)]
    fn new(offset: u64, len: u32, phase: u32, kind: Kind) -> Self {
        debug_assert!(offset < 1 << 36 && phase < 1 << 4 && len <= LONGEST, "invariant: an entry fits 64 bits");
        Self(offset << 28 | u64::from(phase) << 24 | u64::from(len) << 8 | u64::from(kind))
    }
    /// Offset of the first synapse.
    #[inline(always)]
    pub fn offset(self) -> usize {
        (self.0 >> 28) as usize
    }
    /// The emission tick's place in its frame.
    #[inline(always)]
    pub fn phase(self) -> u32 {
        (self.0 >> 24) as u32 & 15
    }
    /// Number of synapses.
    #[inline(always)]
    pub fn len(self) -> usize {
        (self.0 >> 8 & 0xffff) as usize
    }
    /// Storage kind.
    #[inline(always)]
    pub fn kind(self) -> Kind {
        self.0 as u8
    }
}

/// What this memory is for.
const LINE: &str = "spikes that wait for their delay";

/// Something filed.
pub trait Filed: Copy + std::fmt::Debug {
    /// Whether it is due at one tick of its frame, and not in the frame as a whole.
    const TIMED: bool;
    /// Number of synapses.
    fn synapses(self) -> u64;
}

impl Filed for Entry {
    const TIMED: bool = false;
    fn synapses(self) -> u64 {
        self.len() as u64
    }
}

impl<W: Weight> Filed for Loose<W> {
    const TIMED: bool = true;
    fn synapses(self) -> u64 {
        1
    }
}

/// Longest frame of loose synapses, as a power of two; it ends before [`super::events::is_census`] comes twice.
pub const LONGEST_FRAME: u32 = 4;

/// Slots that count for what is usual.
const LATELY: usize = 64;

/// Most entries that are asked for.
const ASKED: usize = 128;

/// Most synapses of an entry; longer runs are filed as several.
const LONGEST: u32 = 0xffff;

/// What a spike finds on a core: a row, and what its entries have in common.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Emission tick.
    pub tick: Tick,
    /// Its place in its frame.
    pub phase: u32,
    /// The neuron that fired.
    pub source: NeuronId,
    /// Storage kind.
    pub kind: Kind,
    /// First synapse, in its kind's array.
    pub first: u64,
    /// Segments, by ascending delay.
    pub segments: &'a [Segment],
}

/// An entry's place in the canonical order of its tick: emission tick, then source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u64);

impl Key {
    /// Among what is due at one tick, a longer delay means an earlier emission.
    #[inline(always)]
    fn new(delay: u32, source: NeuronId) -> Self {
        Self(u64::from(u32::MAX - delay) << 32 | u64::from(source))
    }
}

/// In what pieces a line is walked.
#[derive(Debug, Clone, Copy)]
pub enum Walk {
    /// By frames of this binary logarithm of ticks: one line, in order by itself.
    ByFrame(u32),
    /// Tick by tick, with keys: one of several lines.
    ByTick,
}

/// A wheel of a power of two of slots, one per frame (or tick), beyond the longest delay.
#[derive(Debug)]
pub struct DelayLine<E> {
    slots: Vec<Vec<E>>,
    /// Buffers of slots that are empty, for entries and keys, the warmest last.
    spare: Vec<(Vec<E>, Vec<Key>)>,
    /// Entries of the slots emptied lately, on average, times [`LATELY`].
    usual: usize,
    /// Keys beside the entries; empty where one line is in order by itself.
    keys: Vec<Vec<Key>>,
    mask: u64,
    shift: u32,
    /// The frame whose entries have been put in the order of their ticks, and how many were.
    ordered: (Tick, usize),
    /// For that, reused.
    scratch: Vec<E>,
}

impl<E: Filed> DelayLine<E> {
    /// A wheel that can hold delays up to `longest` ticks and producers up to `ahead` ticks ahead.
    pub fn new(longest: u32, ahead: u32, walk: Walk) -> Self {
        let (shift, keyed) = match walk {
            Walk::ByFrame(shift) => (shift, false),
            Walk::ByTick => (0, true),
        };
        let ticks = u64::from(longest) + u64::from(ahead) + 1;
        // One more than the frames that so many ticks fill: the current frame may be nearly over.
        let slots = (ticks.div_ceil(1 << shift) + u64::from(shift > 0)).next_power_of_two();
        Self {
            slots: gathered((0..slots).map(|_| Vec::new()), LINE),
            spare: with_room(slots as usize, LINE),
            usual: 0,
            keys: gathered((0..if keyed { slots } else { 0 }).map(|_| Vec::new()), LINE),
            mask: slots - 1,
            shift,
            ordered: (Tick::MAX, 0),
            scratch: vec![],
        }
    }

    /// One of the same geometry, which holds nothing.
    pub fn replica(&self) -> Self {
        Self {
            slots: gathered(self.slots.iter().map(|_| Vec::new()), LINE),
            spare: with_room(self.slots.len(), LINE),
            usual: 0,
            keys: gathered(self.keys.iter().map(|_| Vec::new()), LINE),
            ordered: (Tick::MAX, 0),
            scratch: vec![],
            ..*self
        }
    }

    #[inline(always)]
    fn slot(&self, tick: Tick) -> usize {
        (tick >> self.shift & self.mask) as usize
    }

    /// The latest tick that may be filed while `now` is the next tick to integrate.
    pub fn limit(&self, now: Tick) -> Tick {
        (((now >> self.shift) + self.mask + 1) << self.shift) - 1
    }

    /// Puts an entry, whose first synapse has this delay, into the slot of `frame`.
    #[inline(always)]
    fn put(&mut self, frame: u64, entry: E, delay: u32, source: NeuronId) {
        let slot = (frame & self.mask) as usize;
        if self.slots[slot].len() == self.slots[slot].capacity() {
            self.make_room(slot);
        }
        self.slots[slot].push(entry);
        if !self.keys.is_empty() {
            push(&mut self.keys[slot], Key::new(delay, source), LINE);
        }
    }

    /// Gives a slot its buffers, with room for twice what is usual: each by itself would go on growing for long.
    #[cold]
    fn make_room(&mut self, slot: usize) {
        if self.slots[slot].capacity() > 0 {
            reserve(&mut self.slots[slot], 1, LINE);
            return;
        }
        let (mut entries, mut keys) = self.spare.pop().unwrap_or_default();
        let room = 2 * self.usual / LATELY + 8;
        reserve(&mut entries, room, LINE);
        if let Some(place) = self.keys.get_mut(slot) {
            reserve(&mut keys, room, LINE);
            *place = keys;
        }
        self.slots[slot] = entries;
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

    /// The first tick from `now` on of a frame with entries; `Tick::MAX` if there is none.
    pub fn next_due(&self, now: Tick) -> Tick {
        let frames = (now >> self.shift)..=(now >> self.shift) + self.mask;
        let held = |&frame: &Tick| !self.slots[(frame & self.mask) as usize].is_empty();
        frames.into_iter().find(held).map_or(Tick::MAX, |frame| (frame << self.shift).max(now))
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

    /// Empties all frames.
    pub fn reset(&mut self) {
        (0..self.slots.len()).for_each(|slot| self.empty(slot));
        self.ordered = (Tick::MAX, 0);
    }

    fn empty(&mut self, slot: usize) {
        let mut entries = std::mem::take(&mut self.slots[slot]);
        if entries.capacity() > 0 {
            self.usual = self.usual - self.usual / LATELY + entries.len();
            entries.clear();
            let mut keys = self.keys.get_mut(slot).map(std::mem::take).unwrap_or_default();
            keys.clear();
            push(&mut self.spare, (entries, keys), LINE);
        }
    }

    /// Synapses of all entries held.
    pub fn held(&self) -> u64 {
        self.slots.iter().flatten().map(|e| e.synapses()).sum()
    }

    /// Bytes reserved.
    pub fn bytes(&self) -> u64 {
        let entries = self.slots.iter().chain(self.spare.iter().map(|spare| &spare.0));
        let keys = self.keys.iter().chain(self.spare.iter().map(|spare| &spare.1));
        let bytes =
            entries.map(|s| s.capacity() * size_of::<E>()).sum::<usize>() + keys.map(|k| k.capacity() * size_of::<Key>()).sum::<usize>();
        bytes as u64
    }
}

impl DelayLine<Entry> {
    /// Files a row: one entry per frame that it reaches. Returns the number of its synapses.
    #[inline(always)]
    pub fn file(&mut self, row: Row<'_>) -> u64 {
        let (mut start, mut end) = (row.first, row.first);
        let (mut frame, mut delay) = (Tick::MAX, 0);
        for segment in row.segments {
            let due = (row.tick + u64::from(segment.delay())) >> self.shift;
            if due != frame {
                self.push(frame, &row, start, end, delay);
                (start, frame, delay) = (end, due, segment.delay());
            }
            end += u64::from(segment.len());
        }
        self.push(frame, &row, start, end, delay);
        end - row.first
    }

    /// Files synapses `start..end` of a row, which are due in one frame, the first with this delay.
    #[inline(always)]
    fn push(&mut self, frame: u64, row: &Row<'_>, mut start: u64, end: u64, delay: u32) {
        while start < end {
            let len = (end - start).min(u64::from(LONGEST)) as u32;
            self.put(frame, Entry::new(start, len, row.phase, row.kind), delay, row.source);
            start += u64::from(len);
        }
    }
}

impl<W: Weight> DelayLine<Loose<W>> {
    /// Files the synapses of a spike of step `tick`, whose cells have `bits` bits.
    #[inline(always)]
    pub fn file(&mut self, bits: u32, tick: Tick, source: NeuronId, row: &[Loose<W>]) {
        if !self.keys.is_empty() {
            return self.file_keyed(bits, tick, source, row);
        }
        let (mask, shift) = (self.mask, self.shift);
        for &one in row {
            let slot = ((tick + u64::from(one.ticks(bits))) >> shift & mask) as usize;
            if self.slots[slot].len() == self.slots[slot].capacity() {
                self.make_room(slot);
            }
            self.slots[slot].push(one.due_after(bits, tick));
        }
    }

    #[cold]
    fn file_keyed(&mut self, bits: u32, tick: Tick, source: NeuronId, row: &[Loose<W>]) {
        for one in row {
            let delay = one.ticks(bits);
            self.put((tick + u64::from(delay)) >> self.shift, one.due_after(bits, tick), delay, source);
        }
    }

    /// Puts what is filed for the frame of `now` in the order of ticks, and of filing within each, unless most of it is: where
    /// in the frame those of `now` stand, and from where on nothing is in order.
    pub fn order(&mut self, bits: u32, now: Tick) -> (Range<usize>, usize) {
        let (frame, last) = (now >> self.shift, (1 << self.shift) - 1);
        let slot = self.slot(now);
        let phase = |one: &Loose<W>| (one.ticks(bits) & last) as usize;
        let known = if self.ordered.0 == frame { self.ordered.1 } else { 0 };
        let filed = &mut self.slots[slot];
        if 4 * (filed.len() - known) > filed.len() {
            let mut starts = [0usize; 1 + (1 << LONGEST_FRAME)];
            filed.iter().for_each(|one| starts[phase(one) + 1] += 1);
            (1..starts.len()).for_each(|k| starts[k] += starts[k - 1]);
            self.scratch.clear();
            resize(&mut self.scratch, filed.len(), Loose::default(), LINE);
            for one in &*filed {
                let place = &mut starts[phase(one)];
                self.scratch[*place] = *one;
                *place += 1;
            }
            filed.copy_from_slice(&self.scratch);
            self.ordered = (frame, filed.len());
        }
        let ordered = if self.ordered.0 == frame { self.ordered.1 } else { 0 };
        let of = (now as u32 & last) as usize;
        let begin = filed[..ordered].partition_point(|one| phase(one) < of);
        let end = filed[..ordered].partition_point(|one| phase(one) <= of);
        (begin..end, ordered)
    }

    /// How many of the frame of `now` are due before it.
    pub fn due_before(&self, bits: u32, now: Tick) -> usize {
        self.due(now).iter().filter(|one| self.phase(one.ticks(bits).into()) < self.phase(now)).count()
    }
}
