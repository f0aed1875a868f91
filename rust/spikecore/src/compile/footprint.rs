//! What the parts of a machine take, in bytes, and what building it takes at its peak; for [`super::forecast`].

use super::partition::Partition;
use super::plan::Plan;
use super::{fill, layout};
use crate::allocation::{gathered, push};
use crate::network::{Network, Population};
use crate::neurocore::{Core, Placed, Source};
use crate::neurons::census::Updates;
use crate::neurons::programmed::Programmed;
use crate::neurons::registry;
use crate::neurons::slab::Slab;
use crate::number::weight::Weight;
use crate::recorder::SampleTap;
use crate::router::Lane;
use crate::stimuli::Effect;
use crate::stimuli::poisson::PoissonDrive;
use crate::stimuli::rare::RareDrive;
use crate::synapses::delay_line::Span;
use crate::synapses::entry::{Segment, Synapse};
use crate::synapses::flight::{self, Layout, Spikes, Traffic};
use crate::synapses::loose::Loose;

/// Expected synapses in the cores' stores.
#[derive(Debug)]
pub struct Stored {
    /// How many.
    pub synapses: f64,
    /// Bytes of the synapses themselves.
    pub synapse_bytes: f64,
    /// Bytes of the index that finds them.
    pub index_bytes: f64,
    /// Bytes of segments, part of the index; none where synapses are loose.
    pub segment_bytes: f64,
    /// Rows of all cores.
    pub rows: f64,
}

impl Stored {
    /// Those of a network with this plan and cut, in the layout that takes fewer bytes.
    pub fn new<W: Weight>(network: &Network, partition: &Partition, plan: &Plan<W>) -> Self {
        let cores = partition.cores() as f64;
        let (mut synapses, mut bytes, mut segments) = (0.0, 0.0, 0.0);
        for (population, span) in plan.spans.iter().enumerate() {
            let (low, high) = plan.outgoing.delays(population);
            let rows = f64::from(network.populations[population].size) * cores;
            let mut counts = vec![0.0; span.kinds.len()];
            for &id in plan.outgoing.of(population) {
                counts[usize::from(plan.outgoing.kinds[id])] += network.projections[id].synapses(network);
            }
            for (count, &kind) in counts.into_iter().zip(&span.kinds) {
                let size = if kind != 0 { size_of::<u16>() } else { size_of::<Synapse<W>>() };
                synapses += count;
                bytes += count * size as f64;
                segments += rows * layout::segments(count / rows, f64::from(high - low + 1));
            }
        }
        let rows = plan.rows as f64 * cores;
        let segment_bytes = segments * size_of::<Segment>() as f64;
        let index_bytes = rows * layout::ROW + segment_bytes;
        let loose = layout::loose_bytes::<W>(synapses, network.neurons() * partition.cores() as u64);
        if partition.is_wide() || loose < bytes + index_bytes {
            let synapse_bytes = synapses * size_of::<Loose<W>>() as f64;
            return Self { synapses, synapse_bytes, index_bytes: loose - synapse_bytes, segment_bytes: 0.0, rows };
        }
        Self { synapses, synapse_bytes: bytes, index_bytes, segment_bytes, rows }
    }

    /// Whether synapses carry their delays.
    pub fn is_loose(&self) -> bool {
        self.segment_bytes == 0.0
    }
}

/// Bytes that are held at once while the stores are built, the stores themselves included: while rules are brought into
/// rows, while rows are counted and written, and while the index is put together.
pub fn building<W: Weight>(network: &Network, partition: &Partition, plan: &Plan<W>, stored: &Stored) -> f64 {
    let (mut kept, mut transposing) = (0.0, 0.0f64);
    for (_, projection) in network.stored() {
        let (lasting, passing) = projection.rule.expected_bytes(&projection.ends(network), projection.is_given());
        transposing = transposing.max(kept + lasting + passing);
        kept += lasting;
    }
    let lengths = stored.rows * size_of::<u32>() as f64;
    let chunks = fill::expected_bytes(network, partition, plan);
    let stores = stored.synapse_bytes + stored.index_bytes;
    let per_row = if stored.is_loose() { 0.0 } else { lengths };
    let counting = kept + lengths + chunks;
    let writing = counting + stores + per_row;
    let indexing = kept + chunks + stores + stored.segment_bytes + per_row;
    let degrees = network.neurons() as f64 * size_of::<u32>() as f64;
    transposing.max(counting).max(writing + degrees).max(indexing + degrees)
}

