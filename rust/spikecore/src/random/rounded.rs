//! Distributions of real numbers on a grid: rounded to multiples of a step, at least one step. Delays are such.

use super::discrete::{Discrete, DiscreteError};
use super::mass::normal_mass;
use crate::allocation::gathered;

/// Stands for all values that are too large.
const BEYOND: u32 = 1 << 16;

/// A normal distribution and its ends, in steps.
#[derive(Clone, Copy)]
struct Normal {
    mean: f64,
    sd: f64,
    low: f64,
    high: f64,
}

impl Discrete {
    /// A normal number, redrawn (or, with `clip`, clipped) outside `[low, high]`, in multiples of `step`: rounded to
    /// the nearest (halves away from 0), and at least 1.
    ///
    /// The ends may be infinite; values whose probability rounds to 0 cannot occur.
    ///
    /// # Errors
    /// `mean` not finite, `sd` negative or not finite, `step` not above 0, `low` above `high`; no mass within (to
    /// double precision); a value beyond 65 535 steps.
    pub fn rounded_normal((mean, sd): (f64, f64), (low, high): (f64, f64), step: f64, clip: bool) -> Result<Self, DiscreteError> {
        let valid = mean.is_finite() && sd.is_finite() && sd >= 0.0 && step.is_finite() && step > 0.0 && low <= high;
        if !valid {
            return Err(DiscreteError::Parameter);
        }
        let (mean, sd, low, high) = (mean / step, sd / step, low / step, high / step);
        if sd == 0.0 && !clip && !(low..=high).contains(&mean) {
            return Err(DiscreteError::Empty);
        }
        let ends = (nearest(low), nearest(high));
        let law = if clip { Normal { mean, sd, low: f64::NEG_INFINITY, high: f64::INFINITY } } else { Normal { mean, sd, low, high } };
        if sd > 0.0 && normal_mass(mean, sd, law.low, law.high) <= 0.0 {
            return Err(DiscreteError::Empty);
        }
        let (first, last) = if sd == 0.0 { (nearest(mean), nearest(mean)) } else { law.reach() };
        let (first, last) = (first.clamp(ends.0, ends.1), last.clamp(ends.0, ends.1));
        if last > u16::MAX.into() {
            return Err(DiscreteError::TooLarge);
        }
        if first == last {
            return Ok(Self::constant(first));
        }
        Self::from_mass(first, &gathered((first..=last).map(|k| law.mass_of(k, first, last)), "a distribution over integers"))
    }

    /// A uniform number of `[low, high]`, in multiples of `step`: rounded to the nearest, and at least 1.
    ///
    /// # Errors
    /// An end not finite, `low` above `high`, `step` not above 0; a value beyond 65 535 steps.
    pub fn rounded_uniform(low: f64, high: f64, step: f64) -> Result<Self, DiscreteError> {
        if !(low.is_finite() && high.is_finite() && step.is_finite() && step > 0.0 && low <= high) {
            return Err(DiscreteError::Parameter);
        }
        let (low, high) = (low / step, high / step);
        let (first, last) = (nearest(low), nearest(high));
        if last > u16::MAX.into() {
            return Err(DiscreteError::TooLarge);
        }
        if first == last {
            return Ok(Self::constant(first));
        }
        let length = |k: u32| {
            let from = if k == first { low } else { f64::from(k) - 0.5 };
            let to = if k == last { high } else { f64::from(k) + 0.5 };
            to - from
        };
        Self::from_mass(first, &gathered((first..=last).map(length), "a distribution over integers"))
    }
}

/// The nearest integer, halves away from 0, at least 1 and at most 65 536, which stands for anything beyond 65 535.
fn nearest(steps: f64) -> u32 {
    libm::round(steps).max(1.0).min(f64::from(BEYOND)) as u32
}

impl Normal {
    /// A range of values (1 to 65 536) that holds all but less than 2⁻³⁵ of the mass at either end.
    fn reach(&self) -> (u32, u32) {
        let negligible = normal_mass(self.mean, self.sd, self.low, self.high) / (1u64 << 35) as f64;
        let above = |k: u32| normal_mass(self.mean, self.sd, (f64::from(k) + 0.5).max(self.low), self.high);
        let up_to = |k: u32| normal_mass(self.mean, self.sd, self.low, (f64::from(k) + 0.5).min(self.high));
        let last = smallest(1, BEYOND, |k| above(k) <= negligible);
        (smallest(1, last, |k| up_to(k) > negligible), last)
    }

    /// Mass that rounds to `k`; the first and last value also take what lies beyond them.
    fn mass_of(&self, k: u32, first: u32, last: u32) -> f64 {
        let from = if k == first { self.low } else { (f64::from(k) - 0.5).max(self.low) };
        let to = if k == last { self.high } else { (f64::from(k) + 0.5).min(self.high) };
        normal_mass(self.mean, self.sd, from, to)
    }
}

