//! Sixteen numbers at once, which look up entries of tables of sixteen: one or two permutations of a vector. No compiler
//! makes those out of plain loops, so this is a fence.
//!
//! All levels do the same operations in the same order, so they give the same bits. Invariants:
//! **L1** instructions are used only on a CPU that has them: [`super::Level`] is never above [`super::Level::detect`], and who
//! uses the vectors of a level is compiled for it ([`super::compiled`]).
//! **L2** what is reinterpreted are arrays of numbers and vectors of the same size, in which all bits mean something.

use std::ops::{Add, Mul};

/// Numbers of a vector: as many as a table has entries.
pub const WIDTH: usize = 16;

/// A number of each of sixteen neurons.
pub trait Vector<S>: Copy {
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
pub trait Vectored: Sized {
    /// With AVX2.
    type Avx2: Vector<Self>;
    /// With AVX-512.
    type Avx512: Vector<Self>;
}

/// In plain loops, as on any CPU.
#[derive(Debug, Clone, Copy)]
pub struct Plain<S>([S; WIDTH]);

impl<S: Copy + Add<Output = S> + Mul<Output = S>> Vector<S> for Plain<S> {
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
                let [a, b] = transmute::<[u32; WIDTH], [__m256i; 2]>(*places);
                let shift = _mm256_set1_epi32(below as i32);
                let (a, b) = (_mm256_srlv_epi32(a, shift), _mm256_srlv_epi32(b, shift));
                let which_a = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(a));
                let which_b = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(b));
                Self([
                    _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, a), _mm256_permutevar8x32_ps(high, a), which_a),
                    _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, b), _mm256_permutevar8x32_ps(high, b), which_b),
                ])
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
                let [a, b] = transmute::<[u32; WIDTH], [__m256i; 2]>(*places);
                // Widened before they are shifted, once for all digits.
                let (a, b) = (_mm512_cvtepu32_epi64(a), _mm512_cvtepu32_epi64(b));
                let shift = _mm512_set1_epi64(below.into());
                let (a, b) = (_mm512_srlv_epi64(a, shift), _mm512_srlv_epi64(b, shift));
                Self([_mm512_permutex2var_pd(low, a, high), _mm512_permutex2var_pd(low, b, high)])
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
