//! Neuron `i` to neuron `i`.

use super::by_source::{BySource, Keys, Places};
use super::connect::{Arguments, Connect, Described};
use super::ends::Ends;
use crate::error::{CompileError, NetworkError};
use crate::network::check::value_error;
use crate::parallel::Watch;

/// Neuron `i` to neuron `i`; equal sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneToOne;

impl Described for OneToOne {
    const NAME: &'static str = "one_to_one";

    fn read<A: Arguments>(_: &mut A) -> Result<Self, A::Error> {
        Ok(Self)
    }
}

impl Connect for OneToOne {
    fn check(&self, subject: &str, ends: &Ends) -> Result<(), NetworkError> {
        if ends.sources != ends.targets {
            let value = format!("one-to-one of {} and {} neurons", ends.sources, ends.targets);
            return Err(value_error(subject, "rule", value, "equal sizes"));
        }
        if ends.excludes_self {
            return Err(value_error(subject, "autapses", false, "true: one-to-one within a population is all autapses"));
        }
        Ok(())
    }

    fn synapses(&self, ends: &Ends) -> f64 {
        f64::from(ends.sources)
    }

    fn most_inputs(&self, _: &Ends) -> f64 {
        1.0
    }

    fn same_degree(&self, _: &Ends) -> Option<u32> {
        Some(1)
    }

    fn draws(&self, _: &Ends) -> f64 {
        0.0
    }

    fn expected_bytes(&self, _: &Ends, _: bool) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn by_source<'a>(&'a self, _: &Ends, _: &Keys, _: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        Ok(Box::new(*self))
    }
}

impl BySource for OneToOne {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        out.push(source);
    }

    fn out_degree(&self, _: u32, _: &mut Vec<u32>) -> u32 {
        1
    }

    fn places(&self, source: u32) -> Places<'_> {
        Places::From(source as usize)
    }
}
