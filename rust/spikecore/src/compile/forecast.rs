//! What a network will need, before anything is built.

use super::footprint::{Stored, building, state_bytes, waiting_bytes};
use super::implicit;
use super::partition::Partition;
use super::plan::Plan;
use crate::network::Network;
use crate::neurons::census::Updates;
use crate::number::weight::Weight;
use crate::refusal::{Refusal, general};

/// Neurons, synapses and bytes of a machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Neurons, spike sources included.
    pub neurons: u64,
    /// Synapses; expected value where the rule is Bernoulli.
    pub synapses: u64,
    /// Bytes of the synapses themselves, and of matrices and kernels.
    pub synapse_bytes: u64,
    /// Expected bytes of the index that finds them.
    pub index_bytes: u64,
    /// Bytes of neuron state, accumulators, logs and counts.
    pub state_bytes: u64,
    /// Bytes of spikes that wait for their delays, at the expected rate.
    pub waiting_bytes: u64,
    /// Bytes that the build needs at its peak beyond all these but what waits.
    pub build_bytes: u64,
}

/// What a forecast cannot know of a network by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// How neurons are updated.
    pub updates: Updates,
    /// Mean rate of all neurons but spike sources, Hz.
    pub rate: f64,
}

impl Expected {
    /// Checks that neurons can have this rate: at most a spike in every tick of `dt` ms.
    ///
    /// # Errors
    /// Where they cannot.
    pub fn check(&self, dt: f64) -> Result<(), Refusal> {
        let most = 1e3 / dt;
        if (0.0..=most).contains(&self.rate) {
            return Ok(());
        }
        Err(Refusal::new("", "rate", self.rate, format!("0 … {} Hz", general(most))))
    }
}

impl Forecast {
    /// Peak bytes of the machine, building and running included.
    pub fn bytes(&self) -> u64 {
        self.least_bytes().saturating_add(self.waiting_bytes)
    }

    /// The same for a machine whose neurons are silent.
    pub fn least_bytes(&self) -> u64 {
        self.synapse_bytes.saturating_add(self.index_bytes).saturating_add(self.state_bytes).saturating_add(self.build_bytes)
    }

    /// Forecasts a machine with this plan and cut.
    pub fn new<W: Weight>(network: &Network, partition: &Partition, plan: &Plan<W>, expected: Expected) -> Self {
        let stored = Stored::new(network, partition, plan);
        let (computed, kept) = implicit::forecast::<W>(network, partition.cores());
        let state = state_bytes::<W>(network, partition, expected.updates);
        let lasting = stored.synapse_bytes + kept + stored.index_bytes;
        // Blocks begin dense where either is possible, and the state of single neurons is touched in a run.
        let first = if expected.updates == Updates::Auto { Updates::Dense } else { expected.updates };
        let begun = state_bytes::<W>(network, partition, first) as f64 + network.neurons() as f64 * INITIAL;
        let build = building(network, partition, plan, &stored).max(lasting + begun);
        Self {
            neurons: network.neurons(),
            synapses: (stored.synapses + computed) as u64,
            synapse_bytes: (stored.synapse_bytes + kept) as u64,
            index_bytes: stored.index_bytes as u64,
            state_bytes: state,
            waiting_bytes: waiting_bytes(network, partition, plan, &stored, expected.rate),
            build_bytes: (build - lasting - state as f64).max(0.0) as u64,
        }
    }
}

/// Bytes of a potential at time 0, until the neurons are made.
const INITIAL: f64 = size_of::<f64>() as f64;
