//! Projections: all synapses from one population to another, described by a rule.

use super::check::{known, subject_of, value_error};
use super::{DelayLaw, Distribution, Network, Windows};
use crate::edges::Edges;
use crate::error::{CompileError, NetworkError};
use crate::id::PopulationId;
use crate::models::Model;
use crate::parallel::Watch;

/// Where a weight arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receptor {
    /// The excitatory receptor.
    Excitatory,
    /// The inhibitory receptor.
    Inhibitory,
    /// Excitatory for weights ≥ 0, inhibitory below.
    BySign,
}

/// Which pairs are connected.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Neuron `i` to neuron `i`; equal sizes.
    OneToOne,
    /// Every pair once.
    AllToAll,
    /// Every pair with probability `p`.
    Bernoulli(f64),
    /// Every target has `k` sources, drawn uniformly.
    FixedInDegree(u32),
    /// Every source has `k` targets, drawn uniformly.
    FixedOutDegree(u32),
    /// `n` synapses, source and target of each drawn uniformly.
    FixedTotalNumber(u64),
    /// Given pairs (source index, target index), in their order.
    Pairs(Vec<u32>, Vec<u32>),
    /// Every pair once, weighted by a matrix that is used as it is; see `is_implicit`.
    Dense,
    /// Windows with a kernel of weights.
    Convolution(Windows),
    /// Windows in which all have one weight, channel by channel.
    Pooling(Windows),
}

