//! Range checks shared by the description's parts; each error names subject, parameter, value and range.

use std::fmt::Display;

use super::Network;
use crate::error::NetworkError;
use crate::models::{Readable, Variable};
use crate::stimuli::Stimulus;

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

/// Checks a stimulus against its population.
pub(super) fn stimulus(network: &Network, stimulus: &Stimulus) -> Result<(), NetworkError> {
    let Stimulus { population, start, stop, law } = stimulus;
    known("population", *population, network.populations.len())?;
    let driven = &network.populations[*population];
    if driven.model.is_source() {
        return Err(value_error(&driven.name, "stimulus", "on a spike source", "a population with a potential"));
    }
    if start >= stop {
        return Err(value_error(&driven.name, "stop", stop, &format!("after start, {start}")));
    }
    law.check(driven.size).map_err(|refused| value_error(&driven.name, refused.parameter, refused.value, &refused.allowed))
}
