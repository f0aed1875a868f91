//! Whole runs: 100 ms of a balanced network of 10,000 neurons and 10 M synapses, with one worker and with as many as
//! there are CPUs. An element is a synaptic event.

mod common;

use common::{connect, neuron, time_of, timed};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spikecore::{CompileOptions, Distribution, Level, Machine, Network, Updates};

/// Synaptic events per iteration.
const EVENTS: u64 = 1_000_000;
/// Ticks per step of the measurement.
const TICKS: u64 = 1_000;

fn network() -> Network {
    let mut network = Network::new(0.1, 1).expect("valid");
    for (name, size) in [("excitatory", 8_000), ("inhibitory", 2_000)] {
        let id = network.population(name, size, neuron(500.0)).expect("valid");
        network.initial_potential(id, Distribution::Uniform { low: -65.0, high: -50.0 }).expect("valid");
    }
    for target in 0..2 {
        connect(&mut network, 0, target, 800, 30.0);
        connect(&mut network, 1, target, 200, -180.0);
    }
    network.record_spikes(&[]).expect("valid");
    network
}

fn run(c: &mut Criterion) {
    let network = network();
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let mut group = c.benchmark_group("run");
    group.throughput(Throughput::Elements(EVENTS)).sample_size(10);
    for workers in [1, cpus] {
        let options = CompileOptions {
            workers,
            log_capacity: None,
            placement: None,
            level: Level::detect(),
            loose: None,
            updates: Updates::Auto,
            turn: None,
        };
        let mut machine = Machine::compile(&network, "f32", &options, &mut |_| true).expect("it fits");
        group.bench_function(format!("{workers} workers"), |b| {
            b.iter_custom(|iterations| {
                time_of(iterations * EVENTS, || {
                    let before = machine.statistics().delivered;
                    let (ran, time) = timed(|| machine.run(TICKS, &mut |_| true));
                    assert_eq!(ran, Ok(TICKS));
                    (machine.statistics().delivered - before, time)
                })
            });
        });
        if cpus == 1 {
            break;
        }
    }
    group.finish();
}

criterion_group!(benches, run);
criterion_main!(benches);
