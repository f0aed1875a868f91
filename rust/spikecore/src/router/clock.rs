//! A clock word: how far somebody has come, and whether anybody sleeps until that changes, in ONE atomic word.
//!
//! `ticks << 1 | flag`. The owner *publishes* a new count, which clears the flag and tells whether it was set; a
//! waiter *arms* the word, which sets the flag and tells the count at that moment. Both are read-modify-write
//! operations, so on each word they are totally ordered:
//! - publish before arm: `arm` returns the new count and the waiter does not sleep;
//! - arm before publish: `publish` returns true and the owner wakes the waiter.
//!
//! With a plain store and load of two words ("publish, then look for sleepers" against "lie down, then look at
//! the clock") both sides could read the old value of the other's word, since a store may pass a later load on
//! every machine; Acquire and Release do not forbid it. A plain store into the one word would overwrite a flag
//! that was set after it was looked at. The models find both lost wake-ups.
//!
//! Orderings. `publish` is Release: who reads the count (Acquire, in `read`) sees what was done before. `arm` is
//! Release and `publish` Acquire so that whoever finds the flag also finds the sleeper's handle (`Crew`). `arm`
//! need not acquire: the count it returns only decides whether to sleep; data is read after a `read`.

use crate::id::Tick;
use crate::sync::{AtomicU64, Ordering, Padded};

const PUBLISH: Ordering = if cfg!(mutant = "publish_no_release") {
    Ordering::Acquire
} else if cfg!(mutant = "publish_no_acquire") {
    Ordering::Release
} else {
    Ordering::AcqRel
};
const READ: Ordering = if cfg!(mutant = "clock_read_relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
const ARM: Ordering = if cfg!(mutant = "arm_relaxed") { Ordering::Relaxed } else { Ordering::Release };

/// A published count of ticks with a wait flag.
#[derive(Debug)]
pub struct ClockWord(Padded<AtomicU64>);

impl ClockWord {
    /// The largest count.
    pub const MAX: Tick = Tick::MAX >> 1;

    pub(crate) fn new(ticks: Tick) -> Self {
        Self(Padded(AtomicU64::new(ticks << 1)))
    }

    /// Makes `ticks` visible, with everything done before; true when somebody sleeps on this word.
    #[must_use = "a sleeper must be woken"]
    #[inline]
    pub(crate) fn publish(&self, ticks: Tick) -> bool {
        self.publish_as(ticks, PUBLISH)
    }

    /// `publish` with an ordering of its own, so that tests can weaken one user of the word at a time.
    #[inline]
    pub(crate) fn publish_as(&self, ticks: Tick, order: Ordering) -> bool {
        if cfg!(mutant = "publish_store") {
            let flag = self.0.load(Ordering::Acquire) & 1 == 1;
            self.0.store(ticks << 1, Ordering::Release);
            return flag;
        }
        self.0.swap(ticks << 1, order) & 1 == 1
    }

    /// The count, with everything its publisher did before publishing it.
    #[inline]
    pub fn read(&self) -> Tick {
        self.0.load(READ) >> 1
    }

    /// The count alone, for statistics.
    #[inline]
    pub(crate) fn glance(&self) -> Tick {
        self.0.load(Ordering::Relaxed) >> 1
    }

    /// Asks to be woken at the next `publish`; returns the count at this moment.
    #[must_use = "the count may already be enough"]
    pub(crate) fn arm(&self) -> Tick {
        if cfg!(mutant = "arm_missing") {
            return self.0.load(Ordering::Acquire) >> 1;
        }
        if cfg!(mutant = "arm_store") {
            let word = self.0.load(Ordering::Acquire);
            self.0.store(word | 1, Ordering::Release);
            return word >> 1;
        }
        self.0.fetch_or(1, ARM) >> 1
    }
}
