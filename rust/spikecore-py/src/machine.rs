//! `_native.Machine`: a compiled network. Whoever comes second is refused and never waits: a thread, or a signal handler.

use std::sync::Arc;

use numpy::{IntoPyArray, PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use spikecore::allocation::{Fault, caught, gathered, with_room};
use spikecore::{Batch, Record, Statistics, Turn};

use crate::convert::Whole;
use crate::door::{door, elements, list};
use crate::ledger::Wiring;
use crate::watcher::Watcher;
use crate::{batch, convert, errors};

/// A compiled network; at most one call at a time.
#[pyclass(frozen, module = "spikecore._native")]
pub struct Machine {
    desk: Turn<Desk>,
    wiring: Arc<spikecore::Wiring>,
    build_s: f64,
}

/// The engine, and what its last run came to.
struct Desk {
    engine: spikecore::Machine,
    last: Last,
}

/// The last run. A signal may interrupt Python after any call, so what a run came to is kept here, and given to whoever asks.
enum Last {
    /// Nothing was run since compilation or the last reset.
    None,
    /// What it recorded is still with the cores; these were the counters when it began.
    Open(Box<Statistics>),
    /// What was handed to Python.
    Taken(Py<PyDict>),
}

type Synapses<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<u32>>);

impl Desk {
    /// What the last run came to: always the same object until the next run or reset.
    fn record(&mut self, build_s: f64) -> PyResult<Option<Py<PyDict>>> {
        if let Last::Open(before) = &self.last {
            self.engine.check_health().map_err(errors::run)?;
            // What may need much memory comes first: from then on, nothing that was recorded can be lost.
            let after = self.engine.statistics();
            let around = Python::attach(|py| counters_around(py, [before, &after], build_s).map(Bound::unbind))?;
            self.last = Last::Taken(Python::attach(|py| {
                let tables = tables(py, &self.engine.table_lengths())?;
                let mut open = gathered(tables.iter().map(|table| table.readwrite()), "samples");
                let mut slices = with_room(open.len(), "samples");
                for table in &mut open {
                    slices.push(table.as_slice_mut()?);
                }
                let record = py.detach(|| self.engine.take(&mut slices));
                drop(open);
                run_dict(around.bind(py), record, &tables).map(|()| around.clone_ref(py))
            })?);
        }
        Ok(match &self.last {
            Last::Taken(record) => Some(Python::attach(|py| record.clone_ref(py))),
            Last::None | Last::Open(_) => None,
        })
    }
}

impl Machine {
    /// Wraps a built engine.
    pub fn new(engine: spikecore::Machine, wiring: spikecore::Wiring, build_s: f64) -> Self {
        Self { desk: Turn::new(Desk { engine, last: Last::None }), wiring: Arc::new(wiring), build_s }
    }

    /// Works with the engine, while nobody else does. What ends the work early is caught here; after a bug the machine is
    /// poisoned.
    fn desk<T>(&self, work: impl FnOnce(&mut Desk) -> PyResult<T>) -> PyResult<T> {
        let worked = self.desk.take(|desk| {
            caught(|| work(desk)).unwrap_or_else(|fault| {
                if let Fault::Panic(_) = fault {
                    desk.engine.give_up();
                }
                Err(errors::fault(fault))
            })
        });
        worked.map_err(|refused| errors::no_turn(refused, "machine"))?
    }

