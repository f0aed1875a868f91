//! Given pairs by their sources: the rows of a list of edges, whatever its order. Within a row targets ascend, and edges
//! with one target keep the order in which they were given.
//!
//! A list that is in this order already is used as it is. Another is cut, by the high bits of the source, into bins that
//! fit a cache, and each bin is sorted there. Every edge is one word, its target above its place in the list, so the words
//! of a row order themselves, no step needs to be stable, and nothing depends on which thread does what. Besides the
//! words (8 B per edge, kept) this takes 2 B per edge while it sorts, and 8 B per source.

use crate::allocation::{OutOfMemory, copied, extend, filled, gathered, push, reserve};
use crate::error::CompileError;
use crate::pages::{Pages, Zeroable};
use crate::parallel::{Stop, Watch, few_or_each};
use crate::radix::{Cuts, Records, sort};
use std::ops::Range;
use std::sync::Mutex;

/// Edges of an average bin, and least edges of a job.
const BIN: usize = 1 << 16;
/// Bins are at most so many where sources allow it.
const MOST_BINS: usize = 1 << 10;
/// Fewer edges than these are sorted by the calling thread: it takes less time than starting others.
const FEW: usize = 1 << 14;
/// Edges between two looks at whether to go on.
const LOOK: usize = 1 << 12;
/// Larger bins are sorted in place, smaller ones from a copy, which is faster.
const COPIED: usize = 1 << 20;

const WHAT: &str = "sorting the pairs of a projection";

/// Bytes that the rows of a list will take, but for 8 B per source, and what sorting it takes besides.
pub fn expected_bytes((from, to): (&[u32], &[u32])) -> (f64, f64) {
    let order = |k: usize| (from[k - 1], to[k - 1]) <= (from[k], to[k]);
    if (1..from.len()).all(order) {
        return (0.0, 0.0);
    }
    let n = from.len() as f64;
    (n * size_of::<u64>() as f64, n * size_of::<u16>() as f64)
}

/// Rows of given pairs.
pub struct Edges<'a> {
    /// Row `s` is `first[s]..first[s + 1]`.
    first: Vec<u64>,
    words: Words<'a>,
}

enum Words<'a> {
    /// The list is in order: its targets.
    Given(&'a [u32]),
    /// Each edge's target above its place in the list.
    Sorted(Pages<u64>),
}

/// How a list is cut into bins of `1 << shift` sources.
struct Bins {
    shift: u32,
    /// First edge of each bin once they are in order, and their number.
    first: Vec<usize>,
    by_source: bool,
    in_order: bool,
}

/// Edges of consecutive bins: what a thread sorts in one go.
struct Piece<'a> {
    bins: Range<usize>,
    words: &'a mut [u64],
    /// The low bits of each edge's source.
    sources: &'a mut [u16],
    /// The ends of the rows.
    ends: &'a mut [u64],
}

/// What a thread needs to sort bins.
#[derive(Default)]
struct Scratch {
    cuts: Cuts,
    copy: Vec<u64>,
}

/// The edges of a bin, by source.
struct BySource<'a> {
    words: &'a mut [u64],
    sources: &'a mut [u16],
}

impl Records for BySource<'_> {
    fn key(&self, at: usize) -> usize {
        usize::from(self.sources[at])
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.words.swap(a, b);
        self.sources.swap(a, b);
    }
}

impl<'a> Edges<'a> {
    /// The rows of `sources` neurons; all sources of the list are below, and it has at most 2^32 edges.
    pub fn new((from, to): (&'a [u32], &'a [u32]), sources: u32, threads: usize, watch: Watch<'_>) -> Result<Self, CompileError> {
        let bins = Bins::survey((from, to), sources, threads, &mut *watch)?;
        let mut first = filled(sources as usize + 1, 0u64, WHAT);
        let n = if bins.in_order { 0 } else { from.len() };
        let mut words = pages(n)?;
        let mut low = pages(if bins.by_source { 0 } else { n })?;
        if !bins.by_source {
            scatter((from, to), &bins, threads, (&mut words, &mut low), &mut *watch)?;
        }
        let pieces = bins.pieces(&mut words, &mut low, &mut first[1..]);
        few_or_each(from.len() < FEW, threads, pieces, watch, Scratch::default, |scratch, piece, stop| {
            sort_piece((from, to), &bins, piece, scratch, stop);
        })?;
        Ok(Self { first, words: if bins.in_order { Words::Given(to) } else { Words::Sorted(words) } })
    }

