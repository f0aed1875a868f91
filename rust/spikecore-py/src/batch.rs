//! Inputs from Python and batches to Python: arrays in, arrays out.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use spikecore::allocation::{gathered, push, with_room};
use spikecore::{Batched, Column, Inputs, Sample};

use crate::convert::{self, Whole};
use crate::door::{elements, list, values};
use crate::errors;

/// A population's input: `(population, "spikes", first, neurons, ticks)` or `(population, "current", values)`.
fn column(tuple: &Bound<'_, PyTuple>) -> PyResult<(usize, Column)> {
    fn array<T: numpy::Element + Clone>(tuple: &Bound<'_, PyTuple>, index: usize) -> PyResult<Vec<T>> {
        let array: PyReadonlyArray1<'_, T> = tuple.get_item(index)?.extract()?;
        values(&array, "the input of samples")
    }
    let population = tuple.get_item(0)?.extract()?;
    let column = match tuple.get_item(1)?.extract::<String>()?.as_str() {
        "spikes" => {
            let (neurons, ticks) = (array::<u32>(tuple, 3)?, array::<u64>(tuple, 4)?);
            if neurons.len() != ticks.len() {
                return Err(errors::refused("", "the length of ticks", ticks.len(), neurons.len().to_string()));
            }
            let first = gathered(array::<u64>(tuple, 2)?.into_iter().map(|at| at as usize), "the input of samples");
            Column::Spikes { first, spikes: gathered(ticks.into_iter().zip(neurons), "the input of samples") }
        }
        "current" => Column::Current(array(tuple, 2)?),
        other => return Err(errors::refused("", "input", other, "'spikes', 'current'")),
    };
    Ok((population, column))
}

/// The seeds of samples.
pub fn seeds(list: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
    let given = elements::<Whole>(list, "the seeds of samples")?;
    let mut seeds = with_room(given.len(), "the seeds of samples");
    for (k, seed) in given.iter().enumerate() {
        seeds.push(convert::seed(format!("seeds[{k}]"), seed)?);
    }
    Ok(seeds)
}

/// The inputs of so many samples.
pub fn inputs(samples: usize, columns: &Bound<'_, PyList>) -> PyResult<Inputs> {
    let mut inputs = Inputs { samples, columns: with_room(columns.len(), "the input of samples") };
    for tuple in columns {
        push(&mut inputs.columns, column(tuple.cast::<PyTuple>()?)?, "the input of samples");
    }
    Ok(inputs)
}

/// One value after the other, sample by sample.
fn flat<T: Copy>(samples: &[Sample], of: impl Fn(&Sample) -> &[T]) -> Vec<T> {
    let mut all = with_room(samples.iter().map(|sample| of(sample).len()).sum(), "the results of a batch");
    samples.iter().for_each(|sample| all.extend_from_slice(of(sample))); // there is room
    all
}

/// A batch as plain arrays; per-neuron tables are flat, sample by sample.
pub fn to_python(py: Python<'_>, mut batched: Batched) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    let states = PyList::empty(py);
    for k in 0..batched.samples.first().map_or(0, |sample| sample.states.len()) {
        states.append(flat(&batched.samples, |sample| &sample.states[k]).into_pyarray(py))?;
        batched.samples.iter_mut().for_each(|sample| sample.states[k] = vec![]);
    }
    let (counts, spikes, tables) = (PyList::empty(py), PyList::empty(py), PyList::empty(py));
    for sample in batched.samples {
        counts.append((sample.counts.neurons.into_pyarray(py), sample.counts.spikes.into_pyarray(py)))?;
        spikes.append((sample.spikes.0.into_pyarray(py), sample.spikes.1.into_pyarray(py)))?;
        let arrays = sample.tables.into_iter().map(|(ticks, values)| (ticks.into_pyarray(py), values.into_pyarray(py)));
        tables.append(list(py, arrays)?)?;
    }
    dict.set_item("states", states)?;
    dict.set_item("counts", counts)?;
    dict.set_item("spikes", spikes)?;
    dict.set_item("samples", tables)?;
    dict.set_item("spikes_per_population", list(py, batched.counts.spikes)?)?;
    dict.set_item("synaptic_operations_per_population", list(py, batched.counts.synaptic_operations)?)?;
    dict.set_item("neuron_updates_per_population", list(py, batched.counts.neuron_updates)?)?;
    dict.set_item("updates_skipped_per_population", list(py, batched.counts.updates_skipped)?)?;
    dict.set_item("stimulus_events_per_population", list(py, batched.counts.stimulus_events)?)?;
    dict.set_item("real_s", batched.real_s)?;
    Ok(dict)
}
