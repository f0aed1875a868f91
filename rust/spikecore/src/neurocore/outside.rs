//! What drives the neurons of a slice from outside.

use crate::allocation::{copied, gathered, resize};
use crate::id::Tick;
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::stimuli::poisson::PoissonDrive;
use crate::stimuli::rare::RareDrive;

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
    /// Constant input of the model: one, or one per neuron.
    pub i_e: Vec<f64>,
    /// Potential per step and unit of constant input: one, or one per neuron.
    pub p20: Vec<f64>,
    /// Potential per step from all current that flows now: one value, or one per padded neuron.
    pub bias: Vec<W::State>,
    /// The step at which `bias` has to be computed anew.
    pub next_change: Tick,
}

/// What this memory is for.
pub(super) const CURRENTS: &str = "the currents of neurons";

impl<W: Weight> Outside<W> {
    /// The same for a replica, before anything is given.
    pub(super) fn replica(&self) -> Self {
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
    pub(super) fn reset(&mut self, seed: u64) {
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

    /// The first tick in which a rare event comes.
    pub(super) fn next_rare(&self) -> Tick {
        self.rare.iter().map(RareDrive::next_event).min().unwrap_or(Tick::MAX)
    }

    /// The first tick from `now` on in which the bias changes or a Poisson stimulus of frequent events is on.
    pub(super) fn next_frequent(&self, now: Tick) -> Tick {
        let starts = self.poisson.iter().filter(|p| now < p.stop).map(|p| p.start.max(now));
        starts.min().unwrap_or(Tick::MAX).min(self.next_change.max(now))
    }
}
