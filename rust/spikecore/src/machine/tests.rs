//! The machine as a whole: asynchrony, bounded logs, panics, and the same bits however it is run.

use proptest::prelude::*;

use super::engine::Engine;
use crate::compile::{Options, compile};
use crate::error::RunError;
use crate::models::*;
use crate::network::rules::{AllToAll, Bernoulli, FixedInDegree, FixedTotalNumber};
use crate::network::*;
use crate::neurons::census::Updates;
use crate::number::weight::{Q16, Weight};
use crate::router::Router;
use crate::simd::Level;
use crate::stimuli::{DirectCurrent, Poisson};

pub(super) fn lif(i_e: f64) -> Model {
    Model::from(LifExp {
        tau_m: 10.0,
        c_m: 250.0,
        e_l: -65.0,
        v_th: -50.0,
        v_reset: -65.0,
        t_ref: 2.0,
        tau_syn_exc: 0.5,
        tau_syn_inh: 0.7,
        i_e,
    })
}

pub(super) fn projection(network: &mut Network, (source, target): (usize, usize), rule: Rule, weight: f64, delay: Distribution) {
    let delay = DelayLaw::new("test", &delay, network.dt).unwrap();
    let weight = Distribution::Normal { mean: weight, sd: 0.1 * weight.abs(), low: f64::NEG_INFINITY, high: f64::INFINITY, clip: false };
    let projection = Projection { source, target, rule, weight, delay, receptor: Receptor::BySign, autapses: true, multapses: true };
    network.projection(projection).unwrap();
}

pub(super) fn options(workers: usize) -> Options {
    Options { workers, log_capacity: None, placement: None, level: Level::detect(), loose: None, updates: Updates::Auto, turn: None }
}

/// Two groups that fire by themselves, each recurrent with a short delay, joined by delays of 10 ms.
pub(super) fn two_groups() -> Network {
    let mut network = Network::new(0.1, 5).unwrap();
    for name in ["a", "b"] {
        let id = network.population(name, 200, lif(400.0)).unwrap();
        network.initial_potential(id, Distribution::Uniform { low: -65.0, high: -50.0 }).unwrap();
    }
    for pair in [(0, 0), (1, 1)] {
        projection(&mut network, pair, Rule::from(FixedInDegree(20)), -50.0, Distribution::Uniform { low: 0.1, high: 2.0 });
    }
    for pair in [(0, 1), (1, 0)] {
        projection(&mut network, pair, Rule::from(FixedInDegree(20)), 60.0, Distribution::Constant(10.0));
    }
    network
}

pub(super) fn build<W: Weight>(network: &Network, options: &Options) -> Engine<W> {
    Engine::new(network, compile(network, options, &mut |_| true).unwrap())
}

#[test]
fn a_stalled_core_lets_the_other_run_exactly_its_lookahead() {
    const STALL: u64 = 700;
    const LOOKAHEAD: u64 = 100;
    let network = two_groups();
    let mut free = build::<f32>(&network, &Options { placement: Some(vec![0, 1]), ..options(2) });
    free.run(2_000, &mut |_| true).unwrap();
    let mut held = build::<f32>(&network, &Options { placement: Some(vec![0, 1]), ..options(2) });
    held.router().set_ceiling(1, STALL);
    let mut quiet = 0;
    let mut last = 0;
    held.run_watched(2_000, &mut |router: &Router, _| {
        let (running, stalled) = (router.clock(0), router.clock(1));
        quiet = if running == last { quiet + 1 } else { 0 };
        last = running;
        assert!(stalled > STALL || running <= STALL + LOOKAHEAD, "core 0 completed tick {}", running - 1);
        if quiet == 40 && stalled == STALL {
            assert_eq!(running, STALL + LOOKAHEAD, "while core 1 stalls in tick {STALL}, core 0 completes tick {STALL} + L - 1");
            router.set_ceiling(1, u64::MAX);
        }
        true
    })
    .unwrap();
    assert_eq!(held.now(), 2_000);
    assert!(held.leads().contains(&(0, 1, LOOKAHEAD)), "{:?}", held.leads());
    let (spikes, expected) = (held.take_spikes(), free.take_spikes());
    assert!(expected.0.len() > 1_000, "{} spikes", expected.0.len());
    assert_eq!(spikes, expected);
}

