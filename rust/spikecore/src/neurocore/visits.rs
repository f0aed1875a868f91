//! Ticks of a core whose blocks are all event-driven, run by what is due in them: nothing is asked of slots, marks or
//! populations in which nothing happens, so time costs by its events however short a tick is.
//!
//! What is due in a frame of the delay line is run at once, neurons with their ticks side by side ([`super::lanes`]). Who
//! is visited in a tick, and with what input, is as in [`Core::integrate`], so which of the two runs a tick cannot be
//! observed: those whose cells get input, from synapses or from outside, in the same order, and those who have set an
//! alarm. Cells stay empty.
//!
//! A frame is listed by slices while the one before it is run, and neurons are asked for as they are listed. It is
//! listed in the order in which it was filed; what is filed later follows.
//!
//! Ticks that need more than visits are left to [`Core::integrate`]: where a bias changes, or a Poisson stimulus of frequent
//! events is on.

use super::Core;
use super::events::{self, Visit};
use super::frame::CELLS;
use super::kernels::{prefetch_address, prefetch_element};
use super::lanes::Item;
use super::loose::Loose;
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

/// Whose slots a block's are.
#[derive(Debug, Clone, Copy, Default)]
struct Owner {
    /// Where the first neuron's state lies, and the bytes of each: a hint and nothing else.
    address: usize,
    size: u8,
    receptor: u8,
    slice: u16,
    /// Index in the slice of the first neuron.
    neuron: u32,
}

/// A spike, as it waits to be sent and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its step.
    pub tick: Tick,
    /// Its neuron.
    pub id: NeuronId,
    /// The slice that has the neuron.
    pub slice: u16,
}

/// What is known to happen in a frame, by slices.
#[derive(Debug)]
struct Listed<A> {
    /// Its first tick; `None` if nothing is listed.
    frame: Option<Tick>,
    /// How many of the filed synapses are listed.
    filed: usize,
    items: Vec<Vec<Item<A>>>,
}

impl<A> Listed<A> {
    fn forget(&mut self) {
        self.frame = None;
        self.filed = 0;
        self.items.iter_mut().for_each(Vec::clear);
    }
}

/// Who is visited, and what they have sent.
#[derive(Debug)]
pub struct Visits<W: Weight> {
    /// By block of slots.
    owners: Box<[Owner; CELLS / BLOCK]>,
    current: Listed<W::Acc>,
    coming: Listed<W::Acc>,
    /// The first tick from which on something comes from outside, while `known`.
    outside: Tick,
    /// The first tick that has to be left to `integrate`.
    whole: Tick,
    /// Are these two true?
    known: bool,
    /// Whether anybody's state is recorded.
    recorded: bool,
    /// Spikes since all had been sent.
    outbox: Vec<Found>,
    /// How many of these have.
    sent: usize,
    /// The ticks below this have been run.
    done: Tick,
}

impl<W: Weight> Visits<W> {
    /// For these slices.
    pub fn new(placed: &[Placed<W>]) -> Self {
        let mut owners = vec![Owner::default(); CELLS / BLOCK];
        for (number, placed) in placed.iter().enumerate() {
            if let Part::Neurons { slab, .. } = &placed.part {
                let (first, stride) = (placed.slice.slot0 as usize, placed.slice.stride as usize);
                let (home, size) = slab.singles.address();
                for at in (0..slab.receptors() * stride).step_by(BLOCK) {
                    let (receptor, neuron) = (at / stride, at % stride);
                    owners[(first + at) / BLOCK] = Owner {
                        address: home + neuron * size,
                        size: size as u8,
                        slice: number as u16,
                        neuron: neuron as u32,
                        receptor: receptor as u8,
                    };
                }
            }
        }
        let owners = owners.try_into().expect("invariant: as many as blocks");
        let listed = || Listed { frame: None, filed: 0, items: placed.iter().map(|_| vec![]).collect() };
        let recorded = placed.iter().any(|placed| !placed.taps.is_empty());
        let (current, coming, outbox) = (listed(), listed(), vec![]);
        Self { owners, current, coming, outside: 0, whole: 0, known: false, recorded, outbox, sent: 0, done: 0 }
    }

