//! What a core holds: the neurons of one population that are its own, and what they get from outside.

use super::neurons::{PoissonDrive, Slab};
use super::weight::{Real, Weight};
use crate::compile::partition::Slice;
use crate::id::{NeuronId, Tick};
use crate::recorder::SampleTap;

/// What drives a slice from outside: currents and Poisson processes.
#[derive(Debug)]
pub struct Outside<W: Weight> {
    /// Poisson stimuli in declaration order.
    pub poisson: Vec<PoissonDrive<W>>,
    /// Direct currents: (amplitudes of this slice, one or per neuron; start; stop).
    pub currents: Vec<(Vec<f64>, Tick, Tick)>,
    /// Constant current of the model, pA.
    pub i_e: f64,
    /// Potential per constant current, mV/pA.
    pub p20: f64,
    /// Potential per step from all current that flows now: one value, or one per padded neuron.
    pub bias: Vec<W::State>,
    /// The step at which `bias` has to be computed anew.
    pub next_change: Tick,
}

impl<W: Weight> Outside<W> {
    /// Computes the bias of step `now` and when it changes next.
    pub(super) fn refresh(&mut self, now: Tick, padded: usize) {
        let flows = |&&(_, start, stop): &&(Vec<f64>, Tick, Tick)| start <= now && now < stop;
        let one = self.currents.iter().filter(flows).all(|(a, ..)| a.len() == 1);
        self.bias.clear();
        self.bias.resize(if one { 1 } else { padded }, W::State::default());
        for (k, bias) in self.bias.iter_mut().enumerate() {
            let amplitude = |(a, ..): &(Vec<f64>, Tick, Tick)| {
                if a.len() == 1 { a[0] } else { a.get(k).copied().unwrap_or(0.0) }
            };
            let current = self.currents.iter().filter(flows).map(amplitude).fold(self.i_e, |sum, a| sum + a);
            *bias = W::State::from_f64(self.p20 * current);
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
        slab: Slab<W>,
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
    /// The first tick from `now` on in which its neurons, which are settled, get anything from outside, or its source
    /// sends.
    pub(super) fn next_event(&self, now: Tick) -> Tick {
        match &self.part {
            Part::Source { spikes, emitted } => spikes.get(*emitted).map_or(Tick::MAX, |s| s.0),
            Part::Neurons { outside, .. } => {
                let starts = outside.poisson.iter().filter(|p| now < p.stop).map(|p| p.start.max(now));
                starts.min().unwrap_or(Tick::MAX).min(outside.next_change.max(now))
            }
        }
    }
}
