//! The description of a network as the face hands it over: populations, projections, stimuli, recorders.
//!
//! Nothing is expanded here. Every number is checked once, on the call that brings it, so that everything
//! behind this module may rely on it. Units: ms, mV, pA, pF; delays and times in ticks where it says so.

mod check;
mod copies;
mod distribution;
mod implicit;
mod input;
mod planes;
#[cfg(test)]
mod population_tests;
mod projection;
pub mod rules;
mod settled;
pub mod trains;
mod windows;

pub use crate::models::Receptor;
pub use crate::stimuli::Stimulus;
pub use check::{subject_of, variable_of};
pub use distribution::{DelayLaw, Distribution, Ticks};
pub use input::{Column, Input, Inputs};
pub use planes::{Planes, Window};
pub use projection::Projection;
pub use rules::Rule;
pub use windows::{Axis, Windows};

use std::sync::Arc;

use crate::allocation::{filled, gathered, push, reserve, text};
use crate::error::{CompileError, NetworkError};
use crate::id::{NeuronId, PopulationId, Tick};
use crate::models::{Model, Neurons, Place, Statement, Variable, written};
use crate::parallel::Watch;
use crate::program::Equations;
use crate::refusal::{general, whole};
use crate::stimuli::Poisson;
use check::{known, value_error};

/// The shortest and the longest tick in ms: all times and rates of a grid stay far from the ends of floats.
pub const TICKS: (f64, f64) = (1e-9, 100.0);

/// A set of neurons with one model.
#[derive(Debug)]
pub struct Population {
    /// Name, for messages.
    pub name: String,
    /// Number of neurons.
    pub size: u32,
    /// Global id of its first neuron.
    pub first: NeuronId,
    /// Neuron model; where neurons differ, that of one with as many receptors as any.
    pub model: Model,
    /// The parameters in which neurons differ, if any: their places in the model, and a value for each neuron.
    pub each: Vec<(usize, Vec<f64>)>,
    /// Initial potential in mV, or the first number of the state, whatever it is; not used by spike sources.
    pub initial: Distribution,
    /// Where the model is given as equations: these.
    pub equations: Option<Arc<Equations>>,
    /// Of neurons with equations, the initial values of the state after its first number.
    pub others: Vec<Distribution>,
    /// Spikes of a spike source, sorted by (tick, neuron index).
    pub source_spikes: Vec<(Tick, u32)>,
}

impl Population {
    /// The model of neuron `k`.
    pub fn model_of(&self, k: usize) -> Model {
        with_each(&self.model, &self.each, k)
    }

    /// Of `size` neurons that differ in these parameters, the model of one with as many receptors as any.
    pub fn widest(model: &Model, size: usize, each: &[(usize, Vec<f64>)]) -> Model {
        let models = (0..if each.is_empty() { 0 } else { size }).map(|k| with_each(model, each, k));
        models.max_by_key(Model::receptors).unwrap_or(*model)
    }

    /// Whether its neurons can be moved on in closed form: they obey linear equations and have one set of constants.
    pub fn has_closed_form(&self, dt: f64) -> bool {
        self.each.is_empty() && self.model.leaky(dt).is_some()
    }

    /// The models of neurons `range`: one for all, or one each.
    pub fn models(&self, range: std::ops::Range<usize>) -> impl ExactSizeIterator<Item = Model> + Clone {
        let range = if self.each.is_empty() { 0..1 } else { range };
        range.map(|k| self.model_of(k))
    }
}

/// A model with the values of neuron `k` in these parameters.
fn with_each(model: &Model, each: &[(usize, Vec<f64>)], k: usize) -> Model {
    each.iter().fold(*model, |model, (parameter, values)| model.with(*parameter, values[k]))
}

/// A variable of chosen neurons, sampled at an interval.
#[derive(Debug, Clone)]
pub struct SampleRecorder {
    /// Population.
    pub population: PopulationId,
    /// Which variable.
    pub variable: Variable,
    /// Indices within the population.
    pub neurons: Vec<u32>,
    /// Ticks between samples, at least 1.
    pub interval: Tick,
}

/// A network description. Global neuron ids are handed out in declaration order.
///
/// Objects are shared: a copy of a description, such as the next declaration makes after a compile, is a copy of these
/// lists and holds no array twice. A call that fails, for want of memory too, leaves it as it was.
#[derive(Debug)]
pub struct Network {
    /// Length of a tick in ms.
    pub dt: f64,
    /// Seed of every random draw.
    pub seed: u64,
    /// Populations in declaration order.
    pub populations: Vec<Arc<Population>>,
    /// Projections in declaration order.
    pub projections: Vec<Arc<Projection>>,
    /// Stimuli in declaration order.
    pub stimuli: Vec<Arc<Stimulus>>,
    /// Sample recorders in declaration order.
    pub recorders: Vec<Arc<SampleRecorder>>,
    /// Whether the spikes of each population are recorded.
    pub recorded: Vec<bool>,
}

