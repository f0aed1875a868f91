//! A network on the cores of a chip: neurons in the order of their ids, so many to a chip core; chip cores in the order of
//! tiles, tiles row by row on a mesh. What its spikes then do: one packet per spike and distinct target chip core, routed
//! along the row first and then along the column.
//!
//! Spike sources are outside the chip: their spikes take axons and synaptic memory where they arrive, but no hops, because
//! nobody published where they enter.

use super::targets::{Targets, batches};
use crate::allocation::{filled, gathered, push, with_room};
use crate::error::{CompileError, NetworkError};
use crate::network::Network;
use crate::parallel::{Watch, each};
use crate::refusal::Refusal;
use crate::sync::{AtomicU64, Ordering};
use std::sync::Mutex;

/// Source neurons per job.
const CHUNK: u32 = 128;

/// The structure of a chip, as far as counting needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mesh {
    /// Neurons of a chip core, at least 1.
    pub neurons_per_core: u32,
    /// Chip cores of a tile, at least 1.
    pub cores_per_tile: u32,
    /// Tiles of a row, at least 1.
    pub width: u32,
    /// A list of synapses takes so many bits for each,
    pub bits_per_synapse: u64,
    /// and for every block of at most so many of them
    pub block: u64,
    /// so many more,
    pub block_bits: u64,
    /// rounded up to words of so many.
    pub word_bits: u64,
}

impl Mesh {
    /// Refuses a structure in which something has no size.
    pub(super) fn check(&self) -> Result<(), NetworkError> {
        let sizes = [u64::from(self.neurons_per_core), self.cores_per_tile.into(), self.width.into(), self.block, self.word_bits];
        let names = ["neurons_per_core", "cores_per_tile", "width", "block", "word_bits"];
        match sizes.iter().position(|&size| size == 0) {
            None => Ok(()),
            Some(k) => Err(Refusal::new("chip", names[k], 0_u32, "1 or more").into()),
        }
    }

    /// Bits of a list of `n` synapses.
    fn list_bits(&self, n: u64) -> u64 {
        let block = |n: u64| (n * self.bits_per_synapse + self.block_bits).next_multiple_of(self.word_bits);
        let (whole, rest) = (n / self.block, n % self.block);
        whole * block(self.block) + if rest > 0 { block(rest) } else { 0 }
    }

    /// Tiles passed from one chip core to another along a row and along a column.
    fn hops(&self, from: u32, to: u32) -> (u32, u32) {
        let place = |core: u32| (core / self.cores_per_tile % self.width, core / self.cores_per_tile / self.width);
        let ((x0, y0), (x1, y1)) = (place(from), place(to));
        (x0.abs_diff(x1), y0.abs_diff(y1))
    }
}

/// What the placement takes and what a spike costs under it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// Packets of one spike of every neuron, by global id; 0 for spike sources.
    pub packets: Vec<u32>,
    /// Tiles that these pass along rows.
    pub hops_ew: Vec<u32>,
    /// Tiles that these pass along columns.
    pub hops_ns: Vec<u32>,
    /// Sources of each chip core, outside ones included.
    pub axons_in: Vec<u64>,
    /// Pairs of an own neuron and a target chip core, of each chip core.
    pub axons_out: Vec<u64>,
    /// Bits of synaptic memory of each chip core.
    pub memory_bits: Vec<u64>,
    /// Most chip cores that one neuron sends to.
    pub most_targets: u32,
    /// Most synapses onto one neuron.
    pub most_fan_in: u32,
}

/// What jobs add up, in any order: whole numbers, and no lock.
struct Sums {
    axons_in: Vec<AtomicU64>,
    axons_out: Vec<AtomicU64>,
    memory_bits: Vec<AtomicU64>,
    fan_in: Vec<AtomicU64>,
}

/// So many sums of nothing.
fn zeros(n: usize, what: &'static str) -> Vec<AtomicU64> {
    gathered((0..n).map(|_| AtomicU64::new(0)), what)
}

/// Adds to a sum; joining the threads makes it visible.
fn add(sums: &[AtomicU64], at: u32, more: u64) {
    sums[at as usize].fetch_add(more, Ordering::Relaxed);
}

