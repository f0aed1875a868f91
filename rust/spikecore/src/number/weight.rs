//! Weight formats and the arithmetic that goes with each: what a synapse stores, what an accumulator sums,
//! what precision the state has.

use super::functions::Functions;
use crate::pages::Zeroable;
use std::fmt::Debug;

/// A weight format.
pub trait Weight: Zeroable + Debug + Default {
    /// Precision of the state.
    type State: Functions;
    /// What an accumulator sums.
    type Acc: Zeroable + Debug + Default + PartialEq;
    /// Name in options and reports.
    const NAME: &'static str;
    /// Rounds a weight to the format; `step` is the receptor's quantum (ignored by floats).
    fn encode(weight: f64, step: f64) -> Self;
    /// The weight as a number.
    fn decode(self, step: f64) -> f64;
    /// `acc + weight`.
    fn add(acc: Self::Acc, weight: Self) -> Self::Acc;
    /// The sum of two accumulators.
    fn join(a: Self::Acc, b: Self::Acc) -> Self::Acc;
    /// `acc + count * weight`.
    fn add_many(acc: Self::Acc, weight: Self, count: u16) -> Self::Acc;
    /// The positive and the negative part; they add up to it.
    fn parts(self) -> [Self; 2];
    /// The accumulated input in physical units.
    fn value(acc: Self::Acc, step: Self::State) -> Self::State;
}

macro_rules! float_weight {
    ($t:ty, $name:literal) => {
        impl Weight for $t {
            type State = $t;
            type Acc = $t;
            const NAME: &'static str = $name;
            #[inline(always)]
            fn encode(weight: f64, _: f64) -> Self {
                weight as $t
            }
            #[inline(always)]
            fn decode(self, _: f64) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn add(acc: $t, weight: Self) -> $t {
                acc + weight
            }
            #[inline(always)]
            fn join(a: $t, b: $t) -> $t {
                a + b
            }
            #[inline(always)]
            fn add_many(acc: $t, weight: Self, count: u16) -> $t {
                acc + weight * <$t>::from(count)
            }
            #[inline(always)]
            fn parts(self) -> [Self; 2] {
                if self < 0.0 { [0.0, self] } else { [self, 0.0] }
            }
            #[inline(always)]
            fn value(acc: $t, _: $t) -> $t {
                acc
            }
        }
    };
}
float_weight!(f32, "f32");
float_weight!(f64, "f64");

/// A 16-bit fixed-point weight in units of its receptor's step, a power of two; sums are exact 32-bit integers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Q16(pub i16);

impl Weight for Q16 {
    type State = f32;
    type Acc = i32;
    const NAME: &'static str = "q16";
    #[inline(always)]
    fn encode(weight: f64, step: f64) -> Self {
        let units = libm::round(weight / step);
        debug_assert!(units.abs() <= 32767.0, "invariant: the step covers every weight");
        Self(units as i16)
    }
    #[inline(always)]
    fn decode(self, step: f64) -> f64 {
        f64::from(self.0) * step
    }
    #[inline(always)]
    fn add(acc: i32, weight: Self) -> i32 {
        acc.wrapping_add(i32::from(weight.0))
    }
    #[inline(always)]
    fn join(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }
    #[inline(always)]
    fn add_many(acc: i32, weight: Self, count: u16) -> i32 {
        acc.wrapping_add(i32::from(weight.0).wrapping_mul(i32::from(count)))
    }
    #[inline(always)]
    fn parts(self) -> [Self; 2] {
        [Self(self.0.max(0)), Self(self.0.min(0))]
    }
    #[inline(always)]
    fn value(acc: i32, step: f32) -> f32 {
        acc as f32 * step
    }
}

/// The smallest power of two by which 16 bits cover `bound`.
pub fn q16_step(bound: f64) -> f64 {
    if bound == 0.0 {
        return 1.0;
    }
    let exponent = libm::ceil(libm::log2(bound / 32767.0)) as i32;
    let step = libm::ldexp(1.0, exponent);
    if bound / step > 32767.0 { step * 2.0 } else { step }
}
