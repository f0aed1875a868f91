//! Reading a machine between runs: state, spikes, counts, synapses. Reading changes nothing.

use super::engine::Engine;
use crate::allocation::{filled, gathered, push, resize, text, with_room};
use crate::error::NetworkError;
use crate::id::{PopulationId, Tick};
use crate::models::Variable;
use crate::network::variable_of;
use crate::neurocore::counts::Sums;
use crate::neurocore::{Part, Placed};
use crate::number::weight::Weight;
use crate::refusal::Refusal;

/// Counters, timers and sizes; everything since compilation or the last reset.
///
/// What is counted by population has 128 bits: neurons times ticks pass 64 where a machine jumps over silence, and samples of
/// a batch add up. What is counted one by one, and the ticks of at most 65,535 cores, never comes so far.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// Spikes per population.
    pub spikes: Vec<u128>,
    /// Synaptic operations per source population: spikes × synapses, delivered or pending.
    pub synaptic_operations: Vec<u128>,
    /// Neuron updates per population.
    pub neuron_updates: Vec<u128>,
    /// Of these, those that were not done one by one.
    pub updates_skipped: Vec<u128>,
    /// Events from Poisson stimuli per population.
    pub stimulus_events: Vec<u128>,
    /// Seconds per worker in ingest, deliver, integrate, wait.
    pub phases_s: Vec<[f64; 4]>,
    /// Synapses scattered per worker, up to a frame before they are due.
    pub events_per_worker: Vec<u64>,
    /// Bytes of synapses.
    pub weight_store_bytes: u64,
    /// Bytes of the index that finds them.
    pub index_bytes: u64,
    /// Bytes of neuron state, accumulators and delay lines.
    pub state_bytes: u64,
    /// Synapses.
    pub synapses: u64,
    /// Synapses whose due tick has been run.
    pub delivered: u64,
    /// Synapses filed and not yet due.
    pub pending: u64,
    /// Largest lead of a core over a producer, in ticks: (core, producer, ticks).
    pub leads: Vec<(usize, usize, u64)>,
    /// Spikes published to other cores or their own.
    pub packets: u64,
    /// Seconds spent in `run`.
    pub run_s: f64,
    /// Ticks run.
    pub ticks: Tick,
    /// Workers that were asked for.
    pub workers: usize,
    /// Those that are started: threads.
    pub threads: usize,
    /// Cores.
    pub cores: usize,
    /// Ticks that cores left out because nothing could change in them, added over cores.
    pub ticks_skipped: Tick,
    /// Weight format.
    pub weights: &'static str,
    /// Synaptic operations of each core: synapses of the spikes that it has ingested, delivered or pending.
    pub operations_per_core: Vec<u64>,
    /// Bytes of the synapses of each core.
    pub store_bytes_per_core: Vec<u64>,
    /// Whether each core stores its synapses loose, or in rows.
    pub loose: Vec<bool>,
}

/// What this memory is for.
const COUNTERS: &str = "counters";
const SYNAPSES: &str = "a list of synapses";

