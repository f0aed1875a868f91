//! Standard normals by Box-Muller in `f32`, and laws made of them.
//!
//! `ln`, `sin` and `cos` are fixed polynomials (Moshier's Cephes, `logf`, `sinf`, `cosf`: relative error about 1e-7)
//! so that every platform draws the same numbers; no platform `libm` is called. A 32-bit uniform reaches 6.66
//! standard deviations.

use super::philox::{GROUP, LANES, Stream};

/// Two uniform words to two standard normals.
#[inline(always)]
fn box_muller(x: u32, y: u32) -> (f32, f32) {
    const SCALE: f32 = 1.0 / 4_294_967_296.0;
    let radius = (-2.0 * ln((x as f32 + 1.0) * SCALE)).sqrt();
    let (sin, cos) = sin_cos_turns(y);
    (radius * cos, radius * sin)
}

/// Natural logarithm for normal positive `x`.
#[inline(always)]
fn ln(x: f32) -> f32 {
    // x = m 2^e with m in [sqrt(1/2), sqrt(2))
    let bits = x.to_bits() as i32;
    let e = bits.wrapping_sub(0x3f35_04f3) >> 23;
    let m = f32::from_bits((bits - (e << 23)) as u32) - 1.0;
    let e = e as f32;
    let z = m * m;
    let mut y = 7.037_683_6e-2;
    for c in
        [-1.151_461e-1, 1.167_699_9e-1, -1.242_014_1e-1, 1.424_932_3e-1, -1.666_805_8e-1, 2.000_071_5e-1, -2.499_999_4e-1, 3.333_333_1e-1]
    {
        y = y * m + c;
    }
    let y = (y * m) * z + e * -2.121_944_4e-4;
    (m + (y - 0.5 * z)) + e * 0.693_359_4
}

/// Sine and cosine of `w / 2^32` turns.
#[inline(always)]
fn sin_cos_turns(w: u32) -> (f32, f32) {
    const QUARTER: f32 = std::f32::consts::FRAC_PI_2 / 4_294_967_296.0;
    let quadrant = w.wrapping_add(0x2000_0000) >> 30;
    let x = (w << 2) as i32 as f32 * QUARTER; // within an eighth of a turn of the quadrant's axis
    let z = x * x;
    let s = ((-1.951_529_6e-4 * z + 8.332_161e-3) * z - 1.666_665_5e-1) * z * x + x;
    let c = ((2.443_315_7e-5 * z - 1.388_731_6e-3) * z + 4.166_664_6e-2) * (z * z) + (1.0 - 0.5 * z);
    let (s, c) = if quadrant & 1 == 0 { (s, c) } else { (c, s) };
    let sin = if quadrant & 2 == 0 { s } else { -s };
    let cos = if (quadrant + 1) & 2 == 0 { c } else { -c };
    (sin, cos)
}

/// Standard normals: a fixed function of the stream and the index, whatever the length.
#[inline(always)]
pub fn fill_standard(stream: &Stream, out: &mut [f32]) {
    for (group, out) in out.chunks_mut(GROUP).enumerate() {
        let words = stream.group(group as u32);
        let mut z = [[0.0f32; LANES]; 4];
        for l in 0..LANES {
            (z[0][l], z[1][l]) = box_muller(words[0][l], words[1][l]);
            (z[2][l], z[3][l]) = box_muller(words[2][l], words[3][l]);
        }
        if let Ok(out) = <&mut [f32; GROUP]>::try_from(&mut *out) {
            out.copy_from_slice(z.as_flattened());
        } else {
            out.copy_from_slice(&z.as_flattened()[..out.len()]);
        }
    }
}

/// Normals redrawn until they lie in `[low, high]`; each element has its own sequence of redraws.
///
/// # Errors
/// The index of an element that 100,000 redraws left outside.
pub fn truncated(stream: &Stream, (mean, sd): (f64, f64), (low, high): (f64, f64), out: &mut [f64]) -> Result<(), usize> {
    scaled(stream, mean, sd, out);
    for (index, x) in out.iter_mut().enumerate() {
        let mut attempt = 0;
        while !(low <= *x && *x <= high) {
            attempt += 1;
            if attempt > 100_000 {
                return Err(index);
            }
            let [a, b, ..] = stream.redraw(index, attempt);
            *x = mean + sd * f64::from(box_muller(a, b).0);
        }
    }
    Ok(())
}