    fn with<T>(&self, work: impl FnOnce(&mut spikecore::Machine) -> PyResult<T>) -> PyResult<T> {
        self.desk(|desk| work(&mut desk.engine))
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
    /// Runs `ticks` ticks; returns what the run came to, as `last_run` does.
    #[pyo3(signature = (ticks, progress=None))]
    fn run(&self, py: Python<'_>, ticks: u64, progress: Option<Py<PyAny>>) -> PyResult<Py<PyDict>> {
        let mut watcher = Watcher::new(progress);
        let run = |desk: &mut Desk| {
            desk.engine.check_health().map_err(errors::run)?;
            let before = desk.engine.begin();
            desk.last = Last::Open(Box::new(before));
            let ran = desk.engine.run(ticks, &mut |done| watcher.poll(done));
            // To sort many spikes takes longer than Ctrl-C may: what an interrupted run recorded stays where it is.
            watcher.finish()?;
            ran.map_err(errors::run)?;
            desk.record(self.build_s)
        };
        let record = door(|| py.detach(|| self.desk(run)))?;
        Ok(record.expect("invariant: a run was begun"))
    }

    /// What the last run came to; it may have been interrupted. None before the first run and after a reset.
    fn last_run(&self, py: Python<'_>) -> PyResult<Option<Py<PyDict>>> {
        door(|| py.detach(|| self.desk(|desk| desk.record(self.build_s))))
    }

    /// Goes back to tick 0, with other input until the next reset, and another seed of the stimuli.
    #[pyo3(signature = (inputs, seed=None))]
    fn reset(&self, py: Python<'_>, inputs: &Bound<'_, PyList>, seed: Option<Whole>) -> PyResult<()> {
        door(|| {
            let seed = seed.map(|seed| convert::seed("seed", &seed)).transpose()?;
            let inputs = batch::inputs(1, inputs)?;
            let reset = |desk: &mut Desk| {
                desk.engine.reset(&inputs, seed).map_err(errors::run)?;
                desk.last = Last::None;
                Ok(())
            };
            py.detach(|| self.desk(reset))
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
            let seeds = seeds.map(|list| batch::seeds(&list)).transpose()?;
            if let Some(seeds) = seeds.as_ref().filter(|seeds| seeds.len() != samples) {
                return Err(errors::refused("", "the length of seeds", seeds.len(), format!("{samples}, one per sample")));
            }
            let states = elements::<(usize, String)>(states, "the states of samples")?;
            let states = self.with(|m| {
                let known = states.iter().map(|(population, name)| Ok((*population, m.variable(*population, name)?)));
                known.collect::<Result<Vec<_>, _>>().map_err(errors::network)
            })?;
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

    /// A variable of all neurons of a population.
    fn state<'py>(&self, py: Python<'py>, population: usize, variable: &str) -> PyResult<Bound<'py, PyArray1<f64>>> {
        door(|| {
            let state = |m: &spikecore::Machine| m.variable(population, variable).and_then(|variable| m.state(population, variable));
            Ok(self.read(|m| state(m).map_err(errors::network))?.into_pyarray(py))
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
            Ok(columns(py, s))
        })
    }

    /// The synapses of one projection, in the same columns.
    fn synapses_of<'py>(&self, py: Python<'py>, projection: usize) -> PyResult<Synapses<'py>> {
        door(|| {
            let mut watcher = Watcher::new(None);
            let draw =
                |m: &spikecore::Machine, watcher: &mut Watcher| m.synapses_of(&self.wiring, projection, &mut |done| watcher.poll(done));
            let drawn = py.detach(|| self.with(|m| draw(m, &mut watcher).map_err(errors::compile)));
            watcher.finish()?;
            Ok(columns(py, drawn?))
        })
    }

    /// Counters, timers and sizes.
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        door(|| statistics_dict(py, &self.read(|m| Ok(m.statistics()))?, self.build_s))
    }

    /// What the fan-out tables of a ledger are drawn from; it does not keep the machine.
    fn wiring(&self) -> PyResult<Wiring> {
        door(|| Ok(Wiring(Arc::clone(&self.wiring))))
    }

    /// ns per synapse of the bare scatter, per worker, all workers at once.
    fn bare_scatter<'py>(&self, py: Python<'py>, events: Whole) -> PyResult<Bound<'py, PyList>> {
        door(|| list(py, py.detach(|| self.with(|m| m.bare_scatter(events.0).map_err(errors::run)))?))
    }
}

