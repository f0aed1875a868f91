//! What spikes on their way take on a core, expected: the forecast asks here, beside the lines themselves.
//!
//! Per spike, where the wheel turns: 16 B on a core of rows for each storage kind, 12 B on one of loose synapses, from its
//! emission until the last of its synapses has been filed, and 8 B (the size of a loose synapse) per synapse due in the
//! current turn. Where the wheel holds all delays: an entry of 8 B per frame that a row reaches, or all loose synapses, until
//! they are due. In an implicit projection: 16 B per spike and projection until it is due.

use super::delay_line::Span;
use super::filed::Entry;
use super::loose::Loose;
use super::waiting::{LooseRest, RowRest};
use super::weight::Weight;
use crate::id::{NeuronId, Tick};

/// What some sources with alike rows send to one core.
#[derive(Debug, Clone, Copy)]
pub struct Traffic {
    /// Spikes of all of them per tick.
    pub spikes: f64,
    /// Synapses of a row on the core, on average.
    pub synapses: f64,
    /// Shortest and longest delay, in ticks; evenly spread between.
    pub delays: (u32, u32),
}

/// How a core stores its synapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In rows, with frames of this binary logarithm of ticks.
    Rows(u32),
    /// Loose.
    Loose,
}

/// Expected bytes of what waits in the delay line of a core that is made for `span`.
pub fn waiting_bytes<W: Weight>(traffic: &[Traffic], span: Span, layout: Layout) -> f64 {
    traffic.iter().map(|one| one.bytes::<W>(span, layout)).sum()
}

/// Expected bytes of so many spikes per tick that wait in the queue of an implicit projection.
pub fn queue_bytes(spikes: f64, delay: u32) -> f64 {
    // A queue grows by doubling.
    1.5 * spikes * f64::from(delay) * size_of::<(Tick, NeuronId)>() as f64
}

impl Traffic {
    fn bytes<W: Weight>(self, span: Span, layout: Layout) -> f64 {
        let (rest, filed) = match layout {
            Layout::Rows(_) => (size_of::<RowRest>(), size_of::<Entry>()),
            Layout::Loose => (size_of::<LooseRest>(), size_of::<Loose<W>>()),
        };
        let Some(turn) = span.turn.map(f64::from) else {
            // Until it is due, a slot has twice the room that is usual.
            return 2.0 * self.spikes * self.filed(layout) * f64::from(self.delays.1) * filed as f64;
        };
        // It waits from its emission until the turn of its last synapse begins.
        let (low, high) = (f64::from(self.delays.0), f64::from(self.delays.1));
        let any = -libm::expm1(-self.synapses);
        let last = high - (high - low) / (self.synapses.max(1.0) + 1.0);
        let waits = self.spikes * any * (last - turn / 2.0).max(0.0) * rest as f64;
        // All that is due in a turn is filed when it begins, in slots with half as much room again.
        waits + 1.5 * self.spikes * self.synapses * turn.min(high) * filed as f64
    }

    /// Expected entries of a spike.
    fn filed(self, layout: Layout) -> f64 {
        match layout {
            Layout::Loose => self.synapses,
            Layout::Rows(shift) => {
                let frames = f64::from((self.delays.1 - self.delays.0) >> shift) + 1.0;
                frames * -libm::expm1(-self.synapses / frames)
            }
        }
    }
}
