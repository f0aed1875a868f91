//! A Poisson process per neuron, of rare events, as one slice receives it.
//!
//! Every neuron has one event to come. Those of the near future are kept in order, those after it in none: when the near
//! ones are used up, the next stretch of time is picked out of the others, in one pass over memory in which nothing is at
//! random. The stretch is a part of the mean gap between events, so a pass finds as many events, and an event costs
//! some twenty places looked at and its part of sorting a few hundred, where a heap of all neurons misses the cache at
//! every level.

use crate::allocation::with_room;
use crate::id::Tick;
use crate::number::weight::Weight;
use crate::random::PoissonGaps;

/// Parts of the mean gap between the events of a neuron.
const STRETCHES: f64 = 16.0;

/// An event to come: step, index in the slice, how many.
type Event = (Tick, u32, u16);

/// A Poisson process per neuron, of rare events, as one slice receives it. There is room for an event of every neuron, near
/// or far, so nothing grows.
#[derive(Debug)]
pub struct RareDrive<W> {
    /// Law of the gaps.
    gaps: PoissonGaps,
    /// Key: seed of the stimuli.
    seed: u64,
    /// Key: the stimulus in declaration order.
    stimulus: u32,
    /// Weight of one event.
    weight: W,
    /// Receptor.
    receptor: usize,
    /// First step with events, and first without.
    span: (Tick, Tick),
    /// Index within the population of the slice's first neuron, and how many it has.
    slice: (u32, u32),
    /// Ticks that are picked out at a time.
    stretch: Tick,
    /// The events below tick `edge`, the next one last.
    near: Vec<Event>,
    edge: Tick,
    /// All others, in no order.
    far: Vec<Event>,
}

impl<W: Weight> RareDrive<W> {
    /// A drive with its first events; `key` is the seed of the stimuli and the number of this one.
    pub fn new(gaps: PoissonGaps, key: (u64, u32), weight: W, receptor: usize, span: (Tick, Tick), slice: (u32, u32)) -> Self {
        let stretch = ((gaps.mean_gap() / STRETCHES) as Tick).saturating_add(1);
        let room = || with_room(slice.1 as usize, "rare events");
        let (near, far) = (room(), room());
        let mut drive = Self { gaps, seed: key.0, stimulus: key.1, weight, receptor, span, slice, stretch, near, edge: 0, far };
        drive.reset(key.0);
        drive
    }

    /// The same for a replica.
    pub(crate) fn replica(&self) -> Self {
        Self::new(self.gaps.clone(), (self.seed, self.stimulus), self.weight, self.receptor, self.span, self.slice)
    }

    /// Bytes that `neurons` neurons will take: an event each among the far ones, and some of them among the near.
    pub fn expected_bytes(neurons: usize) -> u64 {
        let far = neurons * size_of::<Event>();
        (far + 2 * far / STRETCHES as usize) as u64
    }

    /// Back to the first events, drawn with this seed.
    pub(crate) fn reset(&mut self, seed: u64) {
        self.seed = seed;
        let (start, stop) = self.span;
        let of = |k| (self.gaps.next(seed, self.stimulus, self.slice.0 + k, start), k);
        self.near.clear();
        self.far.clear();
        let events = (0..self.slice.1).map(of).filter(|&((tick, _), _)| tick < stop);
        self.far.extend(events.map(|((tick, count), k)| (tick, k, count)));
        self.edge = 0;
        self.pick();
    }

    /// Picks the next stretch with events out of the others.
    fn pick(&mut self) {
        let Some(first) = self.far.iter().map(|event| event.0).min() else {
            return;
        };
        self.edge = first.saturating_add(self.stretch);
        let mut at = 0;
        while let Some(&event) = self.far.get(at) {
            if event.0 < self.edge {
                self.near.push(event);
                self.far.swap_remove(at);
            } else {
                at += 1;
            }
        }
        self.near.sort_unstable_by(|a, b| b.cmp(a));
    }

    /// The step of the next event.
    pub(crate) fn next_event(&self) -> Tick {
        self.near.last().map_or(Tick::MAX, |event| event.0)
    }

    /// Weight of one event.
    pub(crate) fn weight(&self) -> W {
        self.weight
    }

    /// Its receptor.
    pub(crate) fn receptor(&self) -> usize {
        self.receptor
    }

    /// Who gets events in the steps below `end`, as far as it is known: indices in the slice.
    pub(crate) fn coming(&self, end: Tick) -> impl Iterator<Item = u32> {
        self.near.iter().rev().take_while(move |event| event.0 < end).map(|event| event.1)
    }

    /// Takes the events of all steps below `end`, in order: `get(step, index in the slice, how many)`. Returns how many there
    /// were.
    pub(crate) fn take(&mut self, end: Tick, mut get: impl FnMut(Tick, u32, u16)) -> u64 {
        let mut events = 0;
        while let Some((now, k, count)) = self.near.pop_if(|event| event.0 < end) {
            get(now, k, count);
            events += u64::from(count);
            let (tick, count) = self.gaps.next(self.seed, self.stimulus, self.slice.0 + k, now + 1);
            if tick < self.span.1 {
                self.put((tick, k, count));
            }
            if self.near.is_empty() {
                self.pick();
            }
        }
        events
    }

    /// Adds the events of step `now` to the accumulators of a slice of `padded` neurons, marks them, and returns how many
    /// there were. No event may have been passed over.
    pub(crate) fn add(&mut self, now: Tick, acc: &mut [W::Acc], padded: usize, mut mark: impl FnMut(usize)) -> u64 {
        let (weight, first) = (self.weight, self.receptor * padded);
        self.take(now + 1, |_, k, count| {
            let place = first + k as usize;
            acc[place] = W::add_many(acc[place], weight, count);
            mark(place);
        })
    }

    fn put(&mut self, event: Event) {
        if event.0 < self.edge {
            let at = self.near.partition_point(|later| *later > event);
            self.near.insert(at, event);
        } else {
            self.far.push(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Every event of every neuron, in order, whatever the stretches: against a set of all.
    #[test]
    fn events_come_in_order_and_none_is_lost() {
        for (lambda, span) in [(0.003, (0, 5_000)), (0.0001, (700, 60_000)), (1e-6, (0, 3_000_000))] {
            let gaps = PoissonGaps::new(lambda).expect("rare");
            let next = |k: u32, from: Tick| gaps.next(5, 2, 1000 + k, from);
            let mut expected = BTreeSet::new();
            for k in 0..300 {
                let (mut from, mut event) = (span.0, next(k, span.0));
                while event.0 < span.1 {
                    assert!(event.0 >= from);
                    expected.insert((event.0, k, event.1));
                    from = event.0 + 1;
                    event = next(k, from);
                }
            }
            let mut drive = RareDrive::new(gaps.clone(), (5, 2), 1.0f32, 0, span, (1000, 300));
            for _ in 0..2 {
                let mut found = BTreeSet::new();
                let mut now = drive.next_event();
                while now != Tick::MAX {
                    let (mut acc, mut marked) = ([0.0f32; 384], vec![]);
                    let events = drive.add(now, &mut acc, 384, |k| marked.push(k));
                    assert_eq!(events as f32, acc.iter().sum::<f32>());
                    found.extend(marked.into_iter().map(|k| (now, k as u32, acc[k] as u16)));
                    assert!(drive.next_event() > now);
                    now = drive.next_event();
                }
                assert!(!expected.is_empty() && found == expected, "{lambda}");
                drive.reset(5);
            }
        }
    }
}
