//! What a delay line holds: entries of rows, or loose synapses, with their place in the canonical order of their tick.

use super::loose::Loose;
use super::store::{Kind, Segment};
use super::waiting::{LooseRest, Rest, RowRest};
use super::weight::Weight;
use crate::id::{NeuronId, Tick};

/// A filed run of synapses: offset into its kind's array (36 bits), phase of the emission tick (4 bits), length
/// (16 bits), kind (8 bits). Or, with length 0, one synapse itself, which shares its weight: its cell in place of the offset,
/// for the tick in which it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry(u64);

impl Entry {
    /// Packs an entry.
    #[inline(always)]
    pub(super) fn new(offset: u64, len: u32, phase: u32, kind: Kind) -> Self {
        debug_assert!(offset < 1 << 36 && phase < 1 << 4 && len <= LONGEST, "invariant: an entry fits 64 bits");
        Self(offset << 28 | u64::from(phase) << 24 | u64::from(len) << 8 | u64::from(kind))
    }
    /// Packs one synapse of a shared weight.
    #[inline(always)]
    pub(super) fn single(cell: u16, kind: Kind) -> Self {
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
pub(super) const LONGEST: u32 = 0xffff;

/// Something filed.
pub trait Filed: Copy + std::fmt::Debug {
    /// Whether it is due at one tick of its frame, and not in the frame as a whole.
    const TIMED: bool;
    /// What is left of a spike that waits.
    type Rest: Rest;
    /// Number of synapses.
    fn synapses(self) -> u64;
}

impl Filed for Entry {
    const TIMED: bool = false;
    type Rest = RowRest;
    fn synapses(self) -> u64 {
        self.len().max(1) as u64
    }
}

impl<W: Weight> Filed for Loose<W> {
    const TIMED: bool = true;
    type Rest = LooseRest;
    fn synapses(self) -> u64 {
        1
    }
}

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
    pub(super) fn new(delay: u32, source: NeuronId) -> Self {
        Self(u64::from(u32::MAX - delay) << 32 | u64::from(source))
    }
}
