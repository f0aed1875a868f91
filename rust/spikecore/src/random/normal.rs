//! Normal numbers by the method of Box and Muller (Ann. Math. Stat. 29, 1958) in single precision.
//!
//! Logarithm, sine and cosine are polynomials of this file, evaluated in a written order without fused multiply-add:
//! a vector of any width gives the bits of the scalar code. Numbers have 24 significant bits and reach 6.66 σ.

use super::philox::LANES;
use super::stream::{GROUP, Stream, store};
use std::f32::consts::FRAC_PI_2;

/// No number lies further from the mean than this many standard deviations: 24 bits reach 6.66.
pub const REACH: f64 = 6.8;

/// Redraws before [`fill_truncated`] gives up on an element.
pub const MAX_REDRAWS: usize = 1000;

/// ln(x) for x in [2⁻³², 1], within 1.5 × 10⁻⁷ relative.
///
/// x = 2ᵉ m with m in [√½, √2); ln m = t - t²/2 + t³ P(t), t = m - 1 (exact), with the minimax P of degree 8 of
/// S. Moshier's Cephes (`logf.c`), whose error is below 10⁻⁷·|t|; e ln 2 is added in two parts, the larger exact.
#[inline(always)]
fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    // exponent of m in [√½, √2): bits of √½ are 0x3f3504f3
    let e = (bits.wrapping_sub(0x3f35_04f3) as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((e << 23) as u32));
    let (e, t) = (e as f32, m - 1.0);
    let mut p = 7.037_683_6e-2 * t - 1.151_461e-1;
    p = p * t + 1.167_699_87e-1;
    p = p * t - 1.242_014_1e-1;
    p = p * t + 1.424_932_3e-1;
    p = p * t - 1.666_805_7e-1;
    p = p * t + 2.000_071_4e-1;
    p = p * t - 2.499_999_4e-1;
    p = p * t + 3.333_333e-1;
    let square = t * t;
    let tail = (p * t) * square - 2.121_944_4e-4 * e;
    (t + (tail - 0.5 * square)) + 0.693_359_4 * e
}

/// sin and cos of 2π `turn` / 2³², each within 1.2 × 10⁻⁷ absolute.
///
/// The nearest multiple of a quarter turn is taken off in integers, without error; the remainder, at most π/4, goes
/// into the minimax polynomials of Cephes (`sinf.c`; errors below 3 × 10⁻⁸; rounding adds up to three halves of a unit of 2⁻²⁴);
/// the quarters swap and negate.
#[inline(always)]
fn sin_cos(turn: u32) -> (f32, f32) {
    let quarter = turn.wrapping_add(1 << 29) >> 30;
    let remainder = turn.wrapping_sub(quarter << 30) as i32;
    let t = remainder as f32 * (FRAC_PI_2 / (1 << 30) as f32);
    let z = t * t;
    let sin = (((-1.951_529_6e-4 * z + 8.332_161e-3) * z - 1.666_665_5e-1) * z) * t + t;
    let cos = (((2.443_315_7e-5 * z - 1.388_731_6e-3) * z + 4.166_664_6e-2) * z) * z - 0.5 * z + 1.0;
    let (a, b) = if quarter & 1 == 0 { (sin, cos) } else { (cos, sin) };
    // sine is negative in quarters 2 and 3, cosine in 1 and 2
    let flip = |x: f32, sign: u32| f32::from_bits(x.to_bits() ^ (sign & 2) << 30);
    (flip(a, quarter), flip(b, quarter + 1))
}

/// Two independent standard normal numbers from two words.
#[inline(always)]
fn pair(radius: u32, turn: u32) -> (f32, f32) {
    let u = (radius as f32 + 1.0) * (1.0 / (1u64 << 32) as f32);
    let r = (-2.0 * ln(u)).sqrt();
    let (sin, cos) = sin_cos(turn);
    (r * cos, r * sin)
}

/// The normal numbers of one group of draws: 0–15 and 16–31 from words 0 and 1, the rest from words 2 and 3.
#[inline(always)]
fn group(stream: &Stream, group: u32) -> [f32; GROUP] {
    let words = stream.group(group);
    let mut out = [0.0; GROUP];
    for (from, to) in words.chunks_exact(2 * LANES).zip(out.chunks_exact_mut(2 * LANES)) {
        pairs(from, to);
    }
    out
}

/// Normal numbers from 32 words: numbers 16 apart from words 16 apart.
#[inline(always)]
pub fn pairs(words: &[u32], numbers: &mut [f32]) {
    let (words, numbers): (&[u32; 2 * LANES], &mut [f32; 2 * LANES]) = (words.try_into().expect(WHOLE), numbers.try_into().expect(WHOLE));
    for lane in 0..LANES {
        (numbers[lane], numbers[LANES + lane]) = pair(words[lane], words[LANES + lane]);
    }
}

