//! What is stated of a stimulus: what drives the neurons of a population from outside, and what is known of it before a run.
//! The description, the plan, the forecast and the build ask it.

use crate::id::{PopulationId, Tick};
use crate::models::Model;
use crate::random::PoissonGaps;
use crate::refusal::{Refusal, general};
use std::fmt::Debug;
use std::sync::Arc;

/// Input to a population that comes from outside the network, whatever stimulus it is. Copies share it.
#[derive(Debug, Clone)]
pub struct Stimulus {
    /// Population that it drives.
    pub population: PopulationId,
    /// First step in which it is on.
    pub start: Tick,
    /// First step after it.
    pub stop: Tick,
    /// What it does.
    pub law: Arc<dyn Stimulate>,
}

impl Stimulus {
    /// A stimulus of `population` that is on in the steps `start..stop`.
    pub fn new(population: PopulationId, (start, stop): (Tick, Tick), law: impl Stimulate + 'static) -> Self {
        Self { population, start, stop, law: Arc::new(law) }
    }
}

/// What a stimulus does to the neurons of a population in each step while it is on. Each has its place in a core: events of
/// most ticks are drawn within the step of a block, rare ones from gap to gap, currents join the bias.
#[derive(Debug)]
pub enum Effect<'a> {
    /// Independent Poisson events, drawn in every tick.
    Frequent {
        /// Expected events per tick and neuron.
        lambda: f64,
        /// Weight of one event.
        weight: f64,
        /// Accumulator.
        receptor: usize,
    },
    /// Independent Poisson events, drawn from one to the next.
    Rare {
        /// Law of the gaps.
        gaps: PoissonGaps,
        /// Weight of one event.
        weight: f64,
        /// Accumulator.
        receptor: usize,
    },
    /// A current in pA: one value, or one per neuron of the population.
    Current(&'a [f64]),
}

/// Refuses times in ms that are not the begin and the end of something.
///
/// # Errors
/// Where it does not begin at 0 or later, or does not end after that.
pub fn check_interval(start: f64, stop: f64) -> Result<(), Refusal> {
    if !(0.0..f64::INFINITY).contains(&start) {
        return Err(Refusal::new("", "start", start, "0 ms or later, on the grid"));
    }
    if stop > start { Ok(()) } else { Err(Refusal::new("", "stop", stop, after(start))) }
}

/// What a message says of an end.
pub fn after(start: f64) -> String {
    format!("after start = {} ms, on the grid or infinite", general(start))
}

/// A stimulus with the values of its parameters.
pub trait Stimulate: Debug + Send + Sync {
    /// Checks its parameters, for a population of so many neurons, whose name belongs into the refusal.
    fn check(&self, neurons: u32) -> Result<(), Refusal>;

    /// Of the weights that it adds to accumulators, one of the largest magnitude; 0 where it adds none.
    fn weight(&self) -> f64;

    /// How many of its events a neuron gets in one tick at most; of what is drawn, what is not exceeded.
    fn most_events(&self) -> f64;

    /// What it does to neurons of this model.
    fn effects(&self, model: &Model) -> Vec<Effect<'_>>;
}
