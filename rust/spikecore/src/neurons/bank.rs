//! Neurons of one slice that are stepped in every tick, whatever their model: their state and constants, and the loop over a
//! block, which takes each neuron through its model's equations ([`crate::models::dynamics`]).
//!
//! The numbers of a block lie one after the other, so that a loop over its neurons reads and writes at fixed distances
//! and becomes vectors. Constants are the same for all neurons, or each neuron's own; the loop is one. Padding holds a
//! potential of minus infinity, and whatever it does is not listed.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use super::block::{STATE, block, free};
use super::drive::Drive;
use super::finite;
use super::tally::Tally;
use crate::allocation::{copied, filled, gathered, with_room};
use crate::id::{BLOCK, Tick};
use crate::models::Model;
use crate::models::describe::{Readable, Record};
use crate::models::dynamics::{Dynamics, Numbers};
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::pages::{Pages, expected_bytes};
use crate::recorder::Origin;
use crate::simd::Aligned;
use crate::stimuli::poisson::{self, Events};

/// What this memory is for.
const CONSTANTS: &str = "the constants of neurons";

/// Constants of a block's neurons.
trait Constants<C> {
    /// Those of neuron `k` of the block.
    fn at(&self, k: usize) -> C;
}

/// The same for all.
struct Same<C>(C);

impl<C: Copy> Constants<C> for Same<C> {
    #[inline(always)]
    fn at(&self, _: usize) -> C {
        self.0
    }
}

/// Each neuron's own.
struct Each<'a, S>(&'a [[S; BLOCK]]);

impl<S: Real, C: Numbers<S>> Constants<C> for Each<'_, S> {
    #[inline(always)]
    fn at(&self, k: usize) -> C {
        C::from_fn(|place| self.0[place][k])
    }
}

/// Constants as they are held. A core and its replicas share them.
#[derive(Debug)]
enum Held<S: Real, C: Numbers<S>> {
    Same(C, u16),
    /// By block, and the refractory ticks of each neuron.
    Each(Arc<(Pages<C::Block>, Vec<u16>)>),
}

impl<S: Real, C: Numbers<S>> Clone for Held<S, C> {
    fn clone(&self) -> Self {
        match self {
            Self::Same(constants, refractory) => Self::Same(*constants, *refractory),
            Self::Each(each) => Self::Each(Arc::clone(each)),
        }
    }
}

/// Neurons that obey the equations `D`.
#[derive(Debug)]
pub struct Bank<W: Weight, D: Dynamics<W::State>> {
    constants: Held<W::State, D::Constants>,
    readable: &'static [Readable],
    /// Quantum of the accumulators (q16).
    quantum: W::State,
    /// Resting potentials, mV: one, or one per neuron.
    rest: Vec<f64>,
    /// Potential relative to rest, mV, at tick 0.
    initial: Arc<Vec<W::State>>,
    state: Pages<<D::State as Numbers<W::State>>::Block>,
    /// Refractory ticks left.
    refractory: Pages<u16>,
    /// Number of real neurons.
    len: usize,
    pub(super) tally: Tally,
}

impl<W: Weight, D: Dynamics<W::State>> Bank<W, D> {
    /// Neurons of these models, one for all or one each, with potentials relative to rest, in mV.
    pub fn new(models: &[Model], readable: &'static [Readable], h: f64, initial: &[f64], quantum: f64) -> Self {
        let padded = initial.len().next_multiple_of(BLOCK);
        let real = W::State::from_f64;
        let mut potentials = filled(padded, real(f64::NEG_INFINITY), STATE);
        potentials.iter_mut().zip(initial).for_each(|(v, &x)| *v = real(x));
        let mut bank = Self {
            constants: held::<W::State, D>(models, padded, h),
            readable,
            quantum: real(quantum),
            rest: gathered(models.iter().map(Model::rest), STATE),
            initial: Arc::new(potentials),
            state: Pages::room(padded / BLOCK, STATE),
            refractory: Pages::room(padded, STATE),
            len: initial.len(),
            tally: Tally::new(models.iter().any(finite::is_unsafe)),
        };
        bank.reset();
        bank
    }

    /// Goes back to tick 0.
    pub fn reset(&mut self) {
        let blocks = self.state.iter_mut().zip(self.initial.as_chunks::<BLOCK>().0);
        for (block, potentials) in blocks {
            for (k, &potential) in potentials.iter().enumerate() {
                let start = D::start(potential);
                (0..D::State::COUNT).for_each(|place| block.as_mut()[place][k] = start.at(place));
            }
        }
        self.refractory.fill(0);
        self.tally.reset();
    }

