//! Who is visited in a frame, and what visits have sent ([`super::visits`]).

use super::placed::{Part, Placed};
use crate::allocation::{filled, gathered, push};
use crate::id::{BLOCK, NeuronId, Tick};
use crate::neurons::event::lanes::Item;
use crate::number::weight::Weight;

/// What this memory is for.
pub(super) const EVENTS: &str = "events of a frame";

/// Where the spikes of a core go.
pub trait Outlet {
    /// Is there room for all that a tick may send?
    fn may_begin(&mut self, tick: Tick) -> bool;
    /// Takes the spikes of a tick, ascending.
    fn send(&mut self, tick: Tick, ids: &[NeuronId]);
}

/// Slots of one receptor of a slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) slice: u16,
    pub(super) receptor: u16,
    /// The first.
    pub(super) slot: u32,
    /// Where its neuron's state lies, and the bytes of each: a hint and nothing else.
    pub(super) home: (usize, usize),
}

/// A spike, as it waits to be sent and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its step.
    pub tick: Tick,
    /// Its neuron.
    pub id: NeuronId,
    /// The slice that has the neuron.
    pub slice: u32,
}

/// Who is visited, and what they have sent.
#[derive(Debug)]
pub struct Visits<W: Weight> {
    /// The field of each block of slots.
    pub(super) fields: (Vec<u16>, Vec<Field>),
    /// By slice: what happens in a frame.
    pub(super) items: Vec<Vec<Item<W::Acc>>>,
    /// The first tick from which on something comes from outside, while `known`.
    pub(super) outside: Tick,
    /// The first tick that has to be left to `integrate`.
    pub(super) whole: Tick,
    /// Are these two true?
    pub(super) known: bool,
    /// Whether anybody's state is recorded.
    pub(super) recorded: bool,
    /// Spikes since all had been sent.
    pub(super) outbox: Vec<Found>,
    /// How many of these have.
    pub(super) sent: usize,
    /// The ticks below this have been run.
    pub(super) done: Tick,
}

impl<W: Weight> Visits<W> {
    /// For these slices.
    pub fn new(placed: &[Placed<W>]) -> Self {
        let slots = placed.iter().map(Placed::end_slot).max().unwrap_or(0);
        let (mut of, mut fields) = (filled(slots / BLOCK, 0, EVENTS), vec![]);
        for (slice, placed) in placed.iter().enumerate() {
            if let Part::Neurons { slab, .. } = &placed.part {
                let (first, stride) = (placed.slice.slot0 as usize, placed.slice.stride as usize);
                for receptor in 0..slab.receptors() {
                    let slot = first + receptor * stride;
                    of[slot / BLOCK..(slot + stride) / BLOCK].fill(fields.len() as u16);
                    let home = slab.singles.address();
                    push(&mut fields, Field { slice: slice as u16, receptor: receptor as u16, slot: slot as u32, home }, EVENTS);
                }
            }
        }
        let items = gathered(placed.iter().map(|_| vec![]), EVENTS);
        let recorded = placed.iter().any(|placed| !placed.taps.is_empty());
        let (fields, outbox) = ((of, fields), vec![]);
        Self { fields, items, outside: 0, whole: 0, known: false, recorded, outbox, sent: 0, done: 0 }
    }

    /// What comes from outside may have changed.
    pub fn forget(&mut self) {
        self.known = false;
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

    pub(super) fn look(&mut self, placed: &[Placed<W>], now: Tick) {
        if !self.known {
            self.outside = placed.iter().map(Placed::next_given).min().unwrap_or(Tick::MAX);
            self.whole = placed.iter().map(|placed| placed.next_change(now)).min().unwrap_or(Tick::MAX);
            self.known = true;
        }
    }
}
