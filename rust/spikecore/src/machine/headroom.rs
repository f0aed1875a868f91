//! Memory for what grows in a run. Samples are known beforehand and reserved. Recorded spikes, and spikes that wait for
//! their delays, follow activity: the calling thread looks from time to time and closes the run at a tick while there is
//! room for what is granted, and for the copy that reading recorded spikes takes. The error says what holds the memory.
//!
//! A run has grown by what is both resident and mapped since it began: state that a build has mapped and a run touches for
//! the first time was asked for then, and room that a list has in reserve may never be used.

use super::engine::Engine;
use crate::allocation::{OutOfMemory, unwind};
use crate::error::{Held, RunError};
use crate::id::Tick;
use crate::neurocore::Core;
use crate::number::weight::Weight;
use crate::system::{available_memory, system_bytes};
use std::time::{Duration, Instant};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(20);
/// What must be left besides, at most; a fourth of what is available where that is less.
const RESERVE: u64 = 64 << 20;

/// Looks after the memory of one run.
#[derive(Debug)]
pub struct Headroom {
    /// Whether spikes are recorded, which takes a copy to read.
    records: bool,
    /// Bytes that the run takes besides, which were asked for before it.
    expected: u64,
    /// The process when the run began, once it has looked.
    at_start: Option<Process>,
    reserve: u64,
    /// Bytes by which the process had grown at the last look.
    grown: u64,
    looked: Instant,
    /// Bytes needed and available, once they do not fit.
    short: Option<(u64, u64)>,
}

impl Headroom {
    /// Begins to look; the first look is a while ahead, so a short run pays nothing.
    pub fn new(records: bool, expected: u64) -> Self {
        Self { records, expected, at_start: None, reserve: RESERVE, grown: 0, looked: Instant::now(), short: None }
    }

    /// Whether the run may go on. What is granted already runs on for up to three looks, so there must be left six times
    /// what the process grew by lately, and where spikes are recorded all that it has grown by, for their copy.
    pub fn suffices(&mut self) -> bool {
        if self.looked.elapsed() < EVERY {
            return self.short.is_none();
        }
        self.looked = Instant::now();
        let (process, available) = (Process::now(), available_memory());
        let Some(at_start) = self.at_start else {
            (self.at_start, self.reserve) = (Some(process), RESERVE.min(available / 4));
            return true;
        };
        let grown = process.growth(at_start).saturating_sub(self.expected);
        let copy = if self.records { grown } else { 0 };
        let needed = copy + 6 * grown.saturating_sub(self.grown) + self.reserve;
        self.grown = grown;
        if grown > 0 && needed > available {
            self.short = Some((needed, available));
        }
        self.short.is_none()
    }

    /// Bytes needed and available, if the run was closed for want of memory.
    pub fn short(&self) -> Option<(u64, u64)> {
        self.short
    }
}

/// Bytes of this process; 0 where they cannot be read.
#[derive(Debug, Clone, Copy)]
struct Process {
    resident: u64,
    mapped: u64,
}

impl Process {
    fn now() -> Self {
        let bytes = |name| system_bytes("/proc/self/status", name).unwrap_or(0);
        Self { resident: bytes("VmRSS:"), mapped: bytes("VmSize:") }
    }

    /// What is resident and mapped in addition.
    fn growth(self, before: Self) -> u64 {
        self.resident.saturating_sub(before.resident).min(self.mapped.saturating_sub(before.mapped))
    }
}

impl<W: Weight> Engine<W> {
    /// Begins to look after the memory of a run, which takes `expected` bytes that were asked for.
    pub(super) fn headroom(&self, expected: u64) -> Headroom {
        Headroom::new(self.cores.iter().any(Core::records_spikes), expected)
    }

    /// What holds the memory that runs have taken, in bytes.
    pub(super) fn held(&self) -> Held {
        let recorded = self.cores.iter().flat_map(|core| core.placed()).map(|placed| placed.log.bytes()).sum();
        Held { recorded, waiting: self.cores.iter().map(Core::waiting_bytes).sum() }
    }

    /// Makes room for the samples of the next `ticks` ticks, or says that there is none. Reading them takes a copy.
    pub(super) fn reserve_samples(&mut self, ticks: Tick) -> Result<(), RunError> {
        let now = self.now;
        let samples =
            |&(interval, width, _): &(Tick, usize, Tick)| ((now + ticks) / interval - now / interval).saturating_mul(width as u64);
        let tables = self.recorders.iter().map(samples).fold(0, u64::saturating_add).saturating_mul(size_of::<f64>() as u64);
        let needed = tables.saturating_add(self.sample_bytes(ticks));
        let available = if needed == 0 { 0 } else { available_memory() };
        if needed > available {
            return Err(RunError::Memory { needed, available, ran: 0 });
        }
        let fits = self.cores.iter_mut().all(|core| core.reserve_samples(now, ticks));
        if fits { Ok(()) } else { Err(RunError::OutOfMemory(OutOfMemory { bytes: needed, what: "samples" })) }
    }

    /// The same in a sample of a batch, whose memory was asked for before; unwinds where there is none.
    pub(super) fn make_room_for_samples(&mut self, ticks: Tick) {
        let (now, bytes) = (self.now, self.sample_bytes(ticks));
        if !self.cores.iter_mut().all(|core| core.reserve_samples(now, ticks)) {
            unwind::<u8>(usize::try_from(bytes).unwrap_or(usize::MAX), "samples");
        }
    }

    /// Bytes that the samples of the next `ticks` ticks take until they are read.
    fn sample_bytes(&self, ticks: Tick) -> u64 {
        self.cores.iter().map(|core| core.sample_bytes(self.now, ticks)).fold(0, u64::saturating_add)
    }
}
