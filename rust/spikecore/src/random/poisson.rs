//! Poisson counts per neuron and tick, for whole blocks of neurons: exact inversion of 48-bit draws.
//!
//! A count is the number of cumulative probabilities at or below a uniform draw. The leading 16 bits of the draw
//! decide it unless they fall on the bucket of a cumulative probability; only then are 32 more bits drawn. A few vector
//! operations per bucket decide nearly all draws. The rest, looked at one by one, are those on a bucket (about ten in 65,536
//! at a mean of 2) and those beyond the buckets that few draws reach, which are not passed for every draw ([`RARE`]).
//!
//! Counter layout: word 0 = tick, bits 0–31; word 1 = 16 × group + lane (first step) or neuron (second step);
//! word 2 = stimulus; word 3 = purpose, 8 bits | tick, bits 32–55.

use super::philox::{self, LANES};
use super::stream::{Purpose, key};
use crate::allocation::{filled, gathered, push};
use crate::simd::Aligned;
use std::sync::Arc;

/// Neurons per call of [`PoissonCounts::block`].
pub const NEURONS: usize = 128;
/// Largest mean.
pub const MAX_MEAN: f64 = 1000.0;

const ONE: u64 = 1 << 48;
/// Neurons whose counts are made together.
const PART: usize = 64;
/// Buckets at either end that few draws reach: a draw beyond a cumulative probability among them is looked at by itself.
/// With one draw in 2,048 at an end that takes about as long as passing one more bucket for all.
const RARE: u16 = 32;

/// What this memory is for.
const LAW: &str = "a law of Poisson counts";

/// The law of Poisson counts with one mean; copies share its tables.
#[derive(Debug, Clone)]
pub struct PoissonCounts {
    /// Cumulative probabilities in buckets below `low`.
    base: u16,
    /// Buckets (leading 16 bits) of the cumulative probabilities that are not among the rare, less one, ascending. No two are
    /// equal: where the tail is a [`RARE`] part of the whole, even at a mean of 1000 a count has the probability of 3 buckets.
    below: Arc<[u16]>,
    /// First bucket above all rare ones at the lower end that hold a cumulative probability.
    low: u16,
    /// Last bucket before all such at the upper end, less `low`.
    width: u16,
    /// P(N ≤ k) × 2⁴⁸ for k = 0, 1, …, as far as below 2⁴⁸.
    cumulative: Arc<Vec<u64>>,
}

impl PoissonCounts {
    /// Counts of mean `lambda`; `None` unless 0 < `lambda` ≤ 1000.
    pub fn new(lambda: f64) -> Option<Self> {
        (lambda > 0.0 && lambda <= MAX_MEAN).then(|| {
            let cumulative = cumulative(lambda);
            let buckets: Vec<u16> = gathered(cumulative.iter().map(|&c| bucket(c)), LAW);
            let base = buckets.partition_point(|&b| b < RARE);
            let end = buckets.partition_point(|&b| b <= u16::MAX - RARE);
            let low = buckets[..base].last().map_or(0, |b| b + 1);
            let high = buckets.get(end).map_or(u16::MAX, |b| b - 1);
            let below: Vec<u16> = gathered(buckets[base..end].iter().map(|b| b - 1), LAW);
            assert!(below.is_sorted_by(|a, b| a < b), "invariant: a mean of {lambda} has no two cumulative probabilities in a bucket");
            let (below, cumulative) = (below.into(), Arc::new(cumulative));
            Self { base: base as u16, below, low, width: high - low, cumulative }
        })
    }

    /// Counts of neurons `128 * group ..` of `stimulus` in `tick` (below 2⁵⁶).
    ///
    /// The counts of all (seed, stimulus, tick, neuron) are independent, and depend on nothing else. Exact up to the
    /// resolution of the draws, 2⁻⁴⁸.
    #[inline(always)]
    pub fn block(&self, seed: u64, stimulus: u32, tick: u64, group: u32, out: &mut [u16; NEURONS]) {
        let draws = leading_bits(seed, stimulus, tick, group);
        let parts = out.as_chunks_mut::<PART>().0.iter_mut().zip(draws.0.as_chunks::<PART>().0);
        for (part, (out, draws)) in parts.enumerate() {
            let undecided = self.decide(draws, out);
            if undecided.0.iter().fold(0, |any, &u| any | u) != 0 {
                let first = group * NEURONS as u32 + (part * PART) as u32;
                let counter = [tick as u32, first, stimulus, word3(Purpose::PoissonRefine, tick)];
                self.refine(draws, &undecided.0, counter, key(seed), out);
            }
        }
    }

