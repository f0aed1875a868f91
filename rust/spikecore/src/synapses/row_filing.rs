//! Filing spikes that find rows.

use super::delay_line::DelayLine;
use super::entry::{Entry, Row};
use super::store::Store;
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;
use crate::simd::prefetch::prefetch_element;

/// Files the spikes of step `tick`: one entry per frame that a row reaches in the current turn, if the wheel `TURNS`. Returns
/// the number of synapses.
pub(super) fn file_rows<W: Weight, const TURNS: bool>(
    store: &Store<W>,
    line: &mut DelayLine<Entry>,
    starts: &[NeuronId],
    tick: Tick,
    ids: &[NeuronId],
) -> u64 {
    let (phase, spans) = (store.frame.phase(tick), &store.spans[..]);
    let rows = |population: usize, local: u32| {
        let span = &spans[population];
        let row = span.first + local as usize * span.kinds.len();
        row..row + span.kinds.len()
    };
    // Two passes: the first asks for the rows' segment lists, which are scattered over megabytes.
    let mut population = 0;
    for &id in ids {
        while id >= starts[population + 1] {
            population += 1;
        }
        for row in rows(population, id - starts[population]) {
            let at = store.first_segment[row] as usize;
            // One line too few costs more than several too many.
            prefetch_element(&store.segments, at);
            prefetch_element(&store.segments, at + 16);
            prefetch_element(&store.segments, at + 32);
            prefetch_element(&store.segments, at + 48);
            prefetch_element(&store.first_synapse, row);
        }
    }
    population = 0;
    let mut filed = 0;
    for &id in ids {
        while id >= starts[population + 1] {
            population += 1;
        }
        for (k, row) in rows(population, id - starts[population]).enumerate() {
            let (begin, end) = (store.first_segment[row] as usize, store.first_segment[row + 1] as usize);
            let found = Row {
                tick,
                phase,
                source: id,
                kind: spans[population].kinds[k],
                first: store.first_synapse[row],
                segments: &store.segments[begin..end],
            };
            filed += if TURNS {
                let end = spans[population].first + (starts[population + 1] - starts[population]) as usize * spans[population].kinds.len();
                let synapses = store.row_synapses(row..end, k, &spans[population].kinds);
                line.file_in_turn(found, synapses, row as u32, begin as u32);
                synapses
            } else {
                line.file(found)
            };
        }
    }
    filed
}
