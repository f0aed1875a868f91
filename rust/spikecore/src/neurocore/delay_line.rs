//! The delay line: a timing wheel of segments. A spike files one entry per delay; when the tick comes the core
//! walks the due entries. Nothing is scattered before it is due.
//!
//! Entries of a slot are in filing order: (emission tick, source id, kind), which is the canonical order of sums.
//! A core whose producers are filed in several channels has a line for each, with a key beside every entry, and
//! merges them by key when it delivers.

/// A filed segment: offset into its kind's array (40 bits), length (16 bits), kind (8 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry(u64);

impl Entry {
    /// Packs an entry.
    #[inline(always)]
    pub fn new(offset: u64, len: u32, kind: u8) -> Self {
        debug_assert!(offset < 1 << 40 && len < 1 << 16, "invariant: an entry fits 64 bits");
        Self(offset << 24 | u64::from(len) << 8 | u64::from(kind))
    }
    /// Offset of the first synapse.
    #[inline(always)]
    pub fn offset(self) -> usize {
        (self.0 >> 24) as usize
    }
    /// Number of synapses.
    #[inline(always)]
    pub fn len(self) -> usize {
        (self.0 >> 8 & 0xffff) as usize
    }
    /// Storage kind.
    #[inline(always)]
    pub fn kind(self) -> u8 {
        self.0 as u8
    }
}

/// An entry's place in the canonical order of its slot: emission tick, then source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u64);

impl Key {
    /// Within a slot, a longer delay means an earlier emission.
    #[inline(always)]
    pub fn new(delay: u32, source: u32) -> Self {
        Self(u64::from(u32::MAX - delay) << 32 | u64::from(source))
    }
}

/// A wheel of `slots` ticks; a power of two above the longest delay.
#[derive(Debug)]
pub struct DelayLine {
    slots: Vec<Vec<Entry>>,
    mask: u64,
    /// Keys beside the entries; empty where one line is in order by itself.
    keys: Vec<Vec<Key>>,
}

impl DelayLine {
    /// A wheel that can hold delays up to `longest` ticks and producers up to `ahead` ticks ahead.
    pub fn new(longest: u32, ahead: u32, keyed: bool) -> Self {
        let slots = (u64::from(longest) + u64::from(ahead) + 1).next_power_of_two();
        let keys = (0..if keyed { slots } else { 0 }).map(|_| Vec::new()).collect();
        Self { slots: (0..slots).map(|_| Vec::new()).collect(), mask: slots - 1, keys }
    }

    /// The latest tick that may be filed while `now` is the next tick to integrate.
    pub fn limit(&self, now: u64) -> u64 {
        now + self.mask
    }

    /// Files an entry that is due at `tick`.
    #[inline(always)]
    pub fn file(&mut self, tick: u64, entry: Entry) {
        self.slots[(tick & self.mask) as usize].push(entry);
    }

    /// Files an entry and its place in the canonical order.
    #[inline(always)]
    pub fn file_keyed(&mut self, tick: u64, entry: Entry, key: Key) {
        self.slots[(tick & self.mask) as usize].push(entry);
        self.keys[(tick & self.mask) as usize].push(key);
    }

    /// Entries due at `tick` with their keys.
    pub fn due_keyed(&self, tick: u64) -> impl Iterator<Item = (Key, Entry)> {
        let slot = (tick & self.mask) as usize;
        self.keys[slot].iter().copied().zip(self.slots[slot].iter().copied())
    }

    /// Entries due at `tick` so far.
    pub fn due(&self, tick: u64) -> &[Entry] {
        &self.slots[(tick & self.mask) as usize]
    }

    /// Empties the slot of a tick that has been delivered.
    pub fn clear(&mut self, tick: u64) {
        self.slots[(tick & self.mask) as usize].clear();
        if let Some(keys) = self.keys.get_mut((tick & self.mask) as usize) {
            keys.clear();
        }
    }

    /// Synapses filed and not yet cleared.
    pub fn pending(&self) -> u64 {
        self.slots.iter().flatten().map(|e| e.len() as u64).sum()
    }

    /// Bytes reserved.
    pub fn bytes(&self) -> u64 {
        let entries = self.slots.iter().map(|s| s.capacity() * size_of::<Entry>()).sum::<usize>();
        (entries + self.keys.iter().map(|k| k.capacity() * size_of::<Key>()).sum::<usize>()) as u64
    }
}
