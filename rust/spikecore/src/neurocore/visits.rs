//! Ticks of a core whose blocks are all event-driven, run by what is due in them: nothing is asked of slots, marks or
//! populations in which nothing happens, so a tick costs by its events however short it is.
//!
//! Who is visited in a tick, and with what input, is as in [`Core::integrate`], so which of the two runs a tick cannot be
//! observed: those whose cells get input, from synapses or from outside, and those who have set an alarm. Here they
//! stand in lists, one per slice, in which a neuron may stand more than once; only the first time counts, because a
//! visit moves the neuron past the tick.
//!
//! Ticks that need more than visits are left to [`Core::integrate`]: where a bias changes, a Poisson stimulus of frequent
//! events is on, or blocks are looked at ([`events::is_census`]).

use super::Core;
use super::delay_line::DelayLine;
use super::events::{self, Visit};
use super::frame::CELLS;
use super::kernels::prefetch_address;
use super::placed::{Part, Placed};
use super::single::Single;
use super::weight::{Synapse, Weight};
use crate::id::{BLOCK, NeuronId, Tick};

/// Where the spikes of a core go.
pub trait Outlet {
    /// Is there room for all that a tick may send?
    fn may_begin(&mut self, tick: Tick) -> bool;
    /// Takes the spikes of a tick, ascending.
    fn send(&mut self, tick: Tick, ids: &[NeuronId]);
}

/// Events between asking for a neuron and visiting it, at least: so many lines can be on their way at a time.
const AHEAD: usize = 48;
/// Most ticks that this may be.
const FURTHEST: usize = 16;

/// What is asked for before its tick comes: with every visit of a tick, one event of a later one.
#[derive(Debug, Default)]
struct Ahead {
    /// By block of slots: the address of its first neuron's state. A hint and nothing else.
    homes: Vec<usize>,
    /// Bytes of a neuron's state.
    stride: usize,
    /// The later tick.
    tick: Tick,
    /// Its events that have been asked for.
    asked: usize,
}

impl Ahead {
    /// Tick `now` begins.
    fn begin<W: Weight>(&mut self, now: Tick, line: &DelayLine<Synapse<W>>) {
        let ticks = AHEAD.div_ceil(line.mean_due().max(1)).min(FURTHEST);
        (self.tick, self.asked) = (now + ticks as Tick, 0);
        line.ask(self.tick + 1);
    }

    /// Asks for the next event; whether there was one.
    #[inline(always)]
    fn ask<W: Weight>(&mut self, line: &DelayLine<Synapse<W>>, cells: usize) -> bool {
        let event = line.due(self.tick).get(self.asked);
        if let Some(event) = event {
            let slot = usize::from(event.cell);
            prefetch_address(self.homes[slot / BLOCK] + slot % BLOCK * self.stride);
            prefetch_address(cells + slot * size_of::<W::Acc>());
            self.asked += 1;
        }
        event.is_some()
    }
}

/// Who is visited in a tick.
#[derive(Debug, Default)]
pub struct Visits {
    /// By block of slots: the slice that has them, and the index in it of the first's neuron.
    owners: Vec<(u16, u16)>,
    ahead: Ahead,
    /// By slice: neurons to be visited. Reused from tick to tick.
    lists: Vec<Vec<u32>>,
    /// The first tick from which on something comes from outside, while `known`.
    outside: Tick,
    /// The first tick that has to be left to `integrate`.
    whole: Tick,
    /// Are these two true?
    known: bool,
}

impl Visits {
    /// For these slices.
    pub fn new<W: Weight>(placed: &[Placed<W>]) -> Self {
        let mut owners = vec![(0, 0); CELLS / BLOCK];
        let mut homes = vec![0; CELLS / BLOCK];
        for (number, placed) in placed.iter().enumerate() {
            if let Part::Neurons { slab, .. } = &placed.part {
                let (first, slots) = (placed.slice.slot0 as usize, slab.receptors() * placed.slice.stride as usize);
                for block in 0..slots / BLOCK {
                    let neuron = block * BLOCK % placed.slice.stride as usize;
                    owners[first / BLOCK + block] = (number as u16, neuron as u16);
                    homes[first / BLOCK + block] = slab.singles.as_ptr().wrapping_add(neuron).addr();
                }
            }
        }
        let ahead = Ahead { homes, stride: size_of::<Single<W::State>>(), ..Ahead::default() };
        Self { owners, ahead, lists: vec![vec![]; placed.len()], ..Self::default() }
    }

    /// What comes from outside may have changed.
    pub fn forget(&mut self) {
        self.known = false;
    }

