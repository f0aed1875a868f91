//! Memory for what a run records. Samples are known beforehand and reserved; spikes are not, so the calling thread
//! looks from time to time and closes the run at a tick while reading the spikes back still fits.

use std::time::{Duration, Instant};

use super::engine::Engine;
use crate::compile::{available_memory, system_bytes};
use crate::error::RunError;
use crate::id::Tick;
use crate::neurocore::weight::Weight;

/// How often it looks.
const EVERY: Duration = Duration::from_millis(20);
/// What must be left besides.
const RESERVE: u64 = 64 << 20;

/// Looks after the memory of one run.
#[derive(Debug)]
pub struct Headroom {
    at_start: u64,
    /// Bytes by which the process had grown at the last look.
    grown: u64,
    looked: Instant,
    /// Bytes needed and available, once they do not fit.
    short: Option<(u64, u64)>,
}

impl Headroom {
    /// Begins to look.
    pub fn new() -> Self {
        Self { at_start: resident().unwrap_or(0), grown: 0, looked: Instant::now(), short: None }
    }

    /// Whether a run that records may go on. Reading the spikes back takes a copy, and what is granted already runs on
    /// for up to three looks: there must be left what the process has grown by, and six times what it grew by lately.
    pub fn suffices(&mut self) -> bool {
        if self.looked.elapsed() >= EVERY {
            self.looked = Instant::now();
            let grown = resident().unwrap_or(0).saturating_sub(self.at_start);
            let needed = grown + 6 * grown.saturating_sub(self.grown) + RESERVE;
            self.grown = grown;
            let available = available_memory();
            if grown > 0 && needed > available {
                self.short = Some((needed, available));
            }
        }
        self.short.is_none()
    }

    /// The error of a run that was closed for want of memory after `ran` ticks.
    pub fn outcome(&self, ran: Tick) -> Result<Tick, RunError> {
        self.short.map_or(Ok(ran), |(needed, available)| Err(RunError::Memory { needed, available, ran }))
    }
}

/// Resident bytes of this process, where they can be read.
fn resident() -> Option<u64> {
    system_bytes("/proc/self/status", "VmRSS:")
}

impl<W: Weight> Engine<W> {
    /// Makes room for the samples of the next `ticks` ticks, or says that there is none. Reading them takes a copy.
    pub(super) fn reserve_samples(&mut self, ticks: Tick) -> Result<(), RunError> {
        let now = self.now;
        let samples =
            |&(interval, width, _): &(Tick, usize, Tick)| ((now + ticks) / interval - now / interval).saturating_mul(width as u64);
        let needed = self.recorders.iter().map(samples).fold(0, u64::saturating_add).saturating_mul(16);
        let available = if needed == 0 { 0 } else { available_memory() };
        let fits = needed <= available && self.cores.iter_mut().all(|core| core.reserve_samples(now, ticks));
        if fits { Ok(()) } else { Err(RunError::Memory { needed, available, ran: 0 }) }
    }
}
