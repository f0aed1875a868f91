//! How blocks of neurons are updated, in every tick or where something happens, and the census at which that is chosen.

use crate::allocation::filled;
use crate::id::Tick;
use crate::refusal::{Refusal, one_of};

/// How neurons are updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Updates {
    /// Block by block, as its activity has it.
    #[default]
    Auto,
    /// All in every tick.
    Dense,
    /// Only where something happens.
    Event,
}

impl Updates {
    /// The way of this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn named(name: &str) -> Result<Self, Refusal> {
        one_of("", "updates", name, &[("auto", Self::Auto), ("dense", Self::Dense), ("event", Self::Event)])
    }
}

/// Most inputs of a full block in a tick that count as calm.
pub const CALM: u16 = 1;
/// Censuses in a row that must be calm.
pub const CALM_FOR: u8 = 2;
/// Steps of single neurons between two censuses above which a block becomes dense: some 1.5 per tick, which cost what
/// a dense step of 128 neurons does.
pub(crate) const BUSY: u16 = 96;

/// Ticks from one census to the next.
const SPAN: Tick = 64;

/// Whether blocks are looked at in this tick. Such ticks end their frame, whatever its length.
pub fn is_census(now: Tick) -> bool {
    now == census(now)
}

/// The first of them from `now` on.
pub fn census(now: Tick) -> Tick {
    if now < 16 { 15 } else { now | (if now < 32 { 31 } else { SPAN - 1 }) }
}

/// What is known of a block.
#[derive(Debug, Clone, Copy)]
pub struct Activity {
    /// Is it event-driven?
    pub(crate) event: bool,
    /// Calm censuses in a row.
    pub calm: u8,
    /// Accumulators with input at the last census.
    pub(crate) inputs: u16,
}

impl Activity {
    /// Of a block of which nothing is known.
    pub(crate) fn new(updates: Updates) -> Self {
        Self { event: updates == Updates::Event, calm: 0, inputs: 0 }
    }
}

/// Steps of single neurons in a span of 64 ticks.
#[derive(Debug, Default)]
pub struct Steps {
    span: Tick,
    /// By block. All neurons in all ticks are 8,192.
    of: Vec<u16>,
}

impl Steps {
    /// Of so many blocks.
    pub(crate) fn new(blocks: usize) -> Self {
        Self { span: 0, of: filled(blocks, 0, "the state of neurons") }
    }

    /// None, in the first span.
    pub(crate) fn reset(&mut self) {
        self.span = 0;
        self.of.fill(0);
    }

    /// Those of the span of tick `now`, to be counted on.
    pub(crate) fn at(&mut self, now: Tick) -> &mut [u16] {
        if self.span != now / SPAN {
            self.reset();
            self.span = now / SPAN;
        }
        &mut self.of
    }

    /// Have those of a block been many in the span of tick `now`?
    pub fn are_many(&self, block: usize, now: Tick) -> bool {
        self.span == now / SPAN && self.of[block] > BUSY
    }

    /// Bytes of all.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.of)
    }
}
