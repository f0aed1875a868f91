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
use crate::neurocore::weight::{Real, Weight};
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
    /// A table of every recorder.
    pub tables: Vec<Table>,
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
    pub fn take(&mut self) -> Record {
        let counts = self.counts();
        let (tables, spikes) = self.take_recorded();
        Record { spikes, tables, counts }
    }

    /// Spikes of this run by neuron.
    pub(super) fn counts(&self) -> SparseCounts {
        let mut counts = SparseCounts::default();
        self.cores.iter().flat_map(|core| core.placed()).for_each(|placed| placed.spikes.list(placed.first_id, &mut counts));
        counts
    }

    /// Takes samples and spikes.
    pub(super) fn take_recorded(&mut self) -> (Vec<Table>, Spikes) {
        let tables = self.tables();
        let spikes = self.take_spikes();
        let now = self.now;
        self.recorders.iter_mut().for_each(|recorder| recorder.2 = now);
        self.cores.iter_mut().flat_map(|core| core.placed_mut()).for_each(|placed| placed.taps.iter_mut().for_each(SampleTap::reset));
        (tables, spikes)
    }

    /// See [`super::Machine::take_spikes`].
    pub fn take_spikes(&mut self) -> Spikes {
        let recorded = self.cores.iter_mut().flat_map(|core| core.placed_mut()).filter(|placed| !placed.log.is_empty());
        let mut logs: Vec<(NeuronId, &mut SpikeLog)> =
            gathered(recorded.map(|placed| (placed.first_id, &mut placed.log)), "recorded spikes");
        logs.sort_unstable_by_key(|log| log.0);
        recorder::merge(&mut gathered(logs.into_iter().map(|log| log.1), "recorded spikes"))
    }

    /// The samples of all recorders since they were last taken.
    fn tables(&self) -> Vec<Table> {
        let mut taps: Vec<Vec<Tapped<'_, W::State>>> = filled(self.recorders.len(), vec![], "samples");
        for (tap, origin) in self.cores.iter().flat_map(|core| core.placed()).flat_map(|placed| placed.samples()) {
            push(&mut taps[tap.recorder], (tap, origin), "samples");
        }
        let table = |(&(interval, width, last), taps): (&(Tick, usize, Tick), &Vec<_>)| {
            let ticks: Vec<Tick> = gathered((last / interval + 1..=self.now / interval).map(|k| k * interval), "samples");
            let mut table = with_room(ticks.len().saturating_mul(width), "samples");
            recorder::fill(&mut table, (ticks.len(), width), taps, W::State::to_f64);
            (ticks, table)
        };
        gathered(self.recorders.iter().zip(&taps).map(table), "samples")
    }
}
