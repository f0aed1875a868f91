//! What is stated of a connection rule: which pairs it connects, and what is known of them before anything is drawn. The
//! description, the forecast, the build, the ledger and the border ask the rule and state nothing of their own.

use std::fmt::Debug;

use super::by_source::{BySource, Keys};
use super::ends::Ends;
use crate::error::CompileError;
use crate::network::{Planes, Windows};
use crate::parallel::Watch;
use crate::refusal::{Refusal, whole};

/// How the synapses of a rule follow from weights that are kept once, when a spike arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Computed<'a> {
    /// From a matrix of (sources, targets).
    Matrix,
    /// From a kernel of (target channels, source channels of a group, rows, columns).
    Kernel(&'a Windows),
    /// From one weight for all taps of a window.
    Pool(&'a Windows),
}

impl<'a> Computed<'a> {
    /// How the caller calls such a rule.
    pub fn class(self) -> &'static str {
        match self {
            Self::Matrix => "Dense",
            Self::Kernel(_) => "Convolution",
            Self::Pool(_) => "Pooling",
        }
    }

    /// Its windows, if it has any.
    pub fn windows(self) -> Option<&'a Windows> {
        match self {
            Self::Matrix => None,
            Self::Kernel(windows) | Self::Pool(windows) => Some(windows),
        }
    }
}

/// What can be asked of a connection rule with the values of its parameters.
pub trait Connect: Debug + Send + Sync {
    /// Checks its parameters against their ranges and the populations; `subject` is how messages name the projection. Long
    /// work polls `watch`.
    fn check(&self, subject: &str, ends: &Ends, watch: Watch<'_>) -> Result<(), CompileError>;

    /// The sizes that source and target must have, where it asks for two of its own.
    fn sizes(&self) -> Option<[u64; 2]> {
        None
    }

    /// Number of synapses; the expected one where it is random.
    fn synapses(&self, ends: &Ends) -> f64;

    /// Whether the number of synapses is drawn.
    fn is_random(&self) -> bool {
        false
    }

    /// Most synapses of one target; of what is drawn, what is not exceeded.
    fn most_inputs(&self, ends: &Ends) -> f64;

    /// Synapses of every source, where all have as many and it says so without a draw.
    fn same_degree(&self, ends: &Ends) -> Option<u32>;

    /// Draws, or steps of sorting, that it takes to count the synapses of every source.
    fn draws(&self, ends: &Ends) -> f64;

    /// Expected bytes of its rows, and what making them takes besides. `given`: weights or delays are given one by one.
    fn expected_bytes(&self, ends: &Ends, given: bool) -> (f64, f64);

    /// Its synapses by source; what is stated otherwise is brought into rows here, polling `watch`.
    fn by_source<'a>(&'a self, ends: &Ends, keys: &Keys, watch: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError>;

    /// How its synapses are computed when a spike arrives, if they are not stored.
    fn computed(&self) -> Option<Computed<'_>> {
        None
    }
}

/// A rule as it is made of values that come over the border.
pub trait Described: Connect + Sized + 'static {
    /// Its name at the border.
    const NAME: &'static str;
    /// The rule with the values of its parameters, which it asks for one after the other.
    fn read<A: Arguments>(values: &mut A) -> Result<Self, A::Error>;
}

/// Values of parameters, in the order in which a rule asks for them.
pub trait Arguments {
    /// Why a value cannot be had.
    type Error;
    /// A real number.
    fn number(&mut self) -> Result<f64, Self::Error>;
    /// A whole number of any size.
    fn whole(&mut self) -> Result<i128, Self::Error>;
    /// Indices of neurons.
    fn neurons(&mut self) -> Result<Vec<u32>, Self::Error>;
    /// The geometry of windows.
    fn planes(&mut self) -> Result<Planes, Self::Error>;
    /// Why a value that was had cannot be.
    fn refused(refusal: Refusal) -> Self::Error;

    /// A number of synapses, at most so many, which the class calls so.
    fn count(&mut self, class: &str, parameter: &'static str, most: u64) -> Result<u64, Self::Error> {
        let value = self.whole()?;
        whole(class, parameter, value, (0, most)).map_err(Self::refused)
    }
}
