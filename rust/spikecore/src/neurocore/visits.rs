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
use super::events::{self, Visit};
use super::frame::CELLS;
use super::kernels::prefetch_address;
use super::placed::{Part, Placed};
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
    /// How many ticks later.
    ticks: Tick,
    /// Events of that tick that have been asked for.
    asked: usize,
}

/// Who is visited in a tick.
#[derive(Debug, Default)]
pub struct Visits {
    /// By block of slots: the slice that has them, and the index in it of the first's neuron.
    owners: Vec<(u16, u16)>,
    /// By slice: where its neurons' state lies, and the bytes of each. A hint and nothing else.
    homes: Vec<(usize, usize)>,
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
        let mut homes = vec![(0, 0); placed.len()];
        for (number, placed) in placed.iter().enumerate() {
            if let Part::Neurons { slab, .. } = &placed.part {
                let (first, slots) = (placed.slice.slot0 as usize, slab.receptors() * placed.slice.stride as usize);
                homes[number] = slab.singles.address();
                for block in 0..slots / BLOCK {
                    let neuron = block * BLOCK % placed.slice.stride as usize;
                    owners[first / BLOCK + block] = (number as u16, neuron as u16);
                }
            }
        }
        Self { owners, homes, lists: vec![vec![]; placed.len()], ..Self::default() }
    }

    /// What comes from outside may have changed.
    pub fn forget(&mut self) {
        self.known = false;
    }

    /// The slice and the neuron in it of a slot.
    #[inline(always)]
    fn owner(&self, slot: u16) -> (usize, u32) {
        let (slice, first) = self.owners[usize::from(slot) / BLOCK];
        (usize::from(slice), u32::from(first) + u32::from(slot) % BLOCK as u32)
    }

    /// Lists the neuron of a slot.
    #[inline(always)]
    fn list(&mut self, slot: u16) {
        let (slice, neuron) = self.owner(slot);
        self.lists[slice].push(neuron);
    }

    /// Asks for the neuron and the cell of the next of these events, which are due later; whether there was one.
    #[inline(always)]
    fn ask<W: Weight>(&mut self, later: &[Synapse<W>], cells: usize) -> bool {
        let event = later.get(self.ahead.asked);
        if let Some(event) = event {
            let (slice, neuron) = self.owner(event.cell);
            let (home, size) = self.homes[slice];
            prefetch_address(home + neuron as usize * size);
            prefetch_address(cells + usize::from(event.cell) * size_of::<W::Acc>());
            self.ahead.asked += 1;
        }
        event.is_some()
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
        let line = self.memory.only_loose().expect("invariant: asked before");
        self.visits.ahead.ticks = AHEAD.div_ceil(line.mean_due().max(1)).min(FURTHEST) as Tick;
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
        let later = now + self.visits.ahead.ticks;
        line.ask(later + 1);
        let later = line.due(later);
        self.visits.ahead.asked = 0;
        for (number, placed) in self.placed.iter_mut().enumerate() {
            if self.visits.lists[number].is_empty() && !given {
                continue;
            }
            let from = self.emitted.len();
            let mut list = std::mem::take(&mut self.visits.lists[number]);
            match &mut placed.part {
                Part::Source(source) => source.send(now, placed.first_id, &mut placed.spikes, &mut self.emitted),
                Part::Neurons { slab, outside } => {
                    let (slot, padded) = (placed.slice.slot0 as usize, placed.slice.stride as usize);
                    let acc = &mut self.cells[0][slot..slot + slab.receptors() * padded];
                    if given {
                        for rare in &mut outside.rare {
                            slab.stimulus_events += rare.add(now, acc, padded, |place| list.push((place % padded) as u32));
                        }
                    }
                    self.fired.clear();
                    let mut visit = Visit { tick: now, bias: &outside.bias, slot, alarms: &mut self.alarms };
                    slab.visit(acc, &list, &mut visit, &mut self.fired, || {
                        self.visits.ask(later, base);
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
            self.visits.lists[number] = list;
            if placed.recorded && self.emitted.len() > from {
                self.spike_log.extend(now + 1, &self.emitted[from..]);
            }
        }
        while self.visits.ask(later, base) {}
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
        let cells = &mut cells[0];
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