impl Network {
    /// An empty network with a tick of `dt` ms, in the range of [`TICKS`].
    pub fn new(dt: f64, seed: u64) -> Result<Self, NetworkError> {
        let (shortest, longest) = TICKS;
        if !(shortest..=longest).contains(&dt) {
            return Err(value_error("", "dt", dt, format!("{} … {} ms", general(shortest), general(longest))));
        }
        Ok(Self { dt, seed, populations: vec![], projections: vec![], stimuli: vec![], recorders: vec![], recorded: vec![] })
    }

    /// Number of neurons, spike sources included.
    pub fn neurons(&self) -> u64 {
        self.populations.last().map_or(0, |last| u64::from(last.first) + u64::from(last.size))
    }

    /// The projections whose synapses are stored, with their ids.
    pub fn stored(&self) -> impl Iterator<Item = (usize, &Projection)> + Clone {
        self.projections.iter().map(|p| &**p).enumerate().filter(|(_, p)| !p.rule.is_implicit())
    }

    /// The projections whose synapses are computed when a spike arrives, in declaration order.
    pub fn implicit(&self) -> impl Iterator<Item = &Projection> + Clone {
        self.projections.iter().map(|p| &**p).filter(|p| p.rule.is_implicit())
    }

    /// Adds a population; its spikes are recorded unless [`Network::record_spikes`] says otherwise.
    pub fn population(&mut self, name: &str, size: u32, model: impl Into<Model>) -> Result<PopulationId, NetworkError> {
        self.varied_population(name, size, model, vec![])
    }

    /// Adds a population of neurons that differ in some parameters: of each its place in the model, and a value for each
    /// neuron. They have two receptors as soon as any needs two. Where none differ it is a population of one model.
    pub fn varied_population(
        &mut self,
        name: &str,
        size: u32,
        model: impl Into<Model>,
        mut each: Vec<(usize, Vec<f64>)>,
    ) -> Result<PopulationId, NetworkError> {
        let first = self.neurons();
        self.check_size(name, size.into())?;
        let mut model: Model = model.into();
        for (parameter, values) in &each {
            model = model.with(*parameter, values[0]);
        }
        each.retain(|(_, values)| values.iter().any(|value| *value != values[0]));
        let first = u32::try_from(first).expect("checked above");
        let initial = Distribution::Constant(model.rest());
        let name = text(name, "the name of a population");
        let (equations, others) = (None, vec![]);
        let mut population = Population { name, size, first, model, each, initial, equations, others, source_spikes: vec![] };
        self.check_models(&population)?;
        if !population.each.is_empty() {
            let rests = gathered(population.models(0..size as usize).map(|model| model.rest()), "initial potentials");
            population.model = Population::widest(&population.model, size as usize, &population.each);
            population.initial = Distribution::Array(rests);
        }
        reserve(&mut self.recorded, 1, "a population");
        push(&mut self.populations, Arc::new(population), "a population");
        self.recorded.push(true); // there is room
        Ok(self.populations.len() - 1)
    }

    /// Adds a population of neurons that obey given equations; `initial` are the values of their state at tick 0.
    ///
    /// # Errors
    /// Where a number of a neuron is not there, or not in its range.
    pub fn equations(
        &mut self,
        name: &str,
        size: u32,
        statement: &Statement,
        equations: Equations,
        mut initial: Vec<Distribution>,
    ) -> Result<PopulationId, NetworkError> {
        check::equations(name, size, statement, &equations, &initial)?;
        let id = self.population(name, size, written(statement))?;
        let population = Arc::make_mut(&mut self.populations[id]);
        population.others = initial.split_off(1);
        population.initial = initial.remove(0);
        population.equations = Some(Arc::new(equations));
        Ok(id)
    }

    /// A number of neurons that the network has room for.
    ///
    /// # Errors
    /// Where it is 0, or more than ids can name with those there are.
    pub fn check_size(&self, name: &str, size: i128) -> Result<u32, NetworkError> {
        let room = u64::from(NeuronId::MAX) - self.neurons();
        if room == 0 {
            let allowed = format!("none: the network has {} neurons, the most there are", NeuronId::MAX);
            return Err(value_error(name, "size", size, allowed));
        }
        Ok(whole(name, "size", size, (1, room)).map(|size| size as u32)?)
    }

    /// Checks the parameters of every neuron.
    fn check_models(&self, population: &Population) -> Result<(), NetworkError> {
        let neurons = Neurons { model: &population.model, each: &population.each };
        Ok(neurons.check(Place::Grid(self.dt), &str::to_owned).map_err(|refusal| refusal.of(&population.name))?)
    }

    /// Checks that neurons can be updated only where something happens: of some models, and of neurons that differ, nothing is
    /// known in closed form.
    pub(crate) fn check_events(&self) -> Result<(), NetworkError> {
        let dense = |p: &&Arc<Population>| !p.model.is_source() && !p.has_closed_form(self.dt);
        let Some(population) = self.populations.iter().find(dense) else { return Ok(()) };
        let reason = match population.model.leaky(self.dt) {
            None => format!("neurons of this model, {}", population.model.title()),
            Some(_) => "neurons with parameters of their own".to_owned(),
        };
        let allowed = format!("'auto' or 'dense' with {reason}, which are stepped in every tick");
        Err(value_error(&population.name, "updates", "'event'", allowed))
    }

