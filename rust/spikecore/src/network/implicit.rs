//! Implicit projections: the synapses of a dense matrix, a convolution or a pooling are computed from a few weights
//! when a spike arrives, and stored nowhere. Here is what such a projection must fulfil.
//!
//! Its weights come in `Projection::weight`: a matrix of (sources, targets), or a kernel of (target channels, source
//! channels of a group, rows, columns), as given values; for a pooling one number.

use super::check::value_error;
use super::{DelayLaw, Distribution, Network, Projection, Rule};
use crate::error::NetworkError;

impl Rule {
    /// Whether its synapses are computed when a spike arrives instead of stored.
    pub fn is_implicit(&self) -> bool {
        matches!(self, Self::Dense | Self::Convolution(_) | Self::Pooling(_))
    }
}

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
        self.check_sizes(network, subject)?;
        let n = u64::from(network.populations[self.source].size);
        let m = u64::from(network.populations[self.target].size);
        let expected = match (&self.rule, &self.weight) {
            (Rule::Pooling(_), Distribution::Constant(_)) => 1,
            (Rule::Pooling(_), _) => return Err(value_error(subject, "weight", "not constant", "one number for a pooling")),
            (_, Distribution::Constant(_) | Distribution::Uniform { .. } | Distribution::Normal { .. }) => {
                return Err(value_error(subject, "weight", "not an array", "the weights of the matrix or the kernel"));
            }
            (Rule::Convolution(windows), _) => windows.kernel_values(),
            _ => n * m,
        };
        self.weight.check(subject, "weight", Some(expected))
    }

    fn check_sizes(&self, network: &Network, subject: &str) -> Result<(), NetworkError> {
        let (Rule::Convolution(windows) | Rule::Pooling(windows)) = &self.rule else {
            return Ok(());
        };
        if let Some((value, allowed)) = windows.fault() {
            return Err(value_error(subject, "window", value, &allowed));
        }
        let ends = [("source", self.source, windows.sources()), ("target", self.target, windows.targets())];
        for (parameter, id, expected) in ends {
            let population = &network.populations[id];
            if u64::from(population.size) != expected {
                let value = format!("{} with {} neurons", population.name, population.size);
                return Err(value_error(subject, parameter, value, &format!("{expected} neurons")));
            }
        }
        Ok(())
    }
}
