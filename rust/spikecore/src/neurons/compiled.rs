//! The loops over neurons, compiled for each instruction-set level. A fence: it calls copies of the safe, plain loops
//! beside it (invariant K2 of [`crate::simd::compiled`]).

use super::bank::Bank;
use super::drive::Drive;
use super::event::lanes::{self, Lanes, Law};
use super::programmed::Programmed;
use super::slab::Slab;
use super::{gather, step};
use crate::id::Tick;
use crate::models::dynamics::Dynamics;
use crate::number::weight::Weight;
use crate::simd::compiled::compiled_for;

compiled_for! {
    /// One step of all neurons of a slab, at the given instruction-set level.
    integrate<W: Weight>(slab: &mut Slab<W>, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>)
        [_level] = step::step(slab, acc, drive, out), step_avx2, step_avx512;
    /// See [`Bank::step_all`].
    step_bank<W: Weight, D: Dynamics<W::State>>(bank: &mut Bank<W, D>, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>)
        [_level] = bank.step_all(acc, drive, out), bank_avx2, bank_avx512;
    /// See [`Programmed::step_all`].
    step_programmed<W: Weight>(neurons: &mut Programmed<W>, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>)
        [_level] = neurons.step_all(acc, drive, out), programmed_avx2, programmed_avx512;
    /// See [`Bank::watch`].
    watch_bank<W: Weight, D: Dynamics<W::State>>(bank: &mut Bank<W, D>, bias: &[W::State])
        [_level] = bank.watch(bias), watch_bank_avx2, watch_bank_avx512;
    /// See [`Slab::watch`].
    watch<W: Weight>(slab: &mut Slab<W>, bias: &[W::State]) [_level] = slab.watch(bias), watch_avx2, watch_avx512;
    /// See [`gather::gather`].
    gather<W: Weight>(slab: &Slab<W>, current: Option<usize>, neurons: &[u32], when: (Tick, &[W::State]), values: &mut [W::State])
        [level] = gather::gather(slab, current, neurons, when, values, level), read_avx2, read_avx512;
    /// See [`lanes::step_exp`], with one current.
    step_one<W: Weight>(lanes: &mut Lanes<W, 1>, law: &Law<'_, W::State>) [level] = lanes::step_exp(lanes, law, level), one_avx2, one_avx512;
    /// See [`lanes::step_exp`], with two.
    step_two<W: Weight>(lanes: &mut Lanes<W, 2>, law: &Law<'_, W::State>) [level] = lanes::step_exp(lanes, law, level), two_avx2, two_avx512;
    /// See [`lanes::step_delta`].
    step_delta<W: Weight>(lanes: &mut Lanes<W, 1>, law: &Law<'_, W::State>) [level] = lanes::step_delta(lanes, law, level), delta_avx2, delta_avx512;
}
