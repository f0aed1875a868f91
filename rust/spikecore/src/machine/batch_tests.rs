//! Going back to tick 0, new input, and batches: the same bits as a machine just compiled.

use proptest::prelude::*;

use super::batch::Batch;
use super::engine::Engine;
use super::tests::*;
use crate::compile::Options;
use crate::error::RunError;
use crate::models::*;
use crate::network::*;
use crate::neurons::census::Updates;
use crate::neurons::event::single::Single;
use crate::number::weight::{Q16, Weight};
use crate::router::{Port, Router};
use crate::stimuli::{DirectCurrent, Poisson};

const SOURCE: usize = 2;

fn none() -> Inputs {
    Inputs { samples: 1, columns: vec![] }
}

/// Input of three samples for the source and, if it has a potential, population 1 of [`any_network`].
fn three_inputs(network: &Network) -> Inputs {
    let spikes = vec![(1, 0), (1, 4), (7, 2), (300, 1), (16, 3), (17, 3), (900, 0)];
    let size = network.populations[1].size;
    let current = (0..3 * size).map(|k| f64::from(k % 97) * 3.0).collect();
    let columns = vec![(SOURCE, Column::Spikes { first: vec![0, 4, 4, 7], spikes }), (1, Column::Current(current))];
    Inputs { samples: 3, columns }
}

/// The input of one sample alone.
fn one_of(inputs: &Inputs, k: usize) -> Inputs {
    let column = |input: Input<'_>| match input {
        Input::Spikes(spikes) => Column::Spikes { first: vec![0, spikes.len()], spikes: spikes.to_vec() },
        Input::Current(values) => Column::Current(values.to_vec()),
    };
    Inputs { samples: 1, columns: inputs.sample(k).map(|(id, input)| (id, column(input))).collect() }
}

/// The network that describes what `any_network` is given in sample `k`.
fn described(network: &Network, inputs: &Inputs, k: usize) -> Network {
    let mut network = network.clone();
    for (population, input) in inputs.sample(k) {
        match input {
            Input::Spikes(spikes) => {
                let (ticks, neurons): (Vec<u64>, Vec<u32>) = spikes.iter().copied().unzip();
                network.source_spikes(population, &neurons, &ticks).unwrap();
            }
            Input::Current(values) => {
                let current = Stimulus::new(population, (0, u64::MAX), DirectCurrent { amplitudes: values.to_vec() });
                network.stimulus(current).unwrap();
            }
        }
    }
    network
}

fn run<W: Weight>(machine: &mut Engine<W>, split: &[u64]) -> Outcome {
    for &ticks in split {
        assert_eq!(machine.run(ticks, &mut |_| true), Ok(ticks));
    }
    outcome_of(machine)
}

fn modes() -> impl Strategy<Value = Updates> {
    prop_oneof![Just(Updates::Auto), Just(Updates::Dense), Just(Updates::Event)]
}

