//! Models of the router: loom runs each through every interleaving (up to a bound on preemptions) and every value
//! that the orderings allow. Log words are plain memory here, so a racing access is an error by itself.
//!
//! Two families. The *log* models poll: writer and reader of one log, with no room to spare and with some. The
//! *sleep* models park: each word that can end a wait against a worker that lies down. `.ci/mutants` weakens one
//! ordering or step of the protocol at a time and wants one of these to fail.

use super::rig::{Plan, Toy, work};
use super::{Blocked, Gate, Poisoned, Port, Router, Waiter};
use crate::id::{NeuronId, Tick};
use loom::thread::{JoinHandle, spawn, yield_now};
use std::sync::Arc;

/// Checks a model with at most so many preemptions; `LOOM_MAX_PREEMPTIONS` may lower it.
fn bounded(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(builder.preemption_bound.map_or(preemptions, |bound| bound.min(preemptions)));
    builder.check(model);
}

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

// The log, polled.

/// Core 0 sends one spike in each of `ticks` ticks, core 1 files them; the log has room for `spare` words beyond
/// one such tick.
fn stream(spare: usize, ticks: Tick) {
    let (router, ports) = Router::new(&Plan::new(&[1, 1], &[&[], &[(0, 1)]], spare).lanes).expect("valid");
    let [mut source, mut sink] = <[Port; 2]>::try_from(ports).expect("two cores");
    router.grant(ticks);
    let router = Arc::new(router);
    let writer = {
        let router = Arc::clone(&router);
        spawn(move || {
            for t in 0..ticks {
                while source.check(&router, t).is_err() {
                    yield_now();
                }
                source.publish(&router, t, &[100 + t as NeuronId]);
            }
        })
    };
    let mut filed = Vec::new();
    while sink.filed() < ticks {
        if !sink.file(&router, ticks, |_, tick, ids| filed.extend(ids.iter().map(|&id| (tick, id)))) {
            yield_now();
        }
    }
    writer.join().expect("no panic");
    assert_eq!(filed, (0..ticks).map(|t| (t, 100 + t as NeuronId)).collect::<Vec<_>>());
}

#[test]
fn loom_log_minimal() {
    bounded(3, || stream(0, 3));
}

#[test]
fn loom_log_wraps_inside_a_segment() {
    bounded(3, || stream(1, 3));
}

#[test]
fn loom_log_with_room() {
    bounded(3, || stream(5, 3));
}

/// Two consumers: what one has filed may not be overwritten before the other has.
#[test]
fn loom_log_two_consumers() {
    bounded(3, || {
        let plan = Plan { slack: 2, ..Plan::new(&[1, 1, 1], &[&[], &[(0, 9)], &[(0, 9)]], 0) };
        let (router, mut toys) = plan.build();
        router.grant(2);
        let router = Arc::new(router);
        let (mut far, near) = (toys.pop().expect("three"), toys.pop().expect("three"));
        let mut near = [toys.pop().expect("three"), near];
        let other = {
            let router = Arc::clone(&router);
            spawn(move || {
                while far.port.filed() < 2 {
                    if !far.file(&router) {
                        yield_now();
                    }
                }
            })
        };
        while near[1].port.filed() < 2 {
            let t = near[0].port.published();
            if t < 2 && near[0].port.check(&router, t).is_ok() {
                near[0].run(&router, t);
            }
            if !near[1].file(&router) {
                yield_now();
            }
        }
        other.join().expect("no panic");
    });
}

// P1 to P4: whole machines that sleep.

/// Two cores that drive each other, each log just one worst tick.
fn full_cycle() -> Plan {
    Plan::new(&[1, 1], &[&[(1, 1)], &[(0, 1)]], 0)
}

/// The cycle, polled: three ticks, so each log is full, emptied and full again.
#[test]
fn loom_cycle_of_full_logs() {
    bounded(2, || {
        let (router, toys) = closed_run(&full_cycle(), 2, 3);
        let threads = toys.into_iter().map(|mut toy| {
            let router = Arc::clone(&router);
            spawn(move || {
                while toy.port.filed() < 3 {
                    let t = toy.port.published();
                    let mut moved = toy.file(&router);
                    if t < 3 && toy.port.check(&router, t).is_ok() {
                        toy.run(&router, t);
                        moved = true;
                    }
                    if !moved {
                        yield_now();
                    }
                }
                vec![toy]
            })
        });
        hold_to_oracle(&full_cycle(), 3, threads.collect());
    });
}

/// The cycle with sleeping workers.
#[test]
fn loom_cycle_of_sleepers() {
    bounded(2, || {
        let (router, mut toys) = closed_run(&full_cycle(), 2, 3);
        let second = vec![toys.pop().expect("two")];
        let threads = vec![worker(&router, 0, toys), worker(&router, 1, second)];
        hold_to_oracle(&full_cycle(), 3, threads);
    });
}