const WHOLE: &str = "invariant: pairs come in vectors";

/// Fills `out` with independent standard normal numbers, from number `64 * first_group` of the stream on.
///
/// A longer fill begins with the shorter one.
#[cfg_attr(not(test), expect(dead_code, reason = "the engine draws its normal numbers with ends so far"))]
#[inline(always)]
pub fn fill_standard(stream: &Stream, first_group: u32, out: &mut [f32]) {
    for (index, chunk) in (first_group..).zip(out.chunks_mut(GROUP)) {
        store(&group(stream, index), chunk);
    }
}

/// Fills `out` with normal numbers, redrawing those outside `[low, high]` (ends allowed, may be infinite).
///
/// Element `i` is `mean + sd * z` with standard normal number `i` of the stream, or with the first of its own redraws
/// that is within: a longer fill begins with the shorter one.
///
/// # Errors
/// The index of the first element that had [`MAX_REDRAWS`] redraws, all outside.
#[inline(always)]
pub fn fill_truncated(stream: &Stream, (mean, sd): (f64, f64), (low, high): (f64, f64), out: &mut [f64]) -> Result<(), usize> {
    let within = |x: f64| low <= x && x <= high;
    for (index, chunk) in out.chunks_mut(GROUP).enumerate() {
        let z = group(stream, index as u32);
        let (mut x, mut all) = ([0.0; GROUP], true);
        for i in 0..GROUP {
            x[i] = mean + sd * f64::from(z[i]);
            all &= within(x[i]);
        }
        if !all {
            for (i, x) in x[..chunk.len()].iter_mut().enumerate().filter(|(_, x)| !within(**x)) {
                let draw = index * GROUP + i;
                *x = redrawn(stream, draw as u32).map(|z| mean + sd * f64::from(z)).find(|&x| within(x)).ok_or(draw)?;
            }
        }
        store(&x, chunk);
    }
    Ok(())
}

/// The redraws of one element.
fn redrawn(stream: &Stream, draw: u32) -> impl Iterator<Item = f32> {
    let of_round = move |round| {
        let [a, b, c, d] = stream.redraw(draw, round);
        let ((first, second), (third, fourth)) = (pair(a, b), pair(c, d));
        [first, second, third, fourth]
    };
    (1..=u8::MAX).flat_map(of_round).take(MAX_REDRAWS)
}

