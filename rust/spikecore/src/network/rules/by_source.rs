//! The synapses of a rule, source by source. Every draw is keyed by (seed, purpose, projection, neuron, draw), so any row can
//! be made by any thread, twice, in any order, with the same result.

use super::ends::Ends;
use crate::allocation::{extend, reserve, resize};
use crate::edges::Edges;
use crate::error::CompileError;
use crate::parallel::Watch;
use crate::random::uniform::distinct;
use crate::random::{Purpose, Stream, vector};
use crate::simd::Level;

/// What this memory is for.
pub const ROW: &str = "a row of synapses";

/// What the rows of a projection depend on besides its rule and its ends.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// Seed of all draws.
    pub seed: u64,
    /// The projection, in declaration order.
    pub projection: u32,
    /// Whether weights or delays are given one by one, in the rule's own order.
    pub given: bool,
    /// Threads to sort with.
    pub threads: usize,
}

impl Keys {
    /// The draws of a neuron.
    pub fn stream(&self, purpose: Purpose, neuron: u32) -> Stream {
        Stream::new(self.seed, purpose, self.projection, neuron.into())
    }
}

/// The synapses of a projection, source by source. A call for a row, never one for a synapse.
pub trait BySource: Send + Sync {
    /// Appends the targets of `source` to `out`, which is empty: ascending where the rule is not stated by source.
    fn targets(&self, source: u32, out: &mut Vec<u32>);

    /// How many targets `source` has; drawn, in `scratch`, only where the rule does not say.
    fn out_degree(&self, source: u32, scratch: &mut Vec<u32>) -> u32;

    /// Where the synapses of `source` stand in the rule's own order.
    fn places(&self, source: u32) -> Places<'_>;
}

/// Where the synapses of a source stand in their rule's own order, in which values are given.
pub enum Places<'a> {
    /// One after another, from here on.
    From(usize),
    /// Each at its place.
    Each(&'a [u32]),
    /// Where this source's pairs stand in a list.
    Listed(&'a Edges<'a>, u32),
}

impl Places<'_> {
    /// Appends those of the given values that belong to the `count` synapses of a source.
    pub fn values<T: Copy>(&self, count: usize, values: &[T], out: &mut Vec<T>) {
        reserve(out, count, ROW);
        match self {
            Self::From(first) => out.extend_from_slice(&values[*first..*first + count]),
            Self::Each(places) => out.extend(places.iter().map(|&place| values[place as usize])),
            Self::Listed(edges, source) => edges.values(*source, values, out),
        }
    }
}

/// Appends `count` targets of `source`, uniform over all but itself where that is excluded.
pub fn draw_targets(ends: &Ends, keys: &Keys, source: u32, count: u32, with_repeats: bool, out: &mut Vec<u32>) {
    let stream = keys.stream(Purpose::Targets, source);
    let pool = ends.others(ends.targets);
    if with_repeats {
        resize(out, count as usize, 0, ROW);
        vector::fill_below(Level::current(), &stream, pool, out);
    } else {
        extend(out, &distinct(&mut stream.words(), pool, count), ROW);
    }
    skip_own(ends.own(source), out);
}

/// Draws over a pool that leaves out `own`: indices at or above it move up by one.
pub fn skip_own(own: Option<u32>, out: &mut [u32]) {
    if let Some(own) = own {
        for t in out {
            *t += u32::from(*t >= own);
        }
    }
}

/// Asks `watch` once per some hundred thousand of `past` synapses, which grow by `step`.
pub fn poll(past: usize, step: usize, watch: Watch<'_>) -> Result<(), CompileError> {
    const EVERY: usize = 1 << 18;
    if past / EVERY != (past + step) / EVERY && !watch(0.0) { Err(CompileError::Interrupted) } else { Ok(()) }
}
