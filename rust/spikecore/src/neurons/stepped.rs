//! Neurons that are stepped in every tick, as a core sees them: a bank of whatever equations.

use std::fmt::Debug;

use super::bank::Bank;
use super::compiled;
use super::drive::Drive;
use super::programmed::Programmed;
use super::tally::Tally;
use crate::id::Tick;
use crate::models::dynamics::{Dynamics, Numbers};
use crate::number::weight::Weight;
use crate::recorder::Origin;
use crate::simd::Level;

/// Neurons of a slice of which the core knows no model.
pub trait Stepped<W: Weight>: Debug + Send + Sync {
    /// One step; indices of neurons that fired are appended to `out`, ascending. `acc` holds the accumulators, receptor by
    /// receptor; it is left zeroed.
    fn step(&mut self, level: Level, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>);
    /// Counts, and whether the state is watched.
    fn tally(&mut self) -> &mut Tally;
    /// The same.
    fn tallied(&self) -> &Tally;
    /// At a census: must the state be looked at after every tick up to the next?
    fn watch(&mut self, level: Level, bias: &[W::State]);
    /// Looks at the state after step `tick`.
    fn look(&mut self, tick: Tick);
    /// Accumulators per neuron.
    fn receptors(&self) -> usize;
    /// What has to be added to the values of a variable that are read.
    fn origin(&self, readable: usize) -> Origin<'_>;
    /// Writes a variable of these neurons to `values`, of which there are as many.
    fn read(&self, readable: usize, neurons: &[u32], values: &mut [W::State]);
    /// Goes back to tick 0; what its equations draw is drawn with this seed.
    fn reset(&mut self, seed: u64);
    /// The same neurons at tick 0.
    fn replica(&self) -> Box<dyn Stepped<W>>;
    /// Bytes of state.
    fn bytes(&self) -> u64;
}

impl<W: Weight, D: Dynamics<W::State>> Stepped<W> for Bank<W, D> {
    fn step(&mut self, level: Level, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>) {
        compiled::step_bank(level, self, acc, drive, out);
    }
    fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }
    fn tallied(&self) -> &Tally {
        &self.tally
    }
    fn watch(&mut self, level: Level, bias: &[W::State]) {
        compiled::watch_bank(level, self, bias);
    }
    fn look(&mut self, tick: Tick) {
        Self::look(self, tick);
    }
    fn receptors(&self) -> usize {
        D::Input::COUNT
    }
    fn origin(&self, readable: usize) -> Origin<'_> {
        Self::origin(self, readable)
    }
    fn read(&self, readable: usize, neurons: &[u32], values: &mut [W::State]) {
        Self::read(self, readable, neurons, values);
    }
    fn reset(&mut self, _: u64) {
        Self::reset(self);
    }
    fn replica(&self) -> Box<dyn Stepped<W>> {
        Box::new(Self::replica(self))
    }
    fn bytes(&self) -> u64 {
        Self::bytes(self)
    }
}

impl<W: Weight> Stepped<W> for Programmed<W> {
    fn step(&mut self, level: Level, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>) {
        compiled::step_programmed(level, self, acc, drive, out);
    }
    fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }
    fn tallied(&self) -> &Tally {
        &self.tally
    }
    /// Every step looks.
    fn watch(&mut self, _: Level, _: &[W::State]) {}
    fn look(&mut self, tick: Tick) {
        Self::look(self, tick);
    }
    fn receptors(&self) -> usize {
        Self::receptors(self)
    }
    fn origin(&self, _: usize) -> Origin<'_> {
        Origin::None
    }
    fn read(&self, readable: usize, neurons: &[u32], values: &mut [W::State]) {
        Self::read(self, readable, neurons, values);
    }
    fn reset(&mut self, seed: u64) {
        Self::reset(self, seed);
    }
    fn replica(&self) -> Box<dyn Stepped<W>> {
        Box::new(Self::replica(self))
    }
    fn bytes(&self) -> u64 {
        Self::bytes(self)
    }
}