impl Statistics {
    /// Adds the counts per population of another machine of the same network.
    pub(super) fn add_counts(&mut self, other: &Self) {
        let own = [
            (&mut self.spikes, &other.spikes),
            (&mut self.synaptic_operations, &other.synaptic_operations),
            (&mut self.neuron_updates, &other.neuron_updates),
            (&mut self.updates_skipped, &other.updates_skipped),
            (&mut self.stimulus_events, &other.stimulus_events),
        ];
        for (sums, counts) in own {
            let n = counts.len().max(sums.len());
            resize(sums, n, 0, COUNTERS);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
}

/// Source, delay, target, place among the synapses of a source, weight.
pub(super) type Row = (u32, u32, u32, u32, f64);

/// Synapses between two populations, as columns.
#[derive(Debug, Clone, Default)]
pub struct Synapses {
    /// Index in the source population.
    pub sources: Vec<u32>,
    /// Index in the target population.
    pub targets: Vec<u32>,
    /// Weight as stored.
    pub weights: Vec<f64>,
    /// Delay in ticks.
    pub delays: Vec<u32>,
}

impl Synapses {
    /// From rows, put in order; a core has all synapses onto a neuron, so no two are equal.
    pub(super) fn of_rows(mut rows: Vec<Row>) -> Self {
        rows.sort_unstable_by_key(|r| (r.0, r.1, r.2, r.3));
        Self {
            sources: gathered(rows.iter().map(|r| r.0), SYNAPSES),
            targets: gathered(rows.iter().map(|r| r.2), SYNAPSES),
            weights: gathered(rows.iter().map(|r| r.4), SYNAPSES),
            delays: gathered(rows.iter().map(|r| r.1), SYNAPSES),
        }
    }
}

impl<W: Weight> Engine<W> {
    fn population(&self, id: PopulationId) -> Result<(), NetworkError> {
        let known = self.population_sizes.len();
        if id < known { Ok(()) } else { Err(NetworkError::Unknown { what: "population", id, known }) }
    }

    /// See [`super::Machine::variable`].
    pub fn variable(&self, population: PopulationId, name: &str) -> Result<Variable, NetworkError> {
        self.population(population)?;
        variable_of(&self.names[population], self.shapes[population].readable, name)
    }

    /// See [`super::Machine::state`].
    pub fn state(&self, population: PopulationId, variable: Variable) -> Result<Vec<f64>, NetworkError> {
        self.check_variable(population, variable)?;
        let mut values = filled(self.population_sizes[population] as usize, 0.0, "state");
        self.cores.iter().for_each(|core| core.read(population, variable, self.now, &mut values));
        Ok(values)
    }

    /// Checks that a population has a variable.
    pub(super) fn check_variable(&self, population: PopulationId, variable: Variable) -> Result<(), NetworkError> {
        self.population(population)?;
        if variable.0 < self.shapes[population].readable.len() {
            return Ok(());
        }
        let subject = text(&self.names[population], "a message");
        Err(Refusal::new(subject, "variable", format!("{variable:?}"), "a variable of its model").into())
    }

    /// See [`super::Machine::spike_counts`].
    pub fn spike_counts(&self) -> Vec<u64> {
        let mut counts = filled(self.out_degree.len(), 0, "counts of spikes");
        for placed in self.cores.iter().flat_map(|c| c.placed()) {
            placed.spikes.write(&mut counts[placed.first_id as usize..][..placed.slice.len as usize]);
        }
        counts
    }

    /// See [`super::Machine::out_degrees`].
    pub fn out_degrees(&self) -> Vec<u64> {
        gathered(self.out_degree.iter().map(|&d| u64::from(d)), "out-degrees")
    }

    /// See [`super::Machine::synapses`].
    pub fn synapses(&self, source: PopulationId, target: PopulationId) -> Result<Synapses, NetworkError> {
        self.population(source)?;
        self.population(target)?;
        let mut rows: Vec<Row> = vec![];
        for core in &self.cores {
            let Some(slice) = core.placed().iter().map(|p| p.slice).find(|s| s.population == target) else {
                continue;
            };
            let slots = slice.slot0..slice.slot0 + slice.stride * self.models[target].receptors() as u32;
            for index in 0..self.population_sizes[source] {
                let mut place = 0;
                core.memory().visit(source, index, |slot, weight, delay| {
                    if slots.contains(&slot) {
                        let neuron = (slot - slice.slot0) % slice.stride + slice.first;
                        push(&mut rows, (index, delay, neuron, place, weight.decode(self.steps[target])), SYNAPSES);
                        place += 1;
                    }
                });
            }
        }
        Ok(Synapses::of_rows(rows))
    }

    /// Spikes of a slice since compilation, and synapses of them.
    pub(super) fn sums(&self, placed: &Placed<W>) -> Sums {
        placed.spikes.sums(&self.out_degree[placed.first_id as usize..][..placed.slice.len as usize])
    }

    /// See [`super::Machine::statistics`].
    pub fn statistics(&self) -> Statistics {
        let n = self.population_sizes.len();
        let mut s = Statistics {
            spikes: filled(n, 0, COUNTERS),
            synaptic_operations: filled(n, 0, COUNTERS),
            neuron_updates: filled(n, 0, COUNTERS),
            updates_skipped: filled(n, 0, COUNTERS),
            stimulus_events: filled(n, 0, COUNTERS),
            store_bytes_per_core: with_room(self.cores.len(), COUNTERS),
            operations_per_core: with_room(self.cores.len(), COUNTERS),
            loose: with_room(self.cores.len(), COUNTERS),
            phases_s: gathered(self.phases.iter().map(|p| [p.ingest, p.deliver, p.integrate, p.wait]), COUNTERS),
            run_s: self.run_s,
            ticks: self.now,
            workers: self.workers,
            threads: self.threads,
            cores: self.cores.len(),
            weights: W::NAME,
            leads: self.leads(),
            packets: self.packets(),
            events_per_worker: gathered(
                self.cores_per_worker().into_iter().map(|own| self.cores[own].iter().map(|c| c.counters.scattered).sum()),
                COUNTERS,
            ),
            ..Statistics::default()
        };
        for core in &self.cores {
            let (synapses, index) = core.memory().bytes();
            s.weight_store_bytes += synapses;
            s.store_bytes_per_core.push(synapses);
            s.operations_per_core.push(core.counters.filed);
            s.loose.push(core.memory().is_loose());
            s.index_bytes += index;
            s.state_bytes += core.state_bytes();
            s.synapses += core.memory().synapses();
            s.ticks_skipped += core.counters.skipped;
            let pending = core.pending(self.now);
            s.delivered += core.counters.filed - pending;
            s.pending += pending;
            for placed in core.placed() {
                let population = placed.slice.population;
                let counts = match &placed.part {
                    Part::Neurons { slab, .. } => Some((slab.updated(), slab.stimulus_events())),
                    Part::Stepped { bank, .. } => Some((bank.tallied().updated, bank.tallied().stimulus_events)),
                    Part::Source(_) => None,
                };
                if let Some((updated, events)) = counts {
                    let updates = u128::from(placed.slice.len) * u128::from(self.now);
                    s.neuron_updates[population] += updates;
                    s.updates_skipped[population] += updates - u128::from(updated);
                    s.stimulus_events[population] += u128::from(events);
                }
                let sums = self.sums(placed);
                s.spikes[population] += u128::from(sums.spikes);
                s.synaptic_operations[population] += u128::from(sums.operations);
            }
        }
        s
    }
}
