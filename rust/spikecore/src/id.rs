//! Names for the numbers that travel through the engine.
//!
//! Neurons are numbered across the whole network in declaration order (`u32` global ids); a core numbers its
//! *slots* (one receptor of one neuron) in 16 bits, or in 20 where its synapses are loose. Time is a count of ticks since compilation.

/// Index of a population in declaration order.
pub type PopulationId = usize;
/// Index of a core: a partition with its own neurons, weight store, delay line and clock.
pub type CoreId = usize;
/// Global neuron id: populations are numbered consecutively in declaration order.
pub type NeuronId = u32;
/// A number of ticks since the machine was compiled. A spike found in step `k` (0-based) is stamped `k + 1`.
pub type Tick = u64;

/// Longest delay in ticks.
pub const MAX_DELAY: u32 = 65_535;
/// Most slots (receptors of neurons) in one core whose accumulators have 16-bit addresses in the weight store.
pub const MAX_SLOTS: usize = 65_536;
/// Populations are cut between cores only at multiples of this many neurons, so that a block of neurons shares
/// its random draws and its vector loop whatever the partition.
pub const BLOCK: usize = 128;
