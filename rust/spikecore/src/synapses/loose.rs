//! Loose synapses: each carries its own delay. The store of cores on which a source has so few synapses that most
//! would be a segment of their own; the other layout is [`crate::synapses::store`], and which one a core has cannot be observed.
//!
//! A spike files the synapses themselves: the delay line then holds cells and weights, and delivery reads it from
//! front to back and nothing else.

use crate::cells::frame::CELLS;
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;
use crate::pages::Pages;

/// A synapse with a time (8 B in f32, 6 B in q16, 12 B in f64): its cell in the low bits of 32, and in the others, in the
/// store its delay, in the delay line the tick in which it is due, as far as there is room.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, packed)]
pub struct Loose<W> {
    place: u32,
    /// Weight.
    pub weight: W,
}

impl<W: Copy> Loose<W> {
    /// A synapse onto a cell of `bits` bits, and its delay.
    pub fn new(bits: u32, cell: u32, delay: u16, weight: W) -> Self {
        debug_assert!(cell >> bits == 0 && u64::from(delay) << bits <= u64::from(u32::MAX), "invariant: a place fits 32 bits");
        Self { place: u32::from(delay) << bits | cell, weight }
    }

    /// Its cell.
    #[inline(always)]
    pub fn cell(self, bits: u32) -> u32 {
        self.place & ((1 << bits) - 1)
    }

    /// Its delay, or the low bits of the tick in which it is due.
    #[inline(always)]
    pub fn ticks(self, bits: u32) -> u32 {
        self.place >> bits
    }

    /// The same, `tick` later: with the tick in which it is due in place of its delay.
    #[inline(always)]
    pub fn due_after(self, bits: u32, tick: Tick) -> Self {
        Self { place: self.place.wrapping_add((tick as u32) << bits), ..self }
    }
}

/// Bits of a cell on a core of so many slots: 16, with delays of up to 65,535 ticks, or as many as [`WIDE_SLOTS`] need.
pub fn cell_bits(slots: usize) -> u32 {
    if slots > CELLS { WIDE_SLOTS.ilog2() } else { CELLS.ilog2() }
}

/// Most slots of a core whose synapses are loose, and longest delay if it has more than [`CELLS`].
pub const WIDE_SLOTS: usize = 1 << 20;
/// See [`WIDE_SLOTS`].
pub const WIDE_DELAY: u32 = (1 << (32 - WIDE_SLOTS.ilog2())) - 1;

/// Synapses of one core by source neuron, and of a source in the order in which they are delivered: by storage kind,
/// then by creation.
#[derive(Debug)]
pub struct LooseStore<W: Weight> {
    /// Bits of a cell.
    pub(crate) bits: u32,
    /// First synapse of each neuron of the network, and one past the last.
    pub(crate) first: Pages<u32>,
    /// Synapses.
    pub(crate) synapses: Pages<Loose<W>>,
}

impl<W: Weight> LooseStore<W> {
    /// Most synapses that the index can count.
    pub const MOST: u64 = u32::MAX as u64;

    /// Asserts that every slot is below `slots`, and that the rows cover the synapses.
    ///
    /// # Panics
    /// If the store was built wrongly.
    pub fn assert_consistent(&self, slots: usize) {
        let highest = self.synapses.iter().map(|s| s.cell(self.bits)).max();
        assert!(highest.is_none_or(|cell| (cell as usize) < slots), "invariant: cell {highest:?} of {slots}");
        assert!(
            self.first.is_sorted() && self.first.last().is_some_and(|&end| end as usize == self.synapses.len()),
            "invariant: rows cover the synapses"
        );
    }

    /// Whether the synapses of every source stand by ascending delay.
    pub fn is_by_delay(&self) -> bool {
        let row = |ends: &[u32]| self.synapses[ends[0] as usize..ends[1] as usize].is_sorted_by_key(|one| one.ticks(self.bits));
        self.first.windows(2).all(row)
    }

    /// Synapses of a source.
    pub fn row(&self, source: NeuronId) -> &[Loose<W>] {
        &self.synapses[self.first[source as usize] as usize..self.first[source as usize + 1] as usize]
    }
}
