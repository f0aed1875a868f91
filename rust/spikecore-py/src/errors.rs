//! The engine's errors as Python exceptions: one total match per enum, so that a new variant does not compile
//! until it has chosen its exception. The values behind a message become the attributes that `errors.py` documents.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::{IntoPyObjectExt, PyErr, PyTypeInfo};
use spikecore::allocation::{Fault, OutOfMemory};
use spikecore::{CompileError, Given, NetworkError, Refusal, Refused, RunError};

pyo3::import_exception!(spikecore.errors, BusyError);
pyo3::import_exception!(spikecore.errors, CapacityError);
pyo3::import_exception!(spikecore.errors, DivergenceError);
pyo3::import_exception!(spikecore.errors, ForecastError);
pyo3::import_exception!(spikecore.errors, InternalError);
pyo3::import_exception!(spikecore.errors, PoisonedError);
mod python {
    pyo3::import_exception!(spikecore.errors, NetworkError);
}

/// Loads the classes: where memory ends it would be too late.
pub fn load(py: Python<'_>) -> PyResult<()> {
    let ours = [BusyError::type_object(py), CapacityError::type_object(py), ForecastError::type_object(py)];
    let ours = ours.into_iter().chain([InternalError::type_object(py), PoisonedError::type_object(py)]);
    ours.chain([python::NetworkError::type_object(py)]).for_each(drop);
    refusal_of(py).map(drop)
}

/// What PyO3 and rust-numpy panic with where Python makes no object for them, which it does while there is memory.
const NO_OBJECT: [&str; 2] = ["Python API call failed", "Failed to create slice container"];

/// What the door of the border has caught.
pub fn fault(fault: Fault) -> PyErr {
    match fault {
        Fault::Memory(memory) => out_of_memory(memory.to_string(), memory),
        Fault::Panic(message) if NO_OBJECT.iter().any(|known| message.contains(known)) => {
            ForecastError::new_err("out of memory: Python could not make an object")
        }
        Fault::Panic(message) => InternalError::new_err(format!("internal error: {message}")),
    }
}

/// Memory ended; the attributes say for what, and how many bytes could not be had.
fn out_of_memory(text: String, memory: OutOfMemory) -> PyErr {
    let raised = with(ForecastError::new_err(text), [("parameter", memory.what)]);
    with(raised, [("value", memory.bytes)])
}

/// A mistake in the description.
pub fn network(error: NetworkError) -> PyErr {
    let text = error.to_string();
    match error {
        NetworkError::Value(refused) => refusal(refused),
        NetworkError::Unknown { what, id, known } => {
            let raised = with(python::NetworkError::new_err(text), [("parameter", what.to_owned()), ("allowed", format!("below {known}"))]);
            with(raised, [("value", id)])
        }
    }
}

/// A value outside of its range: Python makes the exception and its words, as it does for what it refuses itself.
pub fn refusal(refused: Refusal) -> PyErr {
    let Refusal { subject, parameter, value, allowed } = refused;
    Python::attach(|py| {
        let value = match value {
            Given::Number(number) => number.into_bound_py_any(py),
            Given::Whole(count) => count.into_bound_py_any(py),
            Given::Switch(switch) => switch.into_bound_py_any(py),
            Given::Text(text) => text.into_bound_py_any(py),
        };
        let words = (subject, &*parameter, value?, allowed);
        Ok(PyErr::from_value(refusal_of(py)?.call1(words)?))
    })
    .unwrap_or_else(|other: PyErr| other)
}

/// What the border itself refuses.
pub fn refused(subject: &str, parameter: &'static str, value: impl Into<Given>, allowed: impl Into<String>) -> PyErr {
    refusal(Refusal::new(subject, parameter, value, allowed))
}

/// What makes the exception of a refusal.
fn refusal_of(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static REFUSAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    REFUSAL.import(py, "spikecore.errors", "refusal")
}

/// A network that cannot become a machine.
pub fn compile(error: CompileError) -> PyErr {
    let text = error.to_string();
    match error {
        CompileError::Network(inner) => network(inner),
        CompileError::Memory { needed, available, .. } => too_large(text, needed, available),
        CompileError::CoreFull { slots, limit, .. } => beyond(text, "slots", slots, format!("at most {limit}")),
        CompileError::LogCapacity { capacity, needed, .. } => beyond(text, "log_capacity", capacity, format!("at least {needed}")),
        CompileError::NoThread(_) => with(CapacityError::new_err(text), [("parameter", "workers")]),
        CompileError::OutOfMemory(memory) => out_of_memory(text, memory),
        CompileError::Panicked(_) => InternalError::new_err(text),
        CompileError::Interrupted => pyo3::exceptions::PyKeyboardInterrupt::new_err(text),
    }
}

/// A run that could not go on.
pub fn run(error: RunError) -> PyErr {
    let text = error.to_string();
    match error {
        RunError::WorkerPanicked { .. } => InternalError::new_err(text),
        RunError::Diverged { population, neuron, variable, tick, time_ms, sample } => {
            let raised = with(DivergenceError::new_err(text), [("population", population.as_str()), ("variable", variable)]);
            let raised = with(with(raised, [("tick", tick), ("neuron", u64::from(neuron))]), [("time", time_ms)]);
            with(raised, [("sample", sample)])
        }
        RunError::TooLong { now, ticks, limit } => beyond(text, "ticks", ticks, format!("at most {}", limit.saturating_sub(now))),
        RunError::NoThread { worker, workers, .. } => beyond(text, "workers", workers, format!("at most {worker} now")),
        RunError::Memory { needed, available, .. }
        | RunError::Exhausted { needed, available, .. }
        | RunError::BatchMemory { needed, available, .. } => too_large(text, needed, available),
        RunError::Network(inner) => network(inner),
        RunError::Interrupted => pyo3::exceptions::PyKeyboardInterrupt::new_err(text),
        RunError::OutOfMemory(memory) | RunError::TornApart(memory) => out_of_memory(text, memory),
        RunError::Panicked(_) => InternalError::new_err(text),
        RunError::Torn | RunError::Poisoned => PoisonedError::new_err(text),
    }
}

fn too_large(text: String, needed: u64, available: u64) -> PyErr {
    with(ForecastError::new_err(text), [("value", needed), ("allowed", available)])
}

fn beyond<V: for<'py> IntoPyObject<'py>>(text: String, parameter: &str, value: V, allowed: String) -> PyErr {
    let raised = with(CapacityError::new_err(text), [("parameter", parameter), ("allowed", &allowed)]);
    with(raised, [("value", value)])
}

/// The exception with these attributes.
fn with<V: for<'py> IntoPyObject<'py>, const N: usize>(error: PyErr, details: [(&str, V); N]) -> PyErr {
    let set = |py: Python<'_>| details.into_iter().try_for_each(|(name, value)| error.value(py).setattr(name, value));
    Python::attach(set).map_or_else(|other| other, |()| error)
}

/// A call that has no turn with a `what`.
pub fn no_turn(refused: Refused, what: &str) -> PyErr {
    match refused {
        Refused::Busy => BusyError::new_err(format!(
            "another call is using this {what}, in another thread or in the code that was interrupted; a {what} serves one at a time"
        )),
        Refused::Forked => PoisonedError::new_err(format!(
            "another call was using this {what} when this process was forked: its state here is not defined, make it anew"
        )),
    }
}
