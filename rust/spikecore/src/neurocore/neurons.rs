//! Neuron state and one step of it, in NEST's order of operations:
//! potential from the old currents, currents decay, arriving input is added, threshold.
//!
//! State lives in arrays padded to whole blocks; padding holds a potential of minus infinity, which no input can
//! raise to a threshold. Loops are plain and branch-free over a block, so that they compile to any vector width
//! with the same bits. Operation order is part of the contract:
//! exponential: `v = (v * p22 + i0 * p21_0 [+ i1 * p21_1]) + bias`, then `i = i * p11 + input`;
//! delta: `v = (v * p22 + bias) + input`, input during refractoriness is discarded;
//! where a spike subtracts, it adds `reset - theta` to the potential. Adaptive neurons are in [`super::adaptive`], neurons
//! with constants of their own in [`super::varied`].

use super::events::{Activity, Steps, Updates};
use super::finite::{self, Lost};
use super::flow::Flow;
use super::pages::{Pages, Zeroable, expected_bytes};
use super::single::{Single, Singles};
use super::varied::{self, Own};
use super::weight::{Real, Weight};
use crate::allocation::{copied, filled, gathered, with_room};
use crate::id::{BLOCK, Tick};
use crate::network::{Model, Propagators};
use crate::random::PoissonCounts;
use crate::simd::Aligned;
use std::sync::Arc;

/// Propagators rounded to the state's precision.
#[derive(Debug, Clone, Copy)]
pub struct Constants<S> {
    pub(super) p22: S,
    pub(super) p11: [S; 2],
    pub(super) p21: [S; 2],
    pub(super) theta: S,
    pub(super) reset: S,
    /// What a spike adds to the potential where it subtracts.
    pub(super) jump: S,
    /// Whether a spike subtracts instead of resetting.
    pub(super) subtracts: bool,
    pub(super) refractory: u16,
}

/// Which equations a slab obeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Equations {
    /// Exponential current; both receptors share one time constant and so one current.
    Exp1,
    /// Two exponential currents.
    Exp2,
    /// Delta synapses.
    Delta,
    /// Delta synapses, adaptive threshold.
    Adaptive,
}

impl Equations {
    /// Accumulators per neuron.
    fn receptors(self) -> usize {
        if self == Self::Exp2 { 2 } else { 1 }
    }
}

/// The neurons of one slice.
#[derive(Debug)]
pub struct Slab<W: Weight> {
    pub(super) equations: Equations,
    pub(super) constants: Constants<W::State>,
    /// Constants of neurons that differ.
    pub(super) own: Own<W::State>,
    /// Quantum of the accumulators (q16).
    pub(super) step: W::State,
    /// Resting potentials, mV: one, or one per neuron.
    rest: Vec<f64>,
    /// Potential relative to rest, mV, at tick 0.
    initial: Arc<Vec<W::State>>,
    /// Potential relative to rest, mV.
    pub(super) v: Pages<W::State>,
    /// Synaptic currents, pA.
    pub(super) i: [Pages<W::State>; 2],
    /// Refractory ticks left.
    pub(super) r: Pages<u16>,
    /// Number of real neurons.
    pub(super) len: usize,
    /// Blocks that are stepped in every tick, by their first neuron, ascending.
    pub(super) dense: Vec<u32>,
    /// What is known of each block.
    pub(super) activity: Vec<Activity>,
    /// Steps of each block's single neurons.
    pub(super) steps: Steps,
    /// State of the neurons of event-driven blocks; empty where there can be none.
    pub(super) singles: Singles<W::State>,
    /// What the silent do.
    pub(super) flow: Arc<Flow<W::State>>,
    /// Whether an event-driven block is about to become dense.
    pub(super) busy: bool,
    /// Whether constants or weights may make a state overflow at any time.
    pub(super) careful: bool,
    /// Whether dense blocks are looked at after every tick ([`super::finite`]).
    pub(super) watched: bool,
    /// What has left the finite range first.
    pub(super) lost: Option<Lost>,
    /// How blocks are chosen.
    pub(super) updates: Updates,
    /// Single neurons stepped so far.
    pub(super) updated: u64,
    /// Events received from Poisson stimuli so far.
    pub(super) stimulus_events: u64,
}

