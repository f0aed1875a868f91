//! What a network will need, before anything is built.

use super::footprint::{Stored, building, state_bytes, waiting_bytes};
use super::implicit;
use super::partition::Partition;
use super::plan::Plan;
use crate::network::Network;
use crate::neurocore::events::Updates;
use crate::neurocore::weight::Weight;

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

/// Bytes that this process may still allocate: the least of free memory, the control group's and the process's
/// limits, times 0.9; `SPIKECORE_MEMORY_LIMIT` (bytes) overrides, and text that is no number counts as 0 so that it
/// is noticed. Unlimited where nothing can be read.
pub fn available_memory() -> u64 {
    if let Ok(limit) = std::env::var("SPIKECORE_MEMORY_LIMIT") {
        return limit.parse().unwrap_or(0);
    }
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let free = system_bytes("/proc/meminfo", "MemAvailable:");
    let group = || {
        let max = read("/sys/fs/cgroup/memory.max")?.trim().parse::<u64>().ok()?;
        let used = read("/sys/fs/cgroup/memory.current")?.trim().parse::<u64>().ok()?;
        Some(max.saturating_sub(used))
    };
    let address_space = || {
        let limits = read("/proc/self/limits")?;
        let max = limits.lines().find(|l| l.starts_with("Max address space"))?.split_whitespace().nth(3)?.parse::<u64>().ok()?;
        Some(max.saturating_sub(system_bytes("/proc/self/status", "VmSize:")?))
    };
    let least = [free, group(), address_space()].into_iter().flatten().min();
    least.map_or(u64::MAX, |bytes| bytes / 10 * 9)
}

/// What the system says in `file` behind `name`, in bytes; it gives kB, whatever the size of a page.
pub(crate) fn system_bytes(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let mut words = text.lines().find(|line| line.starts_with(name))?.split_whitespace().skip(1);
    let kilobytes = words.next()?.parse::<u64>().ok()?;
    (words.next()? == "kB").then_some(kilobytes * 1024)
}

#[cfg(all(test, target_os = "linux", not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_how_much_memory_is_used() {
        let status = |name: &str| system_bytes("/proc/self/status", name);
        let before = status("VmSize:").unwrap();
        let large = vec![1u8; 64 << 20];
        let (size, resident) = (status("VmSize:").unwrap(), status("VmRSS:").unwrap());
        assert!(std::hint::black_box(&large).len() as u64 <= resident && resident <= size, "{resident} of {size} bytes");
        assert!(size >= before + (32 << 20), "{before} bytes, then {size}");
        assert!(system_bytes("/proc/meminfo", "MemAvailable:").unwrap() > 0);
        assert_eq!((status("VmNothing:"), status("Threads:"), system_bytes("/proc/nothing", "VmRSS:")), (None, None, None));
    }
}