    fn row(&self, source: u32) -> Range<usize> {
        self.first[source as usize] as usize..self.first[source as usize + 1] as usize
    }

    /// How many edges leave `source`.
    pub fn degree(&self, source: u32) -> usize {
        self.row(source).len()
    }

    /// Appends the targets of `source`.
    pub fn targets(&self, source: u32, out: &mut Vec<u32>) {
        reserve(out, self.degree(source), WHAT);
        match &self.words {
            Words::Given(targets) => out.extend_from_slice(&targets[self.row(source)]),
            Words::Sorted(words) => out.extend(words[self.row(source)].iter().map(|word| (word >> 32) as u32)),
        }
    }

    /// Appends what `values`, in the order of the list, hold for the edges of `source`; there is room for them.
    pub fn values<T: Copy>(&self, source: u32, values: &[T], out: &mut Vec<T>) {
        match &self.words {
            Words::Given(_) => out.extend_from_slice(&values[self.row(source)]),
            Words::Sorted(words) => out.extend(words[self.row(source)].iter().map(|&word| values[word as u32 as usize])),
        }
    }

    /// The place in the list of an edge that repeats another: of the lowest such pair, the second.
    pub fn repeated(&self) -> Option<usize> {
        let sources = 0..self.first.len() as u32 - 1;
        sources.into_iter().find_map(|source| {
            let row = self.row(source);
            match &self.words {
                Words::Given(targets) => targets[row.clone()].windows(2).position(|w| w[0] == w[1]).map(|k| row.start + k + 1),
                Words::Sorted(words) => words[row].windows(2).find(|w| w[0] >> 32 == w[1] >> 32).map(|w| w[1] as u32 as usize),
            }
        })
    }
}

impl Bins {
    /// Counts a list's edges by bins, and sees in what order they are.
    fn survey((from, to): (&[u32], &[u32]), sources: u32, threads: usize, watch: Watch<'_>) -> Result<Self, CompileError> {
        let wanted = (from.len() / BIN).clamp(1, MOST_BINS).next_power_of_two().ilog2();
        let shift = (u32::BITS - sources.saturating_sub(1).leading_zeros()).saturating_sub(wanted).min(16);
        let bins = (sources.saturating_sub(1) >> shift) as usize + 1;
        let total = Mutex::new(Self { shift, first: filled(bins + 1, 0, WHAT), by_source: true, in_order: true });
        let part = from.len().div_ceil(threads.max(1)).max(FEW);
        let parts = gathered((0..from.len()).step_by(part).map(|begin| begin..(begin + part).min(from.len())), WHAT);
        few_or_each(
            from.len() < FEW,
            threads,
            parts,
            watch,
            || (),
            |(), part, stop| {
                let mut counts = filled(bins, 0usize, WHAT);
                let (mut by_source, mut in_order) = (true, true);
                let begin = part.start.saturating_sub(1);
                let mut last = (from[begin], to[begin]);
                for piece in (part.start..part.end).step_by(LOOK) {
                    let piece = piece..(piece + LOOK).min(part.end);
                    for edge in from[piece.clone()].iter().copied().zip(to[piece].iter().copied()) {
                        counts[(edge.0 >> shift) as usize] += 1;
                        by_source &= last.0 <= edge.0;
                        in_order &= (last.0 < edge.0) | ((last.0 == edge.0) & (last.1 <= edge.1));
                        last = edge;
                    }
                    if stop.asked() {
                        return;
                    }
                }
                let mut total = total.lock().expect("no holder panics");
                total.first[1..].iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                total.by_source &= by_source;
                total.in_order &= in_order;
            },
        )?;
        let mut bins = total.into_inner().expect("no holder panics");
        for bin in 1..bins.first.len() {
            bins.first[bin] += bins.first[bin - 1];
        }
        Ok(bins)
    }

    /// Consecutive bins with at least `edges` edges each, but for the last.
    fn groups(&self, edges: usize) -> Vec<Range<usize>> {
        let (mut groups, mut begin) = (vec![], 0);
        let last = self.first.len() - 1;
        for end in 1..=last {
            if self.first[end] - self.first[begin] >= edges || end == last {
                push(&mut groups, begin..end, WHAT);
                begin = end;
            }
        }
        groups
    }