#[test]
fn a_ring_of_three_with_the_smallest_logs_does_not_stall() {
    let mut network = Network::new(0.1, 6).unwrap();
    for name in ["a", "b", "c"] {
        let id = network.population(name, 130, lif(500.0)).unwrap();
        network.initial_potential(id, Distribution::Constant(-65.0)).unwrap();
    }
    for k in 0..3 {
        projection(&mut network, (k, (k + 1) % 3), Rule::from(FixedInDegree(10)), 300.0, Distribution::Constant(0.1));
    }
    let placement = Some(vec![0, 1, 2]);
    let log_capacity = Some(Router::least_capacity(130));
    let mut expected = None;
    for workers in [1, 2, 3] {
        let mut ring = build::<f32>(&network, &Options { workers, placement: placement.clone(), log_capacity, ..options(workers) });
        assert_eq!(ring.run(5_000, &mut |_| true), Ok(5_000));
        let spikes = ring.take_spikes();
        assert!(spikes.0.len() > 10_000, "all neurons of a core fire together: worst ticks occur");
        assert_eq!(*expected.get_or_insert(spikes.clone()), spikes);
    }
}

#[test]
fn a_panic_in_a_worker_surfaces_and_poisons() {
    for workers in [1, 4] {
        let mut machine = build::<f32>(&two_groups(), &Options { placement: Some(vec![0, 3]), ..options(workers) });
        machine.cores[3].panic_at = Some(7);
        let error = machine.run(1_000, &mut |_| true).unwrap_err();
        assert!(matches!(&error, RunError::WorkerPanicked { tick: 0..=7, message, .. } if message.contains("asked for")), "{error:?}");
        assert_eq!(machine.run(1, &mut |_| true), Err(RunError::Poisoned));
    }
}

#[test]
#[should_panic(expected = "invariant C4: core 1 ingested")]
fn a_spike_lost_on_its_way_is_noticed_at_the_stop() {
    let mut machine = build::<f32>(&two_groups(), &options(2));
    machine.run(500, &mut |_| true).unwrap();
    assert!(machine.cores[1].counters.ingested > 0);
    machine.cores[1].counters.ingested -= 1;
    machine.assert_nothing_lost();
}

#[test]
fn no_more_is_used_than_the_cpu_has() {
    let spikes = |level| {
        let mut machine = build::<f32>(&two_groups(), &Options { level, ..options(1) });
        assert!(machine.cores.iter().all(|core| core.level() <= Level::detect()));
        machine.run(500, &mut |_| true).unwrap();
        machine.take_spikes()
    };
    assert_eq!(spikes(Level::Avx512), spikes(Level::Baseline));
}

#[test]
fn stopping_leaves_all_cores_at_one_tick_and_changes_nothing() {
    let network = two_groups();
    let mut whole = build::<f64>(&network, &options(2));
    whole.run(3_000, &mut |_| true).unwrap();
    let mut parts = build::<f64>(&network, &options(2));
    let mut polls = 0;
    let ran = parts
        .run(1 << 47, &mut |_| {
            polls += 1;
            polls < 3
        })
        .unwrap();
    assert!(ran < 1 << 47);
    if ran < 3_000 {
        parts.run(3_000 - ran, &mut |_| true).unwrap();
        assert_eq!(parts.take_spikes(), whole.take_spikes());
        let v = Variable::POTENTIAL;
        assert_eq!(parts.state(0, v), whole.state(0, v));
    }
}

#[test]
fn loose_synapses_and_rows_give_the_same_bits_in_one_channel_and_in_two() {
    let network = two_groups();
    let mut expected = None;
    for placement in [vec![0, 0], vec![0, 1]] {
        for (loose, turn) in [(false, None), (true, None), (false, Some(16)), (true, Some(32))] {
            let mut machine =
                build::<f32>(&network, &Options { placement: Some(placement.clone()), loose: Some(loose), turn, ..options(2) });
            machine.run(777, &mut |_| true).unwrap();
            machine.run(1_223, &mut |_| true).unwrap();
            let v = machine.state(1, Variable::POTENTIAL).unwrap();
            let mut synapses = machine.synapses(0, 1).unwrap();
            synapses.weights.truncate(1_000);
            let found = (machine.take_spikes(), v, synapses.weights, synapses.delays);
            assert!(found.0.0.len() > 1_000, "{} spikes", found.0.0.len());
            let expected = expected.get_or_insert_with(|| found.clone());
            assert_eq!(found, *expected, "placement {placement:?}, loose {loose}, turn {turn:?}");
        }
    }
}

