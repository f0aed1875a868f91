//! Waiting: spin, yield, then sleep on the words that can end the wait; and waking whoever sleeps.
//!
//! No lock, no condition variable: a sleeper *arms* every word it waits for (`ClockWord::arm`), looks at the
//! counts it got back, and parks. Whoever publishes a word unparks the seats that armed it. Each
//! word orders the two by its own modification order:
//!
//! - **W1** The count came before the arm: the sleeper sees it in what `arm` returns and does not park.
//! - **W2** The arm came before the count: the publisher finds the seat and unparks it. The token of `unpark` is kept
//!   until the next `park`, so it does not matter whether the sleeper lies down yet.
//! - **W3** A worker takes its seat before it arms anything, and `arm` (Release) to `publish` (Acquire) makes the
//!   handle visible to whoever finds the seat: nobody has to wait until all threads exist.
//! - **W4** The poison word is armed by every sleeper, so a panic elsewhere wakes it.
//!
//! A wake-up is a hint: every word is read again, and one word too many costs a pass over the cores, no more.

use super::clock::Seats;
use super::{Blocked, Gate, Router};
use crate::allocation::{filled, gathered};
use crate::id::CoreId;
use crate::sync::{Once, Thread, current, mutant, park, spin_loop, yield_now};

/// Looks at the words before yielding; some microseconds, about what a wake-up through the system costs.
const SPINS: u32 = if cfg!(loom) { 0 } else { 300 };
/// Yields before sleeping.
const YIELDS: u32 = if cfg!(loom) { 0 } else { 8 };
/// The same where workers share CPUs: what a worker waits for is done by one that the CPU is given to.
const SHARED_YIELDS: u32 = if cfg!(loom) { 0 } else { 200 };

/// Somebody panicked; what the cores hold is undefined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poisoned;

/// The threads of a run: a seat per worker, and the last for the calling thread.
#[derive(Debug)]
pub(super) struct Crew {
    seats: Box<[Once<Thread>]>,
}

impl Crew {
    pub(super) fn new(workers: usize) -> Self {
        Self { seats: gathered((0..=workers).map(|_| Once::new()), "the seats of workers").into() }
    }

    pub(super) fn enter(&self, seat: usize) {
        self.seats[seat].set(current());
    }

    pub(super) fn workers(&self) -> usize {
        self.seats.len() - 1
    }

    /// Unparks these seats (W3).
    #[inline(always)]
    pub(super) fn wake(&self, sleepers: Seats) {
        if !sleepers.is_empty() && !mutant("no_wake") {
            self.unpark(sleepers);
        }
    }

    #[cold]
    fn unpark(&self, sleepers: Seats) {
        let mut sleepers = self.seats.iter().enumerate().filter(|&(seat, _)| sleepers.contains(seat));
        if mutant("wake_one") {
            return sleepers.find_map(|(_, thread)| thread.get()).map_or((), Thread::unpark);
        }
        sleepers.filter_map(|(_, thread)| thread.get()).for_each(Thread::unpark);
    }

    /// Unparks the calling thread, which sits on the last seat.
    pub(super) fn wake_caller(&self) {
        if let Some(thread) = self.seats.last().and_then(Once::get) {
            thread.unpark();
        }
    }
}

/// One worker's way to wait.
#[derive(Debug)]
pub struct Waiter {
    /// Cores of this worker: their words change by this thread alone and are not armed.
    own: Box<[bool]>,
    seat: Seats,
    spins: u32,
    yields: u32,
}

impl Waiter {
    /// Takes seat `worker` of the current run for this thread, which will run the cores `own`. Spinning is only
    /// for workers that have a `cpus` each.
    pub fn new(router: &Router, worker: usize, own: &[CoreId], cpus: usize) -> Self {
        assert!(worker < router.crew.workers(), "seat {worker} of {} workers", router.crew.workers());
        router.crew.enter(worker);
        let mut mine = filled(router.lines.len(), false, "a worker's cores").into_boxed_slice();
        own.iter().for_each(|&core| mine[core] = true);
        let (spins, yields) = if router.crew.workers() > cpus { (0, SHARED_YIELDS) } else { (SPINS, YIELDS) };
        Self { own: mine, seat: Seats::only(worker), spins, yields }
    }

    /// Returns when one of `words` may have reached its count, or for no reason. To be called after a pass over
    /// *all* cores of this worker that moved nothing, with what each of them waits for (`Port::wait_for`).
    pub fn wait(&mut self, router: &Router, words: &[Blocked]) -> Result<(), Poisoned> {
        for turn in 0..self.spins + self.yields {
            router.alive()?;
            if words.iter().any(|word| router.word(word.gate).glance() >= word.ticks) {
                return Ok(());
            }
            if turn < self.spins { spin_loop() } else { yield_now() }
        }
        if !self.arm(router, words) || mutant("recheck_missing") {
            if words.iter().any(|word| word.gate == Gate::Horizon) {
                router.crew.wake_caller();
            }
            park();
        }
        router.alive()
    }

    /// Arms every word that another thread may publish; true when one of them has moved already (W1).
    fn arm(&self, router: &Router, words: &[Blocked]) -> bool {
        let mut moved = !mutant("poison_not_armed") && router.poison.arm(self.seat) != 0;
        for word in words {
            if !matches!(word.gate, Gate::Clock(core) | Gate::Filed(core, _) if self.own[core]) {
                moved |= router.word(word.gate).arm(self.seat) >= word.ticks;
            }
        }
        moved
    }
}
