//! Copies of parts of a description. They are fallible, as every allocation that depends on input (see `allocation`).

use std::sync::Arc;

use super::{DelayLaw, Distribution, Network, Population, Projection};
use crate::allocation::{copied, gathered, text};
use crate::id::PopulationId;

/// What this memory is for.
const PARAMETERS: &str = "the parameters of neurons";

/// Copies the lists and shares the objects.
impl Clone for Network {
    fn clone(&self) -> Self {
        Self {
            dt: self.dt,
            seed: self.seed,
            populations: copied(&self.populations, "the list of populations"),
            projections: copied(&self.projections, "the list of projections"),
            stimuli: copied(&self.stimuli, "the list of stimuli"),
            recorders: copied(&self.recorders, "the list of recorders"),
            recorded: copied(&self.recorded, "the list of recorded populations"),
        }
    }
}

impl Clone for Population {
    fn clone(&self) -> Self {
        Self {
            name: text(&self.name, "the name of a population"),
            each: gathered(self.each.iter().map(|(place, values)| (*place, copied(values, PARAMETERS))), PARAMETERS),
            initial: self.initial.clone(),
            equations: self.equations.clone(),
            others: gathered(self.others.iter().cloned(), PARAMETERS),
            source_spikes: copied(&self.source_spikes, "the spikes of a source"),
            ..*self
        }
    }
}

impl Clone for Distribution {
    fn clone(&self) -> Self {
        match *self {
            Self::Constant(value) => Self::Constant(value),
            Self::Uniform { low, high } => Self::Uniform { low, high },
            Self::Normal { mean, sd, low, high, clip } => Self::Normal { mean, sd, low, high, clip },
            Self::Array(ref values) => Self::Array(copied(values, "an array of values")),
        }
    }
}

impl Projection {
    /// The same between other populations.
    pub fn between(&self, source: PopulationId, target: PopulationId) -> Self {
        let (rule, weight) = (self.rule.clone(), self.weight.clone());
        let delay = match &self.delay {
            DelayLaw::Constant(ticks) => DelayLaw::Constant(*ticks),
            DelayLaw::Table(table) => DelayLaw::Table(Arc::clone(table)),
            DelayLaw::Array(ticks) => DelayLaw::Array(ticks.clone()),
        };
        Self { source, target, rule, weight, delay, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{LifDelta, SpikeSource, Variable};
    use crate::network::rules::Pairs;
    use crate::network::{Receptor, SampleRecorder};
    use crate::stimuli::{DirectCurrent, Stimulus};

    fn described() -> Network {
        let model = LifDelta { tau_m: 10.0, c_m: 250.0, e_l: 0.0, v_th: 15.0, v_reset: 0.0, t_ref: 0.0, i_e: 200.0 };
        let mut network = Network::new(0.1, 1).unwrap();
        let source = network.population("source", 3, SpikeSource).unwrap();
        network.source_spikes(source, &[0, 2], &[1, 4]).unwrap();
        network.varied_population("target", 2, model, vec![(6, vec![200.0, 300.0])]).unwrap();
        network.projection(pairs(&network, vec![0, 1], vec![1, 0])).unwrap();
        network.stimulus(Stimulus::new(1, (0, 9), DirectCurrent { amplitudes: vec![1.0, 2.0] })).unwrap();
        network.record(SampleRecorder { population: 1, variable: Variable::POTENTIAL, neurons: vec![1], interval: 1 }).unwrap();
        network
    }

    fn pairs(network: &Network, sources: Vec<u32>, targets: Vec<u32>) -> Projection {
        let weight = Distribution::Array(vec![0.5; sources.len()]);
        let delay = DelayLaw::new("a", &Distribution::Array(vec![1.0; sources.len()]), network.dt).unwrap();
        let (receptor, autapses, multapses) = (Receptor::BySign, true, true);
        Projection { source: 0, target: 1, rule: Pairs(sources, targets).into(), weight, delay, receptor, autapses, multapses }
    }

    /// What the next declaration after a compile copies: lists, and no object.
    #[test]
    fn a_copy_shares_every_object() {
        let network = described();
        let mut copy = network.clone();
        copy.record_spikes(&[]).unwrap();
        copy.population("new", 1, SpikeSource).unwrap();
        copy.projection(pairs(&copy, vec![2], vec![1])).unwrap();
        assert_eq!((network.recorded.as_slice(), copy.recorded.as_slice()), (&[true, true][..], &[false, false, true][..]));
        assert_eq!((network.populations.len(), copy.populations.len(), copy.projections.len()), (2, 3, 2));
        assert!(network.populations.iter().zip(&copy.populations).all(|(a, b)| Arc::ptr_eq(a, b)));
        assert!(network.projections.iter().zip(&copy.projections).all(|(a, b)| Arc::ptr_eq(a, b)));
        assert!(network.stimuli.iter().zip(&copy.stimuli).all(|(a, b)| Arc::ptr_eq(a, b)));
        assert!(network.recorders.iter().zip(&copy.recorders).all(|(a, b)| Arc::ptr_eq(a, b)));
    }

    #[test]
    fn who_changes_a_copy_leaves_the_first_as_it_was() {
        let network = described();
        let mut copy = network.clone();
        copy.source_spikes(0, &[1], &[7]).unwrap();
        copy.initial_potential(1, Distribution::Constant(3.0)).unwrap();
        assert_eq!(network.populations[0].source_spikes, [(1, 0), (4, 2)]);
        assert_eq!(network.populations[1].initial, Distribution::Array(vec![0.0, 0.0]));
        assert_eq!(
            (copy.populations[0].source_spikes.as_slice(), &copy.populations[1].initial),
            (&[(7, 1)][..], &Distribution::Constant(3.0))
        );
    }

    #[test]
    fn projections_are_added_all_or_none() {
        let mut network = described();
        let (good, bad) = (pairs(&network, vec![0], vec![0]), pairs(&network, vec![3], vec![0]));
        assert!(network.projections(vec![good.between(0, 1), bad], &mut |_| true).is_err());
        assert_eq!(network.projections.len(), 1);
        assert_eq!(network.projections(vec![good.between(0, 1), good], &mut |_| true).unwrap(), 1);
        assert_eq!(network.projections.len(), 3);
    }
}
