//! Facts about this machine.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use spikecore::Level;

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

/// The level in use, or a `ValueError` that names what `SPIKECORE_SIMD` says.
pub fn level() -> PyResult<Level> {
    Level::in_use().map_err(|text| {
        PyValueError::new_err(format!("SPIKECORE_SIMD is {text:?}, allowed on this CPU: scalar up to {}", Level::detect().name()))
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
