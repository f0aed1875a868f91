//! Networks and timing that the benchmarks share.

use std::time::{Duration, Instant};

use spikecore::{DelayLaw, Distribution, FixedInDegree, LifExp, Model, Network, Projection, Receptor, Rule};

/// The neuron of the cortical microcircuit.
pub fn neuron(i_e: f64) -> Model {
    Model::from(LifExp {
        tau_m: 10.0,
        c_m: 250.0,
        e_l: -65.0,
        v_th: -50.0,
        v_reset: -65.0,
        t_ref: 2.0,
        tau_syn_exc: 0.5,
        tau_syn_inh: 0.5,
        i_e,
    })
}

/// A normal distribution within 10 standard deviations; delays from one tick.
pub fn normal(mean: f64, sd: f64) -> Distribution {
    Distribution::Normal { mean, sd, low: f64::max(0.1, mean - 10.0 * sd), high: mean + 10.0 * sd, clip: false }
}

/// Connects `k` sources to every target, with weights of 10 % spread around a positive or negative mean.
pub fn connect(network: &mut Network, source: usize, target: usize, k: u32, weight: f64) {
    let low = if weight < 0.0 { f64::NEG_INFINITY } else { 0.0 };
    let high = if weight < 0.0 { 0.0 } else { f64::INFINITY };
    let weight = Distribution::Normal { mean: weight, sd: 0.1 * weight.abs(), low, high, clip: false };
    let delay = DelayLaw::new("benchmark", &normal(1.5, 0.75), network.dt).expect("a valid law");
    let rule = Rule::from(FixedInDegree(k));
    let projection = Projection { source, target, rule, weight, delay, receptor: Receptor::BySign, autapses: true, multapses: true };
    network.projection(projection).expect("a valid projection");
}

/// The time of `wanted` units of work, where `work` does some of them and says how many and how long.
pub fn time_of(wanted: u64, mut work: impl FnMut() -> (u64, Duration)) -> Duration {
    let (mut done, mut spent) = (0, Duration::ZERO);
    while done < wanted {
        let (units, time) = work();
        (done, spent) = (done + units, spent + time);
    }
    spent.mul_f64(wanted as f64 / done as f64)
}

/// How long `work` takes, with what it returns.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}