/// A core far ahead stands at the horizon while its producer still needs it to make space.
#[test]
fn loom_early_core_still_files() {
    bounded(3, || {
        let plan = Plan::new(&[1, 1], &[&[], &[(0, 3)]], 0);
        let (router, mut toys) = closed_run(&plan, 2, 2);
        let second = vec![toys.pop().expect("two")];
        let threads = vec![worker(&router, 0, toys), worker(&router, 1, second)];
        hold_to_oracle(&plan, 2, threads);
    });
}

/// A late spike against a jump: core 0 sends in tick 0 and then rests for good; core 1 rests, and the spike gives it
/// an event at tick 1, which nobody may jump over. Once the spike is filed the silence is known up to it.
#[test]
fn loom_jump_late_spike() {
    bounded(3, || {
        let (router, ports) = Router::new(&Plan::new(&[1, 1], &[&[], &[(0, 1)]], 0).lanes).expect("valid");
        let [mut source, mut sink] = <[Port; 2]>::try_from(ports).expect("two cores");
        router.grant(9);
        sink.rest(&router, 9);
        let router = Arc::new(router);
        let looks = |router: &Router| {
            router.jump();
            assert!(router.silence() <= 1, "jumped over a spike that was on its way");
        };
        let sender = {
            let router = Arc::clone(&router);
            spawn(move || {
                source.publish(&router, 0, &[7]);
                source.rest(&router, 9);
                looks(&router);
            })
        };
        let mut next = 9;
        sink.file(&router, 8, |_, tick, _| next = tick + 1);
        sink.rest(&router, next);
        looks(&router);
        sender.join().expect("no panic");
        sink.file(&router, 8, |_, tick, _| next = tick + 1);
        sink.rest(&router, next);
        router.jump();
        assert_eq!(router.silence(), 1, "nothing happens before the spike arrives");
    });
}

// Each word against a worker that lies down.

/// A worker waits until `gate` has reached one, while `act` makes it so.
fn sleep_against(gate: Gate, act: impl Fn(&Router, &mut [Port]) + Sync + Send + 'static) {
    bounded(3, move || {
        let (mut router, mut ports) = Router::new(&Plan::new(&[1, 1], &[&[], &[(0, 1)]], 0).lanes).expect("valid");
        router.muster(1);
        router.set_ceiling(0, 0);
        if matches!(gate, Gate::Filed(..)) {
            ports[0].publish(&router, 0, &[7]);
        }
        let router = Arc::new(router);
        let sleeper = {
            let router = Arc::clone(&router);
            spawn(move || {
                let mut waiter = Waiter::new(&router, 0, &[], 1);
                while router.word(gate).read() < 1 {
                    waiter.wait(&router, &[Blocked { gate, ticks: 1 }]).expect("no poison");
                }
            })
        };
        act(&router, &mut ports);
        sleeper.join().expect("no panic");
    });
}

#[test]
fn loom_sleep_clock() {
    sleep_against(Gate::Clock(0), |router, ports| ports[0].publish(router, 0, &[]));
}

#[test]
fn loom_sleep_filed() {
    sleep_against(Gate::Filed(1, 0), |router, ports| assert!(ports[1].file(router, 9, |_, _, _| ())));
}

#[test]
fn loom_sleep_horizon() {
    sleep_against(Gate::Horizon, |router, _| router.grant(1));
}

#[test]
fn loom_sleep_ceiling() {
    sleep_against(Gate::Ceiling(0), |router, _| router.set_ceiling(0, 1));
}

#[test]
fn loom_sleep_closed() {
    sleep_against(Gate::Closed, |router, _| router.close());
}

/// Two sleepers on one word: whoever arms second finds the flag set, and both are woken.
#[test]
fn loom_sleep_two_on_one_word() {
    bounded(3, || {
        let (mut router, _) = Plan::new(&[1], &[&[]], 0).build();
        router.muster(2);
        let router = Arc::new(router);
        let threads = [0, 1].map(|seat| {
            let router = Arc::clone(&router);
            spawn(move || {
                let mut waiter = Waiter::new(&router, seat, &[], 1);
                while router.horizon() < 1 {
                    let word = Blocked { gate: Gate::Horizon, ticks: 1 };
                    waiter.wait(&router, &[word]).expect("no poison");
                }
            })
        });
        router.grant(1);
        for thread in threads {
            thread.join().expect("no panic");
        }
    });
}

#[test]
fn loom_sleep_poison() {
    bounded(3, || {
        let (mut router, _) = Plan::new(&[1], &[&[]], 0).build();
        router.muster(1);
        let router = Arc::new(router);
        let sleeper = {
            let router = Arc::clone(&router);
            spawn(move || {
                let mut waiter = Waiter::new(&router, 0, &[], 1);
                while waiter.wait(&router, &[Blocked { gate: Gate::Horizon, ticks: 1 }]) != Err(Poisoned) {}
            })
        };
        router.poison();
        sleeper.join().expect("no panic");
    });
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
