//! Elementary functions of one number (and `pow` of two), for loops that become vectors.
//!
//! Invariants: every operation is one IEEE operation in the order written, without fused multiply-add, without a branch, a call
//! or a table, so that all instruction-set levels give the same bits (but for those of NaN) and a loop over many numbers becomes
//! vectors at each. Every function is right to 2 units in the last place over its whole range, subnormal numbers included (`sin`
//! and `cos`: up to [`angle::LARGEST_ANGLE`]), and gives at zeros, infinities and NaN what IEEE 754-2019 says (section 9.2.1).
//!
//! Largest errors in units in the last place, of `f32` over all its numbers against `libm` in `f64` (`pow`: ten million pairs), of `f64`
//! over 1.8 million numbers against mpmath:
//!
//! | | exp | expm1 | exprel | log | log1p | sin | cos | tanh | sqrt | pow |
//! |---|---|---|---|---|---|---|---|---|---|---|
//! | `f32` | 1.01 | 1.10 | 1.88 | 0.83 | 0.90 | 0.51 | 0.51 | 1.34 | 0.5 | 0.51 |
//! | `f64` | 0.98 | 1.10 | 1.62 | 0.84 | 0.83 | 0.79 | 0.77 | 1.28 | 0.5 | 0.97 |
//!
//! In `f32`, exp, expm1, log, log1p and tanh never fall where they should grow.

pub mod angle;
mod exponential;
mod lane;
mod logarithm;
mod pair;
mod power;
#[cfg(test)]
#[expect(unsafe_code, reason = "calls into instruction-set copies; invariant K2")]
mod tests;

use super::real::Real;
use lane::Lane;

/// Elementary functions; angles in rad. Called as `Functions::exp(x)`, or `S::exp(x)` of a generic `S: Functions`: `f32::exp(x)`
/// is that of the standard library, whose bits depend on the system.
pub trait Functions: Real {
    /// e^x.
    fn exp(x: Self) -> Self;
    /// e^x - 1, right near 0.
    fn expm1(x: Self) -> Self;
    /// The natural logarithm.
    fn log(x: Self) -> Self;
    /// ln(1 + x), right near 0.
    fn log1p(x: Self) -> Self;
    /// (e^x - 1) / x, and 1 at 0.
    fn exprel(x: Self) -> Self;
    /// Sine; see [`angle`].
    fn sin(x: Self) -> Self;
    /// Cosine; see [`angle`].
    fn cos(x: Self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(x: Self) -> Self;
    /// Square root, as IEEE 754 rounds it.
    fn sqrt(x: Self) -> Self;
    /// a^b, as IEEE 754 `pow`.
    fn pow(a: Self, b: Self) -> Self;
}

macro_rules! functions {
    ($t:ty, $sin:path, $cos:path, $pow:path) => {
        impl Functions for $t {
            functions!(@exp exponential::exp, expm1 exponential::expm1, log logarithm::log, log1p logarithm::log1p,
                exprel exponential::exprel, sin $sin, cos $cos, tanh exponential::tanh, sqrt Lane::root);
            #[inline(always)]
            fn pow(a: Self, b: Self) -> Self {
                $pow(a, b)
            }
        }
    };
    (@$($name:ident $function:path),*) => {$(
        #[inline(always)]
        fn $name(x: Self) -> Self {
            $function(x)
        }
    )*};
}
functions!(f32, angle::sin_f32, angle::cos_f32, power::pow_f32);
functions!(f64, angle::sin_f64, angle::cos_f64, power::pow_f64);
