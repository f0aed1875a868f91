//! Neuron `i` to neuron `i`.

use super::by_source::{BySource, Keys, Places};
use super::connect::{Arguments, Connect, Described};
use super::ends::Ends;
use crate::error::CompileError;
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
    fn check(&self, subject: &str, ends: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        if ends.sources != ends.targets {
            let allowed = format!("{}, the size of the source, for OneToOne", ends.sources);
            return Err(value_error(subject, "the size of the target", ends.targets, allowed).into());
        }
        if ends.excludes_self {
            let allowed = "True: OneToOne of a population onto itself has only autapses";
            return Err(value_error(subject, "autapses", false, allowed).into());
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
