//! Neurons to cores. Every population is cut into pieces at multiples of [`BLOCK`] neurons, one piece per core,
//! so that each core holds the same mix of populations and so the same load. Nothing a user can observe depends
//! on the cut.

use super::layout;
use crate::allocation::{filled, push, with_room};
use crate::cells::frame::Frame;
use crate::error::CompileError;
use crate::id::{BLOCK, CoreId, MAX_SLOTS, PopulationId};
use crate::network::Network;
use crate::slice::Slice;
use crate::synapses::loose::{LooseStore, WIDE_DELAY, WIDE_SLOTS};
use crate::threads;

/// For each block of a population: who owns it, and what to add to a neuron's index to get its slot.
#[derive(Debug, Clone, Copy)]
pub struct BlockHome {
    /// Owner.
    pub core: u16,
    /// `slot = index + offset + receptor * stride`, wrapping.
    pub offset: u32,
    /// See [`Slice::stride`].
    pub stride: u32,
}

/// The cut of a network into cores.
#[derive(Debug, Clone)]
pub struct Partition {
    /// Slices of each core, in population order.
    pub slices: Vec<Vec<Slice>>,
    /// For each population, its blocks' homes.
    pub homes: Vec<Vec<BlockHome>>,
    /// Slots of each core.
    pub slots: Vec<usize>,
}

/// What this memory is for.
const CUT: &str = "the cut of the network into cores";

impl Partition {
    /// Cuts `network` for `workers`: at least one core per worker that is started ([`crate::threads`]), and no core above [`MAX_SLOTS`], or [`WIDE_SLOTS`] where
    /// synapses are loose: then a spike finds its synapses in fewer cores.
    ///
    /// `placement` may pin whole populations to cores (negative: free); pinning may need more cores. `loose` forces a layout.
    pub fn new(network: &Network, workers: usize, placement: Option<&[i64]>, loose: Option<bool>) -> Result<Self, CompileError> {
        // Every core looks at the clocks of all others, so cores beyond the threads only cost.
        let workers = if placement.is_some() { workers } else { threads::started(workers) };
        let limit = if placement.is_none() && may_be_wide(network, workers, loose) { WIDE_SLOTS } else { MAX_SLOTS };
        let pinned = |p: usize| placement.and_then(|all| all.get(p)).and_then(|&c| usize::try_from(c).ok());
        let wanted = (0..network.populations.len()).filter_map(pinned).map(|c| c + 1).max().unwrap_or(0);
        // Begin where all slots could fit, in whole rounds of workers, and go on from there.
        let least = slots(network).div_ceil(limit);
        let mut cores = least.next_multiple_of(workers.max(1)).max(workers).max(wanted).max(1);
        if placement.is_some() {
            cores = workers.max(wanted).max(1);
        }
        loop {
            let partition = Self::cut(network, cores, &pinned);
            match partition.slots.iter().enumerate().find(|(_, slots)| **slots > limit) {
                None => return Ok(partition),
                Some((core, &slots)) if placement.is_some() || cores >= usize::from(u16::MAX) => {
                    return Err(CompileError::CoreFull { core, slots, limit });
                }
                Some(_) => cores += workers.max(1),
            }
        }
    }

    fn cut(network: &Network, cores: usize, pinned: &dyn Fn(usize) -> Option<usize>) -> Self {
        let homes = with_room(network.populations.len(), CUT);
        let mut partition = Self { slices: filled(cores, vec![], CUT), homes, slots: filled(cores, 0, CUT) };
        for (id, population) in network.populations.iter().enumerate() {
            let size = population.size as usize;
            let receptors = population.model.receptors();
            let blocks = size.div_ceil(BLOCK);
            let mut homes = filled(blocks, BlockHome { core: 0, offset: 0, stride: 0 }, CUT);
            for piece in 0..cores {
                let (range, core) = match pinned(id) {
                    Some(core) if piece == core => (0..blocks, core),
                    Some(_) => continue,
                    None => (blocks * piece / cores..blocks * (piece + 1) / cores, (piece + id) % cores),
                };
                if range.is_empty() {
                    continue;
                }
                let first = range.start * BLOCK;
                let len = (range.end * BLOCK).min(size) - first;
                let stride = range.len() * BLOCK;
                let slot0 = partition.slots[core];
                let home = BlockHome { core: core as u16, offset: (slot0 as u32).wrapping_sub(first as u32), stride: stride as u32 };
                homes[range].fill(home);
                let slice = Slice { population: id, first: first as u32, len: len as u32, slot0: slot0 as u32, stride: stride as u32 };
                push(&mut partition.slices[core], slice, CUT);
                partition.slots[core] += stride * receptors;
            }
            partition.homes.push(homes); // there is room
        }
        partition
    }

    /// Whether any core has more than [`MAX_SLOTS`]: synapses are then loose.
    pub fn is_wide(&self) -> bool {
        self.slots.iter().any(|&slots| slots > MAX_SLOTS)
    }

    /// Number of cores.
    pub fn cores(&self) -> usize {
        self.slices.len()
    }

    /// Owner of neuron `index` of a population.
    pub fn home(&self, population: PopulationId, index: u32) -> BlockHome {
        self.homes[population][index as usize / BLOCK]
    }

    /// How a core's cells are used.
    pub fn frame(&self, core: CoreId) -> Frame {
        Frame::new(self.slots[core])
    }

    /// Neurons of a core.
    pub fn neurons(&self, core: CoreId) -> usize {
        self.slices[core].iter().map(|s| s.len as usize).sum()
    }
}

/// Slots of all neurons, whole blocks.
fn slots(network: &Network) -> usize {
    let padded = |p: &crate::network::Population| (p.size as usize).next_multiple_of(BLOCK) * p.model.receptors();
    network.populations.iter().map(|p| padded(p)).sum()
}

/// Whether cores above [`MAX_SLOTS`] are of use and possible: where there would be several to a worker, which store their
/// synapses loose, with delays that fit. Sizes are those of `f32`, so that the cut is the same for all formats.
fn may_be_wide(network: &Network, workers: usize, loose: Option<bool>) -> bool {
    let narrow = slots(network).div_ceil(MAX_SLOTS);
    let longest = network.stored().map(|(_, projection)| projection.delay.support().1).max();
    let (synapses, rows) = layout::expected_row_bytes::<f32>(network, narrow);
    let fewer = layout::loose_bytes::<f32>(synapses, network.neurons() * narrow as u64) < rows;
    narrow > workers
        && longest.is_some_and(|longest| longest <= WIDE_DELAY)
        && network.projections.iter().all(|projection| !projection.rule.is_implicit())
        && synapses < MOST_EXPECTED
        && loose.unwrap_or(fewer)
}

/// Synapses that the index of one core can count, with some to spare for what is drawn.
const MOST_EXPECTED: f64 = 0.9 * LooseStore::<f32>::MOST as f64;