/// Bytes of neurons with what drives and records them, of what a core has besides, and of logs and counts.
pub fn state_bytes<W: Weight>(network: &Network, partition: &Partition, updates: Updates) -> u64 {
    let mut uniform: Vec<bool> = gathered(network.populations.iter().map(|population| population.each.is_empty()), "a forecast");
    let mut bytes = 0;
    for stimulus in &network.stimuli {
        let population = &network.populations[stimulus.population];
        for effect in stimulus.law.effects(&population.model) {
            bytes += match effect {
                Effect::Rare { .. } => RareDrive::<W>::expected_bytes(population.size as usize),
                Effect::Frequent { .. } => (partition.cores() * size_of::<PoissonDrive<W>>()) as u64,
                Effect::Current([_]) => 0,
                Effect::Current(amplitudes) => {
                    uniform[stimulus.population] = false;
                    size_of_val(amplitudes) as u64
                }
            };
        }
    }
    bytes += network.recorders.iter().map(|recorder| SampleTap::<W::State>::expected_bytes(recorder.neurons.len())).sum::<u64>();
    bytes += network.populations.iter().map(|p| Source::expected_bytes(p.source_spikes.len())).sum::<u64>();
    for (core, slices) in partition.slices.iter().enumerate() {
        for slice in slices {
            let (population, len) = (&network.populations[slice.population], slice.len as usize);
            bytes += (size_of::<Placed<W>>() + len * size_of::<u64>()) as u64;
            if !population.model.is_source() {
                bytes += match population.model.leaky(network.dt) {
                    _ if let Some(equations) = &population.equations => Programmed::<W>::expected_bytes(equations, len),
                    Some(p) if population.each.is_empty() => Slab::<W>::expected_bytes(p.currents, len, updates),
                    _ => registry::stepped_bytes::<W>(&population.model, !population.each.is_empty(), len),
                };
                bytes += if uniform[slice.population] { 0 } else { u64::from(slice.stride) * size_of::<W::State>() as u64 };
            }
        }
        bytes += Core::<W>::expected_bytes(partition.slots[core]) + Lane::expected_bytes(partition.neurons(core));
    }
    bytes + network.neurons() * size_of::<u32>() as u64 // out-degrees
}

/// Bytes of spikes that wait for their delays while neurons fire at `rate` Hz.
pub fn waiting_bytes<W: Weight>(network: &Network, partition: &Partition, plan: &Plan<W>, stored: &Stored, rate: f64) -> u64 {
    let cores = partition.cores() as f64;
    let spikes = |population: usize| spikes(&network.populations[population], rate * network.dt * 1e-3);
    let (mut traffic, mut span) = (vec![], (u32::MAX, 0));
    for (id, population) in network.populations.iter().enumerate() {
        let (shortest, longest) = plan.outgoing.delays(id);
        let synapses = plan.outgoing.of(id).iter().map(|&id| network.projections[id].synapses(network)).sum::<f64>();
        if synapses > 0.0 {
            let synapses = synapses / (f64::from(population.size) * cores);
            let shared = plan.spans[id].kinds.iter().all(|&kind| kind != 0);
            push(&mut traffic, Traffic { spikes: spikes(id), synapses, delays: (shortest, longest), shared }, "a forecast");
            span = (span.0.min(shortest), span.1.max(longest));
        }
    }
    let layout = if stored.is_loose() { Layout::Loose } else { Layout::Rows(partition.frame(0).shift()) };
    let lines = if traffic.is_empty() { 0.0 } else { flight::waiting_bytes::<W>(&traffic, Span::new(span.1, span.0, None), layout) };
    let queues = network.implicit().map(|projection| flight::queue_bytes(spikes(projection.source), projection.delay.support().1));
    (cores * (lines + queues.sum::<f64>())) as u64
}

/// Spikes of a population: those that a source is given, else `each` per neuron and tick.
fn spikes(population: &Population, each: f64) -> Spikes<'_> {
    if !population.model.is_source() { Spikes::Steady(f64::from(population.size) * each) } else { Spikes::Given(&population.source_spikes) }
}
