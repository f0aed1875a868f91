//! e^x and what follows from it: x = n ln 2 + r with |r| up to half of ln 2, a polynomial in r, and n added to the exponent.

use super::lane::{Lane, at_least, at_most, choose, number};

/// n and x - n ln 2, whose two parts are still apart.
struct Reduced<S> {
    n: S,
    /// n + [`Lane::MAGIC`].
    shifted: S,
    /// x - n LN_2[0], exact.
    high: S,
    /// n LN_2[1].
    low: S,
}

impl<S: Lane> Reduced<S> {
    #[inline(always)]
    fn new(x: S) -> Self {
        let shifted = x * S::LOG2_E + S::MAGIC;
        let n = shifted - S::MAGIC;
        Self { n, shifted, high: x - n * S::LN_2[0], low: n * S::LN_2[1] }
    }

    /// e^r for the rest r, plus `more`.
    #[inline(always)]
    fn exp(&self, more: S) -> S {
        let r = self.high - (self.low - more);
        number::<S>(1.0) + (r + r * r * S::exp_tail(r))
    }

    /// (e^x - 1) / 2^n.
    #[inline(always)]
    fn expm1(&self) -> S {
        let r = self.high - self.low;
        let tail = r * r * S::expm1_tail(r);
        // 1 - 2^-n + e^r - 1: the first difference is exact or far from zero, the sum with `high` keeps its error.
        let base = number::<S>(1.0) - S::power_of_two(-at_most(self.n, number(60.0)));
        let sum = base + self.high;
        let error = self.high - (sum - base);
        sum + (error + (tail - self.low))
    }
}

/// e^x.
#[inline(always)]
pub fn exp<S: Lane>(x: S) -> S {
    exp_sum(x, number(0.0))
}

/// e^(x + more), for a `more` that is small beside 1.
#[inline(always)]
pub fn exp_sum<S: Lane>(x: S, more: S) -> S {
    let [low, high] = S::EXP_RANGE.map(S::from_f64);
    let reduced = Reduced::new(at_most(at_least(x, low), high));
    reduced.exp(more).scaled(reduced.shifted)
}

/// e^x - 1.
#[inline(always)]
pub fn expm1<S: Lane>(x: S) -> S {
    let [low, high] = S::EXPM1_RANGE.map(S::from_f64);
    let reduced = Reduced::new(at_most(at_least(x, low), high));
    reduced.expm1().scaled(reduced.shifted).signed_as(x)
}

/// (e^x - 1) / x, and 1 at 0.
#[inline(always)]
pub fn exprel<S: Lane>(x: S) -> S {
    let [low, high] = S::EXPM1_RANGE.map(S::from_f64);
    let divisor = at_most(x, high);
    let reduced = Reduced::new(at_least(divisor, low));
    let quotient = (reduced.expm1() / divisor).scaled(reduced.shifted);
    choose(x == number(0.0), number(1.0), quotient)
}

/// The hyperbolic tangent: a polynomial below 0.625, 1 - 2 / (e^2x + 1) above.
#[inline(always)]
pub fn tanh<S: Lane>(x: S) -> S {
    let one = number::<S>(1.0);
    let size = x.magnitude();
    let square = size * size;
    let small = size + size * (square * S::tanh_tail(square));
    let reduced = Reduced::new(at_most(size + size, number(S::TANH_END)));
    let power = reduced.exp(number(0.0)) * S::power_of_two(reduced.n);
    let large = one - number::<S>(2.0) / (power + one);
    choose(size < number(0.625), small, large).signed_as(x)
}