    /// Cuts what holds something for each edge, or nothing at all.
    fn cut<'a, T>(&self, bins: &Range<usize>, all: &mut &'a mut [T]) -> &'a mut [T] {
        let n = (self.first[bins.end] - self.first[bins.start]).min(all.len());
        all.split_off_mut(..n).expect("invariant: no more than there are")
    }

    /// What is to be sorted, in pieces.
    fn pieces<'a>(&self, mut words: &'a mut [u64], mut sources: &'a mut [u16], mut ends: &'a mut [u64]) -> Vec<Piece<'a>> {
        let piece = |bins: Range<usize>| {
            let rows = (bins.len() << self.shift).min(ends.len());
            let ends = ends.split_off_mut(..rows).expect("invariant: no more than there are");
            Piece { words: self.cut(&bins, &mut words), sources: self.cut(&bins, &mut sources), ends, bins }
        };
        gathered(self.groups(BIN).into_iter().map(piece), WHAT)
    }
}

/// Brings every edge into its bin: each thread reads all edges and writes those of its bins.
fn scatter(
    (from, to): (&[u32], &[u32]),
    bins: &Bins,
    threads: usize,
    (mut words, mut sources): (&mut [u64], &mut [u16]),
    watch: Watch<'_>,
) -> Result<(), CompileError> {
    let groups = bins.groups(from.len().div_ceil(threads.max(1)));
    let jobs = gathered(groups.into_iter().map(|group| (bins.cut(&group, &mut words), bins.cut(&group, &mut sources), group)), WHAT);
    few_or_each(
        from.len() < FEW,
        threads,
        jobs,
        watch,
        || (),
        |(), (words, sources, group), stop| {
            let begin = bins.first[group.start];
            let mut free = copied(&bins.first[group.clone()], WHAT);
            free.iter_mut().for_each(|place| *place -= begin);
            let own = |source: u32| group.contains(&((source >> bins.shift) as usize));
            let mut picked = [0u32; LOOK];
            for piece in (0..from.len()).step_by(LOOK) {
                let mut n = 0;
                for (place, &source) in (piece as u32..).zip(&from[piece..(piece + LOOK).min(from.len())]) {
                    picked[n] = place;
                    n += usize::from(own(source));
                }
                for &place in &picked[..n] {
                    let source = from[place as usize];
                    let at = &mut free[(source >> bins.shift) as usize - group.start];
                    words[*at] = word(to, place as usize);
                    sources[*at] = (source & ((1 << bins.shift) - 1)) as u16;
                    *at += 1;
                }
                if stop.asked() {
                    return;
                }
            }
        },
    )
}

/// An edge: its target above its place.
fn word(to: &[u32], place: usize) -> u64 {
    u64::from(to[place]) << 32 | place as u64
}

/// Sorts the edges of some bins, and says where their rows end.
fn sort_piece((from, to): (&[u32], &[u32]), bins: &Bins, piece: Piece<'_>, scratch: &mut Scratch, stop: &Stop<'_>) {
    let Piece { bins: range, mut words, mut sources, mut ends } = piece;
    for bin in range {
        if stop.asked() {
            return;
        }
        let begin = bins.first[bin];
        let n = bins.first[bin + 1] - begin;
        let rows = ends.split_off_mut(..ends.len().min(1 << bins.shift)).expect("invariant: no more than there are");
        let words = bins.cut(&(bin..bin + 1), &mut words);
        let sources = bins.cut(&(bin..bin + 1), &mut sources);
        let cuts = &mut scratch.cuts;
        if bins.by_source {
            let mask = (1u32 << bins.shift) - 1;
            cuts.count(rows.len(), n, |k| (from[begin + k] & mask) as usize);
            words.iter_mut().enumerate().for_each(|(k, own)| *own = word(to, begin + k));
        } else {
            cuts.count(rows.len(), n, |k| usize::from(sources[k]));
            if bins.shift == 0 {
                // One row.
            } else if n > COPIED {
                cuts.distribute(&mut BySource { words: &mut *words, sources }, stop);
            } else {
                scratch.copy.clear();
                extend(&mut scratch.copy, words, WHAT);
                scratch.copy.iter().zip(&*sources).for_each(|(&edge, &source)| words[cuts.take(usize::from(source))] = edge);
            }
        }
        let mut row = 0;
        for (end, &cut) in rows.iter_mut().zip(cuts.ends()) {
            *end = (begin + cut) as u64;
            if !bins.in_order {
                sort(&mut words[row..cut], stop);
            }
            row = cut;
        }
    }
}

fn pages<T: Zeroable>(n: usize) -> Result<Pages<T>, CompileError> {
    Pages::zeroed(n).map_err(|bytes| CompileError::OutOfMemory(OutOfMemory { bytes, what: WHAT }))
}

#[cfg(test)]
#[path = "edges_tests.rs"]
mod tests;
