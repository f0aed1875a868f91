//! Windows in which all have one weight, channel by channel: its synapses are stored nowhere. What pairs it connects is that of
//! a convolution with as many groups.

use super::by_source::{BySource, Keys};
use super::connect::{Arguments, Computed, Connect, Described};
use super::convolution::{self, Convolution};
use super::ends::Ends;
use crate::error::CompileError;
use crate::network::{Window, Windows};
use crate::parallel::Watch;

/// Windows in which all have one weight, channel by channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pooling(pub Windows);

impl Described for Pooling {
    const NAME: &'static str = "pooling";

    fn read<A: Arguments>(values: &mut A) -> Result<Self, A::Error> {
        let windows = values.planes()?.windows("Pooling", Window::Size);
        windows.map(Self).map_err(A::refused)
    }
}

impl Connect for Pooling {
    fn check(&self, subject: &str, _: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        convolution::check(subject, &self.0, ("Pooling", Window::Size))
    }

    fn sizes(&self) -> Option<[u64; 2]> {
        Convolution(self.0).sizes()
    }

    fn synapses(&self, ends: &Ends) -> f64 {
        Convolution(self.0).synapses(ends)
    }

    fn most_inputs(&self, ends: &Ends) -> f64 {
        Convolution(self.0).most_inputs(ends)
    }

    fn same_degree(&self, ends: &Ends) -> Option<u32> {
        Convolution(self.0).same_degree(ends)
    }

    fn draws(&self, ends: &Ends) -> f64 {
        Convolution(self.0).draws(ends)
    }

    fn expected_bytes(&self, _: &Ends, _: bool) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn by_source<'a>(&'a self, _: &Ends, _: &Keys, _: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        Ok(Box::new(self.0))
    }

    fn computed(&self) -> Option<Computed<'_>> {
        Some(Computed::Pool(&self.0))
    }
}
