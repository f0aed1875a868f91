//! What a core holds: the neurons of one population that are its own, and what they get from outside.

use super::counts::SpikeCounts;
use super::outside::{CURRENTS, Outside};
use super::source::Source;
use crate::allocation::{extend, gathered, push};
use crate::id::{NeuronId, Tick};
use crate::models::Variable;
use crate::network::Input;
use crate::neurons::event::lanes::Item;
use crate::neurons::slab::Slab;
use crate::neurons::stepped::Stepped;
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::recorder::{Origin, SampleTap, SpikeLog, Tapped};
use crate::simd::Level;
use crate::simd::prefetch::prefetch_address;
use crate::slice::Slice;

/// Neurons that are read at once.
const READ: usize = 1 << 11;

/// The neurons of one population on this core.
#[derive(Debug)]
pub enum Part<W: Weight> {
    /// Leaky neurons, stepped where something happens or in every tick.
    Neurons {
        /// State.
        slab: Box<Slab<W>>,
        /// Outside input.
        outside: Outside<W>,
    },
    /// Neurons that are stepped in every tick.
    Stepped {
        /// State.
        bank: Box<dyn Stepped<W>>,
        /// Outside input.
        outside: Outside<W>,
    },
    /// A spike source.
    Source(Source),
}

/// A slice with its place in the network and its counts.
#[derive(Debug)]
pub struct Placed<W: Weight> {
    /// Where it belongs.
    pub slice: Slice,
    /// Global id of its first neuron.
    pub first_id: NeuronId,
    /// Neurons or a source.
    pub part: Part<W>,
    /// Spikes of each neuron so far.
    pub spikes: SpikeCounts,
    /// Whether its spikes are recorded.
    pub recorded: bool,
    /// Its recorded spikes.
    pub log: SpikeLog,
    /// Recorders of its state.
    pub taps: Vec<SampleTap<W::State>>,
}

impl<W: Weight> Placed<W> {
    /// The same for a replica of its core, without what has been recorded.
    pub(super) fn replica(&self) -> Self {
        let part = match &self.part {
            Part::Neurons { slab, outside } => Part::Neurons { slab: Box::new(slab.replica()), outside: outside.replica() },
            Part::Stepped { bank, outside } => Part::Stepped { bank: bank.replica(), outside: outside.replica() },
            Part::Source(source) => Part::Source(source.replica()),
        };
        let (spikes, taps) = (self.spikes.replica(), gathered(self.taps.iter().map(SampleTap::replica), "recorders"));
        Self { part, spikes, taps, log: SpikeLog::default(), ..*self }
    }

    /// Goes back to tick 0; Poisson events are drawn with this seed.
    pub(super) fn reset(&mut self, seed: u64) {
        match &mut self.part {
            Part::Neurons { slab, outside } => {
                slab.reset();
                outside.reset(seed);
            }
            Part::Stepped { bank, outside } => {
                bank.reset(seed);
                outside.reset(seed);
            }
            Part::Source(source) => source.reset(),
        }
        self.spikes.reset();
        self.forget();
    }

    /// Drops what has been recorded.
    pub fn forget(&mut self) {
        self.log.reset();
        self.taps.iter_mut().for_each(SampleTap::reset);
    }

    /// Takes its share of what the population is given until the next reset.
    pub(super) fn give(&mut self, input: Input<'_>) {
        let (first, len) = (self.slice.first, self.slice.len);
        match (&mut self.part, input) {
            (Part::Neurons { outside, .. } | Part::Stepped { outside, .. }, Input::Current(amplitudes)) => {
                outside.given.clear();
                extend(&mut outside.given, &amplitudes[first as usize..(first + len) as usize], CURRENTS);
            }
            (Part::Source(source), Input::Spikes(spikes)) => source.give(spikes, first, len),
            (Part::Neurons { .. } | Part::Stepped { .. }, Input::Spikes(_)) | (Part::Source(_), Input::Current(_)) => {
                unreachable!("invariant: inputs are checked before they are given")
            }
        }
    }

    /// One past its last slot.
    pub(super) fn end_slot(&self) -> usize {
        let receptors = match &self.part {
            Part::Neurons { slab, .. } => slab.receptors(),
            Part::Stepped { bank, .. } => bank.receptors(),
            Part::Source(_) => 0,
        };
        (self.slice.slot0 + self.slice.stride * receptors as u32) as usize
    }

    /// Whether any of its blocks is event-driven.
    pub(super) fn has_events(&self) -> bool {
        matches!(&self.part, Part::Neurons { slab, .. } if slab.has_events())
    }

    /// Whether any of its blocks is stepped in every tick.
    pub(super) fn has_dense(&self) -> bool {
        match &self.part {
            Part::Neurons { slab, .. } => slab.has_dense(),
            Part::Stepped { .. } => true,
            Part::Source(_) => false,
        }
    }

