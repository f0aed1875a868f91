//! Projections: all synapses from one population to another, described by a rule.

use super::check::{known, subject_of, value_error};
use super::rules::{Ends, Rule};
use super::{DelayLaw, Distribution, Network};
use crate::error::{CompileError, NetworkError};
use crate::id::PopulationId;
use crate::models::{Landing, Receptor};
use crate::parallel::Watch;

/// All synapses from one population to another.
#[derive(Debug, Clone)]
pub struct Projection {
    /// Source population.
    pub source: PopulationId,
    /// Target population.
    pub target: PopulationId,
    /// Connection rule.
    pub rule: Rule,
    /// Weights: pA for exponential, mV for delta synapses.
    pub weight: Distribution,
    /// Delays.
    pub delay: DelayLaw,
    /// Receptor.
    pub receptor: Receptor,
    /// Whether a neuron may connect to itself.
    pub autapses: bool,
    /// Whether a pair may be connected more than once.
    pub multapses: bool,
}

impl Projection {
    /// What its rule sees of its populations.
    pub fn ends(&self, network: &Network) -> Ends {
        Ends {
            sources: network.populations[self.source].size,
            targets: network.populations[self.target].size,
            excludes_self: self.excludes_self(),
            multapses: self.multapses,
        }
    }

    /// Number of synapses; the expected one where it is random.
    pub fn synapses(&self, network: &Network) -> f64 {
        self.rule.synapses(&self.ends(network))
    }

    /// Whether self-connections exist in principle and are excluded.
    pub fn excludes_self(&self) -> bool {
        self.source == self.target && !self.autapses
    }

    /// Whether weights or delays are given one by one.
    pub fn is_given(&self) -> bool {
        matches!(self.weight, Distribution::Array(_)) || matches!(self.delay, DelayLaw::Array(_))
    }

    /// Where its weights arrive.
    pub fn landing(&self, network: &Network) -> Landing {
        self.receptor.landing(&network.populations[self.target].model)
    }

    /// Checks everything that can be known before drawing.
    pub(super) fn check(&self, network: &Network, watch: Watch<'_>) -> Result<(), CompileError> {
        known("population", self.source, network.populations.len())?;
        known("population", self.target, network.populations.len())?;
        let subject = subject_of(network, self.source, self.target);
        let target = &network.populations[self.target];
        if target.model.receptors() == 0 {
            return Err(value_error(&subject, "target", format!("'{}'", target.name), "a population that receives input").into());
        }
        let landing = self.landing(network);
        let least = if landing.is_magnitude() { self.weight.range().0 } else { 0.0 };
        if least < 0.0 && !landing.is_by_sign() {
            return Err(NetworkError::from(landing.negative(&subject, least, &target.model)).into());
        }
        if self.rule.is_implicit() {
            if least < 0.0 {
                let allowed = "0 or above: a matrix, a kernel or a pooling onto conductances has one receptor";
                return Err(value_error(&subject, "weight", least, allowed).into());
            }
            return self.check_implicit(network, &subject, watch);
        }
        let ends = self.ends(network);
        self.rule.check(&subject, &ends, watch)?;
        Ok(self.check_values(&subject, &ends)?)
    }

    /// Weights and delays: their ranges, and of arrays the lengths.
    fn check_values(&self, subject: &str, ends: &Ends) -> Result<(), NetworkError> {
        let count = (!self.rule.is_random()).then(|| self.rule.synapses(ends) as u64);
        if let (Distribution::Array(_), None) = (&self.weight, count) {
            return Err(value_error(subject, "weight", "an array", "a distribution: the number of synapses is random"));
        }
        self.weight.check(subject, "weight", count)?;
        if let (DelayLaw::Array(ticks), count) = (&self.delay, count)
            && count != Some(ticks.len() as u64)
        {
            let allowed = count.map_or("a distribution: the number of synapses is random".to_owned(), |c| format!("{c} values"));
            return Err(value_error(subject, "delay", format!("{} values", ticks.len()), allowed));
        }
        Ok(())
    }
}
