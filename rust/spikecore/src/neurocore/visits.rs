//! Ticks of a core whose blocks are all event-driven, run by what is due in them: nothing is asked of slots, marks or
//! populations in which nothing happens, so time costs by its events however short a tick is.
//!
//! What is due in a frame of the delay line is run at once, neurons with their ticks side by side ([`crate::neurons::event::lanes`]). Who
//! is visited in a tick, and with what input, is as in [`Core::integrate`], so which of the two runs a tick cannot be
//! observed: those whose cells get input, from synapses or from outside, in the same order, and those who have set an
//! alarm. Cells stay empty.
//!
//! Who is visited stands in lists, one per slice: who has set an alarm, then what synapses bring, in the order in which it was
//! filed, then what comes from outside.
//!
//! Ticks that need more than visits are left to [`Core::integrate`]: where a bias changes, or a Poisson stimulus of frequent
//! events is on.

use super::core::Core;
use super::due::{EVENTS, Field, Found, Outlet, Visits};
use super::placed::{Part, Placed};
use crate::allocation::push;
use crate::id::{BLOCK, NeuronId, Tick};
use crate::neurons::census::is_census;
use crate::neurons::event::alarms::Alarms;
use crate::neurons::event::lanes::Item;
use crate::neurons::event::rounds::{Visit, Work};
use crate::neurons::slab::Slab;
use crate::number::weight::Weight;
use crate::simd::prefetch::{prefetch_address, prefetch_element};
use crate::synapses::loose::Loose;
use std::ops::Range;

/// Lists those of the filed synapses, whose cells have `bits` bits, that are due in these phases of a frame, all of a frame of
/// `ONE` tick, and asks for their neurons.
fn list<W: Weight, const ONE: bool>(
    filed: &[Loose<W>],
    bits: u32,
    (phases, last): (Range<u16>, u16),
    (of, fields): &(Vec<u16>, Vec<Field>),
    items: &mut [Vec<Item<W::Acc>>],
) {
    for one in filed {
        let (phase, cell) = (if ONE { 0 } else { one.ticks(bits) as u16 & last }, one.cell(bits));
        if ONE || phases.contains(&phase) {
            let field = &fields[usize::from(of[cell as usize / BLOCK])];
            let (neuron, input) = (cell - field.slot, W::add(W::Acc::default(), one.weight));
            prefetch_address(field.home.0 + neuron as usize * field.home.1);
            push(&mut items[usize::from(field.slice)], Item { neuron, phase, receptor: field.receptor, input }, EVENTS);
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
        let Self { visits: Visits { outbox, sent, .. }, emitted, placed, .. } = self;
        while let Some(&Found { tick, .. }) = outbox.get(*sent) {
            if !outlet.may_begin(tick) {
                return Err(tick);
            }
            let of = outbox[*sent..].iter().take_while(|spike| spike.tick == tick);
            for spike in of.clone() {
                let placed = &mut placed[spike.slice as usize];
                if placed.recorded {
                    placed.log.push(tick + 1, spike.id);
                }
            }
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
            let slice = spike.slice as usize;
            (slice, (spike.id - placed[slice].first_id) as usize)
        };
        for spike in &outbox[..*sent] {
            let (slice, neuron) = place(placed, spike);
            prefetch_element(placed[slice].spikes.places(), neuron);
        }
        for spike in outbox.drain(..std::mem::take(sent)) {
            let (slice, neuron) = place(placed, &spike);
            placed[slice].spikes.add(neuron);
        }
    }

    /// Runs the ticks `from..end`, of one frame.
    fn visit_frame(&mut self, from: Tick, end: Tick) {
        #[cfg(test)]
        assert!(!self.panic_at.is_some_and(|tick| (from..end).contains(&tick)), "a test asked for this panic");
        self.memory.turn_to(from);
        let Self { memory, placed, visits, alarms, work, counters, .. } = self;
        let line = memory.only_loose().expect("invariant: asked before");
        let (base, next) = (line.frame_start(from), line.frame_end(from));
        line.ask(next);
        (end..end + (end - from)).for_each(|tick| alarms.ask(tick));
        let Visits { fields, items, outside, known, outbox, .. } = visits;
        let phases = ((from - base) as u16..(end - base) as u16, (next - 1 - base) as u16);
        for tick in from..end {
            alarms.take(tick, |slot| {
                let field = fields.1[usize::from(fields.0[slot as usize / BLOCK])];
                let (neuron, phase) = (slot - field.slot, (tick - base) as u16);
                prefetch_address(field.home.0 + neuron as usize * field.home.1);
                push(&mut items[usize::from(field.slice)], Item { neuron, phase, receptor: 0, input: W::Acc::default() }, EVENTS);
            });
        }
        if *outside < end {
            placed.iter().for_each(|placed| placed.ask(end));
        }
        let list = if line.is_by_tick() { list::<W, true> } else { list::<W, false> };
        list(line.due(from), memory.cell_bits(), phases, fields, items);
        let (given, found) = (*outside < end, outbox.len());
        if given {
            for (slice, (placed, items)) in (0..).zip(placed.iter_mut().zip(&mut *items)) {
                placed.get(base, end, items, |tick, id| push(outbox, Found { tick, id, slice }, EVENTS));
            }
        }
        work.phases = 0;
        let mut first = 0;
        while first < placed.len() {
            let company = first..first + like_the_first(&placed[first..]);
            let (slices, items) = (&mut placed[company.clone()], &mut items[company.clone()]);
            visit_company(slices, items, (base, end), (work, alarms), |slice, tick, id| {
                push(outbox, Found { tick, id, slice: (first + slice) as u32 }, EVENTS);
            });
            first = company.end;
        }
        *known &= !given;
        outbox[found..].sort_unstable();
        let phases = outbox[found..].iter().fold(work.phases, |phases, spike| phases | 1 << (spike.tick - base));
        counters.skipped += end - from - u64::from(phases.count_ones());
        self.visits.done = end;
        self.counters.scattered += self.memory.leave_visited(end);
        self.end_frame(from, end);
    }

    /// Records what the ticks `from..end` have left, and chooses anew how blocks are updated, if it is time.
    fn end_frame(&mut self, from: Tick, end: Tick) {
        if self.visits.recorded {
            for placed in &mut self.placed {
                placed.sample(self.level, from, from + 1);
            }
        }
        if is_census(end - 1) && self.placed.iter().any(Placed::is_busy) {
            self.adapt(end - 1);
        }
    }
}

/// How many of these slices, from the first on, have neurons that obey one law.
fn like_the_first<W: Weight>(slices: &[Placed<W>]) -> usize {
    let Part::Neurons { slab: first, outside: given } = &slices[0].part else {
        return 1;
    };
    let like = |placed: &&Placed<W>| match &placed.part {
        Part::Source(_) | Part::Stepped { .. } => false,
        Part::Neurons { slab, outside } => slab.is_like(&outside.bias, first, &given.bias),
    };
    1 + slices[1..].iter().take_while(like).count()
}

/// A part of a visit.
type Act<'a, W> = dyn FnMut(&mut Slab<W>, &mut Work<W>, &mut Visit<'_, W>) + 'a;

