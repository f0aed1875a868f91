//! What spikes on their way take on a core, expected: the forecast asks here, beside the lines themselves.
//!
//! Per spike, where the wheel turns: 16 B on a core of rows for each storage kind, 12 B on one of loose synapses, from its
//! emission until the last of its synapses has been filed, and 8 B per entry (of up to three synapses where they are few), or loose
//! synapse, due in the current turn. Where
//! the wheel holds all delays: an entry of 8 B per frame that a row reaches, or all loose synapses, until they are due. In an
//! implicit projection: 16 B per spike and projection until it is due.

use super::delay_line::Span;
use super::entry::{Entry, PACKED};
use super::filing::FEW;
use super::loose::Loose;
use super::waiting::{LooseRest, RowRest};
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;

/// The spikes of some sources.
#[derive(Debug, Clone, Copy)]
pub enum Spikes<'a> {
    /// So many per tick.
    Steady(f64),
    /// These, sorted by ticks.
    Given(&'a [(Tick, u32)]),
}

/// Windows of given spikes that are looked at: every so many-th begins one.
const LOOKS: usize = 1 << 12;

impl Spikes<'_> {
    /// Most spikes within so many ticks.
    pub fn within(self, ticks: f64) -> f64 {
        match self {
            Self::Steady(spikes) => spikes * ticks,
            Self::Given(spikes) => {
                let counts = (0..spikes.len()).step_by(spikes.len().div_ceil(LOOKS).max(1)).map(|first| {
                    let end = spikes[first].0.saturating_add(ticks as Tick);
                    spikes[first..].partition_point(|&(tick, _)| tick < end)
                });
                counts.max().unwrap_or(0) as f64
            }
        }
    }
}

