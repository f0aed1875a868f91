//! The engine's errors as Python exceptions: one total match per enum, so that a new variant does not compile
//! until it has chosen its exception.

use pyo3::PyErr;
use pyo3::prelude::*;
use spikecore::{CompileError, NetworkError, RunError};

pyo3::import_exception!(spikecore.errors, BusyError);
pyo3::import_exception!(spikecore.errors, CapacityError);
pyo3::import_exception!(spikecore.errors, ForecastError);
pyo3::import_exception!(spikecore.errors, InternalError);
pyo3::import_exception!(spikecore.errors, PoisonedError);
mod python {
    pyo3::import_exception!(spikecore.errors, NetworkError);
}

/// A mistake in the description.
pub fn network(error: NetworkError) -> PyErr {
    let text = error.to_string();
    match error {
        NetworkError::Value { .. } | NetworkError::Unknown { .. } => python::NetworkError::new_err(text),
    }
}

/// A network that cannot become a machine.
pub fn compile(error: CompileError) -> PyErr {
    let text = error.to_string();
    match error {
        CompileError::Network(inner) => network(inner),
        CompileError::Memory { needed, available, .. } => too_large(text, needed, available),
        CompileError::CoreFull { .. } | CompileError::LogCapacity { .. } | CompileError::NoThread(_) => CapacityError::new_err(text),
        CompileError::Interrupted => pyo3::exceptions::PyKeyboardInterrupt::new_err(text),
    }
}

/// A run that could not go on.
pub fn run(error: RunError) -> PyErr {
    let text = error.to_string();
    match error {
        RunError::WorkerPanicked { .. } => InternalError::new_err(text),
        RunError::TooLong { .. } | RunError::NoThread { .. } => CapacityError::new_err(text),
        RunError::Memory { needed, available, .. } | RunError::BatchMemory { needed, available, .. } => too_large(text, needed, available),
        RunError::Network(inner) => network(inner),
        RunError::Interrupted => pyo3::exceptions::PyKeyboardInterrupt::new_err(text),
        RunError::Poisoned => PoisonedError::new_err(text),
    }
}

fn too_large(text: String, needed: u64, available: u64) -> PyErr {
    let error = ForecastError::new_err(text);
    let details = |py: Python<'_>| {
        error.value(py).setattr("value", needed)?;
        error.value(py).setattr("allowed", available)
    };
    Python::attach(details).map_or_else(|other| other, |()| error)
}

/// A second call while one is under way.
pub fn busy() -> PyErr {
    BusyError::new_err("another call is using this machine; a machine serves one thread at a time")
}
