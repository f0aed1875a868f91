//! Spikes of each neuron of a slice, at a cost that follows spikes: what a run has changed is found without looking at the
//! silent.
//!
//! Spikes of the current run are counted apart from those before it, and a bitmap has a bit for each block of
//! neurons with any. Between two runs they are added to the rest ([`SpikeCounts::fold`]).
//!
//! Invariants: a neuron outside the marked blocks has no spikes in this run; `earlier` is the sum over `before`.

use crate::allocation::{self, filled, push};
use crate::id::{BLOCK, NeuronId};
use crate::pages::Pages;
use std::ops::Range;

/// Spikes, and spikes × out-degree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub spikes: u64,
    pub operations: u64,
}

impl std::ops::Add for Sums {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { spikes: self.spikes + other.spikes, operations: self.operations + other.operations }
    }
}

/// Neurons and how often each has spiked; the silent are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SparseCounts {
    /// Global ids.
    pub neurons: Vec<NeuronId>,
    /// Spikes of each.
    pub spikes: Vec<u64>,
}

/// The counts of one slice.
#[derive(Debug)]
pub struct SpikeCounts {
    /// Of each neuron before this run.
    before: Pages<u64>,
    /// Of each neuron in this run.
    here: Pages<u64>,
    /// Blocks of neurons with spikes in this run, a bit each.
    marked: Vec<u64>,
    /// What happened before this run.
    earlier: Sums,
}

impl SpikeCounts {
    /// Of `len` neurons that have not spiked.
    pub fn new(len: usize) -> Self {
        let zeroed = || Pages::zeroed(len).unwrap_or_else(|_| allocation::unwind::<u64>(len, "counts of spikes"));
        let words = len.div_ceil(BLOCK).div_ceil(64);
        Self { before: zeroed(), here: zeroed(), marked: filled(words, 0, "counts of spikes"), earlier: Sums::default() }
    }

    /// Of as many neurons, without spikes.
    pub fn replica(&self) -> Self {
        Self::new(self.here.len())
    }

    /// Counts a spike of neuron `k`.
    #[inline(always)]
    pub fn add(&mut self, k: usize) {
        self.here[k] += 1;
        self.marked[k / (BLOCK * 64)] |= 1 << (k / BLOCK % 64);
    }

    /// The place where a neuron's spikes are counted, to ask for its memory.
    #[inline(always)]
    pub fn places(&self) -> &[u64] {
        &self.here
    }

    /// Forgets all spikes.
    pub fn reset(&mut self) {
        ranges(&self.marked, self.here.len()).for_each(|range| self.here[range].fill(0));
        self.marked.fill(0);
        if std::mem::take(&mut self.earlier).spikes > 0 {
            self.before.fill(0);
        }
    }

    /// What has happened since the machine was made or reset, with these out-degrees of the slice's neurons.
    pub fn sums(&self, degrees: &[u32]) -> Sums {
        ranges(&self.marked, self.here.len()).fold(self.earlier, |sum, range| {
            let (here, degrees) = (&self.here[range.clone()], &degrees[range]);
            let operations = here.iter().zip(degrees).map(|(&spikes, &degree)| spikes * u64::from(degree)).sum();
            sum + Sums { spikes: here.iter().sum(), operations }
        })
    }

    /// Begins a run: what was counted belongs to the time before it.
    pub fn fold(&mut self, degrees: &[u32]) {
        self.earlier = self.sums(degrees);
        for k in ranges(&self.marked, self.here.len()).flatten() {
            self.before[k] += std::mem::take(&mut self.here[k]);
        }
        self.marked.fill(0);
    }

    /// Appends the neurons that have spiked in this run; ids begin at `first`.
    pub fn list(&self, first: NeuronId, all: &mut SparseCounts) {
        for k in ranges(&self.marked, self.here.len()).flatten().filter(|&k| self.here[k] != 0) {
            push(&mut all.neurons, first + k as NeuronId, "counts of spikes");
            push(&mut all.spikes, self.here[k], "counts of spikes");
        }
    }

    /// Writes the spikes of every neuron since the machine was made or reset.
    pub fn write(&self, all: &mut [u64]) {
        for (k, all) in all.iter_mut().enumerate() {
            *all = self.before[k] + self.here[k];
        }
    }

    /// Bytes of all.
    pub fn bytes(&self) -> u64 {
        (2 * size_of_val(&*self.here) + size_of_val(&*self.marked)) as u64
    }
}

/// The neurons of the marked blocks of a slice of `len`, block by block.
fn ranges(marked: &[u64], len: usize) -> impl Iterator<Item = Range<usize>> {
    marked.iter().enumerate().flat_map(move |(word, &bits)| {
        let left = std::iter::successors(Some(bits), |bits| Some(bits & bits.wrapping_sub(1)));
        left.take_while(|&bits| bits != 0).map(move |bits| {
            let first = (word * 64 + bits.trailing_zeros() as usize) * BLOCK;
            first..len.min(first + BLOCK)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts in which these neurons have spiked, in runs of their own.
    fn counted(len: usize, runs: &[&[usize]], degrees: &[u32]) -> SpikeCounts {
        let mut counts = SpikeCounts::new(len);
        for run in runs {
            counts.fold(degrees);
            run.iter().for_each(|&k| counts.add(k));
        }
        counts
    }

    #[test]
    fn counts_sums_and_lists_agree_whatever_the_runs() {
        let len = 64 * BLOCK + 300;
        let degrees: Vec<u32> = (0..len as u32).map(|k| k % 7).collect();
        let spikes = [0, 127, 128, 129, 129, 64 * BLOCK - 1, 64 * BLOCK, len - 1, len - 1];
        let mut expected = vec![0; len];
        spikes.iter().for_each(|&k| expected[k] += 1);
        let operations = spikes.iter().map(|&k| u64::from(degrees[k])).sum();
        for cut in 0..=spikes.len() {
            let (first, second) = spikes.split_at(cut);
            let mut counts = counted(len, &[first, second], &degrees);
            assert_eq!(counts.sums(&degrees), Sums { spikes: 9, operations }, "cut at {cut}");
            let (mut all, mut list) = (vec![0; len], SparseCounts::default());
            counts.write(&mut all);
            assert_eq!(all, expected, "cut at {cut}");
            counts.list(1000, &mut list);
            assert_eq!(list.spikes.iter().sum::<u64>(), second.len() as u64);
            assert!(
                list.neurons
                    .iter()
                    .zip(&list.spikes)
                    .all(|(&id, &n)| second.iter().filter(|&&k| k as u32 + 1000 == id).count() as u64 == n)
            );
            counts.reset();
            counts.write(&mut all);
            assert_eq!((counts.sums(&degrees), all.iter().sum::<u64>()), (Sums::default(), 0));
        }
    }
}
