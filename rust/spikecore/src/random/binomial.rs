//! Exact binomials, and a total number split over equal parts by a binary tree of them.

use super::philox::{Purpose, Stream, Words};

/// A binomial of `n` trials with probability `p`: inversion where few successes are expected, else Hörmann's BTRS
/// (W. Hörmann 1993, "The generation of binomial random variates", J. Stat. Comput. Simul. 46).
pub fn binomial(words: &mut Words, n: u64, p: f64) -> u64 {
    if p > 0.5 {
        return n - binomial(words, n, 1.0 - p);
    }
    if n == 0 || p <= 0.0 {
        0
    } else if n as f64 * p < 10.0 {
        inversion(words, n, p)
    } else {
        btrs(words, n as f64, p)
    }
}

fn inversion(words: &mut Words, n: u64, p: f64) -> u64 {
    let odds = p / (1.0 - p);
    let none = libm::exp(n as f64 * libm::log1p(-p));
    loop {
        let mut u = words.next_f64();
        let mut mass = none;
        // Beyond 110 successes of an expected 10 no mass is left: rounding could only loop, so draw again.
        for k in 0..=n.min(110) {
            if u < mass {
                return k;
            }
            u -= mass;
            mass *= odds * (n - k) as f64 / (k + 1) as f64;
        }
    }
}

fn btrs(words: &mut Words, n: f64, p: f64) -> u64 {
    let sd = (n * p * (1.0 - p)).sqrt();
    let b = 1.15 + 2.53 * sd;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let c = n * p + 0.5;
    let accept = 0.92 - 4.2 / b;
    let alpha = (2.83 + 5.1 / b) * sd;
    let odds = libm::log(p / (1.0 - p));
    let mode = libm::floor((n + 1.0) * p);
    let at_mode = libm::lgamma(mode + 1.0) + libm::lgamma(n - mode + 1.0);
    loop {
        let u = words.next_f64() - 0.5;
        let v = words.next_f64();
        let us = 0.5 - u.abs();
        let k = libm::floor((2.0 * a / us + b) * u + c);
        if us >= 0.07 && v <= accept {
            return k as u64;
        }
        if !(0.0..=n).contains(&k) {
            continue;
        }
        let v = v * alpha / (a / (us * us) + b);
        let mass = at_mode - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0) + (k - mode) * odds;
        if libm::log(v) <= mass {
            return k as u64;
        }
    }
}

/// `total` items thrown uniformly at `parts`: how many fall on each. Each tree node has a stream of its own.
pub fn split(seed: u64, object: u32, total: u64, parts: usize) -> Vec<u64> {
    let mut counts = vec![0; parts];
    if parts > 0 {
        split_node(seed, object, 1, total, &mut counts);
    }
    counts
}

fn split_node(seed: u64, object: u32, node: u32, total: u64, counts: &mut [u64]) {
    if let [only] = counts {
        *only = total;
        return;
    }
    let (left, right) = counts.split_at_mut(counts.len() / 2);
    let p = left.len() as f64 / (left.len() + right.len()) as f64;
    let falls_left = binomial(&mut Stream::new(seed, Purpose::Split, object, node).words(), total, p);
    split_node(seed, object, 2 * node, falls_left, left);
    split_node(seed, object, 2 * node + 1, total - falls_left, right);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(entity: u32) -> Words {
        Stream::new(11, Purpose::Split, 5, entity).words()
    }

    #[test]
    fn chi_squared_against_the_exact_masses() {
        for (n, p) in [(7u64, 0.3), (40, 0.2), (60, 0.5), (400, 0.9), (1000, 0.02)] {
            let mut counts = vec![0.0; n as usize + 1];
            let mut source = words(n as u32);
            let draws = 100_000.0;
            (0..100_000).for_each(|_| counts[binomial(&mut source, n, p) as usize] += 1.0);
            let (nf, mut chi2, mut cells, mut rest, mut rest_mass) = (n as f64, 0.0, 0, 0.0, 0.0);
            for (k, count) in counts.iter().enumerate() {
                let k = k as f64;
                let choose = libm::lgamma(nf + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(nf - k + 1.0);
                let expected = draws * libm::exp(choose + k * libm::log(p) + (nf - k) * libm::log1p(-p));
                if expected < 10.0 {
                    (rest, rest_mass) = (rest + count, rest_mass + expected);
                } else {
                    chi2 += (count - expected).powi(2) / expected;
                    cells += 1;
                }
            }
            chi2 += (rest - rest_mass).powi(2) / f64::max(rest_mass, 1.0);
            let df = f64::from(cells);
            assert!(chi2 < df + 5.0 * (2.0 * df).sqrt() + 10.0, "n {n} p {p}: chi2 {chi2} at {df}");
        }
    }

    #[test]
    fn moments_at_the_size_of_a_microcircuit_projection() {
        let (n, p, draws) = (45_499_805u64, 0.5, 4_000);
        let mut source = words(1);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..draws {
            let z = (binomial(&mut source, n, p) as f64 - n as f64 * p) / (n as f64 * p * (1.0 - p)).sqrt();
            sum += z;
            squares += z * z;
        }
        let draws = f64::from(draws);
        assert!((sum / draws).abs() < 5.0 / draws.sqrt());
        assert!((squares / draws - 1.0).abs() < 5.0 * (2.0 / draws).sqrt());
    }

    #[test]
    fn a_split_is_multinomial() {
        let counts = split(3, 9, 1_000_000, 1000);
        assert_eq!(counts.iter().sum::<u64>(), 1_000_000);
        let chi2: f64 = counts.iter().map(|&c| (c as f64 - 1000.0).powi(2) / 1000.0).sum();
        assert!((chi2 - 999.0).abs() < 5.0 * (2.0 * 999.0f64).sqrt(), "chi2 {chi2} at 999");
    }
}
