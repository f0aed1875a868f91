//! The synapses of one projection. A store does not say of which projection a synapse is, so those that are stored are drawn
//! again: every draw is keyed by what it belongs to, and a weight is rounded as the store rounds it.

use super::engine::Engine;
use super::ledger::Wiring;
use super::read::{Row, Synapses};
use crate::allocation::push;
use crate::compile::rows::Rows;
use crate::error::{CompileError, NetworkError};
use crate::network::{Distribution, Network};
use crate::number::weight::Weight;
use crate::parallel::Watch;

/// What this memory is for.
const SYNAPSES: &str = "a list of synapses";

/// Source neurons between two looks at whether to go on.
const POLL: u32 = 256;

impl<W: Weight> Engine<W> {
    /// See [`super::Machine::synapses_of`].
    pub fn synapses_of(&self, wiring: &Wiring, id: usize, watch: Watch<'_>) -> Result<Synapses, CompileError> {
        let network = wiring.network();
        let known = network.projections.len();
        let projection = network.projections.get(id).ok_or(NetworkError::Unknown { what: "projection", id, known })?;
        let rows = if projection.rule.is_implicit() { self.computed(network, id) } else { self.drawn(network, id, watch)? };
        Ok(Synapses::of_rows(rows))
    }

    /// The synapses of a projection that is stored.
    fn drawn(&self, network: &Network, id: usize, watch: Watch<'_>) -> Result<Vec<Row>, CompileError> {
        let rows = Rows::new(network, id, &mut *watch)?;
        let (sources, step) = (network.populations[rows.projection.source].size, self.steps[rows.projection.target]);
        let (mut targets, mut weights, mut delays, mut all) = (vec![], vec![], vec![], vec![]);
        for source in 0..sources {
            if source % POLL == 0 && !watch(f64::from(source) / f64::from(sources)) {
                return Err(CompileError::Interrupted);
            }
            rows.targets(source, &mut targets);
            rows.weights(source, targets.len(), &mut weights);
            rows.delays(source, targets.len(), &mut delays);
            for (place, (&target, &delay)) in targets.iter().zip(&delays).enumerate() {
                let weight = match rows.projection.weight {
                    Distribution::Constant(value) => value,
                    _ => weights[place],
                };
                push(&mut all, (source, delay.into(), target, place as u32, W::encode(weight, step).decode(step)), SYNAPSES);
            }
        }
        Ok(all)
    }

    /// The synapses of a projection that is computed.
    fn computed(&self, network: &Network, id: usize) -> Vec<Row> {
        let (source, target) = (network.projections[id].source, network.projections[id].target);
        let number = network.projections[..id].iter().filter(|p| p.rule.is_implicit() && p.target == target).count();
        let mut all = vec![];
        for core in &self.cores {
            let Some(slice) = core.placed().iter().map(|p| p.slice).find(|s| s.population == target) else {
                continue;
            };
            for index in 0..self.population_sizes[source] {
                core.memory().visit_computed((target, number), index, |neuron, weight, delay| {
                    push(&mut all, (index, delay, neuron + slice.first, 0, weight.decode(self.steps[target])), SYNAPSES);
                });
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Options;
    use crate::machine::Machine;
    use crate::machine::ledger::tests::network;
    use crate::neurons::census::Updates;
    use crate::simd::Level;
    use std::sync::Arc;

    type Bits = Vec<(u32, u32, u32, u64)>;

    fn bits(synapses: &Synapses) -> Bits {
        let ends = synapses.sources.iter().zip(&synapses.targets).zip(&synapses.delays).zip(&synapses.weights);
        ends.map(|(((&source, &target), &delay), weight)| (source, target, delay, weight.to_bits())).collect()
    }

    /// Of every rule, in every format and layout, the synapses of all projections are together those of the stores.
    #[test]
    fn synapses_by_projection_are_those_of_the_stores() {
        let network = Arc::new(network());
        for (weights, workers, loose) in [("f32", 1, Some(false)), ("f64", 2, Some(true)), ("q16", 3, None)] {
            let updates = Updates::Auto;
            let options = Options { workers, log_capacity: None, placement: None, level: Level::detect(), loose, updates, turn: None };
            let machine = Machine::compile(&network, weights, &options, &mut |_| true).unwrap();
            let wiring = Wiring::new(Arc::clone(&network), weights, &options).unwrap();
            let (mut together, degrees) = (Bits::new(), wiring.fan_out(&mut |_| true).unwrap().synapses());
            for (id, &degree) in degrees.iter().enumerate() {
                let own = bits(&machine.synapses_of(&wiring, id, &mut |_| true).unwrap());
                assert_eq!(own.len() as u64, degree, "{weights}, projection {id}");
                together.extend(own);
            }
            let mut stored = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(a, b)| bits(&machine.synapses(a, b).unwrap())).concat();
            together.sort_unstable();
            stored.sort_unstable();
            assert_eq!(together, stored, "{weights}");
            let refused = machine.synapses_of(&wiring, 99, &mut |_| true);
            assert!(matches!(refused, Err(CompileError::Network(NetworkError::Unknown { id: 99, .. }))));
        }
    }
}
