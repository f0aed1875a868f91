//! `_native.Network`: the description.

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use numpy::{PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use spikecore::allocation::{filled, with_room};
use spikecore::{CompileOptions, DelayLaw, Network as Description, Projection, SampleRecorder, Stimulus, subject_of};

use crate::machine::{Machine, Watcher};
use crate::models::Parameters;
use crate::{convert, errors, models, system};

/// A network description; ids are handed out in call order.
#[pyclass(frozen, module = "spikecore._native")]
pub struct Network(Mutex<Arc<Description>>);

/// Rule, weight, delay, receptor, autapses, multapses: a projection without its ends.
type Law<'py> = (Bound<'py, PyTuple>, Bound<'py, PyTuple>, Bound<'py, PyTuple>, Option<String>, bool, bool);

impl Network {
    /// Changes the description. Machines share it: after a compile this copies its lists, and no array.
    fn with<T>(&self, f: impl FnOnce(&mut Description) -> PyResult<T>) -> PyResult<T> {
        f(Arc::make_mut(&mut *self.lock()?))
    }

    /// The description as it is now; whoever reads copies nothing and keeps nobody out.
    fn shared(&self) -> PyResult<Arc<Description>> {
        Ok(Arc::clone(&*self.lock()?))
    }

    /// Who unwound under the lock left the description as it was.
    fn lock(&self) -> PyResult<MutexGuard<'_, Arc<Description>>> {
        match self.0.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::Poisoned(left)) => Ok(left.into_inner()),
            Err(TryLockError::WouldBlock) => Err(errors::busy()),
        }
    }
}

/// A projection of this law between two populations of a network.
fn projection(
    network: &Description,
    (rule, weight, delay, receptor, autapses, multapses): &Law<'_>,
    ends: (usize, usize),
) -> PyResult<Projection> {
    let (source, target) = ends;
    let (rule, weight) = (convert::rule(rule)?, convert::distribution(weight)?);
    let (delay, receptor) = (convert::distribution(delay)?, convert::receptor(receptor.as_deref())?);
    let known = source.max(target) < network.populations.len();
    let subject = if known { subject_of(network, source, target) } else { "projection".to_owned() };
    let delay = DelayLaw::new(&subject, &delay, network.dt).map_err(errors::network)?;
    Ok(Projection { source, target, rule, weight, delay, receptor, autapses: *autapses, multapses: *multapses })
}

#[pymethods]
impl Network {
    #[new]
    fn new(dt: f64, seed: u64) -> PyResult<Self> {
        Ok(Self(Mutex::new(Arc::new(Description::new(dt, seed).map_err(errors::network)?))))
    }

    /// Adds a population.
    fn population(&self, name: &str, size: u32, model: &str, parameters: Parameters<'_>) -> PyResult<usize> {
        let models = models::models(model, size, &parameters)?;
        self.with(|n| {
            let added = if let [one] = *models { n.population(name, size, one) } else { n.varied_population(name, models) };
            added.map_err(errors::network)
        })
    }

    /// Sets initial potentials.
    fn initial_potential(&self, population: usize, distribution: &Bound<'_, PyTuple>) -> PyResult<()> {
        let law = convert::distribution(distribution)?;
        self.with(|n| n.initial_potential(population, law).map_err(errors::network))
    }

    /// Sets a spike source's spikes.
    fn source_spikes(&self, population: usize, neurons: PyReadonlyArray1<'_, u32>, ticks: PyReadonlyArray1<'_, u64>) -> PyResult<()> {
        let (neurons, ticks) = (neurons.to_vec()?, ticks.to_vec()?);
        self.with(|n| n.source_spikes(population, &neurons, &ticks).map_err(errors::network))
    }

    /// Adds a projection.
    #[pyo3(signature = (source, target, rule, weight, delay, receptor=None, autapses=true, multapses=true))]
    #[expect(clippy::too_many_arguments, reason = "the columns of a projection")]
    fn projection(
        &self,
        source: usize,
        target: usize,
        rule: Bound<'_, PyTuple>,
        weight: Bound<'_, PyTuple>,
        delay: Bound<'_, PyTuple>,
        receptor: Option<String>,
        autapses: bool,
        multapses: bool,
    ) -> PyResult<usize> {
        self.projections(vec![(rule, weight, delay, receptor, autapses, multapses)], vec![(source, target, 0)])
    }

