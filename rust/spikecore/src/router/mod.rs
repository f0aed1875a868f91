//! The router: spikes from core to core without a global clock, a barrier or a lock.
//!
//! Every core owns a *port* (`Port`, one thread at a time) and three shared words or rings that it alone writes:
//! its **log** of sent spikes, its **clock** (ticks below it are published: all their spikes are in the log) and
//! its **filed** counts, one per channel (ticks below it have been copied out of the logs of its producers). Consumers read logs in
//! place. The only other words are the **horizon** up to which the calling thread lets cores run, and rare ones:
//! closed, poison, what cores at **rest** say of themselves (`rest.rs`), and a ceiling per core with which tests hold
//! a core back.
//!
//! # Rules
//!
//! P1 a log holds a worst tick of its core. P2 a core begins a tick only with that much free space and then sends
//! the whole tick; it may send several before it publishes its clock, and publishes what it has sent before it waits. P3 a tick is filed only when *every* producer has published it, ids merged in ascending order,
//! no spike beyond what the caller's delay line holds; only filing frees space. P4 a core that waits still files.
//! P3 holds per *channel*: producers whose lookaheads are alike are filed together. A core whose lookaheads differ
//! by much has several channels, so that a near producer does not wait for a far one; its caller then merges the
//! channels when it delivers.
//!
//! # Invariants
//!
//! - **R1** One writer: log and clock and filed count of a core are written through its port alone (`&mut`).
//! - **R2** The log before the clock: `tail` covers a tick's segment before the clock covers the tick. A consumer
//!   reads the clock, then `tail`; both Acquire. So it holds every segment below the clock it read. It may also
//!   see the header of a younger one, and takes it only once a clock covers it.
//! - **R3** A tick once begun fits: free space is only ever added by others.
//! - **R4** A segment is overwritten only after the filed counts of all consumers have passed its tick; they are
//!   published (Release) after the ids were copied and read (Acquire) before the words are written again.
//! - **R5** A core can file every tick below its own clock, so `limit + 1 >= published`.
//! - **R6** At the end of a run every core stands at the horizon and has filed every tick below it: nothing is in
//!   flight, whatever the workers did. A core that arrives early goes on filing until its producers arrive.
//!
//! # Nobody waits for ever
//!
//! Let `m` be a core with the smallest clock `T`, below the horizon (and its ceiling).
//! 1. *It has its inputs.* Tick `T` needs the ticks up to `T - L`, `L >= 1` (checked in `new`), of all producers.
//!    All clocks are `>= T`, so they are published, and by R5 its limit lets it file them.
//! 2. *It has space.* All its segments are of ticks below `T`. A consumer `c` has a clock `>= T`; all producers of
//!    `c` have clocks `>= T`; so P3 lets `c` file every tick below `T`, by R5 within its limit, and by P4 it does
//!    so whatever it is waiting for. Then all of `m`'s log is free, which is enough by P1.
//! 3. *It notices.* Its worker parks only after a pass over all its cores that moved nothing, having armed for each
//!    a word that must move first, to run and to file (`Port::wait_for`); by W1–W4 in `wait.rs` no such move is
//!    missed. A core's worker leaves only when R6 holds for it, and then nobody needs it.
//!
//! So the smallest clock grows until it meets the horizon. A core is its own producer like any other.
//!
//! # A worker
//!
//! In outline. What is filed already may be delivered before `inputs_ready`, and cores may rest (`rest.rs`):
//! `machine/step.rs` has it in full, and the models do the same (`rig.rs`).
//!
//! ```text
//! let mut waiter = Waiter::new(&router, worker, &core_ids, cpus);
//! loop {
//!     let (mut moved, mut open) = (false, false);
//!     words.clear();
//!     for core in &mut cores {
//!         let t = core.port.published();
//!         moved |= core.port.file(&router, core.limit(), |channel, tick, ids| core.wheel.file(channel, tick, ids));
//!         match core.port.may_begin(&router, t).and_then(|()| core.port.inputs_ready(t)) {
//!             Ok(()) => {
//!                 core.run(t);
//!                 core.port.publish(&router, t, &core.spikes);
//!                 (moved, open) = (true, true);
//!             }
//!             Err(start) => open |= core.port.wait_for(&router, start, core.limit(), &mut words),
//!         }
//!     }
//!     if !open { break }
//!     if !moved { waiter.wait(&router, &words)? }
//! }
//! ```

