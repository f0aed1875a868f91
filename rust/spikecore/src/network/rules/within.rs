//! A rule between parts of two populations: neurons in a row of the source to neurons in a row of the target.
//!
//! The rule sees the parts as if each were a population, so what it draws are the synapses between two populations of these
//! sizes; only the neurons' places differ. Weights and delays are drawn with the source's place in its population.

use super::Rule;
use super::by_source::{BySource, Keys, Places};
use super::connect::Connect;
use super::ends::Ends;
use crate::error::CompileError;
use crate::network::check::value_error;
use crate::parallel::Watch;
use std::ops::Range;

/// A stored rule, and the neurons that it may connect.
#[derive(Debug)]
pub(super) struct Within {
    /// The rule.
    pub rule: Rule,
    /// Neurons of the source.
    pub sources: Range<u32>,
    /// Neurons of the target.
    pub targets: Range<u32>,
}

impl Within {
    /// What the rule sees of the two parts.
    fn parts(&self, ends: &Ends) -> Ends {
        let (sources, targets) = (self.sources.len() as u32, self.targets.len() as u32);
        Ends { sources, targets, excludes_self: ends.excludes_self && self.sources == self.targets, ..*ends }
    }

    /// Whether some neurons, but not all, stand in both parts.
    fn overlap(&self) -> bool {
        let (a, b) = (&self.sources, &self.targets);
        a != b && a.start.max(b.start) < a.end.min(b.end)
    }
}

impl Connect for Within {
    fn check(&self, subject: &str, ends: &Ends, watch: Watch<'_>) -> Result<(), CompileError> {
        let (a, b) = (&self.sources, &self.targets);
        let subject = &format!("{subject}, [{}:{}] → [{}:{}]", a.start, a.end, b.start, b.end);
        for (what, part, size) in [("sources", &self.sources, ends.sources), ("targets", &self.targets, ends.targets)] {
            if part.is_empty() || part.end > size {
                let allowed = format!("at least one neuron of {size}");
                return Err(value_error(subject, what, format!("[{}:{}]", part.start, part.end), allowed).into());
            }
        }
        if ends.excludes_self && self.overlap() {
            let allowed = "True where two parts of one population share some of their neurons";
            return Err(value_error(subject, "autapses", false, allowed).into());
        }
        if self.rule.is_implicit() {
            return Err(value_error(subject, "rule", "one that is not expanded", "a rule whose synapses are stored").into());
        }
        self.rule.check(subject, &self.parts(ends), watch)
    }

    fn synapses(&self, ends: &Ends) -> f64 {
        self.rule.synapses(&self.parts(ends))
    }

    fn is_random(&self) -> bool {
        self.rule.is_random()
    }

    fn most_inputs(&self, ends: &Ends) -> f64 {
        self.rule.most_inputs(&self.parts(ends))
    }

    fn same_degree(&self, ends: &Ends) -> Option<u32> {
        let whole = self.sources.len() == ends.sources as usize;
        self.rule.same_degree(&self.parts(ends)).filter(|_| whole)
    }

    fn draws(&self, ends: &Ends) -> f64 {
        self.rule.draws(&self.parts(ends))
    }

    fn expected_bytes(&self, ends: &Ends, given: bool) -> (f64, f64) {
        self.rule.expected_bytes(&self.parts(ends), given)
    }

    fn by_source<'a>(&'a self, ends: &Ends, keys: &Keys, watch: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        let rows = self.rule.by_source(&self.parts(ends), keys, watch)?;
        Ok(Box::new(Moved { rows, sources: self.sources.clone(), first_target: self.targets.start }))
    }
}

/// Rows of a rule, for neurons that stand elsewhere.
struct Moved<'a> {
    rows: Box<dyn BySource + 'a>,
    sources: Range<u32>,
    first_target: u32,
}

impl BySource for Moved<'_> {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        if self.sources.contains(&source) {
            self.rows.targets(source - self.sources.start, out);
            out.iter_mut().for_each(|target| *target += self.first_target);
        }
    }

    fn out_degree(&self, source: u32, scratch: &mut Vec<u32>) -> u32 {
        if self.sources.contains(&source) { self.rows.out_degree(source - self.sources.start, scratch) } else { 0 }
    }

    fn places(&self, source: u32) -> Places<'_> {
        if self.sources.contains(&source) { self.rows.places(source - self.sources.start) } else { Places::From(0) }
    }
}