    /// A tick has been run without it, or what comes from outside may have changed.
    pub fn forget(&mut self) {
        self.known = false;
        self.current.forget();
        self.coming.forget();
    }

    /// Back to tick 0.
    pub fn reset(&mut self) {
        self.forget();
        self.outbox.clear();
        (self.sent, self.done) = (0, 0);
    }

    /// Are there spikes that have not been sent?
    pub fn has_unsent(&self) -> bool {
        self.sent < self.outbox.len()
    }

    fn look(&mut self, placed: &[Placed<W>], now: Tick) {
        if !self.known {
            self.outside = placed.iter().map(Placed::next_given).min().unwrap_or(Tick::MAX);
            self.whole = placed.iter().map(|placed| placed.next_change(now)).min().unwrap_or(Tick::MAX);
            self.known = true;
        }
    }
}

impl<A: Copy + Default> Listed<A> {
    /// Lists the next `n` of the filed synapses, or those that there are: those due from phase `from` on; asks for their
    /// neurons. `last` is the phase of the last tick of the frame.
    #[inline(always)]
    fn list<W: Weight<Acc = A>>(&mut self, (filed, last): (&[Loose<W>], u16), n: usize, from: u16, owners: &[Owner; CELLS / BLOCK]) {
        let some = &filed[self.filed..filed.len().min(self.filed.saturating_add(n))];
        self.filed += some.len();
        for one in some {
            let (phase, Synapse { cell, weight }) = (one.ticks & last, one.synapse);
            if phase >= from {
                let (owner, place) = (&owners[usize::from(cell) / BLOCK], usize::from(cell) % BLOCK);
                prefetch_address(owner.address + place * usize::from(owner.size));
                let (neuron, input) = (owner.neuron + place as u32, W::add(A::default(), weight));
                self.items[usize::from(owner.slice)].push(Item { neuron, phase, receptor: owner.receptor.into(), input });
            }
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
        self.visits.has_unsent() || (!self.dense && self.memory.only_loose().is_some())
    }

    /// Runs ticks from `now` on by visits, those before `until` at most, whose input has all been filed; sends spikes to
    /// `outlet`. Returns the tick before which it stopped, for want of room or because [`Core::integrate`] has to run it.
    pub fn visit(&mut self, now: Tick, until: Tick, outlet: &mut impl Outlet) -> Tick {
        self.next_event = None;
        self.visits.done = self.visits.done.max(now);
        let reached = loop {
            if let Err(full) = self.send(outlet) {
                break full;
            }
            let from = self.visits.done;
            self.visits.look(&self.placed, from);
            if from >= until || self.dense || self.visits.whole <= from || !outlet.may_begin(from) {
                break from;
            }
            let line = self.memory.only_loose().expect("invariant: asked before");
            let end = if self.visits.recorded { from + 1 } else { line.frame_end(from) };
            // Frames are run in one piece where that is possible.
            if end > until && line.frame_start(until) > now {
                break from;
            }
            self.visit_frame(from, end.min(until).min(self.visits.whole));
        };
        self.count();
        reached
    }

    /// Sends what has been found; the tick for which there is no room, if any.
    fn send(&mut self, outlet: &mut impl Outlet) -> Result<(), Tick> {
        let Self { visits: Visits { outbox, sent, .. }, spike_log, emitted, placed, .. } = self;
        while let Some(&Found { tick, .. }) = outbox.get(*sent) {
            if !outlet.may_begin(tick) {
                return Err(tick);
            }
            let of = outbox[*sent..].iter().take_while(|spike| spike.tick == tick);
            emitted.clear();
            emitted.extend(of.clone().filter(|spike| placed[usize::from(spike.slice)].recorded).map(|spike| spike.id));
            spike_log.extend(tick + 1, emitted);
            emitted.clear();
            emitted.extend(of.map(|spike| spike.id));
            outlet.send(tick, emitted);
            *sent += emitted.len();
        }
        Ok(())
    }

    /// Counts the spikes that have been sent, of many ticks together: counts lie far apart.
    fn count(&mut self) {
        let Self { visits: Visits { outbox, sent, .. }, placed, .. } = self;
        let place = |placed: &[Placed<W>], spike: &Found| {
            let slice = usize::from(spike.slice);
            (slice, (spike.id - placed[slice].first_id) as usize)
        };
        for spike in &outbox[..*sent] {
            let (slice, neuron) = place(placed, spike);
            prefetch_element(&placed[slice].spikes, neuron);
        }
        for spike in outbox.drain(..std::mem::take(sent)) {
            let (slice, neuron) = place(placed, &spike);
            placed[slice].spikes[neuron] += 1;
        }
    }

    /// Asks for what the first frame of a visit at `now` will find: it was listed long ago.
    pub fn prepare(&self, now: Tick) {
        let Some(line) = self.memory.only_loose() else {
            return;
        };
        line.ask(now);
        line.ask(line.frame_end(now));
        if self.visits.coming.frame == Some(line.frame_start(now)) {
            for (placed, items) in self.placed.iter().zip(&self.visits.coming.items) {
                if let Part::Neurons { slab, .. } = &placed.part {
                    let (home, size) = slab.singles.address();
                    items.iter().for_each(|item| prefetch_address(home + item.neuron as usize * size));
                }
            }
        }
    }

    /// Runs the ticks `from..end`, of one frame.
    fn visit_frame(&mut self, from: Tick, end: Tick) {
        #[cfg(test)]
        assert!(!self.panic_at.is_some_and(|tick| (from..end).contains(&tick)), "a test asked for this panic");
        let Self { memory, placed, visits, alarms, work, counters, .. } = self;
        let line = memory.only_loose().expect("invariant: asked before");
        let base = line.frame_start(from);
        if visits.current.frame != Some(base) {
            visits.current.forget();
            if visits.coming.frame == Some(base) {
                std::mem::swap(&mut visits.current, &mut visits.coming);
            }
            visits.current.frame = Some(base);
        }
        let Visits { owners, current, coming, outside, known, outbox, .. } = visits;
        let last = (line.frame_end(from) - 1 - base) as u16;
        let filed = (line.due(from), last);
        current.list(filed, usize::MAX, (from - base) as u16, owners);
        for tick in from..end {
            alarms.take(tick, |slot| {
                let Owner { slice, neuron, .. } = owners[usize::from(slot) / BLOCK];
                let neuron = neuron + u32::from(slot) % BLOCK as u32;
                current.items[usize::from(slice)].push(Item { neuron, phase: (tick - base) as u16, receptor: 0, input: W::Acc::default() });
            });
        }
        let next = line.frame_end(from);
        if coming.frame != Some(next) {
            coming.forget();
            coming.frame = Some(next);
        }
        line.ask(line.frame_end(next));
        (end..end + (end - from)).for_each(|tick| alarms.ask(tick));
        let next = (line.due(next), last);
        let given = *outside < end;
        let (mut phases, found) = (0u32, outbox.len());
        for (slice, (placed, items)) in (0..).zip(placed.iter_mut().zip(&mut current.items)) {
            if given {
                placed.get(base, end, items, |tick, id| outbox.push(Found { tick, id, slice }));
            }
            if let Part::Neurons { slab, outside } = &mut placed.part {
                let slot = placed.slice.slot0 as usize;
                let mut visit = Visit { base, end, items, bias: &outside.bias, slot, alarms, phases: &mut phases };
                slab.visit(work, &mut visit, |n| coming.list(next, n, 0, owners));
                for (phase, neuron) in work.fired.drain(..) {
                    outbox.push(Found { tick: base + Tick::from(phase), id: placed.first_id + neuron, slice });
                }
            }
        }
        coming.list(next, usize::MAX, 0, owners);
        *known &= !given;
        outbox[found..].sort_unstable();
        outbox[found..].iter().for_each(|spike| phases |= 1 << (spike.tick - base));
        counters.skipped += end - from - u64::from(phases.count_ones());
        self.visits.done = end;
        self.counters.scattered += self.memory.leave_visited(end);
        self.end_frame(from, end);
    }

    /// Records what the ticks `from..end` have left, and chooses anew how blocks are updated, if it is time.
    fn end_frame(&mut self, from: Tick, end: Tick) {
        if self.visits.recorded {
            for placed in &mut self.placed {
                placed.sample(from + 1);
            }
        }
        if events::is_census(end - 1) && self.placed.iter().any(Placed::is_busy) {
            self.adapt(end - 1);
        }
    }
}