mod clock;
mod input;
mod log;
#[cfg(all(test, loom))]
mod loom_machines;
#[cfg(all(test, loom))]
mod loom_tests;
mod port;
mod rest;
#[cfg(test)]
mod rig;
#[cfg(all(test, not(loom)))]
mod tests;
mod wait;

pub use clock::ClockWord;
pub use port::{Blocked, Gate, Port};
pub use wait::{Poisoned, Waiter};

use crate::allocation::{copied, filled, gathered, push};
use crate::error::CompileError;
use crate::id::{CoreId, Tick};
use crate::sync::{AtomicU64, Ordering, Padded, ordering};
use log::Log;
use rest::Rest;
use wait::Crew;

/// What the router must know of a core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Neurons of the core: the most spikes it can send in a tick.
    pub neurons: usize,
    /// Words of its log.
    pub capacity: usize,
    /// The cores that project to it, with the smallest delay from each in ticks (at least 1).
    pub inputs: Vec<(CoreId, u32)>,
}

/// Words of a comfortable log beyond one worst tick.
const COMFORT: usize = 1 << 14;

impl Lane {
    /// A copy.
    pub fn copied(&self) -> Self {
        Self { inputs: copied(&self.inputs, "a lane of the router"), ..*self }
    }

    /// Words of a log that seldom makes its core wait.
    pub fn comfortable(neurons: usize) -> usize {
        Router::least_capacity(neurons) + COMFORT
    }

    /// Bytes of the comfortable log of a core of so many neurons.
    pub fn expected_bytes(neurons: usize) -> u64 {
        (Self::comfortable(neurons) * size_of::<u32>()) as u64
    }
}

/// What others see of a core.
#[derive(Debug)]
struct Line {
    clock: ClockWord,
    /// One count per channel of the core.
    filed: Box<[ClockWord]>,
    ceiling: ClockWord,
    rest: Rest,
    log: Log,
    /// Who reads the log, and as part of which of its channels.
    consumers: Box<[(CoreId, usize)]>,
}

/// The shared part of the router.
#[derive(Debug)]
pub struct Router {
    lines: Box<[Line]>,
    horizon: ClockWord,
    closed: ClockWord,
    poison: ClockWord,
    silence: Padded<AtomicU64>,
    crew: Crew,
}

impl Router {
    /// The words that a log needs at least: one worst tick.
    pub const fn least_capacity(neurons: usize) -> usize {
        neurons + log::HEADER as usize
    }

