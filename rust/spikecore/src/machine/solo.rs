//! Runs all cores of a machine on the thread that asks, without workers: what a batch does with each sample.
//!
//! The thread visits its cores in turn until nothing moves. By the router's proof that nobody waits for ever, all then
//! stand at the horizon and have filed everything below it. Between any two steps of a core, a tick or the ticks
//! of a visit, it asks whether to go on: a step may take milliseconds. A sample that is given up is of no use, so its cores need not stand at one tick.

use super::engine::Engine;
use super::step::{Lap, Phases, Seat};
use super::worker::pass;
use crate::allocation::gathered;
use crate::id::Tick;
use crate::number::weight::Weight;

impl<W: Weight> Engine<W> {
    /// Runs `ticks` ticks on this thread; false if `go_on` said no before the end, and then nothing but
    /// [`Engine::rewind`] may follow.
    pub(super) fn run_alone(&mut self, ticks: Tick, go_on: &dyn Fn() -> bool) -> bool {
        self.make_room_for_samples(ticks);
        let (router, longest) = (&self.router, self.longest);
        let ends = self.cores.iter_mut().zip(&mut self.ports).map(|(core, port)| Seat::new(core, port, longest));
        let mut seats: Vec<Seat<'_, W>> = gathered(ends, "the cores of a replica");
        let (mut words, mut phases, mut lap) = (vec![], Phases::default(), Lap::start());
        self.now += ticks;
        router.grant(self.now);
        while go_on() {
            if !pass(&mut seats, router, &mut phases, &mut lap, &mut words, go_on).0 {
                self.assert_nothing_lost();
                return true;
            }
        }
        false
    }
}