/// Event-driven blocks with two receptors, rare Poisson events, alarms, a changing bias and recorders: by visits, which
/// loose synapses in one channel allow, and slot by slot; with short delays and with such that make frames of several ticks.
#[test]
fn ticks_run_by_visits_or_whole_give_the_same_bits() {
    for (delays, recorded) in [((1.0, 4.0), true), ((1.0, 4.0), false), ((3.0, 60.0), false), ((2.1, 30.0), true)] {
        visits_and_whole_ticks(Distribution::Uniform { low: delays.0, high: delays.1 }, recorded);
    }
}

fn visits_and_whole_ticks(delays: Distribution, recorded: bool) {
    let mut network = Network::new(0.1, 4).unwrap();
    for (name, size) in [("a", 700), ("b", 300)] {
        let id = network.population(name, size, lif(330.0)).unwrap();
        network.initial_potential(id, Distribution::Uniform { low: -65.0, high: -51.0 }).unwrap();
        let rare = Stimulus::new(id, (0, u64::MAX), Poisson { lambda: 0.003, weight: 900.0, receptor: Receptor::BySign });
        network.stimulus(rare).unwrap();
        network.stimulus(Stimulus::new(id, (5_000, 9_000), DirectCurrent { amplitudes: vec![60.0] })).unwrap();
        let recorder = SampleRecorder { population: id, variable: Variable::POTENTIAL, neurons: vec![3, 250], interval: 7 };
        if recorded {
            network.record(recorder).unwrap();
        }
    }
    for (source, target, weight) in [(0, 0, 120.0), (0, 1, 120.0), (1, 0, -400.0), (1, 1, -400.0)] {
        projection(&mut network, (source, target), Rule::from(FixedInDegree(7)), weight, delays.clone());
    }
    let run = |loose: bool, turn: Option<u32>, wakeful: bool, log_capacity: Option<usize>, splits: &[u64]| {
        let updates = Updates::Event;
        let options = Options { loose: Some(loose), updates, placement: Some(vec![0, 1]), log_capacity, turn, ..options(2) };
        let mut machine = build::<f32>(&network, &options);
        machine.cores.iter_mut().for_each(|core| core.wakeful = wakeful);
        let visits = machine.cores.iter().all(crate::neurocore::Core::has_visits);
        assert_eq!(visits, loose && !wakeful);
        splits.iter().for_each(|&ticks| assert_eq!(machine.run(ticks, &mut |_| true), Ok(ticks)));
        let v = [0, 1].map(|id| machine.state(id, Variable::POTENTIAL).unwrap());
        let counted = machine.statistics();
        let (samples, spikes) = machine.take_recorded();
        assert_eq!(samples.len(), 2 * usize::from(recorded));
        (spikes, v, samples, counted.updates_skipped, counted.stimulus_events, counted.synaptic_operations)
    };
    let expected = run(false, None, false, None, &[12_000]);
    assert!(expected.0.0.len() > 2_000, "{} spikes", expected.0.0.len());
    // With room for one worst tick, what a frame has found waits again and again until it is read.
    let least = Some(Router::least_capacity(700));
    for (turn, wakeful, log, splits) in [
        (None, false, None, vec![12_000]),
        (None, true, None, vec![12_000]),
        (Some(32), false, None, vec![1, 4_998, 7_001]),
        (None, false, least, vec![12_000]),
        (Some(16), false, least, vec![1, 4_998, 3, 3, 3, 6_992]),
    ] {
        assert_eq!(run(true, turn, wakeful, log, &splits), expected, "turn {turn:?}, wakeful {wakeful}, {log:?} words, {splits:?}");
    }
}

