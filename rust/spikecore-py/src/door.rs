//! The door of the border: every call from Python goes through [`door`], so that neither the end of memory nor a bug
//! leaves as anything but an error of ours (A1 in the engine's `allocation.rs`). And what calls carry through it: arrays
//! and lists, copied without an abort.

use numpy::{Element, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList};
use spikecore::allocation::{caught, copied, push};

use crate::{errors, reserve};

/// Does the work of a call.
pub fn door<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    reserve::fill();
    caught(work).unwrap_or_else(|fault| Err(errors::fault(fault)))
}

/// The values of an array: Python may write to it while the engine works.
pub fn values<T: Element + Clone>(array: &PyReadonlyArray1<'_, T>, what: &'static str) -> PyResult<Vec<T>> {
    Ok(copied(array.as_slice()?, what))
}

/// The elements of a list or another sequence.
pub fn elements<'py, T>(sequence: &Bound<'py, PyAny>, what: &'static str) -> PyResult<Vec<T>>
where
    T: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    let mut all = vec![];
    for element in PyIterator::from_object(sequence)? {
        push(&mut all, element?.extract()?, what);
    }
    Ok(all)
}

/// A list that grows as it is filled: one made at its full length panics where memory ends.
pub fn list<'py, V: IntoPyObject<'py>>(py: Python<'py>, values: impl IntoIterator<Item = V>) -> PyResult<Bound<'py, PyList>> {
    let all = PyList::empty(py);
    for value in values {
        all.append(value)?;
    }
    Ok(all)
}
