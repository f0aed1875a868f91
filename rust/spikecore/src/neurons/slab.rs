//! Leaky neurons of one slice that have the same constants: their state, in arrays padded to whole blocks. Padding holds a
//! potential of minus infinity, which no input can raise to a threshold.
//!
//! They are stepped in [`super::step`] and [`super::event`], and read in [`super::reading`].

use super::block::{STATE, zeroed};
use super::census::{Activity, Steps, Updates};
use super::event::flow::Flow;
use super::event::single::{Single, Singles};
use super::finite::{self, Lost};
use crate::allocation::{copied, filled, with_room};
use crate::id::BLOCK;
use crate::models::constants::Constants;
use crate::models::{Model, Propagators};
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::pages::{Pages, expected_bytes};
use std::sync::Arc;

/// Which equations a slab obeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Equations {
    /// Exponential current; both receptors share one time constant and so one current.
    Exp1,
    /// Two exponential currents.
    Exp2,
    /// Delta synapses.
    Delta,
}

impl Equations {
    /// With so many synaptic currents.
    fn new(currents: usize) -> Self {
        [Self::Delta, Self::Exp1, Self::Exp2][currents]
    }

    /// Accumulators per neuron.
    pub fn receptors(self) -> usize {
        if self == Self::Exp2 { 2 } else { 1 }
    }
}

/// The neurons of one slice.
#[derive(Debug)]
pub struct Slab<W: Weight> {
    pub(crate) equations: Equations,
    pub(crate) constants: Constants<W::State>,
    /// Quantum of the accumulators (q16).
    pub(crate) step: W::State,
    /// Resting potential, mV.
    rest: [f64; 1],
    /// Potential relative to rest, mV, at tick 0.
    initial: Arc<Vec<W::State>>,
    /// Potential relative to rest, mV.
    pub(crate) v: Pages<W::State>,
    /// Synaptic currents, pA.
    pub(crate) i: [Pages<W::State>; 2],
    /// Refractory ticks left.
    pub(crate) r: Pages<u16>,
    /// Number of real neurons.
    pub(crate) len: usize,
    /// Blocks that are stepped in every tick, by their first neuron, ascending.
    pub(crate) dense: Vec<u32>,
    /// What is known of each block.
    pub(crate) activity: Vec<Activity>,
    /// Steps of each block's single neurons.
    pub(crate) steps: Steps,
    /// State of the neurons of event-driven blocks; empty where there can be none.
    pub(crate) singles: Singles<W::State>,
    /// What the silent do.
    pub(crate) flow: Arc<Flow<W::State>>,
    /// Whether an event-driven block is about to become dense.
    pub(crate) busy: bool,
    /// Whether constants or weights may make a state overflow at any time.
    pub(crate) careful: bool,
    /// Whether dense blocks are looked at after every tick ([`crate::neurons::finite`]).
    pub(crate) watched: bool,
    /// What has left the finite range first.
    pub(crate) lost: Option<Lost>,
    /// How blocks are chosen.
    pub(crate) updates: Updates,
    /// Single neurons stepped so far.
    pub(crate) updated: u64,
    /// Events received from Poisson stimuli so far.
    pub(crate) stimulus_events: u64,
}

impl<W: Weight> Slab<W> {
    /// Neurons of `model`, whose propagators these are; `initial` holds potentials relative to rest, in mV.
    pub fn new(model: &Model, p: &Propagators, initial: &[f64], step: f64, updates: Updates, flow: Arc<Flow<W::State>>) -> Self {
        let equations = Equations::new(p.currents);
        let padded = initial.len().next_multiple_of(BLOCK);
        let real = W::State::from_f64;
        let mut v = zeroed(padded);
        v.fill(real(f64::NEG_INFINITY));
        for (v, &x) in v.iter_mut().zip(initial) {
            *v = real(x);
        }
        let current = |r| zeroed(if r < p.currents { padded } else { 0 });
        let blocks = padded / BLOCK;
        let mut slab = Self {
            equations,
            constants: Constants::new(p),
            step: real(step),
            rest: [model.rest()],
            initial: Arc::new(copied(&v, STATE)),
            v,
            i: [current(0), current(1)],
            r: zeroed(padded),
            len: initial.len(),
            dense: with_room(blocks, STATE),
            activity: filled(blocks, Activity::new(updates), STATE),
            steps: Steps::new(blocks),
            singles: singles(updates, equations, padded),
            flow,
            busy: false,
            careful: finite::is_unsafe(model),
            watched: true,
            lost: None,
            updates,
            updated: 0,
            stimulus_events: 0,
        };
        slab.start();
        slab
    }

