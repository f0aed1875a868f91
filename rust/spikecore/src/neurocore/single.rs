//! The state of one event-driven neuron in one piece, so that a visit touches one cache line, and what a visit does.
//!
//! A neuron with one current takes 16 bytes in `f32`, with two 24. Visits are compiled for each number of currents.

use super::alarms;
use super::flow::Flow;
use super::neurons::Constants;
use super::pages::Pages;
use super::weight::Real;
use crate::id::Tick;

/// A neuron with `N` currents.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Single<S, const N: usize> {
    /// Potential relative to rest, mV.
    pub v: S,
    /// Synaptic currents, pA.
    pub i: [S; N],
    /// The next step, 48 bits, then the refractory ticks left, 16 bits.
    when: u64,
}

impl<S: Real, const N: usize> Single<S, N> {
    /// A neuron before step `done` that has `r` refractory ticks left.
    pub fn new(v: S, i: [S; N], done: Tick, r: u16) -> Self {
        Self { v, i, when: done << 16 | u64::from(r) }
    }

    /// The next step.
    #[inline(always)]
    pub fn done(&self) -> Tick {
        self.when >> 16
    }

    /// Refractory ticks left.
    #[inline(always)]
    pub fn refractory(&self) -> u16 {
        self.when as u16
    }

    /// Moves on to step `now`, which is not past, without input, in closed form.
    #[inline(always)]
    pub fn catch_up(&mut self, flow: &Flow<S>, now: Tick, bias: S) {
        let ticks = now - self.done();
        if ticks == 0 {
            return;
        }
        let r = Tick::from(self.refractory());
        let held = ticks.min(r);
        self.when = now << 16 | (r - held);
        if held > 0 {
            flow.decay(&mut self.i, held);
        }
        if ticks > held {
            flow.advance(&mut self.v, &mut self.i, bias, ticks - held);
        }
    }

    /// One step with exponential currents and this input to each; whether it fired.
    #[inline(always)]
    pub(super) fn step_exp(&mut self, c: &Constants<S>, bias: S, input: [S; N]) -> bool {
        let mut moved = self.v * c.p22;
        for r in 0..N {
            moved = moved + self.i[r] * c.p21[r];
            self.i[r] = c.current(r, self.i[r], input[r]);
        }
        self.settle(c, moved + bias)
    }

    /// One step with delta synapses and this input; whether it fired.
    #[inline(always)]
    pub(super) fn step_delta(&mut self, c: &Constants<S>, bias: S, input: S) -> bool {
        self.settle(c, c.delta(self.v, bias, input))
    }

    /// Takes the new potential unless it is refractory, and fires if it can.
    #[inline(always)]
    fn settle(&mut self, c: &Constants<S>, moved: S) -> bool {
        let r = self.refractory();
        self.v = if r == 0 { moved.settle() } else { self.v };
        let fired = self.v >= c.theta;
        let left = if fired { c.refractory } else { r.saturating_sub(1) };
        if fired {
            self.v = c.spiked(self.v);
        }
        self.when = (self.done() + 1) << 16 | u64::from(left);
        fired
    }

    /// The first step in which it might fire without input, or one before that; `None` if never.
    #[inline(always)]
    pub fn alarm(&self, flow: &Flow<S>, bias: S) -> Option<Tick> {
        let (mut i, held) = (self.i, Tick::from(self.refractory()));
        if held == 0 && flow.rests(self.v, i, bias) {
            return None;
        }
        if held > 0 {
            flow.decay(&mut i, held);
        }
        let quiet = flow.quiet(self.v, i, bias);
        (quiet != Tick::MAX).then(|| self.done() + (held + quiet).min(alarms::AHEAD - 1))
    }
}

/// The single neurons of a slab. Pages that none uses are not touched.
#[derive(Debug)]
pub enum Singles<S: Real> {
    /// With one current or none.
    One(Pages<Single<S, 1>>),
    /// With two.
    Two(Pages<Single<S, 2>>),
}

impl<S: Real> Singles<S> {
    /// Room for so many neurons with so many receptors, or the bytes that are lacking.
    pub fn zeroed(receptors: usize, neurons: usize) -> Result<Self, u64> {
        if receptors > 1 { Pages::zeroed(neurons).map(Self::Two) } else { Pages::zeroed(neurons).map(Self::One) }
    }

    /// Neuron `k`; a current that it does not have is zero.
    pub fn get(&self, k: usize) -> Single<S, 2> {
        match self {
            Self::One(singles) => Single { v: singles[k].v, i: [singles[k].i[0], S::default()], when: singles[k].when },
            Self::Two(singles) => singles[k],
        }
    }

    /// Puts neuron `k` in its place.
    pub fn set(&mut self, k: usize, single: Single<S, 2>) {
        match self {
            Self::One(singles) => singles[k] = Single { v: single.v, i: [single.i[0]], when: single.when },
            Self::Two(singles) => singles[k] = single,
        }
    }

    /// Where the first lies, and how many bytes each takes: to ask for memory.
    pub fn address(&self) -> (usize, usize) {
        match self {
            Self::One(singles) => (singles.as_ptr().addr(), size_of::<Single<S, 1>>()),
            Self::Two(singles) => (singles.as_ptr().addr(), size_of::<Single<S, 2>>()),
        }
    }

    /// Bytes of all.
    pub fn bytes(&self) -> usize {
        match self {
            Self::One(singles) => size_of_val(&**singles),
            Self::Two(singles) => size_of_val(&**singles),
        }
    }
}