/// The smallest `k` of `from..=to` that passes a test which, once passed, stays passed; `to` if none does.
fn smallest(from: u32, to: u32, passes: impl Fn(u32) -> bool) -> u32 {
    let (mut from, mut to) = (from, to);
    while from < to {
        let middle = from.midpoint(to);
        if passes(middle) { to = middle } else { from = middle + 1 }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Delays of Potjans and Diesmann (Cereb. Cortex 24, 2014, table 5) on a grid of 0.1 ms, redrawn below half a step:
    /// figures of the normal distribution function, computed independently.
    #[test]
    fn delays_of_the_microcircuit() {
        let excitatory = Discrete::rounded_normal((1.5, 0.75), (0.05, f64::INFINITY), 0.1, false).unwrap();
        let inhibitory = Discrete::rounded_normal((0.75, 0.375), (0.05, f64::INFINITY), 0.1, false).unwrap();
        let redrawn = |mean, sd| 1.0 - normal_mass(mean, sd, 0.05, f64::INFINITY);
        assert!((redrawn(1.5, 0.75) - 0.0266).abs() < 5e-5 && (redrawn(0.75, 0.375) - 0.0310).abs() < 5e-5);
        assert!((excitatory.probability(1) - 0.0096).abs() < 5e-5);
        assert!((inhibitory.probability(1) - 0.0246).abs() < 5e-5);
        // later than 5 ms before rounding 1.57e-6, after rounding (above 5.05 ms) 1.13e-6
        assert!((normal_mass(1.5, 0.75, 5.0, f64::INFINITY) / (1.0 - redrawn(1.5, 0.75)) - 1.57e-6).abs() < 0.01e-6);
        let late: f64 = (51..=excitatory.support().1).map(|k| excitatory.probability(k)).sum();
        assert!((late - 1.135e-6).abs() < 0.001e-6, "{late}");
        // P(> 62.5 steps) = 1.23e-10 is half a draw of 2^32 or more, P(> 63.5 steps) = 0.5e-10 is not
        assert_eq!((excitatory.support(), inhibitory.support().0), ((1, 63), 1));
    }

    #[test]
    fn clipped_mass_goes_to_the_ends() {
        let law = Discrete::rounded_normal((10.0, 5.0), (5.0, 12.0), 1.0, true).unwrap();
        assert_eq!(law.support(), (5, 12));
        assert!((law.probability(5) - normal_mass(10.0, 5.0, -1e9, 5.5)).abs() < 1e-9);
        assert!((law.probability(12) - normal_mass(10.0, 5.0, 11.5, 1e9)).abs() < 1e-9);
        let all_above = Discrete::rounded_normal((1e6, 5.0), (5.0, 12.0), 1.0, true).unwrap();
        assert_eq!(all_above.support(), (12, 12));
        assert_eq!(Discrete::rounded_normal((0.3, 0.0), (0.0, 9.0), 0.1, true).unwrap().support(), (3, 3));
    }

    #[test]
    fn uniform_halves_the_ends() {
        let law = Discrete::rounded_uniform(2.0, 6.0, 1.0).unwrap();
        let probabilities: Vec<f64> = (1..=7).map(|k| law.probability(k)).collect();
        assert_eq!(probabilities, [0.0, 0.125, 0.25, 0.25, 0.25, 0.125, 0.0]);
        assert_eq!(Discrete::rounded_uniform(0.0, 0.4, 1.0).unwrap().support(), (1, 1));
    }

    #[test]
    fn impossible_laws_are_refused() {
        let normal = Discrete::rounded_normal;
        for (sd, low, high, step) in [(-1.0, 0.0, 9.0, 1.0), (f64::NAN, 0.0, 9.0, 1.0), (1.0, 9.0, 0.0, 1.0), (1.0, 0.0, 9.0, 0.0)] {
            assert_eq!(normal((5.0, sd), (low, high), step, false), Err(DiscreteError::Parameter));
        }
        assert_eq!(normal((5.0, 0.0), (6.0, 9.0), 1.0, false), Err(DiscreteError::Empty));
        assert_eq!(normal((0.0, 1.0), (50.0, 60.0), 1.0, false), Err(DiscreteError::Empty));
        assert_eq!(normal((65_535.0, 10.0), (0.0, f64::INFINITY), 1.0, true), Err(DiscreteError::TooLarge));
        assert_eq!(Discrete::rounded_uniform(1.0, 65_536.0, 1.0), Err(DiscreteError::TooLarge));
    }
}
