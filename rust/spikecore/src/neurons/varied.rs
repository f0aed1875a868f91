//! Neurons of one slab that differ from one another: their constants are arrays, and a step of a block takes each neuron's
//! own ([`super::columns`], leaky neurons; [`adaptive`], adaptive ones). Equations and order of operations are those of
//! [`super::step`], so a neuron's bits do not depend on whether its population is varied, with one exception: where
//! only some neurons have equal synaptic time constants, these too have two currents instead of their sum.
//!
//! Invariant: such blocks are dense whatever is asked for. Between two steps nothing is known of them in closed form, so
//! they are stepped in every tick.

use super::adaptive;
use super::block::{block, constant, free};
use super::columns::{Block, Own};
use super::constants::Equations;
use super::drive::Drive;
use super::slab::Slab;
use crate::id::BLOCK;
use crate::number::real::Real;
use crate::number::weight::Weight;

/// What moves the potentials of a block from outside.
#[inline(always)]
pub(crate) fn bias<W: Weight>(drive: &Drive<'_, W>, at: usize) -> [W::State; BLOCK] {
    match drive.bias {
        [one] => [*one; BLOCK],
        many => *constant(many, at),
    }
}

/// One step of a block of a varied slab; indices of neurons that fired are appended to `out`, ascending.
#[inline(always)]
pub(crate) fn step_block<W: Weight>(slab: &mut Slab<W>, acc: &mut [W::Acc], at: usize, drive: &Drive<'_, W>, out: &mut Vec<u32>) {
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
