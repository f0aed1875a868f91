//! What a run came to: recorded spikes and samples, and counts.
//!
//! A run begins with [`Engine::begin`], which drops what the run before recorded, if nobody took it. What it recorded stays
//! with the cores until it is taken: at the end, or at leisure after an interrupt. Where memory ends while it is taken, nothing
//! is lost.

use super::engine::Engine;
use super::read::Statistics;
use crate::allocation::{filled, gathered, push, with_room};
use crate::id::{NeuronId, Tick};
use crate::neurocore::counts::SparseCounts;
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::recorder::{self, SampleTap, SpikeLog, Tapped};

/// Recorded spikes, ordered by (tick, neuron).
pub type Spikes = (Vec<Tick>, Vec<NeuronId>);
/// Ticks and samples of a recorder, tick by tick.
pub type Table = (Vec<Tick>, Vec<f64>);

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Record {
    /// Recorded spikes.
    pub spikes: Spikes,
    /// Ticks of the samples of every recorder.
    pub sampled: Vec<Vec<Tick>>,
    /// Spikes of the run by neuron.
    pub counts: SparseCounts,
}

impl<W: Weight> Engine<W> {
    /// See [`super::Machine::begin`].
    pub fn begin(&mut self) -> Statistics {
        let degrees = &self.out_degree;
        for placed in self.cores.iter_mut().flat_map(|core| core.placed_mut()) {
            placed.forget();
            let first = placed.first_id as usize;
            placed.spikes.fold(&degrees[first..first + placed.slice.len as usize]);
        }
        let now = self.now;
        self.recorders.iter_mut().for_each(|recorder| recorder.2 = now);
        self.statistics()
    }

    /// See [`super::Machine::take`].
    pub fn take(&mut self, tables: &mut [&mut [f64]]) -> Record {
        let counts = self.counts();
        let (sampled, spikes) = self.take_into(tables);
        Record { spikes, sampled, counts }
    }

    /// Spikes of this run by neuron.
    pub(super) fn counts(&self) -> SparseCounts {
        let mut counts = SparseCounts::default();
        self.cores.iter().flat_map(|core| core.placed()).for_each(|placed| placed.spikes.list(placed.first_id, &mut counts));
        counts
    }

    /// Takes samples and spikes.
    pub(super) fn take_recorded(&mut self) -> (Vec<Table>, Spikes) {
        let mut values = gathered(self.table_lengths().into_iter().map(|n| filled(n, 0.0, "samples")), "samples");
        let (sampled, spikes) = self.take_into(&mut gathered(values.iter_mut().map(Vec::as_mut_slice), "samples"));
        (gathered(sampled.into_iter().zip(values), "samples"), spikes)
    }

    /// The same, with samples in these tables; returns their ticks.
    fn take_into(&mut self, tables: &mut [&mut [f64]]) -> (Vec<Vec<Tick>>, Spikes) {
        let sampled = self.tables(tables);
        let spikes = self.take_spikes();
        let now = self.now;
        self.recorders.iter_mut().for_each(|recorder| recorder.2 = now);
        self.cores.iter_mut().flat_map(|core| core.placed_mut()).for_each(|placed| placed.taps.iter_mut().for_each(SampleTap::reset));
        (sampled, spikes)
    }

    /// See [`super::Machine::take_spikes`].
    pub fn take_spikes(&mut self) -> Spikes {
        let recorded = self.cores.iter_mut().flat_map(|core| core.placed_mut()).filter(|placed| !placed.log.is_empty());
        let mut logs: Vec<(NeuronId, &mut SpikeLog)> =
            gathered(recorded.map(|placed| (placed.first_id, &mut placed.log)), "recorded spikes");
        logs.sort_unstable_by_key(|log| log.0);
        recorder::merge(&mut gathered(logs.into_iter().map(|log| log.1), "recorded spikes"))
    }

    /// See [`super::Machine::table_lengths`].
    pub fn table_lengths(&self) -> Vec<usize> {
        let length =
            |&(interval, width, last): &(Tick, usize, Tick)| ((self.now / interval - last / interval) as usize).saturating_mul(width);
        gathered(self.recorders.iter().map(length), "samples")
    }

    /// The ticks of the samples of all recorders since they were last taken; writes the samples to tables of
    /// [`Engine::table_lengths`].
    fn tables(&self, tables: &mut [&mut [f64]]) -> Vec<Vec<Tick>> {
        let mut taps: Vec<Vec<Tapped<'_, W::State>>> = filled(self.recorders.len(), vec![], "samples");
        for (tap, origin) in self.cores.iter().flat_map(|core| core.placed()).flat_map(|placed| placed.samples()) {
            push(&mut taps[tap.recorder], (tap, origin), "samples");
        }
        let mut sampled = with_room(self.recorders.len(), "samples");
        for ((&(interval, width, last), taps), table) in self.recorders.iter().zip(&taps).zip(tables) {
            recorder::fill(table, width, taps, W::State::to_f64);
            sampled.push(gathered((last / interval + 1..=self.now / interval).map(|k| k * interval), "samples"));
        }
        sampled
    }
}
