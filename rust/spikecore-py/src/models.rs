//! Neuron models at the border: what they state, and the model of a population from a name and columns of parameters.

use std::collections::BTreeMap;

use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use spikecore::allocation::push;
use spikecore::{Model, Neurons, Place, Population, Refusal, Values};

use crate::door::{self, list};
use crate::errors;

/// The parameters of a population: by name, one number for all neurons or an array of one each.
pub type Parameters<'py> = BTreeMap<String, Bound<'py, PyAny>>;

/// The parameters in which neurons differ: their places in the model, and a value for each neuron.
type Columns = Vec<(usize, Vec<f64>)>;

/// The model of a population and the parameters in which its neurons differ; every parameter must be given, and no other.
pub fn model(subject: &str, name: &str, size: u32, parameters: &Parameters<'_>) -> PyResult<(Model, Columns)> {
    let kind = spikecore::kind(name).ok_or_else(|| errors::refused(subject, "model", name, "the name of a model"))?;
    let (mut values, mut each) = (Values::default(), vec![]);
    for (place, parameter) in kind.parameters().iter().enumerate() {
        let key = parameter.name;
        let given = parameters.get(key).ok_or_else(|| PyTypeError::new_err(format!("{name}: parameter {key} is missing")))?;
        match given.extract::<PyReadonlyArray1<'_, f64>>() {
            Ok(array) => push(&mut each, (place, column(subject, key, size, &array)?), "the parameters of neurons"),
            Err(_) => values[place] = given.extract()?,
        }
    }
    match parameters.keys().find(|key| kind.parameters().iter().all(|parameter| parameter.name != key.as_str())) {
        None => Ok((Model::new(kind, values), each)),
        Some(key) => Err(PyTypeError::new_err(format!("{name}: unknown parameter {key}"))),
    }
}

/// As many values as neurons.
fn column(subject: &str, key: &str, size: u32, array: &PyReadonlyArray1<'_, f64>) -> PyResult<Vec<f64>> {
    let values = door::values(array, "the parameters of neurons")?;
    if values.len() == size as usize && size > 0 {
        return Ok(values);
    }
    let allowed = format!("({size},), one value per neuron");
    Err(errors::refusal(Refusal::new(subject, format!("the shape of {key}"), format!("({},)", values.len()), allowed)))
}

/// Refuses parameters that no neurons of this model have, wherever they are. Of neurons that spike, no threshold may be infinite;
/// `named` has the names of parameters that the caller calls otherwise.
#[pyfunction]
pub fn check_model(
    subject: &str,
    name: &str,
    size: u32,
    parameters: Parameters<'_>,
    spiking: bool,
    named: BTreeMap<String, String>,
) -> PyResult<()> {
    door::door(|| {
        let (model, each) = model(subject, name, size, &parameters)?;
        let own = |parameter: &'static str| named.get(parameter).map_or(parameter, String::as_str).to_owned();
        let checked = Neurons { model: &model, each: &each }.check(Place::Apart { spiking }, &own);
        checked.map_err(|refusal| errors::refusal(refusal.of(subject)))
    })
}

/// What every model states: name, title, and its class and option in Python, and of each parameter name, description, unit,
/// range and default.
#[pyfunction]
pub fn models(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    door::door(|| {
        let described = spikecore::kinds().iter().map(|kind| {
            let parameters = kind.parameters().iter().map(|p| (p.name, p.doc.trim(), p.unit, p.range.name(), p.default));
            let entry = PyDict::new(py);
            entry.set_item("name", kind.name())?;
            entry.set_item("title", kind.title())?;
            entry.set_item("class_name", kind.class())?;
            entry.set_item("option", kind.option())?;
            entry.set_item("parameters", list(py, parameters)?)?;
            Ok(entry)
        });
        list(py, described.collect::<PyResult<Vec<_>>>()?)
    })
}

/// What the parameters of a model decide: accumulators per neuron, names and units of its state, whether it counts refractory
/// ticks, and names and units of what can be read. Arrays hold `size` values.
#[pyfunction]
pub fn model_shape<'py>(py: Python<'py>, name: &str, size: u32, parameters: Parameters<'py>) -> PyResult<Bound<'py, PyDict>> {
    door::door(|| {
        let (model, each) = model(name, name, size, &parameters)?;
        let shape = Population::widest(&model, size as usize, &each).shape();
        let dict = PyDict::new(py);
        dict.set_item("receptors", shape.receptors)?;
        dict.set_item("state", list(py, shape.state.iter().map(|variable| (variable.name, variable.unit)))?)?;
        dict.set_item("refractory", shape.refractory)?;
        dict.set_item("readable", list(py, shape.readable.iter().map(|readable| (readable.name, readable.unit)))?)?;
        Ok(dict)
    })
}
