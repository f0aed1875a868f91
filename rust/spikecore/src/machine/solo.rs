//! Runs all cores of a machine on the thread that asks, without workers: what a batch does with each sample.
//!
//! The thread grants itself a few milliseconds of work, visits its cores until nothing moves, and looks up. By the
//! router's proof that nobody waits for ever, all cores then stand at the horizon and have filed everything below it.

use std::time::{Duration, Instant};

use super::engine::Engine;
use super::step::{Phases, Seat};
use super::worker::pass;
use crate::id::Tick;
use crate::neurocore::weight::Weight;

/// Ticks of the first grant.
const FIRST: Tick = 16;
/// Work that one grant should allow at most.
const GRANT: Duration = Duration::from_millis(10);

impl<W: Weight> Engine<W> {
    /// Runs `ticks` ticks on this thread; false if `go_on` said no before the end.
    pub(super) fn run_alone(&mut self, ticks: Tick, go_on: &dyn Fn() -> bool) -> bool {
        let (start, end) = (self.now, self.now + ticks);
        let (router, longest) = (&self.router, self.longest);
        let mut seats: Vec<Seat<'_, W>> =
            self.cores.iter_mut().zip(&mut self.ports).map(|(core, port)| Seat::new(core, port, longest)).collect();
        let (mut words, mut phases) = (vec![], Phases::default());
        let (mut now, mut share) = (start, FIRST);
        while now < end && go_on() {
            let started = Instant::now();
            now = end.min(now + share);
            router.grant(now);
            while pass(&mut seats, router, &mut phases, &mut words).0 {}
            let work = started.elapsed();
            share = if work < GRANT / 2 {
                2 * share
            } else if work > GRANT {
                (share / 2).max(1)
            } else {
                share
            };
        }
        drop(seats);
        self.now = now;
        self.assert_nothing_lost();
        now == end
    }
}