    /// Sets the distribution of initial potentials in mV.
    pub fn initial_potential(&mut self, id: PopulationId, law: Distribution) -> Result<(), NetworkError> {
        known("population", id, self.populations.len())?;
        let population = &self.populations[id];
        law.check(&population.name, "v_init", Some(u64::from(population.size)))?;
        if population.model.is_source() {
            return Err(value_error(&population.name, "v_init", "set", "a population with a potential"));
        }
        Arc::make_mut(&mut self.populations[id]).initial = law;
        Ok(())
    }

    /// Sets the spikes of a spike source: ticks from 1, no spike twice.
    pub fn source_spikes(&mut self, id: PopulationId, neurons: &[u32], ticks: &[u64]) -> Result<(), NetworkError> {
        known("population", id, self.populations.len())?;
        let population = &self.populations[id];
        let name = &population.name;
        if !population.model.is_source() {
            return Err(value_error(name, "spikes", "set", "a spike source"));
        }
        if neurons.len() != ticks.len() {
            return Err(value_error(name, "the length of ticks", ticks.len(), neurons.len().to_string()));
        }
        check::indices(name, "neurons", neurons, population.size)?;
        if let Some(at) = ticks.iter().position(|&tick| tick == 0) {
            return Err(value_error(name, format!("ticks[{at}]"), 0_u32, "1 or later"));
        }
        let spikes = trains::in_order(name, (neurons, ticks), self.dt)?;
        Arc::make_mut(&mut self.populations[id]).source_spikes = spikes;
        Ok(())
    }

    /// Adds a projection; nothing is expanded before compiling.
    pub fn projection(&mut self, projection: Projection) -> Result<usize, CompileError> {
        self.projections(vec![projection], &mut |_| true)
    }

    /// Adds projections, all of them or none; returns the id of the first.
    ///
    /// # Errors
    /// What cannot be; or where `watch` asks to stop, or memory or threads end, while many given pairs are compared.
    pub fn projections(&mut self, all: Vec<Projection>, watch: Watch<'_>) -> Result<usize, CompileError> {
        all.iter().try_for_each(|projection| projection.check(self, watch))?;
        let first = self.projections.len();
        reserve(&mut self.projections, all.len(), "projections");
        self.projections.extend(all.into_iter().map(Arc::new));
        Ok(first)
    }

    /// Adds independent Poisson processes of so many events per second.
    pub fn poisson(
        &mut self,
        population: PopulationId,
        steps: (Tick, Tick),
        (rate, weight): (f64, f64),
        receptor: Receptor,
    ) -> Result<usize, NetworkError> {
        known("population", population, self.populations.len())?;
        let law = Poisson::new(rate, weight, receptor, self.dt);
        let Population { name, model, .. } = &*self.populations[population];
        let law = law.map_err(|refusal| refusal.of(name))?;
        let landing = receptor.landing(model);
        if landing.is_magnitude() && !landing.is_by_sign() && weight < 0.0 {
            return Err(landing.negative(name, weight, model).into());
        }
        self.stimulus(Stimulus::new(population, steps, law))
    }

    /// Adds a stimulus.
    pub fn stimulus(&mut self, stimulus: Stimulus) -> Result<usize, NetworkError> {
        check::stimulus(self, &stimulus)?;
        push(&mut self.stimuli, Arc::new(stimulus), "a stimulus");
        Ok(self.stimuli.len() - 1)
    }

    /// The variable of this name of a population.
    pub fn variable(&self, id: PopulationId, name: &str) -> Result<Variable, NetworkError> {
        known("population", id, self.populations.len())?;
        let population = &self.populations[id];
        variable_of(&population.name, population.model.shape().readable, name)
    }

    /// Records a variable of chosen neurons every `interval` ticks.
    pub fn record(&mut self, recorder: SampleRecorder) -> Result<usize, NetworkError> {
        known("population", recorder.population, self.populations.len())?;
        let population = &self.populations[recorder.population];
        if recorder.variable.0 >= population.model.shape().readable.len() {
            return Err(value_error(&population.name, "variable", format!("{:?}", recorder.variable), "a variable of its model"));
        }
        check::recorded(&population.name, population.size, &recorder.neurons)?;
        if recorder.interval == 0 {
            return Err(value_error(&population.name, "interval", 0_u32, "at least one tick"));
        }
        push(&mut self.recorders, Arc::new(recorder), "a recorder");
        Ok(self.recorders.len() - 1)
    }

    /// Chooses the populations whose spikes are recorded.
    pub fn record_spikes(&mut self, populations: &[PopulationId]) -> Result<(), NetworkError> {
        for &id in populations {
            known("population", id, self.populations.len())?;
        }
        let mut recorded = filled(self.populations.len(), false, "what is recorded");
        populations.iter().for_each(|&id| recorded[id] = true);
        self.recorded = recorded;
        Ok(())
    }
}
