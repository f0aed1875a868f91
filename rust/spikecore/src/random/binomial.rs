//! Exact binomial numbers, and the split of a total over equal parts by a tree of them.

use super::stream::{Purpose, Stream, Words};
use crate::allocation::filled;

/// Below this many expected successes (or failures) inversion is used, else rejection.
const FEW: f64 = 10.0;

/// The number of successes in `n` trials of probability `p` in [0, 1].
///
/// Exact up to double precision: inversion of the distribution function if few successes (or failures) are expected,
/// else transformed rejection.
///
/// # Panics
/// If `p` is not in [0, 1].
pub fn binomial(words: &mut Words, n: u64, p: f64) -> u64 {
    assert!((0.0..=1.0).contains(&p), "invariant: probability {p}");
    if p > 0.5 { n - at_most_half(words, n, 1.0 - p) } else { at_most_half(words, n, p) }
}

fn at_most_half(words: &mut Words, n: u64, p: f64) -> u64 {
    if n == 0 || p == 0.0 {
        0
    } else if n as f64 * p < FEW {
        inversion(words, n, p)
    } else {
        rejection(words, n, p)
    }
}

/// Subtracts P(0), P(1), … from a uniform number until it is used up. Takes about `n p` steps.
fn inversion(words: &mut Words, n: u64, p: f64) -> u64 {
    let odds = p / (1.0 - p);
    let none = libm::exp(n as f64 * libm::log1p(-p));
    loop {
        let (mut left, mut mass) = (words.next_f64(), none);
        // a mean below 10 has less than 1e-70 beyond 150: only rounding in the sum gets there
        for k in 0..=n.min(150) {
            if left <= mass {
                return k;
            }
            left -= mass;
            mass *= odds * ((n - k) as f64 / (k + 1) as f64);
        }
    }
}

/// Algorithm BTRS of W. Hörmann, "The generation of binomial random variates" (J. Stat. Comput. Simul. 46, 1993).
///
/// Its acceptance test compares log P(k) with log P(mode); as logarithms of ratios and of Stirling's corrections, so
/// that large factorials do not cancel.
fn rejection(words: &mut Words, n: u64, p: f64) -> u64 {
    let trials = n as f64;
    let spread = libm::sqrt(trials * p * (1.0 - p));
    let b = 1.15 + 2.53 * spread;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let centre = trials * p + 0.5;
    let squeeze = 0.92 - 4.2 / b;
    let alpha = (2.83 + 5.1 / b) * spread;
    let odds = p / (1.0 - p);
    let mode = libm::floor((trials + 1.0) * p);
    let at_mode = (mode + 0.5) * libm::log((mode + 1.0) / (odds * (trials - mode + 1.0))) + correction(mode) + correction(trials - mode);
    loop {
        let u = words.next_f64() - 0.5;
        let v = words.next_f64();
        let distance = 0.5 - u.abs();
        let k = libm::floor((2.0 * a / distance + b) * u + centre);
        if k < 0.0 || k > trials {
            continue;
        }
        if distance >= 0.07 && v <= squeeze {
            return k as u64;
        }
        let v = libm::log(v * alpha / (a / (distance * distance) + b));
        let tail =
            (trials + 1.0) * libm::log1p((k - mode) / (trials - k + 1.0)) + (k + 0.5) * libm::log(odds * (trials - k + 1.0) / (k + 1.0));
        if v <= at_mode + tail - correction(k) - correction(trials - k) {
            return k as u64;
        }
    }
}

/// ln k! - [ln √2π + (k + ½) ln(k + 1) - (k + 1)].
fn correction(k: f64) -> f64 {
    let x = k + 1.0;
    if k < 10.0 {
        const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;
        return libm::lgamma(x) - (LN_SQRT_TAU + (k + 0.5) * libm::log(x) - x);
    }
    let y = 1.0 / (x * x);
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - y / 1680.0) * y) * y) / x
}

/// `total` items thrown independently and uniformly into `parts` boxes: the number in each.
///
/// A binary tree: a node with some items and some boxes gives its left half of the boxes (the smaller half, if odd) a
/// binomial share. Every node has its own stream (entity = its number: root 1, children of i 2i and 2i + 1), so a
/// subtree needs only its own total.
///
/// # Panics
/// If there are items and no parts.
pub fn split(seed: u64, object: u32, total: u64, parts: usize) -> Vec<u64> {
    assert!(parts > 0 || total == 0, "invariant: {total} items need a place");
    let mut counts = filled(parts, 0, "the shares of a total number");
    descend(seed, object, 1, total, &mut counts);
    counts
}

