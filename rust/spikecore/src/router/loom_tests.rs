//! Models of the router's parts: loom runs each through every interleaving (up to a bound on preemptions) and every
//! value that the orderings allow. Log words are plain memory here, so a racing access is an error by itself.
//!
//! The *log* models poll: writer and reader of one log, with no room to spare and with some. The *sleep* models park:
//! each word that can end a wait against a worker that lies down. The *jump* models look at cores that rest. Whole
//! machines are in `loom_machines.rs`. `.ci/mutants` weakens one ordering or step of the protocol at a time and wants one
//! of all these to fail.

use super::rig::Plan;
use super::{Blocked, Gate, Poisoned, Port, Router, Waiter};
use crate::id::{CoreId, NeuronId, Tick};
use loom::thread::{spawn, yield_now};
use std::sync::Arc;

/// Checks a model with at most so many preemptions; `LOOM_MAX_PREEMPTIONS` may lower it.
pub(super) fn bounded(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(builder.preemption_bound.map_or(preemptions, |bound| bound.min(preemptions)));
    builder.check(model);
}

// The log, polled.

/// Core 0 sends one spike in each of `ticks` ticks, core 1 files them; the log has room for `spare` words beyond
/// one such tick. Core 1 is silent and has published all its ticks.
fn stream(inputs: &[(CoreId, u32)], spare: usize, ticks: Tick) {
    let (router, ports) = Router::new(&Plan::new(&[1, 1], &[&[], inputs], spare).lanes).expect("valid");
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
    sink.advance(&router, ticks);
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
    bounded(3, || stream(&[(0, 1)], 0, 3));
}

#[test]
fn loom_log_wraps_inside_a_segment() {
    bounded(3, || stream(&[(0, 1)], 1, 3));
}

#[test]
fn loom_log_with_room() {
    bounded(3, || stream(&[(0, 1)], 5, 3));
}

/// Core 1 hears itself as well, in another channel, which it has filed long before.
#[test]
fn loom_log_second_channel() {
    bounded(3, || stream(&[(0, 4), (1, 1)], 0, 3));
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
            let sent = near[0].step(&router).0;
            if !near[1].file(&router) && !sent {
                yield_now();
            }
        }
        other.join().expect("no panic");
    });
}

// Windows: ticks that are sent one by one and published together.

/// Sends the ticks from `now` on, below `until`, for which there is room, then publishes them; whether there were any.
fn window(port: &mut Port, router: &Router, until: Tick) -> bool {
    let now = port.published();
    let mut tick = now;
    while tick < until && port.may_begin(router, tick).is_ok() {
        port.send(router, tick, &[100 * port.core() as NeuronId + tick as NeuronId]);
        tick += 1;
    }
    if tick > now {
        port.advance(router, tick);
    }
    tick > now
}

/// As `stream`, by windows of as many ticks as the log has room for.
fn stream_by_windows(spare: usize) {
    const TICKS: Tick = 4;
    let (router, ports) = Router::new(&Plan::new(&[1, 1], &[&[], &[(0, 1)]], spare).lanes).expect("valid");
    let [mut source, mut sink] = <[Port; 2]>::try_from(ports).expect("two cores");
    router.grant(TICKS);
    let router = Arc::new(router);
    let writer = {
        let router = Arc::clone(&router);
        spawn(move || {
            while source.published() < TICKS {
                if !window(&mut source, &router, TICKS) {
                    yield_now();
                }
            }
        })
    };
    let mut filed = Vec::new();
    sink.advance(&router, TICKS);
    while sink.filed() < TICKS {
        if !sink.file(&router, TICKS, |_, tick, ids| filed.extend(ids.iter().map(|&id| (tick, id)))) {
            yield_now();
        }
    }
    writer.join().expect("no panic");
    assert_eq!(filed, (0..TICKS).map(|t| (t, t as NeuronId)).collect::<Vec<_>>());
}

#[test]
fn loom_window_of_one_tick() {
    bounded(3, || stream_by_windows(0));
}

#[test]
fn loom_window_of_two_ticks() {
    bounded(3, || stream_by_windows(4));
}

/// Two cores that hear each other two ticks later run windows as `Seat::visit` does; neither waits for ever.
#[test]
fn loom_windows_in_a_cycle() {
    const TICKS: Tick = 4;
    let run = |mut port: Port, router: &Router| {
        let mut filed = Vec::new();
        while port.published() < TICKS || port.filed() < TICKS {
            let now = port.published();
            let mut moved = port.file(router, TICKS, |_, tick, ids| filed.extend(ids.iter().map(|&id| (tick, id))));
            if let Ok(known) = port.may_begin(router, now).and_then(|()| port.may_skip(router, now)) {
                moved |= window(&mut port, router, known);
            }
            if !moved {
                yield_now();
            }
        }
        let other = 100 * (1 - port.core() as NeuronId);
        assert_eq!(filed, (0..TICKS).map(|t| (t, other + t as NeuronId)).collect::<Vec<_>>());
    };
    bounded(2, move || {
        let (router, ports) = Router::new(&Plan::new(&[1, 1], &[&[(1, 2)], &[(0, 2)]], 4).lanes).expect("valid");
        let [first, second] = <[Port; 2]>::try_from(ports).expect("two cores");
        router.grant(TICKS);
        let router = Arc::new(router);
        let other = {
            let router = Arc::clone(&router);
            spawn(move || run(second, &router))
        };
        run(first, &router);
        other.join().expect("no panic");
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
                while router.word(gate).glance() < 1 {
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

// Rest.

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

/// A record against a jump: core 0 rests until tick 1, sends then, and rests for good. Whoever reads the later record must
/// not take it for the one of before.
#[test]
fn loom_jump_torn_record() {
    bounded(3, || {
        let (router, ports) = Router::new(&Plan::new(&[1, 1], &[&[], &[(0, 1)]], 0).lanes).expect("valid");
        let [mut source, mut sink] = <[Port; 2]>::try_from(ports).expect("two cores");
        router.grant(9);
        source.rest(&router, 1);
        sink.rest(&router, 9);
        let router = Arc::new(router);
        let sender = {
            let router = Arc::clone(&router);
            spawn(move || {
                source.rise(&router);
                source.publish(&router, 1, &[7]);
                source.rest(&router, 9);
            })
        };
        router.jump();
        assert!(router.silence() <= 1, "jumped over a spike that was on its way");
        sender.join().expect("no panic");
        router.jump();
        assert!(router.silence() <= 1, "jumped over a spike that was on its way");
    });
}
