//! Distributions over a range of integers, drawn by table.

use super::stream::{GROUP, Stream};
use crate::allocation::{boxed, gathered};
use std::fmt;

/// Leading bits of a draw that index the guide.
const GUIDE_BITS: u32 = 12;
/// Draws in all.
const ONE: u64 = 1 << 32;

/// What this memory is for.
const LAW: &str = "a distribution over integers";

/// A distribution over integers up to 65 535, with probabilities that are multiples of 2⁻³² and sum to 1.
#[derive(Clone, PartialEq)]
pub struct Discrete {
    first: u32,
    /// Largest draw that gives `first + i`; ascending, the last is `u32::MAX`.
    last_draw: Vec<u32>,
    /// Place in `last_draw` of the smallest draw with the leading bits given by the index.
    guide: Box<[u16; 1 << GUIDE_BITS]>,
}

/// Why there is no such distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DiscreteError {
    /// A parameter is not a number, negative where it must not be, or the ends are in the wrong order.
    Parameter,
    /// No value can occur: the range has no mass.
    Empty,
    /// A value that can occur is beyond 65 535 steps.
    TooLarge,
}

impl Discrete {
    /// `first + i` with a probability proportional to `masses[i]`.
    ///
    /// Cumulative probabilities are rounded to multiples of 2⁻³², so a probability is off by less than 2⁻³², and a
    /// value whose cumulative probability does not grow by it cannot occur.
    ///
    /// # Errors
    /// A mass is negative or not finite; all are 0; a value is beyond 65 535.
    pub fn from_mass(first: u32, masses: &[f64]) -> Result<Self, DiscreteError> {
        if !masses.iter().all(|m| m.is_finite() && *m >= 0.0) {
            return Err(DiscreteError::Parameter);
        }
        let mut total = 0.0;
        let running = masses.iter().map(|mass| {
            total += mass;
            total
        });
        let running: Vec<f64> = gathered(running, LAW);
        if total <= 0.0 || !total.is_finite() {
            return Err(DiscreteError::Empty);
        }
        // draws below `end` give the value or a smaller one; the last is ONE
        let ends: Vec<u64> = gathered(running.iter().map(|sum| libm::round(sum / total * ONE as f64) as u64), LAW);
        let unreachable = ends.iter().take_while(|&&end| end == 0).count();
        let reachable = ends.iter().position(|&end| end == ONE).expect("invariant: the last cumulative probability is 1") + 1;
        let first = u64::from(first) + unreachable as u64;
        if first + (reachable - unreachable) as u64 - 1 > u64::from(u16::MAX) {
            return Err(DiscreteError::TooLarge);
        }
        let last_draw = gathered(ends[unreachable..reachable].iter().map(|&end| (end - 1) as u32), LAW);
        Ok(Self::from_table(first as u32, last_draw))
    }

    fn from_table(first: u32, last_draw: Vec<u32>) -> Self {
        let place = |lead: u32| last_draw.partition_point(|&last| last < lead << (32 - GUIDE_BITS)) as u16;
        let guide = boxed((0..1 << GUIDE_BITS).map(place), LAW);
        Self { first, last_draw, guide }
    }

    /// Always `value`.
    ///
    /// # Panics
    /// If `value` is above 65 535.
    pub fn constant(value: u32) -> Self {
        assert!(value <= u16::MAX.into(), "invariant: {value} has 16 bits");
        Self::from_table(value, vec![u32::MAX])
    }

    /// Smallest and largest value that can occur.
    pub fn support(&self) -> (u32, u32) {
        (self.first, self.first + self.last_draw.len() as u32 - 1)
    }

    /// Probability of `value`, exactly.
    pub fn probability(&self, value: u32) -> f64 {
        let Some(at) = value.checked_sub(self.first).map(|at| at as usize).filter(|&at| at < self.last_draw.len()) else {
            return 0.0;
        };
        let below = if at == 0 { 0 } else { u64::from(self.last_draw[at - 1]) + 1 };
        (u64::from(self.last_draw[at]) + 1 - below) as f64 / ONE as f64
    }

    /// The value of one uniform draw; it does not fall as the draw grows.
    #[inline(always)]
    pub fn sample(&self, draw: u32) -> u32 {
        let mut at = usize::from(self.guide[(draw >> (32 - GUIDE_BITS)) as usize]);
        while draw > self.last_draw[at] {
            at += 1;
        }
        self.first + at as u32
    }

    /// Fills `out` with independent values, element `i` from draw `i`: a longer fill begins with the shorter one.
    #[inline(always)]
    pub fn fill(&self, stream: &Stream, out: &mut [u16]) {
        for (group, chunk) in out.chunks_mut(GROUP).enumerate() {
            let draws = stream.group(group as u32);
            for (value, &draw) in chunk.iter_mut().zip(&draws) {
                *value = self.sample(draw) as u16;
            }
        }
    }
}

/// Without the tables: the values that can occur.
impl fmt::Debug for Discrete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = self.support();
        write!(f, "Discrete({first}..={last})")
    }
}

#[cfg(test)]
mod tests {
    use super::super::chi_square::assert_fits;
    use super::super::stream::Purpose;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn impossible_masses_are_refused() {
        assert_eq!(Discrete::from_mass(65_535, &[1.0, 1.0]), Err(DiscreteError::TooLarge));
        assert_eq!(Discrete::from_mass(1, &[0.0]), Err(DiscreteError::Empty));
        assert_eq!(Discrete::from_mass(1, &[-1.0, 2.0]), Err(DiscreteError::Parameter));
    }

    #[test]
    fn values_occur_as_often_as_said() {
        let stream = Stream::new(5, Purpose::Delays, 0, 0);
        let mut out = vec![0; 200_000];
        let law = Discrete::rounded_normal((1.5, 0.75), (0.05, f64::INFINITY), 0.1, false).unwrap();
        law.fill(&stream, &mut out);
        let mut observed = vec![0; 64];
        out.iter().for_each(|&k| observed[usize::from(k)] += 1);
        let expected: Vec<f64> = (0..64).map(|k| law.probability(k) * out.len() as f64).collect();
        assert_fits("delays", &observed, &expected);
        let mut short = vec![0; 77];
        law.fill(&stream, &mut short);
        assert_eq!(short, out[..77]);
    }

    proptest! {
        /// Every reachable value has draws, they are its own, and all draws are given out.
        #[test]
        fn table_is_the_cumulative_distribution(first in 0u32..60_000, masses in prop::collection::vec(prop_oneof![Just(0.0), Just(1e-12), 0.0..1.0], 1..200)) {
            prop_assume!(masses.iter().any(|&m| m > 0.0));
            let law = Discrete::from_mass(first, &masses).unwrap();
            let (low, high) = law.support();
            prop_assert!(law.probability(low) > 0.0 && law.probability(high) > 0.0);
            let total: f64 = masses.iter().sum();
            let mut next = 0.0;
            for k in low..=high {
                let p = law.probability(k);
                prop_assert!((p - masses[(k - first) as usize] / total).abs() < 2.5e-10);
                if p > 0.0 {
                    prop_assert_eq!(law.sample(next as u32), k);
                    prop_assert_eq!(law.sample((next + p * ONE as f64 - 1.0) as u32), k);
                }
                next += p * ONE as f64;
            }
            prop_assert_eq!(next, ONE as f64);
        }
    }
}
