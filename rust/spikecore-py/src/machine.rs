//! `_native.Machine`: a compiled network. `try_lock`, never `lock`: a second thread gets `BusyError`.

use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant};

use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use spikecore::allocation::{Fault, caught};
use spikecore::{Batch, RunError};

use crate::door::{door, elements, list};
use crate::ledger::Wiring;
use crate::{batch, convert, errors};

/// Polls Python from the calling thread during long work: signals always, a progress callback if there is one.
pub struct Watcher {
    progress: Option<Py<PyAny>>,
    last: Instant,
    error: Option<PyErr>,
}

impl Watcher {
    /// A watcher with an optional callback.
    pub fn new(progress: Option<Py<PyAny>>) -> Self {
        Self { progress, last: Instant::now(), error: None }
    }

    /// Whether to go on; attaches to Python at most every 10 ms.
    pub fn poll<'a, T: Copy + for<'py> IntoPyObject<'py>>(&'a mut self, done: T) -> bool {
        if self.error.is_some() {
            return false;
        }
        if self.last.elapsed() >= Duration::from_millis(10) {
            self.last = Instant::now();
            self.error = Python::attach(|py| {
                py.check_signals()?;
                self.progress.as_ref().map_or(Ok(()), |callback| callback.call1(py, (done,)).map(drop))
            })
            .err();
        }
        self.error.is_none()
    }

    /// The exception that stopped the work, if one did.
    pub fn finish(self) -> PyResult<()> {
        self.error.map_or(Ok(()), Err)
    }
}

/// A compiled network; at most one call at a time.
#[pyclass(frozen, module = "spikecore._native")]
pub struct Machine {
    engine: Mutex<spikecore::Machine>,
    wiring: Arc<spikecore::Wiring>,
    build_s: f64,
}

type Spikes<'py> = (Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<u32>>);
type Samples<'py> = (Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<f64>>);
type Synapses<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<u32>>);

impl Machine {
    /// Wraps a built engine.
    pub fn new(engine: spikecore::Machine, wiring: spikecore::Wiring, build_s: f64) -> Self {
        Self { engine: Mutex::new(engine), wiring: Arc::new(wiring), build_s }
    }

    /// Works with the engine, while nobody else does. What ends the work early is caught here, so that the lock is left
    /// as it should be; after a bug the machine is poisoned.
    fn with<T>(&self, work: impl FnOnce(&mut spikecore::Machine) -> PyResult<T>) -> PyResult<T> {
        match self.engine.try_lock() {
            Ok(mut engine) => caught(|| work(&mut engine)).unwrap_or_else(|fault| {
                if let Fault::Panic(_) = fault {
                    engine.give_up();
                }
                Err(errors::fault(fault))
            }),
            Err(TryLockError::WouldBlock) => Err(errors::busy()),
            Err(TryLockError::Poisoned(_)) => Err(errors::run(RunError::Poisoned)),
        }
    }

    /// Reads what changes from tick to tick, unless it is undefined.
    fn read<T>(&self, work: impl FnOnce(&mut spikecore::Machine) -> PyResult<T>) -> PyResult<T> {
        self.with(|machine| {
            machine.check_health().map_err(errors::run)?;
            work(machine)
        })
    }
}

#[pymethods]
impl Machine {
    /// Runs `ticks` ticks; returns how many were run.
    #[pyo3(signature = (ticks, progress=None))]
    fn run(&self, py: Python<'_>, ticks: u64, progress: Option<Py<PyAny>>) -> PyResult<u64> {
        door(|| {
            let mut watcher = Watcher::new(progress);
            let done = py.detach(|| self.with(|m| m.run(ticks, &mut |done| watcher.poll(done)).map_err(errors::run)));
            watcher.finish()?;
            done
        })
    }

    /// Goes back to tick 0, with other input until the next reset, and another seed of the stimuli.
    #[pyo3(signature = (inputs, seed=None))]
    fn reset(&self, py: Python<'_>, inputs: &Bound<'_, PyList>, seed: Option<u64>) -> PyResult<()> {
        door(|| {
            let inputs = batch::inputs(1, inputs)?;
            py.detach(|| self.with(|m| m.reset(&inputs, seed).map_err(errors::run)))
        })
    }

