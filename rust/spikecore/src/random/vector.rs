//! Bulk draws compiled for each instruction-set level. A fence: it calls copies of the safe, plain loops beside it
//! (invariant K2 of [`crate::simd::compiled`]).

use super::{Discrete, Stream, normal, uniform};
use crate::simd::compiled::compiled_for;

compiled_for! {
    /// See [`normal::fill_truncated`].
    truncated(stream: &Stream, law: (f64, f64), ends: (f64, f64), out: &mut [f64]) -> Result<(), usize>
        [_level] = normal::fill_truncated(stream, law, ends, out), truncated_avx2, truncated_avx512;
    /// See [`normal::fill_clipped`].
    clipped(stream: &Stream, law: (f64, f64), ends: (f64, f64), out: &mut [f64])
        [_level] = normal::fill_clipped(stream, law, ends, out), clipped_avx2, clipped_avx512;
    /// See [`uniform::fill_below`].
    fill_below(stream: &Stream, n: u32, out: &mut [u32])
        [_level] = uniform::fill_below(stream, n, out), below_avx2, below_avx512;
    /// See [`Discrete::fill`].
    fill_discrete(law: &Discrete, stream: &Stream, out: &mut [u16])
        [_level] = law.fill(stream, out), discrete_avx2, discrete_avx512;
}
