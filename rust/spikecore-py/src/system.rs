//! Facts about this machine.

use pyo3::prelude::*;
use spikecore::{Format, Level};

use crate::convert::{self, Whole};
use crate::errors;

/// Checks a number of workers.
#[pyfunction]
pub fn check_workers(workers: Whole) -> PyResult<()> {
    spikecore::workers(workers.0).map(drop).map_err(errors::refusal)
}

/// Checks how neurons are to be updated.
#[pyfunction]
pub fn check_updates(updates: &str) -> PyResult<()> {
    convert::updates(updates).map(drop)
}

/// The format of the weights that these two options ask for.
#[pyfunction]
#[pyo3(signature = (weights, precision))]
pub fn weight_format(weights: Option<&str>, precision: &str) -> PyResult<&'static str> {
    Format::chosen(weights, precision).map(Format::name).map_err(errors::refusal)
}

/// CPU features that the engine can use and this CPU has.
#[pyfunction]
pub fn cpu_features() -> Vec<&'static str> {
    spikecore::cpu_features()
}

/// The instruction-set level in use.
#[pyfunction]
pub fn simd_level() -> PyResult<&'static str> {
    level().map(Level::name)
}

/// The level in use, or an error that names what `SPIKECORE_SIMD` says.
pub fn level() -> PyResult<Level> {
    Level::in_use().map_err(|text| {
        errors::refused("", "SPIKECORE_SIMD", format!("{text:?}"), format!("scalar up to {} on this CPU", Level::detect().name()))
    })
}

/// What the kernel says about transparent huge pages.
#[pyfunction]
pub fn huge_pages() -> String {
    let text = std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled");
    text.map_or_else(|_| "unknown".to_owned(), |t| t.split(['[', ']']).nth(1).unwrap_or("unknown").to_owned())
}

/// Bytes that this process may still allocate.
#[pyfunction]
pub fn available_memory() -> u64 {
    spikecore::available_memory()
}

/// Threads that a run starts at most, however many workers are asked for.
#[pyfunction]
pub fn most_threads() -> usize {
    spikecore::most_threads()
}
