//! Bulk draws compiled for the instruction-set level in use. A fence: it only calls copies of the safe, plain
//! loops beside it.
//!
//! Invariant **V1**: a copy compiled for an instruction set is called only on a CPU that has it ([`Level`] is never
//! above [`Level::detect`]). All copies give the same bits.

use super::discrete::Discrete;
use super::philox::Stream;
use super::{discrete, normal, uniform};
use crate::simd::Level;

macro_rules! compiled_for {
    ($(#[$doc:meta] $name:ident ($($arg:ident: $ty:ty),*) = $body:path, $avx2:ident, $avx512:ident;)*) => {$(
        #[$doc]
        pub fn $name($($arg: $ty),*) {
            match Level::current() {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: V1.
                Level::Avx512 => unsafe { $avx512($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: V1.
                Level::Avx2 => unsafe { $avx2($($arg),*) },
                _ => $body($($arg),*),
            }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2")]
        fn $avx2($($arg: $ty),*) {
            $body($($arg),*);
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
        fn $avx512($($arg: $ty),*) {
            $body($($arg),*);
        }
    )*};
}

compiled_for! {
    /// See [`normal::fill_standard`].
    fill_standard(stream: &Stream, out: &mut [f32]) = normal::fill_standard, standard_avx2, standard_avx512;
    /// See [`uniform::fill_below`].
    fill_below(stream: &Stream, n: u32, out: &mut [u32]) = uniform::fill_below, below_avx2, below_avx512;
    /// See [`discrete::fill`].
    fill_discrete(law: &Discrete, stream: &Stream, out: &mut [u16]) = discrete::fill, discrete_avx2, discrete_avx512;
}