    /// The counts that leading bits decide; returns 0 for each draw that they do.
    ///
    /// Part by part, so that the sums stay in registers while the buckets pass.
    #[inline(always)]
    fn decide(&self, draws: &[u16; PART], out: &mut [u16; PART]) -> Aligned<[u16; PART]> {
        let (mut twice, mut undecided) = ([0; PART], Aligned([0; PART]));
        for &below in &*self.below {
            for i in 0..PART {
                // 0 below the bucket, 1 in it, 2 above: an odd sum is that of a draw in a bucket.
                twice[i] += draws[i].saturating_sub(below).min(2);
            }
        }
        for i in 0..PART {
            let outside = draws[i].wrapping_sub(self.low).saturating_sub(self.width);
            out[i] = self.base + twice[i] / 2;
            undecided.0[i] = outside | (twice[i] & 1);
        }
        undecided
    }

    /// The counts of draws that the vectors have not decided; `counter` is that of the first neuron of the part.
    #[cold]
    #[inline(never)]
    fn refine(&self, draws: &[u16; PART], undecided: &[u16; PART], mut counter: [u32; 4], key: [u32; 2], out: &mut [u16; PART]) {
        let first = counter[1];
        for i in (0..PART).filter(|&i| undecided[i] != 0) {
            let (least, most) = (u64::from(draws[i]) << 32, u64::from(draws[i]) << 32 | 0xFFFF_FFFF);
            out[i] = self.invert(least);
            if self.cumulative.get(usize::from(out[i])).is_some_and(|&next| next <= most) {
                counter[1] = first + i as u32;
                out[i] = self.invert(least | u64::from(philox::block(counter, key)[0]));
            }
        }
    }

    /// The count of a 48-bit draw.
    fn invert(&self, draw: u64) -> u16 {
        self.cumulative.partition_point(|&c| c <= draw) as u16
    }
}

/// The leading 16 of 48 bits.
fn bucket(draw: u64) -> u16 {
    (draw >> 32) as u16
}

#[inline(always)]
fn word3(purpose: Purpose, tick: u64) -> u32 {
    purpose.bits() | (tick >> 32) as u32
}

/// 128 draws of 16 bits: neuron `32 w + 16 h + lane` has half `h` (low first) of word `w` of block `lane`.
#[inline(always)]
fn leading_bits(seed: u64, stimulus: u32, tick: u64, group: u32) -> Aligned<[u16; NEURONS]> {
    debug_assert!(tick < 1 << 56 && group < 1 << 25, "tick {tick}, group {group}");
    let mut lanes = [0; LANES];
    for (lane, counter) in lanes.iter_mut().enumerate() {
        *counter = group * LANES as u32 + lane as u32;
    }
    let words = philox::blocks16([tick as u32; LANES], lanes, stimulus, word3(Purpose::Poisson, tick), key(seed));
    let mut draws = Aligned([0; NEURONS]);
    for (part, row) in draws.0.chunks_exact_mut(2 * LANES).zip(words) {
        for lane in 0..LANES {
            part[lane] = row[lane] as u16;
            part[LANES + lane] = (row[lane] >> 16) as u16;
        }
    }
    draws
}

/// P(N ≤ k) × 2⁴⁸ for k = 0, 1, …, rounded, as far as below 2⁴⁸.
///
/// Probabilities come from the recurrence p(k + 1) = p(k) λ / (k + 1) outward from the mode, scaled by their sum, and
/// each tail is summed from its small end: the error stays at a few units of 2⁻⁵², without exponentials.
fn cumulative(lambda: f64) -> Vec<u64> {
    let mode = libm::floor(lambda) as usize;
    let mut mass = filled(mode + 1, 1.0, LAW);
    for k in (0..mode).rev() {
        mass[k] = mass[k + 1] * ((k + 1) as f64 / lambda);
    }
    while mass[mass.len() - 1] > 1e-20 {
        let next = mass[mass.len() - 1] * (lambda / mass.len() as f64);
        push(&mut mass, next, LAW);
    }
    let mut below: Vec<f64> = running_sums(mass[..=mode].iter());
    let mut above: Vec<f64> = running_sums(mass[mode + 1..].iter().rev());
    above.reverse();
    let total = below[mode] + above.first().copied().unwrap_or(0.0);
    let scaled = |sum: f64| libm::round(sum / total * ONE as f64) as u64;
    below.pop();
    let rising = below.iter().map(|&sum| scaled(sum));
    let falling = above.iter().map(|&sum| ONE - scaled(sum));
    gathered(rising.chain(falling).take_while(|&c| c < ONE), LAW)
}

