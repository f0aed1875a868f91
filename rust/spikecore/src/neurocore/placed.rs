//! What a core holds: the neurons of one population that are its own, and what they get from outside.

use super::neurons::{PoissonDrive, Slab};
use super::weight::{Real, Weight};
use crate::compile::partition::Slice;
use crate::id::{NeuronId, Tick};
use crate::network::Variable;
use crate::random::PoissonGaps;
use crate::recorder::SampleTap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A Poisson process per neuron, of rare events, as one slice receives it.
#[derive(Debug)]
pub struct RareDrive<W> {
    /// Law of the gaps.
    pub gaps: PoissonGaps,
    /// Key: seed of the network.
    pub seed: u64,
    /// Key: the stimulus in declaration order.
    pub stimulus: u32,
    /// Weight of one event.
    pub weight: W,
    /// Receptor.
    pub receptor: usize,
    /// First step without.
    pub stop: Tick,
    /// Index within the population of the slice's first neuron.
    pub first: u32,
    /// The next events, one per neuron: step, index in the slice, how many.
    upcoming: BinaryHeap<Reverse<(Tick, u32, u16)>>,
}

impl<W: Weight> RareDrive<W> {
    /// With its first events for `len` neurons, from step `start` on.
    pub fn begin(mut self, start: Tick, len: u32) -> Self {
        let of = |k| (self.gaps.next(self.seed, self.stimulus, self.first + k, start), k);
        let events = (0..len).map(of).filter(|&((tick, _), _)| tick < self.stop);
        self.upcoming = events.map(|((tick, count), k)| Reverse((tick, k, count))).collect();
        self
    }

    /// A drive without events.
    pub fn new(gaps: PoissonGaps, key: (u64, u32), weight: W, receptor: usize, stop: Tick, first: u32) -> Self {
        Self { gaps, seed: key.0, stimulus: key.1, weight, receptor, stop, first, upcoming: BinaryHeap::new() }
    }

    /// The step of the next event.
    fn next_event(&self) -> Tick {
        self.upcoming.peek().map_or(Tick::MAX, |Reverse((tick, ..))| *tick)
    }

    /// Adds the events of step `now` to the accumulators of a slice of `padded` neurons, marks them, and returns how many
    /// there were.
    pub(super) fn add(&mut self, now: Tick, acc: &mut [W::Acc], padded: usize, mut mark: impl FnMut(usize)) -> u64 {
        let mut events = 0;
        while let Some(mut top) = self.upcoming.peek_mut().filter(|top| top.0.0 == now) {
            let Reverse((_, k, count)) = *top;
            let place = self.receptor * padded + k as usize;
            acc[place] = W::add_many(acc[place], self.weight, count);
            mark(place);
            events += u64::from(count);
            let (tick, count) = self.gaps.next(self.seed, self.stimulus, self.first + k, now + 1);
            if tick < self.stop {
                *top = Reverse((tick, k, count));
            } else {
                std::collections::binary_heap::PeekMut::pop(top);
            }
        }
        events
    }
}

/// What drives a slice from outside: currents and Poisson processes.
#[derive(Debug)]
pub struct Outside<W: Weight> {
    /// Poisson stimuli with events in most ticks, in declaration order.
    pub poisson: Vec<PoissonDrive<W>>,
    /// Poisson stimuli of rare events, in declaration order; they are added before the others.
    pub rare: Vec<RareDrive<W>>,
    /// Direct currents: (amplitudes of this slice, one or per neuron; start; stop).
    pub currents: Vec<(Vec<f64>, Tick, Tick)>,
    /// Constant current of the model, pA: one, or one per neuron.
    pub i_e: Vec<f64>,
    /// Potential per constant current, mV/pA: one, or one per neuron.
    pub p20: Vec<f64>,
    /// Potential per step from all current that flows now: one value, or one per padded neuron.
    pub bias: Vec<W::State>,
    /// The step at which `bias` has to be computed anew.
    pub next_change: Tick,
}

impl<W: Weight> Outside<W> {
    /// Computes the bias of step `now` and when it changes next.
    pub(super) fn refresh(&mut self, now: Tick, padded: usize) {
        let flows = |&&(_, start, stop): &&(Vec<f64>, Tick, Tick)| start <= now && now < stop;
        let one = self.p20.len() == 1 && self.currents.iter().filter(flows).all(|(a, ..)| a.len() == 1);
        let of = |values: &[f64], k: usize| if let [one] = *values { one } else { values.get(k).copied().unwrap_or(0.0) };
        self.bias.clear();
        self.bias.resize(if one { 1 } else { padded }, W::State::default());
        for (k, bias) in self.bias.iter_mut().enumerate() {
            let amplitudes = self.currents.iter().filter(flows).map(|(a, ..)| of(a, k));
            let current = amplitudes.fold(of(&self.i_e, k), |sum, a| sum + a);
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
    /// A spike source: its spikes of this slice as (step, index in the slice), sorted, and how many are emitted.
    Source {
        /// Spikes.
        spikes: Vec<(Tick, u32)>,
        /// Emitted so far.
        emitted: usize,
    },
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
    pub spikes: Vec<u64>,
    /// Whether its spikes are recorded.
    pub recorded: bool,
    /// Recorders of its state.
    pub taps: Vec<SampleTap>,
}

impl<W: Weight> Placed<W> {
    /// Whether any of its blocks is event-driven.
    pub(super) fn has_events(&self) -> bool {
        matches!(&self.part, Part::Neurons { slab, .. } if slab.has_events())
    }

    /// Whether any of its blocks is stepped in every tick.
    pub(super) fn has_dense(&self) -> bool {
        matches!(&self.part, Part::Neurons { slab, .. } if slab.has_dense())
    }

    /// A variable of a neuron when `tick` is its next step; `None` for a source.
    pub fn read(&self, variable: Variable, index: usize, tick: Tick) -> Option<f64> {
        match &self.part {
            Part::Neurons { slab, outside } => Some(slab.read(variable, index, tick, &outside.bias)),
            Part::Source { .. } => None,
        }
    }

    /// The first tick from `now` on in which its neurons, all event-driven, get anything from outside or may become
    /// dense, or its source sends.
    pub(super) fn next_event(&self, now: Tick) -> Tick {
        match &self.part {
            Part::Source { spikes, emitted } => spikes.get(*emitted).map_or(Tick::MAX, |s| s.0),
            Part::Neurons { slab, outside } => {
                let starts = outside.poisson.iter().filter(|p| now < p.stop).map(|p| p.start.max(now));
                let rare = outside.rare.iter().map(RareDrive::next_event).min().unwrap_or(Tick::MAX);
                starts.min().unwrap_or(Tick::MAX).min(rare).min(outside.next_change.max(now)).min(slab.next_census(now))
            }
        }
    }
}
