//! A worker: an OS thread that runs one or more cores for the length of one run.
//!
//! It visits all its cores, each for as long as it can run, and waits when none can. A panic poisons the router,
//! which ends every wait, and is handed back.

use super::step::{Lap, Phases, Seat};
use crate::allocation::{Fault, caught, gathered};
use crate::id::{CoreId, Tick};
use crate::neurocore::Core;
use crate::number::weight::Weight;
use crate::router::{Blocked, Poisoned, Port, Router, Waiter};
use crate::sync::{AtomicBool, Ordering};

/// Ticks that a core may run before the worker looks at its other cores.
const TURN: usize = 64;

/// What ended a worker before the end of its run.
#[derive(Debug)]
pub struct Failure {
    /// Worker.
    pub worker: usize,
    /// Next tick of its slowest core.
    pub tick: Tick,
    /// The end of memory, or a bug.
    pub fault: Fault,
}

impl Failure {
    /// The failure that a run is told of: a bug if there is one, or else the first.
    pub fn or(first: Option<Self>, second: Self) -> Option<Self> {
        let bug = |failure: &Self| matches!(failure.fault, Fault::Panic(_));
        Some(match first {
            Some(first) if bug(&first) || !bug(&second) => first,
            _ => second,
        })
    }
}

/// Runs `cores`, which have no delay above `longest`, until the run is closed and all stand at its horizon. Spinning is
/// only for workers that have one of `cpus` each. Where a state leaves the finite range it sets `lost`, which ends the run.
pub fn work<W: Weight>(
    worker: usize,
    cores: &mut [Core<W>],
    ports: &mut [Port],
    router: &Router,
    (longest, cpus): (u32, usize),
    phases: &mut Phases,
    lost: &AtomicBool,
) -> Result<(), Failure> {
    let outcome = caught(|| {
        let ends = cores.iter_mut().zip(&mut *ports).map(|(core, port)| Seat::new(core, port, longest));
        let mut seats: Vec<Seat<'_, W>> = gathered(ends, "a worker's cores");
        let ids: Vec<CoreId> = gathered(seats.iter().map(|s| s.core.id()), "a worker's cores");
        let mut waiter = Waiter::new(router, worker, &ids, cpus);
        let mut words = vec![];
        let mut lap = Lap::start();
        loop {
            let (moved, open) = pass(&mut seats, router, phases, &mut lap, &mut words, || true);
            if seats.iter().any(|seat| seat.core.is_lost()) && !lost.swap(true, Ordering::Relaxed) {
                router.wake_caller();
            }
            if !open {
                return;
            }
            if !moved {
                let alive = waiter.wait(router, &words);
                lap.charge(&mut phases.wait);
                if let Err(Poisoned) = alive {
                    return;
                }
            }
        }
    });
    outcome.map_err(|fault| {
        router.poison();
        let tick = ports.iter().map(Port::published).min().unwrap_or(0);
        Failure { worker, tick, fault }
    })
}

/// One visit to every core, and a look over the whole machine if they all rest: whether anything moved, and whether
/// any core is not finished. `words` holds what the unfinished wait for. The visit ends after any step, if `go_on` says no.
pub(super) fn pass<W: Weight>(
    seats: &mut [Seat<'_, W>],
    router: &Router,
    phases: &mut Phases,
    lap: &mut Lap,
    words: &mut Vec<Blocked>,
    go_on: impl Fn() -> bool,
) -> (bool, bool) {
    let (mut moved, mut open) = (false, false);
    words.clear();
    for seat in &mut *seats {
        let mut turn = 0;
        loop {
            if !go_on() {
                return (true, true);
            }
            let step = seat.step(router, phases, lap);
            moved |= step.moved;
            match step.blocked {
                None if turn < TURN => turn += 1,
                None => {
                    open = true;
                    break;
                }
                Some(blocked) => {
                    open |= seat.wait_for(router, blocked, words);
                    break;
                }
            }
        }
    }
    lap.charge(&mut phases.ingest);
    moved |= seats.iter().all(Seat::rests) && router.jump();
    (moved, open)
}
