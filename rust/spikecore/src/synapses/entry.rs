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

/// A filed run of synapses: offset into its kind's array (36 bits), phase of the emission tick (4 bits), length (14 bits), a 0
/// (2 bits), kind (8 bits). Or up to [`PACKED`] synapses themselves, of one spike and due in one frame, which share their weight:
/// their cells (16 bits each, the first lowest), each for the tick in which it is due, 6 bits that are 0, how many (2 bits), kind.
/// What stands in the places of further cells says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry(u64);

impl Entry {
    /// Packs a run.
    #[inline(always)]
    pub(crate) fn new(offset: u64, len: u32, phase: u32, kind: Kind) -> Self {
        debug_assert!(offset < 1 << 36 && phase < 1 << 4 && len <= LONGEST, "invariant: an entry fits 64 bits");
        Self(offset << 28 | u64::from(phase) << 24 | u64::from(len) << 10 | u64::from(kind))
    }
    /// Packs the first `count` of some synapses of a shared weight; `base` is added to their cells. One of none is never kept.
    #[inline(always)]
    pub(crate) fn pack(cells: &[u16; PACKED + 1], base: u16, count: usize, kind: Kind) -> Self {
        debug_assert!(count <= PACKED, "invariant: an entry fits 64 bits");
        // All four at once. The highest bits apart, since no carry may leave its cell.
        const HIGHEST: u64 = 0x8000_8000_8000_8000;
        let (cells, bases) = (cells.map(u64::from), u64::from(base) * 0x0001_0001_0001_0001);
        let cells = cells[0] | cells[1] << 16 | cells[2] << 32 | cells[3] << 48;
        let sums = ((cells & !HIGHEST) + (bases & !HIGHEST)) ^ ((cells ^ bases) & HIGHEST);
        Self(sums << 16 | (count as u64) << 8 | u64::from(kind))
    }
    /// How many synapses it is itself; 0 if it is a run.
    #[inline(always)]
    pub fn packed(self) -> u32 {
        (self.0 >> 8) as u32 & 3
    }
    /// The cell of the `k`-th synapse that it is itself.
    #[inline(always)]
    pub fn cell(self, k: u32) -> u16 {
        (self.0 >> (16 + 16 * k)) as u16
    }
    /// Offset of the first synapse of a run.
    #[inline(always)]
    pub fn offset(self) -> usize {
        (self.0 >> 28) as usize
    }
    /// The emission tick's place in its frame, of a run.
    #[inline(always)]
    pub fn phase(self) -> u32 {
        (self.0 >> 24) as u32 & 15
    }
    /// Number of synapses in a run.
    #[inline(always)]
    pub fn len(self) -> usize {
        (self.0 >> 10 & 0x3fff) as usize
    }
    /// Storage kind.
    #[inline(always)]
    pub fn kind(self) -> Kind {
        self.0 as u8
    }
}

/// Most synapses that an entry is itself.
pub(crate) const PACKED: usize = 3;

/// Most synapses of an entry; longer runs are filed as several.
pub(crate) const LONGEST: u32 = 0x3fff;

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