/// Normals moved to the nearer end of `[low, high]` when outside.
pub fn clipped(stream: &Stream, (mean, sd): (f64, f64), (low, high): (f64, f64), out: &mut [f64]) {
    scaled(stream, mean, sd, out);
    out.iter_mut().for_each(|x| *x = x.clamp(low, high));
}

fn scaled(stream: &Stream, mean: f64, sd: f64, out: &mut [f64]) {
    let mut z = [0.0f32; 16 * GROUP];
    // Groups are independent: a long row is drawn in pieces that stay in cache.
    let mut whole = vec![];
    let z = if out.len() <= z.len() {
        &mut z[..out.len()]
    } else {
        whole.resize(out.len(), 0.0);
        &mut whole[..]
    };
    super::vector::fill_standard(stream, z);
    for (x, &z) in out.iter_mut().zip(&*z) {
        *x = mean + sd * f64::from(z);
    }
}

/// Probability that a normal lies in `[low, high]`, without cancellation in the tails.
pub fn normal_mass(mean: f64, sd: f64, low: f64, high: f64) -> f64 {
    if sd == 0.0 {
        return if low <= mean && mean <= high { 1.0 } else { 0.0 };
    }
    let upper = |x: f64| 0.5 * libm::erfc((x - mean) / sd * std::f64::consts::FRAC_1_SQRT_2);
    let lower = |x: f64| 0.5 * libm::erfc((mean - x) / sd * std::f64::consts::FRAC_1_SQRT_2);
    if low > mean { upper(low) - upper(high) } else { lower(high) - lower(low) }
}

#[cfg(test)]
mod tests {
    use super::super::philox::Purpose;
    use super::*;

    #[test]
    fn polynomials_against_libm() {
        for k in 0..200_000u32 {
            let x = (k.wrapping_mul(21_474) as f32 + 1.0) / 4_294_967_296.0;
            let exact = libm::log(f64::from(x));
            assert!((f64::from(ln(x)) - exact).abs() <= 1.5e-7 * exact.abs().max(1.0), "ln {x}");
            let w = k.wrapping_mul(2_654_435_761);
            let (sin, cos) = sin_cos_turns(w);
            let angle = f64::from(w) / 4_294_967_296.0 * std::f64::consts::TAU;
            assert!((f64::from(sin) - libm::sin(angle)).abs() < 1.5e-7, "sin {w}");
            assert!((f64::from(cos) - libm::cos(angle)).abs() < 1.5e-7, "cos {w}");
        }
    }

    #[test]
    fn moments_and_tails() {
        let mut z = vec![0.0f32; 1 << 20];
        fill_standard(&Stream::new(1, Purpose::Weights, 0, 0), &mut z);
        let n = z.len() as f64;
        let moment = |k: i32| z.iter().map(|&x| f64::from(x).powi(k)).sum::<f64>() / n;
        // Five standard errors: sd of the sample moments of order 1..4 are 1, sqrt 2, sqrt 15, sqrt 96 over sqrt n.
        for (k, exact, sd) in [(1, 0.0, 1.0), (2, 1.0, 2.0f64.sqrt()), (3, 0.0, 15.0f64.sqrt()), (4, 3.0, 96.0f64.sqrt())] {
            assert!((moment(k) - exact).abs() < 5.0 * sd / n.sqrt(), "moment {k}: {}", moment(k));
        }
        let beyond = z.iter().filter(|x| x.abs() > 3.0).count() as f64;
        let expected = n * (1.0 - normal_mass(0.0, 1.0, -3.0, 3.0));
        assert!((beyond - expected).abs() < 5.0 * expected.sqrt(), "{beyond} of {expected}");
    }

    #[test]
    fn a_longer_fill_begins_with_the_shorter() {
        let stream = Stream::new(9, Purpose::Weights, 1, 2);
        let (mut short, mut long) = (vec![0.0; 77], vec![0.0; 5_000]);
        truncated(&stream, (1.0, 1.0), (0.5, f64::INFINITY), &mut short).unwrap();
        truncated(&stream, (1.0, 1.0), (0.5, f64::INFINITY), &mut long).unwrap();
        assert_eq!(short, long[..77]);
        assert!(long.iter().all(|&x| x >= 0.5));
    }
}