    /// The router of these cores and the port of each. Rejects a log below one worst tick (P1).
    pub fn new(lanes: &[Lane]) -> Result<(Self, Vec<Port>), CompileError> {
        let mut consumers: Vec<Vec<(CoreId, usize)>> = filled(lanes.len(), vec![], "the router");
        for (core, lane) in lanes.iter().enumerate() {
            let needed = Self::least_capacity(lane.neurons);
            if lane.capacity < needed {
                return Err(CompileError::LogCapacity { core, capacity: lane.capacity, needed });
            }
            for (channel, inputs) in port::channels(&lane.inputs).iter().enumerate() {
                for &(producer, lookahead) in inputs {
                    assert!(lookahead >= 1, "invariant: a delay from core {producer} to core {core} is at least a tick");
                    let named = consumers[producer].last().is_some_and(|&(last, _)| last == core);
                    assert!(!named, "core {producer} is named twice by core {core}");
                    push(&mut consumers[producer], (core, channel), "the router");
                }
            }
        }
        let line = |(lane, consumers): (&Lane, Vec<(CoreId, usize)>)| Line {
            clock: ClockWord::new(0),
            filed: gathered(port::channels(&lane.inputs).iter().map(|_| ClockWord::new(0)), "the router").into(),
            ceiling: ClockWord::new(ClockWord::MAX),
            rest: Rest::new(),
            log: Log::new(if consumers.is_empty() { 0 } else { lane.capacity }),
            consumers: copied(&consumers, "the router").into(),
        };
        let port = |(core, lane): (CoreId, &Lane)| Port::new(core, Self::least_capacity(lane.neurons) as u64, &lane.inputs);
        let router = Self {
            lines: gathered(lanes.iter().zip(consumers).map(line), "the router").into(),
            horizon: ClockWord::new(0),
            closed: ClockWord::new(0),
            poison: ClockWord::new(0),
            silence: Padded(AtomicU64::new(0)),
            crew: Crew::new(0),
        };
        Ok((router, gathered(lanes.iter().enumerate().map(port), "the router")))
    }

    /// Opens a run of this many workers; no thread of an earlier run may be left.
    pub fn muster(&mut self, workers: usize) {
        self.crew = Crew::new(workers);
        self.closed = ClockWord::new(0);
    }

    /// Takes the calling thread's seat: it is unparked when a worker comes to the horizon or leaves.
    /// Hints only: the calling thread must look by itself from time to time (`park_timeout`).
    pub fn enter_caller(&self) {
        self.crew.enter(self.crew.workers());
    }

    /// Unparks the calling thread.
    pub fn wake_caller(&self) {
        self.crew.wake_caller();
    }

    /// Lets all cores run the ticks below `horizon`, which only grows.
    pub fn grant(&self, horizon: Tick) {
        debug_assert!(horizon >= self.horizon.glance(), "a horizon only grows");
        self.crew.wake(self.horizon.announce(horizon));
    }

    /// Says that the horizon is the last of this run: workers leave when their cores stand there (R6).
    pub fn close(&self) {
        let order = ordering("closed_no_release", Ordering::AcqRel, Ordering::Acquire);
        self.crew.wake(self.closed.publish(1, order));
    }

    /// Holds a core back: it does not begin `ceiling` or a later tick. A means to steer tests.
    #[cfg(test)]
    pub fn set_ceiling(&self, core: CoreId, ceiling: Tick) {
        self.crew.wake(self.lines[core].ceiling.announce(ceiling.min(ClockWord::MAX)));
    }

    /// Says that a worker died: every wait of this and any later run ends.
    pub fn poison(&self) {
        self.crew.wake(self.poison.announce(1));
    }

    /// True after `close`; the horizon that is read next is then the last.
    pub fn is_closed(&self) -> bool {
        self.closed.read(ordering("closed_read_relaxed", Ordering::Acquire, Ordering::Relaxed)) != 0
    }

    /// An error after `poison`.
    pub fn alive(&self) -> Result<(), Poisoned> {
        if self.poison.glance() == 0 { Ok(()) } else { Err(Poisoned) }
    }

    /// The last granted tick, exclusive.
    pub fn horizon(&self) -> Tick {
        self.horizon.glance()
    }

    /// Ticks that a core has published. Of two clocks read in turn, the second is at least what the first needed.
    pub fn clock(&self, core: CoreId) -> Tick {
        self.lines[core].clock.read(ordering("watched_clock_relaxed", Ordering::Acquire, Ordering::Relaxed))
    }

    fn word(&self, gate: Gate) -> &ClockWord {
        match gate {
            Gate::Clock(core) => &self.lines[core].clock,
            Gate::Filed(core, channel) => &self.lines[core].filed[channel],
            Gate::Ceiling(core) => &self.lines[core].ceiling,
            Gate::Horizon => &self.horizon,
            Gate::Closed => &self.closed,
        }
    }
}
