//! Cores above 65,536 slots: the same bits as on smaller ones, and no such core where its cells or delays would not fit.

use super::tests::{build, lif, options};
use crate::compile::Options;
use crate::compile::partition::Partition;
use crate::models::*;
use crate::network::rules::{Dense, FixedOutDegree};
use crate::network::*;
use crate::neurons::census::Updates;
use crate::number::weight::{Q16, Weight};
use crate::stimuli::Poisson;

/// Neurons with two receptors and with one, 140,000 slots in all, sparsely connected with delays of up to `longest` ms.
fn sparse(longest: f64) -> Network {
    let mut network = Network::new(0.1, 3).unwrap();
    let one = LifExp { tau_syn_exc: 5.0, tau_syn_inh: 5.0, ..exponential() };
    for (name, size, model) in [("a", 40_000, lif(330.0)), ("b", 60_000, Model::from(one))] {
        let id = network.population(name, size, model).unwrap();
        network.initial_potential(id, Distribution::Uniform { low: -65.0, high: -52.0 }).unwrap();
        let rare = Stimulus::new(id, (0, u64::MAX), Poisson { lambda: 0.002, weight: 1500.0, receptor: Receptor::BySign });
        network.stimulus(rare).unwrap();
    }
    for (source, target) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let delay = DelayLaw::new("test", &Distribution::Uniform { low: 1.0, high: longest }, network.dt).unwrap();
        let weight = Distribution::Uniform { low: -200.0, high: 300.0 };
        let rule = Rule::from(FixedOutDegree(8));
        let projection = Projection { source, target, rule, weight, delay, receptor: Receptor::BySign, autapses: true, multapses: true };
        network.projection(projection).unwrap();
    }
    network
}

fn exponential() -> LifExp {
    <LifExp as describe::Record>::read(lif(0.0).values())
}

/// Spikes, potentials and counts after 400 ticks in two runs.
fn outcome<W: Weight>(network: &Network, options: &Options) -> (usize, impl PartialEq + std::fmt::Debug + use<W>) {
    let mut machine = build::<W>(network, options);
    for ticks in [130, 270] {
        assert_eq!(machine.run(ticks, &mut |_| true), Ok(ticks));
    }
    let v = [0, 1].map(|id| machine.state(id, Variable::POTENTIAL).unwrap().into_iter().map(f64::to_bits).collect::<Vec<_>>());
    let synapses = machine.synapses(0, 1).unwrap();
    let counted = machine.statistics();
    let spikes = machine.take_spikes();
    assert!(spikes.0.len() > 20_000, "{} spikes", spikes.0.len());
    let counts = (counted.updates_skipped, counted.stimulus_events, counted.delivered, counted.pending);
    (counted.cores, (spikes, v, (synapses.targets, synapses.delays), counts))
}

fn agree<W: Weight>(network: &Network, updates: Updates) {
    let of = |workers, loose| outcome::<W>(network, &Options { updates, loose, ..options(workers) });
    let (cores, expected) = of(1, Some(false));
    assert_eq!(cores, 3, "rows need cores of 65,536 slots");
    for (workers, cores) in [(1, 1), (2, 2), (3, 3)] {
        let found = of(workers, None);
        assert_eq!(found.0, cores, "{workers} workers");
        assert!(found.1 == expected, "{workers} workers, {updates:?}");
    }
}

#[test]
fn wide_cores_give_the_same_bits_as_others() {
    for longest in [5.0, 40.0] {
        let network = sparse(longest);
        agree::<f32>(&network, Updates::Event);
        agree::<f32>(&network, Updates::Auto);
    }
    let network = sparse(40.0);
    agree::<f32>(&network, Updates::Dense);
    agree::<f64>(&network, Updates::Event);
    agree::<Q16>(&network, Updates::Event);
}

#[test]
fn cores_are_wide_only_where_all_fits() {
    let cores = |network: &Network, workers, loose| Partition::new(network, workers, None, loose).unwrap().cores();
    let short = sparse(409.5);
    assert_eq!([1, 2, 3, 5].map(|workers| cores(&short, workers, None)), [1, 2, 3, 5]);
    assert_eq!(cores(&short, 1, Some(false)), 3);
    assert_eq!(cores(&sparse(409.6), 1, None), 3, "a delay of 4,096 ticks");
    assert_eq!(cores(&sparse(409.6), 1, Some(true)), 3);
    // Above 1,048,576 slots there are several, in whole rounds of workers.
    let mut large = Network::new(0.1, 1).unwrap();
    large.population("a", 2_200_000, lif(0.0)).unwrap();
    let delay = DelayLaw::new("test", &Distribution::Constant(1.0), 0.1).unwrap();
    let (rule, weight) = (Rule::from(FixedOutDegree(10)), Distribution::Uniform { low: 0.0, high: 1.0 });
    let (receptor, autapses, multapses) = (Receptor::BySign, true, true);
    large.projection(Projection { source: 0, target: 0, rule, weight, delay, receptor, autapses, multapses }).unwrap();
    assert_eq!([1, 2, 4].map(|workers| cores(&large, workers, None)), [5, 6, 8]);
    // An implicit projection has cells of 16 bits.
    large.population("b", 10, lif(0.0)).unwrap();
    let weight = Distribution::Array(vec![1.0; 100]);
    let matrix = Projection { source: 1, target: 1, rule: Rule::from(Dense), weight, ..(*large.projections[0]).clone() };
    large.projection(matrix).unwrap();
    assert_eq!(cores(&large, 2, None), 68);
}
