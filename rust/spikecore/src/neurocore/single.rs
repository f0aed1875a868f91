//! The state of one event-driven neuron in one piece, so that a visit touches one cache line, and what a visit does.

use super::alarms;
use super::flow::Flow;
use super::neurons::{Constants, Equations};
use super::weight::Real;
use crate::id::Tick;

/// A neuron's state before step `done`.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
pub struct Single<S> {
    /// Potential relative to rest, mV.
    pub v: S,
    /// Synaptic currents, pA.
    pub i: [S; 2],
    /// Refractory ticks left.
    pub r: u16,
    /// The next step.
    pub done: Tick,
}

impl<S: Real> Single<S> {
    /// Moves on to step `now` without input, in closed form.
    #[inline]
    pub fn catch_up(&mut self, flow: &Flow<S>, now: Tick, bias: S) {
        let ticks = now - self.done;
        if ticks == 0 {
            return;
        }
        self.done = now;
        let held = ticks.min(Tick::from(self.r));
        if held > 0 {
            self.r -= held as u16;
            flow.decay(&mut self.i, held);
        }
        if ticks > held {
            flow.advance(&mut self.v, &mut self.i, bias, ticks - held);
        }
    }

    /// One step with this input to each receptor; whether it fired.
    #[inline]
    pub(super) fn step(&mut self, equations: Equations, c: &Constants<S>, bias: S, input: [S; 2]) -> bool {
        let moved = match equations {
            Equations::Exp1 => c.exp1(self.v, self.i[0], bias),
            Equations::Exp2 => c.exp2(self.v, self.i[0], self.i[1], bias),
            Equations::Delta => c.delta(self.v, bias, input[0]),
            Equations::Adaptive => unreachable!("invariant: adaptive blocks are dense"),
        };
        if equations != Equations::Delta {
            self.i = [c.current(0, self.i[0], input[0]), c.current(1, self.i[1], input[1])];
        }
        self.v = if self.r == 0 { moved.settle() } else { self.v };
        self.done += 1;
        let fired = self.v >= c.theta;
        if fired {
            (self.v, self.r) = (c.spiked(self.v), c.refractory);
        } else {
            self.r = self.r.saturating_sub(1);
        }
        fired
    }

    /// The first step in which it might fire without input, or one before that; `None` if never.
    #[inline]
    pub fn alarm(&self, flow: &Flow<S>, bias: S) -> Option<Tick> {
        let (mut i, held) = (self.i, Tick::from(self.r));
        if held > 0 {
            flow.decay(&mut i, held);
        }
        let quiet = flow.quiet(self.v, i, bias);
        (quiet != Tick::MAX).then(|| self.done + (held + quiet).min(alarms::AHEAD - 1))
    }
}
