//! Ports step by step in one thread, then whole machines on threads against the oracle.

use super::rig::{Plan, work};
use super::{Blocked, CompileError, Gate, Lane, Poisoned, Port, Router, Waiter};
use crate::id::{NeuronId, Tick};
use std::thread;
use std::time::Duration;

/// Neurons, words beyond one worst tick, producers with their lookahead.
type Sketch<'a> = (usize, usize, &'a [(usize, u32)]);

fn machine(lanes: &[Sketch<'_>]) -> (Router, Vec<Port>) {
    let lane = |&(neurons, spare, inputs): &Sketch<'_>| Lane {
        neurons,
        capacity: Router::least_capacity(neurons) + spare,
        inputs: inputs.to_vec(),
    };
    let (router, ports) = Router::new(&lanes.iter().map(lane).collect::<Vec<_>>()).expect("valid lanes");
    router.grant(1_000_000_000);
    (router, ports)
}

fn file(port: &mut Port, router: &Router, limit: Tick) -> Vec<(Tick, Vec<NeuronId>)> {
    let mut filed = Vec::new();
    port.file(router, limit, |_, tick, ids| filed.push((tick, ids.to_vec())));
    filed
}

#[test]
fn a_log_below_a_worst_tick_is_rejected() {
    let lane = Lane { neurons: 10, capacity: 12, inputs: vec![] };
    let error = Router::new(&[lane]).expect_err("12 words are too few");
    assert_eq!(error, CompileError::LogCapacity { core: 0, capacity: 12, needed: 13 });
}

#[test]
fn three_producers_merge_in_id_order_and_only_when_all_have_published() {
    let (router, ports) = machine(&[(3, 9, &[]), (3, 9, &[]), (3, 9, &[]), (1, 0, &[(0, 1), (1, 2), (2, 3)])]);
    let [mut a, mut b, mut c, mut d] = <[Port; 4]>::try_from(ports).expect("four cores");
    a.publish(&router, 0, &[5, 9, 20]);
    b.publish(&router, 0, &[1, 10]);
    a.publish(&router, 1, &[5]);
    assert_eq!(file(&mut d, &router, 10), []);
    assert_eq!(d.check(&router, 0), Ok(()), "tick 0 needs nothing");
    assert_eq!(d.check(&router, 1), Err(Blocked { gate: Gate::Clock(2), ticks: 1 }));
    c.publish(&router, 0, &[0, 7, 30]);
    assert_eq!(file(&mut d, &router, 10), [(0, vec![0, 1, 5, 7, 9, 10, 20, 30])]);
    assert_eq!((d.filed(), d.check(&router, 1)), (1, Ok(())));
    assert_eq!((a.counters().packets, a.counters().segments, d.counters().waits), (4, 2, 1));
}

#[test]
fn silence_is_jumped_over_and_the_limit_holds() {
    let (router, mut ports) = machine(&[(2, 0, &[]), (1, 0, &[(0, 1)])]);
    let (mut sink, mut source) = (ports.pop().expect("sink"), ports.pop().expect("source"));
    source.publish(&router, 3, &[1]);
    let far = 1 << 44; // ticks that a walk would take hours for
    router.grant(far);
    source.advance(&router, far);
    assert_eq!(file(&mut sink, &router, 2), []);
    assert_eq!(sink.filed(), 3);
    assert_eq!(file(&mut sink, &router, 3), [(3, vec![1])]);
    assert_eq!(file(&mut sink, &router, Tick::MAX), []);
    assert_eq!(sink.filed(), far);
}

#[test]
fn a_minimal_log_wraps_and_blocks_until_filed() {
    let (router, mut ports) = machine(&[(2, 0, &[]), (1, 0, &[(0, 1)]), (1, 0, &[(0, 1)])]);
    let (mut late, mut sink, mut source) = (ports.remove(2), ports.remove(1), ports.remove(0));
    for t in 0..100 {
        assert_eq!(source.check(&router, t), Ok(()));
        source.publish(&router, t, &[t as u32, t as u32 + 7]);
        let blocked = Err(Blocked { gate: Gate::Filed(1, 0), ticks: t + 1 });
        assert_eq!(source.check(&router, t + 1), blocked, "five words hold one segment");
        assert_eq!(file(&mut sink, &router, t), [(t, vec![t as u32, t as u32 + 7])]);
        assert_eq!(source.check(&router, t + 1), Err(Blocked { gate: Gate::Filed(2, 0), ticks: t + 1 }));
        assert_eq!(file(&mut late, &router, t).len(), 1);
    }
    source.publish(&router, 100, &[]);
    assert_eq!(source.check(&router, 101), Ok(()), "silence takes no space");
}

