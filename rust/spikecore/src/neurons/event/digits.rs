//! Coefficients of the flow ([`crate::neurons::event::flow`]) of a number of ticks, by its digits in base 16: so few of each digit that sixteen
//! neurons look theirs up at once in vectors ([`crate::neurons::event::advance`]).

use crate::allocation::boxed;
use crate::id::Tick;
use crate::number::real::Real;

/// Values of a digit.
pub const VALUES: usize = 16;
/// Bits of a digit.
pub const BITS: u32 = VALUES.ilog2();
/// Digits in 48 bits of ticks.
pub const DIGITS: usize = 12;
/// Digits that are always applied: how many there are is what a branch could not foresee.
pub const NEAR: usize = 4;

/// Coefficients of a digit, by its value.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct Digit<S> {
    pub v: [S; VALUES],
    pub bias: [S; VALUES],
    /// Of each current: what it adds to the potential.
    pub i: [[S; VALUES]; 2],
    /// And what is left of it.
    pub decay: [[S; VALUES]; 2],
}

impl<S: Real> Digit<S> {
    fn new(of: &[Exact; VALUES]) -> Self {
        let each = |get: &dyn Fn(&Exact) -> f64| of.each_ref().map(|exact| S::from_f64(get(exact)));
        Self {
            v: each(&|exact| exact.v),
            bias: each(&|exact| exact.bias),
            i: [0, 1].map(|r| each(&|exact| exact.i[r])),
            decay: [0, 1].map(|r| each(&|exact| exact.decay[r])),
        }
    }

    #[inline(always)]
    pub fn apply<const N: usize>(&self, value: usize, v: &mut S, i: &mut [S; N], bias: S) {
        let mut moved = *v * self.v[value];
        for r in 0..N {
            moved = moved + i[r] * self.i[r][value];
            i[r] = i[r] * self.decay[r][value];
        }
        *v = moved + bias * self.bias[value];
    }
}

/// The same in `f64`, from which tables are made.
#[derive(Debug, Clone, Copy)]
pub struct Exact {
    pub v: f64,
    pub i: [f64; 2],
    pub bias: f64,
    pub decay: [f64; 2],
}

impl Exact {
    const NONE: Self = Self { v: 1.0, i: [0.0; 2], bias: 0.0, decay: [1.0; 2] };

    /// `self`, then `next`.
    pub fn then(self, next: Self) -> Self {
        let each = |f: &dyn Fn(usize) -> f64| [f(0), f(1)];
        Self {
            v: next.v * self.v,
            i: each(&|r| next.v * self.i[r] + next.i[r] * self.decay[r]),
            bias: next.v * self.bias + next.bias,
            decay: each(&|r| self.decay[r] * next.decay[r]),
        }
    }
}

/// All digits of the flow that in one tick does `one`.
pub fn of<S: Real>(mut one: Exact) -> Box<[Digit<S>; DIGITS]> {
    let digits = (0..DIGITS).map(|_| {
        let mut sum = Exact::NONE;
        let digit = std::array::from_fn(|_| {
            let next = sum.then(one);
            std::mem::replace(&mut sum, next)
        });
        one = sum;
        Digit::new(&digit)
    });
    boxed(digits, "the tables of a model")
}

/// Digit `k` of a number of ticks.
#[inline(always)]
pub fn value(ticks: Tick, k: usize) -> usize {
    (ticks >> (BITS * k as u32)) as usize % VALUES
}

/// Is any digit from `k` on not zero?
#[inline(always)]
pub fn has_more(ticks: Tick, k: usize) -> bool {
    ticks >> (BITS * k as u32) != 0
}
