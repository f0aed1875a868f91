//! Windows with a kernel of weights: its synapses are stored nowhere.

use super::by_source::{BySource, Keys, Places, ROW};
use super::connect::{Arguments, Computed, Connect, Described};
use super::ends::Ends;
use crate::allocation::push;
use crate::error::{CompileError, NetworkError};
use crate::network::{Planes, Window, Windows};
use crate::parallel::Watch;

/// Windows with a kernel of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution(pub Windows);

impl Described for Convolution {
    const NAME: &'static str = "convolution";

    fn read<A: Arguments>(values: &mut A) -> Result<Self, A::Error> {
        let windows = values.planes()?.windows("Convolution", Window::Kernel);
        windows.map(Self).map_err(A::refused)
    }
}

impl Connect for Convolution {
    fn check(&self, subject: &str, _: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        check(subject, &self.0, ("Convolution", Window::Kernel))
    }

    fn sizes(&self) -> Option<[u64; 2]> {
        Some([self.0.sources(), self.0.targets()])
    }

    fn synapses(&self, _: &Ends) -> f64 {
        self.0.synapses() as f64
    }

    fn most_inputs(&self, _: &Ends) -> f64 {
        self.0.in_degree() as f64
    }

    fn same_degree(&self, _: &Ends) -> Option<u32> {
        None
    }

    fn draws(&self, _: &Ends) -> f64 {
        0.0
    }

    fn expected_bytes(&self, _: &Ends, _: bool) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn by_source<'a>(&'a self, _: &Ends, _: &Keys, _: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        Ok(Box::new(self.0))
    }

    fn computed(&self) -> Option<Computed<'_>> {
        Some(Computed::Kernel(&self.0))
    }
}

/// Checks windows, which a class calls so.
pub(super) fn check(subject: &str, windows: &Windows, (class, window): (&str, Window)) -> Result<(), CompileError> {
    let checked = Planes::from(windows).windows(class, window);
    Ok(checked.map(drop).map_err(|refusal| NetworkError::from(refusal.within(subject)))?)
}

impl BySource for Windows {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        self.targets_of(source, |target| push(out, target, ROW));
    }

    fn out_degree(&self, source: u32, _: &mut Vec<u32>) -> u32 {
        self.fan_out(source)
    }

    fn places(&self, _: u32) -> Places<'_> {
        unreachable!("invariant: no values are given for the synapses of windows, one by one")
    }
}