/// Visits neurons of slices that obey one law: all together, then, slice by slice, those to whom more happens. Calls
/// `found(slice, tick, id)` for each that fires.
fn visit_company<W: Weight>(
    slices: &mut [Placed<W>],
    items: &mut [Vec<Item<W::Acc>>],
    (base, end): (Tick, Tick),
    (work, alarms): (&mut Work<W>, &mut Alarms),
    mut found: impl FnMut(usize, Tick, NeuronId),
) {
    let number = slices.len();
    let mut each = |slice: usize, work: &mut Work<W>, act: &mut Act<'_, W>| {
        let placed = &mut slices[slice];
        if let Part::Neurons { slab, outside } = &mut placed.part {
            let (items, bias, slot) = (&mut items[slice], &outside.bias, placed.slice.slot0 as usize);
            act(slab, work, &mut Visit { base, end, items, bias, slot, alarms });
            work.fired.drain(..).for_each(|(phase, neuron)| found(slice, base + Tick::from(phase), placed.first_id + neuron));
        }
        !items[slice].is_empty()
    };
    work.ends.clear();
    for slice in 0..number {
        each(slice, work, &mut |slab, work, visit| slab.enter(work, visit));
        let end = work.taken();
        push(&mut work.ends, end, EVENTS);
    }
    let mut from = 0;
    for slice in 0..number {
        let range = from..work.ends[slice];
        from = range.end;
        let more = each(slice, work, &mut |slab, work, visit| {
            if slice == 0 {
                slab.step_lanes(work, visit);
            }
            slab.leave(work, range.clone(), visit);
        });
        push(&mut work.more, more, EVENTS);
    }
    work.clear();
    for slice in 0..number {
        if std::mem::take(&mut work.more[slice]) {
            each(slice, work, &mut |slab, work, visit| slab.visit(work, visit));
        }
    }
    work.more.clear();
}
