//! Sixteen neurons at once moved on without input, by the first digits of their ticks ([`super::flow`]): each looks up its
//! coefficients in tables of sixteen, which a vector does by one or two permutations. No compiler makes those out of plain
//! loops, so this is a fence of its own.
//!
//! All levels do the same operations in the same order, so they give the same bits. Invariants:
//! **L1** instructions are used only on a CPU that has them ([`Level`] is never above [`Level::detect`]).
//! **L2** what is reinterpreted are arrays of numbers and vectors of the same size, in which all bits mean something.

use super::digits::{BITS, Digit, VALUES};
use super::weight::Real;
use crate::simd::Level;

/// Neurons that are moved on at once: as many as a table has entries.
pub const WIDTH: usize = VALUES;

/// A number of each of sixteen neurons.
trait Vector<S>: Copy {
    /// Out of an array.
    fn of(numbers: &[S; WIDTH]) -> Self;
    /// Into an array.
    fn numbers(self) -> [S; WIDTH];
    /// For each place its entry of a table; of a place the four bits from `below` on count.
    fn look(table: &[S; WIDTH], places: &[u32; WIDTH], below: u32) -> Self;
    /// Products.
    fn times(self, other: Self) -> Self;
    /// Sums.
    fn plus(self, other: Self) -> Self;
}

/// Precisions and the vectors of each level.
#[expect(private_bounds, reason = "vectors stay in here")]
pub trait Vectored: Sized {
    /// With AVX2.
    type Avx2: Vector<Self>;
    /// With AVX-512.
    type Avx512: Vector<Self>;
}

/// Moves potentials and currents on by as many ticks as four digits say, with instructions of `level`.
#[inline(always)]
pub fn advance<S: Real, const N: usize>(
    level: Level,
    digits: &[Digit<S>],
    ticks: &[u32; WIDTH],
    bias: &[S; WIDTH],
    state: (&[S; WIDTH], &[[S; WIDTH]; N]),
) -> ([S; WIDTH], [[S; WIDTH]; N]) {
    match level {
        // L1: in the vectors of these levels.
        Level::Avx512 => advance_in::<S, S::Avx512, N>(digits, ticks, bias, state),
        Level::Avx2 => advance_in::<S, S::Avx2, N>(digits, ticks, bias, state),
        Level::Baseline => advance_in::<S, Plain<S>, N>(digits, ticks, bias, state),
    }
}

#[inline(always)]
fn advance_in<S: Real, V: Vector<S>, const N: usize>(
    digits: &[Digit<S>],
    ticks: &[u32; WIDTH],
    bias: &[S; WIDTH],
    (v, i): (&[S; WIDTH], &[[S; WIDTH]; N]),
) -> ([S; WIDTH], [[S; WIDTH]; N]) {
    let (mut v, mut i, bias) = (V::of(v), i.each_ref().map(V::of), V::of(bias));
    for (digit, below) in digits.iter().zip((0..).step_by(BITS as usize)) {
        let look = |table| V::look(table, ticks, below);
        v = v.times(look(&digit.v));
        for r in 0..N {
            v = v.plus(i[r].times(look(&digit.i[r])));
            i[r] = i[r].times(look(&digit.decay[r]));
        }
        v = v.plus(bias.times(look(&digit.bias)));
    }
    (v.numbers(), i.map(V::numbers))
}

/// In plain loops, as on any CPU.
#[derive(Debug, Clone, Copy)]
pub struct Plain<S>([S; WIDTH]);

impl<S: Real> Vector<S> for Plain<S> {
    #[inline(always)]
    fn of(numbers: &[S; WIDTH]) -> Self {
        Self(*numbers)
    }
    #[inline(always)]
    fn numbers(self) -> [S; WIDTH] {
        self.0
    }
    #[inline(always)]
    fn look(table: &[S; WIDTH], places: &[u32; WIDTH], below: u32) -> Self {
        Self(places.map(|place| table[(place >> below) as usize % WIDTH]))
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] * other.0[k]))
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] + other.0[k]))
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Vectored for f32 {
    type Avx2 = Plain<f32>;
    type Avx512 = Plain<f32>;
}

