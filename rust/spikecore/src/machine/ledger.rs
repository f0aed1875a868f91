//! Fan-out tables for a ledger of costs: how many synapses every neuron has in each projection.
//!
//! They are drawn again from the description when a report is asked for. Every draw is keyed by what it belongs to, so
//! these are the synapses that the stores hold; the machine keeps nothing for it and the run does nothing for it. Their
//! sum over projections is the out-degree of the neuron, their sum over spikes what the cores have filed (contract C4).

use super::fan_out::FanOut;
use super::placement::{Mesh, Placed, place};
use super::targets::LARGE;
use crate::allocation::gathered;
use crate::compile::Options;
use crate::compile::plan::Plan;
use crate::error::CompileError;
use crate::network::Network;
use crate::number::weight::{Q16, Weight};
use crate::parallel::Watch;
use crate::synapses::entry::Synapse;
use crate::synapses::loose::Loose;
use std::sync::Arc;

/// One projection as a ledger sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// Source population.
    pub source: usize,
    /// Target population.
    pub target: usize,
    /// Bytes that reading a synapse takes where rows are stored, and where synapses are loose.
    pub bytes: (usize, usize),
    /// Longest delay in ticks.
    pub longest: u32,
}

/// The description of a compiled network: all that its fan-out tables depend on.
#[derive(Debug, Clone)]
pub struct Wiring {
    network: Arc<Network>,
    threads: usize,
    wires: Vec<Wire>,
}

impl Wiring {
    /// Of a network that was compiled like that.
    ///
    /// # Errors
    /// Those of compiling.
    pub fn new(network: Arc<Network>, weights: &str, options: &Options) -> Result<Self, CompileError> {
        let wires = match weights {
            "f64" => wires::<f64>(&network)?,
            "q16" => wires::<Q16>(&network)?,
            _ => wires::<f32>(&network)?,
        };
        let threads = options.workers.min(crate::threads::cpus());
        Ok(Self { network, threads, wires })
    }

    /// What was compiled.
    pub(super) fn network(&self) -> &Network {
        &self.network
    }

    /// All projections, in declaration order.
    pub fn wires(&self) -> &[Wire] {
        &self.wires
    }

    /// Synapses of every source neuron in every projection.
    ///
    /// # Errors
    /// If there is no memory or no thread, or if `watch` stops it.
    pub fn fan_out(&self, watch: Watch<'_>) -> Result<FanOut, CompileError> {
        FanOut::draw(&self.network, (self.threads, LARGE), watch)
    }

    /// Places the network on a chip; see [`Placed`].
    ///
    /// # Errors
    /// As for [`Wiring::fan_out`].
    pub fn place(&self, mesh: &Mesh, watch: Watch<'_>) -> Result<Placed, CompileError> {
        mesh.check()?;
        place(&self.network, mesh, (self.threads, LARGE), watch)
    }
}