/// What has been added up.
fn totals(sums: &[AtomicU64], what: &'static str) -> Vec<u64> {
    gathered(sums.iter().map(|sum| sum.load(Ordering::Relaxed)), what)
}

/// Neurons of a population and their entries.
type Entries<'a> = (usize, u32, &'a mut [[u32; 3]]);

/// What all jobs share.
struct Chip<'a> {
    network: &'a Network,
    mesh: &'a Mesh,
    /// First neuron of each population on the chip; none for a spike source.
    firsts: Vec<Option<u32>>,
    sums: Sums,
}

impl Chip<'_> {
    /// The targets of projections, and where their populations begin on the chip.
    fn targets(&self, projections: &[usize], watch: Watch<'_>) -> Result<Vec<(u32, Targets<'_>)>, CompileError> {
        let mut outgoing = with_room(projections.len(), "projections of a population");
        for &id in projections {
            let first = self.firsts[self.network.projections[id].target].expect("invariant: a spike source has no input");
            outgoing.push((first, Targets::new(self.network, id, &mut *watch)?));
        }
        Ok(outgoing)
    }

    /// Fills the entries of neurons `begin…` of a population.
    fn fill(&self, (population, begin, entries): Entries<'_>, outgoing: &[(u32, Targets<'_>)]) {
        let (mut scratch, mut reached) = (vec![], vec![]);
        for (index, per_spike) in (begin..).zip(entries) {
            reached.clear();
            for (first, targets) in outgoing {
                targets.visit(index, &mut scratch, |target| push(&mut reached, first + target, "targets of a neuron"));
            }
            let home = self.firsts[population].map(|first| (first + index) / self.mesh.neurons_per_core);
            *per_spike = count(self.mesh, home, &mut reached, &self.sums);
        }
    }
}

/// Places `network` on as many chip cores of `mesh` as it needs, whatever the chip's limits. Populations of at least
/// `large` synapses and neurons are shared out over the threads one by one.
pub(super) fn place(network: &Network, mesh: &Mesh, (threads, large): (usize, u64), watch: Watch<'_>) -> Result<Placed, CompileError> {
    let mut firsts = with_room(network.populations.len(), "populations on a chip");
    let mut neurons = 0u32;
    for population in &network.populations {
        let outside = population.model.is_source();
        firsts.push((!outside).then_some(neurons));
        neurons += if outside { 0 } else { population.size };
    }
    let cores = neurons.div_ceil(mesh.neurons_per_core) as usize;
    let per_core = || zeros(cores, "cores of a chip");
    let fan_in = zeros(neurons as usize, "fan-in");
    let sums = Sums { axons_in: per_core(), axons_out: per_core(), memory_bits: per_core(), fan_in };
    let chip = Chip { network, mesh, firsts, sums };
    let mut per_spike = filled(network.neurons() as usize, [0u32; 3], "packets of every neuron");
    walk(&chip, &mut per_spike, (threads, large), watch)?;
    let per_core = |sums: &[AtomicU64]| totals(sums, "cores of a chip");
    let (axons_in, axons_out) = (per_core(&chip.sums.axons_in), per_core(&chip.sums.axons_out));
    let (memory_bits, fan_in) = (per_core(&chip.sums.memory_bits), totals(&chip.sums.fan_in, "fan-in"));
    let column = |k: usize| gathered(per_spike.iter().map(|of| of[k]), "packets of every neuron");
    let (packets, hops_ew, hops_ns) = (column(0), column(1), column(2));
    let (most_targets, most_fan_in) = (packets.iter().copied().max().unwrap_or(0), fan_in.into_iter().max().unwrap_or(0) as u32);
    Ok(Placed { packets, hops_ew, hops_ns, axons_in, axons_out, memory_bits, most_targets, most_fan_in })
}

