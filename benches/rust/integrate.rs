//! One tick of 38,000 neurons, beside the limit: one multiply-add on as much memory as their state and input take.
//! An element is a neuron.

#[expect(dead_code, reason = "shared with other benchmarks")]
mod common;

use std::hint::black_box;

use common::neuron;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spikecore::bench::Alone;
use spikecore::{LifDelta, Model, Network, Poisson, Receptor, Stimulus};

const NEURONS: u32 = 38_000;

/// One population that never fires; with `lambda` events of a Poisson process per neuron and tick.
fn core(model: Model, lambda: f64) -> Alone {
    let mut network = Network::new(0.1, 1).expect("valid");
    let population = network.population("population", NEURONS, model).expect("valid");
    let (weight, receptor, start, stop) = (0.0, Receptor::Excitatory, 0, u64::MAX);
    if lambda > 0.0 {
        network.stimulus(Stimulus::new(population, (start, stop), Poisson { lambda, weight, receptor })).expect("valid");
    }
    Alone::new(&network).expect("it fits one core")
}

fn integrate(c: &mut Criterion) {
    let delta = Model::from(LifDelta { tau_m: 20.0, c_m: 1.0, e_l: 0.0, v_th: 20.0, v_reset: 10.0, t_ref: 2.0, i_e: 0.5 });
    let mut group = c.benchmark_group("integrate");
    group.throughput(Throughput::Elements(u64::from(NEURONS)));
    // 8 Hz x 1,000 synapses in 0.1 ms: the drive of a neuron in the microcircuit.
    for (name, model, lambda) in [("exponential", neuron(300.0), 0.0), ("delta", delta, 0.0), ("Poisson drive", neuron(0.0), 0.8)] {
        let mut core = core(model, lambda);
        group.bench_function(name, |b| b.iter(|| core.integrate()));
    }
    // Potential, current and accumulator, 4 B each, and the refractory count, 2 B.
    let mut state = vec![1.0f32; NEURONS as usize * 14 / 4];
    group.bench_function("memory stream", |b| {
        b.iter(|| black_box(&mut state).iter_mut().for_each(|x| *x = *x * 0.99 + 0.01));
    });
    group.finish();
}

criterion_group!(benches, integrate);
criterion_main!(benches);