    /// Lists the neuron of a slot.
    #[inline(always)]
    fn list(&mut self, slot: u16) {
        let (slice, first) = self.owners[usize::from(slot) / BLOCK];
        self.lists[usize::from(slice)].push(u32::from(first) + u32::from(slot) % BLOCK as u32);
    }

    fn look<W: Weight>(&mut self, placed: &[Placed<W>], now: Tick) {
        if !self.known {
            self.outside = placed.iter().map(Placed::next_given).min().unwrap_or(Tick::MAX);
            self.whole = placed.iter().map(|placed| placed.next_turn(now)).min().unwrap_or(Tick::MAX);
            self.known = true;
        }
    }
}

impl<W: Weight> Core<W> {
    /// Whether its ticks can be run by visits.
    pub fn has_visits(&self) -> bool {
        #[cfg(test)]
        if self.wakeful {
            return false;
        }
        !self.dense && self.memory.only_loose().is_some()
    }

    /// Runs ticks from `now` on by visits, those before `until` at most, whose input has all been filed; sends spikes to
    /// `outlet`. Returns the tick before which it stopped, for want of room or because [`Core::integrate`] has to run it.
    pub fn visit(&mut self, now: Tick, until: Tick, outlet: &mut impl Outlet) -> Tick {
        let mut tick = now;
        while tick < until {
            self.visits.look(&self.placed, tick);
            if events::is_census(tick) || self.visits.whole <= tick || !outlet.may_begin(tick) {
                break;
            }
            let due = self.memory.only_loose().expect("invariant: asked before");
            if due.due(tick).is_empty() && self.visits.outside > tick && !self.alarms.any(tick) {
                self.skip(tick, tick + 1);
            } else {
                self.visit_tick(tick);
                if !self.emitted.is_empty() {
                    outlet.send(tick, &self.emitted);
                }
            }
            tick += 1;
        }
        self.next_event = None;
        tick
    }

    fn visit_tick(&mut self, now: Tick) {
        #[cfg(test)]
        assert!(self.panic_at != Some(now), "a test asked for this panic");
        self.emitted.clear();
        self.list(now);
        let given = self.visits.outside <= now;
        let base = self.cells.as_ptr().addr();
        let line = self.memory.only_loose().expect("invariant: asked before");
        self.visits.ahead.begin(now, line);
        for (number, placed) in self.placed.iter_mut().enumerate() {
            let from = self.emitted.len();
            let list = &mut self.visits.lists[number];
            match &mut placed.part {
                Part::Source(source) => source.send(now, placed.first_id, &mut placed.spikes, &mut self.emitted),
                Part::Neurons { slab, outside } => {
                    let (slot, padded) = (placed.slice.slot0 as usize, placed.slice.stride as usize);
                    let acc = &mut self.cells[slot..slot + slab.receptors() * padded];
                    if given {
                        for rare in &mut outside.rare {
                            slab.stimulus_events += rare.add(now, acc, padded, |place| list.push((place % padded) as u32));
                        }
                    }
                    if list.is_empty() {
                        continue;
                    }
                    self.fired.clear();
                    let mut visit = Visit { tick: now, bias: &outside.bias, slot, alarms: &mut self.alarms };
                    slab.visit(acc, list, &mut visit, &mut self.fired, || {
                        self.visits.ahead.ask(line, base);
                    });
                    list.clear();
                    self.visits.known &= !slab.busy;
                    self.fired.sort_unstable();
                    for &k in &self.fired {
                        placed.spikes[k as usize] += 1;
                        self.emitted.push(placed.first_id + k);
                    }
                }
            }
            if placed.recorded && self.emitted.len() > from {
                self.spike_log.extend(now + 1, &self.emitted[from..]);
            }
        }
        while self.visits.ahead.ask(line, base) {}
        self.visits.known &= !given;
        self.memory.leave(now);
        for placed in &mut self.placed {
            placed.sample(now + 1);
        }
    }

    /// Adds what is due at `now` to the cells, and lists who gets it and whose alarm it is.
    fn list(&mut self, now: Tick) {
        let Self { memory, cells, visits, alarms, .. } = self;
        let line = memory.only_loose().expect("invariant: asked before");
        let due = line.due(now);
        for synapse in due {
            let sum = &mut cells[usize::from(synapse.cell)];
            *sum = W::add(*sum, synapse.weight);
            visits.list(synapse.cell);
        }
        self.counters.scattered += due.len() as u64;
        alarms.take(now, |slot| visits.list(slot));
    }
}
