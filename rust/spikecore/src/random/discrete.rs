//! Distributions over integers by table: delays in ticks.
//!
//! A law is a list of 32-bit thresholds; value `first + k` is drawn when `k` thresholds are at or below the uniform
//! word, so probabilities are exact to 2^-32 (a tail below that does not occur).

use super::normal::normal_mass;
use super::philox::{GROUP, Stream};

/// Entries of the guide table: where to begin the search, by the word's high bits.
const GUIDE: usize = 1 << 10;
const GUIDE_SHIFT: u32 = 22;

/// A law over consecutive integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrete {
    first: u32,
    /// `thresholds[k]` = P(value <= first + k) in units of 2^-32, but for the last value.
    thresholds: Vec<u32>,
    guide: Vec<u16>,
}

/// No probability mass where the caller asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoMass;

impl Discrete {
    /// The law of one value.
    pub fn constant(value: u32) -> Self {
        Self { first: value, thresholds: vec![], guide: vec![] }
    }

    /// The law with these weights for `first`, `first + 1`, ...; values that 2^-32 does not resolve are dropped at
    /// both ends.
    ///
    /// # Errors
    /// If the weights sum to nothing, or leave more than 65,535 values.
    pub fn from_masses(first: u32, masses: &[f64]) -> Result<Self, NoMass> {
        let total: f64 = masses.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return Err(NoMass);
        }
        let mut sum = 0.0;
        let scaled = masses.iter().map(|m| {
            sum += m;
            libm::round(sum / total * 4_294_967_296.0)
        });
        let mut skipped = 0;
        let mut thresholds = vec![];
        for t in scaled {
            if t >= 4_294_967_296.0 {
                break;
            }
            if t == 0.0 {
                skipped += 1;
            } else {
                thresholds.push(t as u32);
            }
        }
        if thresholds.len() > 65_534 {
            return Err(NoMass);
        }
        let start = |g: usize| thresholds.partition_point(|&t| t <= (g as u32) << GUIDE_SHIFT) as u16;
        let guide = (0..GUIDE).map(start).collect();
        Ok(Self { first: first + skipped, thresholds, guide })
    }

    /// A normal, redrawn (or clipped) outside `[low, high]`, rounded to multiples of `step` (half away from zero), at
    /// least one.
    ///
    /// # Errors
    /// If the range holds no mass or more than 65,535 multiples.
    pub fn rounded_normal((mean, sd): (f64, f64), (low, high): (f64, f64), step: f64, clip: bool) -> Result<Self, NoMass> {
        // Beyond 6.5 standard deviations nothing reaches 2^-32.
        let (from, to) = ((mean - 6.5 * sd).max(low), (mean + 6.5 * sd).min(high));
        if sd == 0.0 || from > to {
            let only = mean.clamp(low, high);
            return if sd == 0.0 || clip { Ok(Self::constant((libm::round(only / step) as u32).max(1))) } else { Err(NoMass) };
        }
        let first = (libm::round(from / step) as u32).max(1);
        let last = (libm::round(to / step) as u32).max(first);
        if last - first > 65_535 {
            return Err(NoMass);
        }
        let mass = |k: u32| {
            let below = if k == first { low } else { (f64::from(k) - 0.5) * step };
            let above = if k == last { high } else { (f64::from(k) + 0.5) * step };
            let mut m = normal_mass(mean, sd, below, above).max(0.0);
            if clip {
                m += if k == first { normal_mass(mean, sd, f64::NEG_INFINITY, low) } else { 0.0 };
                m += if k == last { normal_mass(mean, sd, high, f64::INFINITY) } else { 0.0 };
            }
            m
        };
        Self::from_masses(first, &(first..=last).map(mass).collect::<Vec<_>>())
    }

    /// Uniform on `[low, high]`, rounded to multiples of `step`, at least one.
    ///
    /// # Errors
    /// If the range holds more than 65,535 multiples.
    pub fn rounded_uniform(low: f64, high: f64, step: f64) -> Result<Self, NoMass> {
        let first = (libm::round(low / step) as u32).max(1);
        let last = (libm::round(high / step) as u32).max(first);
        if first == last {
            return Ok(Self::constant(first));
        }
        if last - first > 65_535 {
            return Err(NoMass);
        }
        let mass = |k: u32| {
            let below = if k == first { low } else { (f64::from(k) - 0.5) * step };
            let above = if k == last { high } else { (f64::from(k) + 0.5) * step };
            (above - below).max(0.0)
        };
        Self::from_masses(first, &(first..=last).map(mass).collect::<Vec<_>>())
    }

    /// Smallest and largest value that occurs.
    pub fn support(&self) -> (u32, u32) {
        (self.first, self.first + self.thresholds.len() as u32)
    }

    /// The value of a uniform word.
    #[inline(always)]
    pub fn value(&self, word: u32) -> u32 {
        let Some(&start) = self.guide.get((word >> GUIDE_SHIFT) as usize) else {
            return self.first;
        };
        let mut k = usize::from(start);
        while k < self.thresholds.len() && self.thresholds[k] <= word {
            k += 1;
        }
        self.first + k as u32
    }
}

