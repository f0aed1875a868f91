//! The engine of spikecore: networks of spiking neurons on asynchronous cores with local weight stores.
//!
//! The data path, each arrow one function of that name:
//!
//! ```text
//! Network (description) -> compile: partition -> plan -> fill (rules -> rows -> stores) -> Machine
//! Machine::run          -> workers, each with its own cores; per core and tick
//!                          deliver (filed entries due now) -> ingest (spikes of producers -> delay line)
//!                          -> deliver (what that added) -> integrate -> publish (spikes, then the clock)
//! take, statistics, ...         read the cores between runs
//! ```
//!
//! The engine knows no Python, no files and no clock but ticks (and a stopwatch for its phase timers).

pub mod allocation;
#[doc(hidden)]
pub mod bench;
mod cells;
mod compile;
mod edges;
mod error;
mod grid;
mod id;
mod machine;
mod models;
mod network;
mod neurocore;
mod neurons;
mod number;
#[expect(unsafe_code, reason = "zeroed huge-page memory; invariants G1-G2")]
mod pages;
mod parallel;
#[expect(unsafe_code, reason = "which types may be all zeros; invariant G2")]
mod plain;
mod program;
mod radix;
mod random;
mod recorder;
mod refusal;
mod router;
mod simd;
mod slice;
mod stimuli;
mod synapses;
mod sync;
mod system;
mod threads;
mod turn;

pub use compile::remarks::{Lost, above_threshold, lost_weights};
pub use compile::{Expected, Forecast, Options as CompileOptions};
pub use error::{CompileError, NetworkError, RunError};
pub use id::{BLOCK, CoreId, MAX_DELAY, MAX_SLOTS, NeuronId, PopulationId, Tick};
pub use machine::fan_out::{Degrees, FanOut, weighted};
pub use machine::ledger::{Wire, Wiring};
pub use machine::placement::{Mesh, Placed};
pub use machine::{Batch, Batched, Machine, Record, Sample, Spikes, Statistics, Synapses, Table};
pub use models::{
    Alif, Kind, LifAlpha, LifDelta, LifExp, LifSubtract, Model, Neurons, Parameter, Place, Range, Readable, Shape, SpikeSource,
    StateVariable, Statement, Values, Variable, kind, kinds,
};
pub use network::rules::{
    AllToAll, Arguments, Bernoulli, Convolution, Dense, FixedInDegree, FixedOutDegree, FixedTotalNumber, OneToOne, Pairs, Pooling,
};
pub use network::trains::in_order;
pub use network::{
    Axis, Column, DelayLaw, Distribution, Inputs, Network, Planes, Population, Projection, Receptor, Rule, SampleRecorder, TICKS, Ticks,
    Windows, subject_of,
};
pub use neurocore::counts::SparseCounts;
pub use neurons::census::Updates;
pub use number::format::Format;
pub use program::{Constant, Equations, Layout, Op, Program, Reading};
pub use random::REACH;
pub use refusal::{Given, LARGEST, Refusal, check_magnitude, check_magnitudes, whole};
pub use simd::{Level, cpu_features};
pub use stimuli::{DirectCurrent, Poisson, Stimulus, check_interval};
pub use system::available_memory;
/// The most ticks that a machine counts.
pub const MOST_TICKS: Tick = router::ClockWord::MAX;
pub use threads::{MOST_WORKERS, most_threads, workers};
pub use turn::{Refused, Turn};
