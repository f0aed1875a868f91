//! As many sources for every target. The rule is stated by target, so it is transposed: within a row, targets ascend, then
//! creation order.

use super::by_source::{BySource, Keys, Places, ROW, poll, skip_own};
use super::connect::{Arguments, Connect, Described};
use super::ends::Ends;
use crate::allocation::{extend, filled};
use crate::error::{CompileError, NetworkError};
use crate::network::check::value_error;
use crate::parallel::Watch;
use crate::random::uniform::distinct;
use crate::random::{Purpose, vector};
use crate::simd::Level;
use std::ops::Range;

const TABLE: &str = "transposing a projection";

/// Every target has `k` sources, drawn uniformly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedInDegree(pub u32);

impl Described for FixedInDegree {
    const NAME: &'static str = "fixed_in_degree";

    fn read<A: Arguments>(values: &mut A) -> Result<Self, A::Error> {
        values.count("FixedInDegree", "k", u32::MAX.into()).map(|k| Self(k as u32))
    }
}

impl Connect for FixedInDegree {
    fn check(&self, subject: &str, ends: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        Ok(check_degree(subject, ("k of FixedInDegree", self.0), (ends.sources, "sources"), ends)?)
    }

    fn synapses(&self, ends: &Ends) -> f64 {
        f64::from(ends.targets) * f64::from(self.0)
    }

    fn most_inputs(&self, _: &Ends) -> f64 {
        f64::from(self.0)
    }

    fn same_degree(&self, _: &Ends) -> Option<u32> {
        None
    }

    fn draws(&self, ends: &Ends) -> f64 {
        self.synapses(ends)
    }

    fn expected_bytes(&self, ends: &Ends, given: bool) -> (f64, f64) {
        let table = self.synapses(ends) * size_of::<u32>() as f64;
        let kept = if given { 2.0 * table } else { table };
        (kept + f64::from(ends.sources) * size_of::<u64>() as f64, table)
    }

    fn by_source<'a>(&'a self, ends: &Ends, keys: &Keys, watch: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        let k = self.0;
        let mut drawn = filled(k as usize * ends.targets as usize, 0, TABLE);
        for (target, row) in (0..ends.targets).zip(drawn.chunks_exact_mut(k.max(1) as usize)) {
            let pool = ends.others(ends.sources);
            let stream = keys.stream(Purpose::Sources, target);
            if ends.multapses {
                vector::fill_below(Level::current(), &stream, pool, row);
            } else {
                row.copy_from_slice(&distinct(&mut stream.words(), pool, k));
            }
            skip_own(ends.own(target), row);
            poll(target as usize * k as usize, k as usize, watch)?;
        }
        Ok(Box::new(Table::transposed(&drawn, k.max(1), ends.sources, keys.given, watch)?))
    }
}

/// Checks a number of synapses of one neuron against the neurons at the other end: as many as it draws, unless it may draw one
/// twice; then it needs any.
pub(super) fn check_degree(
    subject: &str,
    (parameter, k): (&'static str, u32),
    (neurons, what): (u32, &str),
    ends: &Ends,
) -> Result<(), NetworkError> {
    let pool = ends.others(neurons);
    match k > pool {
        true if pool == 0 => Err(value_error(subject, parameter, k, format!("0: there are no {what} but the neuron itself"))),
        true if !ends.multapses => Err(value_error(subject, parameter, k, format!("0 … {pool} {what} with multapses=False"))),
        _ => Ok(()),
    }
}

/// Rows of what was drawn by target.
struct Table {
    first: Vec<u64>,
    targets: Vec<u32>,
    /// For each synapse, its place in the rule's own order; needed only for given weights or delays.
    origin: Vec<u32>,
}

impl Table {
    /// Moves synapses, of which target `t` has the sources `drawn[k t..k (t + 1)]`, to their sources' rows.
    fn transposed(drawn: &[u32], k: u32, sources: u32, keep_origin: bool, watch: Watch<'_>) -> Result<Self, CompileError> {
        let mut first = running_counts(drawn, sources, watch)?;
        let (mut targets, mut origin) = (filled(drawn.len(), 0, TABLE), filled(if keep_origin { drawn.len() } else { 0 }, 0, TABLE));
        for (o, &source) in drawn.iter().enumerate() {
            let at = &mut first[source as usize + 1];
            targets[*at as usize] = o as u32 / k;
            if keep_origin {
                origin[*at as usize] = o as u32;
            }
            *at += 1;
            poll(o, 1, watch)?;
        }
        first.pop();
        Ok(Self { first, targets, origin })
    }

    fn row(&self, source: u32) -> Range<usize> {
        self.first[source as usize] as usize..self.first[source as usize + 1] as usize
    }
}

/// For a counting sort that advances entry `source + 1`: how many synapses have a smaller source.
fn running_counts(drawn: &[u32], sources: u32, watch: Watch<'_>) -> Result<Vec<u64>, CompileError> {
    let mut first = filled(sources as usize + 2, 0u64, TABLE);
    for (o, &source) in drawn.iter().enumerate() {
        first[source as usize + 2] += 1;
        poll(o, 1, watch)?;
    }
    for k in 2..first.len() {
        first[k] += first[k - 1];
    }
    Ok(first)
}

impl BySource for Table {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        extend(out, &self.targets[self.row(source)], ROW);
    }

    fn out_degree(&self, source: u32, _: &mut Vec<u32>) -> u32 {
        self.row(source).len() as u32
    }

    fn places(&self, source: u32) -> Places<'_> {
        Places::Each(&self.origin[self.row(source)])
    }
}
