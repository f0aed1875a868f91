//! Implicit projections: the synapses of a dense matrix, a convolution or a pooling are computed from a few weights
//! when a spike arrives, and stored nowhere. Here is what such a projection must fulfil.
//!
//! Its weights come in `Projection::weight`: a matrix of (sources, targets), or a kernel of (target channels, source
//! channels of a group, rows, columns), as given values; for a pooling one number.

use super::check::value_error;
use super::rules::Computed;
use super::{DelayLaw, Distribution, Network, Projection};
use crate::error::NetworkError;

impl Projection {
    /// The delay of an implicit projection, in ticks.
    pub fn one_delay(&self) -> u32 {
        self.delay.support().0
    }

    /// Checks an implicit projection.
    pub(super) fn check_implicit(&self, network: &Network, subject: &str) -> Result<(), NetworkError> {
        if !matches!(self.delay, DelayLaw::Constant(_)) {
            return Err(value_error(subject, "delay", "a distribution or an array", "one number for all synapses of this rule"));
        }
        for (switch, value) in [("autapses", self.autapses), ("multapses", self.multapses)] {
            if !value {
                return Err(value_error(subject, switch, false, "true with this rule; a weight of zero has no effect"));
            }
        }
        let ends = self.ends(network);
        self.rule.check(subject, &ends)?;
        self.check_sizes(network, subject)?;
        let computed = self.rule.computed().expect("invariant: it is implicit");
        let expected = match (computed, &self.weight) {
            (Computed::Pool(_), Distribution::Constant(_)) => 1,
            (Computed::Pool(_), _) => return Err(value_error(subject, "weight", "not constant", "one number for a pooling")),
            (
                Computed::Kernel(_) | Computed::Matrix,
                Distribution::Constant(_) | Distribution::Uniform { .. } | Distribution::Normal { .. },
            ) => {
                return Err(value_error(subject, "weight", "not an array", "the weights of the matrix or the kernel"));
            }
            (Computed::Kernel(windows), Distribution::Array(_)) => windows.kernel_values(),
            (Computed::Matrix, Distribution::Array(_)) => u64::from(ends.sources) * u64::from(ends.targets),
        };
        self.weight.check(subject, "weight", Some(expected))
    }

    /// Checks the sizes of its populations against those that its rule asks for.
    fn check_sizes(&self, network: &Network, subject: &str) -> Result<(), NetworkError> {
        let Some(sizes) = self.rule.sizes() else { return Ok(()) };
        for ((parameter, id), expected) in [("source", self.source), ("target", self.target)].into_iter().zip(sizes) {
            let population = &network.populations[id];
            if u64::from(population.size) != expected {
                let value = format!("{} with {} neurons", population.name, population.size);
                return Err(value_error(subject, parameter, value, &format!("{expected} neurons")));
            }
        }
        Ok(())
    }
}
