//! The networks of the sweep.

use spikecore::{
    Alif, AllToAll, Axis, Bernoulli, Convolution, DelayLaw, Dense, DirectCurrent, Distribution, FixedInDegree, FixedOutDegree,
    FixedTotalNumber, LifDelta, LifExp, LifSubtract, Model, Network, OneToOne, Pairs, Poisson, Pooling, Projection, Receptor, Rule,
    SampleRecorder, SpikeSource, Stimulus, Updates, Variable, Windows,
};

use super::allocator::SWEEP;
use super::session::{Call, Case};

const SPREAD: Distribution = Distribution::Uniform { low: 0.1, high: 4.0 };

fn exp(tau_syn_inh: f64, i_e: f64) -> Model {
    let (c_m, e_l, v_th, v_reset, t_ref) = (250.0, -65.0, -50.0, -65.0, 2.0);
    Model::from(LifExp { tau_m: 10.0, c_m, e_l, v_th, v_reset, t_ref, tau_syn_exc: 0.5, tau_syn_inh, i_e })
}

fn delta(tau_m: f64, v_th: f64, i_e: f64) -> LifDelta {
    LifDelta { tau_m, c_m: 250.0, e_l: 0.0, v_th, v_reset: 0.0, t_ref: 0.0, i_e }
}

fn normal(mean: f64) -> Distribution {
    let (low, high) = if mean < 0.0 { (f64::NEG_INFINITY, 0.0) } else { (0.0, f64::INFINITY) };
    Distribution::Normal { mean, sd: 0.1 * mean.abs(), low, high, clip: false }
}

fn neurons(size: u32, model: Model, start: (f64, f64)) -> Call {
    Box::new(move |network| {
        let id = network.population(&format!("p{}", network.populations.len()), size, model).unwrap();
        network.initial_potential(id, Distribution::Uniform { low: start.0, high: start.1 }).unwrap();
    })
}

fn connect(ends: (usize, usize), rule: Rule, weight: Distribution, delay: Distribution) -> Call {
    connect_but(ends, rule, (weight, delay), true)
}

fn connect_but((source, target): (usize, usize), rule: Rule, (weight, delay): (Distribution, Distribution), autapses: bool) -> Call {
    Box::new(move |network| {
        let (rule, weight) = SWEEP.aside(|| (rule.clone(), weight.clone()));
        let delay = DelayLaw::new("a", &delay, 0.1).unwrap();
        let (receptor, multapses) = (Receptor::BySign, true);
        network.projection(Projection { source, target, rule, weight, delay, receptor, autapses, multapses }).unwrap();
    })
}

fn poisson(population: usize, lambda: f64, weight: f64) -> Call {
    Box::new(move |network| {
        let receptor = Receptor::BySign;
        network.stimulus(Stimulus::new(population, (0, u64::MAX), Poisson { lambda, weight, receptor })).unwrap();
    })
}

fn record(population: usize, variable: Variable, neurons: u32, interval: u64) -> Call {
    Box::new(move |network| {
        let neurons = SWEEP.aside(|| (0..neurons).collect());
        network.record(SampleRecorder { population, variable, neurons, interval }).unwrap();
    })
}

fn source(size: u32) -> Call {
    Box::new(move |network| {
        network.population("source", size, SpikeSource).unwrap();
    })
}

/// Spikes of the source that was declared last.
fn source_spikes(size: u32, spikes: u64) -> Call {
    Box::new(move |network| {
        let id = network.populations.len() - 1;
        let ticks: Vec<u64> = SWEEP.aside(|| (1..=spikes).map(|k| 1 + k / 4).collect());
        let firing: Vec<u32> = SWEEP.aside(|| (1..=spikes).map(|k| (k % u64::from(size)) as u32).collect());
        network.source_spikes(id, &firing, &ticks).unwrap();
    })
}

/// What most networks of the sweep have in common.
fn case(name: &'static str, calls: Vec<Call>, states: Vec<(usize, Variable)>) -> Case {
    Case { name, calls, weights: "f32", workers: 2, loose: None, placement: None, updates: Updates::Auto, states, driven: 0 }
}

