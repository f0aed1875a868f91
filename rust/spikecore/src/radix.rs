//! Sorting that can be stopped: large pieces are cut by some bits of their keys, in place, until what is left is small.

use crate::allocation::{filled, resize};
use crate::parallel::Stop;

/// Records that have a key each and can change places.
pub trait Records {
    /// The key of the record at `at`.
    fn key(&self, at: usize) -> usize;
    /// Exchanges two records.
    fn swap(&mut self, a: usize, b: usize);
}

/// Where the records of each key begin and end.
#[derive(Default)]
pub struct Cuts {
    heads: Vec<usize>,
    ends: Vec<usize>,
}

/// Records between two looks at whether to go on.
const LOOK: usize = 1 << 16;

impl Cuts {
    /// The places of records of which `key(0..n)` are the keys, all below `keys`.
    pub fn count(&mut self, keys: usize, n: usize, key: impl Fn(usize) -> usize) {
        self.ends.clear();
        resize(&mut self.ends, keys, 0, "the places of a sort");
        (0..n).for_each(|at| self.ends[key(at)] += 1);
        self.heads.clear();
        resize(&mut self.heads, keys, 0, "the places of a sort");
        let mut sum = 0;
        for (head, end) in self.heads.iter_mut().zip(&mut self.ends) {
            *head = sum;
            sum += *end;
            *end = sum;
        }
    }

    /// One past the last record of each key.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// The next free place of a key, which is taken.
    #[inline]
    pub fn take(&mut self, key: usize) -> usize {
        self.heads[key] += 1;
        self.heads[key] - 1
    }

    /// Brings the records that were counted into the order of their keys; those of one key come in any order.
    pub fn distribute(&mut self, records: &mut impl Records, stop: &Stop<'_>) {
        let mut moved = 0;
        for key in 0..self.ends.len() {
            while self.heads[key] < self.ends[key] {
                let at = self.heads[key];
                let own = records.key(at);
                let place = self.take(own);
                if place != at {
                    records.swap(at, place);
                }
                moved += 1;
                if moved % LOOK == 0 && stop.asked() {
                    return;
                }
            }
        }
    }
}

/// Words by eight of their bits.
struct Digits<'a> {
    words: &'a mut [u64],
    shift: u32,
}

impl Records for Digits<'_> {
    fn key(&self, at: usize) -> usize {
        (self.words[at] >> self.shift) as usize & 255
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.words.swap(a, b);
    }
}

/// Sorts words; where `stop` is asked it may leave them in any order.
pub fn sort(words: &mut [u64], stop: &Stop<'_>) {
    if words.len() <= LOOK {
        return words.sort_unstable();
    }
    let first = words[0];
    let varying = words.iter().fold(0, |varying, word| varying | (word ^ first));
    if varying == 0 || stop.asked() {
        return;
    }
    let shift = varying.ilog2().saturating_sub(7);
    let mut cuts = Cuts { heads: filled(256, 0, "the places of a sort"), ends: vec![] };
    cuts.count(256, words.len(), |at| (words[at] >> shift) as usize & 255);
    cuts.distribute(&mut Digits { words, shift }, stop);
    if shift > 0 {
        let mut begin = 0;
        for &end in cuts.ends() {
            sort(&mut words[begin..end], stop);
            begin = end;
        }
    }
}
