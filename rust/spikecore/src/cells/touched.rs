//! Which cells have got something: a bit per cell, and a bit per word of those, so that looking costs by what is found.

use crate::allocation::filled;

/// Takes note of a cell that gets input; `()` takes none.
pub trait Mark {
    /// The cell gets input.
    fn mark(&mut self, cell: usize);
    /// The cells `first..first + n` get input.
    fn mark_all(&mut self, first: usize, n: usize);
}

impl Mark for () {
    #[inline(always)]
    fn mark(&mut self, _: usize) {}
    #[inline(always)]
    fn mark_all(&mut self, _: usize, _: usize) {}
}

/// Bits of cells.
#[derive(Debug)]
pub struct Touched {
    words: Box<[u64]>,
    summary: Box<[u64]>,
}

impl Mark for Touched {
    #[inline(always)]
    fn mark(&mut self, cell: usize) {
        let word = cell / 64;
        self.words[word] |= 1 << (cell % 64);
        self.summary[word / 64] |= 1 << (word % 64);
    }

    fn mark_all(&mut self, first: usize, n: usize) {
        let end = first + n;
        for word in first / 64..end.div_ceil(64) {
            let low = first.saturating_sub(word * 64);
            let high = (end - word * 64).min(64);
            self.words[word] |= (u64::MAX << low) & (u64::MAX >> (64 - high));
            self.summary[word / 64] |= 1 << (word % 64);
        }
    }
}

impl Touched {
    /// None of so many touched, a multiple of 4,096.
    pub fn new(cells: usize) -> Self {
        let none = |words| filled(words, 0, "marks of cells").into();
        Self { words: none(cells / 64), summary: none(cells / 4096) }
    }

    /// Takes all marks away.
    pub fn reset(&mut self) {
        self.words.fill(0);
        self.summary.fill(0);
    }

    /// Takes the marks of the cells `first..first + n`, both multiples of 64, as (word from `first`, bits), ascending.
    pub fn take(&mut self, first: usize, n: usize, mut take: impl FnMut(usize, u64)) {
        let (begin, end) = (first / 64, (first + n) / 64);
        for group in begin / 64..end.div_ceil(64) {
            let low = begin.saturating_sub(group * 64);
            let high = (end - group * 64).min(64);
            let inside = (u64::MAX << low) & (u64::MAX >> (64 - high));
            let mut bits = self.summary[group] & inside;
            self.summary[group] &= !inside;
            while bits != 0 {
                let word = group * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                take(word - begin, std::mem::take(&mut self.words[word]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_once_in_order_and_only_inside() {
        const CELLS: usize = 65_536;
        let mut touched = Touched::new(CELLS);
        let cells = [0, 1, 63, 64, 4095, 4096, 4159, 8192, 65_535];
        cells.iter().for_each(|&cell| touched.mark(cell));
        let mut taken = vec![];
        let mut all = |touched: &mut Touched, first, n| {
            taken.clear();
            touched.take(first, n, |word, bits| {
                taken.extend((0..64).filter(|b| bits >> b & 1 == 1).map(|b| first + word * 64 + b));
            });
            taken.clone()
        };
        assert_eq!(all(&mut touched, 64, 4096), [64, 4095, 4096, 4159]);
        assert_eq!(all(&mut touched, 64, 4096), [0usize; 0]);
        assert_eq!(all(&mut touched, 8192, 57_344), [8192, 65_535]);
        assert_eq!(all(&mut touched, 0, CELLS), [0, 1, 63]);
        touched.mark_all(100, 130);
        assert_eq!(all(&mut touched, 0, CELLS), (100..230).collect::<Vec<_>>());
        for (first, n) in [(0, 1), (63, 2), (64, 64), (70, 3), (4090, 200), (CELLS - 5, 5), (9, 0), (64, 0)] {
            touched.mark_all(first, n);
            assert_eq!(all(&mut touched, 0, CELLS), (first..first + n).collect::<Vec<_>>());
        }
        touched.mark_all(100, 130);
        touched.reset();
        assert_eq!(all(&mut touched, 0, CELLS), [0usize; 0]);
    }
}
