//! What can go wrong, one enum per stage: the caller's mistakes with the offending values, and, where a door has caught
//! it (`allocation.rs`), the end of memory or a bug.

use thiserror::Error;

use crate::allocation::{Fault, OutOfMemory};
use crate::refusal::Refusal;

/// A mistake in the description of a network.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NetworkError {
    /// A number outside its documented range.
    #[error(transparent)]
    Value(#[from] Refusal),
    /// An id that names nothing.
    #[error("unknown {what} {id}, there are {known}")]
    Unknown {
        /// Kind of thing.
        what: &'static str,
        /// The id.
        id: usize,
        /// How many exist.
        known: usize,
    },
}

/// A network that cannot become a machine.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CompileError {
    /// The description itself is wrong.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The forecast exceeds what the process may still allocate.
    #[error("needs {needed} bytes, available are {available} ({what})")]
    Memory {
        /// Bytes needed.
        needed: u64,
        /// Bytes available.
        available: u64,
        /// What was to be allocated.
        what: String,
    },
    /// A core would need more slots than its synapses can name.
    #[error("core {core} would hold {slots} slots, allowed: at most {limit}; use more cores or free the placement")]
    CoreFull {
        /// Core.
        core: usize,
        /// Slots it would hold.
        slots: usize,
        /// Limit.
        limit: usize,
    },
    /// A log smaller than one worst tick.
    #[error("log capacity {capacity} of core {core} is below one worst tick of {needed} words")]
    LogCapacity {
        /// Core.
        core: usize,
        /// Words asked for.
        capacity: usize,
        /// Words needed.
        needed: usize,
    },
    /// The system gave no thread.
    #[error("cannot start a thread ({0})")]
    NoThread(String),
    /// Memory ended; what was being built is dropped.
    #[error(transparent)]
    OutOfMemory(OutOfMemory),
    /// A bug: what the panic said.
    #[error("internal error while building: {0}")]
    Panicked(String),
    /// The caller asked to stop while building.
    #[error("building was interrupted")]
    Interrupted,
}

impl From<Fault> for CompileError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Memory(memory) => Self::OutOfMemory(memory),
            Fault::Panic(message) => Self::Panicked(message),
        }
    }
}

/// A run that could not go on.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RunError {
    /// A worker panicked; the machine is poisoned.
    #[error("worker {worker} panicked at tick {tick}: {message}")]
    WorkerPanicked {
        /// Worker.
        worker: usize,
        /// Tick of the core that it was running.
        tick: u64,
        /// Panic message.
        message: String,
    },
    /// A state has left the finite range; all cores stand at one tick, and the machine runs on after a reset only.
    #[error("{population}: {variable} of neuron {neuron} left the finite range at {time_ms} ms, tick {tick}{}", of_sample(*sample))]
    Diverged {
        /// Population.
        population: String,
        /// Index in the population.
        neuron: u32,
        /// The variable that is infinite or no number.
        variable: &'static str,
        /// The tick at which it first was.
        tick: u64,
        /// The same in ms.
        time_ms: f64,
        /// The sample of a batch, if it was one.
        sample: Option<usize>,
    },
    /// More ticks than a machine can count.
    #[error("{ticks} more ticks after tick {now}: a machine counts up to {limit} ticks")]
    TooLong {
        /// Ticks run so far.
        now: u64,
        /// Ticks asked for.
        ticks: u64,
        /// Limit.
        limit: u64,
    },
    /// The system gave no thread; nothing was run.
    #[error("cannot start worker {worker} of {workers} ({reason}); compile for fewer workers")]
    NoThread {
        /// Worker.
        worker: usize,
        /// Workers.
        workers: usize,
        /// What the system said.
        reason: String,
    },
    /// What is recorded does not fit into memory. Either nothing was run, or all cores stopped at one tick.
    #[error(
        "what is recorded needs {needed} bytes, available are {available}; record less, or run in shorter pieces ({ran} ticks were run)"
    )]
    Memory {
        /// Bytes needed.
        needed: u64,
        /// Bytes available.
        available: u64,
        /// Ticks run.
        ran: u64,
    },
    /// Memory was about to end in a run: all cores stopped at one tick.
    #[error("{held}; {needed} bytes more are needed, available are {available}; {}, or give more memory ({ran} ticks were run)", held.advice())]
    Exhausted {
        /// What holds memory.
        held: Held,
        /// Bytes needed to go on.
        needed: u64,
        /// Bytes available.
        available: u64,
        /// Ticks run.
        ran: u64,
    },
    /// The replicas and results of a batch do not fit into memory; nothing is returned.
    #[error(
        "a batch of {samples} samples on {replicas} replicas needs {needed} bytes, available are {available}; give fewer samples at a time"
    )]
    BatchMemory {
        /// Bytes needed.
        needed: u64,
        /// Bytes available.
        available: u64,
        /// Samples.
        samples: usize,
        /// Replicas of the machine, one per thread.
        replicas: usize,
    },
    /// What was given or asked for does not fit the network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The caller asked to stop before all samples of a batch were run.
    #[error("the batch was interrupted")]
    Interrupted,
    /// Memory ended; the machine is as it was, or all its cores stand at one tick.
    #[error(transparent)]
    OutOfMemory(OutOfMemory),
    /// Memory ended in the middle of a tick, or of a reset: the machine has no defined state until it is reset.
    #[error("{0}; it left the machine in the middle of a tick: reset it, or compile the network again")]
    TornApart(OutOfMemory),
    /// A bug: what the panic said. The machine is poisoned, unless it was only read.
    #[error("internal error: {0}")]
    Panicked(String),
    /// Memory ended earlier in the middle of a tick, and left the machine without a defined state.
    #[error("the machine is poisoned: memory ended in the middle of a tick; reset it, or compile the network again")]
    Torn,
    /// An earlier panic left the machine without a defined state.
    #[error("the machine is poisoned by an earlier internal error; compile the network again")]
    Poisoned,
}

/// What holds the memory that a run has taken, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Recorded spikes.
    pub recorded: u64,
    /// Spikes that wait for their delays.
    pub waiting: u64,
}

impl Held {
    /// What a caller can do about the larger part.
    fn advice(self) -> &'static str {
        if self.recorded >= self.waiting { "record less, or run in shorter pieces" } else { "lower the rates or shorten the delays" }
    }
}

impl std::fmt::Display for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "what is recorded holds {} bytes, spikes that wait for their delays {}", self.recorded, self.waiting)
    }
}

impl From<Fault> for RunError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Memory(memory) => Self::OutOfMemory(memory),
            Fault::Panic(message) => Self::Panicked(message),
        }
    }
}

fn of_sample(sample: Option<usize>) -> String {
    sample.map_or_else(String::new, |sample| format!(" of sample {sample}"))
}
