//! Filing spikes whose synapses are loose: the synapses themselves go into the delay line.

use super::delay_line::DelayLine;
use super::loose::{Loose, LooseStore};
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;
use crate::simd::prefetch::prefetch_element;

/// Spikes between asking for a row and filing it.
const AHEAD: usize = 8;
/// Spikes between asking for the place of a row and asking for the row.
const PLACES_AHEAD: usize = 8;
/// Most synapses of a row that are asked for.
const ASKED: usize = 64;

impl<W: Weight> LooseStore<W> {
    /// Files the synapses of these spikes (step, source), which are in canonical order; returns how many.
    pub fn file(&self, line: &mut DelayLine<Loose<W>>, spikes: &[(Tick, NeuronId)]) -> u64 {
        let (mut filed, turns) = (0, line.has_turns());
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
            if turns {
                line.file_in_turn(self.bits, tick, source, row, self.first[source as usize]);
            } else {
                line.file(self.bits, tick, source, row);
            }
            filed += row.len() as u64;
        }
        filed
    }
}
