//! What the functions need of a precision: its bits, the splits of ln 2 and its polynomials.
//!
//! Invariant: integer work has the width of the number and compares nothing, so that a loop becomes vectors at every level, SSE2
//! included.
//!
//! The polynomials are minimax fits of `tools/functions.py`: Remez's exchange in 60 decimal digits on the interval named at each,
//! the error weighed to be relative to the function, then each coefficient rounded to the precision. The figure after "error" is
//! the largest relative error of the fit with its rounded coefficients, in exact arithmetic.

use crate::number::real::Real;
use std::ops::{Div, Neg};

/// `(c0 + x c1) + x^2 ((c2 + x c3) + x^2 (...))`, in this order of operations: half as long a chain as Horner's.
macro_rules! polynomial {
    ($x:expr; $c:literal) => { $c };
    ($x:expr; $c:literal, $d:literal) => { $c + $x * $d };
    ($x:expr; $c:literal, $d:literal, $($rest:literal),+) => { ($c + $x * $d) + ($x * $x) * polynomial!($x; $($rest),+) };
}
pub(super) use polynomial;

/// A precision, with what the functions need of it.
pub trait Lane: Real + Div<Output = Self> + Neg<Output = Self> {
    /// A number whose unit in the last place is 1, plus twice the bias of exponents: added to a small number it rounds that to an
    /// integer and leaves integer plus twice the bias in the low bits.
    const MAGIC: Self;
    /// The smallest normal number.
    const SMALLEST_NORMAL: Self;
    /// The length of the fraction.
    const DIGITS: Self;
    /// The reciprocal of ln 2.
    const LOG2_E: Self;
    /// ln 2 in two parts: the product of the first with any exponent is exact.
    const LN_2: [Self; 2];
    /// Where e^x surely rounds to zero and where it overflows, with 1 added to x or taken away.
    const EXP_RANGE: [f64; 2];
    /// Where e^x - 1 surely rounds to -1, and where (e^x - 1) / x overflows.
    const EXPM1_RANGE: [f64; 2];
    /// Where 1 - tanh(x / 2) is below half a unit in the last place of 1.
    const TANH_END: f64;

    /// `(e^r - 1 - r) / r^2` for |r| up to half of ln 2, relative to e^r.
    fn exp_tail(r: Self) -> Self;
    /// The same, relative to `e^r - 1`.
    fn expm1_tail(r: Self) -> Self;
    /// `ln(1 + f) - f` for 1 + f between the roots of 1/2 and 2, relative to ln(1 + f).
    fn log_tail(f: Self) -> Self;
    /// `(tanh(x) / x - 1) / z` with z = x^2 up to 0.625^2, relative to tanh(x).
    fn tanh_tail(z: Self) -> Self;

    /// Magnitude.
    fn magnitude(self) -> Self;
    /// The magnitude of `self` with the sign of `sign`.
    fn signed_as(self, sign: Self) -> Self;
    /// The root, as IEEE 754 rounds it.
    fn root(self) -> Self;
    /// 2^n for an integer n; n and -n are exponents of normal numbers.
    fn power_of_two(n: Self) -> Self;
    /// `self` 2^n for a `self` in the middle of the range, in two steps of about n / 2, so that the only rounding is into the
    /// subnormals; `shifted` is n + [`Lane::MAGIC`].
    fn scaled(self, shifted: Self) -> Self;
    /// `[k, m]` with `self` = 2^k m and m between the roots of 1/2 and 2, for a normal positive number; nothing in particular
    /// for others. `raised` is subtracted from k.
    fn exponent_and_fraction(self, raised: Self) -> [Self; 2];
}

/// `a` where `yes`, else `b`.
#[inline(always)]
pub fn choose<S: Real>(yes: bool, a: S, b: S) -> S {
    a.where_set(S::mask(yes), b)
}

/// `x`, or `high` where it is above; NaN stays.
#[inline(always)]
pub fn at_most<S: Real>(x: S, high: S) -> S {
    choose(high < x, high, x)
}

/// `x`, or `low` where it is below; NaN stays.
#[inline(always)]
pub fn at_least<S: Real>(x: S, low: S) -> S {
    choose(x < low, low, x)
}

/// A constant.
#[inline(always)]
pub fn number<S: Real>(x: f64) -> S {
    S::from_f64(x)
}

macro_rules! bits {
    ($t:ident, $bits:ty, $root_of_half:literal) => {
        const MAGIC: Self = 1.5 * (1 as $bits << Self::FRACTION) as Self + 2.0 * ($t::MAX_EXP - 1) as Self;
        const SMALLEST_NORMAL: Self = $t::MIN_POSITIVE;
        const DIGITS: Self = Self::FRACTION as Self;
        const LOG2_E: Self = std::$t::consts::LOG2_E;

        #[inline(always)]
        fn magnitude(self) -> Self {
            self.abs()
        }
        #[inline(always)]
        fn signed_as(self, sign: Self) -> Self {
            self.copysign(sign)
        }
        #[inline(always)]
        fn root(self) -> Self {
            self.sqrt()
        }
        #[inline(always)]
        fn power_of_two(n: Self) -> Self {
            const MAGIC: $t = 1.5 * (1 as $bits << $t::FRACTION) as $t + ($t::MAX_EXP - 1) as $t;
            Self::from_bits((n + MAGIC).to_bits() << Self::FRACTION)
        }
        #[inline(always)]
        fn scaled(self, shifted: Self) -> Self {
            let both = shifted.to_bits();
            let first = both >> 1;
            let second = both.wrapping_sub(first);
            self * Self::from_bits(first << Self::FRACTION) * Self::from_bits(second << Self::FRACTION)
        }
        #[inline(always)]
        fn exponent_and_fraction(self, raised: Self) -> [Self; 2] {
            const ONE: $bits = (1 as $t).to_bits();
            const UNIT: $t = (1 as $bits << $t::FRACTION) as $t;
            let moved = self.to_bits().wrapping_add(ONE - $root_of_half);
            let exponent = Self::from_bits((moved >> Self::FRACTION) | UNIT.to_bits());
            let fraction = (moved & ((1 << Self::FRACTION) - 1)) + $root_of_half;
            [exponent - (UNIT + ($t::MAX_EXP - 1) as Self + raised), Self::from_bits(fraction)]
        }
    };
}

