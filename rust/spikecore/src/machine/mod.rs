//! The machine: cores, router and clock of one compiled network, whatever its weight format.
//!
//! `compile`, `run`, `reset` and `run_batch` are doors (`allocation.rs`): where memory ends, they return an error. What
//! only reads unwinds with `OutOfMemory`, changes nothing and loses nothing that was recorded.

mod batch;
#[cfg(test)]
mod batch_tests;
mod drawn;
pub mod engine;
pub mod fan_out;
mod headroom;
pub mod ledger;
pub mod placement;
mod read;
mod record;
mod reset;
mod scatter;
#[cfg(test)]
mod silence_tests;
mod solo;
mod step;
mod targets;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wide_tests;
mod worker;

use crate::allocation::{Fault, caught};
use crate::compile::plan::Plan;
use crate::compile::{self, Expected, Forecast, Options};
use crate::error::{CompileError, NetworkError, RunError};
use crate::id::{NeuronId, PopulationId, Tick};
use crate::models::Variable;
use crate::network::{Inputs, Network};
use crate::neurons::census::Updates;
use crate::number::format::Format;
use crate::number::weight::{Q16, Weight};
use crate::parallel::Watch;
use crate::refusal::whole;
use crate::threads;
pub use batch::{Batch, Batched, Sample};
use engine::Engine;
pub use read::{Statistics, Synapses};
pub use record::{Record, Spikes, Table};

/// A compiled network.
#[derive(Debug)]
pub enum Machine {
    /// `f32` weights and state.
    F32(Box<Engine<f32>>),
    /// `f64` weights and state.
    F64(Box<Engine<f64>>),
    /// 16-bit fixed-point weights, `f32` state.
    Q16(Box<Engine<Q16>>),
}

macro_rules! each {
    ($machine:expr, $engine:ident => $body:expr) => {
        match $machine {
            Machine::F32($engine) => $body,
            Machine::F64($engine) => $body,
            Machine::Q16($engine) => $body,
        }
    };
}

/// Builds a machine of one weight format.
fn engine<W: Weight>(network: &Network, options: &Options, watch: &mut dyn FnMut(f64) -> bool) -> Result<Box<Engine<W>>, CompileError> {
    Ok(Box::new(Engine::new(network, compile::compile(network, options, watch)?)))
}

fn check_workers(workers: usize) -> Result<(), CompileError> {
    Ok(threads::workers(workers as i128).map(drop).map_err(NetworkError::from)?)
}

impl Machine {
    /// Neurons, synapses and bytes that a machine would need.
    ///
    /// # Errors
    /// For an unknown weight format, a number of workers or a rate that cannot be, or if a core would be too full.
    pub fn forecast(network: &Network, workers: usize, weights: &str, expected: Expected) -> Result<Forecast, CompileError> {
        check_workers(workers)?;
        let format = Format::named(weights).map_err(NetworkError::from)?;
        expected.check(network.dt).map_err(NetworkError::from)?;
        let partition = compile::partition::Partition::new(network, workers, None, None)?;
        match format {
            Format::F32 => Ok(Forecast::new(network, &partition, &Plan::<f32>::new(network, None, None)?, expected)),
            Format::F64 => Ok(Forecast::new(network, &partition, &Plan::<f64>::new(network, None, None)?, expected)),
            Format::Q16 => Ok(Forecast::new(network, &partition, &Plan::<Q16>::new(network, None, None)?, expected)),
        }
    }

