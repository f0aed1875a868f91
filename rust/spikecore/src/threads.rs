//! How many threads a machine starts: no more than there are CPUs to run them. Threads that wait for a CPU, and for each other,
//! cost more than cores that take turns on one; and cores look at each other's clocks in every tick, so where populations are
//! not placed by the caller there are no more cores than these threads need. Tests of workers and cores ask for all.

use crate::refusal::{Refusal, whole};

/// The environment variable by which all workers are started, whatever the CPUs.
const START_ALL: &str = "SPIKECORE_START_ALL_WORKERS";
/// The most workers that may be asked for.
pub const MOST_WORKERS: usize = 1024;

/// A number of workers that may be asked for.
///
/// # Errors
/// Where it is not in its range.
pub fn workers(asked: i128) -> Result<usize, Refusal> {
    whole("", "workers", asked, (1, MOST_WORKERS as u64)).map(|workers| workers as usize)
}

/// CPUs that this process may use.
pub fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How many of so many workers are started.
pub fn started(workers: usize) -> usize {
    let all = cfg!(test) || std::env::var_os(START_ALL).is_some_and(|value| value == "1");
    if all { workers } else { workers.min(cpus()) }
}

/// How many are started at most.
pub fn most_threads() -> usize {
    started(MOST_WORKERS)
}
