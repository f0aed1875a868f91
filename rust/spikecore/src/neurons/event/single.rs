//! The state of one event-driven neuron in one piece, so that a visit touches one cache line.
//!
//! A neuron with one current takes 16 bytes in `f32`, with two 24. It is stepped in [`crate::neurons::event::lanes`].

use super::alarms;
use super::flow::Flow;
use crate::id::Tick;
use crate::models::constants::Constants;
use crate::number::real::Real;
use crate::pages::Pages;

/// A neuron with `N` currents.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Single<S, const N: usize> {
    /// Potential relative to rest, mV.
    pub v: S,
    /// Synaptic currents, pA.
    pub i: [S; N],
    /// The next step, 48 bits, then the refractory ticks left, 16 bits.
    pub(crate) when: u64,
}

/// More than the next step of any neuron makes: [`crate::router::ClockWord::MAX`] lies below.
const LANES: u64 = 0xffff_ffff << 32;

impl<S: Real, const N: usize> Single<S, N> {
    /// A neuron with its next step and refractory ticks packed.
    #[inline(always)]
    pub(crate) fn at(v: S, i: [S; N], when: u64) -> Self {
        Self { v, i, when }
    }

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

    /// Has reached the threshold: takes the potential after a spike, and is refractory.
    #[inline(always)]
    pub(crate) fn fire(&mut self, c: &Constants<S>) {
        self.v = c.spiked(self.v);
        self.when = self.done() << 16 | u64::from(c.refractory);
    }

    /// The lane that it has, if any ([`crate::neurons::event::lanes`]); then it has no ticks.
    #[inline(always)]
    pub(crate) fn lane(&self) -> Option<u32> {
        (self.when >= LANES).then_some(self.when as u32)
    }

    /// Takes a lane, until it is put back; returns what it had in its place.
    #[inline(always)]
    pub(crate) fn enter(&mut self, lane: u32) -> u64 {
        std::mem::replace(&mut self.when, LANES | u64::from(lane))
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
    /// Room for so many neurons with so many receptors.
    pub fn room(receptors: usize, neurons: usize) -> Self {
        let what = "the state of single neurons";
        if receptors > 1 { Self::Two(Pages::room(neurons, what)) } else { Self::One(Pages::room(neurons, what)) }
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
