//! Natural logarithms: x = 2^k m with m between the roots of 1/2 and 2, and a polynomial in m - 1.

use super::lane::{Lane, at_most, choose, number};

/// `[k, m]` of a positive finite number, subnormal ones included; of others nothing in particular.
#[inline(always)]
pub fn parts<S: Lane>(x: S) -> [S; 2] {
    let subnormal = x < S::SMALLEST_NORMAL;
    let scale = S::power_of_two(S::DIGITS);
    let normal = choose(subnormal, x * scale, x);
    normal.exponent_and_fraction(choose(subnormal, S::DIGITS, number(0.0)))
}

/// k ln 2 + ln(1 + f) + more.
#[inline(always)]
fn sum<S: Lane>(k: S, f: S, more: S) -> S {
    k * S::LN_2[0] + (f + (S::log_tail(f) + (k * S::LN_2[1] + more)))
}

/// `value` where x > 0 is finite, and what belongs to the other x.
#[inline(always)]
fn with_ends<S: Lane>(x: S, value: S) -> S {
    let [zero, infinity, nan] = [0.0, f64::INFINITY, f64::NAN].map(number::<S>);
    let finite = choose(x < infinity, value, x);
    choose(x < zero, nan, choose(x == zero, -infinity, finite))
}

/// ln x.
#[inline(always)]
pub fn log<S: Lane>(x: S) -> S {
    let [k, m] = parts(x);
    with_ends(x, sum(k, m - number(1.0), number(0.0)))
}

/// ln(1 + x).
#[inline(always)]
pub fn log1p<S: Lane>(x: S) -> S {
    let [zero, one] = [0.0, 1.0].map(number::<S>);
    let u = one + x;
    let lost = choose(one < x, one - (u - x), x - (u - one));
    let [k, m] = u.exponent_and_fraction(zero);
    // What the sum lost, in units of m; where k is 0 then x itself has lost nothing.
    let small = k == zero;
    let rest = choose(small, zero, lost * S::power_of_two(-at_most(k, number(60.0))));
    let f = choose(small, x, m - one);
    let value = sum(k, f, rest * (one - f + f * f)).signed_as(x);
    let defined = choose(u == zero, number(f64::NEG_INFINITY), value);
    let below = choose(x < number(-1.0), number(f64::NAN), defined);
    choose(x < number(f64::INFINITY), below, x)
}
