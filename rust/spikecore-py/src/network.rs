//! `_native.Network`: the description.

use std::sync::Arc;

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PyTuple};
use spikecore::allocation::{filled, gathered, with_room};
use spikecore::{
    CompileOptions, DelayLaw, DirectCurrent, Expected, Network as Description, Projection, Receptor, SampleRecorder, Stimulus, Turn,
    subject_of,
};

use crate::convert::Whole;
use crate::door::{door, elements, list, values};
use crate::equations::Compiled;
use crate::machine::Machine;
use crate::models::Parameters;
use crate::watcher::Watcher;
use crate::{convert, errors, models, system};

/// A network description; ids are handed out in call order.
#[pyclass(frozen, module = "spikecore._native")]
pub struct Network(Turn<Arc<Description>>);

/// Rule, weight, delay, receptor, autapses, multapses: a projection without its ends.
type Law<'py> = (Bound<'py, PyTuple>, Bound<'py, PyTuple>, Bound<'py, PyTuple>, Option<String>, bool, bool);

impl Network {
    /// Changes the description. Machines share it: after a compile this copies its lists, and no array.
    fn with<T>(&self, change: impl FnOnce(&mut Description) -> PyResult<T>) -> PyResult<T> {
        self.turn(|description| door(|| change(Arc::make_mut(description))))?
    }

    /// The description as it is now; whoever reads copies nothing and keeps nobody out.
    fn shared(&self) -> PyResult<Arc<Description>> {
        self.turn(|description| Arc::clone(description))
    }

    fn turn<T>(&self, work: impl FnOnce(&mut Arc<Description>) -> T) -> PyResult<T> {
        self.0.take(work).map_err(|refused| errors::no_turn(refused, "network"))
    }

    /// Adds projections, all of them or none.
    fn add_projections(&self, py: Python<'_>, laws: &[Law<'_>], ends: &[(usize, usize, usize)]) -> PyResult<usize> {
        // The description must not be shared any more when it changes, or it is copied.
        let all = projections(&*self.shared()?, laws, ends)?;
        self.with(|n| {
            let mut watcher = Watcher::new(None);
            let first = py.detach(|| n.projections(all, &mut |done| watcher.poll(done)));
            watcher.finish()?;
            first.map_err(errors::compile)
        })
    }
}

/// Makes projections of laws. A call has one delay for all of them, or arrays, so the last one is kept: a distribution is a
/// table over ticks, which is much work.
struct Laws<'a, 'py> {
    network: &'a Description,
    laws: &'a [Law<'py>],
    delay: Option<(Bound<'py, PyTuple>, DelayLaw)>,
}

impl Laws<'_, '_> {
    /// A projection of a law between two populations.
    fn projection(&mut self, index: usize, (source, target): (usize, usize)) -> PyResult<Projection> {
        let (rule, weight, delay, receptor, autapses, multapses) = &self.laws[index];
        let (rule, weight, receptor) =
            (convert::rule(rule)?, convert::distribution(weight)?, self.receptor((source, target), receptor.as_deref())?);
        let delay = match &self.delay {
            Some((tuple, DelayLaw::Constant(ticks))) if tuple.is(delay) => DelayLaw::Constant(*ticks),
            Some((tuple, DelayLaw::Table(table))) if tuple.is(delay) => DelayLaw::Table(Arc::clone(table)),
            _ => self.delay((source, target), delay)?,
        };
        Ok(Projection { source, target, rule, weight, delay, receptor, autapses: *autapses, multapses: *multapses })
    }
}

impl<'py> Laws<'_, 'py> {
    /// How messages name a projection; one of populations that there are not is refused later.
    fn subject(&self, (source, target): (usize, usize)) -> String {
        let known = source.max(target) < self.network.populations.len();
        if known { subject_of(self.network, source, target) } else { "projection".to_owned() }
    }

    fn receptor(&self, ends: (usize, usize), name: Option<&str>) -> PyResult<Receptor> {
        let target = self.network.populations.get(ends.1).map(|population| &population.model);
        if name.is_none() && target.is_none_or(|model| model.inputs().is_none()) {
            return Ok(Receptor::BySign);
        }
        Receptor::named(&self.subject(ends), name, target).map_err(errors::refusal)
    }

    fn delay(&mut self, ends: (usize, usize), tuple: &Bound<'py, PyTuple>) -> PyResult<DelayLaw> {
        let law = convert::delay(tuple, &self.subject(ends), self.network.dt)?;
        self.delay = match &law {
            DelayLaw::Constant(ticks) => Some((tuple.clone(), DelayLaw::Constant(*ticks))),
            DelayLaw::Table(table) => Some((tuple.clone(), DelayLaw::Table(Arc::clone(table)))),
            DelayLaw::Array(_) => None,
        };
        Ok(law)
    }
}