#[test]
fn the_block_names_the_last_tick_that_must_go() {
    let (router, mut ports) = machine(&[(5, 4, &[]), (1, 0, &[(0, 1)])]);
    let (mut sink, mut source) = (ports.pop().expect("sink"), ports.pop().expect("source"));
    for t in 0..3 {
        assert_eq!(source.check(&router, t), if t < 2 { Ok(()) } else { filed(1) });
        if t < 2 {
            source.publish(&router, t, &[1]);
        }
    }
    file(&mut sink, &router, 0);
    assert_eq!(source.check(&router, 2), Ok(()), "twelve words, four taken, eight free");
    source.publish(&router, 2, &[1, 2, 3, 4]);
    assert_eq!(source.check(&router, 3), filed(3));
    file(&mut sink, &router, 1);
    assert_eq!(source.check(&router, 3), filed(3));
    file(&mut sink, &router, 2);
    assert_eq!(source.check(&router, 3), Ok(()));

    fn filed(ticks: Tick) -> Result<(), Blocked> {
        Err(Blocked { gate: Gate::Filed(1, 0), ticks })
    }
}

#[test]
fn a_core_hears_itself() {
    let (router, mut ports) = machine(&[(2, 3, &[(0, 3)])]);
    let port = &mut ports[0];
    for t in 0..50 {
        let heard = if t == 0 { vec![] } else { vec![(t - 1, vec![t as u32 - 1])] };
        assert_eq!(file(port, &router, t), heard);
        assert_eq!(port.check(&router, t), Ok(()));
        port.publish(&router, t, &[t as u32]);
    }
}

#[test]
fn horizon_and_ceiling_hold_a_core() {
    let (mut router, ports) = Plan::new(&[1], &[&[]], 0).build();
    let mut toy = ports.into_iter().next().expect("one core");
    router.muster(1);
    assert_eq!(toy.port.check(&router, 0), Err(Blocked { gate: Gate::Horizon, ticks: 1 }));
    router.grant(5);
    router.set_ceiling(0, 0);
    assert_eq!(toy.port.check(&router, 0), Err(Blocked { gate: Gate::Ceiling(0), ticks: 1 }));
    router.set_ceiling(0, Tick::MAX);
    assert_eq!(toy.port.check(&router, 0), Ok(()));
    router.close();
    assert_eq!(work(&router, 0, std::slice::from_mut(&mut toy), 1), Ok(()));
    assert_eq!(toy.port.published(), 5);
}

/// Runs `plan` on so many workers, in two runs, the horizon granted in small steps, and holds it to the oracle.
fn hold_to_oracle(plan: &Plan, workers: usize, ticks: Tick) {
    let (mut router, mut toys) = plan.build();
    for (from, end) in [(0, ticks / 3), (ticks / 3, ticks)] {
        router.muster(workers);
        let mut parts: Vec<Vec<_>> = (0..workers).map(|_| Vec::new()).collect();
        toys.drain(..).enumerate().for_each(|(core, toy)| parts[core % workers].push(toy));
        let router = &router;
        thread::scope(|scope| {
            let run = |(worker, part): (usize, Vec<_>)| {
                scope.spawn(move || {
                    let mut part = part;
                    work(router, worker, &mut part, 2).expect("nobody panics");
                    part
                })
            };
            let threads: Vec<_> = parts.drain(..).enumerate().map(run).collect();
            router.enter_caller();
            let mut horizon = from;
            while horizon < end {
                horizon = (horizon + 50).min(end);
                router.grant(horizon);
                while horizon < end && (0..plan.lanes.len()).any(|core| router.clock(core) + 25 < horizon) {
                    thread::park_timeout(Duration::from_millis(1));
                }
            }
            router.close();
            toys = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        });
        toys.sort_by_key(|toy| toy.port.core());
        for toy in &toys {
            assert_eq!(toy.port.published(), end);
            assert!(toy.has_all(&toys), "nothing in flight at a stop (R6)");
            // Over a silence that is known a core may leave its producers any ticks behind.
            let bounded = plan.alarms.iter().any(Option::is_some) || toy.port.leads().iter().all(|&(_, lead)| lead <= 9);
            assert!(bounded, "lag is bounded: {:?}", toy.port.leads());
        }
    }
    let sent: Vec<_> = toys.into_iter().map(|toy| toy.sent).collect();
    assert!(sent == plan.oracle(ticks), "spikes differ from the oracle's");
}