/// Synapses as columns.
fn columns(py: Python<'_>, s: spikecore::Synapses) -> Synapses<'_> {
    (s.sources.into_pyarray(py), s.targets.into_pyarray(py), s.weights.into_pyarray(py), s.delays.into_pyarray(py))
}

/// The counters at the beginning and at the end of a run.
fn counters_around<'py>(py: Python<'py>, [before, after]: [&Statistics; 2], build_s: f64) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("before", statistics_dict(py, before, build_s)?)?;
    dict.set_item("after", statistics_dict(py, after, build_s)?)?;
    Ok(dict)
}

/// Arrays of numpy's own, for samples: it has memory on huge pages, which is written several times as fast.
fn tables<'py>(py: Python<'py>, lengths: &[usize]) -> PyResult<Vec<Bound<'py, PyArray1<f64>>>> {
    let zeros = py.import("numpy")?.getattr("zeros")?;
    let mut all = with_room(lengths.len(), "samples");
    for &n in lengths {
        all.push(zeros.call1((n,))?.cast_into()?);
    }
    Ok(all)
}

/// Adds what a run came to, as plain arrays.
fn run_dict<'py>(dict: &Bound<'py, PyDict>, record: Record, tables: &[Bound<'py, PyArray1<f64>>]) -> PyResult<()> {
    let (py, Record { spikes: (ticks, neurons), sampled, counts }) = (dict.py(), record);
    dict.set_item("spikes", (ticks.into_pyarray(py), neurons.into_pyarray(py)))?;
    let tables = sampled.into_iter().zip(tables).map(|(ticks, values)| (ticks.into_pyarray(py), values));
    dict.set_item("samples", list(py, tables)?)?;
    dict.set_item("counts", (counts.neurons.into_pyarray(py), counts.spikes.into_pyarray(py)))
}

/// Statistics by name.
fn statistics_dict<'py>(py: Python<'py>, s: &Statistics, build_s: f64) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("spikes_per_population", list(py, s.spikes.iter().copied())?)?;
    dict.set_item("synaptic_operations_per_population", list(py, s.synaptic_operations.iter().copied())?)?;
    dict.set_item("neuron_updates_per_population", list(py, s.neuron_updates.iter().copied())?)?;
    dict.set_item("updates_skipped_per_population", list(py, s.updates_skipped.iter().copied())?)?;
    dict.set_item("stimulus_events_per_population", list(py, s.stimulus_events.iter().copied())?)?;
    let phases = PyDict::new(py);
    for (k, name) in ["ingest", "deliver", "integrate", "wait"].into_iter().enumerate() {
        phases.set_item(name, list(py, s.phases_s.iter().map(|p| p[k]))?)?;
    }
    dict.set_item("phases_s", phases)?;
    dict.set_item("events_per_worker", list(py, s.events_per_worker.iter().copied())?)?;
    dict.set_item("weight_store_bytes", s.weight_store_bytes)?;
    dict.set_item("index_bytes", s.index_bytes)?;
    dict.set_item("state_bytes", s.state_bytes)?;
    dict.set_item("synapses", s.synapses)?;
    dict.set_item("synaptic_events", s.delivered)?;
    dict.set_item("pending_events", s.pending)?;
    dict.set_item("largest_lead", list(py, s.leads.iter().copied())?)?;
    dict.set_item("packets", s.packets)?;
    dict.set_item("ticks_skipped", s.ticks_skipped)?;
    dict.set_item("build_s", build_s)?;
    dict.set_item("run_s", s.run_s)?;
    dict.set_item("ticks", s.ticks)?;
    dict.set_item("workers", s.workers)?;
    dict.set_item("threads", s.threads)?;
    dict.set_item("cores", s.cores)?;
    dict.set_item("weights", s.weights)?;
    dict.set_item("synaptic_operations_per_core", list(py, s.operations_per_core.iter().copied())?)?;
    dict.set_item("store_bytes_per_core", list(py, s.store_bytes_per_core.iter().copied())?)?;
    dict.set_item("loose_per_core", list(py, s.loose.iter().copied())?)?;
    Ok(dict)
}
