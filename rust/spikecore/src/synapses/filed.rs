//! What a delay line holds: entries of rows, or loose synapses, with their place in the canonical order of their tick.

use super::entry::Entry;
use super::loose::Loose;
use super::waiting::{LooseRest, Rest, RowRest};
use crate::number::weight::Weight;

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
        if self.packed() > 0 { self.packed().into() } else { self.len() as u64 }
    }
}

impl<W: Weight> Filed for Loose<W> {
    const TIMED: bool = true;
    type Rest = LooseRest;
    fn synapses(self) -> u64 {
        1
    }
}
