//! Visits to event-driven neurons, round by round: those to whom anything happens are taken to the lanes, stepped and put
//! back; those to whom more happens in a later tick of the frame come in the next round.
//!
//! Neurons of several slices that obey one law are stepped together in the first round, so that few lanes stay empty.

use super::alarms::Alarms;
use super::lanes::{Item, Lanes, Law};
use super::single::{Single, Singles};
use crate::allocation::{extend, push};
use crate::id::{BLOCK, Tick};
use crate::neurons::block::of;
use crate::neurons::census::BUSY;
use crate::neurons::compiled;
use crate::neurons::finite::{self, Lost};
use crate::neurons::slab::{Equations, Slab};
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::simd::Level;
use std::ops::Range;
use std::sync::Arc;

/// A visit to single neurons of a slab: what happens to them in some ticks of a frame.
#[derive(Debug)]
pub struct Visit<'a, W: Weight> {
    /// First tick of the frame.
    pub base: Tick,
    /// The tick before which it ends.
    pub end: Tick,
    /// What happens.
    pub items: &'a mut Vec<Item<W::Acc>>,
    /// Potential per step from constant current: one value, or one per neuron.
    pub bias: &'a [W::State],
    /// Slot of the slab's first accumulator.
    pub slot: usize,
    /// Neurons to be looked at later.
    pub alarms: &'a mut Alarms,
}

/// Where neurons are stepped, reused from tick to tick.
#[derive(Debug)]
pub struct Work<W: Weight> {
    /// What happens in a tick that is run whole.
    pub items: Vec<Item<W::Acc>>,
    /// Who fires: phase and index.
    pub fired: Vec<(u32, u32)>,
    /// In what phases anybody has been visited, a bit each.
    pub phases: u32,
    /// Where the lanes of each slice end.
    pub ends: Vec<usize>,
    /// To whom of them more happens.
    pub more: Vec<bool>,
    /// Whether a state has left the finite range.
    pub lost: bool,
    level: Level,
    one: Lanes<W, 1>,
    two: Lanes<W, 2>,
}

impl<W: Weight> Work<W> {
    /// At this instruction-set level.
    pub fn new(level: Level) -> Self {
        let (one, two) = (Lanes::default(), Lanes::default());
        Self { items: vec![], fired: vec![], phases: 0, ends: vec![], more: vec![], lost: false, level, one, two }
    }

    /// How many are in lanes.
    pub fn taken(&self) -> usize {
        self.one.len() + self.two.len()
    }

    /// All have been put back.
    pub fn clear(&mut self) {
        self.one.clear();
        self.two.clear();
    }
}

/// Takes those to whom something happens to the lanes; what a neuron gets in a further tick stays with `items`.
#[inline(always)]
fn enter<W: Weight, const N: usize>((singles, lanes): (&mut [Single<W::State, N>], &mut Lanes<W, N>), items: &mut Vec<Item<W::Acc>>) {
    lanes.take(singles, items);
    items.clear();
    extend(items, &lanes.later, "events of a frame");
    lanes.later.clear();
}

/// Puts back those in a range of lanes, who have been stepped: lists who fires, sets alarms and counts. Whether a block
/// has become busy.
#[inline(always)]
fn leave<W: Weight, const N: usize>(
    (singles, lanes): (&mut [Single<W::State, N>], &Lanes<W, N>),
    law: &Law<'_, W::State>,
    range: Range<usize>,
    steps: &mut [u16],
    visit: &mut Visit<'_, W>,
    (fired, lost): (&mut Vec<(u32, u32)>, &mut Option<Lost>),
) -> bool {
    let mut busy = false;
    lanes.put_back(range, |neuron, phase, single, wakes| {
        let k = neuron as usize;
        let steps = &mut steps[k / BLOCK];
        *steps += 1;
        busy |= *steps > BUSY;
        singles[k] = single;
        if wakes {
            let single = &mut singles[k];
            if single.v >= law.constants.theta && single.v.is_finite() {
                single.fire(&law.constants);
                push(fired, (phase, neuron), "spikes of a frame");
            }
            if let Some(tick) = single.alarm(law.flow, of(law.bias, k)) {
                // Of a state that is not finite nothing is known: it is looked at, and from then on left alone.
                if tick == single.done() || single.refractory() > 0 {
                    let found = finite::lost_of(law.base + Tick::from(phase), neuron, single.v, &single.i);
                    if found.is_some() {
                        return finite::keep_least(lost, found);
                    }
                }
                if tick < visit.end {
                    let phase = (tick - law.base) as u16;
                    push(visit.items, Item { neuron, phase, receptor: 0, input: W::Acc::default() }, "events of a frame");
                } else {
                    visit.alarms.set(tick, (visit.slot + k) as u32);
                }
            }
        }
    });
    busy
}

impl<W: Weight> Slab<W> {
    /// Do its neurons obey the law of another slab's?
    pub fn is_like(&self, bias: &[W::State], other: &Self, others: &[W::State]) -> bool {
        Arc::ptr_eq(&self.flow, &other.flow)
            && self.equations == other.equations
            && self.step == other.step
            && matches!((bias, others), ([a], [b]) if a == b)
    }

    /// Visits event-driven neurons: moves each on to its tick, steps it with its input and sets its alarm. Those that fire
    /// stand in no order.
    pub fn visit(&mut self, work: &mut Work<W>, visit: &mut Visit<'_, W>) {
        loop {
            self.enter(work, visit);
            let taken = work.taken();
            if taken == 0 {
                return;
            }
            self.step_lanes(work, visit);
            self.leave(work, 0..taken, visit);
            work.clear();
        }
    }

    /// Takes those to whom anything happens now to the lanes, after those who are there; what a neuron gets in a further tick
    /// is left.
    pub fn enter(&mut self, work: &mut Work<W>, visit: &mut Visit<'_, W>) {
        match &mut self.singles {
            Singles::One(singles) => enter((singles, &mut work.one), visit.items),
            Singles::Two(singles) => enter((singles, &mut work.two), visit.items),
        }
    }

    /// Steps all who are in lanes, who obey the law of this slab's neurons.
    pub fn step_lanes(&self, work: &mut Work<W>, visit: &Visit<'_, W>) {
        let law = self.law(visit);
        match self.equations {
            Equations::Exp1 => compiled::step_one(work.level, &mut work.one, &law),
            Equations::Exp2 => compiled::step_two(work.level, &mut work.two, &law),
            Equations::Delta => compiled::step_delta(work.level, &mut work.one, &law),
        }
        work.phases |= if self.equations == Equations::Exp2 { work.two.phases() } else { work.one.phases() };
    }

    /// Puts back its neurons, which are in these lanes and have been stepped.
    pub fn leave(&mut self, work: &mut Work<W>, range: Range<usize>, visit: &mut Visit<'_, W>) {
        self.updated += range.len() as u64;
        let law = Law { constants: self.constants, flow: &self.flow, bias: visit.bias, quantum: self.step, base: visit.base };
        let (steps, out) = (self.steps.at(visit.base), (&mut work.fired, &mut self.lost));
        self.busy |= match &mut self.singles {
            Singles::One(singles) => leave((singles, &work.one), &law, range, steps, visit, out),
            Singles::Two(singles) => leave((singles, &work.two), &law, range, steps, visit, out),
        };
        work.lost |= self.lost.is_some();
    }

    fn law<'a>(&'a self, visit: &Visit<'a, W>) -> Law<'a, W::State> {
        Law { constants: self.constants, flow: &self.flow, bias: visit.bias, quantum: self.step, base: visit.base }
    }
}
