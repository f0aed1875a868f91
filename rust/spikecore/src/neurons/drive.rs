//! What drives the neurons of a slice in one step, besides synapses.

use crate::id::Tick;
use crate::number::weight::Weight;
use crate::stimuli::poisson::{PoissonDrive, Span};

/// What drives a slab in one step, besides synapses.
#[derive(Debug)]
pub struct Drive<'a, W: Weight> {
    /// The step.
    pub tick: Tick,
    /// Index within the population of the slab's first neuron.
    pub first: u32,
    /// Number of real neurons.
    pub len: usize,
    /// Potential per step from constant current: one value, or one per (padded) neuron.
    pub bias: &'a [W::State],
    /// Poisson stimuli in declaration order.
    pub poisson: &'a [PoissonDrive<W>],
    /// Whether to count inputs.
    pub census: bool,
}

impl<W: Weight> Drive<'_, W> {
    /// What Poisson events are keyed by.
    #[inline(always)]
    pub fn span(&self) -> Span {
        (self.tick, self.first, self.len)
    }
}
