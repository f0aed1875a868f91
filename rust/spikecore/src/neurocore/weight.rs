//! Weight formats and the arithmetic that goes with each: what a synapse stores, what an accumulator sums,
//! what precision the state has.

use super::advance::Vectored;
use super::pages::Zeroable;
use std::fmt::Debug;

/// Precision of a neuron's state; every operation is one IEEE operation, in the order written.
pub trait Real:
    Zeroable
    + Vectored
    + Debug
    + Default
    + PartialOrd
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
{
    /// Rounds from `f64`.
    fn from_f64(x: f64) -> Self;
    /// Widens to `f64`.
    fn to_f64(self) -> f64;
    /// Unit roundoff.
    const EPSILON: f64;
    /// `x`, or exact zero if its magnitude is below [`TINY`]: silent neurons must not decay into denormals.
    fn settle(self) -> Self;
    /// Neither infinite nor no number.
    fn is_finite(self) -> bool;
    /// The largest number.
    const LARGEST: f64;
    /// The next number below.
    fn next_down(self) -> Self;
    /// Bits of which the first is set unless the magnitude is below `limit`, which is positive; of what is no number it is set. A
    /// sum of integers, for magnitudes are in the order of their bits, and no choice, so that loops become vectors.
    fn beyond(self, limit: Self) -> Self::Mask;
    /// Is the first of these bits set?
    fn is_first_set(mask: Self::Mask) -> bool;
    /// As many bits as the number; all ones or all zeros where it chooses.
    type Mask: Copy + Default + std::ops::BitOr<Output = Self::Mask>;
    /// All ones if `yes`.
    fn mask(yes: bool) -> Self::Mask;
    /// A mask of 16 bits, widened.
    fn widen(mask: i16) -> Self::Mask;
    /// `self` where the mask is ones, else `other`; by bit operations, which no compiler turns into a branch that would
    /// keep a loop from becoming vectors.
    fn where_set(self, mask: Self::Mask, other: Self) -> Self;
}

/// Magnitudes (mV, pA) below this become exact zero. Far below anything that can move a potential of 1e-12 mV in
/// one step, far above the denormals of `f32` (1.2e-38).
pub const TINY: f64 = 1e-30;

macro_rules! real {
    ($t:ty, $bits:ty) => {
        impl Real for $t {
            const EPSILON: f64 = <$t>::EPSILON as f64 / 2.0;
            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn settle(self) -> Self {
                if self.abs() < TINY as $t { 0.0 } else { self }
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                <$t>::is_finite(self)
            }
            const LARGEST: f64 = <$t>::MAX as f64;
            fn next_down(self) -> Self {
                <$t>::next_down(self)
            }
            #[inline(always)]
            fn beyond(self, limit: Self) -> $bits {
                const FIRST: $bits = 1 << (<$bits>::BITS - 1);
                (self.to_bits() & !FIRST).wrapping_add(FIRST - limit.to_bits())
            }
            #[inline(always)]
            fn is_first_set(mask: $bits) -> bool {
                mask.leading_ones() > 0
            }
            type Mask = $bits;
            #[inline(always)]
            fn mask(yes: bool) -> $bits {
                <$bits>::from(yes).wrapping_neg()
            }
            #[inline(always)]
            fn widen(mask: i16) -> $bits {
                mask as $bits
            }
            #[inline(always)]
            fn where_set(self, mask: $bits, other: Self) -> Self {
                Self::from_bits((self.to_bits() & mask) | (other.to_bits() & !mask))
            }
        }
    };
}
real!(f32, u32);
real!(f64, u64);

/// A weight format.
pub trait Weight: Zeroable + Debug + Default {
    /// Precision of the state.
    type State: Real;
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

/// One stored synapse: the cell that it feeds and its weight, packed (4 B in q16, 6 B in f32, 10 B in f64).
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, packed)]
pub struct Synapse<W> {
    /// Cell of the owning core, see [`super::frame`].
    pub cell: u16,
    /// Weight.
    pub weight: W,
}
