//! `_native.sorted_spikes`, and `_native.joined_trains`: spike times, given as one list or array per neuron, read in one walk.
//!
//! - **T1** Only objects of exact types are read, whose numbers come without running a line of a caller's code: lists and
//!   tuples of Python's and numpy's numbers, and numpy's arrays. What runs at a look for signals may change lists and
//!   arrays, so an element of a list is looked up at its place when its turn comes, and an array is cast anew after every
//!   look.
//! - **T2** What is read are the floats that `checks.reals` makes of the same train. All else is left to it, and so is
//!   every message.

use numpy::{Element, IntoPyArray, PyArray1, PyArrayDescrMethods, PyArrayMethods, PyReadonlyArray1, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyList, PyTuple, PyType};
use spikecore::allocation::{gathered, push, reserve, resize, with_room};

use crate::door::{door, values};
use crate::errors;

const WHAT: &str = "spike times";
/// Trains and times that are read between two looks for a signal: some milliseconds.
const LOOK_EVERY: usize = 1 << 17;

/// The neuron and the tick of each spike.
type Sorted<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u64>>);

/// The neuron and the time of each spike.
type Spikes<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<f64>>);

/// The neuron and the time of each spike of some trains, one per neuron, in their order; none if a train is anything but
/// a plain list, tuple or array of real numbers that floats can hold.
#[pyfunction]
pub fn joined_trains<'py>(py: Python<'py>, trains: &Bound<'py, PyTuple>) -> PyResult<Option<Spikes<'py>>> {
    door(|| {
        let mut neurons = with_room(trains.len(), WHAT);
        let mut joined = Joined { numbers: numbers(py), times: with_room(trains.len(), WHAT), unseen: 0 };
        for (index, train) in trains.iter_borrowed().enumerate() {
            if !joined.train(&train)? {
                return Ok(None);
            }
            let neuron =
                u32::try_from(index).map_err(|_| errors::refused("", "trains", trains.len(), "as many as there can be neurons"))?;
            resize(&mut neurons, joined.times.len(), neuron, WHAT);
            joined.look(py, 1)?;
        }
        Ok(Some((neurons.into_pyarray(py), joined.times.into_pyarray(py))))
    })
}

/// Types of numpy's numbers.
type Numbers<'py> = [Bound<'py, PyType>; 10];

fn numbers(py: Python<'_>) -> Numbers<'_> {
    let signed = (i64::get_dtype(py), i32::get_dtype(py), i16::get_dtype(py), i8::get_dtype(py));
    let unsigned = (u64::get_dtype(py), u32::get_dtype(py), u16::get_dtype(py), u8::get_dtype(py));
    let all =
        [f64::get_dtype(py), f32::get_dtype(py), signed.0, signed.1, signed.2, signed.3, unsigned.0, unsigned.1, unsigned.2, unsigned.3];
    all.map(|dtype| dtype.typeobj())
}

/// What has been read.
struct Joined<'py> {
    numbers: Numbers<'py>,
    times: Vec<f64>,
    /// Trains and times since the last look for a signal.
    unseen: usize,
}

