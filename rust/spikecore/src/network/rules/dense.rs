//! Every pair once, by a matrix that is used as it is: its synapses are stored nowhere.

use super::all_to_all::{All, AllToAll};
use super::by_source::{BySource, Keys};
use super::connect::{Arguments, Computed, Connect, Described};
use super::ends::Ends;
use crate::error::CompileError;
use crate::parallel::Watch;

/// Every pair once, weighted by a matrix of (sources, targets).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dense;

impl Described for Dense {
    const NAME: &'static str = "dense";

    fn read<A: Arguments>(_: &mut A) -> Result<Self, A::Error> {
        Ok(Self)
    }
}

impl Connect for Dense {
    fn check(&self, _: &str, _: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        Ok(())
    }

    fn synapses(&self, ends: &Ends) -> f64 {
        AllToAll.synapses(ends)
    }

    fn most_inputs(&self, ends: &Ends) -> f64 {
        AllToAll.most_inputs(ends)
    }

    fn same_degree(&self, ends: &Ends) -> Option<u32> {
        AllToAll.same_degree(ends)
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

    fn computed(&self) -> Option<Computed<'_>> {
        Some(Computed::Matrix)
    }
}
