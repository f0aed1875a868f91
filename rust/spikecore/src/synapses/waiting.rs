//! Spikes that wait for a later turn of the wheel of [`crate::synapses::delay_line`]: of each what is left of it, 12 to 16 B,
//! however many synapses that is.
//!
//! They stand in canonical order (emission tick, source id, storage kind) and never change places: who is visited and has
//! more to come stays where it was, and who arrives later was emitted later and goes to the end. So one list serves all
//! later turns, and a visit from front to back files in canonical order.
//!
//! The list is cut into blocks. Each knows when the first of its spikes is due, and is passed over before. Neighbours that
//! together fill no more than one block are joined when they are visited, so blocks are half full on average at least, and
//! memory follows what waits. Blocks that became free in one turn serve the next; those that did not are given back.

use super::entry::Kind;
use crate::allocation::{push, with_room};
use crate::id::{NeuronId, Tick};
use std::ops::Range;

/// What is left of a spike.
pub trait Rest: Copy + std::fmt::Debug {
    /// Low bits of the tick at which the next of it is due, as many as [`Self::BITS`].
    fn due(&self) -> u32;
    /// Bits of `due`: enough for any delay and any producer ahead.
    const BITS: u32;
}

/// What is left of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowRest {
    /// Offset of its next synapse (36 bits), storage kind (8), due tick (20).
    packed: u64,
    /// The row.
    pub row: u32,
    /// Its next segment.
    pub segment: u32,
}

impl RowRest {
    /// Packs it.
    #[inline(always)]
    pub fn new(row: u32, segment: u32, offset: u64, kind: Kind, due: Tick) -> Self {
        debug_assert!(offset < 1 << 36, "invariant: an offset fits 36 bits");
        Self { packed: offset << 28 | u64::from(kind) << 20 | due & ((1 << Self::BITS) - 1), row, segment }
    }
    /// Offset of its next synapse in its kind's array.
    #[inline(always)]
    pub fn offset(self) -> u64 {
        self.packed >> 28
    }
    /// Storage kind.
    #[inline(always)]
    pub fn kind(self) -> Kind {
        (self.packed >> 20) as Kind
    }
}

impl Rest for RowRest {
    #[inline(always)]
    fn due(&self) -> u32 {
        self.packed as u32 & ((1 << Self::BITS) - 1)
    }
    const BITS: u32 = 20;
}

/// What is left of a spike on a core of loose synapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LooseRest {
    /// See [`Rest::due`].
    pub due: u32,
    /// The neuron that fired.
    pub source: NeuronId,
    /// Its next synapse.
    pub at: u32,
}

impl Rest for LooseRest {
    #[inline(always)]
    fn due(&self) -> u32 {
        self.due
    }
    const BITS: u32 = 32;
}

/// Spikes of a full block.
const FULL: usize = 2048;

/// Most lines that are asked for of each of the arrays that a spike reads.
const MOST_LINES: usize = 6;

/// How many spikes ahead a visit asks for what it will read.
const AHEAD: usize = 32;

#[derive(Debug)]
struct Block<R> {
    rests: Vec<R>,
    /// The first tick at which any of them is due.
    due: Tick,
}

/// The spikes that wait, in canonical order.
#[derive(Debug)]
pub struct Waiting<R> {
    blocks: Vec<Block<R>>,
    /// Empty blocks, of the last turn that was visited.
    spare: Vec<Vec<R>>,
    /// The first tick at which any of them is due.
    due: Tick,
    /// Synapses of all.
    synapses: u64,
    /// Synapses that a spike filed when it was visited last, on average.
    usual: usize,
}

impl<R> Default for Waiting<R> {
    /// None.
    fn default() -> Self {
        Self { blocks: vec![], spare: vec![], due: Tick::MAX, synapses: 0, usual: 0 }
    }
}

impl<R: Rest> Waiting<R> {
    /// The first tick at which any of them is due; `Tick::MAX` if none waits.
    pub fn next_due(&self) -> Tick {
        self.due
    }

    /// Synapses of all.
    pub fn synapses(&self) -> u64 {
        self.synapses
    }

    /// How many lines of memory a spike will read of its values of this size when it is visited, about: to ask for them.
    pub fn lines(&self, size: usize) -> usize {
        (1 + (self.usual * size + size).div_ceil(64)).min(MOST_LINES)
    }

