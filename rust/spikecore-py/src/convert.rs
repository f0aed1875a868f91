//! Python values to the engine's description types.

use std::borrow::Cow;

use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use spikecore::allocation::copied;
use spikecore::{Arguments, DelayLaw, Distribution, Planes, Poisson, Refusal, Rule, Updates, whole};

use crate::door::{door, values};
use crate::errors;

/// A whole number of Python; of one beyond 128 bits the nearest that they hold. The engine, which has no range as wide, refuses
/// it, and the face shows what was given.
pub struct Whole(pub i128);

impl<'py> FromPyObject<'_, 'py> for Whole {
    type Error = PyErr;

    fn extract(number: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match number.extract::<i128>() {
            Err(error) if error.is_instance_of::<PyOverflowError>(number.py()) => {
                Ok(Self(if number.lt(0)? { i128::MIN } else { i128::MAX }))
            }
            other => other.map(Self),
        }
    }
}

fn tag(tuple: &Bound<'_, PyTuple>) -> PyResult<String> {
    tuple.get_item(0)?.extract()
}

fn number<'py, T: for<'a> FromPyObject<'a, 'py, Error = PyErr>>(tuple: &Bound<'py, PyTuple>, index: usize) -> PyResult<T> {
    tuple.get_item(index)?.extract::<T>()
}

/// A seed of random draws.
pub fn seed(parameter: impl Into<Cow<'static, str>>, seed: &Whole) -> PyResult<u64> {
    whole("", parameter, seed.0, (0, u64::MAX)).map_err(errors::refusal)
}

/// `"auto"`, `"dense"` or `"event"`.
pub fn updates(name: &str) -> PyResult<Updates> {
    Updates::named(name).map_err(errors::refusal)
}

/// `("constant", v)`, `("uniform", low, high)`, `("normal", mean, sd, low, high, mode)` or `("array", values)`.
pub fn distribution(tuple: &Bound<'_, PyTuple>) -> PyResult<Distribution> {
    Ok(match tag(tuple)?.as_str() {
        "constant" => Distribution::Constant(number(tuple, 1)?),
        "uniform" => Distribution::Uniform { low: number(tuple, 1)?, high: number(tuple, 2)? },
        "normal" => Distribution::Normal {
            mean: number(tuple, 1)?,
            sd: number(tuple, 2)?,
            low: bound(tuple, 3, f64::NEG_INFINITY)?,
            high: bound(tuple, 4, f64::INFINITY)?,
            clip: tuple.get_item(5)?.extract::<String>()? == "clip",
        },
        "array" => Distribution::Array(values(&tuple.get_item(1)?.extract::<PyReadonlyArray1<'_, f64>>()?, "an array of values")?),
        other => {
            return Err(errors::refused("", "distribution", other, "'constant', 'uniform', 'normal', 'array'"));
        }
    })
}

/// A bound, and `none` where there is none; one that is given is a number.
fn bound(tuple: &Bound<'_, PyTuple>, index: usize, none: f64) -> PyResult<f64> {
    let given = number::<Option<f64>>(tuple, index)?;
    Ok(given.map_or(none, |bound| if bound.is_finite() { bound } else { f64::NAN }))
}

/// Refuses a distribution that cannot be, wherever it is used.
#[pyfunction]
pub fn check_distribution(law: &Bound<'_, PyTuple>) -> PyResult<()> {
    door(|| distribution(law)?.check_law().map_err(errors::refusal))
}

/// Delays: `("ticks", values)`, or a distribution in ms.
pub fn delay(tuple: &Bound<'_, PyTuple>, subject: &str, dt: f64) -> PyResult<DelayLaw> {
    let law = if tag(tuple)? == "ticks" {
        let ticks = tuple.get_item(1)?.extract::<PyReadonlyArray1<'_, u16>>()?;
        DelayLaw::ticks(subject, copied(ticks.as_slice()?, "delays"), dt)
    } else {
        DelayLaw::new(subject, &distribution(tuple)?, dt)
    };
    law.map_err(errors::network)
}

/// The values of a rule's parameters, after its name.
struct Values<'a, 'py> {
    tuple: &'a Bound<'py, PyTuple>,
    next: usize,
}

impl<'py> Values<'_, 'py> {
    fn value<T: for<'b> FromPyObject<'b, 'py, Error = PyErr>>(&mut self) -> PyResult<T> {
        self.next += 1;
        number(self.tuple, self.next - 1)
    }
}

