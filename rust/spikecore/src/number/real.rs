//! Precisions of a neuron's state and what can be done with them.

use crate::pages::Zeroable;
use crate::simd::vector::Vectored;
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
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
{
    /// Rounds from `f64`.
    fn from_f64(x: f64) -> Self;
    /// Widens to `f64`.
    fn to_f64(self) -> f64;
    /// Without its sign.
    fn absolute(self) -> Self;
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
            fn absolute(self) -> Self {
                self.abs()
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
