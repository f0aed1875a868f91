//! Event-driven blocks: their neurons are stepped when input arrives or when they could fire without, and moved on in
//! closed form over the ticks between ([`crate::neurons::event::flow`]).
//!
//! A block is dense or event-driven by its own history alone: by default it is looked at in the ticks of
//! [`crate::neurons::census::is_census`], becomes event-driven when in two of them running at most [`CALM`] of its neurons' accumulators held
//! input, and dense again when its neurons were stepped more than [`crate::neurons::census::BUSY`] times in the 64 ticks before one. So neither
//! partition nor workers can be observed; where a core has only event-driven blocks it leaves out the ticks without
//! events, but not a census that would make a block dense. What a block is changes at the end of a frame, when no cell holds input of a later tick.
//!
//! Invariant: an event-driven neuron cannot fire before something marks it, input or the alarm that it has set.

use super::alarms::Alarms;
use super::lanes::Item;
use super::rounds::{Visit, Work};
use super::single::Single;
use crate::allocation::{push, reserve};
use crate::cells::touched::{Mark, Touched};
use crate::id::{BLOCK, Tick};
use crate::neurons::block::{block, of};
use crate::neurons::census::{Activity, CALM, CALM_FOR, Updates, census};
use crate::neurons::drive::Drive;
use crate::neurons::slab::Slab;
use crate::number::weight::Weight;
use crate::stimuli::poisson::add_poisson;

/// Neurons that are stepped together at most where ticks are run whole.
const TOGETHER: usize = 1024;

/// What wakes neurons.
#[derive(Debug)]
pub struct Wake<'a, W: Weight> {
    /// Cells that got input.
    pub touched: &'a mut Touched,
    /// Neurons to be looked at later.
    pub alarms: &'a mut Alarms,
    /// Cell of the slab's first accumulator in this tick.
    pub cell: usize,
    /// Slot of the slab's first accumulator.
    pub slot: usize,
    /// Marks taken, reused from tick to tick.
    pub words: &'a mut Vec<(usize, u64)>,
    /// Neurons marked, reused from tick to tick.
    pub neurons: &'a mut Vec<u32>,
    /// What happens to them, who fires, and where they are stepped; reused likewise.
    pub work: &'a mut Work<W>,
}

impl<W: Weight> Slab<W> {
    /// Whether any block is event-driven.
    pub fn has_events(&self) -> bool {
        self.dense.len() < self.activity.len()
    }

    /// The next census that must not be left out, if any: one in which a block becomes dense.
    pub(crate) fn next_census(&self, now: Tick) -> Tick {
        if self.busy && self.updates == Updates::Auto { census(now) } else { Tick::MAX }
    }

    /// Whether any block is dense.
    pub fn has_dense(&self) -> bool {
        !self.dense.is_empty()
    }

    /// Starts at tick 0: makes the lists anew, and event-driven blocks single neurons.
    pub(crate) fn start(&mut self) {
        self.list_dense();
        for k in (0..self.len).filter(|k| self.activity[k / BLOCK].event) {
            self.singles.set(k, self.load(k, 0));
        }
    }

    fn list_dense(&mut self) {
        self.dense.clear();
        self.dense.extend(self.activity.iter().enumerate().filter(|(_, a)| !a.event).map(|(b, _)| (b * BLOCK) as u32));
    }

    fn real(&self, at: usize) -> std::ops::Range<usize> {
        at..self.len.min(at + BLOCK)
    }

    /// A neuron of a dense block whose next step this is.
    pub(crate) fn load(&self, k: usize, next: Tick) -> Single<W::State, 2> {
        let current = |r: usize| self.i[r].get(k).copied().unwrap_or_default();
        Single::new(self.v[k], [current(0), current(1)], next, self.r[k])
    }

    /// Puts a neuron back into a dense block.
    fn store(&mut self, k: usize, single: Single<W::State, 2>) {
        (self.v[k], self.r[k]) = (single.v, single.refractory());
        for (array, i) in self.i.iter_mut().zip(single.i) {
            if let Some(place) = array.get_mut(k) {
                *place = i;
            }
        }
    }

    /// Potential and currents of a neuron when `tick` is its next step.
    pub(crate) fn state(&self, k: usize, tick: Tick, bias: &[W::State]) -> (W::State, [W::State; 2]) {
        if !self.activity[k / BLOCK].event {
            let single = self.load(k, tick);
            return (single.v, single.i);
        }
        let mut single = self.singles.get(k);
        if tick > single.done() {
            single.catch_up(&self.flow, tick, of(bias, k));
        }
        (single.v, single.i)
    }

    /// Moves all event-driven neurons on to step `now` and marks them: the bias is about to change.
    pub fn wake_all(&mut self, now: Tick, bias: &[W::State], wake: &mut Wake<'_, W>) {
        for b in 0..self.activity.len() {
            if !self.activity[b].event {
                continue;
            }
            let real = self.real(b * BLOCK);
            wake.touched.mark_all(wake.cell + real.start, real.len());
            for k in real {
                let mut single = self.singles.get(k);
                if now > single.done() {
                    single.catch_up(&self.flow, now, of(bias, k));
                    self.singles.set(k, single);
                }
            }
        }
    }

