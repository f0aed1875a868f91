//! A tick of a core that is run whole: every slice takes its input and steps its neurons.

use super::core::Core;
use super::counts::SpikeCounts;
use super::outside::Outside;
use super::placed::{Part, Placed};
use crate::cells::touched::{Mark, Touched};
use crate::id::{NeuronId, Tick};
use crate::neurons::census::is_census;
use crate::neurons::drive::Drive;
use crate::neurons::event::blocks::Wake;
use crate::neurons::slab::Slab;
use crate::neurons::stepped::Stepped;
use crate::neurons::{compiled, finite};
use crate::number::weight::Weight;
use crate::simd::Level;
use crate::slice::Slice;

impl<W: Weight> Core<W> {
    /// Integrates step `now`; everything due must have been delivered. Returns the ids that fired, ascending.
    pub fn integrate(&mut self, now: Tick) -> &[NeuronId] {
        #[cfg(test)]
        assert!(self.panic_at != Some(now), "a test asked for this panic");
        let census = is_census(now);
        self.memory.leave(now);
        self.emitted.clear();
        let frame = self.memory.frame();
        let part = usize::from(frame.base(frame.phase(now)));
        let (touched, eventful) = (&mut self.touched, self.eventful);
        self.alarms.take(now, |slot| {
            if eventful {
                touched.mark(slot as usize + part);
            }
        });
        for placed in &mut self.placed {
            let from = self.emitted.len();
            match &mut placed.part {
                Part::Neurons { slab, outside, .. } => {
                    let (slot, padded) = (placed.slice.slot0 as usize, placed.slice.stride as usize);
                    let cell = part + slot;
                    let mut wake = Wake {
                        touched: &mut self.touched,
                        alarms: &mut self.alarms,
                        cell,
                        slot,
                        words: &mut self.words,
                        neurons: &mut self.marked,
                        work: &mut self.work,
                    };
                    change_bias(slab, outside, now, padded, &mut wake);
                    let acc = &mut self.cells.as_flattened_mut()[cell..cell + slab.receptors() * padded];
                    add_rare(slab, outside, now, (&mut *acc, padded), eventful, (&mut *wake.touched, cell));
                    let (first, len) = (placed.slice.first, placed.slice.len as usize);
                    let drive = Drive { tick: now, first, len, bias: &outside.bias, poisson: &outside.poisson, census };
                    self.fired.clear();
                    if slab.has_dense() {
                        compiled::integrate(self.level, slab, acc, &drive, &mut self.fired);
                        if slab.watched {
                            slab.look(now);
                            wake.work.lost |= slab.lost.is_some();
                        }
                    }
                    if eventful {
                        slab.add_frequent(acc, &drive, &mut wake);
                        let dense = self.fired.len();
                        slab.step_events(acc, &drive, &mut wake, &mut self.fired);
                        if dense > 0 && dense < self.fired.len() {
                            self.fired.sort_unstable();
                        }
                    }
                    list(&self.fired, placed.first_id, &mut placed.spikes, &mut self.emitted);
                }
                Part::Stepped { bank, outside } => {
                    let cell = part + placed.slice.slot0 as usize;
                    let cells = cell..cell + bank.receptors() * placed.slice.stride as usize;
                    if eventful {
                        // Deliveries mark the cells of all neurons; these are stepped anyhow.
                        self.touched.take(cells.start, cells.len(), |_, _| {});
                    }
                    self.fired.clear();
                    let acc = &mut self.cells.as_flattened_mut()[cells];
                    self.work.lost |= step_bank(self.level, &mut **bank, outside, (now, census), &placed.slice, acc, &mut self.fired);
                    list(&self.fired, placed.first_id, &mut placed.spikes, &mut self.emitted);
                }
                Part::Source(source) => source.send(now, placed.first_id, &mut placed.spikes, &mut self.emitted),
            }
            if placed.recorded {
                placed.log.extend(now + 1, &self.emitted[from..]);
            }
            placed.sample(self.level, now, now + 1);
        }
        if census {
            self.adapt(now);
        }
        self.next_event = None;
        self.visits.forget();
        &self.emitted
    }

    /// Chooses anew how blocks are updated, after step `now` of a census.
    pub(super) fn adapt(&mut self, now: Tick) {
        for placed in &mut self.placed {
            match &mut placed.part {
                Part::Neurons { slab, outside } => {
                    slab.adapt(now, &outside.bias, &mut self.alarms, placed.slice.slot0 as usize);
                    compiled::watch(self.level, slab, &outside.bias);
                }
                Part::Stepped { bank, outside } => bank.watch(self.level, &outside.bias),
                Part::Source(_) => {}
            }
        }
        self.eventful = self.placed.iter().any(Placed::has_events);
        self.dense = self.placed.iter().any(Placed::has_dense);
    }
}

/// Takes the currents of step `now` where they change with it.
#[inline(always)]
fn change_bias<W: Weight>(slab: &mut Slab<W>, outside: &mut Outside<W>, now: Tick, padded: usize, wake: &mut Wake<'_, W>) {
    if now >= outside.next_change {
        if slab.has_events() {
            slab.wake_all(now, &outside.bias, wake);
        }
        outside.refresh(now, padded);
        slab.watched |= finite::any_unsafe(&outside.bias);
    }
}

/// Adds the events of rare Poisson stimuli, and marks who gets any where there are event-driven blocks.
#[inline(always)]
fn add_rare<W: Weight>(
    slab: &mut Slab<W>,
    outside: &mut Outside<W>,
    now: Tick,
    (acc, padded): (&mut [W::Acc], usize),
    eventful: bool,
    (touched, cell): (&mut Touched, usize),
) {
    for rare in &mut outside.rare {
        slab.stimulus_events += rare.add(now, acc, padded, |place| {
            if eventful {
                touched.mark(cell + place);
            }
        });
    }
}

/// Counts and lists those of a slice that have fired.
#[inline(always)]
fn list(fired: &[u32], first: NeuronId, spikes: &mut SpikeCounts, emitted: &mut Vec<NeuronId>) {
    for &k in fired {
        spikes.add(k as usize);
        emitted.push(first + k);
    }
}

/// A tick of neurons that are stepped in every tick. Whether a state has left the finite range.
fn step_bank<W: Weight>(
    level: Level,
    bank: &mut dyn Stepped<W>,
    outside: &mut Outside<W>,
    (now, census): (Tick, bool),
    slice: &Slice,
    acc: &mut [W::Acc],
    fired: &mut Vec<u32>,
) -> bool {
    let padded = slice.stride as usize;
    if now >= outside.next_change {
        outside.refresh(now, padded);
        bank.tally().watched |= finite::any_unsafe(&outside.bias);
    }
    for rare in &mut outside.rare {
        bank.tally().stimulus_events += rare.add(now, acc, padded, |_| {});
    }
    let (first, len) = (slice.first, slice.len as usize);
    let drive = Drive { tick: now, first, len, bias: &outside.bias, poisson: &outside.poisson, census };
    bank.step(level, acc, &drive, fired);
    if bank.tallied().watched {
        bank.look(now);
    }
    bank.tallied().lost.is_some()
}
