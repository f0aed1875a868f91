//! Delivery of due synapses on one core, beside the limit: the same synapses added without rows, entries or
//! prefetching, in stored order. 38 M synapses (228 MB) onto 38,000 neurons, as half of the cortical microcircuit.
//! An element is a synaptic event.

mod common;

use common::{connect, neuron, time_of, timed};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spikecore::bench::Alone;
use spikecore::{Network, SpikeSource};

const SOURCES: u32 = 40_000;
const TARGETS: u32 = 38_000;
const IN_DEGREE: u32 = 1_000;
/// Synaptic events per iteration.
const EVENTS: u64 = 100_000;
/// Spikes per tick: 40,000 neurons at 4 Hz.
const SPIKES: u64 = 16;

/// Ascending ids that change from call to call.
fn spikes(call: &mut u64) -> Vec<u32> {
    *call += 1;
    let id = |i: u64| ((i + *call * SPIKES).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32 % SOURCES;
    let mut ids: Vec<u32> = (0..SPIKES).map(id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn deliver(c: &mut Criterion) {
    let mut network = Network::new(0.1, 1).expect("valid");
    let source = network.population("source", SOURCES, SpikeSource).expect("valid");
    let target = network.population("target", TARGETS, neuron(0.0)).expect("valid");
    connect(&mut network, source, target, IN_DEGREE, 0.001);
    let mut core = Alone::new(&network).expect("it fits one core");
    let mut group = c.benchmark_group("deliver");
    group.throughput(Throughput::Elements(EVENTS)).sample_size(20);
    let mut call = 0;
    group.bench_function("core", |b| {
        b.iter_custom(|iterations| {
            time_of(iterations * EVENTS, || {
                core.ingest(&spikes(&mut call));
                let (events, time) = timed(|| core.deliver());
                core.integrate();
                (events, time)
            })
        });
    });
    group.bench_function("bare scatter", |b| {
        let mut scratch = vec![];
        b.iter_custom(|iterations| {
            time_of(iterations * EVENTS, || {
                let (events, time) = timed(|| core.bare_scatter(usize::MAX, &mut scratch));
                (events as u64, time)
            })
        });
    });
    group.bench_function("with ingest", |b| {
        b.iter_custom(|iterations| {
            time_of(iterations * EVENTS, || {
                let ids = spikes(&mut call);
                let (events, time) = timed(|| {
                    core.ingest(&ids);
                    core.deliver()
                });
                core.integrate();
                (events, time)
            })
        });
    });
    group.finish();
}

criterion_group!(benches, deliver);
criterion_main!(benches);
