//! A number of synapses in all. How many each source has is split by an exact multinomial tree, so a row needs no other.

use super::by_source::{BySource, Keys, Places, draw_targets};
use super::connect::{Arguments, Connect, Described};
use super::ends::Ends;
use crate::allocation::with_room;
use crate::error::CompileError;
use crate::network::check::value_error;
use crate::parallel::Watch;
use crate::random::{binomial, most_drawn};
use std::ops::Range;

/// Most synapses of a projection.
const MOST: u64 = 1 << 48;

/// `n` synapses, source and target of each drawn uniformly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedTotalNumber(pub u64);

impl Described for FixedTotalNumber {
    const NAME: &'static str = "fixed_total_number";

    fn read<A: Arguments>(values: &mut A) -> Result<Self, A::Error> {
        values.count("FixedTotalNumber", "n", MOST).map(Self)
    }
}

impl Connect for FixedTotalNumber {
    fn check(&self, subject: &str, ends: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        if !ends.multapses {
            let others = "OneToOne, AllToAll, Bernoulli, FixedInDegree, FixedOutDegree and Pairs";
            let allowed = format!("True with FixedTotalNumber; {others} take False");
            return Err(value_error(subject, "multapses", false, allowed).into());
        }
        if self.0 > 0 && ends.excludes_self && ends.targets < 2 {
            return Err(value_error(subject, "n of FixedTotalNumber", self.0, "0: the only pair is an autapse").into());
        }
        Ok(())
    }

    fn synapses(&self, _: &Ends) -> f64 {
        self.0 as f64
    }

    fn most_inputs(&self, ends: &Ends) -> f64 {
        most_drawn(self.0 as f64 / f64::from(ends.targets))
    }

    fn same_degree(&self, _: &Ends) -> Option<u32> {
        None
    }

    fn draws(&self, _: &Ends) -> f64 {
        0.0
    }

    fn expected_bytes(&self, ends: &Ends, _: bool) -> (f64, f64) {
        let counts = f64::from(ends.sources) * size_of::<u64>() as f64;
        (counts, counts)
    }

    fn by_source<'a>(&'a self, ends: &Ends, keys: &Keys, _: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        let counts = binomial::split(keys.seed, keys.projection, self.0, ends.sources as usize);
        let running = |sum: &mut u64, count| {
            *sum += count;
            Some(*sum)
        };
        let mut first = with_room(counts.len() + 1, "the degrees of a projection");
        first.push(0);
        first.extend(counts.into_iter().scan(0, running));
        Ok(Box::new(Split { first, ends: *ends, keys: *keys }))
    }
}

/// Source `s` has the synapses `first[s]..first[s + 1]` of the rule's order.
struct Split {
    first: Vec<u64>,
    ends: Ends,
    keys: Keys,
}

impl Split {
    fn row(&self, source: u32) -> Range<usize> {
        self.first[source as usize] as usize..self.first[source as usize + 1] as usize
    }
}

impl BySource for Split {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        draw_targets(&self.ends, &self.keys, source, self.row(source).len() as u32, true, out);
    }

    fn out_degree(&self, source: u32, _: &mut Vec<u32>) -> u32 {
        self.row(source).len() as u32
    }

    fn places(&self, source: u32) -> Places<'_> {
        Places::From(self.row(source).start)
    }
}