#[test]
fn machines_on_threads_agree_with_the_oracle() {
    let cycle: [&[_]; 4] = [&[(1, 1), (3, 1)], &[(0, 2), (1, 2)], &[(0, 1), (1, 9), (2, 1), (3, 4)], &[(2, 1)]];
    let funnel: [&[_]; 4] = [&[], &[], &[(0, 1), (1, 3)], &[(2, 7), (3, 7)]];
    for (inputs, neurons) in [(cycle, [1, 3, 2, 5]), (funnel, [4, 2, 3, 1])] {
        for (spare, quiet, slack) in [(0, 1, 0), (1, 3, 2), (40, 7, 30)] {
            for workers in [1, 2, 3, 4] {
                let plan = Plan { quiet, slack, ..Plan::new(&neurons, &inputs, spare) };
                hold_to_oracle(&plan, workers, 1_500);
            }
        }
    }
}

/// All cores rest, or all but one; spikes come at odd times and set off others, which die out.
#[test]
fn resting_machines_on_threads_agree_with_the_oracle() {
    let inputs: [&[_]; 4] = [&[(1, 1), (3, 1)], &[(0, 2), (1, 9)], &[(0, 1), (2, 1)], &[(2, 1)]];
    for awake in [4, 2] {
        for (spare, slack) in [(0, 0), (40, 30)] {
            for workers in [1, 2, 3, 4] {
                let mut plan = Plan { quiet: 3, slack, ..Plan::new(&[1, 3, 2, 5], &inputs, spare) };
                let alarms = |core: u64| (0..1_500).filter(|t| t % (97 + 60 * core) == core).collect();
                plan.alarms = (0..4).map(|core| (core != awake).then(|| alarms(core))).collect();
                hold_to_oracle(&plan, workers, 1_500);
            }
        }
    }
}

#[test]
fn a_lifted_ceiling_wakes_its_worker_and_the_others() {
    let (mut router, mut toys) = Plan::new(&[2, 2], &[&[(1, 1)], &[(0, 1)]], 0).build();
    router.muster(2);
    router.grant(100);
    router.close();
    router.set_ceiling(0, 10);
    let (router, (a, b)) = (&router, toys.split_at_mut(1));
    thread::scope(|scope| {
        let threads = [scope.spawn(|| work(router, 0, a, 2)), scope.spawn(|| work(router, 1, b, 2))];
        let clocks = || (router.clock(0), router.clock(1));
        for _ in 0..300_000 {
            if clocks() == (10, 11) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(20));
        let held = clocks();
        // Lifted before anything can fail: who waits would wait for ever.
        router.set_ceiling(0, Tick::MAX);
        for thread in threads {
            thread.join().expect("no panic").expect("no poison");
        }
        assert_eq!(held, (10, 11));
    });
}

#[test]
fn poison_ends_every_wait() {
    let (mut router, _) = Plan::new(&[1], &[&[]], 0).build();
    router.muster(4);
    let router = &router;
    thread::scope(|scope| {
        let sleep = |worker| {
            let word = Blocked { gate: Gate::Horizon, ticks: 1 };
            move || Waiter::new(router, worker, &[], 4).wait(router, &[word])
        };
        let threads = [0, 1, 2].map(|worker| scope.spawn(sleep(worker)));
        thread::sleep(Duration::from_millis(10));
        router.poison();
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), Err(Poisoned));
        }
    });
    assert_eq!(router.alive(), Err(Poisoned));
}