/// Four groups that project to one another, on a core each, and a source that fires at step 1000 and `late`.
pub(super) fn silent(late: u64) -> Network {
    let mut network = Network::new(0.1, 9).unwrap();
    for name in ["a", "b", "c", "d"] {
        let id = network.population(name, 150, lif(0.0)).unwrap();
        network.initial_potential(id, Distribution::Uniform { low: -65.0, high: -51.0 }).unwrap();
    }
    for (source, target) in (0..4).flat_map(|s| (0..4).map(move |t| (s, t))) {
        projection(&mut network, (source, target), Rule::from(FixedInDegree(5)), 20.0, Distribution::Uniform { low: 0.1, high: 2.0 });
    }
    let source = network.population("source", 1, SpikeSource).unwrap();
    network.source_spikes(source, &[0, 0], &[1000, late]).unwrap();
    projection(&mut network, (source, 2), Rule::from(AllToAll), 12_000.0, Distribution::Constant(1.0));
    network
}

#[test]
fn silence_is_jumped_over_and_leaves_every_bit_as_it_was() {
    let run = |workers: usize, turn: Option<u32>, wakeful: bool, splits: &[u64]| {
        let placement = Some(vec![0, 1, 2, 3, 0]);
        let mut machine = build::<f32>(&silent(60_000), &Options { placement, turn, ..options(workers) });
        machine.cores.iter_mut().for_each(|core| core.wakeful = wakeful);
        let mut states = vec![];
        for &ticks in splits {
            assert_eq!(machine.run(ticks, &mut |_| true), Ok(ticks));
        }
        for population in 0..4 {
            states.extend(machine.state(population, Variable::POTENTIAL).unwrap().into_iter().map(f64::to_bits));
        }
        (machine.take_spikes(), states, machine.statistics().ticks_skipped)
    };
    let expected = run(1, None, true, &[62_000]);
    assert_eq!(expected.2, 0);
    assert!(expected.0.0.iter().any(|&tick| tick > 60_000) && expected.0.0.len() > 300, "both spikes of the source set off a burst");
    for (workers, turn) in [(1, None), (2, Some(8)), (4, Some(16))] {
        for splits in [vec![62_000], vec![30_000, 29_999, 2_001]] {
            let found = run(workers, turn, false, &splits);
            assert_eq!((&found.0, &found.1), (&expected.0, &expected.1), "{workers} workers");
            assert!(found.2 > 4 * 30_000, "{} ticks skipped of 4 x 62,000", found.2);
        }
    }
}

#[test]
fn a_long_silence_takes_no_time_per_tick() {
    const STRETCH: u64 = 1_000_000_000;
    let mut machine = build::<f32>(&silent(STRETCH / 2), &Options { placement: Some(vec![0, 1, 2, 3, 0]), ..options(2) });
    assert_eq!(machine.run(100_000, &mut |_| true), Ok(100_000));
    machine.take_spikes();
    let before = machine.statistics().ticks_skipped;
    assert_eq!(machine.run(STRETCH, &mut |_| true), Ok(STRETCH));
    let skipped = machine.statistics().ticks_skipped - before;
    assert!(skipped > 4 * (STRETCH - 100_000), "{skipped} ticks skipped");
    assert!(machine.take_spikes().0.iter().all(|&tick| tick >= STRETCH / 2), "the source's second spike and what it sets off");
}

/// A random small network of both models, sources and stimuli.
pub(super) fn any_network() -> impl Strategy<Value = Network> {
    let pieces = (1u32..300, 1u32..300, 0u64..1000, 1u32..12, 0.1f64..12.0, any::<bool>(), prop_oneof![0.1f64..20.0, 1.0f64..2000.0]);
    pieces.prop_map(|(n, m, seed, k, longest, delta, rate)| {
        let mut network = Network::new(0.1, seed).unwrap();
        let a = network.population("a", n, lif(380.0)).unwrap();
        let delta_model = LifDelta { tau_m: 20.0, c_m: 250.0, e_l: -65.0, v_th: -50.0, v_reset: -60.0, t_ref: 0.5, i_e: 150.0 };
        let b = network.population("b", m, if delta { Model::from(delta_model) } else { lif(350.0) }).unwrap();
        let source = network.population("source", 5, SpikeSource).unwrap();
        network.source_spikes(source, &[0, 1, 2, 3, 4, 0], &[1, 2, 3, 500, 501, 502]).unwrap();
        for id in [a, b] {
            network.initial_potential(id, Distribution::Uniform { low: -70.0, high: -50.0 }).unwrap();
        }
        let delays = || Distribution::Uniform { low: 0.1, high: longest.max(0.2) };
        let scale = if delta { 0.02 } else { 1.0 };
        projection(&mut network, (a, a), Rule::from(FixedInDegree(k)), -80.0, delays());
        projection(&mut network, (a, b), Rule::from(FixedTotalNumber(u64::from(k * m))), 90.0 * scale, delays());
        projection(&mut network, (b, a), Rule::from(Bernoulli(0.1)), 70.0, Distribution::Constant(0.1));
        projection(&mut network, (source, b), Rule::from(AllToAll), 400.0 * scale, delays());
        let poisson = Stimulus::new(a, (3, 900), Poisson { lambda: rate * 1e-4, weight: 120.0, receptor: Receptor::BySign });
        network.stimulus(poisson).unwrap();
        network.stimulus(Stimulus::new(b, (100, 400), DirectCurrent { amplitudes: vec![60.0] })).unwrap();
        network
    })
}

