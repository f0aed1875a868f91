//! The delay line: a timing wheel of runs of synapses. A spike files one entry per frame that a row reaches; the
//! core walks a frame's entries when the frame comes. Nothing is scattered before that.
//!
//! Entries of a frame are in filing order: (emission tick, source id, kind), which is the canonical order of sums.
//! A core whose producers are filed in several channels has a line for each, filed tick by tick with a key beside
//! every entry, and merges them by key when it delivers.

use super::frame::Frame;
use super::store::{Kind, Segment};
use crate::id::{NeuronId, Tick};

/// A filed run of synapses: offset into its kind's array (36 bits), phase of the emission tick (4 bits), length
/// (16 bits), kind (8 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry(u64);

impl Entry {
    /// An empty run.
    #[inline(always)]
    pub fn new(offset: u64, phase: u32, kind: Kind) -> Self {
        debug_assert!(offset < 1 << 36 && phase < 1 << 4, "invariant: an entry fits 64 bits");
        Self(offset << 28 | u64::from(phase) << 24 | u64::from(kind))
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
    /// With `more` synapses, if the length still fits.
    #[inline(always)]
    fn longer(self, more: u32) -> Option<Self> {
        (self.len() + more as usize <= 0xffff).then_some(Self(self.0 + (u64::from(more) << 8)))
    }
    /// The empty run behind this one.
    #[inline(always)]
    fn behind(self) -> Self {
        Self(((self.offset() + self.len()) as u64) << 28 | self.0 & 0xf00_00ff)
    }
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
    /// By frames: one line, in order by itself.
    ByFrame(Frame),
    /// Tick by tick, with keys: one of several lines.
    ByTick,
}

/// A wheel of a power of two of slots, one per frame (or tick), beyond the longest delay.
#[derive(Debug)]
pub struct DelayLine {
    slots: Vec<Vec<Entry>>,
    /// Keys beside the entries; empty where one line is in order by itself.
    keys: Vec<Vec<Key>>,
    /// Synapses due at each tick.
    due: Vec<u64>,
    mask: u64,
    shift: u32,
}

impl DelayLine {
    /// A wheel that can hold delays up to `longest` ticks and producers up to `ahead` ticks ahead.
    pub fn new(longest: u32, ahead: u32, walk: Walk) -> Self {
        let (shift, keyed) = match walk {
            Walk::ByFrame(frame) => (frame.shift(), false),
            Walk::ByTick => (0, true),
        };
        let ticks = u64::from(longest) + u64::from(ahead) + 1;
        // One more than the frames that so many ticks fill: the current frame may be nearly over.
        let slots = (ticks.div_ceil(1 << shift) + u64::from(shift > 0)).next_power_of_two();
        Self {
            slots: (0..slots).map(|_| Vec::new()).collect(),
            keys: (0..if keyed { slots } else { 0 }).map(|_| Vec::new()).collect(),
            due: vec![0; (slots as usize) << shift],
            mask: slots - 1,
            shift,
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

    /// Files the segments of one row of the spike that `(tick, source)` emitted; `run` is the empty entry at the
    /// row's beginning. Returns the number of synapses.
    #[inline(always)]
    pub fn file_row(&mut self, (tick, source): (Tick, NeuronId), mut run: Entry, segments: &[Segment]) -> u64 {
        let mut filed = 0;
        let mut frame = Tick::MAX;
        let mut first_delay = 0;
        let ticks = self.due.len() as u64 - 1;
        for segment in segments {
            let due = tick + u64::from(segment.delay());
            self.due[(due & ticks) as usize] += u64::from(segment.len());
            filed += u64::from(segment.len());
            match run.longer(segment.len()) {
                Some(longer) if due >> self.shift == frame => run = longer,
                _ => {
                    self.file(frame, run, Key::new(first_delay, source));
                    (frame, first_delay) = (due >> self.shift, segment.delay());
                    run = run.behind().longer(segment.len()).expect("invariant: a segment's length fits an entry");
                }
            }
        }
        self.file(frame, run, Key::new(first_delay, source));
        filed
    }

    #[inline(always)]
    fn file(&mut self, frame: u64, run: Entry, key: Key) {
        if run.len() > 0 {
            let slot = (frame & self.mask) as usize;
            self.slots[slot].push(run);
            if let Some(keys) = self.keys.get_mut(slot) {
                keys.push(key);
            }
        }
    }

    /// Entries of the frame of `tick`, in order, with their keys.
    pub fn due_keyed(&self, tick: Tick) -> impl Iterator<Item = (Key, Entry)> {
        let slot = self.slot(tick);
        self.keys[slot].iter().copied().zip(self.slots[slot].iter().copied())
    }

    /// Entries of the frame of `tick` so far.
    pub fn due(&self, tick: Tick) -> &[Entry] {
        &self.slots[self.slot(tick)]
    }

    /// Synapses that were due at `tick`, which is over.
    pub fn take_due(&mut self, tick: Tick) -> u64 {
        let ticks = self.due.len() as u64 - 1;
        std::mem::take(&mut self.due[(tick & ticks) as usize])
    }

    /// Is `tick` the last of its frame?
    pub fn ends_frame(&self, tick: Tick) -> bool {
        (tick + 1) & ((1 << self.shift) - 1) == 0
    }

    /// Empties the frame of `tick`, which has been walked.
    pub fn clear(&mut self, tick: Tick) {
        let slot = self.slot(tick);
        self.slots[slot].clear();
        if let Some(keys) = self.keys.get_mut(slot) {
            keys.clear();
        }
    }

    /// Synapses filed and not yet due.
    pub fn pending(&self) -> u64 {
        self.due.iter().sum()
    }

    /// Synapses of all entries held.
    pub fn held(&self) -> u64 {
        self.slots.iter().flatten().map(|e| e.len() as u64).sum()
    }

    /// Bytes reserved.
    pub fn bytes(&self) -> u64 {
        let entries = self.slots.iter().map(|s| s.capacity() * size_of::<Entry>()).sum::<usize>();
        let keys = self.keys.iter().map(|k| k.capacity() * size_of::<Key>()).sum::<usize>();
        (entries + keys + size_of_val(&*self.due)) as u64
    }
}