#[cfg(not(target_arch = "x86_64"))]
impl Vectored for f64 {
    type Avx2 = Plain<f64>;
    type Avx512 = Plain<f64>;
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Plain, Vector, Vectored, WIDTH};
    use std::arch::x86_64::*;
    use std::mem::transmute;

    impl Vectored for f32 {
        type Avx2 = Eights;
        type Avx512 = Sixteen;
    }

    impl Vectored for f64 {
        type Avx2 = Plain<f64>;
        type Avx512 = Eight;
    }

    /// `f32` with AVX-512.
    #[derive(Debug, Clone, Copy)]
    pub struct Sixteen(__m512);

    impl Vector<f32> for Sixteen {
        #[inline(always)]
        fn of(numbers: &[f32; WIDTH]) -> Self {
            // SAFETY: L2.
            Self(unsafe { transmute::<[f32; WIDTH], __m512>(*numbers) })
        }
        #[inline(always)]
        fn numbers(self) -> [f32; WIDTH] {
            // SAFETY: L2.
            unsafe { transmute::<__m512, [f32; WIDTH]>(self.0) }
        }
        #[inline(always)]
        fn look(table: &[f32; WIDTH], places: &[u32; WIDTH], below: u32) -> Self {
            // SAFETY: L1, L2. Of an index the low four bits count.
            Self(unsafe {
                let places = _mm512_srlv_epi32(transmute::<[u32; WIDTH], __m512i>(*places), _mm512_set1_epi32(below as i32));
                _mm512_permutexvar_ps(places, Self::of(table).0)
            })
        }
        #[inline(always)]
        fn times(self, other: Self) -> Self {
            // SAFETY: L1.
            Self(unsafe { _mm512_mul_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: L1.
            Self(unsafe { _mm512_add_ps(self.0, other.0) })
        }
    }

    /// `f32` with AVX2.
    #[derive(Debug, Clone, Copy)]
    pub struct Eights([__m256; 2]);

    impl Vector<f32> for Eights {
        #[inline(always)]
        fn of(numbers: &[f32; WIDTH]) -> Self {
            // SAFETY: L2.
            Self(unsafe { transmute::<[f32; WIDTH], [__m256; 2]>(*numbers) })
        }
        #[inline(always)]
        fn numbers(self) -> [f32; WIDTH] {
            // SAFETY: L2.
            unsafe { transmute::<[__m256; 2], [f32; WIDTH]>(self.0) }
        }
        #[inline(always)]
        fn look(table: &[f32; WIDTH], places: &[u32; WIDTH], below: u32) -> Self {
            let [low, high] = Self::of(table).0;
            // SAFETY: L1, L2. Of an index the low three bits count; the fourth says which half, where a blend reads it.
            unsafe {
                let halves = transmute::<[u32; WIDTH], [__m256i; 2]>(*places);
                Self(halves.map(|places| {
                    let places = _mm256_srlv_epi32(places, _mm256_set1_epi32(below as i32));
                    let which = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(places));
                    _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, places), _mm256_permutevar8x32_ps(high, places), which)
                }))
            }
        }
        #[inline(always)]
        fn times(self, other: Self) -> Self {
            // SAFETY: L1.
            Self(unsafe { [_mm256_mul_ps(self.0[0], other.0[0]), _mm256_mul_ps(self.0[1], other.0[1])] })
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: L1.
            Self(unsafe { [_mm256_add_ps(self.0[0], other.0[0]), _mm256_add_ps(self.0[1], other.0[1])] })
        }
    }

    /// `f64` with AVX-512.
    #[derive(Debug, Clone, Copy)]
    pub struct Eight([__m512d; 2]);

    impl Vector<f64> for Eight {
        #[inline(always)]
        fn of(numbers: &[f64; WIDTH]) -> Self {
            // SAFETY: L2.
            Self(unsafe { transmute::<[f64; WIDTH], [__m512d; 2]>(*numbers) })
        }
        #[inline(always)]
        fn numbers(self) -> [f64; WIDTH] {
            // SAFETY: L2.
            unsafe { transmute::<[__m512d; 2], [f64; WIDTH]>(self.0) }
        }
        #[inline(always)]
        fn look(table: &[f64; WIDTH], places: &[u32; WIDTH], below: u32) -> Self {
            let [low, high] = Self::of(table).0;
            // SAFETY: L1, L2. Of an index the low four bits count, the highest of which says which half.
            unsafe {
                let halves = transmute::<[u32; WIDTH], [__m256i; 2]>(*places);
                Self(halves.map(|places| {
                    let places = _mm256_srlv_epi32(places, _mm256_set1_epi32(below as i32));
                    _mm512_permutex2var_pd(low, _mm512_cvtepu32_epi64(places), high)
                }))
            }
        }
        #[inline(always)]
        fn times(self, other: Self) -> Self {
            // SAFETY: L1.
            Self(unsafe { [_mm512_mul_pd(self.0[0], other.0[0]), _mm512_mul_pd(self.0[1], other.0[1])] })
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: L1.
            Self(unsafe { [_mm512_add_pd(self.0[0], other.0[0]), _mm512_add_pd(self.0[1], other.0[1])] })
        }
    }
}
