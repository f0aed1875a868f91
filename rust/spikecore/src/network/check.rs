//! Range checks shared by the description's parts; each error names subject, parameter, value and range.

use std::borrow::Cow;

use super::{Distribution, Network};
use crate::allocation::copied;
use crate::error::NetworkError;
use crate::models::{Readable, Statement, Variable};
use crate::program::{Constant, Equations};
use crate::refusal::{Given, Refusal, general, is_moderate, moderate, one_of, within};
use crate::stimuli::{Effect, Stimulus, after};

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
    let names: Vec<_> = readable.iter().enumerate().map(|(place, readable)| (readable.name, Variable(place))).collect();
    Ok(one_of(population, "variable", name, &names)?)
}

/// Checks that indices lie within a population.
pub(super) fn indices(subject: &str, parameter: &str, indices: &[u32], size: u32) -> Result<(), NetworkError> {
    let wrong = indices.iter().position(|&index| index >= size);
    wrong.map_or(Ok(()), |at| Err(value_error(subject, format!("{parameter}[{at}]"), indices[at], within(0, u64::from(size) - 1))))
}

/// Checks the neurons of a recorder: within the population, and each once.
pub(super) fn recorded(population: &str, size: u32, neurons: &[u32]) -> Result<(), NetworkError> {
    const SHOWN: usize = 8;
    indices(population, "neurons", neurons, size)?;
    let mut sorted = copied(neurons, "the neurons of a recorder");
    sorted.sort_unstable();
    if !sorted.is_empty() && sorted.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(());
    }
    let first = &neurons[..neurons.len().min(SHOWN)];
    Err(value_error(population, "neurons", format!("{first:?}"), "at least one neuron, each once"))
}

/// How messages name a projection.
pub fn subject_of(network: &Network, source: usize, target: usize) -> String {
    format!("{} → {}", network.populations[source].name, network.populations[target].name)
}

/// Checks equations against the size of their population.
pub(super) fn equations(
    name: &str,
    size: u32,
    statement: &Statement,
    equations: &Equations,
    initial: &[Distribution],
) -> Result<(), NetworkError> {
    let Equations { constants, refractory, readings, places, program, variables } = equations;
    let wrong = |parameter: &'static str, value: usize, allowed: String| Err(value_error(name, parameter, value, allowed));
    let lengths = [
        ("constants", constants.len(), program.layout().constants),
        ("the state", statement.state.len(), program.layout().state),
        ("receptors", statement.receptors.len(), program.layout().inputs),
        ("initial values", initial.len(), statement.state.len()),
        ("readings", readings.len(), statement.readable.len()),
        ("places", places.len(), statement.readable.len()),
    ];
    if let Some(&(parameter, given, allowed)) = lengths.iter().find(|(_, given, allowed)| given != allowed) {
        return wrong(parameter, given, allowed.to_string());
    }
    if !(1..=initial.len()).contains(variables) {
        return wrong("the number of variables", *variables, format!("1 … {}", initial.len()));
    }
    for (place, reading) in places.iter().zip(readings) {
        if place.map_or(reading.is_none(), |place| place >= statement.state.len()) {
            return wrong("a variable that is read", place.unwrap_or_default(), "state, or computed".to_owned());
        }
    }
    for (place, constant) in constants.iter().enumerate() {
        let values = match constant {
            Constant::Same(value) => std::slice::from_ref(value),
            Constant::Each(values) if values.len() == size as usize => values,
            Constant::Each(values) => return wrong("the length of a constant", values.len(), size.to_string()),
        };
        if let Some(value) = values.iter().find(|value| value.is_nan()) {
            return Err(value_error(name, format!("constant {place}"), *value, "a number"));
        }
    }
    if ![1, size as usize].contains(&refractory.len()) {
        return wrong("the length of refractory", refractory.len(), format!("1 or {size}"));
    }
    for (law, (variable, _)) in initial.iter().zip(&statement.state) {
        law.check(name, "init", Some(size.into())).map_err(|error| of_variable(error, variable))?;
    }
    Ok(())
}

/// A refusal that names a variable besides.
fn of_variable(error: NetworkError, variable: &str) -> NetworkError {
    match error {
        NetworkError::Value(mut refusal) => {
            refusal.parameter = format!("{} of {variable}", refusal.parameter).into();
            refusal.into()
        }
        other => other,
    }
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
        let [start, stop] = [*start, *stop].map(|tick| tick as f64 * network.dt);
        return Err(value_error(&driven.name, "stop", format!("{} ms", general(stop)), after(start)));
    }
    law.check(driven.size).map_err(|refused| refused.of(&driven.name))?;
    let is_current = || law.effects(&driven.model).iter().any(|effect| matches!(effect, Effect::Current(_)));
    if !driven.model.takes_current() && is_current() {
        return Err(value_error(&driven.name, "stimulus", "a current", "with equations that mark a name as current"));
    }
    Ok(())
}
