//! Poisson counts per neuron and tick, for whole blocks of neurons: exact inversion of 48-bit draws.
//!
//! A count is the number of cumulative probabilities at or below a uniform draw. The leading 16 bits of the draw
//! decide it unless they fall on the bucket of a cumulative probability; only then are 32 more bits drawn. The first
//! step is a few vector compares, the second is rare (about ten in 65 536 draws at a mean of 2).
//!
//! Counter layout: word 0 = tick, bits 0–31; word 1 = 16 × group + lane (first step) or neuron (second step);
//! word 2 = stimulus; word 3 = purpose, 8 bits | tick, bits 32–55.

use super::philox::{self, LANES};
use super::stream::{Purpose, key};

/// Neurons per call of [`PoissonCounts::block`].
pub const NEURONS: usize = 128;
/// Largest mean.
pub const MAX_MEAN: f64 = 1000.0;

const ONE: u64 = 1 << 48;
/// Neurons whose counts are made together.
const PART: usize = 32;

/// The law of Poisson counts with one mean.
#[derive(Debug, Clone)]
pub struct PoissonCounts {
    /// Count of a draw above no bucket, less one for a bucket 0 in `buckets`.
    base: u16,
    /// Buckets (leading 16 bits) of the cumulative probabilities, ascending; one entry for all in the first bucket
    /// and one for all in the last.
    buckets: Vec<u16>,
    /// P(N ≤ k) × 2⁴⁸ for k = 0, 1, …, as far as below 2⁴⁸.
    cumulative: Vec<u64>,
}

impl PoissonCounts {
    /// Counts of mean `lambda`; `None` unless 0 < `lambda` ≤ 1000.
    pub fn new(lambda: f64) -> Option<Self> {
        (lambda > 0.0 && lambda <= MAX_MEAN).then(|| {
            let cumulative = cumulative(lambda);
            let mut buckets: Vec<u16> = cumulative.iter().map(|c| (c >> 32) as u16).collect();
            let in_first = buckets.iter().filter(|&&b| b == 0).count();
            let in_last = buckets.iter().filter(|&&b| b == u16::MAX).count();
            buckets.truncate(buckets.len() - in_last.saturating_sub(1));
            buckets.drain(..in_first.saturating_sub(1));
            Self { base: in_first.saturating_sub(1) as u16, buckets, cumulative }
        })
    }

    /// Counts of neurons `128 * group ..` of `stimulus` in `tick` (below 2⁵⁶).
    ///
    /// The counts of all (seed, stimulus, tick, neuron) are independent, and depend on nothing else. Exact up to the
    /// resolution of the draws, 2⁻⁴⁸.
    #[inline(always)]
    pub fn block(&self, seed: u64, stimulus: u32, tick: u64, group: u32, out: &mut [u16; NEURONS]) {
        let draws = leading_bits(seed, stimulus, tick, group);
        let mut undecided = [0u16; NEURONS];
        // Part by part, so that counts stay in registers while the buckets pass.
        for ((out, undecided), draws) in out.chunks_exact_mut(PART).zip(undecided.chunks_exact_mut(PART)).zip(draws.chunks_exact(PART)) {
            let (mut counts, mut hits) = ([self.base; PART], [0u16; PART]);
            for &bucket in &self.buckets {
                for i in 0..PART {
                    counts[i] += u16::from(draws[i] > bucket);
                    hits[i] |= u16::from(draws[i] == bucket);
                }
            }
            out.copy_from_slice(&counts);
            undecided.copy_from_slice(&hits);
        }
        if undecided.iter().fold(0, |any, &u| any | u) != 0 {
            for i in (0..NEURONS).filter(|&i| undecided[i] != 0) {
                let counter = [tick as u32, group * NEURONS as u32 + i as u32, stimulus, word3(Purpose::PoissonRefine, tick)];
                out[i] = self.refine(draws[i], counter, key(seed));
            }
        }
    }

