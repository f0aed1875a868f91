//! The part of a population that a core owns.

#[cfg(doc)]
use crate::id::BLOCK;
use crate::id::PopulationId;

/// The part of a population that a core owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Population.
    pub population: PopulationId,
    /// Index within the population of the slice's first neuron, a multiple of [`BLOCK`].
    pub first: u32,
    /// Number of neurons.
    pub len: u32,
    /// Slot of the first neuron's first receptor; receptor `r` of neuron `i` is slot `slot0 + r * stride + i`.
    pub slot0: u32,
    /// Slots between two receptors of one neuron: `len` rounded up to whole blocks.
    pub stride: u32,
}
