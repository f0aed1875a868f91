//! What a network will need, before anything is built.

use super::partition::Partition;
use super::{implicit, layout};
use crate::id::BLOCK;
use crate::network::Network;
use crate::neurocore::frame::CELLS;
use crate::neurocore::loose::Loose;
use crate::neurocore::single::Single;
use crate::neurocore::varied::Own;
use crate::neurocore::weight::{Synapse, Weight};

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
    /// Bytes needed for a while during the build (transposed rules).
    pub build_bytes: u64,
}

/// Bytes of what `fill` keeps for a chunk of source neurons and a core: a window, a cursor and an index.
const CHUNK_AND_CORE: f64 = 128.0;

impl Forecast {
    /// Peak bytes of the machine, building included.
    pub fn bytes(&self) -> u64 {
        self.synapse_bytes.saturating_add(self.index_bytes).saturating_add(self.state_bytes).saturating_add(self.build_bytes)
    }

    /// Forecasts a machine cut like this, with weight format `W`.
    pub fn new<W: Weight>(network: &Network, partition: &Partition) -> Self {
        let cores = partition.cores();
        use crate::network::{Distribution, Rule};
        let (mut synapses, mut bytes, mut index, mut build) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
        let mut transposing = 0.0f64;
        for (_, projection) in network.stored() {
            let count = projection.synapses(network);
            let shared = matches!(projection.weight, Distribution::Constant(_));
            let (low, high) = projection.delay.support();
            let rows = f64::from(network.populations[projection.source].size) * cores as f64;
            let size = if shared { size_of::<u16>() } else { size_of::<Synapse<W>>() } as f64;
            synapses += count;
            bytes += count * size;
            index += rows * layout::row_bytes::<W>(count / rows, f64::from(high - low + 1), shared) - count * size;
            // Counting takes a length per row; then a table of targets, with their origin if values are given one by one.
            build += rows * size_of::<u32>() as f64 + rows / 128.0 * CHUNK_AND_CORE;
            if matches!(projection.rule, Rule::FixedInDegree(_) | Rule::Pairs(..)) {
                let given = matches!(projection.rule, Rule::Pairs(..)) || matches!(projection.weight, Distribution::Array(_));
                build += count * if given { 8.0 } else { 4.0 } + 8.0 * rows / cores as f64;
                transposing = transposing.max(count * 4.0);
            }
        }
        let loose = layout::loose_bytes::<W>(synapses, network.neurons() * cores as u64);
        if partition.is_wide() || loose < bytes + index {
            bytes = synapses * size_of::<Loose<W>>() as f64;
            index = loose - bytes;
        } else {
            // The chunks' indices, which are copied into the stores.
            build += index;
        }
        let (computed, kept) = implicit::forecast::<W>(network, cores);
        let neurons = network.neurons();
        let state_per_neuron = (size_of::<W::State>() * 4 + 2 + 16 + 16 + size_of::<Single<W::State, 2>>()) as u64;
        let own = network.populations.iter().map(|p| {
            let bytes = Own::<W::State>::bytes_per_neuron(&p.model, !p.each.is_empty());
            (p.size as usize * bytes) as u64
        });
        let parts = partition.slots.iter().map(|slots| slots.div_ceil(CELLS).max(1)).sum::<usize>();
        let cells = (parts * CELLS * size_of::<W::Acc>()) as u64;
        Self {
            neurons,
            synapses: (synapses + computed) as u64,
            synapse_bytes: (bytes + kept) as u64,
            index_bytes: index as u64,
            state_bytes: neurons * state_per_neuron + own.sum::<u64>() + cells + (network.populations.len() * cores * BLOCK * 32) as u64,
            build_bytes: (build + transposing) as u64 + neurons * size_of::<f64>() as u64,
        }
    }
}

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