proptest! {
    #![proptest_config(cases(16))]
    #[test]
    fn a_machine_that_was_reset_is_a_fresh_one(network in any_network(), cut in 1u64..999, updates in modes(), loose: bool) {
        fn check<W: Weight>(network: &Network, cut: u64, options: &Options) -> Result<(), TestCaseError> {
            let inputs = three_inputs(network);
            let given: Vec<Inputs> = (0..3).map(|k| one_of(&inputs, k)).collect();
            let fresh = |network: &Network| run(&mut build::<W>(network, options), &[1_000]);
            let (bare, with_input) = (fresh(network), [0, 1, 2].map(|k| fresh(&described(network, &inputs, k))));
            let mut machine = build::<W>(network, options);
            machine.reset(&none(), None).unwrap();
            prop_assert_eq!(&run(&mut machine, &[1_000]), &bare);
            // Stopped inside frames and between, with spikes on their way and recorded.
            machine.reset(&none(), None).unwrap();
            machine.run(cut, &mut |_| true).unwrap();
            for k in 0..3 {
                machine.reset(&given[k], None).unwrap();
                prop_assert_eq!(machine.now(), 0);
                prop_assert_eq!(&run(&mut machine, &[cut, 1_000 - cut]), &with_input[k], "sample {}", k);
            }
            machine.reset(&given[0], Some(77)).unwrap();
            machine.run(cut, &mut |_| true).unwrap();
            machine.reset(&none(), None).unwrap();
            prop_assert_eq!(&run(&mut machine, &[1_000]), &bare);
            Ok(())
        }
        for workers in [1, 2, 3] {
            let options = Options { updates, loose: Some(loose), ..options(workers) };
            check::<f32>(&network, cut, &options)?;
            check::<f64>(&network, cut, &options)?;
            check::<Q16>(&network, cut, &options)?;
        }
    }

    #[test]
    fn a_batch_is_its_samples_one_by_one(network in any_network(), cut in 1u64..999, updates in modes(), seeds: [u64; 3]) {
        fn check<W: Weight>(network: &Network, cut: u64, options: &Options, seeds: Option<Vec<u64>>) -> Result<(), TestCaseError> {
            let inputs = three_inputs(network);
            let states = vec![(0, Variable::POTENTIAL), (1, Variable::POTENTIAL)];
            let mut machine = build::<W>(network, options);
            machine.run(cut, &mut |_| true).unwrap();
            let batch = Batch { ticks: 1_000, inputs, seeds, states };
            let found = machine.run_batch(&batch, &mut |_| true).unwrap();
            let mut untouched = build::<W>(network, options);
            prop_assert_eq!(&run(&mut machine, &[1_000 - cut]), &run(&mut untouched, &[1_000]));
            let mut sums = (0u128, 0, 0, 0);
            for (k, sample) in found.samples.iter().enumerate() {
                machine.reset(&one_of(&batch.inputs, k), batch.seeds.as_ref().map(|seeds| seeds[k])).unwrap();
                machine.run(1_000, &mut |_| true).unwrap();
                for (&(population, variable), values) in batch.states.iter().zip(&sample.states) {
                    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                    prop_assert_eq!(bits(values), bits(&machine.state(population, variable).unwrap()));
                }
                prop_assert_eq!(expanded(&sample.counts, machine.out_degree.len()), machine.spike_counts());
                prop_assert_eq!(&sample.spikes, &machine.take_spikes());
                let s = machine.statistics();
                let add = |sum: &mut u128, counts: &[u128]| *sum += counts.iter().sum::<u128>();
                add(&mut sums.0, &s.spikes);
                add(&mut sums.1, &s.synaptic_operations);
                add(&mut sums.2, &s.stimulus_events);
                add(&mut sums.3, &s.updates_skipped);
            }
            let total = |counts: &[u128]| counts.iter().sum::<u128>();
            let c = &found.counts;
            let totals = (total(&c.spikes), total(&c.synaptic_operations), total(&c.stimulus_events), total(&c.updates_skipped));
            prop_assert_eq!(totals, sums);
            Ok(())
        }
        for workers in [1, 2, 3] {
            let options = Options { updates, log_capacity: Some(Router::least_capacity(605)), ..options(workers) };
            check::<f32>(&network, cut, &options, None)?;
            check::<f64>(&network, cut, &options, Some(seeds.to_vec()))?;
            check::<Q16>(&network, cut, &options, Some(seeds.to_vec()))?;
        }
    }
}

#[test]
fn a_seed_draws_the_stimuli_anew_and_nothing_else() {
    for rate in [10.0, 0.002] {
        let network = |seed| {
            let mut network = Network::new(0.1, seed).unwrap();
            let id = network.population("a", 200, lif(0.0)).unwrap();
            network.population("b", 1, lif(0.0)).unwrap();
            let stimulus = Stimulus::new(id, (0, u64::MAX), Poisson { lambda: rate, weight: 400.0, receptor: Receptor::BySign });
            network.stimulus(stimulus).unwrap();
            network
        };
        let mut machine = build::<f32>(&network(5), &options(2));
        let first = run(&mut machine, &[500]);
        machine.reset(&none(), Some(6)).unwrap();
        let second = run(&mut machine, &[500]);
        assert_ne!(first, second);
        assert_eq!(second, run(&mut build::<f32>(&network(6), &options(2)), &[500]));
        machine.reset(&none(), None).unwrap();
        assert_eq!(run(&mut machine, &[500]), first);
    }
}

#[test]
fn a_batch_jumps_over_silence() {
    let machine = build::<f32>(&silent(1 << 40), &Options { placement: Some(vec![0, 1, 2, 3, 0]), ..options(2) });
    let batch = Batch { ticks: (1 << 40) + 1_000, inputs: none(), ..Batch::default() };
    let found = machine.run_batch(&batch, &mut |_| true).unwrap();
    assert!(found.samples[0].spikes.0.iter().any(|&tick| tick > 1 << 40));
}

#[test]
fn replicas_share_a_store_and_nothing_else() {
    for loose in [false, true] {
        let mut machine = build::<f32>(&two_groups(), &Options { loose: Some(loose), ..options(2) });
        machine.run(333, &mut |_| true).unwrap();
        let mut replicas = [machine.replica(), machine.replica()];
        let before = machine.statistics();
        for (k, replica) in replicas.iter_mut().enumerate() {
            assert_eq!(replica.now(), 0);
            assert!(replica.run_alone(700 + k as u64, &|| true));
            for (own, other) in replica.cores.iter().zip(&machine.cores) {
                assert_eq!(own.memory().address(), other.memory().address());
            }
        }
        assert!(machine.cores[0].memory().address() != machine.cores[1].memory().address());
        assert_eq!((machine.now(), machine.statistics().spikes), (333, before.spikes));
        let whole = run(&mut build::<f32>(&two_groups(), &options(2)), &[1_000]);
        assert_eq!(run(&mut machine, &[667]), whole);
    }
}

