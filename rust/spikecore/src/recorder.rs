//! Recorders: spikes and samples as slices of cores buffer them; put into canonical order on reading.
//!
//! Every slice has a log of its own, so that logs in the order of their neurons, put together, hold the spikes of any one
//! tick in canonical order, and to read them is to sort by tick alone: at a cost that follows the spikes, whatever the
//! number of cores.

use std::collections::VecDeque;

use crate::allocation::{copied, enqueue, filled, push, with_room};
use crate::id::{NeuronId, Tick};
use crate::models::Variable;
use crate::pages::{Pages, Zeroable, expected_bytes};

/// Most spikes in one chunk of a log. Chunks are neither copied to grow nor all held while they are read; so large, the
/// allocator takes them from the system untouched and gives them back.
const CHUNK: usize = 1 << 18;
/// Spikes in the first chunk of a log.
const FIRST: usize = 1 << 8;

/// Recorded spikes of one slice, ordered by (tick, neuron).
#[derive(Debug, Default)]
pub struct SpikeLog {
    chunks: VecDeque<Chunk>,
    /// Spikes of the first chunk that have been read.
    read: usize,
    len: usize,
}

#[derive(Debug)]
struct Chunk {
    ticks: Vec<Tick>,
    neurons: Vec<NeuronId>,
}

impl Chunk {
    fn new(room: usize) -> Self {
        Self { ticks: with_room(room, "recorded spikes"), neurons: with_room(room, "recorded spikes") }
    }

    fn bytes(&self) -> u64 {
        (self.ticks.capacity() * size_of::<Tick>() + self.neurons.capacity() * size_of::<NeuronId>()) as u64
    }

    fn room(&self) -> usize {
        self.ticks.capacity().min(self.neurons.capacity()) - self.ticks.len()
    }
}

impl SpikeLog {
    /// Appends a spike stamped `tick`.
    #[inline]
    pub fn push(&mut self, tick: Tick, neuron: NeuronId) {
        self.extend(tick, &[neuron]);
    }

    /// Appends spikes stamped `tick`.
    #[inline]
    pub fn extend(&mut self, tick: Tick, mut neurons: &[NeuronId]) {
        while !neurons.is_empty() {
            if self.chunks.back().is_none_or(|last| last.room() == 0) {
                enqueue(&mut self.chunks, Chunk::new(self.len.clamp(FIRST, CHUNK)), "recorded spikes");
            }
            let chunk = self.chunks.back_mut().expect("invariant: one has just begun");
            let now = neurons.split_off(..neurons.len().min(chunk.room())).expect("invariant: within the slice");
            chunk.ticks.resize(chunk.ticks.len() + now.len(), tick);
            chunk.neurons.extend_from_slice(now);
            self.len += now.len();
        }
    }

    /// Forgets all spikes.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Bytes held.
    pub fn bytes(&self) -> u64 {
        self.chunks.iter().map(Chunk::bytes).sum()
    }

    /// Whether there are no spikes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn first(&self) -> Option<Tick> {
        self.chunks.front().map(|chunk| chunk.ticks[self.read])
    }

    /// How many spikes come before tick `end`; stops to count above `most`.
    fn before(&self, end: Tick, most: usize) -> usize {
        let (mut n, mut from) = (0, self.read);
        for chunk in &self.chunks {
            let here = chunk.ticks[from..].partition_point(|&tick| tick < end);
            n += here;
            if n > most || from + here < chunk.ticks.len() {
                break;
            }
            from = 0;
        }
        n
    }

    /// Takes the spikes before tick `end`, piece by piece.
    fn take(&mut self, end: Tick, mut each: impl FnMut(&[Tick], &[NeuronId])) {
        while let Some(chunk) = self.chunks.front() {
            let (ticks, neurons) = (&chunk.ticks[self.read..], &chunk.neurons[self.read..]);
            let n = ticks.partition_point(|&tick| tick < end);
            each(&ticks[..n], &neurons[..n]);
            self.read += n;
            self.len -= n;
            if self.read < chunk.ticks.len() {
                return;
            }
            self.chunks.pop_front();
            self.read = 0;
        }
    }
}

/// Spikes that are sorted at once: they fit into an inner cache.
const WINDOW: usize = 1 << 14;
/// Most bits of ticks that one pass sorts by.
const DIGIT: u32 = 11;

