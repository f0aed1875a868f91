//! What comes from outside without synapses.

pub mod poisson;
pub mod rare;
