//! Distributions of weights, potentials and delays.

use std::sync::Arc;

use super::check::{finite, value_error};
use crate::allocation::{copied, with_room};
use crate::error::NetworkError;

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
            Self::Constant(value) => finite(subject, parameter, *value),
            Self::Uniform { low, high } => {
                finite(subject, parameter, *low)?;
                finite(subject, parameter, *high)?;
                if low > high {
                    return Err(value_error(subject, parameter, format!("uniform {low} to {high}"), "low <= high"));
                }
                Ok(())
            }
            Self::Normal { mean, sd, low, high, .. } => {
                finite(subject, parameter, *mean)?;
                finite(subject, parameter, *sd)?;
                if *sd < 0.0 || low.is_nan() || high.is_nan() || low >= high {
                    let text = format!("normal {mean} ± {sd} within {low} to {high}");
                    return Err(value_error(subject, parameter, text, "sd >= 0 and low < high"));
                }
                if crate::random::normal_mass(*mean, *sd, *low, *high) < 0.01 {
                    let text = format!("normal {mean} ± {sd} within {low} to {high}");
                    return Err(value_error(subject, parameter, text, "at least 1 % of the mass within the range"));
                }
                Ok(())
            }
            Self::Array(values) => {
                if let Some(expected) = count
                    && values.len() as u64 != expected
                {
                    return Err(value_error(subject, parameter, format!("{} values", values.len()), &format!("{expected} values")));
                }
                values.iter().try_for_each(|&value| finite(subject, parameter, value))
            }
        }
    }

    /// The largest magnitude that can be drawn (infinite for an unbounded normal's tail is cut at the 6.7 standard
    /// deviations that 32-bit uniforms reach).
    pub fn bound(&self) -> f64 {
        match self {
            Self::Constant(value) => value.abs(),
            Self::Uniform { low, high } => low.abs().max(high.abs()),
            Self::Normal { mean, sd, low, high, .. } => {
                let reach = 6.8 * sd;
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
            Self::Normal { mean, sd, low, high, .. } => ((mean - 6.8 * sd).max(*low), (mean + 6.8 * sd).min(*high)),
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
    /// Turns a distribution in ms into ticks of `dt`.
    pub fn new(subject: &str, law: &Distribution, dt: f64) -> Result<Self, NetworkError> {
        use crate::random::Discrete;
        let allowed = format!("{dt} to {} ms (1 to 65535 ticks)", dt * 65_535.0);
        let fits = |ticks: f64| (1.0..=65_535.0).contains(&ticks);
        let error = |value: String| value_error(subject, "delay", value, &allowed);
        let table = match law {
            Distribution::Array(values) => {
                let mut all = with_room(values.len(), "an array of delays");
                for &ms in values {
                    let ticks = (ms / dt).round_ties_even();
                    if !fits(ticks) || (ms / dt - ticks).abs() >= 1e-3 {
                        return Err(error(ms.to_string()));
                    }
                    all.push(ticks as u16);
                }
                return Ok(Self::Array(Ticks::new(all)));
            }
            Distribution::Constant(ms) => {
                let ticks = (ms / dt).round();
                if !fits(ticks) || (ms / dt - ticks).abs() > 1e-3 {
                    return Err(value_error(subject, "delay", ms, &format!("a multiple of dt, {allowed}")));
                }
                return Ok(Self::Constant(ticks as u16));
            }
            Distribution::Uniform { low, high } => {
                Discrete::rounded_uniform(*low, *high, dt).map_err(|_| error(format!("uniform {low} to {high}")))?
            }
            Distribution::Normal { mean, sd, low, high, clip } => {
                Discrete::rounded_normal((*mean, *sd), (*low, *high), dt, *clip).map_err(|_| error(format!("normal {mean} ± {sd}")))?
            }
        };
        let (first, last) = table.support();
        if first < 1 || last > crate::id::MAX_DELAY {
            return Err(error(format!("{first} to {last} ticks")));
        }
        Ok(Self::Table(Arc::new(table)))
    }

    /// Delays given in ticks of `dt`.
    pub fn ticks(subject: &str, ticks: Vec<u16>, dt: f64) -> Result<Self, NetworkError> {
        if ticks.contains(&0) {
            return Err(value_error(subject, "delay", 0, &format!("1 to 65535 ticks of {dt} ms")));
        }
        Ok(Self::Array(Ticks::new(ticks)))
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
        assert!(DelayLaw::ticks("a", vec![1, 0], 0.1).unwrap_err().to_string().contains("delay is 0"));
    }
}
