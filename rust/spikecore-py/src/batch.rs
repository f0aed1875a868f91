//! Inputs from Python and batches to Python: arrays in, arrays out.

use numpy::{IntoPyArray, PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use spikecore::{Batched, Column, Inputs};

/// A population's input: `(population, "spikes", first, neurons, ticks)` or `(population, "current", values)`.
fn column(tuple: &Bound<'_, PyTuple>) -> PyResult<(usize, Column)> {
    fn array<T: numpy::Element>(tuple: &Bound<'_, PyTuple>, index: usize) -> PyResult<Vec<T>> {
        let array: PyReadonlyArray1<'_, T> = tuple.get_item(index)?.extract()?;
        Ok(array.to_vec()?)
    }
    let population = tuple.get_item(0)?.extract()?;
    let column = match tuple.get_item(1)?.extract::<String>()?.as_str() {
        "spikes" => {
            let (neurons, ticks) = (array::<u32>(tuple, 3)?, array::<u64>(tuple, 4)?);
            if neurons.len() != ticks.len() {
                return Err(PyValueError::new_err(format!("{} neurons, {} ticks", neurons.len(), ticks.len())));
            }
            let first = array::<u64>(tuple, 2)?.into_iter().map(|at| at as usize).collect();
            Column::Spikes { first, spikes: ticks.into_iter().zip(neurons).collect() }
        }
        "current" => Column::Current(array(tuple, 2)?),
        other => return Err(PyValueError::new_err(format!("unknown input {other:?}"))),
    };
    Ok((population, column))
}

/// The inputs of so many samples.
pub fn inputs(samples: usize, columns: &[Bound<'_, PyTuple>]) -> PyResult<Inputs> {
    Ok(Inputs { samples, columns: columns.iter().map(column).collect::<PyResult<_>>()? })
}

/// A batch as plain arrays; per-neuron tables are flat, sample by sample.
pub fn to_python(py: Python<'_>, batched: Batched) -> PyResult<Bound<'_, PyDict>> {
    let (mut counts, mut states) = (vec![], vec![vec![]; batched.samples.first().map_or(0, |s| s.states.len())]);
    let (mut spikes, mut tables) = (vec![], vec![]);
    for sample in batched.samples {
        counts.extend(sample.counts);
        states.iter_mut().zip(sample.states).for_each(|(all, own)| all.extend(own));
        spikes.push((sample.spikes.0.into_pyarray(py), sample.spikes.1.into_pyarray(py)));
        let arrays = sample.tables.into_iter().map(|(ticks, values)| (ticks.into_pyarray(py), values.into_pyarray(py)));
        tables.push(arrays.collect::<Vec<_>>());
    }
    let dict = PyDict::new(py);
    dict.set_item("counts", counts.into_pyarray(py))?;
    dict.set_item("states", states.into_iter().map(|values| values.into_pyarray(py)).collect::<Vec<_>>())?;
    dict.set_item("spikes", spikes)?;
    dict.set_item("samples", tables)?;
    dict.set_item("spikes_per_population", batched.counts.spikes)?;
    dict.set_item("synaptic_operations_per_population", batched.counts.synaptic_operations)?;
    dict.set_item("neuron_updates_per_population", batched.counts.neuron_updates)?;
    dict.set_item("updates_skipped_per_population", batched.counts.updates_skipped)?;
    dict.set_item("stimulus_events_per_population", batched.counts.stimulus_events)?;
    dict.set_item("real_s", batched.real_s)?;
    Ok(dict)
}
