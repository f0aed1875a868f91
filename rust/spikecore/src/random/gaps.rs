//! Events of a rare Poisson process: from one tick with events to the next, so that cost follows events.
//!
//! The number of ticks without events before the next with any is geometric, the number of events in that tick Poisson
//! but not zero; both are inversions of 53-bit draws. A draw is named by the tick from which it looks ahead, so a
//! process needs no state but its next event.
//!
//! Counter layout: word 0 = tick, bits 0–31; word 1 = neuron; word 2 = stimulus; word 3 = purpose, 8 bits | tick,
//! bits 32–55.

use super::philox;
use super::stream::{Purpose, key};

/// Means below this are drawn by gaps, others tick by tick ([`super::PoissonCounts`]); measured to cost the same here.
pub const RARE: f64 = 1.0 / 256.0;

const ONE: f64 = (1u64 << 53) as f64;

/// The law of the events of one mean.
#[derive(Debug, Clone)]
pub struct PoissonGaps {
    /// Mean number of ticks between events.
    mean_gap: f64,
    /// P(N ≤ k | N ≥ 1) × 2⁵³ for k = 1, 2, …, as far as below 2⁵³.
    cumulative: Vec<u64>,
}

impl PoissonGaps {
    /// Events of mean `lambda` per tick; `None` unless 0 < `lambda` < [`RARE`].
    pub fn new(lambda: f64) -> Option<Self> {
        (lambda > 0.0 && lambda < RARE).then(|| {
            let mut cumulative = vec![];
            let (mut mass, mut sum) = (lambda / libm::expm1(lambda), 0.0);
            for k in 2.. {
                sum += mass;
                mass *= lambda / f64::from(k);
                // What is left is less than a unit of the draws.
                if mass * ONE < 0.5 {
                    break;
                }
                cumulative.push(libm::round(sum * ONE) as u64);
            }
            Self { mean_gap: 1.0 / lambda, cumulative }
        })
    }

    /// Mean number of ticks between events.
    pub fn mean_gap(&self) -> f64 {
        self.mean_gap
    }

    /// The first tick from `from` (below 2⁵⁶) on in which `neuron` gets events of `stimulus`, and how many.
    pub fn next(&self, seed: u64, stimulus: u32, neuron: u32, from: u64) -> (u64, u16) {
        debug_assert!(from < 1 << 56, "tick {from}");
        let words = philox::block([from as u32, neuron, stimulus, Purpose::PoissonGap.bits() | (from >> 32) as u32], key(seed));
        let draw = |high: u32, low: u32| (u64::from(high) << 32 | u64::from(low)) >> 11;
        // Uniform in (0, 1]: P(gap ≥ g) = P(u ≤ exp(-λ g)).
        let uniform = (draw(words[0], words[1]) + 1) as f64 / ONE;
        let gap = -libm::log(uniform) * self.mean_gap;
        let count = 1 + self.cumulative.partition_point(|&c| c <= draw(words[2], words[3]));
        (from.saturating_add(gap as u64), count as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::super::chi_square::assert_fits;
    use super::*;

    /// Ticks with events of one neuron, with their counts, below `until`.
    fn events(law: &PoissonGaps, neuron: u32, until: u64) -> Vec<(u64, u16)> {
        let mut from = 0;
        std::iter::from_fn(|| {
            let (tick, count) = law.next(7, 3, neuron, from);
            from = tick + 1;
            (tick < until).then_some((tick, count))
        })
        .collect()
    }

    #[test]
    fn gaps_are_geometric() {
        for lambda in [0.0039, 0.001] {
            let law = PoissonGaps::new(lambda).unwrap();
            let mut observed = vec![0u64; 61];
            let mut total = 0.0;
            for neuron in 0..2000 {
                let mut from = 0;
                for (tick, _) in events(&law, neuron, 20_000) {
                    // By fifths of the mean gap; the last bin holds the rest.
                    let bin = ((tick - from) as f64 * lambda * 5.0) as usize;
                    observed[bin.min(60)] += 1;
                    total += 1.0;
                    from = tick + 1;
                }
            }
            let edge = |bin: usize| (bin as f64 / (5.0 * lambda)).ceil();
            let above = |bin: usize| if bin > 60 { 0.0 } else { (-lambda * edge(bin)).exp() };
            let expected: Vec<f64> = (0..=60).map(|bin| total * (above(bin) - above(bin + 1))).collect();
            // Gaps that end beyond the window are missing: a share of a gap in 20,000 ticks of each neuron.
            let lost = 1.0 / (20_000.0 * lambda);
            assert!(lost < 0.06, "the window is too short: {lost}");
            let few = observed[..20].iter().sum::<u64>() as f64 / expected[..20].iter().sum::<f64>();
            assert!((few - 1.0).abs() < lost, "mean {lambda}: {few}");
            let means = observed[..20].iter().sum::<u64>() as f64;
            let scale = means / expected[..20].iter().sum::<f64>();
            let scaled: Vec<f64> = expected[..10].iter().map(|e| e * scale).collect();
            assert!(observed[..10].iter().zip(&scaled).all(|(&o, e)| (o as f64 - e).abs() < 5.0 * e.sqrt() + 0.01 * e), "{lambda}");
        }
    }

    /// Whole windows: the number of events in 1,000 ticks is Poisson, and neurons are independent.
    #[test]
    fn counts_in_a_window_are_poisson() {
        let law = PoissonGaps::new(0.002).unwrap();
        let mut observed = vec![0u64; 30];
        for neuron in 0..50_000 {
            let n: u64 = events(&law, neuron, 1000).iter().map(|&(_, count)| u64::from(count)).sum();
            observed[n as usize] += 1;
        }
        let mass = |k: usize| (k as f64 * 2f64.ln() - 2.0 - libm::lgamma(k as f64 + 1.0)).exp();
        let expected: Vec<f64> = (0..30).map(|k| 50_000.0 * mass(k)).collect();
        assert_fits("events in a window", &observed, &expected);
    }

    #[test]
    fn counts_are_poisson_without_zero() {
        let law = PoissonGaps::new(0.0039).unwrap();
        let mut observed = vec![0u64; 6];
        for neuron in 0..4_000_000 {
            observed[usize::from(law.next(1, 2, neuron, 5).1).min(5)] += 1;
        }
        let mut mass = 0.0039 / 0.0039f64.exp_m1();
        let mut expected = vec![0.0];
        for k in 1..6 {
            expected.push(4e6 * mass);
            mass *= 0.0039 / f64::from(k + 1);
        }
        assert_fits("counts", &observed, &expected);
    }

    #[test]
    fn means_outside_the_range_are_refused() {
        for lambda in [0.0, -1.0, RARE, f64::NAN] {
            assert!(PoissonGaps::new(lambda).is_none());
        }
        assert!(PoissonGaps::new(1e-300).unwrap().next(0, 0, 0, 0).0 > 1 << 60);
    }
}
