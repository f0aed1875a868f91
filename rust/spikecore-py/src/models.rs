//! Neuron models of a population from a name and columns of parameters.

use std::collections::BTreeMap;

use numpy::PyReadonlyArray1;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use spikecore::allocation::gathered;
use spikecore::{Alif, LifDelta, LifExp, Model};

use crate::door;

/// The parameters of a population: by name, one number for all neurons or an array of one each.
pub type Parameters<'py> = BTreeMap<String, Bound<'py, PyAny>>;

/// Parameters of `N` names: a value for all neurons or one each.
struct Columns<const N: usize>([Vec<f64>; N]);

impl<const N: usize> Columns<N> {
    /// Models of `neurons` neurons.
    fn models(&self, neurons: usize, model: impl Fn([f64; N]) -> Model) -> Vec<Model> {
        let row = |k: usize| std::array::from_fn(|column| *self.0[column].get(k).unwrap_or(&self.0[column][0]));
        gathered((0..neurons).map(|k| model(row(k))), "the models of neurons")
    }
}

/// The neuron models of a population, one for all or one each; every parameter must be given, and no other.
pub fn models(name: &str, size: u32, parameters: &Parameters<'_>) -> PyResult<Vec<Model>> {
    let mut given = BTreeMap::new();
    for (key, value) in parameters {
        given.insert(key.as_str(), column(name, key, size, value)?);
    }
    let neurons = given.values().map(Vec::len).max().unwrap_or(1);
    let models = match name {
        "lif_exp" => {
            let keys = ["tau_m", "c_m", "e_l", "v_th", "v_reset", "t_ref", "tau_syn_exc", "tau_syn_inh", "i_e"];
            take(name, &mut given, keys)?.models(neurons, |[tau_m, c_m, e_l, v_th, v_reset, t_ref, tau_syn_exc, tau_syn_inh, i_e]| {
                Model::LifExp(LifExp { tau_m, c_m, e_l, v_th, v_reset, t_ref, tau_syn_exc, tau_syn_inh, i_e })
            })
        }
        "lif_delta" | "lif_subtract" => {
            let model = if name == "lif_delta" { Model::LifDelta } else { Model::LifSubtract };
            let columns = take(name, &mut given, ["tau_m", "c_m", "e_l", "v_th", "v_reset", "t_ref", "i_e"])?;
            columns.models(neurons, |[tau_m, c_m, e_l, v_th, v_reset, t_ref, i_e]| {
                model(LifDelta { tau_m, c_m, e_l, v_th, v_reset, t_ref, i_e })
            })
        }
        "alif" => {
            let columns = take(name, &mut given, ["tau_m", "tau_adp", "b0", "beta", "r_m", "i_e"])?;
            columns.models(neurons, |[tau_m, tau_adp, b0, beta, r_m, i_e]| Model::Alif(Alif { tau_m, tau_adp, b0, beta, r_m, i_e }))
        }
        "spike_source" => vec![Model::SpikeSource],
        other => return Err(PyValueError::new_err(format!("unknown model {other:?}"))),
    };
    match given.keys().next() {
        None => Ok(models),
        Some(key) => Err(PyTypeError::new_err(format!("{name}: unknown parameter {key}"))),
    }
}

/// One value, or as many as neurons.
fn column(name: &str, key: &str, size: u32, value: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let Ok(array) = value.extract::<PyReadonlyArray1<'_, f64>>() else { return Ok(vec![value.extract()?]) };
    let values = door::values(&array, "the parameters of neurons")?;
    if values.len() == size as usize && size > 0 {
        return Ok(values);
    }
    Err(PyValueError::new_err(format!("{name}: {key} has {} values, allowed: one, or one per neuron, {size}", values.len())))
}

fn take<const N: usize>(name: &str, given: &mut BTreeMap<&str, Vec<f64>>, keys: [&str; N]) -> PyResult<Columns<N>> {
    let mut columns = [const { Vec::new() }; N];
    for (column, key) in columns.iter_mut().zip(keys) {
        *column = given.remove(key).ok_or_else(|| PyTypeError::new_err(format!("{name}: parameter {key} is missing")))?;
    }
    Ok(Columns(columns))
}