    /// Writes a variable of all its neurons when `tick` is their next step, in mV or pA; of a source nothing.
    pub fn read(&self, level: Level, variable: Variable, tick: Tick, all: &mut [f64]) {
        let (origin, mut values) = (self.origin(variable), [W::State::default(); READ]);
        let indices: Vec<u32> = gathered(0..self.slice.len, "state");
        for (some, all) in indices.chunks(READ).zip(all.chunks_mut(READ)) {
            let values = &mut values[..some.len()];
            self.part.read(level, variable, some, tick, values);
            for ((all, value), &k) in all.iter_mut().zip(values).zip(some) {
                *all = origin.real(k, value.to_f64());
            }
        }
    }

    /// What has to be added to the values of a variable that are read.
    fn origin(&self, variable: Variable) -> Origin<'_> {
        match &self.part {
            Part::Neurons { slab, .. } => slab.origin(variable),
            Part::Stepped { bank, .. } => bank.origin(variable.0),
            Part::Source(_) => Origin::None,
        }
    }

    /// Its recorders, and what makes their samples values in physical units.
    pub fn samples(&self) -> impl Iterator<Item = Tapped<'_, W::State>> {
        self.taps.iter().map(|tap| (tap, self.origin(tap.variable)))
    }

    /// The first tick from `now` on in which its neurons, all event-driven, get anything from outside or may become
    /// dense, or its source sends.
    pub(super) fn next_event(&self, now: Tick) -> Tick {
        self.next_given().min(self.next_change(now)).min(self.next_census(now))
    }

    /// The first tick in which its neurons get a rare event, or its source sends.
    pub(super) fn next_given(&self) -> Tick {
        match &self.part {
            Part::Source(source) => source.next_event(),
            Part::Neurons { outside, .. } | Part::Stepped { outside, .. } => outside.next_rare(),
        }
    }

    /// The first tick from `now` on in which its bias changes or a Poisson stimulus of frequent events is on.
    pub(super) fn next_change(&self, now: Tick) -> Tick {
        match &self.part {
            Part::Source(_) => Tick::MAX,
            Part::Neurons { outside, .. } | Part::Stepped { outside, .. } => outside.next_frequent(now),
        }
    }

    /// The next census in which its blocks may become dense.
    fn next_census(&self, now: Tick) -> Tick {
        if let Part::Neurons { slab, .. } = &self.part { slab.next_census(now) } else { Tick::MAX }
    }

    /// Whether a block is about to become dense.
    pub(super) fn is_busy(&self) -> bool {
        matches!(&self.part, Part::Neurons { slab, .. } if slab.busy)
    }

    /// What comes from outside in the ticks below `end` of the frame that begins at `base`: lists what the neurons get, and calls
    /// `send(tick, id)` for what a source sends.
    pub(super) fn get(&mut self, base: Tick, end: Tick, items: &mut Vec<Item<W::Acc>>, mut send: impl FnMut(Tick, NeuronId)) {
        let first = self.first_id;
        match &mut self.part {
            Part::Source(source) => source.take(end, |tick, neuron| send(tick, first + neuron)),
            Part::Stepped { .. } => unreachable!("invariant: such a core runs its ticks whole"),
            Part::Neurons { slab, outside } => {
                for rare in &mut outside.rare {
                    let (weight, receptor) = (rare.weight(), rare.receptor() as u16);
                    slab.stimulus_events += rare.take(end, |tick, neuron, count| {
                        let input = W::add_many(W::Acc::default(), weight, count);
                        push(items, Item { neuron, phase: (tick - base) as u16, receptor, input }, "events of a frame");
                    });
                }
            }
        }
    }

    /// Asks for the neurons that get something from outside in the ticks below `end`.
    pub(super) fn ask(&self, end: Tick) {
        if let Part::Neurons { slab, outside } = &self.part {
            let (first, size) = slab.singles.address();
            outside.rare.iter().flat_map(|rare| rare.coming(end)).for_each(|neuron| prefetch_address(first + neuron as usize * size));
        }
    }

    /// Records its state in the ticks after `now` up to `until`; in all but the last nothing happens.
    #[inline]
    pub(super) fn sample(&mut self, level: Level, now: Tick, until: Tick) {
        if !self.taps.is_empty() {
            for tap in &mut self.taps {
                tap.sample(now, until, |tick, variable, neurons, values| self.part.read(level, variable, neurons, tick, values));
            }
        }
    }
}

impl<W: Weight> Part<W> {
    /// Writes a variable of these neurons to `values`, relative to its origin, when `tick` is their next step; of a source nothing.
    #[inline]
    fn read(&self, level: Level, variable: Variable, neurons: &[u32], tick: Tick, values: &mut [W::State]) {
        match self {
            Self::Neurons { slab, outside } => slab.read(level, variable, neurons, (tick, &outside.bias), values),
            Self::Stepped { bank, .. } => bank.read(variable.0, neurons, values),
            Self::Source(_) => {}
        }
    }
}