/// Takes the spikes of logs, which come in the order of their neurons, in canonical order: (tick, neuron). Where memory
/// ends, it takes none.
pub fn merge(logs: &mut [&mut SpikeLog]) -> (Vec<Tick>, Vec<NeuronId>) {
    let total = logs.iter().map(|log| log.len).sum();
    let (mut ticks, mut neurons) = (with_room(total, "recorded spikes"), with_room(total, "recorded spikes"));
    // To look at a log costs more than to move a spike.
    let window = WINDOW.max(8 * logs.len());
    let scratch = (2 * window).min(total);
    let (mut some, mut other): (Vec<u64>, Vec<u64>) = (with_room(scratch, "recorded spikes"), filled(scratch, 0, "recorded spikes"));
    let mut span = 1u64 << 16;
    while let Some(first) = logs.iter().filter_map(|log| log.first()).min() {
        let count = |span| logs.iter().map(|log| log.before(first.saturating_add(span), 2 * window)).sum::<usize>();
        let mut n = count(span);
        while n > scratch && span > 1 {
            span /= 2;
            n = count(span);
        }
        let end = first.saturating_add(span);
        if span == 1 {
            logs.iter_mut().for_each(|log| log.take(end, |_, ids| neurons.extend_from_slice(ids)));
            ticks.resize(neurons.len(), first);
        } else {
            some.clear();
            for log in &mut *logs {
                log.take(end, |ticks, ids| some.extend(ticks.iter().zip(ids).map(|(&tick, &id)| (tick - first) << 32 | u64::from(id))));
            }
            sort_by_tick(&mut some, &mut other, span);
            ticks.extend(some.iter().map(|spike| first + (spike >> 32)));
            neurons.extend(some.iter().map(|&spike| spike as NeuronId));
        }
        if n < window / 2 {
            span = (2 * span).min(1 << 32);
        }
    }
    (ticks, neurons)
}

/// Sorts spikes, tick above and neuron below 32 bits, by ticks below `span` and leaves the order within a tick; `other` is
/// as long at least.
fn sort_by_tick(some: &mut [u64], other: &mut [u64], span: u64) {
    let bits = 64 - (span - 1).leading_zeros();
    let passes = bits.div_ceil(DIGIT);
    let other = &mut other[..some.len()];
    let (mut from, mut to) = (&mut *some, &mut *other);
    for pass in 0..passes {
        let shift = 32 + pass * DIGIT;
        let digit = |spike: u64| (spike >> shift) as usize % (1 << DIGIT);
        let mut places = [0u32; 1 << DIGIT];
        from.iter().for_each(|&spike| places[digit(spike)] += 1);
        let mut sum = 0;
        for place in &mut places {
            sum += std::mem::replace(place, sum);
        }
        for &spike in &*from {
            let place = &mut places[digit(spike)];
            to[*place as usize] = spike;
            *place += 1;
        }
        std::mem::swap(&mut from, &mut to);
    }
    if passes % 2 == 1 {
        to.copy_from_slice(from);
    }
}

/// One sample recorder on one slice. Samples wait in the state's precision `S`, potentials relative to rest, on huge pages
/// where there are many: small ones take longer to be had than samples to be read.
#[derive(Debug)]
pub struct SampleTap<S: Zeroable> {
    /// The recorder in declaration order.
    pub recorder: usize,
    /// What is sampled.
    pub variable: Variable,
    /// Indices in the slice.
    pub neurons: Vec<u32>,
    /// Column of each in the recorder's table.
    columns: Vec<u32>,
    /// Whether columns follow one another.
    adjacent: bool,
    /// Ticks between samples.
    interval: Tick,
    /// Samples, tick by tick: every piece goes on where the one before ends.
    pieces: Vec<Piece<S>>,
    /// Samples in all.
    samples: usize,
}

/// Room for samples.
#[derive(Debug)]
struct Piece<S: Zeroable> {
    values: Pages<S>,
    /// Samples before it.
    first: usize,
    /// The sample that it has no more room for.
    end: usize,
}

impl<S: Zeroable> SampleTap<S> {
    /// Samples `variable` of these neurons, (index in the slice, column), for a recorder.
    pub fn new(recorder: usize, variable: Variable, neurons: impl Iterator<Item = (u32, u32)>, interval: Tick) -> Self {
        let (mut indices, mut columns) = (vec![], vec![]);
        for (index, column) in neurons {
            push(&mut indices, index, "recorders");
            push(&mut columns, column, "recorders");
        }
        let adjacent = columns.windows(2).all(|two| two[1] == two[0] + 1);
        Self { recorder, variable, neurons: indices, columns, adjacent, interval, pieces: vec![], samples: 0 }
    }

