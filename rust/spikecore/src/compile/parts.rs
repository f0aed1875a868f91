//! What compiling hands over.

use crate::neurocore::Core;
use crate::number::weight::Weight;
use crate::router::{Lane, Port, Router};

/// What compiling hands over.
pub struct Parts<W: Weight> {
    /// Assembled cores.
    pub cores: Vec<Core<W>>,
    /// What the router knows of each core.
    pub lanes: Vec<Lane>,
    /// What connects them.
    pub router: Router,
    /// One per core.
    pub ports: Vec<Port>,
    /// Longest delay of a stored synapse.
    pub longest: u32,
    /// Synapses per source neuron.
    pub out_degree: Vec<u32>,
    /// Workers.
    pub workers: usize,
    /// Quantum of the weights onto each population.
    pub steps: Vec<f64>,
}
