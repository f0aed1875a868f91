//! Bulk draws compiled for the instruction-set level in use. A fence: it only calls copies of the safe, plain
//! loops beside it.
//!
//! Invariant **V1**: a copy compiled for an instruction set is called only on a CPU that has it ([`Level`] is never
//! above [`Level::detect`]). All copies give the same bits.

use super::{Discrete, Stream, normal, uniform};
use crate::simd::Level;

macro_rules! compiled_for {
    ($(#[$doc:meta] $name:ident ($($arg:ident: $ty:ty),*) $(-> $result:ty)? = $body:path, $avx2:ident, $avx512:ident;)*) => {$(
        #[$doc]
        pub fn $name($($arg: $ty),*) $(-> $result)? {
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
        fn $avx2($($arg: $ty),*) $(-> $result)? {
            $body($($arg),*)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
        fn $avx512($($arg: $ty),*) $(-> $result)? {
            $body($($arg),*)
        }
    )*};
}

compiled_for! {
    /// See [`normal::fill_truncated`].
    truncated(stream: &Stream, law: (f64, f64), ends: (f64, f64), out: &mut [f64]) -> Result<(), usize>
        = normal::fill_truncated, truncated_avx2, truncated_avx512;
    /// See [`normal::fill_clipped`].
    clipped(stream: &Stream, law: (f64, f64), ends: (f64, f64), out: &mut [f64]) = normal::fill_clipped, clipped_avx2, clipped_avx512;
    /// See [`uniform::fill_below`].
    fill_below(stream: &Stream, n: u32, out: &mut [u32]) = uniform::fill_below, below_avx2, below_avx512;
    /// See [`Discrete::fill`].
    fill_discrete(law: &Discrete, stream: &Stream, out: &mut [u16]) = Discrete::fill, discrete_avx2, discrete_avx512;
}
