//! Neurons of one slab that differ from one another: their constants are arrays, and a step of a block takes each neuron's
//! own ([`Columns`], leaky neurons; [`Adaptive`], adaptive ones). Equations and order of operations are those of
//! [`super::neurons`], so a neuron's bits do not depend on whether its population is varied, with one exception: where
//! only some neurons have equal synaptic time constants, these too have two currents instead of their sum.
//!
//! Invariant: such blocks are dense whatever is asked for. Between two steps nothing is known of them in closed form, so
//! they are stepped in every tick.

use std::sync::Arc;

use super::adaptive::{self, Adaptive};
use super::neurons::{Constants, Drive, Equations, Slab, block, free};
use super::weight::{Real, Weight};
use crate::allocation::{gathered, with_room};
use crate::id::BLOCK;
use crate::network::{Model, Propagators};

/// Where a slab's constants come from.
#[derive(Debug, Clone)]
pub(crate) enum Own<S> {
    /// All neurons have the slab's.
    Same,
    /// Each leaky neuron has its own.
    Each(Arc<Columns<S>>),
    /// Each adaptive neuron has its own.
    Adaptive(Adaptive<S>),
}

impl<S: Real> Own<S> {
    /// Of neurons of `model`, or with a model each, padded to `padded` of them.
    pub(super) fn new(model: &Model, each: &[Model], padded: usize, h: f64) -> Self {
        match (model, each) {
            (Model::Alif(_), []) => Self::Adaptive(Adaptive::new(std::slice::from_ref(model), padded, h)),
            (Model::Alif(_), _) => Self::Adaptive(Adaptive::new(each, padded, h)),
            (_, []) => Self::Same,
            _ => Self::Each(Arc::new(Columns::new(each, padded, h))),
        }
    }

    /// Bytes per neuron that a population of `model` needs for this, `varied` or not; with what drives each neuron.
    pub(crate) fn bytes_per_neuron(model: &Model, varied: bool) -> usize {
        let drive = if varied { 3 * size_of::<f64>() } else { 0 };
        let constants = match model {
            Model::Alif(_) => Adaptive::<S>::ARRAYS * size_of::<S>(),
            _ if varied => Columns::<S>::ARRAYS * size_of::<S>() + size_of::<u16>(),
            _ => 0,
        };
        constants + drive
    }

    /// Back to tick 0.
    pub(super) fn reset(&mut self) {
        if let Self::Adaptive(adaptive) = self {
            adaptive.reset();
        }
    }

    /// Bytes of its arrays.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Same => 0,
            Self::Each(c) => c.p22.len() * (Columns::<S>::ARRAYS * size_of::<S>() + size_of::<u16>()),
            Self::Adaptive(a) => a.bytes(),
        }
    }
}

/// A value per neuron, the last one's for the padding.
pub(super) fn column<T: Copy>(padded: usize, of: impl ExactSizeIterator<Item = T>) -> Vec<T> {
    let mut values = with_room(padded.max(of.len()), "the constants of neurons");
    values.extend(of); // there is room
    if let Some(&last) = values.last() {
        values.resize(padded, last);
    }
    values
}

/// A block of a constant.
#[inline(always)]
pub(super) fn constant<T>(array: &[T], at: usize) -> &[T; BLOCK] {
    array[at..at + BLOCK].try_into().expect("invariant: arrays are padded to whole blocks")
}

/// What moves the potentials of a block from outside.
#[inline(always)]
pub(super) fn bias<W: Weight>(drive: &Drive<'_, W>, at: usize) -> [W::State; BLOCK] {
    match drive.bias {
        [one] => [*one; BLOCK],
        many => *constant(many, at),
    }
}

/// The constants of leaky neurons, one array each.
#[derive(Debug)]
pub(crate) struct Columns<S> {
    p22: Vec<S>,
    p11: [Vec<S>; 2],
    p21: [Vec<S>; 2],
    theta: Vec<S>,
    reset: Vec<S>,
    jump: Vec<S>,
    refractory: Vec<u16>,
    subtracts: bool,
}

/// The constants of a block.
struct Block<'a, S> {
    p22: &'a [S; BLOCK],
    p11: [&'a [S; BLOCK]; 2],
    p21: [&'a [S; BLOCK]; 2],
    theta: &'a [S; BLOCK],
    reset: &'a [S; BLOCK],
    jump: &'a [S; BLOCK],
    refractory: &'a [u16; BLOCK],
    subtracts: bool,
}

impl<S: Real> Columns<S> {
    const ARRAYS: usize = 8;

    fn new(models: &[Model], padded: usize, h: f64) -> Self {
        let all = models.iter().filter_map(|m| m.propagators(h)).map(|p: Propagators| Constants::new(&p));
        let all: Vec<Constants<S>> = gathered(all, "the constants of neurons");
        let of = |get: &dyn Fn(&Constants<S>) -> S| column(padded, all.iter().map(get));
        Self {
            p22: of(&|c| c.p22),
            p11: [of(&|c| c.p11[0]), of(&|c| c.p11[1])],
            p21: [of(&|c| c.p21[0]), of(&|c| c.p21[1])],
            theta: of(&|c| c.theta),
            reset: of(&|c| c.reset),
            jump: of(&|c| c.jump),
            refractory: column(padded, all.iter().map(|c| c.refractory)),
            subtracts: all.iter().any(|c| c.subtracts),
        }
    }

    #[inline(always)]
    fn block(&self, at: usize) -> Block<'_, S> {
        Block {
            p22: constant(&self.p22, at),
            p11: [constant(&self.p11[0], at), constant(&self.p11[1], at)],
            p21: [constant(&self.p21[0], at), constant(&self.p21[1], at)],
            theta: constant(&self.theta, at),
            reset: constant(&self.reset, at),
            jump: constant(&self.jump, at),
            refractory: constant(&self.refractory, at),
            subtracts: self.subtracts,
        }
    }
}

