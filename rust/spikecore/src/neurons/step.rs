//! One step of the dense blocks of a slab, whose neurons have the slab's constants, in NEST's order of operations:
//! potential from the old currents, currents decay, arriving input is added, threshold.
//!
//! Loops are plain and branch-free over a block, so that they compile to any vector width with the same bits.

use super::block::{block, free};
use super::drive::Drive;
use super::slab::{Equations, Slab};
use crate::id::BLOCK;
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::stimuli::poisson::{self, Events};

/// One step of the dense blocks of a slab; indices of neurons that fired are appended to `out`, ascending.
///
/// `acc` holds the slab's accumulators, receptor by receptor; it is left zeroed.
#[inline(always)]
pub fn step<W: Weight>(slab: &mut Slab<W>, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>) {
    let padded = slab.v.len();
    let mut events = Events::none();
    for place in 0..slab.dense.len() {
        let at = slab.dense[place] as usize;
        poisson::add_block(drive.poisson, drive.span(), (at, padded), acc, &mut events);
        if drive.census {
            let inputs = |receptor: usize| acc[receptor * padded + at..][..BLOCK].iter().filter(|a| **a != W::Acc::default()).count();
            slab.activity[at / BLOCK].inputs = (0..slab.receptors()).map(inputs).sum::<usize>() as u16;
        }
        slab.updated += slab.len.saturating_sub(at).min(BLOCK) as u64;
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
    }
    fired != 0
}
