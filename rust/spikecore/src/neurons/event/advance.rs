//! Sixteen neurons at once moved on without input, by the first digits of their ticks ([`crate::neurons::event::flow`]): each looks up its
//! coefficients in tables of sixteen, which a vector does by one or two permutations. No compiler makes those out of plain
//! loops, so this is a fence of its own.
//!
//! All levels do the same operations in the same order, so they give the same bits. Invariants:
//! **L1** instructions are used only on a CPU that has them: [`Level`] is never above [`Level::detect`], as where cores are
//! made sees to, and the vectors of a level can be had by no other way than [`advance`].
//! **L2** what is reinterpreted are arrays of numbers and vectors of the same size, in which all bits mean something.

use super::digits::{BITS, Digit, NEAR};
use crate::number::real::Real;
use crate::simd::Level;
use crate::simd::vector::{Plain, Vector, WIDTH};

/// Moves potentials and currents on by as many ticks as the near digits say, with instructions of `level`; they are yet to
/// settle.
#[inline(always)]
pub(crate) fn advance<S: Real, const N: usize>(
    level: Level,
    digits: &[Digit<S>; NEAR],
    ticks: &[u32; WIDTH],
    bias: &[S; WIDTH],
    state: (&[S; WIDTH], &[[S; WIDTH]; N]),
) -> ([S; WIDTH], [[S; WIDTH]; N]) {
    match level {
        // L1: in the vectors of these levels.
        Level::Avx512 => advance_in::<S, S::Avx512, N>(digits, ticks, bias, state),
        Level::Avx2 => advance_in::<S, S::Avx2, N>(digits, ticks, bias, state),
        Level::Baseline => advance_in::<S, Plain<S>, N>(digits, ticks, bias, state),
    }
}

#[inline(always)]
fn advance_in<S: Real, V: Vector<S>, const N: usize>(
    digits: &[Digit<S>; NEAR],
    ticks: &[u32; WIDTH],
    bias: &[S; WIDTH],
    (v, i): (&[S; WIDTH], &[[S; WIDTH]; N]),
) -> ([S; WIDTH], [[S; WIDTH]; N]) {
    // No `map` over arrays: what is called in it need not be inlined, and would pass vectors through memory.
    let (mut left, mut v, bias) = (*i, V::of(v), V::of(bias));
    let mut i = [v; N];
    for r in 0..N {
        i[r] = V::of(&left[r]);
    }
    for (digit, below) in digits.iter().zip((0..).step_by(BITS as usize)) {
        let look = |table| V::look(table, ticks, below);
        v = v.times(look(&digit.v));
        for r in 0..N {
            v = v.plus(i[r].times(look(&digit.i[r])));
            i[r] = i[r].times(look(&digit.decay[r]));
        }
        v = v.plus(bias.times(look(&digit.bias)));
    }
    for r in 0..N {
        left[r] = i[r].numbers();
    }
    (v.numbers(), left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{LifDelta, LifExp, Model, Propagators};
    use crate::neurons::event::flow::Flow;

    fn exp(tau_m: f64, [tau_syn_exc, tau_syn_inh]: [f64; 2]) -> Propagators {
        let (c_m, e_l, v_th, v_reset, t_ref, i_e) = (250.0, -65.0, -50.0, -65.0, 2.0, 0.0);
        let model = LifExp { tau_m, c_m, e_l, v_th, v_reset, t_ref, tau_syn_exc, tau_syn_inh, i_e };
        Model::from(model).leaky(0.1).expect("a neuron")
    }

    fn delta() -> Propagators {
        let model = LifDelta { tau_m: 2e3, c_m: 250.0, e_l: -65.0, v_th: -50.0, v_reset: -65.0, t_ref: 0.3, i_e: 0.0 };
        Model::from(model).leaky(0.1).expect("a neuron")
    }

    /// Zeros of both signs, numbers that settle, and others.
    fn number(random: &mut u64) -> f64 {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        match *random % 17 {
            0 => 0.0,
            1 => -0.0,
            2 => 1e-29,
            3 => -1e-31,
            4 => 1e-40,
            _ => (*random >> 11) as f64 / (1u64 << 53) as f64 * 200.0 - 100.0,
        }
    }

    /// All numbers of ticks, at every level, against neurons one by one; how many currents have not died away.
    fn agree<S: Real, const N: usize>(p: &Propagators) -> usize {
        let (flow, random, mut alive) = (Flow::<S>::new(p), &mut 12_345, 0);
        let levels: Vec<Level> = [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(|l| *l <= Level::detect()).collect();
        for first in (0..1u32 << 16).step_by(WIDTH) {
            // Far apart in one vector: an odd factor goes through all.
            let ticks = std::array::from_fn(|k| (first + k as u32).wrapping_mul(40_503) & 0xffff);
            let bias = std::array::from_fn(|_| S::from_f64(number(random) * 1e-3));
            let v = std::array::from_fn(|_| S::from_f64(number(random)));
            let i: [[S; WIDTH]; N] = std::array::from_fn(|_| std::array::from_fn(|_| S::from_f64(number(random))));
            for &level in &levels {
                let (got_v, got_i) = advance(level, flow.near(), &ticks, &bias, (&v, &i));
                for k in 0..WIDTH {
                    let (mut v, mut i) = (v[k], i.map(|i| i[k]));
                    flow.advance(&mut v, &mut i, bias[k], ticks[k].into());
                    let bits = |x: S| x.to_f64().to_bits();
                    assert_eq!(bits(got_v[k].settle()), bits(v), "{} ticks, {level:?}", ticks[k]);
                    assert_eq!(got_i.map(|i| bits(i[k].settle())), i.map(bits), "{} ticks, {level:?}", ticks[k]);
                    alive += usize::from(i[0] != S::default());
                }
            }
        }
        alive / levels.len()
    }

    #[test]
    fn every_number_of_ticks_is_what_is_done_one_by_one() {
        // Also so slow that every digit counts; five numbers in seventeen are zero or settle.
        for p in [exp(10.0, [5.0, 2.0]), exp(1e4, [3e3, 1e3]), exp(f64::INFINITY, [2e3, 1e12]), delta()] {
            let alive = [agree::<f32, 1>(&p), agree::<f32, 2>(&p), agree::<f64, 1>(&p), agree::<f64, 2>(&p)];
            assert!(p.p11[0] < 0.99 || alive.iter().all(|&alive| alive > 45_000), "{alive:?}");
        }
    }
}
