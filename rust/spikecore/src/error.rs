//! The caller's mistakes, one enum per stage. Each variant carries the offending values; bugs are panics.

use thiserror::Error;

/// A mistake in the description of a network.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NetworkError {
    /// A number outside its documented range.
    #[error("{subject}: {parameter} is {value}, allowed: {allowed}")]
    Value {
        /// Population, projection or stimulus by name.
        subject: String,
        /// Parameter name.
        parameter: &'static str,
        /// The offending value as text.
        value: String,
        /// The range that is allowed.
        allowed: String,
    },
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
    /// The caller asked to stop while building.
    #[error("building was interrupted")]
    Interrupted,
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
    /// An earlier panic left the machine without a defined state.
    #[error("the machine is poisoned by an earlier internal error")]
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