fn wires<W: Weight>(network: &Network) -> Result<Vec<Wire>, CompileError> {
    let plan = Plan::<W>::new(network, None, None)?;
    let of = |(id, projection): (usize, &crate::network::Projection)| {
        let bytes = match (projection.rule.is_implicit(), plan.kind[id]) {
            (true, _) => (size_of::<W>(), size_of::<W>()),
            (false, 0) => (size_of::<Synapse<W>>(), size_of::<Loose<W>>()),
            (false, _) => (size_of::<u16>(), size_of::<Loose<W>>()),
        };
        Wire { source: projection.source, target: projection.target, bytes, longest: projection.delay.support().1 }
    };
    Ok(gathered(network.projections.iter().map(|p| &**p).enumerate().map(of), "the projections of a ledger"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::error::NetworkError;
    use crate::machine::Machine;
    use crate::models::{LifDelta, Model};
    use crate::network::rules::{
        AllToAll, Bernoulli, Convolution, Dense, FixedInDegree, FixedOutDegree, FixedTotalNumber, OneToOne, Pairs, Pooling,
    };
    use crate::network::{Axis, DelayLaw, Distribution, Projection, Receptor, Rule, Windows};
    use crate::neurons::census::Updates;
    use crate::simd::Level;

    fn options(workers: usize, loose: Option<bool>) -> Options {
        Options { workers, log_capacity: None, placement: None, level: Level::detect(), loose, updates: Updates::Auto, turn: None }
    }

    /// Every rule, from `a` of 300 neurons onto itself or onto `b` of 300.
    pub fn network() -> Network {
        let mut network = Network::new(0.1, 5).unwrap();
        let model = LifDelta { tau_m: 10.0, c_m: 250.0, e_l: 0.0, v_th: 15.0, v_reset: 0.0, t_ref: 0.0, i_e: 200.0 };
        for name in ["a", "b"] {
            network.population(name, 300, Model::from(model)).unwrap();
        }
        let pairs = Rule::from(Pairs(vec![3, 3, 299, 0], vec![7, 8, 299, 1]));
        let axis = |input, kernel| Axis { input, kernel, stride: 1, padding: kernel / 2 };
        let windows = |groups| Windows { y: axis(10, 3), x: axis(10, 5), channels_in: 3, channels_out: 3, groups };
        let rules = [
            (Rule::from(OneToOne), Distribution::Constant(0.5)),
            (Rule::from(AllToAll), Distribution::Constant(0.01)),
            (Rule::from(Bernoulli(0.1)), Distribution::Uniform { low: 0.0, high: 1.0 }),
            (Rule::from(FixedInDegree(20)), Distribution::Constant(0.1)),
            (Rule::from(FixedOutDegree(30)), Distribution::Constant(0.2)),
            (Rule::from(FixedTotalNumber(5000)), Distribution::Uniform { low: 0.0, high: 0.5 }),
            (pairs, Distribution::Constant(1.0)),
            (Rule::from(Dense), Distribution::Array(vec![0.01; 90_000])),
            (Rule::from(Convolution(windows(1))), Distribution::Array(vec![0.01; 3 * 3 * 15])),
            (Rule::from(Pooling(windows(3))), Distribution::Constant(0.05)),
        ];
        for (k, (rule, weight)) in rules.into_iter().enumerate() {
            let delay = DelayLaw::new("a", &Distribution::Constant(1.0 + k as f64), 0.1).unwrap();
            let (receptor, autapses, multapses) = (Receptor::BySign, true, true);
            let projection = Projection { source: 0, target: 1, rule, weight, delay, receptor, autapses, multapses };
            network.projection(projection).unwrap();
        }
        let law = Distribution::Constant(0.1);
        let delay = DelayLaw::new("a", &law, 0.1).unwrap();
        let (receptor, autapses, multapses, rule) = (Receptor::BySign, false, false, Rule::from(Bernoulli(0.2)));
        network.projection(Projection { source: 0, target: 0, rule, weight: law, delay, receptor, autapses, multapses }).unwrap();
        network
    }

    /// Over projections the tables give the out-degrees, with every layout and cut.
    #[test]
    fn tables_are_those_of_the_stores() {
        let network = Arc::new(network());
        for (workers, loose) in [(1, Some(false)), (3, Some(true)), (2, None)] {
            let options = options(workers, loose);
            let machine = Machine::compile(&network, "f32", &options, &mut |_| true).unwrap();
            let wiring = Wiring::new(Arc::clone(&network), "f32", &options).unwrap();
            let mut sums = vec![0u64; 600];
            let all = wiring.fan_out(&mut |_| true).unwrap();
            let synapses = all.synapses();
            assert_eq!((synapses.len(), all.sizes().sum::<u32>()), (wiring.wires().len(), 600));
            for (id, synapses) in synapses.into_iter().enumerate() {
                let degrees = all.degrees(id).unwrap();
                assert_eq!(synapses, degrees.iter().map(|&n| u64::from(n)).sum::<u64>());
                sums.iter_mut().zip(&degrees).for_each(|(sum, &degree)| *sum += u64::from(degree));
            }
            assert_eq!(sums, machine.out_degrees());
        }
    }

    /// The bytes of all synapses, in each layout, are those of the stores; matrices are padded and kernels shared.
    #[test]
    fn bytes_are_those_of_the_stores() {
        let mut network = network();
        network.projections.retain(|p| !p.rule.is_implicit());
        let network = Arc::new(network);
        for weights in ["f32", "f64", "q16"] {
            for loose in [false, true] {
                let options = options(2, Some(loose));
                let machine = Machine::compile(&network, weights, &options, &mut |_| true).unwrap();
                let wiring = Wiring::new(Arc::clone(&network), weights, &options).unwrap();
                let synapses = wiring.fan_out(&mut |_| true).unwrap().synapses();
                let bytes = |(wire, n): (&Wire, u64)| n * (if loose { wire.bytes.1 } else { wire.bytes.0 }) as u64;
                let total: u64 = wiring.wires().iter().zip(synapses).map(bytes).sum();
                assert_eq!(total, machine.statistics().weight_store_bytes, "{weights} {loose}");
            }
        }
    }

    #[test]
    fn an_unknown_projection_is_named() {
        let wiring = Wiring::new(Arc::new(network()), "f32", &options(1, None)).unwrap();
        let refused = wiring.fan_out(&mut |_| true).unwrap().degrees(99);
        assert!(matches!(refused, Err(NetworkError::Unknown { id: 99, .. })));
    }
}