/// All of them; the first is swept in every run of the tests.
pub fn all() -> Vec<Case> {
    vec![mixed(), events(), implicit(), varied(), double(), many()]
}

/// Very many objects: lists of populations, projections and recorders are large, and the objects small.
fn many() -> Case {
    let n = 280;
    let mut calls: Vec<Call> = (0..n).map(|k| neurons(1 + k % 2, exp(0.5, 420.0), (-65.0, -50.0))).collect();
    let weights = || Distribution::Uniform { low: 5.0, high: 30.0 };
    let next = |k: u32| (k as usize, (k + 1) as usize % n as usize);
    calls.extend((0..n).map(|k| connect(next(k), Rule::from(Bernoulli(0.7)), weights(), SPREAD)));
    calls.extend((0..n as usize / 2).map(|k| poisson(2 * k, [0.8, 0.003][k % 2], 10.0)));
    calls.extend((0..n as usize).map(|k| record(k, Variable::POTENTIAL, 1, 50)));
    Case { updates: Updates::Event, loose: Some(true), ..case("many", calls, vec![(0, Variable::POTENTIAL)]) }
}

/// Rows, frequent Poisson events, two receptors, an array of currents, a matrix and a source.
fn mixed() -> Case {
    let potential = (-65.0, -50.0);
    let currents = |network: &mut Network| {
        let amplitudes = SWEEP.aside(|| (0..600).map(|k| f64::from(k % 7)).collect());
        network.stimulus(Stimulus::new(0, (20, 150), DirectCurrent { amplitudes })).unwrap();
    };
    let matrix = Distribution::Array((0..600 * 40).map(|k| f64::from(k % 7) - 2.0).collect());
    let calls = vec![
        neurons(600, exp(2.0, 420.0), potential),
        neurons(40, exp(0.5, 300.0), potential),
        source(600),
        source_spikes(600, 900),
        connect((0, 0), Rule::from(FixedInDegree(10)), normal(-20.0), SPREAD),
        connect((0, 1), Rule::from(Dense), matrix, Distribution::Constant(1.5)),
        connect((2, 0), Rule::from(FixedOutDegree(5)), normal(60.0), SPREAD),
        poisson(0, 0.8, 10.0),
        Box::new(currents),
        record(0, Variable::POTENTIAL, 20, 3),
    ];
    Case { loose: Some(false), ..case("mixed", calls, vec![(0, Variable::POTENTIAL), (0, Variable(2))]) }
}

/// Loose synapses and single neurons: rare events, three workers.
fn events() -> Case {
    let calls = vec![
        neurons(900, exp(0.5, 0.0), (-65.0, -60.0)),
        neurons(300, Model::from(delta(10.0, 15.0, 200.0)), (0.0, 14.0)),
        connect((0, 0), Rule::from(FixedOutDegree(8)), normal(40.0), SPREAD),
        connect((0, 1), Rule::from(Bernoulli(0.02)), normal(1.0), SPREAD),
        connect((1, 0), Rule::from(FixedTotalNumber(2_000)), normal(300.0), SPREAD),
        poisson(0, 0.003, 12_000.0),
        record(1, Variable::POTENTIAL, 300, 7),
    ];
    let states = vec![(0, Variable::POTENTIAL), (1, Variable::POTENTIAL)];
    Case { loose: Some(true), workers: 3, updates: Updates::Event, ..case("events", calls, states) }
}

