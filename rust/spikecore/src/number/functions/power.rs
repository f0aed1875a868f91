//! Powers with a real exponent: e^(y ln x), the logarithm to twice the digits (`f32`: in `f64`), so that the product with an
//! exponent still has all of them. Ends as IEEE 754-2019 `pow` (section 9.2.1).

use super::exponential::{exp, exp_sum};
use super::lane::{Lane, at_least, at_most, choose, number, polynomial};
use super::logarithm::{log, parts};
use super::pair::{ordered_sum, product, two_product, two_sum};

/// An exponent beyond this overflows or vanishes with every base but 1.
const LARGEST_EXPONENT: f64 = 3e19;

/// ln 2, of 41 bits, and the rest.
const LN_2: [f64; 2] = <f64 as Lane>::LN_2;

/// a^b.
#[inline(always)]
pub fn pow_f32(a: f32, b: f32) -> f32 {
    let y = limited(f64::from(b));
    let size = exp(log(f64::from(a.abs())) * y) as f32;
    with_ends(a, b, size)
}

/// a^b.
#[inline(always)]
pub fn pow_f64(a: f64, b: f64) -> f64 {
    let y = limited(b);
    let [log_high, log_low] = precise_log(a.abs());
    let [high, low] = two_product(y, log_high);
    let more = at_least(at_most(low + y * log_low, 1.0), -1.0); // beyond, `high` is far outside the range of exp
    with_ends(a, b, exp_sum(high, more))
}

#[inline(always)]
fn limited(y: f64) -> f64 {
    at_least(at_most(y, LARGEST_EXPONENT), -LARGEST_EXPONENT)
}

/// ln x to about 2^-66 of itself, for a positive finite x.
#[inline(always)]
fn precise_log(x: f64) -> [f64; 2] {
    let [k, m] = parts(x);
    // s = (m - 1) / (m + 1), ln m = 2 (s + s^3/3 + s^5 q(s^2)).
    let f = m - 1.0;
    let [sum, sum_low] = ordered_sum(1.0, m);
    let reciprocal = 1.0 / sum;
    let s_high = f * reciprocal;
    let [back, back_low] = two_product(s_high, sum);
    let s = [s_high, (((f - back) - back_low) - s_high * sum_low) * reciprocal];
    let z = product(s, s);
    let q = polynomial!(z[0]; 0.200_000_000_000_011_28, 0.142_857_142_850_496_17, 0.111_111_112_599_892_47, 0.090_908_921_813_071_82,
        0.076_933_787_627_265_27, 0.066_284_067_407_165_75, 0.065_981_831_630_598_05); // error 2^-65.9
    let [third, third_low] = ordered_sum(1.0 / 3.0, z[0] * q);
    let cubic = product(s, product(z, [third, third_low + 1.850_371_707_708_594e-17])); // 1/3 and its error
    let [odd, odd_low] = ordered_sum(s[0], cubic[0]);
    let log_m = ordered_sum(2.0 * odd, 2.0 * (odd_low + (s[1] + cubic[1])));
    let [high, low] = two_sum(k * LN_2[0], log_m[0]);
    ordered_sum(high, low + (log_m[1] + k * LN_2[1]))
}

/// |a|^b is `power` where |a| > 0 is finite: adds the sign and what belongs to other operands.
#[inline(always)]
fn with_ends<S: Lane>(a: S, b: S, power: S) -> S {
    let [zero, one, infinity, nan] = [0.0, 1.0, f64::INFINITY, f64::NAN].map(number::<S>);
    let (base, exponent) = (a.magnitude(), b.magnitude());
    let extreme = S::mask(base == zero) | S::mask(base == infinity);
    let rising = choose(base == zero, -b, b);
    let size = choose(zero < rising, infinity, zero).where_set(extreme, power);
    // Odd integers keep the sign of the base, even ones drop it; a finite negative base has no other powers.
    let half = exponent * number(0.5);
    let whole = S::mask(rounded(exponent) == exponent);
    let signed = choose(rounded(half) == half, size, size.signed_as(a)).where_set(whole, size);
    let of_negative = signed.where_set(whole | extreme, nan);
    let defined = choose(a < zero, of_negative, signed);
    let value = choose(base <= infinity, choose(exponent <= infinity, defined, b), a);
    one.where_set(S::mask(b == zero) | S::mask(a == one), value)
}

/// The nearest integer of a number that is not negative.
#[inline(always)]
fn rounded<S: Lane>(x: S) -> S {
    let unit = S::power_of_two(S::DIGITS);
    choose(x < unit, (x + unit) - unit, x)
}