    /// Adds the events of Poisson stimuli that come in most ticks to event-driven blocks, and marks who got any.
    pub fn add_frequent(&mut self, acc: &mut [W::Acc], drive: &Drive<'_, W>, wake: &mut Wake<'_, W>) {
        let padded = self.v.len();
        for source in drive.poisson.iter().filter(|s| s.start <= drive.tick && drive.tick < s.stop) {
            for at in (0..padded).step_by(BLOCK).filter(|at| self.activity[at / BLOCK].event) {
                let first = source.receptor * padded + at;
                let input = block(acc, first);
                self.stimulus_events += add_poisson(source, drive.span(), at, input);
                for (k, _) in input.iter().enumerate().filter(|(_, sum)| **sum != W::Acc::default()) {
                    wake.touched.mark(wake.cell + first + k);
                }
            }
        }
    }

    /// Steps the event-driven neurons that are marked; indices of those that fired are appended to `out`, ascending.
    pub fn step_events(&mut self, acc: &mut [W::Acc], drive: &Drive<'_, W>, wake: &mut Wake<'_, W>, out: &mut Vec<u32>) {
        let padded = self.v.len();
        wake.words.clear();
        let receptors = self.receptors();
        for receptor in 0..receptors {
            wake.touched.take(wake.cell + receptor * padded, padded, |word, bits| push(wake.words, (word, bits), "events of a tick"));
        }
        if receptors > 1 {
            wake.words.sort_unstable_by_key(|&(word, _)| word);
            wake.words.dedup_by(|later, first| {
                let same = later.0 == first.0;
                first.1 |= if same { later.1 } else { 0 };
                same
            });
        }
        wake.neurons.clear();
        for &(word, mut bits) in &*wake.words {
            if !self.activity[word * 64 / BLOCK].event {
                continue;
            }
            while bits != 0 {
                push(wake.neurons, (word * 64) as u32 + bits.trailing_zeros(), "events of a tick");
                bits &= bits - 1;
            }
        }
        let Wake { neurons, alarms, slot, work, .. } = wake;
        let mut items = std::mem::take(&mut work.items);
        // Where all are woken, lanes for all would be as large as their state.
        for some in neurons.chunks(TOGETHER) {
            for &neuron in some {
                for receptor in 0..receptors {
                    let input = std::mem::take(&mut acc[receptor * padded + neuron as usize]);
                    push(&mut items, Item { neuron, phase: 0, receptor: receptor as u16, input }, "events of a tick");
                }
            }
            let (base, end) = (drive.tick, drive.tick + 1);
            let mut visit = Visit { base, end, items: &mut items, bias: drive.bias, slot: *slot, alarms };
            self.visit(work, &mut visit);
            reserve(out, work.fired.len(), "spikes of a tick");
            out.extend(work.fired.drain(..).map(|(_, neuron)| neuron));
        }
        work.items = items;
    }

    /// Chooses anew how blocks are updated, after step `now` of a census.
    pub fn adapt(&mut self, now: Tick, bias: &[W::State], alarms: &mut Alarms, slot: usize) {
        self.busy = false;
        if self.updates != Updates::Auto {
            return;
        }
        let mut changed = false;
        for b in 0..self.activity.len() {
            let a = &mut self.activity[b];
            if a.event {
                if self.steps.are_many(b, now) {
                    *a = Activity::new(Updates::Dense);
                    self.join(b, now + 1, bias);
                    changed = true;
                }
            } else {
                let real = self.len.saturating_sub(b * BLOCK).min(BLOCK);
                let calm = usize::from(a.inputs) * BLOCK <= usize::from(CALM) * real;
                a.calm = if calm { a.calm + 1 } else { 0 };
                if a.calm == CALM_FOR {
                    *a = Activity::new(Updates::Event);
                    self.part(b, now + 1, bias, |tick, k| alarms.set(tick, (slot + k) as u32));
                    changed = true;
                }
            }
        }
        if changed {
            self.list_dense();
        }
    }

    /// Puts the single neurons of block `b` back into arrays, when `next` is the next step.
    fn join(&mut self, b: usize, next: Tick, bias: &[W::State]) {
        for k in self.real(b * BLOCK) {
            let mut single = self.singles.get(k);
            single.catch_up(&self.flow, next, of(bias, k));
            self.store(k, single);
        }
    }

    /// Makes the neurons of block `b` single ones, when `next` is the next step, and sets their alarms.
    fn part(&mut self, b: usize, next: Tick, bias: &[W::State], mut alarm: impl FnMut(Tick, usize)) {
        for k in self.real(b * BLOCK) {
            let single = self.load(k, next);
            self.singles.set(k, single);
            if let Some(tick) = single.alarm(&self.flow, of(bias, k)) {
                alarm(tick, k);
            }
        }
    }
}
