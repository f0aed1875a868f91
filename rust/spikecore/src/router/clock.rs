//! A clock word: how far somebody has come, and who sleeps until that changes, in ONE atomic word.
//!
//! `ticks << 16 | seats`. The owner *publishes* a new count, which clears the seats and tells which were set; a
//! waiter *arms* the word, which sets its seat and tells the count at that moment. Both are read-modify-write
//! operations, so on each word they are totally ordered:
//! - publish before arm: `arm` returns the new count and the waiter does not sleep;
//! - arm before publish: `publish` returns the waiter's seat and the owner wakes it.
//!
//! With a plain store and load of two words ("publish, then look for sleepers" against "lie down, then look at
//! the clock") both sides could read the old value of the other's word, since a store may pass a later load on
//! every machine; Acquire and Release do not forbid it. A plain store into the one word would overwrite a seat
//! that was set after it was looked at. The models find both lost wake-ups.
//!
//! Orderings. Where a count stands for data, `publish` releases it and `read` acquires it: who reads the count sees what
//! was done before. That is so of clocks, of filed counts and of the closing of a run; horizon, ceiling and poison are
//! counts alone, which are announced and glanced at (Relaxed). Every `publish` acquires and `arm` releases, so that
//! whoever finds the seat also finds the sleeper's handle (`Crew`). `arm` need not acquire: the count it returns only
//! decides whether to sleep. What ends a sleep is seen after it: `arm` has read it from the word itself, or `unpark` and
//! `park` order the two threads.

use crate::id::Tick;
use crate::sync::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{AtomicU64, Ordering, Padded, mutant, ordering};

/// Bits of a word that are seats.
const SEATS: u32 = 16;

/// A set of seats; a seat shares its bit with those 16 further on, which are then woken with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a sleeper must be woken"]
pub struct Seats(u16);

impl Seats {
    /// The set of one seat.
    pub(crate) fn only(seat: usize) -> Self {
        Self(1 << (seat as u32 % SEATS))
    }

    /// Is nobody in it?
    #[inline(always)]
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Is this seat in it?
    pub(crate) fn contains(self, seat: usize) -> bool {
        self.0 & Self::only(seat).0 != 0
    }
}

/// A published count of ticks with the seats of those who wait for it.
#[derive(Debug)]
pub struct ClockWord(Padded<AtomicU64>);

impl ClockWord {
    /// The largest count. A core has other uses for the 65,536 numbers above it that its 48 bits can hold.
    pub const MAX: Tick = (Tick::MAX >> SEATS) - (1 << 16);

    pub(crate) fn new(ticks: Tick) -> Self {
        Self(Padded(AtomicU64::new(ticks << SEATS)))
    }

    /// Makes `ticks` visible with everything done before, if `order` is AcqRel; the seats that sleep on this word.
    #[inline]
    pub(crate) fn publish(&self, ticks: Tick, order: Ordering) -> Seats {
        self.swap(ticks, if mutant("publish_no_acquire") { Release } else { order })
    }

    /// Makes `ticks` visible, a count that stands for nothing else; the seats that sleep on this word.
    #[inline]
    pub(crate) fn announce(&self, ticks: Tick) -> Seats {
        self.swap(ticks, ordering("announce_no_acquire", Acquire, Relaxed))
    }

    #[inline(always)]
    fn swap(&self, ticks: Tick, order: Ordering) -> Seats {
        debug_assert!(ticks <= Self::MAX, "invariant: a count fits its word");
        if mutant("publish_store") {
            let seats = Seats(self.0.load(Acquire) as u16);
            self.0.store(ticks << SEATS, Release);
            return seats;
        }
        Seats(self.0.swap(ticks << SEATS, order) as u16)
    }

    /// The count, with everything its publisher did before publishing it, if `order` is Acquire.
    #[inline(always)]
    pub(crate) fn read(&self, order: Ordering) -> Tick {
        self.0.load(order) >> SEATS
    }

    /// The count alone.
    #[inline]
    pub(crate) fn glance(&self) -> Tick {
        self.0.load(Relaxed) >> SEATS
    }

    /// Asks that these seats be woken at the next `publish`; returns the count at this moment.
    #[must_use = "the count may already be enough"]
    pub(crate) fn arm(&self, seats: Seats) -> Tick {
        if mutant("arm_missing") {
            return self.0.load(Acquire) >> SEATS;
        }
        if mutant("arm_store") {
            let word = self.0.load(Acquire);
            self.0.store(word | u64::from(seats.0), Release);
            return word >> SEATS;
        }
        self.0.fetch_or(u64::from(seats.0), ordering("arm_relaxed", Release, Relaxed)) >> SEATS
    }
}
