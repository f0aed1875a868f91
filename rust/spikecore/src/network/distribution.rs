//! Distributions of weights, potentials and delays.

use std::borrow::Cow;
use std::sync::Arc;

use super::check::{magnitude, value_error};
use crate::allocation::{copied, with_room};
use crate::error::NetworkError;
use crate::grid;
use crate::id::MAX_DELAY;
use crate::random::{Discrete, REACH};
use crate::refusal::{LARGEST, Refusal, exact, first_immoderate, general, is_moderate, moderate};

/// A distribution of real values.
#[derive(Debug, PartialEq)]
pub enum Distribution {
    /// One value.
    Constant(f64),
    /// Uniform on `[low, high)`.
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Normal, redrawn (or clipped) outside `[low, high]`; the ends may be infinite.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, at least 0.
        sd: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// Clip instead of redrawing.
        clip: bool,
    },
    /// Given values, one per synapse in the rule's order (or per neuron).
    Array(Vec<f64>),
}

impl Distribution {
    /// Checks the numbers, and the length where one is known.
    pub(super) fn check(&self, subject: &str, parameter: &'static str, count: Option<u64>) -> Result<(), NetworkError> {
        match self {
            Self::Constant(value) => magnitude(subject, parameter, *value),
            Self::Uniform { .. } | Self::Normal { .. } => Ok(self.check_law().map_err(|refusal| {
                let parameter = format!("{} of {parameter}, a {}", refusal.parameter, refusal.subject);
                Refusal { subject: subject.to_owned(), parameter: parameter.into(), ..refusal }
            })?),
            Self::Array(values) => {
                if let Some(expected) = count
                    && values.len() as u64 != expected
                {
                    return Err(value_error(subject, parameter, format!("{} values", values.len()), format!("{expected} values")));
                }
                let wrong = first_immoderate(values);
                wrong.map_or(Ok(()), |at| magnitude(subject, format!("{parameter}[{at}]"), values[at]))
            }
        }
    }

    /// Checks what a law says by itself, wherever it is used; the refusal names the law.
    ///
    /// # Errors
    /// Where a number is not in its range, or the bounds hold next to nothing.
    pub fn check_law(&self) -> Result<(), Refusal> {
        let number = |law: &str, parameter: &'static str, value: f64| {
            if is_moderate(value) { Ok(()) } else { Err(Refusal::new(law, parameter, value, moderate(""))) }
        };
        match self {
            Self::Uniform { low, high } => {
                number("Uniform", "low", *low)?;
                number("Uniform", "high", *high)?;
                let allowed = || format!("not above high = {}", general(*high));
                if low <= high { Ok(()) } else { Err(Refusal::new("Uniform", "low", *low, allowed())) }
            }
            Self::Normal { mean, sd, low, high, .. } => {
                number("Normal", "mean", *mean)?;
                if !(0.0..=LARGEST).contains(sd) {
                    return Err(Refusal::new("Normal", "sd", *sd, format!("0 … {}", general(LARGEST))));
                }
                for (parameter, bound, none) in [("low", *low, f64::NEG_INFINITY), ("high", *high, f64::INFINITY)] {
                    if bound != none {
                        number("Normal", parameter, bound)?;
                    }
                }
                if low >= high {
                    return Err(Refusal::new("Normal", "low", *low, format!("below high = {}", general(*high))));
                }
                if crate::random::normal_mass(*mean, *sd, *low, *high) < 0.01 {
                    let bounds = format!("[{}, {}]", general(*low), general(*high));
                    return Err(Refusal::new("Normal", "[low, high]", bounds, "bounds that hold at least 1% of the distribution"));
                }
                Ok(())
            }
            Self::Constant(_) | Self::Array(_) => Ok(()),
        }
    }

    /// How the caller writes it.
    fn written(&self) -> String {
        match self {
            Self::Uniform { low, high } => format!("Uniform(low={}, high={})", exact(*low), exact(*high)),
            Self::Normal { mean, sd, low, high, clip } => {
                let bound = |bound: f64| if bound.is_finite() { exact(bound) } else { "None".to_owned() };
                let (low, high, clip) = (bound(*low), bound(*high), if *clip { "True" } else { "False" });
                format!("Normal(mean={}, sd={}, low={low}, high={high}, clip={clip})", exact(*mean), exact(*sd))
            }
            Self::Constant(value) => exact(*value),
            Self::Array(values) => format!("{} values", values.len()),
        }
    }

    /// The largest magnitude that can be drawn (infinite for an unbounded normal's tail is cut at [`REACH`]
    /// standard deviations).
    pub fn bound(&self) -> f64 {
        match self {
            Self::Constant(value) => value.abs(),
            Self::Uniform { low, high } => low.abs().max(high.abs()),
            Self::Normal { mean, sd, low, high, .. } => {
                let reach = REACH * sd;
                (mean - reach).max(*low).abs().max((mean + reach).min(*high).abs())
            }
            Self::Array(values) => values.iter().fold(0.0, |m, v| m.max(v.abs())),
        }
    }

    /// The lowest and highest value that can be drawn.
    pub fn range(&self) -> (f64, f64) {
        match self {
            Self::Constant(value) => (*value, *value),
            Self::Uniform { low, high } => (*low, *high),
            Self::Normal { mean, sd, low, high, .. } => ((mean - REACH * sd).max(*low), (mean + REACH * sd).min(*high)),
            Self::Array(values) => values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v))),
        }
    }
}

/// Delays in ticks.
#[derive(Debug, Clone)]
pub enum DelayLaw {
    /// One for all.
    Constant(u16),
    /// Drawn from a table over ticks.
    Table(Arc<crate::random::Discrete>),
    /// Given, one per synapse in the rule's order.
    Array(Ticks),
}

