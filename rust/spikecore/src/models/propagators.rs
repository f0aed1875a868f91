//! The linear equations of a leaky neuron on the grid, as numbers.

/// Propagators of one tick, in `f64`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Propagators {
    /// Synaptic currents per neuron: 1, 2, or 0 with delta synapses.
    pub currents: usize,
    /// Decay of the potential over one tick.
    pub p22: f64,
    /// Potential per constant current, mV/pA.
    pub p20: f64,
    /// Decay of each receptor's current.
    pub p11: [f64; 2],
    /// Potential per receptor current, mV/pA.
    pub p21: [f64; 2],
    /// Threshold relative to rest, mV.
    pub theta: f64,
    /// Reset relative to rest, mV.
    pub reset: f64,
    /// Whether a spike takes `theta - reset` from the potential.
    pub subtracts: bool,
    /// Refractory ticks.
    pub refractory: u16,
}