    /// Bytes that a recorder of so many neurons will take beside its samples.
    pub fn expected_bytes(neurons: usize) -> u64 {
        (2 * neurons * size_of::<u32>()) as u64
    }

    /// The same without samples.
    pub fn replica(&self) -> Self {
        let (neurons, columns) = (copied(&self.neurons, "recorders"), copied(&self.columns, "recorders"));
        Self { neurons, columns, pieces: vec![], samples: 0, ..*self }
    }

    /// Forgets all samples.
    pub fn reset(&mut self) {
        (self.pieces, self.samples) = (vec![], 0);
    }

    /// Samples of the ticks `now + 1..=now + ticks` that there is no room for.
    fn missing(&self, now: Tick, ticks: Tick) -> usize {
        let samples = (now + ticks) / self.interval - now / self.interval;
        let room = self.pieces.last().map_or(0, |piece| piece.end - self.samples);
        usize::try_from(samples).unwrap_or(usize::MAX).saturating_sub(room)
    }

    /// Bytes that the samples of the ticks `now + 1..=now + ticks` will take.
    pub fn sample_bytes(&self, now: Tick, ticks: Tick) -> u64 {
        expected_bytes::<S>(self.missing(now, ticks).saturating_mul(self.neurons.len()))
    }

    /// Makes room for the samples of the ticks `now + 1..=now + ticks`; false where memory ends.
    pub fn reserve(&mut self, now: Tick, ticks: Tick) -> bool {
        let missing = self.missing(now, ticks);
        missing == 0 || self.pieces.try_reserve(1).is_ok() && self.add(missing)
    }

    /// Adds room for so many samples, where there is a place for the piece; false where memory ends.
    fn add(&mut self, samples: usize) -> bool {
        let Ok(values) = Pages::zeroed(samples.saturating_mul(self.neurons.len())) else { return false };
        let first = self.pieces.last().map_or(0, |piece| piece.end);
        self.pieces.push(Piece { values, first, end: first + samples });
        true
    }

    /// Samples those of the ticks `now + 1..=until` that the interval says, for which there is room: `read(tick, variable, neurons,
    /// values)` writes the values.
    #[inline]
    pub fn sample(&mut self, now: Tick, until: Tick, read: impl Fn(Tick, Variable, &[u32], &mut [S])) {
        let (now, until) = (now / self.interval, until / self.interval);
        if now == until {
            return;
        }
        let mut place = self.pieces.partition_point(|piece| piece.end <= self.samples);
        for sample in now + 1..=until {
            place += usize::from(self.pieces[place].end == self.samples);
            let piece = &mut self.pieces[place];
            let values = &mut piece.values[(self.samples - piece.first) * self.neurons.len()..][..self.neurons.len()];
            read(sample * self.interval, self.variable, &self.neurons, values);
            self.samples += 1;
        }
    }

    /// Writes the values of sample `row` to their columns: of each neuron, as `real(index in the slice, value)`.
    fn write(&self, row: usize, table: &mut [f64], real: impl Fn(u32, S) -> f64) {
        let width = self.neurons.len();
        let piece = &self.pieces[self.pieces.partition_point(|piece| piece.end <= row)];
        let values = piece.values[(row - piece.first) * width..][..width].iter().zip(&self.neurons);
        if self.adjacent {
            let columns = &mut table[self.columns[0] as usize..][..width];
            columns.iter_mut().zip(values).for_each(|(cell, (&value, &neuron))| *cell = real(neuron, value));
        } else {
            self.columns.iter().zip(values).for_each(|(&column, (&value, &neuron))| table[column as usize] = real(neuron, value));
        }
    }
}

/// What is added to a sample to make it a value in physical units.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// Nothing.
    None,
    /// One number for all.
    One(f64),
    /// One number for each neuron of the slice.
    Each(&'a [f64]),
}

/// A recorder's samples of a slice, and what makes them values.
pub type Tapped<'a, S> = (&'a SampleTap<S>, Origin<'a>);