    /// Adds projections (source, target, index of their law), all of them or none; returns the id of the first.
    fn projections(&self, laws: Vec<Law<'_>>, ends: Vec<(usize, usize, usize)>) -> PyResult<usize> {
        let network = self.shared()?;
        let mut left = filled(laws.len(), 0usize, "laws of projections");
        for &(.., index) in &ends {
            *left.get_mut(index).ok_or_else(|| PyValueError::new_err(format!("law {index} of {}", laws.len())))? += 1;
        }
        let mut models: Vec<Option<Projection>> = laws.iter().map(|_| None).collect();
        let mut all = with_room(ends.len(), "projections");
        for (source, target, index) in ends {
            let model = match models[index].take() {
                Some(model) => model,
                None => projection(&network, &laws[index], (source, target))?,
            };
            left[index] -= 1;
            if left[index] > 0 {
                models[index] = Some(model.between(source, target));
            }
            all.push(Projection { source, target, ..model });
        }
        drop(network);
        self.with(|n| n.projections(all).map_err(errors::network))
    }

    /// Adds independent Poisson processes; rate in Hz, times in ticks.
    #[pyo3(signature = (population, rate, weight, start, stop, receptor=None))]
    fn poisson(&self, population: usize, rate: f64, weight: f64, start: u64, stop: u64, receptor: Option<&str>) -> PyResult<usize> {
        let receptor = convert::receptor(receptor)?;
        self.with(|n| {
            let lambda = rate * n.dt * 1e-3;
            n.stimulus(Stimulus::Poisson { population, lambda, weight, receptor, start, stop }).map_err(errors::network)
        })
    }

    /// Adds a direct current in pA; times in ticks.
    fn direct_current(&self, population: usize, amplitudes: PyReadonlyArray1<'_, f64>, start: u64, stop: u64) -> PyResult<usize> {
        let amplitudes = amplitudes.to_vec()?;
        self.with(|n| n.stimulus(Stimulus::DirectCurrent { population, amplitudes, start, stop }).map_err(errors::network))
    }

    /// Records a variable of chosen neurons.
    fn record(&self, population: usize, variable: &str, neurons: PyReadonlyArray1<'_, u32>, interval: u64) -> PyResult<usize> {
        let recorder = SampleRecorder { population, variable: convert::variable(variable)?, neurons: neurons.to_vec()?, interval };
        self.with(|n| n.record(recorder).map_err(errors::network))
    }

    /// Chooses the populations whose spikes are recorded.
    fn record_spikes(&self, populations: Vec<usize>) -> PyResult<()> {
        self.with(|n| n.record_spikes(&populations).map_err(errors::network))
    }

    /// Neurons, synapses and bytes.
    fn forecast<'py>(&self, py: Python<'py>, workers: usize, weights: &str) -> PyResult<Bound<'py, PyDict>> {
        let f = spikecore::Machine::forecast(&*self.shared()?, workers, weights).map_err(errors::compile)?;
        let dict = PyDict::new(py);
        dict.set_item("neurons", f.neurons)?;
        dict.set_item("synapses", f.synapses)?;
        dict.set_item("synapse_bytes", f.synapse_bytes)?;
        dict.set_item("index_bytes", f.index_bytes)?;
        dict.set_item("state_bytes", f.state_bytes)?;
        dict.set_item("build_bytes", f.build_bytes)?;
        dict.set_item("bytes", f.bytes())?;
        Ok(dict)
    }

    /// Builds the machine.
    #[expect(clippy::too_many_arguments, reason = "the border's options, one by one")]
    #[pyo3(signature = (workers, weights, updates="auto", log_capacity=None, placement=None, progress=None))]
    fn compile(
        &self,
        py: Python<'_>,
        workers: usize,
        weights: &str,
        updates: &str,
        log_capacity: Option<usize>,
        placement: Option<Vec<i64>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Machine> {
        let description = self.shared()?;
        let options =
            CompileOptions { workers, log_capacity, placement, level: system::level()?, loose: None, updates: convert::updates(updates)? };
        let started = std::time::Instant::now();
        let mut watcher = Watcher::new(progress);
        let built = py.detach(|| spikecore::Machine::compile(&description, weights, &options, &mut |done| watcher.poll(done)));
        watcher.finish()?;
        let built = built.map_err(errors::compile)?;
        let wiring = spikecore::Wiring::new(description, weights, &options).map_err(errors::compile)?;
        Ok(Machine::new(built, wiring, started.elapsed().as_secs_f64()))
    }
}
