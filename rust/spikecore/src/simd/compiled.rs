//! Copies of a plain loop, compiled for each instruction-set level. Who expands [`compiled_for`] is a fence.
//!
//! Invariant **K2**: a copy compiled for an instruction set is called only on a CPU that has it ([`super::Level`] is never
//! above [`super::Level::detect`]). All copies give the same bits.

/// Functions that run a plain loop at the level that their caller names. Each is declared as its documentation, its name,
/// the types that it is generic over, if any, its arguments, its result, in brackets the name by which the loop knows the level, the
/// loop, and the names of its two copies.
macro_rules! compiled_for {
    ($(#[$doc:meta] $name:ident $(<$($w:ident: $bound:path),+>)? ($($arg:ident: $ty:ty),*) $(-> $result:ty)?
        [$level:ident] = $call:expr, $avx2:ident, $avx512:ident;)*) => {$(
        #[$doc]
        pub fn $name$(<$($w: $bound),+>)?(level: $crate::simd::Level, $($arg: $ty),*) $(-> $result)? {
            match level {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: K2.
                $crate::simd::Level::Avx512 => unsafe { $avx512($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: K2.
                $crate::simd::Level::Avx2 => unsafe { $avx2($($arg),*) },
                _ => {
                    let $level = $crate::simd::Level::Baseline;
                    $call
                }
            }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2")]
        fn $avx2$(<$($w: $bound),+>)?($($arg: $ty),*) $(-> $result)? {
            let $level = $crate::simd::Level::Avx2;
            $call
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
        fn $avx512$(<$($w: $bound),+>)?($($arg: $ty),*) $(-> $result)? {
            let $level = $crate::simd::Level::Avx512;
            $call
        }
    )*};
}
pub(crate) use compiled_for;