/// Fills the entries of all neurons: large populations shared out over the threads, small ones many to a job.
fn walk(chip: &Chip<'_>, per_spike: &mut [[u32; 3]], (threads, large): (usize, u64), watch: Watch<'_>) -> Result<(), CompileError> {
    let network = chip.network;
    let mut outgoing: Vec<Vec<usize>> = filled(network.populations.len(), vec![], "populations on a chip");
    for (id, projection) in network.projections.iter().enumerate() {
        push(&mut outgoing[projection.source], id, "projections of a population");
    }
    let synapses = |&id: &usize| network.projections[id].synapses(network) as u64;
    let work = |population: usize| outgoing[population].iter().map(synapses).sum::<u64>() + u64::from(network.populations[population].size);
    let (mut small, mut alone) = (vec![], vec![]);
    let mut rest = per_spike;
    for (id, population) in network.populations.iter().enumerate() {
        let own: Entries<'_> = (id, 0, rest.split_off_mut(..population.size as usize).expect("invariant: one entry per neuron"));
        push(if work(id) < large { &mut small } else { &mut alone }, own, "populations on a chip");
    }
    for (id, _, own) in alone {
        let targets = chip.targets(&outgoing[id], &mut *watch)?;
        let jobs = (0..).step_by(CHUNK as usize).zip(own.chunks_mut(CHUNK as usize));
        let jobs = gathered(jobs, "jobs");
        each(threads, jobs, (0.0, 1.0), &mut *watch, |(begin, entries)| chip.fill((id, begin, entries), &targets))?;
    }
    let jobs = batches(small, |&(id, ..)| work(id));
    let failed = Mutex::new(None);
    each(threads, jobs, (0.0, 1.0), watch, |populations| {
        for own in populations {
            match chip.targets(&outgoing[own.0], &mut |_| true) {
                Ok(targets) => chip.fill(own, &targets),
                Err(error) => return *failed.lock().expect("jobs do not panic") = Some(error),
            }
        }
    })?;
    failed.into_inner().expect("jobs do not panic").map_or(Ok(()), Err)
}

/// Packets and hops of one spike of a neuron on chip core `home`, if it is on the chip, that reaches these neurons.
fn count(mesh: &Mesh, home: Option<u32>, reached: &mut [u32], sums: &Sums) -> [u32; 3] {
    reached.sort_unstable();
    let mut per_spike = [0; 3];
    for list in reached.chunk_by(|a, b| a / mesh.neurons_per_core == b / mesh.neurons_per_core) {
        let core = list[0] / mesh.neurons_per_core;
        add(&sums.axons_in, core, 1);
        add(&sums.memory_bits, core, mesh.list_bits(list.len() as u64));
        if let Some(home) = home {
            let (ew, ns) = mesh.hops(home, core);
            add(&sums.axons_out, home, 1);
            per_spike = [per_spike[0] + 1, per_spike[1] + ew, per_spike[2] + ns];
        }
    }
    reached.iter().for_each(|&neuron| add(&sums.fan_in, neuron, 1));
    per_spike
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loihi's blocks of 64 synapses of 8 bits, with 10 bits each, in words of 64 (nengo-loihi, `block.py`).
    const MESH: Mesh =
        Mesh { neurons_per_core: 1024, cores_per_tile: 4, width: 8, bits_per_synapse: 8, block: 64, block_bits: 10, word_bits: 64 };

    #[test]
    fn lists_take_what_the_published_formula_says() {
        assert_eq!([0, 7, 100, 1024].map(|n| MESH.list_bits(n)), [0, 128, 896, 9216]);
    }

    #[test]
    fn small_populations_together_are_placed_as_one_by_one() {
        let network = crate::machine::ledger::tests::network();
        let mesh = Mesh { neurons_per_core: 64, ..MESH };
        let together = place(&network, &mesh, (2, u64::MAX), &mut |_| true).unwrap();
        assert_eq!(place(&network, &mesh, (2, 0), &mut |_| true).unwrap(), together);
        assert!(together.hops_ew.iter().any(|&hops| hops > 0) && together.most_fan_in > 300);
    }

    #[test]
    fn packets_pass_the_row_and_then_the_column() {
        assert_eq!(MESH.hops(0, 3), (0, 0), "one tile");
        assert_eq!(MESH.hops(0, 4 * (3 * 8 + 5)), (5, 3));
        assert_eq!(MESH.hops(4 * (3 * 8 + 5), 0), (5, 3));
    }
}
