//! The packed records of stored synapses and of what a delay line holds of them.

use crate::id::{NeuronId, Tick};

/// One stored synapse: the cell that it feeds and its weight, packed (4 B in q16, 6 B in f32, 10 B in f64).
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, packed)]
pub struct Synapse<W> {
    /// Cell of the owning core, see [`crate::cells::frame`].
    pub cell: u16,
    /// Weight.
    pub weight: W,
}

/// Synapses of one row with one delay: delay in the high 16 bits, length (1..=65535) in the low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Segment(u32);

impl Segment {
    /// Packs a delay and a length.
    pub fn new(delay: u16, len: u16) -> Self {
        Self(u32::from(delay) << 16 | u32::from(len))
    }
    /// Delay in ticks.
    #[inline(always)]
    pub fn delay(self) -> u32 {
        self.0 >> 16
    }
    /// Number of synapses.
    #[inline(always)]
    pub fn len(self) -> u32 {
        self.0 & 0xffff
    }
}

/// How a row's synapses are stored: 0 individually weighted, `k` the `k - 1`-th shared weight.
pub type Kind = u8;

/// A filed run of synapses: offset into its kind's array (36 bits), phase of the emission tick (4 bits), length
/// (16 bits), kind (8 bits). Or, with length 0, one synapse itself, which shares its weight: its cell in place of the offset,
/// for the tick in which it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry(u64);

impl Entry {
    /// Packs an entry.
    #[inline(always)]
    pub(crate) fn new(offset: u64, len: u32, phase: u32, kind: Kind) -> Self {
        debug_assert!(offset < 1 << 36 && phase < 1 << 4 && len <= LONGEST, "invariant: an entry fits 64 bits");
        Self(offset << 28 | u64::from(phase) << 24 | u64::from(len) << 8 | u64::from(kind))
    }
    /// Packs one synapse of a shared weight.
    #[inline(always)]
    pub(crate) fn single(cell: u16, kind: Kind) -> Self {
        Self(u64::from(cell) << 28 | u64::from(kind))
    }
    /// The cell, if it is one synapse itself.
    #[inline(always)]
    pub fn cell(self) -> Option<u16> {
        (self.len() == 0).then_some(self.offset() as u16)
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
    /// Number of synapses in the run.
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

/// Most synapses of an entry; longer runs are filed as several.
pub(crate) const LONGEST: u32 = 0xffff;

/// What a spike finds on a core: a row, or what is left of one, and what its entries have in common.
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
    pub(crate) fn new(delay: u32, source: NeuronId) -> Self {
        Self(u64::from(u32::MAX - delay) << 32 | u64::from(source))
    }
}
