//! Sine and cosine, of angles up to [`LARGEST_ANGLE`] right to 2 units in the last place. Angles beyond it count as 0, so that the
//! result is still within [-1, 1] and the same everywhere; there, neighbours of `f32` are more than a turn apart. Infinities and
//! NaN give NaN.
//!
//! `f32` reduces and sums in `f64`, by half-turns; `f64` reduces by quarter-turns to a sum of two numbers. Both subtract multiples of
//! pi in parts of 25 bits (W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980), which is exact: the
//! multiple has 28 bits, and what the second subtraction leaves is below 1 and a multiple of 2^-53.

use super::lane::{Lane, choose, number, polynomial};
use super::pair::{ordered_sum, two_sum};

/// Angles up to here, in rad, are right.
pub const LARGEST_ANGLE: f64 = 4e8;

/// 1.5 2^52: added to a small number it rounds that to an integer, which the low bits then hold.
const MAGIC: f64 = 6_755_399_441_055_744.0;
const SIGN: u64 = 1 << 63;
/// pi: 25 bits, 25 bits, and the rest.
const PI: [f64; 3] = [3.141_592_621_803_283_7, 3.178_650_942_459_171_3e-8, 1.224_646_799_147_353_2e-16];
/// pi / 2: four times 25 bits, and the rest.
const QUARTER: [f64; 5] =
    [1.570_796_310_901_641_8, 1.589_325_471_229_585_7e-8, 6.123_233_932_053_594e-17, 6.368_317_055_225_283e-25, 1.082_856_673_921_914e-32];

/// `x`, or zero beyond the largest angle, or NaN.
#[inline(always)]
fn allowed<S: Lane>(x: S) -> S {
    choose(x.magnitude() <= number(LARGEST_ANGLE), x, x * number(0.0))
}

/// x - n pi, for a whole or a half n.
#[inline(always)]
fn less_half_turns(x: f64, n: f64) -> f64 {
    ((x - n * PI[0]) - n * PI[1]) - n * PI[2]
}

/// x - n pi / 2 and its error. Numbers come as near to a multiple as 2^-60, hence 153 bits of it.
#[inline(always)]
fn less_quarter_turns(x: f64, n: f64) -> [f64; 2] {
    let exact = (x - n * QUARTER[0]) - n * QUARTER[1];
    let [high, low] = two_sum(exact, -(n * QUARTER[2]));
    let [high, lower] = two_sum(high, -(n * QUARTER[3]));
    ordered_sum(high, low + (lower - n * QUARTER[4]))
}

/// sin(r) for |r| up to pi / 2, relative error 2^-35.3 of the fit.
#[inline(always)]
fn sine_of_half(r: f64) -> f64 {
    let z = r * r;
    r * polynomial!(z; 1.0, -0.166_666_666_261_077_54, 0.008_333_331_106_775_142, -0.000_198_408_679_641_415_78,
        2.752_537_149_731_176e-6, -2.388_867_634_952_347_6e-8)
}

/// sin(x).
#[inline(always)]
pub fn sin_f32(x: f32) -> f32 {
    let x = f64::from(allowed(x));
    let shifted = x * std::f64::consts::FRAC_1_PI + MAGIC;
    let n = shifted - MAGIC;
    let r = less_half_turns(x, n);
    f64::from_bits(sine_of_half(r).to_bits() ^ (shifted.to_bits() << 63)) as f32
}

/// cos(x) = -(-1)^n sin(x - (n + 1/2) pi).
#[inline(always)]
pub fn cos_f32(x: f32) -> f32 {
    let x = f64::from(allowed(x));
    let shifted = (x * std::f64::consts::FRAC_1_PI - 0.5) + MAGIC;
    let n = (shifted - MAGIC) + 0.5;
    let r = less_half_turns(x, n);
    f64::from_bits(sine_of_half(r).to_bits() ^ (shifted.to_bits() << 63) ^ SIGN) as f32
}

/// sin(high + low), for |high| up to pi / 4.
#[inline(always)]
fn sine(high: f64, low: f64) -> f64 {
    let z = high * high;
    let tail = polynomial!(z; -0.166_666_666_666_666_66, 0.008_333_333_333_333_323, -0.000_198_412_698_412_547_84,
        2.755_731_921_405_722_6e-6, -2.505_210_487_982_992_6e-8, 1.605_836_290_278_168_7e-10, -7.578_527_075_554_861e-13); // error 2^-57.1
    high + (high * z * tail + low * (1.0 - 0.5 * z))
}

/// cos(high + low), for |high| up to pi / 4.
#[inline(always)]
fn cosine(high: f64, low: f64) -> f64 {
    let z = high * high;
    let tail = polynomial!(z; 0.041_666_666_666_666_664, -0.001_388_888_888_888_887_4, 2.480_158_730_157_152_3e-5,
        -2.755_731_921_538_767_3e-7, 2.087_675_436_881_122e-9, -1.147_029_356_574_141_5e-11, 4.738_122_481_529_966_3e-14); // error 2^-60.0
    let half = 0.5 * z;
    let main = 1.0 - half;
    main + (((1.0 - main) - half) + (z * z * tail - high * low))
}

/// sin(x + `quarters` pi / 2).
#[inline(always)]
fn sine_ahead(x: f64, quarters: u64) -> f64 {
    let x = allowed(x);
    let shifted = x * std::f64::consts::FRAC_2_PI + MAGIC;
    let n = shifted - MAGIC;
    let [high, low] = less_quarter_turns(x, n);
    let turn = shifted.to_bits().wrapping_add(quarters);
    let odd = (turn & 1).wrapping_neg();
    let value = (cosine(high, low).to_bits() & odd) | (sine(high, low).to_bits() & !odd);
    f64::from_bits(value ^ ((turn << 62) & SIGN))
}

/// sin(x).
#[inline(always)]
pub fn sin_f64(x: f64) -> f64 {
    choose(x == 0.0, x, sine_ahead(x, 0))
}

/// cos(x).
#[inline(always)]
pub fn cos_f64(x: f64) -> f64 {
    sine_ahead(x, 1)
}