    /// Runs samples from tick 0 on replicas.
    #[expect(clippy::too_many_arguments, reason = "the columns of a batch")]
    #[pyo3(signature = (ticks, samples, inputs, states, seeds=None, progress=None))]
    fn run_batch<'py>(
        &self,
        py: Python<'py>,
        ticks: u64,
        samples: usize,
        inputs: &Bound<'_, PyList>,
        states: &Bound<'_, PyAny>,
        seeds: Option<Bound<'_, PyAny>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        door(|| {
            let seeds = seeds.map(|list| elements::<u64>(&list, "the seeds of samples")).transpose()?;
            if let Some(seeds) = seeds.as_ref().filter(|seeds| seeds.len() != samples) {
                return Err(PyValueError::new_err(format!("{} seeds of {samples} samples", seeds.len())));
            }
            let states = elements::<(usize, String)>(states, "the states of samples")?.into_iter();
            let states = states.map(|(population, name)| Ok((population, convert::variable(&name)?))).collect::<PyResult<_>>()?;
            let asked = Batch { ticks, inputs: batch::inputs(samples, inputs)?, seeds, states };
            let mut watcher = Watcher::new(progress);
            let done = py.detach(|| self.with(|m| m.run_batch(&asked, &mut |done| watcher.poll(done)).map_err(errors::run)));
            watcher.finish()?;
            batch::to_python(py, done?)
        })
    }

    /// Ticks since compilation or the last reset.
    fn now(&self) -> PyResult<u64> {
        self.with(|m| Ok(m.now()))
    }

    /// Recorded spikes since the last call, ordered by (tick, neuron).
    fn take_spikes<'py>(&self, py: Python<'py>) -> PyResult<Spikes<'py>> {
        door(|| {
            let (ticks, neurons) = py.detach(|| self.read(|m| Ok(m.take_spikes())))?;
            Ok((ticks.into_pyarray(py), neurons.into_pyarray(py)))
        })
    }

    /// Samples of a recorder since the last call: ticks, and values tick by tick.
    fn take_samples<'py>(&self, py: Python<'py>, recorder: usize) -> PyResult<Samples<'py>> {
        door(|| {
            let (ticks, values) = py.detach(|| self.read(|m| m.take_samples(recorder).map_err(errors::network)))?;
            Ok((ticks.into_pyarray(py), values.into_pyarray(py)))
        })
    }

    /// A variable of all neurons of a population.
    fn state<'py>(&self, py: Python<'py>, population: usize, variable: &str) -> PyResult<Bound<'py, PyArray1<f64>>> {
        door(|| {
            let variable = convert::variable(variable)?;
            Ok(self.read(|m| m.state(population, variable).map_err(errors::network))?.into_pyarray(py))
        })
    }

    /// Spikes of every neuron since compilation, by global id.
    fn spike_counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<u64>>> {
        door(|| Ok(self.read(|m| Ok(m.spike_counts()))?.into_pyarray(py)))
    }

    /// Synapses of every neuron, by global id.
    fn out_degrees<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<u64>>> {
        door(|| Ok(self.with(|m| Ok(m.out_degrees()))?.into_pyarray(py)))
    }

    /// All synapses between two populations: sources, targets, weights, delays in ticks.
    fn synapses<'py>(&self, py: Python<'py>, source: usize, target: usize) -> PyResult<Synapses<'py>> {
        door(|| {
            let s = py.detach(|| self.with(|m| m.synapses(source, target).map_err(errors::network)))?;
            Ok((s.sources.into_pyarray(py), s.targets.into_pyarray(py), s.weights.into_pyarray(py), s.delays.into_pyarray(py)))
        })
    }

    /// Counters, timers and sizes.
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        door(|| statistics(py, self.read(|m| Ok(m.statistics()))?, self.build_s))
    }

    /// What the fan-out tables of a ledger are drawn from; it does not keep the machine.
    fn wiring(&self) -> PyResult<Wiring> {
        door(|| Ok(Wiring(Arc::clone(&self.wiring))))
    }

    /// ns per synapse of the bare scatter, per worker, all workers at once.
    fn bare_scatter<'py>(&self, py: Python<'py>, events: usize) -> PyResult<Bound<'py, PyList>> {
        door(|| list(py, py.detach(|| self.with(|m| m.bare_scatter(events).map_err(errors::run)))?))
    }
}

/// Statistics by name.
fn statistics(py: Python<'_>, s: spikecore::Statistics, build_s: f64) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("spikes_per_population", list(py, s.spikes)?)?;
    dict.set_item("synaptic_operations_per_population", list(py, s.synaptic_operations)?)?;
    dict.set_item("neuron_updates_per_population", list(py, s.neuron_updates)?)?;
    dict.set_item("updates_skipped_per_population", list(py, s.updates_skipped)?)?;
    dict.set_item("stimulus_events_per_population", list(py, s.stimulus_events)?)?;
    let phases = PyDict::new(py);
    for (k, name) in ["ingest", "deliver", "integrate", "wait"].into_iter().enumerate() {
        phases.set_item(name, list(py, s.phases_s.iter().map(|p| p[k]))?)?;
    }
    dict.set_item("phases_s", phases)?;
    dict.set_item("events_per_worker", list(py, s.events_per_worker)?)?;
    dict.set_item("weight_store_bytes", s.weight_store_bytes)?;
    dict.set_item("index_bytes", s.index_bytes)?;
    dict.set_item("state_bytes", s.state_bytes)?;
    dict.set_item("synapses", s.synapses)?;
    dict.set_item("synaptic_events", s.delivered)?;
    dict.set_item("pending_events", s.pending)?;
    dict.set_item("largest_lead", list(py, s.leads)?)?;
    dict.set_item("packets", s.packets)?;
    dict.set_item("ticks_skipped", s.ticks_skipped)?;
    dict.set_item("build_s", build_s)?;
    dict.set_item("run_s", s.run_s)?;
    dict.set_item("ticks", s.ticks)?;
    dict.set_item("workers", s.workers)?;
    dict.set_item("cores", s.cores)?;
    dict.set_item("weights", s.weights)?;
    dict.set_item("synaptic_operations_per_core", list(py, s.operations_per_core)?)?;
    dict.set_item("store_bytes_per_core", list(py, s.store_bytes_per_core)?)?;
    dict.set_item("loose_per_core", list(py, s.loose)?)?;
    Ok(dict)
}