impl Arguments for Values<'_, '_> {
    type Error = PyErr;

    fn number(&mut self) -> PyResult<f64> {
        self.value()
    }

    fn whole(&mut self) -> PyResult<i128> {
        self.value().map(|Whole(number)| number)
    }

    fn refused(refusal: Refusal) -> PyErr {
        errors::refusal(refusal)
    }

    fn neurons(&mut self) -> PyResult<Vec<u32>> {
        self.next += 1;
        values(&self.tuple.get_item(self.next - 1)?.extract::<PyReadonlyArray1<'_, u32>>()?, "pairs of neurons")
    }

    /// Shape, channels of the target, window, stride, padding, groups.
    fn planes(&mut self) -> PyResult<Planes> {
        let (Whole(channels), Whole(rows), Whole(columns)) = self.value()?;
        let shape = [channels, rows, columns];
        let channels = self.whole()?;
        let mut pair = || self.value().map(|(Whole(rows), Whole(columns))| [rows, columns]);
        let (window, stride, padding) = (pair()?, pair()?, pair()?);
        Ok(Planes { shape, channels, window, stride, padding, groups: self.whole()? })
    }
}

/// A connection rule: its name, and the values that it asks for; or `within`, the limits of both parts, and the rule.
pub fn rule(tuple: &Bound<'_, PyTuple>) -> PyResult<Rule> {
    let name = tag(tuple)?;
    if name == "within" {
        let limits: [u32; 4] = [number(tuple, 1)?, number(tuple, 2)?, number(tuple, 3)?, number(tuple, 4)?];
        let inner = tuple.get_item(5)?.cast_into::<PyTuple>()?;
        return Ok(rule(&inner)?.within(limits[0]..limits[1], limits[2]..limits[3]));
    }
    let unknown = || Err(errors::refused("", "rule", name.as_str(), "the name of a rule"));
    Rule::read(&name, &mut Values { tuple, next: 1 }).unwrap_or_else(unknown)
}

/// Refuses a rule that cannot be, wherever it is used.
#[pyfunction]
pub fn check_rule(tuple: &Bound<'_, PyTuple>) -> PyResult<()> {
    door(|| rule(tuple).map(drop))
}

/// Refuses a number that is not finite, or far too large.
#[pyfunction]
pub fn check_magnitude(subject: &str, parameter: String, value: f64, unit: &str) -> PyResult<()> {
    door(|| spikecore::check_magnitude(parameter, value, unit).map_err(|refusal| errors::refusal(refusal.of(subject))))
}

/// The same for all numbers of an array of this shape; the first that is wrong is named by its place.
#[pyfunction]
pub fn check_magnitudes(subject: &str, parameter: &str, values: PyReadonlyArray1<'_, f64>, shape: Vec<usize>, unit: &str) -> PyResult<()> {
    door(|| {
        let checked = spikecore::check_magnitudes(parameter, values.as_slice()?, &shape, unit);
        checked.map_err(|refusal| errors::refusal(refusal.of(subject)))
    })
}

/// Refuses an interval of a stimulus, in ms, that is none.
#[pyfunction]
pub fn check_interval(subject: &str, start: f64, stop: f64) -> PyResult<()> {
    door(|| spikecore::check_interval(start, stop).map_err(|refusal| errors::refusal(refusal.of(subject))))
}

/// Refuses a rate of Poisson events, in Hz, that no grid has.
#[pyfunction]
pub fn check_rate(subject: &str, rate: f64) -> PyResult<()> {
    door(|| Poisson::check_rate(rate).map_err(|refusal| errors::refusal(refusal.of(subject))))
}