/// The place of a pair that is given a second time: of the lowest such pair, the second. All sources are below `n`.
///
/// # Errors
/// Where `watch` asks to stop, or memory or threads end.
pub fn repeated_pair(sources: &[u32], targets: &[u32], n: u32, watch: Watch<'_>) -> Result<Option<usize>, CompileError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Edges::new((sources, targets), n, threads, watch)?.repeated())
}

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
    /// Expected number of synapses (exact but for Bernoulli).
    pub fn synapses(&self, network: &Network) -> f64 {
        let n = f64::from(network.populations[self.source].size);
        let m = f64::from(network.populations[self.target].size);
        let diagonal = if self.excludes_self() { n } else { 0.0 };
        match &self.rule {
            Rule::OneToOne => n,
            Rule::AllToAll => n * m - diagonal,
            Rule::Bernoulli(p) => (n * m - diagonal) * p,
            Rule::FixedInDegree(k) => m * f64::from(*k),
            Rule::FixedOutDegree(k) => n * f64::from(*k),
            Rule::FixedTotalNumber(total) => *total as f64,
            Rule::Pairs(sources, _) => sources.len() as f64,
            Rule::Dense => n * m,
            Rule::Convolution(windows) | Rule::Pooling(windows) => windows.synapses() as f64,
        }
    }

    /// Whether self-connections exist in principle and are excluded.
    pub fn excludes_self(&self) -> bool {
        self.source == self.target && !self.autapses
    }

    /// Whether weights or delays are given one by one.
    pub fn is_given(&self) -> bool {
        matches!(self.weight, Distribution::Array(_)) || matches!(self.delay, DelayLaw::Array(_))
    }

    /// Index of the receptor for a weight.
    pub fn receptor_for(&self, weight: f64, model: &Model) -> usize {
        super::check::receptor_index(self.receptor, weight, model.receptors())
    }

    /// Checks everything that can be known before drawing.
    pub(super) fn check(&self, network: &Network) -> Result<(), NetworkError> {
        known("population", self.source, network.populations.len())?;
        known("population", self.target, network.populations.len())?;
        let subject = subject_of(network, self.source, self.target);
        let target = &network.populations[self.target];
        if target.model.receptors() == 0 {
            return Err(value_error(&subject, "target", &target.name, "a population that receives input"));
        }
        if self.rule.is_implicit() {
            return self.check_implicit(network, &subject);
        }
        let n = u64::from(network.populations[self.source].size);
        let m = u64::from(target.size);
        self.check_rule(&subject, n, m)?;
        let count = match &self.rule {
            Rule::Bernoulli(_) => None,
            _ => Some(self.synapses(network) as u64),
        };
        if let (Distribution::Array(_), Rule::Bernoulli(_)) = (&self.weight, &self.rule) {
            return Err(value_error(&subject, "weight", "an array", "a distribution: the number of synapses is random"));
        }
        self.weight.check(&subject, "weight", count)?;
        if let (DelayLaw::Array(ticks), count) = (&self.delay, count)
            && count != Some(ticks.len() as u64)
        {
            let allowed = count.map_or("a distribution: the number of synapses is random".to_owned(), |c| format!("{c} values"));
            return Err(value_error(&subject, "delay", format!("{} values", ticks.len()), &allowed));
        }
        Ok(())
    }

    fn check_rule(&self, subject: &str, n: u64, m: u64) -> Result<(), NetworkError> {
        let own = u64::from(self.excludes_self());
        let limit = |k: u32, pool: u64, what| {
            let pool = pool - own.min(pool);
            let enough = if self.multapses { pool > 0 || k == 0 } else { u64::from(k) <= pool };
            if enough { Ok(()) } else { Err(value_error(subject, what, k, &format!("0 to {pool} without multapses"))) }
        };
        match &self.rule {
            Rule::OneToOne if n != m => Err(value_error(subject, "rule", format!("one-to-one of {n} and {m} neurons"), "equal sizes")),
            Rule::OneToOne if own == 1 => {
                Err(value_error(subject, "autapses", false, "true: one-to-one within a population is all autapses"))
            }
            Rule::Bernoulli(p) if !(0.0..=1.0).contains(p) => Err(value_error(subject, "p", p, "0 to 1")),
            Rule::FixedInDegree(k) => limit(*k, n, "in-degree"),
            Rule::FixedOutDegree(k) => limit(*k, m, "out-degree"),
            Rule::FixedTotalNumber(_) if !self.multapses => {
                Err(value_error(subject, "multapses", false, "true with a fixed total number; fixed degrees and Bernoulli support false"))
            }
            Rule::FixedTotalNumber(total) if *total > 0 && own == 1 && m < 2 => {
                Err(value_error(subject, "autapses", false, "true: no other target exists"))
            }
            Rule::Pairs(sources, targets) => {
                if sources.len() != targets.len() {
                    return Err(value_error(subject, "targets", format!("{} values", targets.len()), &format!("{} values", sources.len())));
                }
                if sources.len() as u64 > u64::from(u32::MAX) {
                    return Err(value_error(subject, "the number of pairs", sources.len(), "at most 4294967295 in one projection"));
                }
                if let Some(bad) = sources.iter().find(|&&s| u64::from(s) >= n) {
                    return Err(value_error(subject, "source index", bad, &format!("0 to {}", n - 1)));
                }
                if let Some(bad) = targets.iter().find(|&&t| u64::from(t) >= m) {
                    return Err(value_error(subject, "target index", bad, &format!("0 to {}", m - 1)));
                }
                self.check_pairs(subject, sources, targets, n as u32)
            }
            _ => Ok(()),
        }
    }

    /// Given pairs must not contain what the switches exclude.
    fn check_pairs(&self, subject: &str, sources: &[u32], targets: &[u32], n: u32) -> Result<(), NetworkError> {
        if self.excludes_self()
            && let Some((same, _)) = sources.iter().zip(targets).find(|(s, t)| s == t)
        {
            return Err(value_error(subject, "autapses", false, &format!("true: neuron {same} is paired with itself")));
        }
        if !self.multapses {
            let fault = match repeated_pair(sources, targets, n, &mut |_| true) {
                Ok(None) => return Ok(()),
                Ok(Some(at)) => format!("true: the pair ({}, {}) is given twice", sources[at], targets[at]),
                Err(error) => format!("true: the pairs cannot be compared, {error}"),
            };
            return Err(value_error(subject, "multapses", false, &fault));
        }
        Ok(())
    }
}