fn running_sums<'a>(terms: impl Iterator<Item = &'a f64>) -> Vec<f64> {
    let sums = terms.scan(0.0, |sum, &term| {
        *sum += term;
        Some(*sum)
    });
    gathered(sums, LAW)
}

#[cfg(test)]
mod tests {
    use super::super::chi_square::assert_fits;
    use super::*;

    const MEANS: [f64; 7] = [0.001, 0.5, 1.28, 2.32, 30.0, 800.0, 1000.0];

    /// Mean, k, P(N ≤ k) × 2⁴⁸: sums of the series in 60-digit decimal arithmetic.
    const CUMULATIVE: [(f64, usize, u64); 14] = [
        (0.5, 0, 170_723_203_316_912),
        (0.5, 1, 256_084_804_975_368),
        (0.5, 5, 281_470_989_635_253),
        (2.32, 0, 27_661_555_219_260),
        (2.32, 2, 166_279_140_734_018),
        (2.32, 9, 281_431_576_005_799),
        (30.0, 10, 6_290_621_130),
        (30.0, 29, 133_902_427_585_140),
        (30.0, 30, 154_347_229_232_121),
        (30.0, 60, 281_474_850_479_256),
        (1000.0, 850, 175_518_288),
        (1000.0, 999, 139_553_817_347_639),
        (1000.0, 1000, 143_104_514_783_235),
        (1000.0, 1150, 281_474_513_870_140),
    ];

    fn counts(lambda: f64, blocks: u32) -> Vec<[u16; NEURONS]> {
        let law = PoissonCounts::new(lambda).unwrap();
        let mut out = vec![[0; NEURONS]; blocks as usize];
        for (i, out) in out.iter_mut().enumerate() {
            law.block(41, 2, i as u64 / 8, i as u32 % 8, out);
        }
        out
    }

    /// P(k), by logarithms: independent of the recurrence under test.
    fn mass(lambda: f64, k: usize) -> f64 {
        (k as f64 * lambda.ln() - lambda - libm::lgamma(k as f64 + 1.0)).exp()
    }

    #[test]
    fn counts_follow_the_law() {
        for lambda in MEANS {
            let mut observed = vec![0u64; 2000];
            let out = counts(lambda, 1000);
            out.as_flattened().iter().for_each(|&n| observed[usize::from(n)] += 1);
            let expected: Vec<f64> = (0..2000).map(|k| mass(lambda, k) * (1000 * NEURONS) as f64).collect();
            assert_fits(&format!("mean {lambda}"), &observed, &expected);
        }
    }

    /// Every count against plain inversion of the full 48-bit draw; among them draws that only the further bits decide.
    #[test]
    fn counts_are_those_of_48_bit_inversion() {
        for lambda in MEANS {
            let law = PoissonCounts::new(lambda).unwrap();
            let mut buckets: Vec<u16> = law.cumulative.iter().map(|&c| bucket(c)).collect();
            buckets.dedup();
            let (mut undecided, mut expected) = (0u64, 0.0);
            for (block, counts) in counts(lambda, if lambda < 100.0 { 1000 } else { 100 }).iter().enumerate() {
                let (tick, group) = (block as u32 / 8, block as u32 % 8);
                for (i, &count) in counts.iter().enumerate() {
                    let (word, half, lane) = (i / 32, i % 32 / 16, i as u32 % 16);
                    let lead = philox::block([tick, 16 * group + lane, 2, 7 << 24], [41, 0])[word] >> (16 * half) & 0xFFFF;
                    let further = philox::block([tick, 128 * group + i as u32, 2, 8 << 24], [41, 0])[0];
                    let draw = u64::from(lead) << 32 | u64::from(further);
                    assert_eq!(usize::from(count), law.cumulative.iter().take_while(|&&c| c <= draw).count());
                    undecided += u64::from(buckets.contains(&(lead as u16)));
                }
                expected += NEURONS as f64 * buckets.len() as f64 / 65_536.0;
            }
            // itself Poisson
            assert!((undecided as f64 - expected).abs() < 4.5 * expected.sqrt() + 1.0, "{lambda}: {undecided} for {expected}");
            assert!(undecided > 0 || lambda < 0.01, "mean {lambda}: the second step is not tested");
        }
    }