impl<S: Real> Block<'_, S> {
    /// The constants of neuron `k` of the block.
    #[inline(always)]
    fn at(&self, k: usize) -> Constants<S> {
        Constants {
            p22: self.p22[k],
            p11: [self.p11[0][k], self.p11[1][k]],
            p21: [self.p21[0][k], self.p21[1][k]],
            theta: self.theta[k],
            reset: self.reset[k],
            jump: self.jump[k],
            subtracts: self.subtracts,
            refractory: self.refractory[k],
        }
    }
}

/// One step of a block of a varied slab; indices of neurons that fired are appended to `out`, ascending.
#[inline(always)]
pub(super) fn step_block<W: Weight>(slab: &mut Slab<W>, acc: &mut [W::Acc], at: usize, drive: &Drive<'_, W>, out: &mut Vec<u32>) {
    let bias = bias(drive, at);
    let real = at..drive.len.min(at + BLOCK);
    let (padded, quantum) = (slab.v.len(), slab.step);
    let (v, r) = (block(&mut slab.v, at), block(&mut slab.r, at));
    match &mut slab.own {
        Own::Same => unreachable!("invariant: called for varied slabs"),
        Own::Adaptive(own) => adaptive::step_block::<W>(own, v, block(acc, at), quantum, at, &bias, real, out),
        Own::Each(own) => {
            let c = own.block(at);
            let i = &mut slab.i;
            match slab.equations {
                Equations::Exp1 => step_exp1::<W>(&c, v, block(&mut i[0], at), r, block(acc, at), quantum, &bias),
                Equations::Exp2 => {
                    let ([i0, i1], (first, second)) = (i, acc.split_at_mut(padded));
                    let (i, inputs) = ([block(i0, at), block(i1, at)], [block(first, at), block(second, at)]);
                    step_exp2::<W>(&c, v, i, r, inputs, quantum, &bias);
                }
                Equations::Delta => step_delta::<W>(&c, v, r, block(acc, at), quantum, &bias),
                Equations::Adaptive => unreachable!("invariant: adaptive slabs have their own arrays"),
            }
            for k in real {
                let own = c.at(k - at);
                if v[k - at] >= own.theta && v[k - at].is_finite() {
                    v[k - at] = own.spiked(v[k - at]);
                    r[k - at] = own.refractory;
                    out.push(k as u32);
                }
            }
        }
    }
}

#[inline(always)]
fn step_exp1<W: Weight>(
    c: &Block<'_, W::State>,
    v: &mut [W::State; BLOCK],
    i: &mut [W::State; BLOCK],
    r: &mut [u16; BLOCK],
    input: &mut [W::Acc; BLOCK],
    quantum: W::State,
    bias: &[W::State; BLOCK],
) {
    let free = free(r);
    for k in 0..BLOCK {
        let c = c.at(k);
        v[k] = c.exp1(v[k], i[k], bias[k]).settle().where_set(W::State::widen(free.0[k]), v[k]);
        i[k] = c.current(0, i[k], W::value(input[k], quantum));
    }
    *input = [W::Acc::default(); BLOCK];
}

#[inline(always)]
fn step_exp2<W: Weight>(
    c: &Block<'_, W::State>,
    v: &mut [W::State; BLOCK],
    [i0, i1]: [&mut [W::State; BLOCK]; 2],
    r: &mut [u16; BLOCK],
    [input0, input1]: [&mut [W::Acc; BLOCK]; 2],
    quantum: W::State,
    bias: &[W::State; BLOCK],
) {
    let free = free(r);
    for k in 0..BLOCK {
        let c = c.at(k);
        v[k] = c.exp2(v[k], i0[k], i1[k], bias[k]).settle().where_set(W::State::widen(free.0[k]), v[k]);
        i0[k] = c.current(0, i0[k], W::value(input0[k], quantum));
        i1[k] = c.current(1, i1[k], W::value(input1[k], quantum));
    }
    *input0 = [W::Acc::default(); BLOCK];
    *input1 = [W::Acc::default(); BLOCK];
}

#[inline(always)]
fn step_delta<W: Weight>(
    c: &Block<'_, W::State>,
    v: &mut [W::State; BLOCK],
    r: &mut [u16; BLOCK],
    input: &mut [W::Acc; BLOCK],
    quantum: W::State,
    bias: &[W::State; BLOCK],
) {
    let free = free(r);
    for k in 0..BLOCK {
        let moved = c.at(k).delta(v[k], bias[k], W::value(input[k], quantum));
        v[k] = moved.settle().where_set(W::State::widen(free.0[k]), v[k]);
    }
    *input = [W::Acc::default(); BLOCK];
}
