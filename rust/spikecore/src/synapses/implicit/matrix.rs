//! Rows of a matrix onto one slice of targets: a spike adds its row, whole, to accumulators that lie in the same order.
//!
//! A core holds of a matrix what concerns its slice, row after row, each padded with zeros to whole [`LANES`]. Rows are
//! added [`TOGETHER`] in one pass, each accumulator getting them one after the other, so sums do not depend on that.
//! Adding a zero never changes a sum: sums begin with +0 and none of them is ever -0.

use crate::number::weight::Weight;
use crate::pages::Pages;
use crate::simd::prefetch::prefetch_element;

/// Rows are padded to multiples of this many weights: a cache line in `f32`.
const LANES: usize = 16;
/// Rows that are added in one pass, read side by side.
const TOGETHER: usize = 4;

/// The rows of all sources onto one slice.
#[derive(Debug)]
pub struct Matrix<W: Weight> {
    rows: Pages<W>,
    /// Weights of a row, padding included.
    width: usize,
    /// Targets.
    len: usize,
}

impl<W: Weight> Matrix<W> {
    /// A matrix of zeros, or the number of bytes that could not be had.
    pub fn zeroed(sources: usize, len: usize) -> Result<Self, u64> {
        let width = Self::width(len);
        Ok(Self { rows: Pages::zeroed(sources * width)?, width, len })
    }

    /// Weights that a row of `len` targets takes.
    pub fn width(len: usize) -> usize {
        len.next_multiple_of(LANES)
    }

    /// Targets.
    pub fn targets(&self) -> usize {
        self.len
    }

    /// The weights of a source.
    pub fn row(&self, source: usize) -> &[W] {
        &self.rows[source * self.width..][..self.len]
    }

    /// The same, to be written.
    pub fn row_mut(&mut self, source: usize) -> &mut [W] {
        &mut self.rows[source * self.width..][..self.len]
    }

    /// All rows, and the length of one, for the loops below.
    pub fn padded(&self) -> (&[W], usize) {
        (&self.rows, self.width)
    }

    /// Bytes.
    pub fn bytes(&self) -> u64 {
        size_of_val(&*self.rows) as u64
    }
}

// Below: flat loops over slices of one length, which become vectors, and no closures, which would be compiled apart,
// without the instructions of their caller.

/// Adds the rows of `sources`, in their order, to `acc`, which is as long as a row.
#[inline(always)]
pub fn add_rows<W: Weight>(rows: &[W], sources: &[u32], acc: &mut [W::Acc]) {
    let width = acc.len();
    let (groups, rest) = sources.as_chunks::<TOGETHER>();
    for (g, group) in groups.iter().enumerate() {
        ask(rows, &sources[(g + 1) * TOGETHER..], width);
        let [a, b, c, d] = select(rows, group, width);
        let acc = &mut acc[..width];
        for k in 0..width {
            acc[k] = W::add(W::add(W::add(W::add(acc[k], a[k]), b[k]), c[k]), d[k]);
        }
    }
    for &source in rest {
        let [row] = select(rows, &[source], width);
        for (sum, &weight) in acc.iter_mut().zip(row) {
            *sum = W::add(*sum, weight);
        }
    }
}

/// Adds the rows of `sources`, in their order: what is positive to one slice of accumulators, what is negative to the other.
#[inline(always)]
pub fn add_rows_by_sign<W: Weight>(rows: &[W], sources: &[u32], positive: &mut [W::Acc], negative: &mut [W::Acc]) {
    let width = positive.len();
    let negative = &mut negative[..width];
    let (groups, rest) = sources.as_chunks::<TOGETHER>();
    for (g, group) in groups.iter().enumerate() {
        ask(rows, &sources[(g + 1) * TOGETHER..], width);
        let [a, b, c, d] = select(rows, group, width);
        for k in 0..width {
            let ([a, e], [b, f], [c, g], [d, h]) = (a[k].parts(), b[k].parts(), c[k].parts(), d[k].parts());
            positive[k] = W::add(W::add(W::add(W::add(positive[k], a), b), c), d);
            negative[k] = W::add(W::add(W::add(W::add(negative[k], e), f), g), h);
        }
    }
    for &source in rest {
        let [row] = select(rows, &[source], width);
        for k in 0..width {
            let [up, down] = row[k].parts();
            (positive[k], negative[k]) = (W::add(positive[k], up), W::add(negative[k], down));
        }
    }
}

/// Asks for the beginnings of the next rows; the hardware goes on by itself.
#[inline(always)]
fn ask<W: Weight>(rows: &[W], sources: &[u32], width: usize) {
    for &source in sources.iter().take(TOGETHER) {
        prefetch_element(rows, source as usize * width);
        prefetch_element(rows, source as usize * width + LANES);
    }
}

/// The rows of some sources.
#[inline(always)]
fn select<'a, W: Weight, const N: usize>(rows: &'a [W], sources: &[u32; N], width: usize) -> [&'a [W]; N] {
    let mut selected: [&[W]; N] = [&[]; N];
    for (row, &source) in selected.iter_mut().zip(sources) {
        *row = &rows[source as usize * width..][..width];
    }
    selected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::weight::Q16;
    use crate::simd::Level;
    use crate::synapses::implicit::compiled;
    use proptest::prelude::*;

    fn levels() -> impl Iterator<Item = Level> {
        [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(|&level| level <= Level::detect())
    }

    fn matrix<W: Weight>(weights: &[f64], len: usize) -> Matrix<W> {
        let mut matrix = Matrix::zeroed(weights.len() / len, len).unwrap();
        for (source, row) in weights.chunks_exact(len).enumerate() {
            for (place, &weight) in matrix.row_mut(source).iter_mut().zip(row) {
                *place = W::encode(weight, 1.0 / 1024.0);
            }
        }
        matrix
    }

    /// Every level against one addition at a time.
    fn check<W: Weight>(weights: &[f64], len: usize, sources: &[u32]) {
        let matrix = matrix::<W>(weights, len);
        let mut expected = vec![[W::Acc::default(); 3]; len];
        for &source in sources {
            for (sums, &weight) in expected.iter_mut().zip(matrix.row(source as usize)) {
                let negative = weight.decode(1.0) < 0.0;
                sums[0] = W::add(sums[0], weight);
                let part = &mut sums[1 + usize::from(negative)];
                *part = W::add(*part, weight);
            }
        }
        let (rows, width) = matrix.padded();
        for level in levels() {
            let mut sums = [0; 3].map(|_| vec![W::Acc::default(); width]);
            let [all, positive, negative] = &mut sums;
            compiled::add_rows(level, rows, sources, all);
            compiled::add_rows_by_sign(level, rows, sources, positive, negative);
            for (which, sums) in sums.iter().enumerate() {
                let bits = |acc: W::Acc| W::value(acc, W::State::default());
                for (place, &sum) in sums.iter().enumerate() {
                    let expected = expected.get(place).map_or(W::Acc::default(), |sums| sums[which]);
                    assert_eq!(sum, expected, "{level:?} {which} {place} {:?}", bits(sum));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn rows_are_added_in_order(
            len in 1usize..70,
            weights in prop::collection::vec(-20.0f64..20.0, 12 * 70),
            sources in prop::collection::vec(0u32..12, 0..15),
        ) {
            check::<f32>(&weights[..12 * len], len, &sources);
            check::<f64>(&weights[..12 * len], len, &sources);
            check::<Q16>(&weights[..12 * len], len, &sources);
        }
    }
}
