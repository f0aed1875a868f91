//! Poisson counts per tick for blocks of 128 neurons: exact inversion with 16 bits, refined where they do not decide.
//!
//! A neuron's 16-bit draw `d` stands for the interval `[d, d + 1) / 2^16`. Where no value of the cumulative
//! distribution falls into it, the count is decided: the number of thresholds below `d`. Else 32 more bits decide,
//! so counts are exact to 2^-48. Draws are keyed by (seed, stimulus, tick, neuron), never by core.

use super::philox::{LANES, Purpose, block, blocks, key_of};
use crate::id::BLOCK;

/// Largest mean count per tick.
pub const MAX_MEAN: f64 = 1000.0;

/// The law of counts with one mean.
#[derive(Debug, Clone)]
pub struct PoissonCounts {
    /// `floor(2^16 P(count <= k))`, up to and including the first 65,535.
    coarse: Vec<u16>,
    /// `round(2^48 P(count <= k))` below 2^48.
    fine: Vec<u64>,
}

impl PoissonCounts {
    /// Counts with mean `mean` in (0, 1000]; `None` outside.
    pub fn new(mean: f64) -> Option<Self> {
        if !(mean > 0.0 && mean <= MAX_MEAN) {
            return None;
        }
        const ONE: f64 = (1u64 << 48) as f64;
        let (mut coarse, mut fine, mut sum) = (vec![], vec![], 0.0);
        for k in 0..=20_000u32 {
            let k = f64::from(k);
            sum += libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0));
            let cumulative = libm::round(sum * ONE);
            if cumulative >= ONE || (k > mean && libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0)) * ONE < 0.25) {
                break;
            }
            fine.push(cumulative as u64);
            if coarse.last() != Some(&u16::MAX) {
                coarse.push((cumulative as u64 >> 32) as u16);
            }
        }
        Some(Self { coarse, fine })
    }

    /// Counts of tick `tick` for the neurons `128 * group ..` of a stimulus.
    #[inline(always)]
    pub fn block(&self, seed: u64, stimulus: u32, tick: u64, group: u32, out: &mut [u16; BLOCK]) {
        let key = key_of(seed);
        let c3 = u32::from(Purpose::Poisson as u8) << 24 | (tick >> 32) as u32;
        let c1 = std::array::from_fn(|l| group * LANES as u32 + l as u32);
        let words = blocks([tick as u32; LANES], c1, stimulus, c3, key);
        let words: &[u32; BLOCK / 2] = words.as_flattened().try_into().expect("a group has 64 words");
        let mut draws = [0u16; BLOCK];
        let (low, high) = draws.split_at_mut(BLOCK / 2);
        for k in 0..BLOCK / 2 {
            low[k] = words[k] as u16;
            high[k] = (words[k] >> 16) as u16;
        }
        *out = [0; BLOCK];
        let mut open = [0u16; BLOCK];
        for &threshold in &self.coarse {
            for k in 0..BLOCK {
                out[k] += u16::from(draws[k] > threshold);
                open[k] |= u16::from(draws[k] == threshold);
            }
        }
        if open.iter().fold(0, |any, &o| any | o) != 0 {
            for k in (0..BLOCK).filter(|&k| open[k] != 0) {
                out[k] = self.refine(draws[k], tick, group * BLOCK as u32 + k as u32, stimulus, key);
            }
        }
    }

    #[cold]
    fn refine(&self, draw: u16, tick: u64, neuron: u32, stimulus: u32, key: [u32; 2]) -> u16 {
        let c3 = u32::from(Purpose::PoissonTail as u8) << 24 | (tick >> 32) as u32;
        let [word, ..] = block([tick as u32, neuron, stimulus, c3], key);
        let uniform = u64::from(draw) << 32 | u64::from(word);
        self.fine.partition_point(|&cumulative| cumulative <= uniform) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(mean: f64, blocks: u32) -> Vec<u16> {
        let law = PoissonCounts::new(mean).unwrap();
        let mut all = vec![];
        for k in 0..blocks {
            let mut out = [0; BLOCK];
            law.block(5, 2, u64::from(k / 7), k % 7, &mut out);
            all.extend(out);
        }
        all
    }

    #[test]
    fn chi_squared_against_the_exact_masses() {
        for mean in [0.001, 0.5, 1.28, 2.32, 30.0, 800.0] {
            let all = draw(mean, 8_000);
            let n = all.len() as f64;
            let largest = usize::from(*all.iter().max().unwrap());
            let mut counts = vec![0.0; largest + 1];
            all.iter().for_each(|&c| counts[usize::from(c)] += 1.0);
            let (mut chi2, mut cells) = (0.0, 0);
            for (k, count) in counts.iter().enumerate() {
                let k = k as f64;
                let expected = n * libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0));
                if expected >= 10.0 {
                    chi2 += (count - expected).powi(2) / expected;
                    cells += 1;
                }
            }
            let df = f64::from(cells);
            assert!(chi2 < df + 5.0 * (2.0 * df).sqrt() + 5.0, "mean {mean}: chi2 {chi2} at {df}");
        }
    }

    #[test]
    fn ticks_and_neurons_are_independent() {
        let all = draw(1.28, 14_000);
        let mean = 1.28;
        let per_tick = 7 * BLOCK;
        for lag in [1, 8, 16, 64, per_tick] {
            let pairs = all.len() - lag;
            let sum: f64 = (0..pairs).map(|k| (f64::from(all[k]) - mean) * (f64::from(all[k + lag]) - mean)).sum();
            let correlation = sum / pairs as f64 / mean;
            assert!(correlation.abs() < 5.0 / (pairs as f64).sqrt(), "lag {lag}: {correlation}");
        }
    }

    #[test]
    fn sixteen_bits_and_their_refinement_agree_with_48() {
        for mean in [0.001, 0.2, 1.5, 40.0] {
            let law = PoissonCounts::new(mean).unwrap();
            for draw in 0..=u16::MAX {
                let coarse = law.coarse.iter().filter(|&&t| draw > t).count();
                let fine = |low: u64| law.fine.partition_point(|&c| c <= (u64::from(draw) << 32 | low));
                let decided = fine(0) == fine(u64::from(u32::MAX));
                assert!(law.coarse.contains(&draw) || (decided && coarse == fine(0)), "mean {mean} draw {draw}");
            }
        }
    }
}
