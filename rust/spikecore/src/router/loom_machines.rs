//! Models of whole machines: toy cores on workers that park, held to the oracle in every interleaving that the bounds
//! allow. What they send depends on all that they got; a machine that stalls is a deadlock to loom.

use super::Router;
use super::loom_tests::bounded;
use super::rig::{Plan, Toy, work};
use crate::id::{CoreId, Tick};
use loom::thread::{JoinHandle, spawn, yield_now};
use std::sync::Arc;

/// A machine ready to run `ticks` ticks in a closed run of so many workers.
fn closed_run(plan: &Plan, workers: usize, ticks: Tick) -> (Arc<Router>, Vec<Toy>) {
    let (mut router, toys) = plan.build();
    router.muster(workers);
    router.grant(ticks);
    router.close();
    (Arc::new(router), toys)
}

/// A worker thread for some cores.
fn worker(router: &Arc<Router>, seat: usize, mut toys: Vec<Toy>) -> JoinHandle<Vec<Toy>> {
    let router = Arc::clone(router);
    spawn(move || {
        work(&router, seat, &mut toys, 1).expect("no poison");
        toys
    })
}

/// Joins the workers and holds what their cores sent to the oracle.
fn hold_to_oracle(plan: &Plan, ticks: Tick, threads: Vec<JoinHandle<Vec<Toy>>>) {
    let mut toys: Vec<Toy> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
    toys.sort_by_key(|toy| toy.port.core());
    assert!(toys.iter().all(|toy| toy.has_all(&toys)), "nothing in flight at a stop (R6)");
    let sent: Vec<_> = toys.into_iter().map(|toy| toy.sent).collect();
    assert!(sent == plan.oracle(ticks), "spikes differ from the oracle's");
}

/// Runs `plan` on two workers, of which the first has `split` cores.
fn on_two_workers(plan: &Plan, split: usize, ticks: Tick) {
    let (router, mut toys) = closed_run(plan, 2, ticks);
    let second = toys.split_off(split);
    let threads = vec![worker(&router, 0, toys), worker(&router, 1, second)];
    hold_to_oracle(plan, ticks, threads);
}

// P1 to P4.

/// Two cores that drive each other, each log just one worst tick.
fn full_cycle() -> Plan {
    Plan::new(&[1, 1], &[&[(1, 1)], &[(0, 1)]], 0)
}

/// A thread per core, which looks again and again instead of parking.
fn polled(plan: &Plan, ticks: Tick) {
    let (router, toys) = closed_run(plan, plan.lanes.len(), ticks);
    let threads = toys.into_iter().map(|mut toy| {
        let router = Arc::clone(&router);
        spawn(move || {
            while toy.port.filed() < ticks || toy.port.published() < ticks {
                let moved = toy.step(&router).0;
                if !(moved || toy.port.rests() && router.jump()) {
                    yield_now();
                }
            }
            vec![toy]
        })
    });
    hold_to_oracle(plan, ticks, threads.collect());
}

/// The cycle, polled: three ticks, so each log is full, emptied and full again.
#[test]
fn loom_cycle_of_full_logs() {
    bounded(2, || polled(&full_cycle(), 3));
}

/// The cycle with sleeping workers.
#[test]
fn loom_cycle_of_sleepers() {
    bounded(1, || on_two_workers(&full_cycle(), 1, 3));
}

/// A core far ahead stands at the horizon while its producer still needs it to make space.
#[test]
fn loom_early_core_still_files() {
    bounded(2, || on_two_workers(&Plan::new(&[1, 1], &[&[], &[(0, 3)]], 0), 1, 2));
}

/// The same where it hears itself as well, in another channel: the near one is filed, the far one is not.
#[test]
fn loom_early_core_files_both_channels() {
    bounded(2, || on_two_workers(&Plan::new(&[1, 0], &[&[], &[(0, 4), (1, 1)]], 0), 1, 2));
}

/// A stop: the horizon is raised for the last time and the run is closed, while workers come to the old horizon.
#[test]
fn loom_stop_at_one_tick() {
    bounded(3, || {
        let plan = Plan::new(&[1], &[&[]], 0);
        let (mut router, toys) = plan.build();
        router.muster(1);
        router.grant(1);
        let router = Arc::new(router);
        let threads = vec![worker(&router, 0, toys)];
        router.grant(2);
        router.close();
        hold_to_oracle(&plan, 2, threads);
    });
}

/// The calling thread takes its seat, grants and closes while a worker looks for it. A thread of its own: loom's `join` is
/// not made to be unparked.
#[test]
fn loom_caller_takes_its_seat() {
    bounded(3, || {
        let plan = Plan::new(&[1], &[&[]], 0);
        let (mut router, toys) = plan.build();
        router.muster(1);
        let router = Arc::new(router);
        let caller = {
            let router = Arc::clone(&router);
            spawn(move || {
                router.enter_caller();
                router.grant(1);
                router.close();
            })
        };
        hold_to_oracle(&plan, 1, vec![worker(&router, 0, toys)]);
        caller.join().expect("no panic");
    });
}

/// Two clocks that the calling thread reads in turn are never further apart than the lookahead.
#[test]
fn loom_watched_clocks() {
    bounded(2, || {
        let plan = Plan::new(&[1, 0], &[&[], &[(0, 1)]], 9);
        let (router, mut toys) = closed_run(&plan, 2, 2);
        let second = vec![toys.pop().expect("two")];
        let threads = vec![worker(&router, 0, toys), worker(&router, 1, second)];
        let (ahead, behind) = (router.clock(1), router.clock(0));
        assert!(ahead <= behind + 1, "core 1 stands at tick {ahead}, core 0 at {behind}");
        hold_to_oracle(&plan, 2, threads);
    });
}

/// Two groups that drive themselves at once and each other from afar: two channels each, filed apart.
#[test]
fn loom_two_channels() {
    bounded(2, || on_two_workers(&Plan::new(&[1, 1], &[&[(0, 1), (1, 4)], &[(0, 4), (1, 1)]], 0), 1, 2));
}

/// A ring of three cores on two workers, one of which waits for words of others only.
#[test]
fn loom_ring_on_two_workers() {
    bounded(1, || on_two_workers(&Plan::new(&[1, 1, 1], &[&[(2, 1)], &[(0, 1)], &[(1, 1)]], 0), 2, 2));
}

/// Core 0 sends once, in tick `at`, and rests before and after; core 1, which never sends, rests but for the spike.
fn one_spike(at: Tick, inputs: &[&[(CoreId, u32)]]) -> Plan {
    Plan { alarms: vec![Some(vec![at]), Some(vec![])], ..Plan::new(&[1, 0], inputs, 0) }
}

/// Resting cores jump to the spike, file it and jump to the end.
#[test]
fn loom_rest_before_a_spike() {
    bounded(1, || on_two_workers(&one_spike(1, &[&[], &[(0, 1)]]), 1, 3));
}

/// Two cores that hear each other lie down after a spike, while it is on its way.
#[test]
fn loom_rest_after_a_spike() {
    bounded(1, || on_two_workers(&one_spike(0, &[&[(1, 1)], &[(0, 1)]]), 1, 2));
}

/// A spike in the middle of the rest, polled.
#[test]
fn loom_rest_polled() {
    bounded(1, || polled(&one_spike(1, &[&[(1, 1)], &[(0, 1)]]), 3));
}