/// All projections of a call; a law's own arrays go to the last one of it, and copies to those before.
fn projections(network: &Description, laws: &[Law<'_>], ends: &[(usize, usize, usize)]) -> PyResult<Vec<Projection>> {
    let mut left = filled(laws.len(), 0usize, "laws of projections");
    for &(.., index) in ends {
        *left.get_mut(index).ok_or_else(|| errors::refused("", "law", index, format!("below {}", laws.len())))? += 1;
    }
    let mut models: Vec<Option<Projection>> = gathered(laws.iter().map(|_| None), "laws of projections");
    let mut made = Laws { network, laws, delay: None };
    let mut all = with_room(ends.len(), "projections");
    for &(source, target, index) in ends {
        let model = match models[index].take() {
            Some(model) => model,
            None => made.projection(index, (source, target))?,
        };
        left[index] -= 1;
        if left[index] > 0 {
            models[index] = Some(model.between(source, target));
        }
        let receptor = made.receptor((source, target), laws[index].3.as_deref())?;
        all.push(Projection { source, target, receptor, ..model });
    }
    Ok(all)
}

#[pymethods]
impl Network {
    #[new]
    fn new(dt: f64, seed: Whole) -> PyResult<Self> {
        door(|| {
            let seed = convert::seed("seed", &seed)?;
            Ok(Self(Turn::new(Arc::new(Description::new(dt, seed).map_err(errors::network)?))))
        })
    }

    /// Checks a number of neurons that a population of this name may have.
    fn check_size(&self, name: &str, size: Whole) -> PyResult<()> {
        door(|| self.shared()?.check_size(name, size.0).map(drop).map_err(errors::network))
    }

    /// Another description of the same; they share objects, and what is added to one the other has not.
    fn copy(&self) -> PyResult<Self> {
        door(|| Ok(Self(Turn::new(self.shared()?))))
    }

    /// Adds a population.
    fn population(&self, name: &str, size: u32, model: &str, parameters: Parameters<'_>) -> PyResult<usize> {
        self.with(|n| {
            let (model, each) = models::model(name, model, size, &parameters)?;
            n.varied_population(name, size, model, each).map_err(errors::network)
        })
    }

    /// Adds a population of neurons that are given as equations; `initial` are distributions of their state at tick 0.
    fn equations(&self, name: &str, size: u32, program: Compiled<'_>, initial: &Bound<'_, PyAny>) -> PyResult<usize> {
        self.with(|n| {
            let laws = PyIterator::from_object(initial)?.map(|law| convert::distribution(law?.cast()?)).collect::<PyResult<_>>()?;
            n.equations(name, size, &program.statement(), program.equations(name)?, laws).map_err(errors::network)
        })
    }

    /// Sets initial potentials.
    fn initial_potential(&self, population: usize, distribution: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.with(|n| n.initial_potential(population, convert::distribution(distribution)?).map_err(errors::network))
    }

    /// Sets a spike source's spikes.
    fn source_spikes(&self, population: usize, neurons: PyReadonlyArray1<'_, u32>, ticks: PyReadonlyArray1<'_, u64>) -> PyResult<()> {
        self.with(|n| {
            let (neurons, ticks) = (values(&neurons, "the spikes of a source")?, values(&ticks, "the spikes of a source")?);
            n.source_spikes(population, &neurons, &ticks).map_err(errors::network)
        })
    }

    /// Adds a projection.
    #[pyo3(signature = (source, target, rule, weight, delay, receptor=None, autapses=true, multapses=true))]
    #[expect(clippy::too_many_arguments, reason = "the columns of a projection")]
    fn projection(
        &self,
        py: Python<'_>,
        source: usize,
        target: usize,
        rule: Bound<'_, PyTuple>,
        weight: Bound<'_, PyTuple>,
        delay: Bound<'_, PyTuple>,
        receptor: Option<String>,
        autapses: bool,
        multapses: bool,
    ) -> PyResult<usize> {
        door(|| self.add_projections(py, &[(rule, weight, delay, receptor, autapses, multapses)], &[(source, target, 0)]))
    }

    /// Adds projections (source, target, index of their law), all of them or none; returns the id of the first.
    fn projections(&self, py: Python<'_>, laws: &Bound<'_, PyAny>, ends: &Bound<'_, PyAny>) -> PyResult<usize> {
        door(|| self.add_projections(py, &elements(laws, "laws of projections")?, &elements(ends, "projections")?))
    }

    /// Adds independent Poisson processes; rate in Hz, times in ticks.
    #[pyo3(signature = (population, rate, weight, start, stop, receptor=None))]
    fn poisson(&self, population: usize, rate: f64, weight: f64, start: u64, stop: u64, receptor: Option<&str>) -> PyResult<usize> {
        self.with(|n| {
            let target = n.populations.get(population);
            let (subject, model) = target.map_or(("", None), |target| (&*target.name, Some(&target.model)));
            let receptor = Receptor::named(subject, receptor, model).map_err(errors::refusal)?;
            n.poisson(population, (start, stop), (rate, weight), receptor).map_err(errors::network)
        })
    }

    /// Adds a direct current in pA; times in ticks.
    fn direct_current(&self, population: usize, amplitudes: PyReadonlyArray1<'_, f64>, start: u64, stop: u64) -> PyResult<usize> {
        self.with(|n| {
            let amplitudes = values(&amplitudes, "the currents of a stimulus")?;
            n.stimulus(Stimulus::new(population, (start, stop), DirectCurrent { amplitudes })).map_err(errors::network)
        })
    }

    /// Records a variable of chosen neurons.
    fn record(&self, population: usize, variable: &str, neurons: PyReadonlyArray1<'_, u32>, interval: u64) -> PyResult<usize> {
        self.with(|n| {
            let variable = n.variable(population, variable).map_err(errors::network)?;
            let neurons = values(&neurons, "the neurons of a recorder")?;
            n.record(SampleRecorder { population, variable, neurons, interval }).map_err(errors::network)
        })
    }

    /// Takes back what was declared after so many populations, projections, stimuli and recorders.
    fn keep(&self, populations: usize, projections: usize, stimuli: usize, recorders: usize) -> PyResult<()> {
        let kept = [populations, projections, stimuli, recorders];
        if self.turn(|description| description.declared().into_iter().zip(kept).all(|(has, kept)| has <= kept))? {
            return Ok(());
        }
        self.with(|n| {
            n.keep(kept);
            Ok(())
        })
    }

    /// Chooses the populations whose spikes are recorded.
    fn record_spikes(&self, populations: &Bound<'_, PyAny>) -> PyResult<()> {
        self.with(|n| n.record_spikes(&elements::<usize>(populations, "a list of populations")?).map_err(errors::network))
    }

    /// Neurons, synapses and bytes.
    fn forecast<'py>(&self, py: Python<'py>, workers: usize, weights: &str, updates: &str, rate: f64) -> PyResult<Bound<'py, PyDict>> {
        door(|| {
            let expected = Expected { updates: convert::updates(updates)?, rate };
            let description = self.shared()?;
            let f = py.detach(|| spikecore::Machine::forecast(&description, workers, weights, expected)).map_err(errors::compile)?;
            let dict = PyDict::new(py);
            dict.set_item("neurons", f.neurons)?;
            dict.set_item("synapses", f.synapses)?;
            dict.set_item("synapse_bytes", f.synapse_bytes)?;
            dict.set_item("index_bytes", f.index_bytes)?;
            dict.set_item("state_bytes", f.state_bytes)?;
            dict.set_item("waiting_bytes", f.waiting_bytes)?;
            dict.set_item("build_bytes", f.build_bytes)?;
            dict.set_item("bytes", f.bytes())?;
            Ok(dict)
        })
    }

    /// Of each projection with weights that 16 bits round to 0: its number, their share, and the grid of its target.
    fn lost_weights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        door(|| {
            let description = self.shared()?;
            let lost = py.detach(|| spikecore::lost_weights(&description)).map_err(errors::compile)?;
            list(py, lost.into_iter().map(|lost| (lost.projection, lost.share, lost.step)))
        })
    }

    /// Of each population with neurons that begin above their threshold as they were told to: its number, and how many.
    fn above_threshold<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        door(|| {
            let description = self.shared()?;
            list(py, py.detach(|| spikecore::above_threshold(&description)))
        })
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
        placement: Option<Bound<'_, PyAny>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Machine> {
        door(|| {
            let description = self.shared()?;
            let placement = placement.map(|list| elements(&list, "the placement of populations")).transpose()?;
            let (level, updates) = (system::level()?, convert::updates(updates)?);
            let options = CompileOptions { workers, log_capacity, placement, level, loose: None, updates, turn: None };
            let started = std::time::Instant::now();
            let mut watcher = Watcher::new(progress);
            let built = py.detach(|| spikecore::Machine::compile(&description, weights, &options, &mut |done| watcher.poll(done)));
            watcher.finish()?;
            let built = built.map_err(errors::compile)?;
            let wiring = spikecore::Wiring::new(description, weights, &options).map_err(errors::compile)?;
            Ok(Machine::new(built, wiring, started.elapsed().as_secs_f64()))
        })
    }
}
