//! A producer as seen by one of its consumers: how far its clock and log were when last looked at, and how much
//! of the log has been copied out.

use super::Router;
use super::log::Header;
use crate::id::{CoreId, NeuronId, Tick};
use crate::sync::{Ordering, mutant, ordering};

/// A producer as its consumer sees it. `tail` was read after `clock`, so `at..tail` holds every segment of a
/// tick below `clock` that is not filed yet (R2). In a silence that is known the clock may be ahead of what was published.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) producer: CoreId,
    pub(super) clock: Tick,
    tail: u64,
    at: u64,
    head: Option<Header>,
}

impl Input {
    pub(super) fn new(producer: CoreId) -> Self {
        Self { producer, clock: 0, tail: 0, at: 0, head: None }
    }

    /// Reads the producer's clock and what it covers.
    #[inline]
    pub(super) fn refresh(&mut self, router: &Router) {
        let line = &router.lines[self.producer];
        let early = mutant("tail_before_clock").then(|| line.log.tail());
        let clock = line.clock.read(ordering("clock_read_relaxed", Ordering::Acquire, Ordering::Relaxed));
        self.clock = clock.max(router.silence());
        self.tail = early.unwrap_or_else(|| line.log.tail());
        self.peek(router);
    }

    /// Reads the header of the next segment, if there is one and it is not known yet.
    #[inline]
    fn peek(&mut self, router: &Router) {
        if self.head.is_none() && self.at < self.tail {
            self.head = Some(router.lines[self.producer].log.header(self.at));
        }
    }

    /// The tick of the next segment.
    #[inline]
    pub(super) fn next(&self) -> Tick {
        self.head.map_or(Tick::MAX, |head| head.tick)
    }

    /// Copies the next segment out if it is of this tick; returns how many segments that were.
    #[inline]
    pub(super) fn take(&mut self, router: &Router, tick: Tick, ids: &mut Vec<NeuronId>) -> u32 {
        let Some(head) = self.head.take_if(|head| head.tick == tick) else {
            return 0;
        };
        router.lines[self.producer].log.copy(self.at, head, ids);
        self.at += head.words();
        self.peek(router);
        1
    }
}