    /// Builds a machine; `watch` gets the fraction done every few milliseconds and returns whether to go on.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn compile(network: &Network, weights: &str, options: &Options, watch: &mut dyn FnMut(f64) -> bool) -> Result<Self, CompileError> {
        check_workers(options.workers)?;
        if options.updates == Updates::Event {
            network.check_events()?;
        }
        let format = Format::named(weights).map_err(NetworkError::from)?;
        caught(|| match format {
            Format::F32 => Ok(Self::F32(engine(network, options, watch)?)),
            Format::F64 => Ok(Self::F64(engine(network, options, watch)?)),
            Format::Q16 => Ok(Self::Q16(engine(network, options, watch)?)),
        })?
    }

    /// Runs `ticks` ticks; `watch` gets the ticks done every few milliseconds and returns whether to go on. Returns
    /// how many were run: all cores stop at that tick.
    ///
    /// # Errors
    /// [`RunError`] if a worker panicked, now or earlier, if the machine cannot count so many ticks, if the system gives
    /// no thread, or where memory ends. Then all cores stand at one tick, or the machine is poisoned and the error says so.
    pub fn run(&mut self, ticks: Tick, watch: &mut dyn FnMut(Tick) -> bool) -> Result<Tick, RunError> {
        let outcome = caught(|| each!(self, e => e.run(ticks, watch)));
        self.settled(outcome)
    }

    /// An outcome behind a door. A bug leaves a machine that was being changed without a defined state.
    fn settled<T>(&mut self, outcome: Result<Result<T, RunError>, Fault>) -> Result<T, RunError> {
        if let Err(Fault::Panic(_)) = &outcome {
            self.give_up();
        }
        outcome?
    }

    /// Poisons the machine: a bug was found while it was being changed.
    pub fn give_up(&mut self) {
        each!(self, e => e.give_up());
    }

    /// Whether what it holds is defined.
    ///
    /// # Errors
    /// [`RunError::Torn`] or [`RunError::Poisoned`].
    pub fn check_health(&self) -> Result<(), RunError> {
        each!(self, e => e.check_health())
    }

    /// Goes back to tick 0, as if just compiled: the next run gives what a fresh machine gives. Populations that
    /// `inputs`, of one sample, names get that until the next reset; stimuli are drawn with `seed` if there is one.
    ///
    /// # Errors
    /// [`RunError`] if an earlier panic poisoned the machine, for input that does not fit its population, or where memory
    /// ends: then the machine is torn, and another reset makes it whole.
    pub fn reset(&mut self, inputs: &Inputs, seed: Option<u64>) -> Result<(), RunError> {
        let outcome = caught(|| each!(self, e => e.reset(inputs, seed)));
        self.settled(outcome)
    }

    /// Runs every sample of a batch from tick 0: each gives what [`Machine::reset`] and [`Machine::run`] would. The
    /// machine stays as it is. `watch` gets the samples done every few milliseconds and returns whether to go on.
    ///
    /// # Errors
    /// [`RunError`] as for `reset` and `run`, or if the replicas do not fit into memory.
    pub fn run_batch(&self, batch: &Batch, watch: &mut dyn FnMut(u64) -> bool) -> Result<Batched, RunError> {
        caught(|| each!(self, e => e.run_batch(batch, watch)))?
    }

    /// Ticks since compilation or the last reset.
    pub fn now(&self) -> Tick {
        each!(self, e => e.now())
    }

    /// Begins a run to be taken as one: drops what was recorded and not taken. Returns the counters now.
    pub fn begin(&mut self) -> Statistics {
        each!(self, e => e.begin())
    }

    /// Numbers of samples of all recorders, those of all neurons together, since they were last taken.
    pub fn table_lengths(&self) -> Vec<usize> {
        each!(self, e => e.table_lengths())
    }

    /// Takes what happened since `begin`; writes samples, tick by tick, to tables of `table_lengths`. Where memory ends, it
    /// unwinds and takes nothing.
    pub fn take(&mut self, tables: &mut [&mut [f64]]) -> Record {
        each!(self, e => e.take(tables))
    }

    /// Recorded spikes since the last call, ordered by (tick, neuron).
    pub fn take_spikes(&mut self) -> (Vec<Tick>, Vec<NeuronId>) {
        each!(self, e => e.take_spikes())
    }

    /// The variable of this name of a population.
    ///
    /// # Errors
    /// For an unknown population or a variable that its model lacks.
    pub fn variable(&self, population: PopulationId, name: &str) -> Result<Variable, NetworkError> {
        each!(self, e => e.variable(population, name))
    }

    /// A variable of all neurons of a population, in mV or pA.
    ///
    /// # Errors
    /// For an unknown population or a variable that its model lacks.
    pub fn state(&self, population: PopulationId, variable: Variable) -> Result<Vec<f64>, NetworkError> {
        each!(self, e => e.state(population, variable))
    }

    /// Spikes of every neuron since compilation, by global id.
    pub fn spike_counts(&self) -> Vec<u64> {
        each!(self, e => e.spike_counts())
    }

    /// Synapses of every neuron, by global id.
    pub fn out_degrees(&self) -> Vec<u64> {
        each!(self, e => e.out_degrees())
    }

    /// All synapses between two populations, by (source, delay, creation).
    ///
    /// # Errors
    /// For an unknown population.
    pub fn synapses(&self, source: PopulationId, target: PopulationId) -> Result<Synapses, NetworkError> {
        each!(self, e => e.synapses(source, target))
    }

    /// The synapses of projection `id` of the network that it was compiled from, by (source, delay, target).
    ///
    /// # Errors
    /// For an unknown projection, or if `watch` stops it.
    pub fn synapses_of(&self, wiring: &ledger::Wiring, id: usize, watch: Watch<'_>) -> Result<Synapses, CompileError> {
        each!(self, e => e.synapses_of(wiring, id, watch))
    }

    /// Counters, timers and sizes.
    pub fn statistics(&self) -> Statistics {
        each!(self, e => e.statistics())
    }

    /// Time of the bare scatter, ns per synapse and worker, as many workers at once as there are CPUs.
    ///
    /// # Errors
    /// [`RunError`] if `events` is not in its range, or the system gives no thread.
    pub fn bare_scatter(&self, events: i128) -> Result<Vec<f64>, RunError> {
        const MOST_EVENTS: u64 = 1 << 30;
        let events = whole("", "events", events, (1, MOST_EVENTS)).map_err(NetworkError::from)? as usize;
        each!(self, e => e.bare_scatter(events))
    }
}