    /// The count of a draw that its leading bits do not decide.
    #[cold]
    #[inline(never)]
    fn refine(&self, leading: u16, counter: [u32; 4], key: [u32; 2]) -> u16 {
        let [further, ..] = philox::block(counter, key);
        self.invert(u64::from(leading) << 32 | u64::from(further))
    }

    /// The count of a 48-bit draw.
    fn invert(&self, draw: u64) -> u16 {
        self.cumulative.partition_point(|&c| c <= draw) as u16
    }
}

#[inline(always)]
fn word3(purpose: Purpose, tick: u64) -> u32 {
    purpose.bits() | (tick >> 32) as u32
}

/// 128 draws of 16 bits: neuron `32 w + 16 h + lane` has half `h` (low first) of word `w` of block `lane`.
#[inline(always)]
fn leading_bits(seed: u64, stimulus: u32, tick: u64, group: u32) -> [u16; NEURONS] {
    debug_assert!(tick < 1 << 56 && group < 1 << 25, "tick {tick}, group {group}");
    let mut lanes = [0; LANES];
    for (lane, counter) in lanes.iter_mut().enumerate() {
        *counter = group * LANES as u32 + lane as u32;
    }
    let words = philox::blocks16([tick as u32; LANES], lanes, stimulus, word3(Purpose::Poisson, tick), key(seed));
    let mut draws = [0; NEURONS];
    for (part, row) in draws.chunks_exact_mut(2 * LANES).zip(words) {
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
    let mut mass = vec![1.0; mode + 1];
    for k in (0..mode).rev() {
        mass[k] = mass[k + 1] * ((k + 1) as f64 / lambda);
    }
    while mass[mass.len() - 1] > 1e-20 {
        mass.push(mass[mass.len() - 1] * (lambda / mass.len() as f64));
    }
    let mut below: Vec<f64> = running_sums(mass[..=mode].iter());
    let mut above: Vec<f64> = running_sums(mass[mode + 1..].iter().rev());
    above.reverse();
    let total = below[mode] + above.first().copied().unwrap_or(0.0);
    let scaled = |sum: f64| libm::round(sum / total * ONE as f64) as u64;
    below.pop();
    let rising = below.iter().map(|&sum| scaled(sum));
    let falling = above.iter().map(|&sum| ONE - scaled(sum));
    rising.chain(falling).take_while(|&c| c < ONE).collect()
}

fn running_sums<'a>(terms: impl Iterator<Item = &'a f64>) -> Vec<f64> {
    terms
        .scan(0.0, |sum, &term| {
            *sum += term;
            Some(*sum)
        })
        .collect()
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
            let (mut undecided, mut expected) = (0u64, 0.0);
            for (block, counts) in counts(lambda, if lambda < 100.0 { 1000 } else { 100 }).iter().enumerate() {
                let (tick, group) = (block as u32 / 8, block as u32 % 8);
                for (i, &count) in counts.iter().enumerate() {
                    let (word, half, lane) = (i / 32, i % 32 / 16, i as u32 % 16);
                    let lead = philox::block([tick, 16 * group + lane, 2, 7 << 24], [41, 0])[word] >> (16 * half) & 0xFFFF;
                    let further = philox::block([tick, 128 * group + i as u32, 2, 8 << 24], [41, 0])[0];
                    let draw = u64::from(lead) << 32 | u64::from(further);
                    assert_eq!(usize::from(count), law.cumulative.iter().take_while(|&&c| c <= draw).count());
                    undecided += u64::from(law.buckets.contains(&(lead as u16)));
                }
                expected += NEURONS as f64 * law.buckets.len() as f64 / 65_536.0;
            }
            // itself Poisson
            assert!((undecided as f64 - expected).abs() < 4.5 * expected.sqrt() + 1.0, "{lambda}: {undecided} for {expected}");
            assert!(undecided > 0 || lambda < 0.01, "mean {lambda}: the second step is not tested");
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