#[test]
fn a_panic_in_a_sample_surfaces_and_leaves_the_machine() {
    let network = two_groups();
    for workers in [1, 3] {
        let mut machine = build::<f32>(&network, &options(workers));
        machine.cores[0].panic_at = Some(7);
        let inputs = Inputs { samples: 5, columns: vec![] };
        let error = machine.run_batch(&Batch { ticks: 100, inputs, ..Batch::default() }, &mut |_| true).unwrap_err();
        assert!(matches!(&error, RunError::WorkerPanicked { tick: 0..=7, message, .. } if message.contains("asked for")), "{error:?}");
        machine.cores[0].panic_at = None;
        assert_eq!(machine.run(10, &mut |_| true), Ok(10));
    }
}

#[test]
fn a_poisoned_machine_stays_poisoned_and_a_batch_can_be_stopped() {
    let mut machine = build::<f32>(&two_groups(), &options(2));
    let endless = Batch { ticks: 1 << 40, inputs: Inputs { samples: 3, columns: vec![] }, ..Batch::default() };
    let mut polls = 0;
    let mut watch = |_| {
        polls += 1;
        polls < 3
    };
    assert_eq!(machine.run_batch(&endless, &mut watch).unwrap_err(), RunError::Interrupted);
    machine.cores[1].panic_at = Some(3);
    machine.run(10, &mut |_| true).unwrap_err();
    assert_eq!(machine.reset(&none(), None), Err(RunError::Poisoned));
    assert_eq!(machine.run_batch(&endless, &mut |_| true).unwrap_err(), RunError::Poisoned);
}

#[test]
fn input_that_does_not_fit_is_named() {
    let mut machine = build::<f32>(&silent(2_000), &options(1));
    let mut refused = |samples, population, column| {
        let inputs = Inputs { samples, columns: vec![(population, column)] };
        machine.reset(&inputs, None).unwrap_err().to_string()
    };
    let spikes = |first: &[usize], spikes: &[(u64, u32)]| Column::Spikes { first: first.to_vec(), spikes: spikes.to_vec() };
    assert!(refused(1, 9, Column::Current(vec![])).contains("unknown population 9"));
    assert!(refused(1, 4, Column::Current(vec![0.0])).contains("population 4: input is a current"));
    assert!(refused(1, 0, spikes(&[0, 0], &[])).contains("population 0: input is spikes"));
    assert!(refused(1, 0, Column::Current(vec![0.0; 3])).contains("3 values, allowed: 150"));
    assert!(refused(1, 0, Column::Current(vec![f64::NAN; 150])).contains("nan"));
    assert!(refused(2, 4, spikes(&[0, 1], &[(1, 0)])).contains("2 limits"));
    assert!(refused(1, 4, spikes(&[0, 1], &[(0, 0)])).contains("tick 0"));
    assert!(refused(1, 4, spikes(&[0, 1], &[(5, 1)])).contains("neuron 1"));
    assert!(refused(1, 4, spikes(&[0, 2], &[(5, 0), (5, 0)])).contains("ascending"));
    let twice = Inputs { samples: 1, columns: vec![(4, spikes(&[0, 0], &[])), (4, spikes(&[0, 0], &[]))] };
    assert!(machine.reset(&Inputs { samples: 2, columns: vec![] }, None).unwrap_err().to_string().contains("samples is 2"));
    assert!(machine.reset(&twice, None).unwrap_err().to_string().contains("twice"));
}

#[test]
fn a_replica_counts_single_neurons_before_there_are_any() {
    let network = two_groups();
    let bytes = |updates| build::<f32>(&network, &Options { updates, ..options(2) }).replica_bytes();
    let singles = network.neurons() * size_of::<Single<f32, 2>>() as u64;
    assert!(bytes(Updates::Auto) >= bytes(Updates::Dense) + singles);
    assert_eq!(bytes(Updates::Auto), bytes(Updates::Event));
}

#[test]
fn a_sample_can_be_stopped_between_any_two_ticks_of_a_core() {
    let mut machine = build::<f32>(&two_groups(), &Options { updates: Updates::Dense, ..options(3) });
    for limit in [1, 2, 50, 100] {
        machine.rewind(&none(), 0, None);
        let asked = std::cell::Cell::new(0);
        let go_on = || {
            asked.set(asked.get() + 1);
            asked.get() <= limit
        };
        assert!(!machine.run_alone(1_000, &go_on));
        let run: u64 = machine.ports.iter().map(Port::published).sum();
        assert!(run <= limit && 3 * run + 10 >= limit, "{run} ticks of {limit}");
    }
}

/// Spikes of every neuron.
fn expanded(counts: &crate::SparseCounts, neurons: usize) -> Vec<u64> {
    let mut all = vec![0; neurons];
    counts.neurons.iter().zip(&counts.spikes).for_each(|(&neuron, &spikes)| all[neuron as usize] = spikes);
    all
}