/// Fills `out` with normal numbers; those below `low` become `low`, those above `high` become `high`.
///
/// A longer fill begins with the shorter one. `low` is at most `high`; both may be infinite.
#[inline(always)]
pub fn fill_clipped(stream: &Stream, (mean, sd): (f64, f64), (low, high): (f64, f64), out: &mut [f64]) {
    for (index, chunk) in out.chunks_mut(GROUP).enumerate() {
        let z = group(stream, index as u32);
        store(&z.map(|z| (mean + sd * f64::from(z)).max(low).min(high)), chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::super::chi_square::assert_fits;
    use super::super::mass::normal_mass;
    use super::super::stream::Purpose;
    use super::*;
    use proptest::prelude::*;

    fn stream(entity: u64) -> Stream {
        Stream::new(21, Purpose::Weights, 2, entity)
    }

    /// Words spread over the range, all powers of two and their neighbours.
    fn words() -> impl Iterator<Item = u32> {
        let near = |shift: u32| [(1u32 << shift).wrapping_sub(1), 1 << shift, (1 << shift) + 1];
        (0..200_000).map(|i: u32| i.wrapping_mul(0x9E37_79B9)).chain((0..32).flat_map(near)).chain([u32::MAX])
    }

    #[test]
    fn polynomials_are_as_close_as_said() {
        for word in words() {
            let u = (word as f32 + 1.0) * (1.0 / (1u64 << 32) as f32);
            let exact = libm::log(f64::from(u));
            assert!((f64::from(ln(u)) - exact).abs() <= 1.5e-7 * exact.abs(), "ln {u}: {} not {exact}", ln(u));
            let (sin, cos) = sin_cos(word);
            let angle = f64::from(word) * (std::f64::consts::TAU / (1u64 << 32) as f64);
            let error = (f64::from(sin) - libm::sin(angle)).abs().max((f64::from(cos) - libm::cos(angle)).abs());
            assert!(error < 1.2e-7, "turn {word}: off by {error}");
        }
    }

    #[test]
    fn reaches_6_66_sd_and_no_further() {
        let (x, y) = pair(0, 0);
        assert!(x > 6.65 && x < 6.67 && y == 0.0, "{x} {y}");
        let (x, y) = pair(u32::MAX, 12345);
        assert!(x.abs() < 1e-3 && y.abs() < 1e-3, "{x} {y}");
        let largest = (0..32).map(|quarter| pair(0, quarter << 27)).fold(0.0f32, |m, (x, y)| m.max(x.abs()).max(y.abs()));
        assert!(largest < 6.67);
    }

    /// Bins of a quarter of a standard deviation; and the two outputs of a pair, which share a radius, together.
    #[test]
    fn numbers_are_normal_and_independent() {
        let mut z = vec![0.0; 200_000];
        fill_standard(&stream(0), 0, &mut z);
        let edge = |bin: usize| {
            if bin == 0 {
                f64::NEG_INFINITY
            } else if bin == 32 {
                f64::INFINITY
            } else {
                (bin as f64 - 16.0) / 4.0
            }
        };
        let bin = |z: f32| (z * 4.0 + 16.0).floor().clamp(0.0, 31.0) as usize;
        let mut observed = vec![0; 32];
        z.iter().for_each(|&z| observed[bin(z)] += 1);
        let mass: Vec<f64> = (0..32).map(|b| normal_mass(0.0, 1.0, edge(b), edge(b + 1))).collect();
        assert_fits("normal", &observed, &mass.iter().map(|m| m * z.len() as f64).collect::<Vec<_>>());
        // joint law, in coarse bins of one standard deviation from -2 to 2
        let coarse = |z: f32| (z + 2.0).floor().clamp(-1.0, 4.0) as usize;
        let coarse = |z: f32| if z < -2.0 { 5 } else { coarse(z) };
        let share = |b: usize| match b {
            4 | 5 => normal_mass(0.0, 1.0, 2.0, f64::INFINITY),
            b => normal_mass(0.0, 1.0, b as f64 - 2.0, b as f64 - 1.0),
        };
        for lag in [1, 16, 64] {
            let mut joint = vec![0; 36];
            let pairs = (0..z.len() - lag).filter(|i| i / lag % 2 == 0);
            let count = pairs.map(|i| joint[6 * coarse(z[i]) + coarse(z[i + lag])] += 1).count();
            let expected: Vec<f64> = (0..36).map(|b| share(b / 6) * share(b % 6) * count as f64).collect();
            assert_fits("pairs", &joint, &expected);
        }
    }

    /// Ends at 1 and 1.5 sd accept 9 %: nearly all elements are redrawn, and remain normal within.
    #[test]
    fn truncated_numbers_stay_within_and_keep_the_shape() {
        let mut x = vec![0.0; 50_000];
        fill_truncated(&stream(1), (10.0, 2.0), (12.0, 13.0), &mut x).unwrap();
        let mut observed = vec![0; 20];
        x.iter().for_each(|&x| observed[((x - 12.0) * 20.0) as usize] += 1);
        let mass = |bin: usize| normal_mass(10.0, 2.0, 12.0 + bin as f64 / 20.0, 12.05 + bin as f64 / 20.0);
        let scale = x.len() as f64 / normal_mass(10.0, 2.0, 12.0, 13.0);
        assert_fits("truncated", &observed, &(0..20).map(|bin| mass(bin) * scale).collect::<Vec<_>>());
        assert_eq!(fill_truncated(&stream(1), (0.0, 1.0), (8.0, 9.0), &mut x), Err(0));
        let free = |x: &mut [f64]| fill_truncated(&stream(1), (0.0, 1.0), (f64::NEG_INFINITY, f64::INFINITY), x);
        assert_eq!(free(&mut x), Ok(()));
        let mut clip = vec![0.0; x.len()];
        fill_clipped(&stream(1), (0.0, 1.0), (-0.5, f64::INFINITY), &mut clip);
        assert!(clip.iter().zip(&x).all(|(c, x)| *c == x.max(-0.5)));
    }

    proptest! {
        #[test]
        fn fills_are_prefix_stable(len in 0usize..200, low in -3.0..0.0f64) {
            let (mut short, mut long) = (vec![0.0; len], vec![0.0; 256]);
            fill_truncated(&stream(4), (0.0, 1.0), (low, 0.5), &mut short).unwrap();
            fill_truncated(&stream(4), (0.0, 1.0), (low, 0.5), &mut long).unwrap();
            prop_assert_eq!(&short[..], &long[..len]);
            let (mut short, mut long) = (vec![0.0; len], vec![0.0; 256 + 64]);
            fill_standard(&stream(4), 1, &mut short);
            fill_standard(&stream(4), 0, &mut long);
            prop_assert_eq!(&short[..], &long[64..][..len]);
        }
    }
}
