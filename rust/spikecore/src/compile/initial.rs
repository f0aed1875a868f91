//! Potentials at time 0: keyed by population, so independent of the partition.

use super::rows;
use crate::allocation::{filled, gathered};
use crate::id::PopulationId;
use crate::network::{Distribution, Network};
use crate::random::{Purpose, Stream};

/// The potential of every neuron of a population, mV.
pub fn potentials(network: &Network, id: PopulationId) -> Vec<f64> {
    let population = &network.populations[id];
    drawn(network, id, &population.initial, 0)
}

/// The state of every neuron of a population with equations at time 0, number by number.
pub fn state(network: &Network, id: PopulationId) -> Vec<Vec<f64>> {
    let population = &network.populations[id];
    let laws = std::iter::once(&population.initial).chain(&population.others);
    gathered(laws.zip(0..).map(|(law, place)| drawn(network, id, law, place)), "initial values")
}

/// Draws of a law for number `place` of the state of a population.
fn drawn(network: &Network, id: PopulationId, law: &Distribution, place: u64) -> Vec<f64> {
    let mut values = filled(network.populations[id].size as usize, 0.0, "initial potentials");
    let stream = Stream::new(network.seed, Purpose::InitialPotential, id as u32, place);
    rows::draw(law, &stream, &mut values);
    values
}