pub(super) type Outcome = ((Vec<u64>, Vec<u32>), Vec<u64>, Vec<u128>, Vec<u128>, Vec<u128>);

fn outcome<W: Weight>(network: &Network, options: &Options, split: &[u64]) -> Outcome {
    let mut machine = build::<W>(network, options);
    for &ticks in split {
        assert_eq!(machine.run(ticks, &mut |_| true), Ok(ticks));
    }
    outcome_of(&mut machine)
}

/// What a machine has come to.
pub(super) fn outcome_of<W: Weight>(machine: &mut Engine<W>) -> Outcome {
    let bits = |p| machine.state(p, Variable::POTENTIAL).unwrap().into_iter().map(f64::to_bits);
    let potentials = bits(0).chain(bits(1)).collect();
    let counts = machine.statistics();
    (machine.take_spikes(), potentials, counts.synaptic_operations, counts.stimulus_events, counts.updates_skipped)
}

/// So many cases of a property, unless the environment asks for another number.
pub(super) fn cases(number: u32) -> ProptestConfig {
    if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default() } else { ProptestConfig::with_cases(number) }
}

proptest! {
    #![proptest_config(cases(24))]
    #[test]
    fn the_same_bits_for_any_workers_logs_levels_and_splits(network in any_network(), cut in 1u64..999, mode in 0usize..3) {
        let largest = network.populations.iter().map(|p| p.size as usize).sum();
        let updates = [Updates::Auto, Updates::Dense, Updates::Event][mode];
        fn check<W: Weight>(network: &Network, cut: u64, largest: usize, updates: Updates) -> Result<(), TestCaseError> {
            let options = |workers| Options { updates, ..options(workers) };
            let expected = outcome::<W>(network, &Options { level: Level::Baseline, loose: Some(false), ..options(1) }, &[1_000]);
            for workers in [1, 2, 3, 8] {
                // Wheels that hold all delays, and such that turn every 16 or 64 ticks.
                for (log_capacity, level, split, loose, turn) in [
                    (None, Level::detect(), vec![1_000], Some(true), [Some(16), None][workers % 2]),
                    (Some(Router::least_capacity(largest)), Level::detect().min(Level::Avx2), vec![cut, 1_000 - cut], None, Some(64)),
                ] {
                    let options = Options { log_capacity, level, loose, turn, ..options(workers) };
                    prop_assert_eq!(&outcome::<W>(network, &options, &split), &expected, "{} workers", workers);
                }
            }
            Ok(())
        }
        check::<f32>(&network, cut, largest, updates)?;
        check::<f64>(&network, cut, largest, updates)?;
        check::<Q16>(&network, cut, largest, updates)?;
    }

    /// In `f64` no random network comes within rounding of a threshold: spikes are those of stepping every neuron.
    #[test]
    fn the_same_spikes_however_neurons_are_updated(network in any_network()) {
        let run = |updates| outcome::<f64>(&network, &Options { updates, ..options(2) }, &[3_000]);
        let dense = run(Updates::Dense);
        for updates in [Updates::Auto, Updates::Event] {
            let other = run(updates);
            prop_assert_eq!(&other.0, &dense.0, "{:?}", updates);
            for (a, b) in other.1.iter().zip(&dense.1) {
                let (a, b) = (f64::from_bits(*a), f64::from_bits(*b));
                prop_assert!((a - b).abs() < 1e-9 * (1.0 + b.abs()), "{:?}: {} {}", updates, a, b);
            }
        }
    }
}
