//! Back to tick 0, for other input or the same again; and replicas: machines that share the stores of another and have
//! a state of their own.
//!
//! A machine that was reset cannot be told from one just compiled: every part goes back to how it was made, the
//! router is made anew, and the stores, which never change, stay. Nothing is drawn but the first events of rare stimuli.
//! Where memory ends, a reset leaves the machine torn; the next one makes all cores anew from their stores, as a replica
//! does, so it does not matter what they hold.

use super::engine::{Engine, Health};
use super::step::Phases;
use crate::allocation::{copied, filled, gathered};
use crate::error::{NetworkError, RunError};
use crate::network::Inputs;
use crate::number::weight::Weight;
use crate::refusal::Refusal;
use crate::router::{Lane, Port, Router};
use std::sync::Arc;

/// A router of lanes that have been accepted before, at tick 0.
fn connect(lanes: &[Lane]) -> (Router, Vec<Port>) {
    Router::new(lanes).expect("invariant: these lanes have been accepted before")
}

impl<W: Weight> Engine<W> {
    /// See [`super::Machine::reset`].
    pub fn reset(&mut self, inputs: &Inputs, seed: Option<u64>) -> Result<(), RunError> {
        if self.health == Health::Broken {
            return Err(RunError::Poisoned);
        }
        self.check_inputs(inputs)?;
        if inputs.samples != 1 {
            return Err(NetworkError::from(Refusal::new("", "samples", inputs.samples, "1: a machine runs one sample")).into());
        }
        if std::mem::replace(&mut self.health, Health::Torn) == Health::Torn {
            for core in &mut self.cores {
                *core = core.replica(self.seed);
            }
        }
        self.rewind(inputs, 0, seed);
        self.health = Health::Sound;
        Ok(())
    }

    /// Checks that it may be given these inputs.
    pub(super) fn check_inputs(&self, inputs: &Inputs) -> Result<(), RunError> {
        let kinds = self.population_sizes.iter().copied().zip(self.models.iter().copied());
        let populations: Vec<_> = gathered(kinds, "a table of populations");
        Ok(inputs.check(&populations)?)
    }

    /// Goes back to tick 0 with the input of sample `k`, and this seed of the stimuli in place of the network's.
    pub(super) fn rewind(&mut self, inputs: &Inputs, k: usize, seed: Option<u64>) {
        (self.router, self.ports) = connect(&self.lanes);
        (self.now, self.run_s) = (0, 0.0);
        self.phases.fill(Phases::default());
        self.recorders.iter_mut().for_each(|recorder| recorder.2 = 0);
        self.cores.iter_mut().for_each(|core| core.reset(seed.unwrap_or(self.seed)));
        for (population, input) in inputs.sample(k) {
            self.cores.iter_mut().for_each(|core| core.give(population, input));
        }
    }

    /// A machine for one thread, at tick 0, that shares this one's stores.
    pub(super) fn replica(&self) -> Self {
        let (router, ports) = connect(&self.lanes);
        Self {
            cores: gathered(self.cores.iter().map(|core| core.replica(self.seed)), "the cores of a replica"),
            lanes: gathered(self.lanes.iter().map(Lane::copied), "the lanes of a replica"),
            ports,
            router,
            now: 0,
            workers: 1,
            threads: 1,
            out_degree: copied(&self.out_degree, "the out-degrees of a replica"),
            steps: copied(&self.steps, "a table of populations"),
            population_sizes: copied(&self.population_sizes, "a table of populations"),
            models: copied(&self.models, "a table of populations"),
            shapes: copied(&self.shapes, "a table of populations"),
            names: Arc::clone(&self.names),
            recorders: gathered(self.recorders.iter().map(|&(interval, width, _)| (interval, width, 0)), "a table of recorders"),
            phases: filled(1, Phases::default(), "timers"),
            run_s: 0.0,
            pace: 0.0,
            health: Health::Sound,
            ..*self
        }
    }

    /// Bytes of a replica.
    pub(super) fn replica_bytes(&self) -> u64 {
        let logs = self.lanes.iter().map(|lane| (lane.capacity * size_of::<u32>()) as u64).sum::<u64>();
        let cores = self.cores.iter().map(|core| core.state_bytes()).sum::<u64>();
        cores + logs + size_of_val(&*self.out_degree) as u64
    }
}
