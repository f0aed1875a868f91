//! As many targets for every source.

use super::by_source::{BySource, Keys, Places, draw_targets};
use super::connect::{Arguments, Connect, Described};
use super::ends::Ends;
use super::fixed_in_degree::check_degree;
use crate::error::CompileError;
use crate::parallel::Watch;
use crate::random::most_drawn;

/// Every source has `k` targets, drawn uniformly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedOutDegree(pub u32);

impl Described for FixedOutDegree {
    const NAME: &'static str = "fixed_out_degree";

    fn read<A: Arguments>(values: &mut A) -> Result<Self, A::Error> {
        values.count("FixedOutDegree", "k", u32::MAX.into()).map(|k| Self(k as u32))
    }
}

impl Connect for FixedOutDegree {
    fn check(&self, subject: &str, ends: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        Ok(check_degree(subject, ("k of FixedOutDegree", self.0), (ends.targets, "targets"), ends)?)
    }

    fn synapses(&self, ends: &Ends) -> f64 {
        f64::from(ends.sources) * f64::from(self.0)
    }

    fn most_inputs(&self, ends: &Ends) -> f64 {
        let (sources, targets) = (f64::from(ends.sources), f64::from(ends.targets));
        let most = most_drawn(f64::from(self.0) * sources / targets);
        if ends.multapses { most } else { most.min(sources) }
    }

    fn same_degree(&self, _: &Ends) -> Option<u32> {
        Some(self.0)
    }

    fn draws(&self, _: &Ends) -> f64 {
        0.0
    }

    fn expected_bytes(&self, _: &Ends, _: bool) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn by_source<'a>(&'a self, ends: &Ends, keys: &Keys, _: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        Ok(Box::new(Drawn { k: self.0, ends: *ends, keys: *keys }))
    }
}

/// `k` targets of every source.
struct Drawn {
    k: u32,
    ends: Ends,
    keys: Keys,
}

impl BySource for Drawn {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        draw_targets(&self.ends, &self.keys, source, self.k, self.ends.multapses, out);
    }

    fn out_degree(&self, _: u32, _: &mut Vec<u32>) -> u32 {
        self.k
    }

    fn places(&self, source: u32) -> Places<'_> {
        Places::From(source as usize * self.k as usize)
    }
}