/// Draws a law; a longer fill begins with the shorter.
#[inline(always)]
pub fn fill(law: &Discrete, stream: &Stream, out: &mut [u16]) {
    for (group, out) in out.chunks_mut(GROUP).enumerate() {
        let words = stream.group(group as u32);
        for (x, &word) in out.iter_mut().zip(words.as_flattened()) {
            *x = law.value(word) as u16;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::philox::Purpose;
    use super::*;

    fn probability(law: &Discrete, k: u32) -> f64 {
        let at = |k: u32| match k.checked_sub(law.first) {
            None => 0.0,
            Some(i) => law.thresholds.get(i as usize).map_or(1.0, |&t| f64::from(t) / 4_294_967_296.0),
        };
        at(k) - if k == 0 { 0.0 } else { at(k - 1) }
    }

    #[test]
    fn delays_of_the_microcircuit() {
        // Reference values of Potjans & Diesmann's delays: redrawn below 0.05 ms, rounded to 0.1 ms.
        for (mean, sd, redrawn, shortest) in [(1.5, 0.75, 0.0266, 0.0096), (0.75, 0.375, 0.0310, 0.0246)] {
            let law = Discrete::rounded_normal((mean, sd), (0.05, f64::INFINITY), 0.1, false).unwrap();
            let rejected = normal_mass(mean, sd, f64::NEG_INFINITY, 0.05);
            assert!((rejected - redrawn).abs() < 5e-5, "{rejected}");
            assert!((probability(&law, 1) - shortest).abs() < 5e-5, "{}", probability(&law, 1));
            assert_eq!(law.support().0, 1);
        }
        let law = Discrete::rounded_normal((1.5, 0.75), (0.05, f64::INFINITY), 0.1, false).unwrap();
        let long: f64 = (51..=law.support().1).map(|k| probability(&law, k)).sum();
        assert!((long - 1.5e-6).abs() < 4e-7, "{long}");
        assert!(law.support().1 < 64, "{:?}", law.support());
    }

    #[test]
    fn values_follow_the_table() {
        let law = Discrete::from_masses(3, &[0.2, 0.0, 0.5, 0.3]).unwrap();
        let mut out = vec![0; 200_000];
        fill(&law, &Stream::new(2, Purpose::Delays, 0, 0), &mut out);
        let mut chi2 = 0.0;
        for (k, p) in [(3u16, 0.2), (5, 0.5), (6, 0.3)] {
            let n = out.iter().filter(|&&x| x == k).count() as f64;
            chi2 += (n - p * 2e5).powi(2) / (p * 2e5);
        }
        assert!(chi2 < 23.0, "chi2 {chi2} at 2 degrees of freedom");
        assert!(!out.contains(&4));
        assert_eq!((law.value(0), law.value(u32::MAX)), (3, 6));
        assert_eq!(Discrete::constant(9).value(123), 9);
    }
}