/// Bits of the fraction, without the hidden one.
trait Fraction {
    const FRACTION: u32;
}
impl Fraction for f32 {
    const FRACTION: u32 = Self::MANTISSA_DIGITS - 1;
}
impl Fraction for f64 {
    const FRACTION: u32 = Self::MANTISSA_DIGITS - 1;
}

impl Lane for f32 {
    bits!(f32, u32, 0x3f35_04f3);
    const LN_2: [Self; 2] = [0.693_145_75, 1.428_606_8e-6]; // 15 bits, and the rest
    const EXP_RANGE: [f64; 2] = [-106.0, 91.0];
    const EXPM1_RANGE: [f64; 2] = [-18.0, 95.0];
    const TANH_END: f64 = 20.0;

    #[inline(always)]
    fn exp_tail(r: Self) -> Self {
        polynomial!(r; 0.499_999_94, 0.166_665_2, 0.041_668_39, 0.008_368_749, 0.001_381_476_9) // error 2^-27.7
    }
    #[inline(always)]
    fn expm1_tail(r: Self) -> Self {
        polynomial!(r; 0.5, 0.166_666_66, 0.041_666_36, 0.008_333_389, 0.001_394_067_5, 0.000_198_461_52) // error 2^-28.7
    }
    #[inline(always)]
    fn log_tail(f: Self) -> Self {
        let cubic = polynomial!(f; 0.333_333_13, -0.250_000_1, 0.200_021_19, -0.166_679_96, 0.142_195_52, -0.124_055_89,
            0.118_881_64, -0.116_756_53, 0.067_466_38); // error 2^-28.2
        let square = f * f;
        square * (f * cubic) - square * 0.5
    }
    #[inline(always)]
    fn tanh_tail(z: Self) -> Self {
        polynomial!(z; -0.333_332_8, 0.133_314_42, -0.053_739_715, 0.020_639_094, -0.005_704_993_4) // error 2^-26.8
    }
}

impl Lane for f64 {
    bits!(f64, u64, 0x3fe6_a09e_667f_3bcd);
    const LN_2: [Self; 2] = [0.693_147_180_559_663, 2.823_529_056_303_157_7e-13]; // 41 bits, and the rest
    const EXP_RANGE: [f64; 2] = [-748.0, 712.0];
    const EXPM1_RANGE: [f64; 2] = [-40.0, 718.0];
    const TANH_END: f64 = 40.0;

    #[inline(always)]
    fn exp_tail(r: Self) -> Self {
        polynomial!(r; 0.500_000_000_000_001_1, 0.166_666_666_666_664_13, 0.041_666_666_666_529_635, 0.008_333_333_333_494_574,
            0.001_388_888_894_378_627_4, 0.000_198_412_695_068_504_32, 2.480_149_292_045_115_5e-5, 2.755_758_566_708_908_8e-6,
            2.763_031_726_916_947_5e-7, 2.500_043_248_802_316_5e-8) // error 2^-56.5
    }
    #[inline(always)]
    fn expm1_tail(r: Self) -> Self {
        polynomial!(r; 0.5, 0.166_666_666_666_666_77, 0.041_666_666_666_666_51, 0.008_333_333_333_321_65, 0.001_388_888_888_896_216,
            0.000_198_412_698_860_880_1, 2.480_158_717_325_320_4e-5, 2.755_724_423_778_737e-6, 2.755_740_178_736_901_7e-7,
            2.510_903_072_397_817_4e-8, 2.087_566_809_581_650_2e-9) // error 2^-60.0
    }
    /// By s = f / (2 + f), of which ln(1 + f) is an odd function that falls off faster, as in Sun's `fdlibm`.
    #[inline(always)]
    fn log_tail(f: Self) -> Self {
        let s = f / (2.0 + f);
        let z = s * s;
        let rest = z * polynomial!(z; 0.666_666_666_666_673_4, 0.399_999_999_994_143_2, 0.285_714_287_424_738_76,
            0.222_221_985_636_286_2, 0.181_835_648_579_127_76, 0.153_140_360_814_322_28, 0.147_961_028_255_427_92); // error 2^-58.9
        let half_square = 0.5 * f * f;
        s * (half_square + rest) - half_square
    }
    #[inline(always)]
    fn tanh_tail(z: Self) -> Self {
        polynomial!(z; -0.333_333_333_333_333_15, 0.133_333_333_333_297_42, -0.053_968_253_966_058_89, 0.021_869_488_468_715_368,
            -0.008_863_234_312_578_924, 0.003_592_113_999_880_512, -0.001_455_725_948_098_138, 0.000_589_451_799_105_824_5,
            -0.000_237_011_730_687_125_87, 9.155_841_284_602_269e-5, -3.018_722_168_612_959_8e-5, 6.042_468_876_194_405e-6)
        // error 2^-56.3
    }
}
