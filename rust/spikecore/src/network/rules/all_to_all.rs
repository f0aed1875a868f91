//! Every pair once.

use super::by_source::{BySource, Keys, Places, ROW};
use super::connect::{Arguments, Connect, Described};
use super::ends::Ends;
use crate::allocation::reserve;
use crate::error::CompileError;
use crate::parallel::Watch;

/// Every pair once, source by source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllToAll;

impl Described for AllToAll {
    const NAME: &'static str = "all_to_all";

    fn read<A: Arguments>(_: &mut A) -> Result<Self, A::Error> {
        Ok(Self)
    }
}

impl Connect for AllToAll {
    fn check(&self, _: &str, _: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        Ok(())
    }

    fn synapses(&self, ends: &Ends) -> f64 {
        ends.pairs()
    }

    fn most_inputs(&self, ends: &Ends) -> f64 {
        f64::from(ends.sources)
    }

    fn same_degree(&self, ends: &Ends) -> Option<u32> {
        Some(ends.others(ends.targets))
    }

    fn draws(&self, _: &Ends) -> f64 {
        0.0
    }

    fn expected_bytes(&self, _: &Ends, _: bool) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn by_source<'a>(&'a self, ends: &Ends, _: &Keys, _: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        Ok(Box::new(All(*ends)))
    }
}

/// All targets for every source.
pub(super) struct All(pub Ends);

impl BySource for All {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        let own = self.0.own(source);
        reserve(out, self.0.targets as usize, ROW);
        out.extend((0..self.0.targets).filter(|&t| Some(t) != own));
    }

    fn out_degree(&self, _: u32, _: &mut Vec<u32>) -> u32 {
        self.0.others(self.0.targets)
    }

    fn places(&self, source: u32) -> Places<'_> {
        Places::From(source as usize * self.0.others(self.0.targets) as usize)
    }
}
