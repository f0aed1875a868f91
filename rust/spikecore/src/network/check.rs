//! Range checks shared by the description's parts; each error names subject, parameter, value and range.

use std::borrow::Cow;

use super::Network;
use crate::error::NetworkError;
use crate::models::{Readable, Variable};
use crate::refusal::{Given, Refusal, is_moderate, moderate};
use crate::stimuli::Stimulus;

/// The error for a value out of range.
pub(super) fn value_error(
    subject: &str,
    parameter: impl Into<Cow<'static, str>>,
    value: impl Into<Given>,
    allowed: impl Into<String>,
) -> NetworkError {
    Refusal::new(subject, parameter, value, allowed).into()
}

/// Checks that an id names something.
pub(super) fn known(what: &'static str, id: usize, known: usize) -> Result<(), NetworkError> {
    if id < known { Ok(()) } else { Err(NetworkError::Unknown { what, id, known }) }
}

/// Checks that a number is finite and no larger than [`LARGEST`].
pub(super) fn magnitude(subject: &str, parameter: impl Into<Cow<'static, str>>, value: f64) -> Result<(), NetworkError> {
    if is_moderate(value) { Ok(()) } else { Err(value_error(subject, parameter, value, moderate(""))) }
}

/// The variable of this name among those that can be read of a population.
pub fn variable_of(population: &str, readable: &[Readable], name: &str) -> Result<Variable, NetworkError> {
    let place = readable.iter().position(|readable| readable.name == name);
    let names = || readable.iter().map(|readable| readable.name).collect::<Vec<_>>().join(", ");
    place.map(Variable).ok_or_else(|| value_error(population, "variable", name, names()))
}

/// How messages name a projection.
pub fn subject_of(network: &Network, source: usize, target: usize) -> String {
    format!("{} → {}", network.populations[source].name, network.populations[target].name)
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
        return Err(value_error(&driven.name, "stop", *stop, format!("after start, {start}")));
    }
    law.check(driven.size).map_err(|refused| Refusal { subject: driven.name.clone(), ..refused }.into())
}