/// What some sources with alike rows send to one core.
#[derive(Debug, Clone, Copy)]
pub struct Traffic<'a> {
    /// Spikes of all of them.
    pub spikes: Spikes<'a>,
    /// Synapses of a row on the core, on average.
    pub synapses: f64,
    /// Shortest and longest delay, in ticks; evenly spread between.
    pub delays: (u32, u32),
    /// Whether all weights are shared.
    pub shared: bool,
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
pub fn waiting_bytes<W: Weight>(traffic: &[Traffic<'_>], span: Span, layout: Layout) -> f64 {
    traffic.iter().map(|one| one.bytes::<W>(span, layout)).sum()
}

/// Expected bytes of spikes that wait in the queue of an implicit projection.
pub fn queue_bytes(spikes: Spikes<'_>, delay: u32) -> f64 {
    // A queue grows by doubling.
    1.5 * spikes.within(f64::from(delay)) * size_of::<(Tick, NeuronId)>() as f64
}

impl Traffic<'_> {
    fn bytes<W: Weight>(&self, span: Span, layout: Layout) -> f64 {
        let (rest, filed) = match layout {
            Layout::Rows(_) => (size_of::<RowRest>(), size_of::<Entry>()),
            Layout::Loose => (size_of::<LooseRest>(), size_of::<Loose<W>>()),
        };
        let Some(turn) = span.turn.map(f64::from) else {
            // Until it is due, a slot has twice the room that is usual.
            return 2.0 * self.spikes.within(f64::from(self.delays.1)) * self.filed(layout) * filed as f64;
        };
        // It waits from its emission until the turn of its last synapse begins.
        let (low, high) = (f64::from(self.delays.0), f64::from(self.delays.1));
        let any = -libm::expm1(-self.synapses);
        let last = high - (high - low) / (self.synapses.max(1.0) + 1.0);
        let waits = any * self.spikes.within((last - turn / 2.0).max(0.0)) * rest as f64;
        // All that is due in a turn is filed when it begins, in slots with half as much room again.
        let spread = high - low + 1.0;
        let due = self.spikes.within(spread.max(turn.min(high))) * self.filed_in_turns(layout) * (turn / spread).min(1.0);
        waits + 1.5 * due * filed as f64
    }

    /// The same where the wheel turns: few synapses of shared weights are filed themselves, packed by frames if there are enough.
    fn filed_in_turns(&self, layout: Layout) -> f64 {
        let Layout::Rows(shift) = layout else {
            return self.filed(layout);
        };
        let frames = self.frames(shift);
        let mean = self.synapses / frames;
        if !self.shared || mean > FEW as f64 {
            return self.filed(layout);
        }
        if mean < 1.0 {
            return self.synapses;
        }
        // The j-th entry of a frame is there if more than PACKED * j synapses are; their number is Poisson.
        let (mut is_n, mut is_more, mut entries) = ((-mean).exp(), 1.0, 0.0);
        for n in 0..8 * FEW {
            is_more -= is_n;
            if n % PACKED as u64 == 0 {
                entries += frames * is_more;
            }
            is_n *= mean / (n + 1) as f64;
        }
        entries
    }

    /// Frames between the shortest and the longest delay.
    fn frames(&self, shift: u32) -> f64 {
        f64::from((self.delays.1 - self.delays.0) >> shift) + 1.0
    }

    /// Expected entries of a spike.
    fn filed(&self, layout: Layout) -> f64 {
        match layout {
            Layout::Loose => self.synapses,
            Layout::Rows(shift) => {
                let frames = self.frames(shift);
                frames * -libm::expm1(-self.synapses / frames)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: Layout = Layout::Rows(4);

    #[test]
    fn the_most_spikes_within_some_ticks_are_those_of_a_burst() {
        let spikes: Vec<(Tick, u32)> = (0..100).map(|k| (1 + 10 * k, 0)).chain((0..50).map(|k| (2_000, k))).collect();
        let given = Spikes::Given(&spikes);
        assert_eq!([0.0, 1.0, 95.0, 1_100.0, 5_000.0].map(|ticks| given.within(ticks)), [0.0, 50.0, 50.0, 100.0, 150.0]);
        assert_eq!((Spikes::Given(&[]).within(9.0), Spikes::Steady(2.0).within(9.0)), (0.0, 18.0));
    }

    #[test]
    fn a_frame_has_an_entry_for_every_three_synapses() {
        // Of 1 synapse a frame on average 1 - 1/e have any; P(n > 3) = 1 - e^-1 (1 + 1 + 1/2 + 1/6), P(n > 6) = 8.324e-5.
        let one = |synapses| Traffic { spikes: Spikes::Steady(1.0), synapses, delays: (1, 16_000), shared: true };
        let entries = one(1_000.0).filed_in_turns(ROWS) / 1_000.0;
        assert!((entries - (0.632_121 + 0.018_988 + 8.324e-5)).abs() < 1e-5, "{entries}");
        assert!((one(1.0).filed_in_turns(ROWS) - 1.0).abs() < 1e-3);
        assert_eq!(one(9_000.0).filed_in_turns(ROWS), one(9_000.0).filed(ROWS));
    }

    #[test]
    fn a_burst_waits_once_however_long_its_delays() {
        let spikes: Vec<(Tick, u32)> = (0..1_000).map(|k| (1, k)).collect();
        let one = |longest| Traffic { spikes: Spikes::Given(&spikes), synapses: 10.0, delays: (1, longest), shared: false };
        let bytes = [20_000, 60_000].map(|longest| waiting_bytes::<f32>(&[one(longest)], Span::new(longest, 1, None), ROWS));
        assert!(bytes.iter().all(|bytes| (16e3..24e3).contains(bytes)), "16 B each, and what is due in a turn: {bytes:?}");
    }

    #[test]
    fn a_row_of_one_delay_is_one_entry() {
        let (spikes, span) = (Spikes::Steady(100.0), Span::new(65_535, 1, None));
        let bytes = |shared| waiting_bytes::<f32>(&[Traffic { spikes, synapses: 100.0, delays: (65_535, 65_535), shared }], span, ROWS);
        let waits = 100.0 * 65_535.0 * 16.0;
        assert!([true, false].map(bytes).iter().all(|bytes| (0.95..1.05).contains(&(bytes / waits))));
    }
}
