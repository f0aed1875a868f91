//! Potentials at time 0: keyed by population, so independent of the partition.

use super::rows;
use crate::allocation::filled;
use crate::id::PopulationId;
use crate::network::Network;
use crate::random::{Purpose, Stream};

/// The potential of every neuron of a population, mV.
pub fn potentials(network: &Network, id: PopulationId) -> Vec<f64> {
    let population = &network.populations[id];
    let mut potentials = filled(population.size as usize, 0.0, "initial potentials");
    let stream = Stream::new(network.seed, Purpose::InitialPotential, id as u32, 0);
    rows::draw(&population.initial, &stream, &mut potentials);
    potentials
}