    /// Appends what is left of a spike: so many synapses, the first due at `due`.
    #[inline]
    pub fn push(&mut self, rest: R, due: Tick, synapses: u64) {
        debug_assert!(due as u32 & (u32::MAX >> (32 - R::BITS)) == rest.due(), "invariant: it knows when it is due");
        if self.blocks.last().is_none_or(|last| last.rests.len() == FULL) {
            self.begin_block();
        }
        let last = self.blocks.last_mut().expect("invariant: one has just begun");
        last.rests.push(rest);
        last.due = last.due.min(due);
        self.due = self.due.min(due);
        self.synapses += synapses;
    }

    #[cold]
    fn begin_block(&mut self) {
        let rests = self.spare.pop().unwrap_or_else(|| with_room(FULL, "spikes that wait"));
        push(&mut self.blocks, Block { rests, due: Tick::MAX }, "spikes that wait");
    }

    /// Visits, in order, the spikes that have something due in `turn`, before which nothing is due: `ask` asks for what
    /// `file` will read; `file`, called with the spike and the tick at which its next synapse is due, files what is due, and
    /// returns how many synapses that was and what is left.
    pub fn visit(&mut self, turn: Range<Tick>, ask: impl Fn(&R), mut file: impl FnMut(R, Tick) -> (u64, Option<R>)) {
        if self.due >= turn.end {
            return;
        }
        self.due = Tick::MAX;
        self.spare.clear();
        let (mut kept, mut visited, before) = (0, 0, self.synapses);
        for k in 0..self.blocks.len() {
            let block = &mut self.blocks[k];
            if block.due < turn.end {
                let (spikes, synapses) = block.visit(&turn, &ask, &mut file);
                visited += spikes;
                self.synapses -= synapses;
            }
            if kept > 0 && self.blocks[kept - 1].rests.len() + self.blocks[k].rests.len() <= FULL {
                let (before, rest) = self.blocks.split_at_mut(k);
                before[kept - 1].rests.append(&mut rest[0].rests);
                before[kept - 1].due = before[kept - 1].due.min(rest[0].due);
            } else if !self.blocks[k].rests.is_empty() {
                self.blocks.swap(kept, k);
                kept += 1;
            }
        }
        self.due = self.blocks[..kept].iter().map(|block| block.due).min().unwrap_or(Tick::MAX);
        self.usual = ((before - self.synapses) / visited.max(1)) as usize;
        for block in self.blocks.drain(kept..) {
            push(&mut self.spare, block.rests, "spikes that wait");
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Bytes reserved.
    pub fn bytes(&self) -> u64 {
        ((self.blocks.len() + self.spare.len()) * FULL * size_of::<R>()) as u64
    }
}

impl<R: Rest> Block<R> {
    /// See [`Waiting::visit`]; returns how many spikes were visited and how many synapses filed.
    fn visit(&mut self, turn: &Range<Tick>, ask: &impl Fn(&R), file: &mut impl FnMut(R, Tick) -> (u64, Option<R>)) -> (u64, u64) {
        let (start, ticks) = (turn.start as u32, (turn.end - turn.start) as u32);
        let until = |rest: &R| rest.due().wrapping_sub(start) & (u32::MAX >> (32 - R::BITS));
        let (mut visited, mut filed, mut kept, mut soonest) = (0, 0, 0, u32::MAX);
        self.rests.iter().take(AHEAD).filter(|rest| until(rest) < ticks).for_each(ask);
        for k in 0..self.rests.len() {
            self.rests.get(k + AHEAD).filter(|rest| until(rest) < ticks).into_iter().for_each(ask);
            let mut rest = self.rests[k];
            if until(&rest) < ticks {
                let (synapses, left) = file(rest, turn.start + Tick::from(until(&rest)));
                (visited, filed) = (visited + 1, filed + synapses);
                let Some(left) = left else {
                    continue;
                };
                rest = left;
            }
            soonest = soonest.min(until(&rest));
            self.rests[kept] = rest;
            kept += 1;
        }
        self.rests.truncate(kept);
        self.due = if kept > 0 { turn.start + Tick::from(soonest) } else { Tick::MAX };
        (visited, filed)
    }
}