impl<'a> Origin<'a> {
    /// Of variable `place` of neurons with these resting potentials, one or one each: what they are added to is the potential.
    pub fn of_potential(place: usize, rest: &'a [f64]) -> Self {
        match (place, rest) {
            (0, [one]) => Self::One(*one),
            (0, each) => Self::Each(each),
            _ => Self::None,
        }
    }

    /// The value in physical units of neuron `k` of the slice.
    pub fn real(&self, k: u32, value: f64) -> f64 {
        match *self {
            Self::None => value,
            Self::One(rest) => value + rest,
            Self::Each(rest) => value + rest[k as usize],
        }
    }
}

/// Writes the samples of a recorder, row by row of `width`, to a table of so many rows; `real` widens a value.
pub fn fill<S: Zeroable>(table: &mut [f64], width: usize, taps: &[Tapped<'_, S>], real: impl Fn(S) -> f64) {
    for (row, line) in table.chunks_exact_mut(width.max(1)).enumerate() {
        for (tap, origin) in taps {
            match *origin {
                Origin::None => tap.write(row, line, |_, value| real(value)),
                Origin::One(rest) => tap.write(row, line, |_, value| real(value) + rest),
                Origin::Each(rest) => tap.write(row, line, |neuron, value| real(value) + rest[neuron as usize]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spikes_of_any_logs_come_in_canonical_order(
            scale in 0u32..40,
            spikes in prop::collection::vec((0u64..=400, 0u32..600, 0u32..10), 0..3000),
        ) {
            // Slices of 50 neurons; ticks far apart, close together, and many at once.
            let mut expected: Vec<(Tick, NeuronId)> =
                spikes.iter().map(|&(tick, neuron, burst)| (if burst == 0 { 7 } else { tick << scale }, neuron)).collect();
            expected.sort_unstable();
            expected.dedup();
            let mut logs: Vec<SpikeLog> = (0..12).map(|_| SpikeLog::default()).collect();
            expected.iter().for_each(|&(tick, neuron)| logs[neuron as usize / 50].push(tick, neuron));
            let (ticks, neurons) = merge(&mut logs.iter_mut().collect::<Vec<_>>());
            prop_assert_eq!(ticks.into_iter().zip(neurons).collect::<Vec<_>>(), expected);
            prop_assert!(logs.iter().all(|log| log.is_empty() && log.first().is_none()));
        }
    }

    #[test]
    fn windows_hold_few_spikes_and_any_number_comes_in_one_tick() {
        // 12 ticks with 100,000 spikes each, and one spike in every other tick.
        let mut logs: Vec<SpikeLog> = (0..4).map(|_| SpikeLog::default()).collect();
        let mut expected = vec![];
        for tick in 0..3_000u64 {
            for (first, log) in (0..).step_by(25_000).zip(&mut logs) {
                let n = if tick % 250 == 7 { 25_000 } else { u32::from(tick % 2 == 0 && first == 50_000) };
                let ids: Vec<NeuronId> = (first..first + n).collect();
                log.extend(tick, &ids);
                expected.extend(ids.iter().map(|&id| (tick, id)));
            }
        }
        let (ticks, neurons) = merge(&mut logs.iter_mut().collect::<Vec<_>>());
        assert!(ticks.into_iter().zip(neurons).eq(expected));
    }

    #[test]
    fn samples_go_to_their_columns() {
        let mut taps = [
            SampleTap::<f32>::new(0, Variable::POTENTIAL, [(3, 1), (4, 2)].into_iter(), 2),
            SampleTap::new(0, Variable::POTENTIAL, [(0, 3), (9, 0)].into_iter(), 2),
        ];
        let read = |tick: Tick, _, neurons: &[u32], values: &mut [f32]| {
            values.iter_mut().zip(neurons).for_each(|(value, &n)| *value = (tick * 10) as f32 + n as f32);
        };
        for tap in &mut taps {
            // In pieces, of which the second has room for one sample more than is taken.
            assert!(tap.reserve(3, 2) && tap.reserve(3, 6));
            tap.sample(3, 7, read);
        }
        let each: Vec<f64> = (0..10).map(f64::from).collect();
        let mut table = [0.0; 8];
        let [first, second] = &taps;
        fill(&mut table, 4, &[(first, Origin::One(0.5)), (second, Origin::Each(&each))], f64::from);
        assert_eq!(table, [58.0, 43.5, 44.5, 40.0, 78.0, 63.5, 64.5, 60.0]);
    }
}