    /// The same neurons at tick 0.
    pub fn replica(&self) -> Self {
        let mut replica = Self {
            constants: self.constants.clone(),
            rest: copied(&self.rest, STATE),
            initial: Arc::clone(&self.initial),
            state: Pages::room(self.state.len(), STATE),
            refractory: Pages::room(self.refractory.len(), STATE),
            ..*self
        };
        replica.reset();
        replica
    }

    /// At a census: must the state be looked at after every tick up to the next?
    #[inline(always)]
    pub fn watch(&mut self, bias: &[W::State]) {
        self.tally.watched = self.tally.careful || finite::any_unsafe(bias) || self.unsafe_blocks().next().is_some();
    }

    /// Looks at the state after step `tick`.
    pub fn look(&mut self, tick: Tick) {
        if self.tally.lost.is_none() {
            self.tally.lost = self.first_lost(tick);
        }
    }

    /// The first neuron with a state that is not finite, and the first such variable of it.
    fn first_lost(&self, tick: Tick) -> Option<finite::Lost> {
        let mut neurons = self.unsafe_blocks().flatten();
        neurons.find_map(|k| {
            let state = self.state_of(k);
            let place = (0..D::State::COUNT).find(|&place| !state.at(place).is_finite())?;
            Some(finite::Lost::new(tick, k as u32, place))
        })
    }

    /// What has to be added to the values of a variable that are read.
    pub fn origin(&self, readable: usize) -> Origin<'_> {
        Origin::of_potential(readable, &self.rest)
    }

    /// Writes a variable of these neurons to `values`, of which there are as many.
    pub fn read(&self, readable: usize, neurons: &[u32], values: &mut [W::State]) {
        for (value, &k) in values.iter_mut().zip(neurons) {
            let state = self.state_of(k as usize);
            *value = match self.readable[readable].place {
                Some(place) => state.at(place),
                None => D::derived(self.constants_of(k as usize), state, readable),
            };
        }
    }

    /// Bytes of state.
    pub fn bytes(&self) -> u64 {
        let own = if let Held::Each(each) = &self.constants { size_of_val(&*each.0) + size_of_val(&*each.1) } else { 0 };
        let state = size_of_val(&*self.state) + size_of_val(&*self.refractory) + size_of_val(&**self.initial);
        (state + own + size_of_val(&*self.rest)) as u64
    }

    /// Bytes that `len` neurons will take; `varied` where they have constants of their own, and currents with them.
    pub fn expected_bytes(varied: bool, len: usize) -> u64 {
        let padded = len.next_multiple_of(BLOCK);
        let state = expected_bytes::<<D::State as Numbers<W::State>>::Block>(padded / BLOCK) + expected_bytes::<u16>(padded);
        let initial = padded * size_of::<W::State>();
        let constants = expected_bytes::<<D::Constants as Numbers<W::State>>::Block>(padded / BLOCK) + (padded * size_of::<u16>()) as u64;
        let own = if varied { constants + (3 * len * size_of::<f64>()) as u64 } else { 0 };
        state + own + (initial + size_of::<Self>()) as u64
    }

    /// The numbers of neuron `k`.
    fn state_of(&self, k: usize) -> D::State {
        let block = self.state[k / BLOCK].as_ref();
        D::State::from_fn(|place| block[place][k % BLOCK])
    }

    /// The constants of neuron `k`.
    fn constants_of(&self, k: usize) -> D::Constants {
        match &self.constants {
            Held::Same(constants, _) => *constants,
            Held::Each(each) => Each(each.0[k / BLOCK].as_ref()).at(k % BLOCK),
        }
    }

    /// Real neurons of the blocks with a state, of any variable, that may overflow before the next census.
    #[inline(always)]
    fn unsafe_blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let real = (0..self.len).step_by(BLOCK).map(|at| at..self.len.min(at + BLOCK));
        let blocks = real.zip(self.state.iter());
        let is_unsafe = |real: &Range<usize>, block: &<D::State as Numbers<W::State>>::Block| {
            block.as_ref().iter().any(|values| finite::any_unsafe(&values[..real.len()]))
        };
        blocks.filter(move |(real, block)| is_unsafe(real, block)).map(|(real, _)| real)
    }

    /// One step of all blocks, compiled for an instruction-set level by [`super::compiled`].
    #[inline(always)]
    pub fn step_all(&mut self, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>) {
        let padded = self.refractory.len();
        let mut events = Events::none();
        for at in (0..padded).step_by(BLOCK) {
            poisson::add_block(drive.poisson, drive.span(), (at, padded), acc, &mut events);
            self.tally.updated += self.len.saturating_sub(at).min(BLOCK) as u64;
            let fired = match &self.constants {
                Held::Same(constants, _) => {
                    let constants = Same(*constants);
                    step_block::<W, D>(&constants, &mut self.state[at / BLOCK], &mut self.refractory, acc, (at, self.quantum), drive.bias)
                }
                Held::Each(each) => {
                    let constants = Each(each.0[at / BLOCK].as_ref());
                    step_block::<W, D>(&constants, &mut self.state[at / BLOCK], &mut self.refractory, acc, (at, self.quantum), drive.bias)
                }
            };
            if let Some(fired) = fired {
                self.fire(at, &fired, out);
            }
        }
        self.tally.stimulus_events += events.sum();
    }

    /// What follows for those of a block that have fired; lists them.
    #[inline(never)]
    fn fire(&mut self, at: usize, fired: &[u8; BLOCK], out: &mut Vec<u32>) {
        for k in (at..self.len.min(at + BLOCK)).filter(|k| fired[k - at] != 0) {
            let next = D::spiked(self.constants_of(k), self.state_of(k));
            let block = self.state[at / BLOCK].as_mut();
            (0..D::State::COUNT).for_each(|place| block[place][k - at] = next.at(place));
            self.refractory[k] = match &self.constants {
                Held::Same(_, refractory) => *refractory,
                Held::Each(each) => each.1[k],
            };
            out.push(k as u32);
        }
    }
}

