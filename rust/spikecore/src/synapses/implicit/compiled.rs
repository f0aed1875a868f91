//! The sums over rows of a matrix, compiled for each instruction-set level. A fence: it calls copies of the safe, plain
//! loops beside it (invariant K2 of [`crate::simd::compiled`]).

use super::matrix;
use crate::number::weight::Weight;
use crate::simd::compiled::compiled_for;

compiled_for! {
    /// See [`matrix::add_rows`].
    add_rows<W: Weight>(rows: &[W], sources: &[u32], acc: &mut [W::Acc])
        [_level] = matrix::add_rows(rows, sources, acc), rows_avx2, rows_avx512;
    /// See [`matrix::add_rows_by_sign`].
    add_rows_by_sign<W: Weight>(rows: &[W], sources: &[u32], positive: &mut [W::Acc], negative: &mut [W::Acc])
        [_level] = matrix::add_rows_by_sign(rows, sources, positive, negative), by_sign_avx2, by_sign_avx512;
}
