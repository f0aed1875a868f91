//! After warm-up a tick allocates nothing: a longer run makes exactly as many allocations as a shorter one.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use spikecore::{
    CompileOptions, DelayLaw, Distribution, Level, LifExp, Machine, Model, Network, Projection, Receptor, Rule, Stimulus, Updates,
};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[expect(unsafe_code, reason = "the interface of an allocator; it only counts and forwards")]
// SAFETY: every call is forwarded unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: forwarded.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: forwarded.
        unsafe { System.dealloc(ptr, layout) }
    }
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: forwarded.
        unsafe { System.realloc(ptr, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn network() -> Network {
    let mut network = Network::new(0.1, 3).unwrap();
    let lif = LifExp {
        tau_m: 10.0,
        c_m: 250.0,
        e_l: -65.0,
        v_th: -50.0,
        v_reset: -65.0,
        t_ref: 2.0,
        tau_syn_exc: 0.5,
        tau_syn_inh: 0.5,
        i_e: 420.0,
    };
    let id = network.population("a", 2_000, Model::LifExp(lif)).unwrap();
    network.initial_potential(id, Distribution::Uniform { low: -65.0, high: -50.0 }).unwrap();
    let law = Distribution::Uniform { low: 0.1, high: 4.0 };
    network
        .projection(Projection {
            source: id,
            target: id,
            rule: Rule::FixedInDegree(100),
            weight: Distribution::Normal { mean: -20.0, sd: 2.0, low: f64::NEG_INFINITY, high: 0.0, clip: false },
            delay: DelayLaw::new("a", &law, 0.1).unwrap(),
            receptor: Receptor::BySign,
            autapses: true,
            multapses: true,
        })
        .unwrap();
    let poisson = Stimulus::Poisson { population: id, lambda: 0.8, weight: 10.0, receptor: Receptor::BySign, start: 0, stop: u64::MAX };
    network.stimulus(poisson).unwrap();
    network.record_spikes(&[]).unwrap();
    network
}

/// Allocations of one run. The calling thread polls by the clock, so polls must not allocate either.
fn allocations(machine: &mut Machine, ticks: u64) -> u64 {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    assert_eq!(machine.run(ticks, &mut |_| true), Ok(ticks));
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

#[test]
fn a_tick_allocates_nothing_after_warm_up() {
    for loose in [false, true] {
        check(Some(loose));
    }
}

fn check(loose: Option<bool>) {
    let options = CompileOptions { workers: 2, log_capacity: None, placement: None, level: Level::detect(), loose, updates: Updates::Auto };
    let mut machine = Machine::compile(&network(), "f32", &options, &mut |_| true).unwrap();
    machine.run(20_000, &mut |_| true).unwrap();
    let spikes = machine.spike_counts().iter().sum::<u64>();
    let short: Vec<u64> = (0..5).map(|_| allocations(&mut machine, 10)).collect();
    let long: Vec<u64> = (0..5).map(|_| allocations(&mut machine, 4_000)).collect();
    assert!(machine.spike_counts().iter().sum::<u64>() > spikes + 1_000, "a live network");
    // Threads and their stacks cost a fixed number; a new maximum of a buffer may cost one more, now and then.
    let (short, long) = (short.iter().min().unwrap(), long.iter().min().unwrap());
    assert!(long <= &(short + 2), "loose {loose:?}: {short} allocations in 10 ticks, {long} in 4000");
}
