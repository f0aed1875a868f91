//! Range checks shared by the description's parts; each error names subject, parameter, value and range.

use std::fmt::Display;

use super::{Network, Receptor, Stimulus};
use crate::error::NetworkError;
use crate::models::{Readable, Variable};

/// The error for a value out of range.
pub(super) fn value_error(subject: &str, parameter: &'static str, value: impl Display, allowed: &str) -> NetworkError {
    NetworkError::Value { subject: subject.to_owned(), parameter, value: value.to_string(), allowed: allowed.to_owned() }
}

/// Checks that an id names something.
pub(super) fn known(what: &'static str, id: usize, known: usize) -> Result<(), NetworkError> {
    if id < known { Ok(()) } else { Err(NetworkError::Unknown { what, id, known }) }
}

/// Checks that a number is finite.
pub(super) fn finite(subject: &str, parameter: &'static str, value: f64) -> Result<(), NetworkError> {
    if value.is_finite() { Ok(()) } else { Err(value_error(subject, parameter, value, "a finite number")) }
}

/// The variable of this name among those that can be read of a population.
pub fn variable_of(population: &str, readable: &[Readable], name: &str) -> Result<Variable, NetworkError> {
    let place = readable.iter().position(|readable| readable.name == name);
    let names = || readable.iter().map(|readable| readable.name).collect::<Vec<_>>().join(", ");
    place.map(Variable).ok_or_else(|| value_error(population, "variable", name, &names()))
}

/// How messages name a projection.
pub fn subject_of(network: &Network, source: usize, target: usize) -> String {
    format!("{} -> {}", network.populations[source].name, network.populations[target].name)
}

/// The index of the receptor that a weight arrives at, for a model with `receptors` accumulators.
pub(super) fn receptor_index(receptor: Receptor, weight: f64, receptors: usize) -> usize {
    let inhibitory = match receptor {
        Receptor::Excitatory => false,
        Receptor::Inhibitory => true,
        Receptor::BySign => weight < 0.0,
    };
    if inhibitory && receptors > 1 { 1 } else { 0 }
}

/// Checks a stimulus against its population.
pub(super) fn stimulus(network: &Network, stimulus: &Stimulus) -> Result<(), NetworkError> {
    let (Stimulus::Poisson { population, start, stop, .. } | Stimulus::DirectCurrent { population, start, stop, .. }) = stimulus;
    known("population", *population, network.populations.len())?;
    let driven = &network.populations[*population];
    if driven.model.is_source() {
        return Err(value_error(&driven.name, "stimulus", "on a spike source", "a population with a potential"));
    }
    if start >= stop {
        return Err(value_error(&driven.name, "stop", stop, &format!("after start, {start}")));
    }
    match stimulus {
        Stimulus::Poisson { lambda, weight, .. } => {
            finite(&driven.name, "weight", *weight)?;
            if !(*lambda >= 0.0 && *lambda <= 1000.0) {
                return Err(value_error(&driven.name, "rate", lambda, "0 to 1000 expected events per tick"));
            }
        }
        Stimulus::DirectCurrent { amplitudes, .. } => {
            if amplitudes.len() != 1 && amplitudes.len() != driven.size as usize {
                let allowed = format!("1 or {} values", driven.size);
                return Err(value_error(&driven.name, "amplitude", format!("{} values", amplitudes.len()), &allowed));
            }
            for &a in amplitudes {
                finite(&driven.name, "amplitude", a)?;
            }
        }
    }
    Ok(())
}