fn descend(seed: u64, object: u32, node: u64, total: u64, counts: &mut [u64]) {
    match counts {
        _ if total == 0 => {}
        [] => {}
        [only] => *only = total,
        _ => {
            let half = counts.len() / 2;
            let share = half as f64 / counts.len() as f64;
            let left = binomial(&mut Stream::new(seed, Purpose::Split, object, node).words(), total, share);
            let (first, second) = counts.split_at_mut(half);
            descend(seed, object, 2 * node, left, first);
            descend(seed, object, 2 * node + 1, total - left, second);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chi_square::assert_fits;
    use super::*;

    fn words(entity: u64) -> Words {
        Stream::new(31, Purpose::Split, 4, entity).words()
    }

    /// P(k) by the recurrence from P(0), independent of the code under test.
    fn masses(n: u64, p: f64) -> Vec<f64> {
        let mut mass = vec![(1.0 - p).powi(n as i32)];
        for k in 0..n {
            mass.push(mass[k as usize] * (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p));
        }
        mass
    }

    /// Both methods and both sides of ½: means 0.3, 3, 9.9 (inversion), 10.1, 40, 150 (rejection).
    #[test]
    fn numbers_follow_the_exact_law() {
        for (n, p) in
            [(3, 0.1), (10, 0.3), (20, 0.495), (20, 0.505), (20, 0.6), (30, 0.9), (25, 0.404), (100, 0.4), (300, 0.5), (1000, 0.02)]
        {
            let mut words = words(n);
            let draws = 50_000;
            let mut observed = vec![0; n as usize + 1];
            for _ in 0..draws {
                observed[binomial(&mut words, n, p) as usize] += 1;
            }
            let expected: Vec<f64> = masses(n, p).iter().map(|m| m * f64::from(draws)).collect();
            assert_fits(&format!("binomial {n} {p}"), &observed, &expected);
        }
        let sure = [binomial(&mut words(1), 7, 0.0), binomial(&mut words(1), 7, 1.0), binomial(&mut words(1), 0, 0.5)];
        assert_eq!(sure, [0, 7, 0]);
    }

    /// n = 45 million, as in the largest projections: mean and variance of 20 000 numbers within 4.5 standard errors.
    #[test]
    fn moments_hold_at_45_million() {
        for p in [1e-7, 0.01, 0.5, 0.9] {
            let (n, draws) = (45_000_000, 20_000);
            let mut words = words(1000);
            let (mean, variance) = (n as f64 * p, n as f64 * p * (1.0 - p));
            let (mut first, mut second) = (0.0, 0.0);
            for _ in 0..draws {
                let off = binomial(&mut words, n, p) as f64 - mean;
                first += off;
                second += off * off;
            }
            let draws = f64::from(draws);
            assert!((first / draws).abs() < 4.5 * (variance / draws).sqrt(), "mean at {p}");
            // the variance of a squared deviation is 2 v² + v (1 - 6 p q)
            let error = ((2.0 * variance + 1.0) * variance / draws).sqrt();
            assert!((second / draws - variance).abs() < 4.5 * error, "variance at {p}");
        }
    }

    #[test]
    fn corrections_are_those_of_stirling() {
        for k in [0.0, 1.0, 9.0, 10.0, 11.0, 30.0, 100.0] {
            let x: f64 = k + 1.0;
            let exact = libm::lgamma(x) - (0.5 * std::f64::consts::TAU.ln() + (k + 0.5) * x.ln() - x);
            assert!((correction(k) - exact).abs() < 2e-12 + 1e-14 * libm::lgamma(x), "{k}");
        }
    }

    /// The number in one box is binomial, and boxes share the total; a subtree is what it would be alone.
    #[test]
    fn split_is_multinomial() {
        let (parts, total, draws) = (5, 40, 20_000);
        let mut observed = vec![vec![0u64; 41]; parts];
        for object in 0..draws {
            let counts = split(9, object, total, parts);
            assert_eq!(counts.iter().sum::<u64>(), total);
            for (bins, &count) in observed.iter_mut().zip(&counts) {
                bins[count as usize] += 1;
            }
        }
        let expected: Vec<f64> = masses(total, 0.2).iter().map(|m| m * f64::from(draws)).collect();
        for (part, bins) in observed.iter().enumerate() {
            assert_fits(&format!("part {part}"), bins, &expected);
        }
        let whole = split(9, 1, 1_000_000, 77);
        let mut left = vec![0; 38];
        descend(9, 1, 2, whole[..38].iter().sum(), &mut left);
        assert_eq!(left, whole[..38]);
        assert_eq!(split(9, 1, 0, 0), []);
    }
}
