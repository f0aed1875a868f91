//! Frames: runs of ticks whose input is summed in one walk.
//!
//! A core that stores rows has 65,536 accumulators, its *cells*, because a cell is a `u16` in the store; loose synapses may
//! name more, and then every cell is a slot. A core with few slots has
//! cells to spare, and uses them to look ahead: a frame is `2^k` consecutive ticks, aligned, and the cells hold the
//! input of every slot for every tick of one frame. A row's synapses with neighbouring delays are then one entry of
//! the delay line, so entries stay as long on a small core as on a large one.
//!
//! The store holds each synapse's slot and, in the spare high bits, its delay modulo the frame. Adding the emission
//! tick to those bits gives the due tick modulo the frame, and 16-bit arithmetic wraps by itself:
//!
//! ```text
//! cell = slot + (delay mod ticks) * part          stored;  part = 65536 / ticks
//! cell + (emission mod ticks) * part  (mod 2^16)  where it is added
//! ```
//!
//! Sums do not depend on the frame: within a frame entries are walked in order of filing, which is the order of
//! emission, so every accumulator sees its terms in canonical order.

use crate::id::{MAX_SLOTS, Tick};

/// Accumulators of a core that stores rows; other cores have a multiple of them.
pub const CELLS: usize = MAX_SLOTS;
/// Longest frame, as a power of two: an entry has 4 bits for the emission tick.
const MAX_SHIFT: u32 = 4;

/// How a core's cells are divided among the ticks of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    shift: u32,
}

impl Frame {
    /// A frame of one tick: a cell is a slot.
    pub const TICK: Self = Self { shift: 0 };

    /// The longest frame for a core of `slots` slots.
    ///
    /// # Panics
    /// If there are more slots than cells.
    pub fn new(slots: usize) -> Self {
        assert!(slots <= CELLS, "invariant: {slots} slots in {CELLS} cells");
        Self { shift: (CELLS / slots.max(1)).ilog2().min(MAX_SHIFT) }
    }

    /// Binary logarithm of its ticks.
    pub fn shift(self) -> u32 {
        self.shift
    }

    /// A tick's place in its frame.
    #[inline(always)]
    pub fn phase(self, tick: Tick) -> u32 {
        tick as u32 & ((1 << self.shift) - 1)
    }

    /// Where the cells of a phase begin; a multiple of 65536 is 0.
    #[inline(always)]
    pub fn base(self, phase: u32) -> u16 {
        (phase << (16 - self.shift)) as u16
    }

    /// What the store holds for a synapse.
    #[inline(always)]
    pub fn cell(self, slot: u16, delay: u16) -> u16 {
        slot | self.base(self.phase(u64::from(delay)))
    }

    /// The slot of a stored cell.
    #[inline(always)]
    pub fn slot(self, cell: u16) -> u16 {
        cell & (CELLS >> self.shift).wrapping_sub(1) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_and_due_tick_of_a_frame_has_its_own_cell() {
        for slots in [1, 500, 4096, 4097, 9_650, 19_300, 38_600, 65_536] {
            let frame = Frame::new(slots);
            let ticks = 1u64 << frame.shift();
            assert!(slots << frame.shift() <= CELLS && (frame.shift() == MAX_SHIFT || slots << (frame.shift() + 1) > CELLS));
            for slot in [0, slots / 2, slots - 1].map(|s| s as u16) {
                for emission in 0..2 * ticks {
                    for delay in 1..=2 * ticks as u16 {
                        let stored = frame.cell(slot, delay);
                        assert_eq!(frame.slot(stored), slot);
                        let cell = stored.wrapping_add(frame.base(frame.phase(emission)));
                        let due = emission + u64::from(delay);
                        assert_eq!(cell, slot + frame.base(frame.phase(due)), "slot {slot} of {slots}, {emission} + {delay}");
                    }
                }
            }
        }
    }
}