/// An independent Poisson process per neuron, as one slab receives it.
#[derive(Debug, Clone)]
pub struct PoissonDrive<W> {
    /// Law of the counts per tick.
    pub counts: PoissonCounts,
    /// Key: seed of the stimuli.
    pub seed: u64,
    /// Key: the stimulus in declaration order.
    pub stimulus: u32,
    /// Weight of one event.
    pub weight: W,
    /// Receptor.
    pub receptor: usize,
    /// First step with events.
    pub start: Tick,
    /// First step without.
    pub stop: Tick,
}

/// What drives a slab in one step, besides synapses.
#[derive(Debug)]
pub struct Drive<'a, W: Weight> {
    /// The step.
    pub tick: Tick,
    /// Index within the population of the slab's first neuron.
    pub first: u32,
    /// Number of real neurons.
    pub len: usize,
    /// Potential per step from constant current: one value, or one per (padded) neuron.
    pub bias: &'a [W::State],
    /// Poisson stimuli in declaration order.
    pub poisson: &'a [PoissonDrive<W>],
    /// Whether to count inputs.
    pub census: bool,
}

impl<W: Weight> Slab<W> {
    /// Neurons of `model`, or of `each` their own where they differ; `initial` holds potentials relative to rest, in mV.
    pub fn new((model, each): (&Model, &[Model]), h: f64, initial: &[f64], step: f64, updates: Updates, flow: Arc<Flow<W::State>>) -> Self {
        let p = &model.propagators(h).expect("invariant: not a spike source");
        let equations = match model {
            Model::LifDelta(_) | Model::LifSubtract(_) => Equations::Delta,
            Model::Alif(_) => Equations::Adaptive,
            _ if model.receptors() == 1 => Equations::Exp1,
            _ => Equations::Exp2,
        };
        let padded = initial.len().next_multiple_of(BLOCK);
        let real = W::State::from_f64;
        let mut v = zeroed(padded);
        v.fill(real(f64::NEG_INFINITY));
        for (v, &x) in v.iter_mut().zip(initial) {
            *v = real(x);
        }
        let current = |r| zeroed(if r < model.currents() { padded } else { 0 });
        let own = Own::new(model, each, padded, h);
        let updates = if matches!(own, Own::Same) { updates } else { Updates::Dense };
        let blocks = padded / BLOCK;
        let mut slab = Self {
            equations,
            constants: Constants::new(p),
            own,
            step: real(step),
            rest: if each.is_empty() { vec![model.rest()] } else { gathered(each.iter().map(Model::rest), STATE) },
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
            careful: std::slice::from_ref(model).iter().chain(each).any(finite::is_unsafe),
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
    pub(super) fn replica(&self) -> Self {
        let mut replica = Self {
            own: self.own.clone(),
            rest: copied(&self.rest, STATE),
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
        self.own.reset();
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

    /// Resting potentials, mV: one, or one per neuron.
    pub(super) fn rest(&self) -> &[f64] {
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

    /// Bytes that `len` neurons of `model` will take; `varied` where they have constants of their own.
    pub fn expected_bytes(model: &Model, varied: bool, len: usize, updates: Updates) -> u64 {
        let padded = len.next_multiple_of(BLOCK);
        let state = expected_bytes::<W::State>(padded) * (1 + model.currents() as u64) + expected_bytes::<u16>(padded);
        let own = Own::<W::State>::bytes_per_neuron(model, varied);
        let single = match model.receptors() {
            _ if updates == Updates::Dense || own > 0 => 0,
            1 => expected_bytes::<Single<W::State, 1>>(padded),
            _ => expected_bytes::<Single<W::State, 2>>(padded),
        };
        let blocks = padded / BLOCK * (size_of::<Activity>() + size_of::<u16>() + size_of::<u32>());
        let rest = if varied { len * size_of::<f64>() } else { 0 };
        let rest = padded * (size_of::<W::State>() + own) + blocks + rest + size_of::<Self>();
        state + single + rest as u64
    }

    /// Bytes of state.
    pub fn bytes(&self) -> u64 {
        let state = size_of_val(&*self.v) + size_of_val(&*self.i[0]) + size_of_val(&*self.i[1]) + size_of_val(&*self.r);
        let parts = [
            size_of_val(&**self.initial),
            self.singles.bytes(),
            size_of_val(&*self.activity) + self.steps.bytes(),
            size_of_val(&*self.rest),
        ];
        (state + parts.iter().sum::<usize>() + self.own.bytes()) as u64
    }
}

/// What this memory is for.
const STATE: &str = "the state of neurons";

/// Room for the state of `padded` single neurons, where blocks may be event-driven.
fn singles<S: Real>(updates: Updates, equations: Equations, padded: usize) -> Singles<S> {
    let room = if updates == Updates::Dense { 0 } else { padded };
    Singles::room(equations.receptors(), room)
}

/// Room for something of `len` neurons.
fn zeroed<T: Zeroable>(len: usize) -> Pages<T> {
    Pages::room(len, STATE)
}

/// A block of an array as a fixed-size array.
#[inline(always)]
pub(super) fn block<T>(array: &mut [T], at: usize) -> &mut [T; BLOCK] {
    (&mut array[at..at + BLOCK]).try_into().expect("invariant: arrays are padded to whole blocks")
}

/// One step of the dense blocks of a slab; indices of neurons that fired are appended to `out`, ascending.
///
/// `acc` holds the slab's accumulators, receptor by receptor; it is left zeroed.
#[inline(always)]
pub fn step<W: Weight>(slab: &mut Slab<W>, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>) {
    let padded = slab.v.len();
    let mut events = Events::none();
    for place in 0..slab.dense.len() {
        let at = slab.dense[place] as usize;
        for source in drive.poisson {
            if source.start <= drive.tick && drive.tick < source.stop {
                let input = block(acc, source.receptor * padded + at);
                draw_poisson(source, drive, at, input, &mut events);
            }
        }
        if drive.census {
            let inputs = |receptor: usize| acc[receptor * padded + at..][..BLOCK].iter().filter(|a| **a != W::Acc::default()).count();
            slab.activity[at / BLOCK].inputs = (0..slab.receptors()).map(inputs).sum::<usize>() as u16;
        }
        slab.updated += slab.len.saturating_sub(at).min(BLOCK) as u64;
        if !matches!(slab.own, Own::Same) {
            varied::step_block(slab, acc, at, drive, out);
            continue;
        }
        let fired = match drive.bias {
            [one] => step_block(slab, acc, at, |_| *one),
            many => {
                let many: &[W::State; BLOCK] = many[at..at + BLOCK].try_into().expect("invariant: padded");
                step_block(slab, acc, at, |k| many[k])
            }
        };
        if fired {
            let reached = reached(block(&mut slab.v, at), slab.constants.theta);
            fire(slab, at, &reached, out);
        }
    }
    slab.stimulus_events += events.sum();
}

/// Resets those of a block that have reached the threshold, and lists them. Apart from [`step`], whose loops need the registers.
#[inline(never)]
fn fire<W: Weight>(slab: &mut Slab<W>, at: usize, reached: &[u8; BLOCK], out: &mut Vec<u32>) {
    let c = slab.constants;
    let (words, _) = reached.as_chunks::<8>();
    for (first, word) in (at..).step_by(8).zip(words) {
        let mut left = u64::from_le_bytes(*word);
        while left != 0 {
            let k = first + left.trailing_zeros() as usize / 8;
            left &= left - 1;
            // A potential that has overflown meets no threshold, an infinite one neither.
            if !slab.v[k].is_finite() {
                continue;
            }
            slab.v[k] = c.spiked(slab.v[k]);
            slab.r[k] = c.refractory;
            out.push(k as u32);
        }
    }
}

/// Which neurons of a block have reached the threshold, 1 or 0; padding never does. A loop of its own, which becomes
/// vectors: with 5 of 128 firing, a branch per neuron takes longer than the step itself.
#[inline(always)]
fn reached<S: Real>(v: &[S; BLOCK], theta: S) -> [u8; BLOCK] {
    let mut reached = [0; BLOCK];
    for k in 0..BLOCK {
        reached[k] = u8::from(v[k] >= theta);
    }
    reached
}

impl<S: Real> Constants<S> {
    /// Propagators, rounded.
    pub(super) fn new(p: &Propagators) -> Self {
        let real = S::from_f64;
        Self {
            p22: real(p.p22),
            p11: p.p11.map(real),
            p21: p.p21.map(real),
            theta: real(p.theta),
            reset: real(p.reset),
            jump: real(p.reset - p.theta),
            subtracts: p.subtracts,
            refractory: p.refractory,
        }
    }

    /// The potential of a neuron that has fired.
    #[inline(always)]
    pub(super) fn spiked(&self, v: S) -> S {
        if self.subtracts { v + self.jump } else { self.reset }
    }

    /// Next potential with one exponential current.
    #[inline(always)]
    pub(super) fn exp1(&self, v: S, i: S, bias: S) -> S {
        (v * self.p22 + i * self.p21[0]) + bias
    }

    /// Next potential with two.
    #[inline(always)]
    pub(super) fn exp2(&self, v: S, i0: S, i1: S, bias: S) -> S {
        ((v * self.p22 + i0 * self.p21[0]) + i1 * self.p21[1]) + bias
    }

    /// Next potential with delta synapses.
    #[inline(always)]
    pub(super) fn delta(&self, v: S, bias: S, input: S) -> S {
        (v * self.p22 + bias) + input
    }

    /// Next current.
    #[inline(always)]
    pub(super) fn current(&self, receptor: usize, i: S, input: S) -> S {
        (i * self.p11[receptor] + input).settle()
    }
}

/// Which neurons of a block are not refractory, as masks; counts their refractory ticks down.
#[inline(always)]
pub(super) fn free(r: &mut [u16; BLOCK]) -> Aligned<[i16; BLOCK]> {
    let mut free = Aligned([0; BLOCK]);
    for (free, r) in free.0.iter_mut().zip(r) {
        *free = i16::from(*r == 0).wrapping_neg();
        *r = r.saturating_sub(1);
    }
    free
}

/// One block; returns whether any neuron reached its threshold.
///
/// What is 16 bits wide is done in loops of its own, choices are made by masks that are kept in memory, where no compiler sees
/// that they are conditions: so every loop becomes vectors on every instruction set. All of a neuron is read before any of
/// it is written: a load after a store to the same place of another page waits for it. With AVX2 a neuron with one current takes 0.6 ns where one loop with branches took 2.3.
#[inline(always)]
fn step_block<W: Weight>(slab: &mut Slab<W>, acc: &mut [W::Acc], at: usize, bias: impl Fn(usize) -> W::State) -> bool {
    let padded = slab.v.len();
    let c = slab.constants;
    let v = block(&mut slab.v, at);
    let free = free(block(&mut slab.r, at));
    let mut fired = 0;
    match slab.equations {
        Equations::Exp1 => {
            let (i, input) = (block(&mut slab.i[0], at), block(acc, at));
            for k in 0..BLOCK {
                let (old, current, input) = (v[k], i[k], W::value(input[k], slab.step));
                let next = c.exp1(old, current, bias(k)).settle().where_set(W::State::widen(free.0[k]), old);
                (v[k], i[k]) = (next, c.current(0, current, input));
                fired |= u32::from(next >= c.theta);
            }
            *input = [W::Acc::default(); BLOCK];
        }
        Equations::Exp2 => {
            let (first, second) = acc.split_at_mut(padded);
            let (input0, input1) = (block(first, at), block(second, at));
            let [i0, i1] = &mut slab.i;
            let (i0, i1) = (block(i0, at), block(i1, at));
            for k in 0..BLOCK {
                let (old, currents) = (v[k], [i0[k], i1[k]]);
                let inputs = [W::value(input0[k], slab.step), W::value(input1[k], slab.step)];
                let next = c.exp2(old, currents[0], currents[1], bias(k)).settle().where_set(W::State::widen(free.0[k]), old);
                (v[k], i0[k], i1[k]) = (next, c.current(0, currents[0], inputs[0]), c.current(1, currents[1], inputs[1]));
                fired |= u32::from(next >= c.theta);
            }
            *input0 = [W::Acc::default(); BLOCK];
            *input1 = [W::Acc::default(); BLOCK];
        }
        Equations::Delta => {
            let input = block(acc, at);
            for k in 0..BLOCK {
                let old = v[k];
                let next = c.delta(old, bias(k), W::value(input[k], slab.step)).settle().where_set(W::State::widen(free.0[k]), old);
                v[k] = next;
                fired |= u32::from(next >= c.theta);
            }
            *input = [W::Acc::default(); BLOCK];
        }
        Equations::Adaptive => unreachable!("invariant: adaptive slabs have their own arrays"),
    }
    fired != 0
}

/// Events of a step from Poisson stimuli, lane by lane: to add up the lanes of a vector takes longer than to add vectors.
struct Events(Aligned<[u32; LANES]>);

/// Lanes of [`Events`].
const LANES: usize = BLOCK / 4;

impl Events {
    fn none() -> Self {
        Self(Aligned([0; LANES]))
    }

    /// Adds a block's counts.
    #[inline(always)]
    fn add(&mut self, counts: &[u16; BLOCK]) {
        for (k, sum) in self.0.0.iter_mut().enumerate() {
            *sum += u32::from(counts[k] + counts[k + LANES] + counts[k + 2 * LANES] + counts[k + 3 * LANES]);
        }
    }

    fn sum(&self) -> u64 {
        self.0.0.iter().map(|&lane| u64::from(lane)).sum()
    }
}

/// Adds one tick of a Poisson stimulus to a block's accumulators, and to `events` the number of its events.
#[inline(always)]
fn draw_poisson<W: Weight>(source: &PoissonDrive<W>, drive: &Drive<'_, W>, at: usize, input: &mut [W::Acc; BLOCK], events: &mut Events) {
    let mut counts = Aligned([0; BLOCK]);
    let group = (drive.first as usize + at) / BLOCK;
    source.counts.block(source.seed, source.stimulus, drive.tick, group as u32, &mut counts.0);
    let real = drive.len.saturating_sub(at);
    if real < BLOCK {
        counts.0[real..].fill(0);
    }
    for (input, &count) in input.iter_mut().zip(&counts.0) {
        *input = W::add_many(*input, source.weight, count);
    }
    events.add(&counts.0);
}

/// Adds one tick of a Poisson stimulus to a block's accumulators; returns the number of events.
#[inline(always)]
pub(super) fn add_poisson<W: Weight>(source: &PoissonDrive<W>, drive: &Drive<'_, W>, at: usize, input: &mut [W::Acc; BLOCK]) -> u64 {
    let mut events = Events::none();
    draw_poisson(source, drive, at, input, &mut events);
    events.sum()
}

impl<W: Weight> Slab<W> {
    /// Whether it holds the current of a receptor.
    pub fn has_current(&self, receptor: usize) -> bool {
        self.i.get(receptor).is_some_and(|i| !i.is_empty())
    }

    /// What adaptive neurons have.
    pub(super) fn adaptive(&self) -> Option<&super::adaptive::Adaptive<W::State>> {
        if let Own::Adaptive(own) = &self.own { Some(own) } else { None }
    }

    /// Whether its neurons adapt.
    pub fn adapts(&self) -> bool {
        self.adaptive().is_some()
    }
}
