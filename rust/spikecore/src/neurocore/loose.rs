//! Loose synapses: each carries its own delay. The store of cores on which a source has so few synapses that most
//! would be a segment of their own; the other layout is [`super::store`], and which one a core has cannot be observed.
//!
//! A spike files the synapses themselves: the delay line then holds cells and weights, and delivery reads it from
//! front to back and nothing else.

use super::delay_line::DelayLine;
use super::kernels::prefetch_element;
use super::pages::Pages;
use super::weight::{Synapse, Weight};
use crate::id::{NeuronId, Tick};

/// A synapse with a time (8 B in f32, 6 B in q16, 12 B in f64).
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, packed)]
pub struct Loose<W> {
    /// In the store its delay; in the delay line the tick in which it is due, modulo 65,536.
    pub ticks: u16,
    /// Cell and weight.
    pub synapse: Synapse<W>,
}

/// Synapses of one core by source neuron, and of a source in the order in which they are delivered: by storage kind,
/// then by creation.
#[derive(Debug)]
pub struct LooseStore<W: Weight> {
    /// First synapse of each neuron of the network, and one past the last.
    pub(crate) first: Pages<u32>,
    /// Synapses.
    pub(crate) synapses: Pages<Loose<W>>,
}

/// Spikes between asking for a row and filing it.
const AHEAD: usize = 8;
/// Spikes between asking for the place of a row and asking for the row.
const PLACES_AHEAD: usize = 8;
/// Most synapses of a row that are asked for.
const ASKED: usize = 64;

impl<W: Weight> LooseStore<W> {
    /// Most synapses that the index can count.
    pub const MOST: u64 = u32::MAX as u64;

    /// Asserts that every slot is below `slots`, and that the rows cover the synapses.
    ///
    /// # Panics
    /// If the store was built wrongly.
    pub fn assert_consistent(&self, slots: usize) {
        let highest = self.synapses.iter().map(|s| s.synapse.cell).max();
        assert!(highest.is_none_or(|cell| usize::from(cell) < slots), "invariant: cell {highest:?} of {slots}");
        assert!(
            self.first.is_sorted() && self.first.last().is_some_and(|&end| end as usize == self.synapses.len()),
            "invariant: rows cover the synapses"
        );
    }

    /// Synapses of a source.
    pub fn row(&self, source: NeuronId) -> &[Loose<W>] {
        &self.synapses[self.first[source as usize] as usize..self.first[source as usize + 1] as usize]
    }

    /// Files the synapses of these spikes (step, source), which are in canonical order; returns how many.
    pub fn file(&self, line: &mut DelayLine<Loose<W>>, spikes: &[(Tick, NeuronId)]) -> u64 {
        let mut filed = 0;
        let ask_row = |&(_, source): &(Tick, NeuronId)| {
            let (begin, end) = (self.first[source as usize] as usize, self.first[source as usize + 1] as usize);
            for at in (begin..end.min(begin + ASKED)).step_by(64 / size_of::<Loose<W>>()) {
                prefetch_element(&self.synapses, at);
            }
            prefetch_element(&self.synapses, end.saturating_sub(1).max(begin));
        };
        let ask_place = |&(_, source): &(Tick, NeuronId)| prefetch_element(&self.first, source as usize);
        spikes.iter().take(AHEAD + PLACES_AHEAD).for_each(ask_place);
        spikes.iter().take(AHEAD).for_each(ask_row);
        for (k, &(tick, source)) in spikes.iter().enumerate() {
            spikes.get(k + AHEAD + PLACES_AHEAD).into_iter().for_each(ask_place);
            spikes.get(k + AHEAD).into_iter().for_each(ask_row);
            let row = self.row(source);
            line.file(tick, source, row);
            filed += row.len() as u64;
        }
        filed
    }
}