impl Joined<'_> {
    /// Reads a train, or says that it is none of the plain ones; then some of its times may have been read.
    fn train(&mut self, train: &Bound<'_, PyAny>) -> PyResult<bool> {
        // A cast that fails makes an error first: these two looks cost nothing.
        if train.is_exact_instance_of::<PyList>() {
            self.sequence(train.cast::<PyList>()?.iter())
        } else if train.is_exact_instance_of::<PyTuple>() {
            self.sequence(train.cast::<PyTuple>()?.iter())
        } else {
            self.array(train)
        }
    }

    fn sequence<'py>(&mut self, values: impl Iterator<Item = Bound<'py, PyAny>>) -> PyResult<bool> {
        for value in values {
            if !self.is_number(&value) {
                return Ok(false);
            }
            match value.extract::<f64>() {
                Ok(time) => push(&mut self.times, time, WHAT),
                Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => return Ok(false),
                Err(error) => return Err(error),
            }
            self.look(value.py(), 1)?;
        }
        Ok(true)
    }

    fn is_number(&self, value: &Bound<'_, PyAny>) -> bool {
        value.is_exact_instance_of::<PyFloat>()
            || value.is_exact_instance_of::<PyInt>()
            || self.numbers.iter().any(|number| number.as_type_ptr() == value.get_type_ptr())
    }

    fn array(&mut self, train: &Bound<'_, PyAny>) -> PyResult<bool> {
        // Nearly all arrays are of this kind, and to ask for the kind takes as long as to read a short one.
        if self.copy(train, |time: f64| time)? {
            return Ok(true);
        }
        let Ok(array) = train.cast_exact::<PyUntypedArray>() else { return Ok(false) };
        let (kind, bytes) = (array.dtype().kind(), array.dtype().itemsize());
        if array.ndim() != 1 || !matches!(kind, b'f' | b'i' | b'u') || bytes > size_of::<f64>() {
            return Ok(false);
        }
        let read = match (kind, bytes) {
            (b'f', 4) => self.copy(train, |time: f32| f64::from(time))?,
            (b'i', 8) => self.copy(train, |time: i64| time as f64)?,
            (b'i', 4) => self.copy(train, |time: i32| f64::from(time))?,
            (b'i', 2) => self.copy(train, |time: i16| f64::from(time))?,
            (b'i', 1) => self.copy(train, |time: i8| f64::from(time))?,
            (b'u', 8) => self.copy(train, |time: u64| time as f64)?,
            (b'u', 4) => self.copy(train, |time: u32| f64::from(time))?,
            (b'u', 2) => self.copy(train, |time: u16| f64::from(time))?,
            (b'u', 1) => self.copy(train, |time: u8| f64::from(time))?,
            _ => false,
        };
        if read {
            return Ok(true);
        }
        // Half floats, bytes in the other order, numbers that are not aligned: numpy makes floats of them.
        self.copy(&array.call_method1("astype", (f64::get_dtype(train.py()),))?, |time: f64| time)
    }

    /// Copies an array of one dimension whose elements are aligned and of this type, or says that it is none.
    fn copy<T: Element + Copy>(&mut self, array: &Bound<'_, PyAny>, float: impl Fn(T) -> f64) -> PyResult<bool> {
        let mut begin = 0;
        loop {
            let all = match array.cast_exact::<PyArray1<T>>() {
                Ok(all) if all.is_aligned() => all,
                _ if begin == 0 => return Ok(false),
                _ => return Err(errors::refused("", "times", "an array that changes while it is read", "arrays at rest")),
            };
            let end = all.len().min(begin + LOOK_EVERY);
            reserve(&mut self.times, end.saturating_sub(begin), WHAT);
            self.times.extend((begin..end).map_while(|at| all.get_owned(at)).map(&float)); // there is room
            if end == all.len() {
                return Ok(true);
            }
            self.look(array.py(), end - begin)?;
            begin = end;
        }
    }

    /// Looks for a signal once enough has been read.
    fn look(&mut self, py: Python<'_>, read: usize) -> PyResult<()> {
        self.unseen += read;
        if self.unseen >= LOOK_EVERY {
            self.unseen = 0;
            py.check_signals()?;
        }
        Ok(())
    }
}

/// Spikes in ascending order of (tick, neuron); no neuron has two in one tick.
#[pyfunction]
pub fn sorted_spikes<'py>(
    py: Python<'py>,
    subject: &str,
    neurons: PyReadonlyArray1<'_, u32>,
    ticks: PyReadonlyArray1<'_, u64>,
    dt: f64,
) -> PyResult<Sorted<'py>> {
    door(|| {
        let (neurons, ticks) = (values(&neurons, WHAT)?, values(&ticks, WHAT)?);
        let spikes = py.detach(|| spikecore::in_order(subject, (&neurons, &ticks), dt)).map_err(errors::refusal)?;
        let neurons = gathered(spikes.iter().map(|&(_, neuron)| neuron), WHAT);
        let ticks = gathered(spikes.iter().map(|&(tick, _)| tick), WHAT);
        Ok((neurons.into_pyarray(py), ticks.into_pyarray(py)))
    })
}
