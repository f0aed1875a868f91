//! The constants of leaky neurons and one step of one neuron by them, in the order of operations that is part of the
//! contract: exponential `v = (v * p22 + i0 * p21_0 [+ i1 * p21_1]) + bias`, then `i = i * p11 + input`; delta
//! `v = (v * p22 + bias) + input`; where a spike subtracts, it adds `reset - theta` to the potential.

use super::propagators::Propagators;
use crate::number::real::Real;

/// Propagators rounded to the state's precision.
#[derive(Debug, Clone, Copy)]
pub struct Constants<S> {
    pub(crate) p22: S,
    pub(crate) p11: [S; 2],
    pub(crate) p21: [S; 2],
    pub(crate) theta: S,
    pub(crate) reset: S,
    /// What a spike adds to the potential where it subtracts.
    pub(crate) jump: S,
    /// Whether a spike subtracts instead of resetting.
    pub(crate) subtracts: bool,
    pub(crate) refractory: u16,
}

impl<S: Real> Constants<S> {
    /// Propagators, rounded.
    pub(crate) fn new(p: &Propagators) -> Self {
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

    /// Those of a leaky neuron that stands in an array: [`Self::numbers`] again; `subtracts` is the model's.
    #[inline(always)]
    pub(crate) fn of([p22, p11_0, p11_1, p21_0, p21_1, theta, reset, jump]: [S; 8], subtracts: bool) -> Self {
        Self { p22, p11: [p11_0, p11_1], p21: [p21_0, p21_1], theta, reset, jump, subtracts, refractory: 0 }
    }

    /// Its numbers.
    pub(crate) fn numbers(&self) -> [S; 8] {
        [self.p22, self.p11[0], self.p11[1], self.p21[0], self.p21[1], self.theta, self.reset, self.jump]
    }

    /// Ones where a potential has reached the threshold. One that has overflown meets none, an infinite one neither.
    #[inline(always)]
    pub(crate) fn reached(&self, v: S) -> S::Mask {
        S::mask((v >= self.theta) & (v < S::from_f64(f64::INFINITY)))
    }

    /// The potential of a neuron that has fired.
    #[inline(always)]
    pub(crate) fn spiked(&self, v: S) -> S {
        if self.subtracts { v + self.jump } else { self.reset }
    }

    /// Next potential with one exponential current.
    #[inline(always)]
    pub(crate) fn exp1(&self, v: S, i: S, bias: S) -> S {
        (v * self.p22 + i * self.p21[0]) + bias
    }

    /// Next potential with two.
    #[inline(always)]
    pub(crate) fn exp2(&self, v: S, i0: S, i1: S, bias: S) -> S {
        ((v * self.p22 + i0 * self.p21[0]) + i1 * self.p21[1]) + bias
    }

    /// Next potential with delta synapses.
    #[inline(always)]
    pub(crate) fn delta(&self, v: S, bias: S, input: S) -> S {
        (v * self.p22 + bias) + input
    }

    /// Next current.
    #[inline(always)]
    pub(crate) fn current(&self, receptor: usize, i: S, input: S) -> S {
        (i * self.p11[receptor] + input).settle()
    }
}