    /// The same neurons at tick 0.
    pub(crate) fn replica(&self) -> Self {
        let mut replica = Self {
            initial: Arc::clone(&self.initial),
            v: zeroed(self.v.len()),
            i: self.i.each_ref().map(|i| zeroed(i.len())),
            r: zeroed(self.r.len()),
            dense: with_room(self.activity.len(), STATE),
            activity: copied(&self.activity, STATE),
            steps: Steps::new(self.activity.len()),
            singles: singles(self.updates, self.equations, self.v.len()),
            flow: Arc::clone(&self.flow),
            ..*self
        };
        replica.reset();
        replica
    }

    /// Goes back to tick 0.
    pub fn reset(&mut self) {
        self.v.copy_from_slice(&self.initial);
        self.i.iter_mut().for_each(|i| i.fill(W::State::default()));
        self.r.fill(0);
        self.activity.fill(Activity::new(self.updates));
        self.steps.reset();
        (self.busy, self.updated, self.stimulus_events) = (false, 0, 0);
        (self.watched, self.lost) = (true, None);
        self.start();
    }

    /// Accumulators per neuron.
    pub fn receptors(&self) -> usize {
        self.equations.receptors()
    }

    /// Resting potential, mV.
    pub(crate) fn rest(&self) -> &[f64] {
        &self.rest
    }

    /// Single neurons stepped so far.
    pub fn updated(&self) -> u64 {
        self.updated
    }

    /// Events received from Poisson stimuli so far.
    pub fn stimulus_events(&self) -> u64 {
        self.stimulus_events
    }

    /// Bytes that `len` neurons of a model with so many currents will take.
    pub fn expected_bytes(currents: usize, len: usize, updates: Updates) -> u64 {
        let padded = len.next_multiple_of(BLOCK);
        let state = expected_bytes::<W::State>(padded) * (1 + currents as u64) + expected_bytes::<u16>(padded);
        let single = match currents {
            _ if updates == Updates::Dense => 0,
            2 => expected_bytes::<Single<W::State, 2>>(padded),
            _ => expected_bytes::<Single<W::State, 1>>(padded),
        };
        let blocks = padded / BLOCK * (size_of::<Activity>() + size_of::<u16>() + size_of::<u32>());
        let rest = padded * size_of::<W::State>() + blocks + size_of::<Self>();
        state + single + rest as u64
    }

    /// Bytes of state.
    pub fn bytes(&self) -> u64 {
        let state = size_of_val(&*self.v) + size_of_val(&*self.i[0]) + size_of_val(&*self.i[1]) + size_of_val(&*self.r);
        let parts = [size_of_val(&**self.initial), self.singles.bytes(), size_of_val(&*self.activity) + self.steps.bytes()];
        (state + parts.iter().sum::<usize>()) as u64
    }
}

/// Room for the state of `padded` single neurons, where blocks may be event-driven.
fn singles<S: Real>(updates: Updates, equations: Equations, padded: usize) -> Singles<S> {
    let room = if updates == Updates::Dense { 0 } else { padded };
    Singles::room(equations.receptors(), room)
}

impl<W: Weight> Slab<W> {
    /// Whether it holds the current of a receptor.
    pub fn has_current(&self, receptor: usize) -> bool {
        self.i.get(receptor).is_some_and(|i| !i.is_empty())
    }
}
