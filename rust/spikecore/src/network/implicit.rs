//! Implicit projections: the synapses of a dense matrix, a convolution or a pooling are computed from a few weights
//! when a spike arrives, and stored nowhere. Here is what such a projection must fulfil.
//!
//! Its weights come in `Projection::weight`: a matrix of (sources, targets), or a kernel of (target channels, source
//! channels of a group, rows, columns), as given values; for a pooling one number.

use super::check::value_error;
use super::rules::Computed;
use super::{DelayLaw, Distribution, Network, Projection};
use crate::error::{CompileError, NetworkError};
use crate::parallel::Watch;

impl Projection {
    /// The delay of an implicit projection, in ticks.
    pub fn one_delay(&self) -> u32 {
        self.delay.support().0
    }

    /// Checks an implicit projection.
    pub(super) fn check_implicit(&self, network: &Network, subject: &str, watch: Watch<'_>) -> Result<(), CompileError> {
        let computed = self.rule.computed().expect("invariant: it is implicit");
        let class = computed.class();
        if !matches!(self.delay, DelayLaw::Constant(_)) {
            let allowed = format!("one number for all synapses of {class}");
            return Err(value_error(subject, "delay", "a distribution or an array", allowed).into());
        }
        for (switch, value) in [("autapses", self.autapses), ("multapses", self.multapses)] {
            if !value {
                let allowed = format!("True with {class}; a weight of 0 has no effect");
                return Err(value_error(subject, switch, false, allowed).into());
            }
        }
        let ends = self.ends(network);
        self.rule.check(subject, &ends, watch)?;
        self.check_sizes(network, subject, computed)?;
        let expected = match (computed, &self.weight) {
            (Computed::Pool(_), Distribution::Constant(_)) => 1,
            (Computed::Pool(_), _) => {
                let allowed = format!("one number for all synapses of {class}");
                return Err(value_error(subject, "weight", "a distribution or an array", allowed).into());
            }
            (
                Computed::Kernel(_) | Computed::Matrix,
                Distribution::Constant(_) | Distribution::Uniform { .. } | Distribution::Normal { .. },
            ) => {
                return Err(value_error(subject, "weight", "a number or a distribution", format!("the weights of {class}")).into());
            }
            (Computed::Kernel(windows), Distribution::Array(_)) => windows.kernel_values(),
            (Computed::Matrix, Distribution::Array(_)) => u64::from(ends.sources) * u64::from(ends.targets),
        };
        Ok(self.weight.check(subject, "weight", Some(expected))?)
    }

    /// Checks the sizes of its populations against those that its rule asks for.
    fn check_sizes(&self, network: &Network, subject: &str, computed: Computed<'_>) -> Result<(), NetworkError> {
        let (Some(sizes), Some(windows)) = (self.rule.sizes(), computed.windows()) else { return Ok(()) };
        let shapes @ [input, output] = windows.shapes();
        for (end, id) in [self.source, self.target].into_iter().enumerate() {
            let (population, [channels, rows, columns]) = (&network.populations[id], shapes[end]);
            if u64::from(population.size) != sizes[end] {
                let rule = format!("{}({input:?} → {output:?})", computed.class()).replace('[', "(").replace(']', ")");
                let shape = format!("{channels} × {rows} × {columns}, the {}_shape of {rule}", ["input", "output"][end]);
                let (parameter, allowed) = (format!("the size of '{}'", population.name), format!("{} = {shape}", sizes[end]));
                return Err(value_error(subject, parameter, population.size, allowed));
            }
        }
        Ok(())
    }
}
