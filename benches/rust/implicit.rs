//! Spikes through a matrix of 1,024 x 1,024 weights and through a convolution, on one core, beside the limit: the same
//! rows added by a plain loop, one after the other. An element is a synaptic event.
//!
//! 40 spikes a tick are 4 % of a layer. A matrix of 4 MB stays in the last cache and not in the nearer ones, so rows come
//! from there; the limit is met at that rate.

#[expect(dead_code, reason = "shared with other benchmarks")]
mod common;

use std::hint::black_box;

use common::{neuron, time_of, timed};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use spikecore::bench::Alone;
use spikecore::{Axis, Convolution, DelayLaw, Dense, Distribution, Network, Projection, Receptor, Rule, SpikeSource, Windows};

/// Synaptic events per iteration.
const EVENTS: u64 = 100_000;
/// Spikes per tick.
const SPIKES: u64 = 40;
/// Size of the layers that the matrix joins.
const LAYER: u32 = 1_024;

/// Ascending ids below `sources` that change from call to call.
fn spikes(call: &mut u64, sources: u32) -> Vec<u32> {
    *call += 1;
    let id = |i: u64| ((i + *call * SPIKES).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32 % sources;
    let mut ids: Vec<u32> = (0..SPIKES).map(id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A core that receives from `sources` neurons by one implicit projection with a delay of one tick.
fn core(sources: u32, targets: u32, rule: Rule, weights: usize) -> Alone {
    let mut network = Network::new(0.1, 1).expect("valid");
    let source = network.population("source", sources, SpikeSource).expect("valid");
    let target = network.population("target", targets, neuron(0.0)).expect("valid");
    let weight = Distribution::Array((0..weights).map(|k| 1e-3 * (k % 7) as f64).collect());
    let delay = DelayLaw::Constant(1);
    let receptor = Receptor::Excitatory;
    let projection = Projection { source, target, rule, weight, delay, receptor, autapses: true, multapses: true };
    network.projection(projection).expect("valid");
    Alone::new(&network).expect("it fits one core")
}

fn deliver(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut core: Alone, sources: u32) {
    let mut call = 0;
    group.bench_function(name, |b| {
        b.iter_custom(|iterations| {
            time_of(iterations * EVENTS, || {
                core.ingest(&spikes(&mut call, sources));
                core.integrate();
                timed(|| core.deliver())
            })
        });
    });
}

fn implicit(c: &mut Criterion) {
    let mut group = c.benchmark_group("implicit");
    group.throughput(Throughput::Elements(EVENTS)).sample_size(20);
    deliver(&mut group, "dense", core(LAYER, LAYER, Rule::from(Dense), (LAYER * LAYER) as usize), LAYER);
    let matrix = vec![1.0f32; (LAYER * LAYER) as usize];
    let mut sums = vec![0.0f32; LAYER as usize];
    let mut call = 0;
    group.bench_function("bare rows", |b| {
        b.iter_custom(|iterations| {
            time_of(iterations * EVENTS, || {
                let ids = spikes(&mut call, LAYER);
                timed(|| {
                    for &id in &ids {
                        let row = &matrix[(id * LAYER) as usize..][..LAYER as usize];
                        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight);
                    }
                    black_box(&mut sums);
                    ids.len() as u64 * u64::from(LAYER)
                })
            })
        });
    });
    let axis = Axis { input: 32, kernel: 3, stride: 1, padding: 1 };
    let windows = Windows { y: axis, x: axis, channels_in: 16, channels_out: 32, groups: 1 };
    let (sources, targets, weights) = (windows.sources() as u32, windows.targets() as u32, windows.kernel_values() as usize);
    deliver(&mut group, "convolution", core(sources, targets, Rule::from(Convolution(windows)), weights), sources);
    group.finish();
}

criterion_group!(benches, implicit);
criterion_main!(benches);
