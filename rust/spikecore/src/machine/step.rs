//! One tick of one core: where `neurocore` and `router` meet.
//!
//! What is already filed for the tick is delivered before its last inputs are waited for; sums stay in canonical
//! order because what comes later was emitted later. Phase times are taken here.

use crate::id::{NeuronId, Tick};
use crate::neurocore::Core;
use crate::neurocore::due::Outlet;
use crate::number::weight::Weight;
use crate::router::{Blocked, Port, Router};
use std::time::Instant;

/// Seconds spent by a worker, by phase.
#[derive(Debug, Clone, Copy, Default)]
pub struct Phases {
    /// Filing spikes.
    pub ingest: f64,
    /// Scattering due synapses.
    pub deliver: f64,
    /// Neurons and stimuli, publishing, and delivery where neurons are visited one by one.
    pub integrate: f64,
    /// Nothing to run.
    pub wait: f64,
}

/// A core with its port, for the length of a run.
#[derive(Debug)]
pub struct Seat<'a, W: Weight> {
    /// The core.
    pub core: &'a mut Core<W>,
    /// Its port.
    pub port: &'a mut Port,
    longest: u32,
    /// Whether the next tick has been begun: what was filed for it is delivered.
    begun: bool,
}

/// Most ticks that are run by visits between two publications. Half a lookahead at most, too: then the others know what they
/// need before they have run what they know, and nobody waits for jitter.
const WINDOW: Tick = 256;

/// A core's way out, for ticks that are published together.
struct Out<'a> {
    router: &'a Router,
    port: &'a mut Port,
}

impl Outlet for Out<'_> {
    fn may_begin(&mut self, tick: Tick) -> bool {
        self.port.may_begin(self.router, tick).is_ok()
    }

    fn send(&mut self, tick: Tick, ids: &[NeuronId]) {
        self.port.send(self.router, tick, ids);
    }
}

/// What a visit to a core came to.
#[derive(Debug)]
pub struct Step {
    /// Whether a tick was run or anything filed.
    pub moved: bool,
    /// What the core waits for, if it could not run a tick.
    pub blocked: Option<Blocked>,
}

/// A stopwatch that charges the time since the last lap. What does nothing takes no lap: reading the clock is a good
/// part of a quiet tick, and goes with the next phase.
#[derive(Debug)]
pub struct Lap(Instant);

impl Lap {
    /// Begins to measure.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Charges the time since the last lap.
    pub fn charge(&mut self, phase: &mut f64) {
        let now = Instant::now();
        *phase += (now - self.0).as_secs_f64();
        self.0 = now;
    }
}

impl<'a, W: Weight> Seat<'a, W> {
    /// Seats a core.
    pub fn new(core: &'a mut Core<W>, port: &'a mut Port, longest: u32) -> Self {
        Self { core, port, longest, begun: false }
    }

    /// Runs one tick if it can; files what it can in any case (rule P4).
    pub fn step(&mut self, router: &Router, phases: &mut Phases, lap: &mut Lap) -> Step {
        let now = self.port.published();
        if !self.begun && self.core.next_event(now) > now {
            let step = self.skip(router, now);
            lap.charge(&mut phases.ingest);
            return step;
        }
        if !self.begun && self.core.has_visits() {
            return self.visit(router, phases, lap);
        }
        if !self.begun {
            self.port.rise(router);
            if let Err(blocked) = self.port.may_begin(router, now) {
                let moved = self.file(router, now);
                lap.charge(&mut phases.ingest);
                return Step { moved, blocked: Some(blocked) };
            }
            if self.core.deliver_early(now) > 0 {
                lap.charge(&mut phases.deliver);
            }
            self.begun = true;
        }
        let moved = self.file(router, now);
        if moved {
            lap.charge(&mut phases.ingest);
        }
        if let Err(blocked) = self.port.inputs_ready(now) {
            return Step { moved, blocked: Some(blocked) };
        }
        if self.core.deliver(now) > 0 {
            lap.charge(&mut phases.deliver);
        }
        let spikes = self.core.integrate(now);
        self.port.publish(router, now, spikes);
        lap.charge(&mut phases.integrate);
        self.begun = false;
        Step { moved: true, blocked: None }
    }

    /// Leaves out the ticks in which nothing can happen; files what it can. Nothing is lost if that ends its rest.
    fn skip(&mut self, router: &Router, now: Tick) -> Step {
        let filed = self.file(router, now);
        let next = self.core.next_event(now);
        if next == now {
            return Step { moved: true, blocked: None };
        }
        self.port.rest(router, next);
        match self.port.may_skip(router, now) {
            Err(blocked) => Step { moved: filed, blocked: Some(blocked) },
            Ok(known) => {
                let until = known.min(next);
                self.core.skip(now, until);
                self.port.advance(router, until);
                Step { moved: true, blocked: None }
            }
        }
    }

    /// Runs by visits as many ticks as are known, up to a window, and publishes them together; if the first of them is
    /// not for visits, runs that one whole.
    fn visit(&mut self, router: &Router, phases: &mut Phases, lap: &mut Lap) -> Step {
        let now = self.port.published();
        let moved = self.file(router, now);
        lap.charge(&mut phases.ingest);
        let known = match self.port.may_begin(router, now).and_then(|()| self.port.may_skip(router, now)) {
            Ok(known) => known,
            Err(blocked) => return Step { moved, blocked: Some(blocked) },
        };
        self.port.rise(router);
        let window = (self.port.reach() / 2).clamp(1, WINDOW);
        let until = self.core.visit(now, known.min(now + window), &mut Out { router, port: self.port });
        if until > now {
            self.port.advance(router, until);
        } else {
            self.core.deliver(now);
            let spikes = self.core.integrate(now);
            self.port.publish(router, now, spikes);
        }
        lap.charge(&mut phases.integrate);
        Step { moved: true, blocked: None }
    }

    /// Does it rest?
    pub fn rests(&self) -> bool {
        self.port.rests()
    }

    /// Adds the words that can end this core's wait; false when the run is over for it.
    pub fn wait_for(&self, router: &Router, blocked: Blocked, words: &mut Vec<Blocked>) -> bool {
        self.port.wait_for(router, blocked, self.limit(self.port.published()), words)
    }

    fn limit(&self, now: Tick) -> Tick {
        self.core.file_limit(now, self.longest)
    }

    fn file(&mut self, router: &Router, now: Tick) -> bool {
        let limit = self.limit(now);
        let core = &mut *self.core;
        let moved = self.port.file(router, limit, |channel, tick, ids| core.ingest(channel, tick, ids));
        core.file();
        moved
    }
}