/// Convolution, pooling and a matrix: integrators that subtract, and a read-out without threshold.
fn implicit() -> Case {
    let axis = |input, kernel, stride, padding| Axis { input, kernel, stride, padding };
    let convolution = Windows { y: axis(20, 5, 1, 2), x: axis(20, 5, 1, 2), channels_in: 2, channels_out: 4, groups: 1 };
    let pooling = Windows { y: axis(20, 2, 2, 0), x: axis(20, 2, 2, 0), channels_in: 4, channels_out: 4, groups: 4 };
    let kernel = Distribution::Array((0..4 * 2 * 25).map(|k| f64::from(k % 5) - 1.0).collect());
    let matrix = Distribution::Array((0..400 * 50).map(|k| f64::from(k % 9) - 3.0).collect());
    let integrator = Model::from(LifSubtract(delta(f64::INFINITY, 2.0, 0.0)));
    let calls = vec![
        neurons(50, Model::from(delta(20.0, f64::INFINITY, 0.0)), (0.0, 1.0)),
        source(800),
        source_spikes(800, 1_600),
        neurons(1_600, integrator, (0.0, 1.0)),
        neurons(400, integrator, (0.0, 1.0)),
        connect((1, 2), Rule::from(Convolution(convolution)), kernel, Distribution::Constant(0.1)),
        connect((2, 3), Rule::from(Pooling(pooling)), Distribution::Constant(0.6), Distribution::Constant(0.2)),
        connect((3, 0), Rule::from(Dense), matrix, Distribution::Constant(0.1)),
        record(0, Variable::POTENTIAL, 50, 1),
    ];
    case("implicit", calls, vec![(0, Variable::POTENTIAL), (3, Variable::POTENTIAL)])
}

/// Neurons that differ and neurons that adapt, given edges with arrays, 16-bit weights, one worker.
fn varied() -> Case {
    let models = |network: &mut Network| {
        let currents = || (0..600).map(|k| 420.0 + f64::from(k % 50)).collect();
        let taus = || (0..600).map(|k| 10.0 + f64::from(k) / 100.0).collect();
        network.varied_population("own", 600, exp(0.5, 420.0), SWEEP.aside(|| vec![(0, taus()), (8, currents())])).unwrap();
    };
    let alif = Alif { tau_m: 20.0, tau_adp: 150.0, b0: 10.0, beta: 1.8, r_m: 1.0, i_e: 15.0 };
    let (from, to) = ((0..3_000).map(|k| k * 7 % 600).collect(), (0..3_000).map(|k| k * 11 % 600).collect());
    let array = |low: f64, step: f64| Distribution::Array((0..3_000).map(|k| low + step * f64::from(k % 30)).collect());
    let calls: Vec<Call> = vec![
        Box::new(models),
        neurons(600, Model::from(alif), (0.0, 9.0)),
        connect((0, 1), Rule::from(Pairs(from, to)), array(0.5, 0.1), array(0.1, 0.1)),
        connect((1, 0), Rule::from(OneToOne), normal(-10.0), SPREAD),
        connect((1, 1), Rule::from(FixedInDegree(4)), Distribution::Constant(0.5), Distribution::Constant(1.0)),
        record(0, Variable(1), 600, 11),
        record(1, Variable(2), 20, 1),
    ];
    let states = vec![(0, Variable::POTENTIAL), (1, Variable(1))];
    Case { weights: "q16", workers: 1, ..case("varied", calls, states) }
}

/// Two groups on cores of their own, near and far: channels; `f64`, all to all without autapses.
fn double() -> Case {
    let calls = vec![
        neurons(300, exp(0.5, 420.0), (-65.0, -50.0)),
        neurons(300, exp(0.5, 420.0), (-65.0, -50.0)),
        connect_but((0, 0), Rule::from(AllToAll), (normal(-5.0), SPREAD), false),
        connect((1, 1), Rule::from(FixedInDegree(20)), normal(-50.0), SPREAD),
        connect((0, 1), Rule::from(FixedInDegree(20)), normal(60.0), Distribution::Constant(10.0)),
        connect((1, 0), Rule::from(FixedInDegree(20)), normal(60.0), Distribution::Constant(10.0)),
        poisson(1, 0.002, 5_000.0),
        record(0, Variable::POTENTIAL, 300, 50),
    ];
    Case { weights: "f64", workers: 2, placement: Some(vec![0, 1]), ..case("double", calls, vec![(1, Variable(1))]) }
}
