//! What a core holds: the neurons of one population that are its own, and what they get from outside.

use super::counts::SpikeCounts;
use super::source::Source;
use crate::allocation::{copied, extend, gathered, push, resize};
use crate::id::{NeuronId, Tick};
use crate::network::{Input, Variable};
use crate::neurons::event::lanes::Item;
use crate::neurons::slab::Slab;
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::recorder::{Origin, SampleTap, SpikeLog, Tapped};
use crate::simd::Level;
use crate::simd::prefetch::prefetch_address;
use crate::slice::Slice;
use crate::stimuli::poisson::PoissonDrive;
use crate::stimuli::rare::RareDrive;

/// Neurons that are read at once.
const READ: usize = 1 << 11;

/// What drives a slice from outside: currents and Poisson processes.
#[derive(Debug)]
pub struct Outside<W: Weight> {
    /// Poisson stimuli with events in most ticks, in declaration order.
    pub poisson: Vec<PoissonDrive<W>>,
    /// Poisson stimuli of rare events, in declaration order; they are added before the others.
    pub rare: Vec<RareDrive<W>>,
    /// Direct currents: (amplitudes of this slice, one or per neuron; start; stop).
    pub currents: Vec<(Vec<f64>, Tick, Tick)>,
    /// Current given until the next reset, pA: one per neuron, or none.
    pub given: Vec<f64>,
    /// Constant current of the model, pA: one, or one per neuron.
    pub i_e: Vec<f64>,
    /// Potential per constant current, mV/pA: one, or one per neuron.
    pub p20: Vec<f64>,
    /// Potential per step from all current that flows now: one value, or one per padded neuron.
    pub bias: Vec<W::State>,
    /// The step at which `bias` has to be computed anew.
    pub next_change: Tick,
}

/// What this memory is for.
const CURRENTS: &str = "the currents of neurons";

impl<W: Weight> Outside<W> {
    /// The same for a replica, before anything is given.
    fn replica(&self) -> Self {
        let currents = self.currents.iter().map(|(amplitudes, start, stop)| (copied(amplitudes, CURRENTS), *start, *stop));
        Self {
            poisson: gathered(self.poisson.iter().cloned(), "stimuli"),
            rare: gathered(self.rare.iter().map(RareDrive::replica), "stimuli"),
            currents: gathered(currents, CURRENTS),
            given: vec![],
            i_e: copied(&self.i_e, CURRENTS),
            p20: copied(&self.p20, CURRENTS),
            bias: vec![],
            next_change: 0,
        }
    }

    /// Goes back to tick 0; Poisson events are drawn with this seed.
    fn reset(&mut self, seed: u64) {
        self.poisson.iter_mut().for_each(|drive| drive.seed = seed);
        self.rare.iter_mut().for_each(|drive| drive.reset(seed));
        self.given.clear();
        self.bias.clear();
        self.next_change = 0;
    }

    /// Computes the bias of step `now` and when it changes next.
    pub(super) fn refresh(&mut self, now: Tick, padded: usize) {
        let flows = |&&(_, start, stop): &&(Vec<f64>, Tick, Tick)| start <= now && now < stop;
        let one = self.p20.len() == 1 && self.given.is_empty() && self.currents.iter().filter(flows).all(|(a, ..)| a.len() == 1);
        let of = |values: &[f64], k: usize| if let [one] = *values { one } else { values.get(k).copied().unwrap_or(0.0) };
        self.bias.clear();
        resize(&mut self.bias, if one { 1 } else { padded }, W::State::default(), CURRENTS);
        for (k, bias) in self.bias.iter_mut().enumerate() {
            let amplitudes = self.currents.iter().filter(flows).map(|(a, ..)| of(a, k));
            let described = amplitudes.fold(of(&self.i_e, k), |sum, a| sum + a);
            let current = self.given.get(k).map_or(described, |given| described + given);
            *bias = W::State::from_f64(of(&self.p20, k) * current);
        }
        let edges = self.currents.iter().flat_map(|&(_, start, stop)| [start, stop]);
        self.next_change = edges.filter(|&edge| edge > now).min().unwrap_or(Tick::MAX);
    }
}

/// The neurons of one population on this core.
#[derive(Debug)]
pub enum Part<W: Weight> {
    /// Integrated neurons.
    Neurons {
        /// State.
        slab: Box<Slab<W>>,
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
            (Part::Neurons { outside, .. }, Input::Current(amplitudes)) => {
                outside.given.clear();
                extend(&mut outside.given, &amplitudes[first as usize..(first + len) as usize], CURRENTS);
            }
            (Part::Source(source), Input::Spikes(spikes)) => source.give(spikes, first, len),
            (Part::Neurons { .. }, Input::Spikes(_)) | (Part::Source(_), Input::Current(_)) => {
                unreachable!("invariant: inputs are checked before they are given")
            }
        }
    }

    /// One past its last slot.
    pub(super) fn end_slot(&self) -> usize {
        let receptors = if let Part::Neurons { slab, .. } = &self.part { slab.receptors() } else { 0 };
        (self.slice.slot0 + self.slice.stride * receptors as u32) as usize
    }

    /// Whether any of its blocks is event-driven.
    pub(super) fn has_events(&self) -> bool {
        matches!(&self.part, Part::Neurons { slab, .. } if slab.has_events())
    }

    /// Whether any of its blocks is stepped in every tick.
    pub(super) fn has_dense(&self) -> bool {
        matches!(&self.part, Part::Neurons { slab, .. } if slab.has_dense())
    }

    /// Writes a variable of all its neurons when `tick` is their next step, in mV or pA; of a source nothing.
    pub fn read(&self, level: Level, variable: Variable, tick: Tick, all: &mut [f64]) {
        let Part::Neurons { slab, outside } = &self.part else { return };
        let (origin, mut values) = (slab.origin(variable), [W::State::default(); READ]);
        let indices: Vec<u32> = gathered(0..self.slice.len, "state");
        for (some, all) in indices.chunks(READ).zip(all.chunks_mut(READ)) {
            let values = &mut values[..some.len()];
            slab.read(level, variable, some, (tick, &outside.bias), values);
            for ((all, value), &k) in all.iter_mut().zip(values).zip(some) {
                *all = origin.real(k, value.to_f64());
            }
        }
    }

    /// Its recorders, and what makes their samples values in physical units.
    pub fn samples(&self) -> impl Iterator<Item = Tapped<'_, W::State>> {
        self.taps.iter().map(|tap| match &self.part {
            Part::Neurons { slab, .. } => (tap, slab.origin(tap.variable)),
            Part::Source(_) => (tap, Origin::None),
        })
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
            Part::Neurons { outside, .. } => outside.rare.iter().map(RareDrive::next_event).min().unwrap_or(Tick::MAX),
        }
    }

    /// The first tick from `now` on in which its bias changes or a Poisson stimulus of frequent events is on.
    pub(super) fn next_change(&self, now: Tick) -> Tick {
        match &self.part {
            Part::Source(_) => Tick::MAX,
            Part::Neurons { outside, .. } => {
                let starts = outside.poisson.iter().filter(|p| now < p.stop).map(|p| p.start.max(now));
                starts.min().unwrap_or(Tick::MAX).min(outside.next_change.max(now))
            }
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
        if let Part::Neurons { slab, outside } = &self.part {
            for tap in &mut self.taps {
                tap.sample(now, until, |tick, variable, neurons, values| {
                    slab.read(level, variable, neurons, (tick, &outside.bias), values)
                });
            }
        }
    }
}