/// Delays that were given one by one, in ticks. Their range is read once: who asks for it again pays nothing.
#[derive(Debug)]
pub struct Ticks {
    values: Vec<u16>,
    support: (u32, u32),
}

impl Ticks {
    /// These delays; without any, the range is one tick.
    pub fn new(values: Vec<u16>) -> Self {
        let support = range(&values);
        Self { values, support }
    }
}

impl Clone for Ticks {
    fn clone(&self) -> Self {
        Self { values: copied(&self.values, "delays"), support: self.support }
    }
}

impl std::ops::Deref for Ticks {
    type Target = [u16];
    fn deref(&self) -> &[u16] {
        &self.values
    }
}

impl DelayLaw {
    /// Turns delays in ms into ticks of `dt`: given ones lie on the grid, draws are rounded to it.
    pub fn new(subject: &str, law: &Distribution, dt: f64) -> Result<Self, NetworkError> {
        match law {
            Distribution::Array(values) => {
                let mut all = with_room(values.len(), "an array of delays");
                for (at, &ms) in values.iter().enumerate() {
                    all.push(on_grid(subject, || format!("delay[{at}]").into(), ms, dt)?);
                }
                Ok(Self::Array(Ticks::new(all)))
            }
            Distribution::Constant(ms) => on_grid(subject, || "delay".into(), *ms, dt).map(Self::Constant),
            Distribution::Uniform { .. } | Distribution::Normal { .. } => Self::drawn(subject, law, dt),
        }
    }

    /// A distribution in ms whose draws, rounded, are delays.
    fn drawn(subject: &str, law: &Distribution, dt: f64) -> Result<Self, NetworkError> {
        law.check(subject, "delay", None)?;
        let (least, longest) = (dt / 2.0, dt * f64::from(MAX_DELAY));
        let (low, high) = law.range();
        let refused = || {
            let (first, half) = (general(dt), general(least));
            let rest = format!("after rounding: give low= (at least {half} ms, which rounds to one tick) or high=");
            let allowed = format!("distributions that stay within {first} … {} ms {rest}", general(longest));
            value_error(subject, "delay", format!("{} ms", law.written()), allowed)
        };
        if low < least * (1.0 - 1e-9) || high > longest * (1.0 + 1e-9) {
            return Err(refused());
        }
        let table = match law {
            Distribution::Normal { sd: 0.0, .. } => return Ok(Self::Constant((low / dt).round_ties_even().max(1.0) as u16)),
            Distribution::Normal { mean, sd, low, high, clip } => {
                Discrete::rounded_normal((*mean, *sd), (low.max(least), high.min(longest)), dt, *clip)
            }
            _ => Discrete::rounded_uniform(low, high, dt),
        };
        let table = table.map_err(|_| refused())?;
        let (first, last) = table.support();
        if first < 1 || last > MAX_DELAY { Err(refused()) } else { Ok(Self::Table(Arc::new(table))) }
    }

    /// Delays given in ticks of `dt`.
    pub fn ticks(subject: &str, ticks: Vec<u16>, dt: f64) -> Result<Self, NetworkError> {
        match ticks.iter().position(|&tick| tick == 0) {
            Some(at) => on_grid(subject, || format!("delay[{at}]").into(), 0.0, dt).map(|_| Self::Array(Ticks::new(ticks))),
            None => Ok(Self::Array(Ticks::new(ticks))),
        }
    }

    /// Shortest and longest delay that can occur, in ticks.
    pub fn support(&self) -> (u32, u32) {
        match self {
            Self::Constant(ticks) => (u32::from(*ticks), u32::from(*ticks)),
            Self::Table(table) => table.support(),
            Self::Array(ticks) => ticks.support,
        }
    }
}

/// A delay in ms as ticks: it lies on the grid, within its own rounding.
fn on_grid(subject: &str, parameter: impl Fn() -> Cow<'static, str>, ms: f64, dt: f64) -> Result<u16, NetworkError> {
    let range = (1, MAX_DELAY);
    let refused = || value_error(subject, parameter(), format!("{} ms", exact(ms)), grid::within(dt, range));
    grid::ticks(ms, dt, range).map(|ticks| ticks as u16).ok_or_else(refused)
}

/// The range of some ticks: a look at all of them.
fn range(ticks: &[u16]) -> (u32, u32) {
    #[cfg(test)]
    tests::LOOKS.set(tests::LOOKS.get() + 1);
    let low = ticks.iter().min().map_or(1, |&t| u32::from(t));
    let high = ticks.iter().max().map_or(1, |&t| u32::from(t));
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        /// How often this thread has looked at all delays of an array.
        pub(super) static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    #[test]
    fn an_array_of_delays_is_looked_through_once() {
        LOOKS.set(0);
        let law = DelayLaw::new("a", &Distribution::Array(vec![0.3, 5.0, 0.2]), 0.1).unwrap();
        let read = (0..100).all(|_| law.support() == (2, 50));
        assert!(read && LOOKS.get() == 1, "{} looks", LOOKS.get());
    }

    #[test]
    fn delays_in_ticks_are_those_in_milliseconds() {
        let ticks = |law: Result<DelayLaw, _>| match law.unwrap() {
            DelayLaw::Array(ticks) => ticks.to_vec(),
            other => panic!("{other:?}"),
        };
        let given = ticks(DelayLaw::new("a", &Distribution::Array(vec![0.1, 6553.5, 0.7]), 0.1));
        assert_eq!(given, ticks(DelayLaw::ticks("a", vec![1, 65_535, 7], 0.1)));
        assert!(DelayLaw::ticks("a", vec![1, 0], 0.1).unwrap_err().to_string().contains("delay[1] is 0"));
    }
}
