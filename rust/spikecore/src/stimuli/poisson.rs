//! Poisson stimuli, and how events are drawn where they come in most ticks: counts for a block of neurons at once, keyed by
//! seed, stimulus, tick and group, so that neither partition nor order can be observed.

use super::stimulus::{Effect, Stimulate};
use crate::id::{BLOCK, Tick};
use crate::models::{Model, Receptor};
use crate::number::weight::Weight;
use crate::random::{PoissonCounts, PoissonGaps, most_drawn};
use crate::refusal::{Refusal, check_magnitude, general};
use crate::simd::Aligned;

/// Most expected events per tick and neuron.
const MOST: f64 = 1000.0;

/// One independent Poisson process per neuron.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poisson {
    /// Expected events per tick and neuron, from 0 to 1000.
    pub lambda: f64,
    /// Weight of one event.
    pub weight: f64,
    /// Receptor it arrives at.
    pub receptor: Receptor,
}

impl Poisson {
    /// Processes of so many events per second, on a grid of `dt` ms.
    ///
    /// # Errors
    /// Where these are too many for a tick.
    pub fn new(rate: f64, weight: f64, receptor: Receptor, dt: f64) -> Result<Self, Refusal> {
        let most = MOST / dt * 1e3;
        if !(0.0..=most).contains(&rate) {
            return Err(Refusal::new("", "rate", rate, format!("0 … {} Hz ({MOST} events per tick)", general(most))));
        }
        Ok(Self { lambda: (rate * dt * 1e-3).min(MOST), weight, receptor })
    }

    /// Checks a rate in Hz for which there is no grid yet.
    ///
    /// # Errors
    /// Where no grid has it.
    pub fn check_rate(rate: f64) -> Result<(), Refusal> {
        let fine = (0.0..f64::INFINITY).contains(&rate);
        if fine { Ok(()) } else { Err(Refusal::new("", "rate", rate, format!("0 … {MOST} events per tick, in Hz"))) }
    }
}

impl Stimulate for Poisson {
    fn check(&self, _: u32) -> Result<(), Refusal> {
        check_magnitude("weight", self.weight, "")?;
        let fine = (0.0..=MOST).contains(&self.lambda);
        if fine { Ok(()) } else { Err(Refusal::new("", "rate", self.lambda, format!("0 … {MOST} expected events per tick"))) }
    }

    fn weight(&self) -> f64 {
        self.weight
    }

    fn most_events(&self) -> f64 {
        most_drawn(self.lambda)
    }

    fn effects(&self, model: &Model) -> Vec<Effect<'_>> {
        let Self { lambda, weight, receptor } = *self;
        let landing = receptor.landing(model);
        let (receptor, weight) = (landing.place(weight), landing.added(weight));
        match PoissonGaps::new(lambda) {
            Some(gaps) => vec![Effect::Rare { gaps, weight, receptor }],
            None if lambda > 0.0 => vec![Effect::Frequent { lambda, weight, receptor }],
            None => vec![],
        }
    }
}

/// An independent Poisson process per neuron, as one slab receives it.
#[derive(Debug, Clone)]
pub struct PoissonDrive<W> {
    /// Law of the counts per tick.
    pub counts: PoissonCounts,
    /// Key: seed of the stimuli.
    pub seed: u64,
    /// Key: the stimulus in declaration order.
    pub stimulus: u32,
    /// Weight of one event.
    pub weight: W,
    /// Receptor.
    pub receptor: usize,
    /// First step with events.
    pub start: Tick,
    /// First step without.
    pub stop: Tick,
}

/// The tick, the index of the first neuron of a slice in its population, and how many neurons it has.
pub type Span = (Tick, u32, usize);

/// Events of a step from Poisson stimuli, lane by lane: to add up the lanes of a vector takes longer than to add vectors.
pub struct Events(Aligned<[u32; LANES]>);

/// Lanes of [`Events`].
const LANES: usize = BLOCK / 4;

impl Events {
    /// None yet.
    pub fn none() -> Self {
        Self(Aligned([0; LANES]))
    }

    /// Adds a block's counts.
    #[inline(always)]
    fn add(&mut self, counts: &[u16; BLOCK]) {
        for (k, sum) in self.0.0.iter_mut().enumerate() {
            *sum += u32::from(counts[k] + counts[k + LANES] + counts[k + 2 * LANES] + counts[k + 3 * LANES]);
        }
    }

    /// How many.
    pub fn sum(&self) -> u64 {
        self.0.0.iter().map(|&lane| u64::from(lane)).sum()
    }
}

/// Adds one tick of a Poisson stimulus to a block's accumulators, and to `events` the number of its events.
#[inline(always)]
fn draw_poisson<W: Weight>(
    source: &PoissonDrive<W>,
    (tick, first, len): Span,
    at: usize,
    input: &mut [W::Acc; BLOCK],
    events: &mut Events,
) {
    let mut counts = Aligned([0; BLOCK]);
    let group = (first as usize + at) / BLOCK;
    source.counts.block(source.seed, source.stimulus, tick, group as u32, &mut counts.0);
    let real = len.saturating_sub(at);
    if real < BLOCK {
        counts.0[real..].fill(0);
    }
    for (input, &count) in input.iter_mut().zip(&counts.0) {
        *input = W::add_many(*input, source.weight, count);
    }
    events.add(&counts.0);
}

/// Adds one tick of all stimuli that are on to the accumulators of the block from neuron `at` on, of a slice padded to `padded`
/// neurons, and to `events` the number of their events.
#[inline(always)]
pub fn add_block<W: Weight>(
    sources: &[PoissonDrive<W>],
    span: Span,
    (at, padded): (usize, usize),
    acc: &mut [W::Acc],
    events: &mut Events,
) {
    for source in sources {
        if source.start <= span.0 && span.0 < source.stop {
            let first = source.receptor * padded + at;
            let input = (&mut acc[first..first + BLOCK]).try_into().expect("invariant: arrays are padded to whole blocks");
            draw_poisson(source, span, at, input, events);
        }
    }
}

/// Adds one tick of a Poisson stimulus to a block's accumulators; returns the number of events.
#[inline(always)]
pub fn add_poisson<W: Weight>(source: &PoissonDrive<W>, (tick, first, len): Span, at: usize, input: &mut [W::Acc; BLOCK]) -> u64 {
    let mut events = Events::none();
    draw_poisson(source, (tick, first, len), at, input, &mut events);
    events.sum()
}