    /// Every leading 16 bits: what the vectors decide, no further bit can change; what they leave is on a bucket or rare.
    #[test]
    fn what_leading_bits_decide_no_further_bit_changes() {
        for lambda in MEANS {
            let law = PoissonCounts::new(lambda).unwrap();
            let (mut out, mut left) = ([0; PART], 0);
            for first in (0..=u16::MAX).step_by(PART) {
                let draws = std::array::from_fn(|i| first + i as u16);
                let undecided = law.decide(&draws, &mut out).0;
                for i in 0..PART {
                    let [least, most] = [0, 0xFFFF_FFFF].map(|further| law.invert(u64::from(draws[i]) << 32 | further));
                    assert!(undecided[i] != 0 || (least == out[i] && most == out[i]), "mean {lambda}: {}", draws[i]);
                    left += usize::from(undecided[i] != 0);
                }
            }
            assert!(left <= law.below.len() + 2 * usize::from(RARE), "mean {lambda}: {left} left");
        }
    }

    /// An odd sum shows a draw in a bucket only if no bucket counts twice, which the constructor asserts.
    #[test]
    fn no_mean_has_two_cumulative_probabilities_in_a_bucket_that_is_not_rare() {
        for step in 0..3000 {
            assert!(PoissonCounts::new(libm::pow(10.0, 3.0 - f64::from(step) / 500.0)).is_some());
        }
    }

    #[test]
    fn cumulative_probabilities_are_exact_to_48_bits() {
        for (lambda, k, exact) in CUMULATIVE {
            let computed = PoissonCounts::new(lambda).unwrap().cumulative[k];
            assert!(computed.abs_diff(exact) <= 1, "P(N <= {k}) at {lambda}: {computed} not {exact}");
        }
    }

    /// Neighbours in the block, in other words and halves, in the next group and the next tick.
    #[test]
    fn neurons_groups_and_ticks_are_independent() {
        let out = counts(1.28, 1600);
        let out = out.as_flattened();
        let law: Vec<f64> = (0..5).map(|k| mass(1.28, k)).collect();
        let share = |k: usize| if k < 5 { law[k] } else { 1.0 - law.iter().sum::<f64>() };
        for lag in [1, 16, 32, NEURONS, 8 * NEURONS] {
            let mut joint = vec![0; 36];
            let pairs = (0..out.len() - lag).filter(|i| i / lag % 2 == 0);
            let bin = |i: usize| usize::from(out[i].min(5));
            let count = pairs.map(|i| joint[6 * bin(i) + bin(i + lag)] += 1).count();
            let expected: Vec<f64> = (0..36).map(|b| share(b / 6) * share(b % 6) * count as f64).collect();
            assert_fits(&format!("lag {lag}"), &joint, &expected);
        }
    }

    #[test]
    fn every_part_of_the_key_matters() {
        let law = PoissonCounts::new(2.0).unwrap();
        let block = |seed, stimulus, tick, group| {
            let mut out = [0; NEURONS];
            law.block(seed, stimulus, tick, group, &mut out);
            out
        };
        let others = [block(1 << 32, 2, 3, 4), block(0, 3, 3, 4), block(0, 2, 4, 4), block(0, 2, 3 + (1 << 32), 4), block(0, 2, 3, 5)];
        assert!(others.iter().all(|other| *other != block(0, 2, 3, 4)));
    }

    #[test]
    fn means_outside_the_range_are_refused() {
        for lambda in [0.0, -1.0, 1000.1, f64::NAN, f64::INFINITY] {
            assert!(PoissonCounts::new(lambda).is_none());
        }
        for lambda in [1e-300, 1e-12] {
            let mut out = [9; NEURONS];
            PoissonCounts::new(lambda).unwrap().block(0, 0, 0, 0, &mut out);
            assert_eq!(out, [0; NEURONS], "a mean of {lambda}");
        }
    }
}