/// The constants of these models, one for all or one each.
fn held<S: Real, D: Dynamics<S>>(models: &[Model], padded: usize, h: f64) -> Held<S, D::Constants> {
    let read = |model: &Model| D::Model::read(model.values());
    if let [one] = models {
        let model = read(one);
        return Held::Same(D::constants(&model, h), D::refractory(&model, h));
    }
    let mut blocks: Pages<<D::Constants as Numbers<S>>::Block> = Pages::room(padded / BLOCK, CONSTANTS);
    let mut refractory = with_room(padded, CONSTANTS);
    for k in 0..padded {
        let model = read(&models[k.min(models.len() - 1)]);
        let constants = D::constants(&model, h);
        let block = blocks[k / BLOCK].as_mut();
        (0..D::Constants::COUNT).for_each(|place| block[place][k % BLOCK] = constants.at(place));
        refractory.push(D::refractory(&model, h)); // there is room
    }
    Held::Each(Arc::new((blocks, refractory)))
}

/// One step of a block; of those that fired, if any, 1.
///
/// What is 16 bits wide is done in loops of its own, and inputs become numbers before the loop over neurons.
#[inline(always)]
fn step_block<W: Weight, D: Dynamics<W::State>>(
    constants: &impl Constants<D::Constants>,
    state: &mut <D::State as Numbers<W::State>>::Block,
    refractory: &mut [u16],
    acc: &mut [W::Acc],
    (at, quantum): (usize, W::State),
    bias: &[W::State],
) -> Option<[u8; BLOCK]> {
    let padded = refractory.len();
    let free = free(block(refractory, at));
    let bias = match bias {
        [one] => Aligned([*one; BLOCK]),
        many => Aligned(*many[at..].first_chunk().expect("invariant: padded")),
    };
    let mut inputs = [Aligned([W::State::default(); BLOCK]); 2];
    for (receptor, inputs) in inputs.iter_mut().enumerate().take(D::Input::COUNT) {
        let sums = block(acc, receptor * padded + at);
        for (input, sum) in inputs.0.iter_mut().zip(sums.iter()) {
            *input = W::value(*sum, quantum);
        }
        *sums = [W::Acc::default(); BLOCK];
    }
    let state = state.as_mut();
    let mut fired = Aligned([<W::State as Real>::Mask::default(); BLOCK]);
    let mut any = <W::State as Real>::Mask::default();
    for k in 0..BLOCK {
        let (next, fires) = D::step(
            constants.at(k),
            D::State::from_fn(|place| state[place][k]),
            D::Input::from_fn(|receptor| inputs[receptor].0[k]),
            bias.0[k],
            W::State::widen(free.0[k]),
        );
        for place in 0..D::State::COUNT {
            state[place][k] = next.at(place);
        }
        fired.0[k] = fires;
        any = any | fires;
    }
    W::State::is_first_set(any).then(|| fired.0.map(|mask| u8::from(W::State::is_first_set(mask))))
}
