//! Against `libm` in `f64`, against values of mpmath (`expected.txt`), at the ends of the range, and at every level.

use super::Functions;
use super::angle::LARGEST_ANGLE;
use crate::simd::Level;
use crate::simd::compiled::compiled_for;

type Of<S> = fn(S) -> S;

/// Name, function of `f32`, function of `f64`, oracle in `f64`.
type Case = (&'static str, Of<f32>, Of<f64>, Of<f64>);

const ALL: [Case; 9] = [
    ("exp", Functions::exp, Functions::exp, libm::exp),
    ("expm1", Functions::expm1, Functions::expm1, libm::expm1),
    ("log", Functions::log, Functions::log, libm::log),
    ("log1p", Functions::log1p, Functions::log1p, libm::log1p),
    ("exprel", Functions::exprel, Functions::exprel, oracle_of_exprel),
    ("sin", Functions::sin, Functions::sin, libm::sin),
    ("cos", Functions::cos, Functions::cos, libm::cos),
    ("tanh", Functions::tanh, Functions::tanh, libm::tanh),
    ("sqrt", Functions::sqrt, Functions::sqrt, libm::sqrt),
];

/// Through a product of two powers where e^x would overflow before it is divided.
fn oracle_of_exprel(x: f64) -> f64 {
    match x {
        0.0 => 1.0,
        f64::INFINITY => x,
        _ if x > 700.0 => libm::exp(x / 2.0) / x * libm::exp(x / 2.0),
        _ => libm::expm1(x) / x,
    }
}

fn is_angle(name: &str) -> bool {
    name == "sin" || name == "cos"
}

/// Distance in units in the last place of `f32`; beyond the largest number one unit more is infinity.
fn units_off(value: f32, exact: f64) -> f64 {
    if value.is_nan() || exact.is_nan() {
        return if value.is_nan() && exact.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let limit = libm::ldexp(1.0, 128);
    let exact = exact.clamp(-limit, limit);
    let exponent = libm::ilogb(exact).clamp(-126, 127);
    (f64::from(value).clamp(-limit, limit) - exact).abs() / libm::ldexp(1.0, exponent - 23)
}

/// How many numbers of `f64` lie between two; the two zeros are one number.
fn steps_between(a: f64, b: f64) -> u64 {
    if a.is_nan() || b.is_nan() {
        return if a.is_nan() && b.is_nan() { 0 } else { u64::MAX };
    }
    let place = |x: f64| if x < 0.0 { -(x.abs().to_bits() as i64) } else { x.abs().to_bits() as i64 };
    place(a).abs_diff(place(b))
}

#[test]
fn single_precision_is_right_to_two_units_over_all_numbers() {
    for (name, function, _, oracle) in ALL {
        for bits in (0..=u32::MAX).step_by(9973) {
            let x = f32::from_bits(bits);
            if is_angle(name) && f64::from(x.abs()) > LARGEST_ANGLE {
                continue;
            }
            let (value, exact) = (function(x), oracle(f64::from(x)));
            assert!(units_off(value, exact) <= 2.0, "{name}({x:e}) is {value:e}, exactly {exact:e}");
        }
    }
}

#[test]
fn double_precision_is_that_of_mpmath_to_a_unit() {
    let mut lines = 0;
    for line in include_str!("expected.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let [a, b, exact] = [1, 2, 3].map(|k| f64::from_bits(u64::from_str_radix(words[k], 16).unwrap()));
        let value = match ALL.iter().find(|(name, ..)| *name == words[0]) {
            Some((_, _, function, _)) => function(a),
            None => Functions::pow(a, b),
        };
        // The exact value is rounded: a step is at most 1.5 units.
        assert!(steps_between(value, exact) <= 1, "{}({a:e}, {b:e}) is {value:e}, exactly {exact:e}", words[0]);
        lines += 1;
    }
    assert_eq!(lines, 536);
}

#[test]
fn double_precision_is_near_libm_over_all_numbers() {
    for (name, _, function, oracle) in ALL {
        for k in 0..200_000_u64 {
            let x = f64::from_bits(k.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            if is_angle(name) && x.abs() > LARGEST_ANGLE {
                continue;
            }
            let (value, near) = (function(x), oracle(x));
            assert!(steps_between(value, near) <= 3, "{name}({x:e}) is {value:e}, of libm {near:e}");
        }
        for k in -100_000..=100_000 {
            let x = f64::from(k) * 3.1e-4;
            let (value, near) = (function(x), oracle(x));
            assert!(steps_between(value, near) <= 3, "{name}({x:e}) is {value:e}, of libm {near:e}");
        }
    }
}

#[test]
fn powers_of_single_precision_are_right_to_a_unit() {
    for k in 0..400_000_u64 {
        let bits = k.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let a = f32::from_bits((bits >> 32) as u32);
        let near = (bits as u32 as f32 / u32::MAX as f32 - 0.5) * 210.0;
        let b = [near, (near as i32) as f32, near / libm::logf(a.abs()), f32::from_bits(bits as u32)][k as usize % 4];
        let (value, exact) = (Functions::pow(a, b), libm::pow(f64::from(a), f64::from(b)));
        assert!(units_off(value, exact) <= 1.0, "pow({a:e}, {b:e}) is {value:e}, exactly {exact:e}");
    }
}

#[test]
fn powers_of_double_precision_are_near_libm() {
    for k in 0..200_000_u64 {
        let bits = k.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let share = (bits as u32 as f64 / f64::from(u32::MAX) - 0.5) * 2.0;
        let a = [f64::from_bits(bits), 0.5 + (bits >> 40) as f64 / 1e7, -(1.0 + share)][k as usize % 3];
        let b = [share * 750.0 / libm::log(a.abs()), libm::round(share * 40.0), share * 20.0][k as usize / 3 % 3];
        let (value, near) = (Functions::pow(a, b), libm::pow(a, b));
        assert!(steps_between(value, near) <= 3, "pow({a:e}, {b:e}) is {value:e}, of libm {near:e}");
    }
}

/// The same number: the sign of zero counts, the bits of NaN do not.
fn same(a: f64, b: f64) -> bool {
    a.is_nan() && b.is_nan() || a.to_bits() == b.to_bits()
}

#[test]
fn ends_are_those_of_ieee() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    // Values at -inf, -1, -0, 0, inf; NaN stays NaN.
    let ends: [(&str, [f64; 5]); 9] = [
        ("exp", [0.0, NAN, 1.0, 1.0, INF]),
        ("expm1", [-1.0, NAN, -0.0, 0.0, INF]),
        ("log", [NAN, NAN, -INF, -INF, INF]),
        ("log1p", [NAN, -INF, -0.0, 0.0, INF]),
        ("exprel", [0.0, NAN, 1.0, 1.0, INF]),
        ("sin", [NAN, NAN, -0.0, 0.0, NAN]),
        ("cos", [NAN, NAN, 1.0, 1.0, NAN]),
        ("tanh", [-1.0, NAN, -0.0, 0.0, 1.0]),
        ("sqrt", [NAN, NAN, -0.0, 0.0, INF]),
    ];
    for ((name, single, double, _), (same_name, values)) in ALL.into_iter().zip(ends) {
        assert_eq!(name, same_name);
        for (k, (x, value)) in [-INF, -1.0, -0.0, 0.0, INF].into_iter().zip(values).enumerate() {
            if k == 1 && !name.starts_with("log") {
                continue; // -1 is an end of logarithms
            }
            assert!(same(double(x), value), "{name}({x}) is {}", double(x));
            assert!(same(f64::from(single(x as f32)), value), "{name}({x}) is {} in f32", single(x as f32));
        }
        assert!(double(NAN).is_nan() && single(f32::NAN).is_nan(), "{name}");
    }
}

#[test]
fn powers_at_the_ends_are_those_of_ieee() {
    let ends = [
        0.0,
        1.0,
        0.5,
        1.5,
        2.0,
        3.0,
        1e-320,
        1e300,
        9_007_199_254_740_991.0,
        9_007_199_254_740_992.0,
        4_503_599_627_370_497.5,
        f64::INFINITY,
        f64::NAN,
        1.0 - f64::EPSILON / 2.0,
        1.0 + f64::EPSILON,
    ];
    let signed = || ends.into_iter().flat_map(|x| [x, -x]);
    for a in signed() {
        for b in signed() {
            let (value, exact) = (Functions::pow(a, b), libm::pow(a, b));
            let right = if exact == 0.0 { same(value, exact) } else { steps_between(value, exact) <= 1 };
            assert!(right, "pow({a:e}, {b:e}) is {value:e}, not {exact:e}");
            let (a, b) = (a as f32, b as f32);
            let (value, exact) = (Functions::pow(a, b), libm::pow(f64::from(a), f64::from(b)) as f32);
            assert!(
                value.is_nan() && exact.is_nan() || value.to_bits().abs_diff(exact.to_bits()) <= 1,
                "pow({a:e}, {b:e}) is {value:e}, not {exact:e}"
            );
        }
    }
}

#[test]
fn tiny_numbers_stay_what_they_are() {
    for bits in (1..=20_u64).chain((1 << 30..1 << 52).step_by(1 << 47)) {
        for x in [f64::from_bits(bits), -f64::from_bits(bits)] {
            for (name, _, function, _) in ALL.into_iter().filter(|(name, ..)| ["expm1", "log1p", "sin", "tanh"].contains(name)) {
                assert!(same(function(x), x), "{name}({x:e}) is {:e}", function(x));
            }
            assert_eq!([Functions::exp(x), Functions::exprel(x), Functions::cos(x)], [1.0; 3]);
        }
    }
}

#[test]
fn powers_of_e_underflow_gradually() {
    for k in 0..4000 {
        let x = -708.0 - f64::from(k) * 0.01;
        let (value, near): (f64, f64) = (Functions::exp(x), libm::exp(x));
        assert!(steps_between(value, near) <= 1, "exp({x}) is {value:e}, of libm {near:e}");
    }
    assert_eq!(Functions::exp(-745.13_f64), f64::from_bits(1));
    assert_eq!(Functions::exp(-745.14_f64), 0.0);
    assert_eq!(Functions::exp(-103.97_f32), f32::from_bits(1));
    assert_eq!(Functions::exp(709.783_f64), f64::INFINITY);
    assert!(Functions::exp(709.782_f64) < f64::INFINITY && Functions::exp(88.722_f32) < f32::INFINITY);
    assert!(Functions::exprel(716.0_f64) < f64::INFINITY && Functions::exprel(717.0_f64) == f64::INFINITY);
}

#[test]
fn angles_beyond_the_largest_count_as_zero() {
    for x in [LARGEST_ANGLE * 1.01, 1e15, f64::MAX] {
        assert!(Functions::sin(x) == 0.0 && Functions::sin(-x) == 0.0 && Functions::cos(x) == 1.0, "{x:e}");
    }
    for x in [LARGEST_ANGLE as f32 * 1.01, 1e15, f32::MAX] {
        assert!(Functions::sin(x) == 0.0 && Functions::cos(-x) == 1.0, "{x:e}");
    }
}

#[test]
fn growing_functions_of_single_precision_never_fall() {
    for (name, function, ..) in ALL.into_iter().filter(|(name, ..)| ["exp", "expm1", "log", "log1p", "tanh", "sqrt"].contains(name)) {
        for start in (0..f32::INFINITY.to_bits()).step_by(1_000_003) {
            let mut last = function(f32::from_bits(start));
            for bits in start + 1..start + 100 {
                let value = function(f32::from_bits(bits));
                assert!(value >= last || f32::from_bits(bits).is_nan(), "{name} falls at {:e}", f32::from_bits(bits));
                last = value;
            }
        }
    }
}

/// Numbers that a block holds.
const BLOCK: usize = 128;

#[inline(always)]
fn fill<S: Functions>(a: &[S; BLOCK], b: &[S; BLOCK], values: &mut [[S; BLOCK]; 10]) {
    for k in 0..BLOCK {
        values[0][k] = S::exp(a[k]);
    }
    for k in 0..BLOCK {
        values[1][k] = S::expm1(a[k]);
    }
    for k in 0..BLOCK {
        values[2][k] = S::log(a[k]);
    }
    for k in 0..BLOCK {
        values[3][k] = S::log1p(a[k]);
    }
    for k in 0..BLOCK {
        values[4][k] = S::exprel(a[k]);
    }
    for k in 0..BLOCK {
        values[5][k] = S::sin(a[k]);
    }
    for k in 0..BLOCK {
        values[6][k] = S::cos(a[k]);
    }
    for k in 0..BLOCK {
        values[7][k] = S::tanh(a[k]);
    }
    for k in 0..BLOCK {
        values[8][k] = S::sqrt(a[k]);
    }
    for k in 0..BLOCK {
        values[9][k] = S::pow(a[k], b[k]);
    }
}

compiled_for! {
    /// All functions of a block.
    fill_at<S: Functions>(a: &[S; BLOCK], b: &[S; BLOCK], values: &mut [[S; BLOCK]; 10]) [_level] = fill(a, b, values), fill_avx2, fill_avx512;
}

/// Asserts that every level that this CPU has gives the same numbers, for a block of magnitudes that models meet and one of any bits.
fn levels_agree<S: Functions>(of_bits: fn(u64) -> S, bits_of: fn(S) -> u64) {
    let random = |k: usize, seed: u64| (k as u64 + 1 + 1000 * seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for round in 0..200 {
        let number = |k, seed| {
            let bits = random(k, seed);
            if round % 2 == 0 { S::from_f64((bits >> 11) as f64 / 1e14 - 40.0) } else { of_bits(bits) }
        };
        let [a, b] = [0, 1].map(|which| std::array::from_fn(|k| number(k, 2 * round + which)));
        let [mut plain, mut other] = [[[S::default(); BLOCK]; 10]; 2];
        fill_at(Level::Baseline, &a, &b, &mut plain);
        for level in [Level::Avx2, Level::Avx512].into_iter().filter(|level| *level <= Level::detect()) {
            fill_at(level, &a, &b, &mut other);
            for (value, same) in plain.iter().flatten().zip(other.iter().flatten()) {
                let both_nan = value.partial_cmp(value).is_none() && same.partial_cmp(same).is_none();
                assert!(both_nan || bits_of(*value) == bits_of(*same), "{value:?} at the baseline, {same:?} at {}", level.name());
            }
        }
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    levels_agree::<f32>(|bits| f32::from_bits((bits >> 32) as u32), |x| u64::from(x.to_bits()));
    levels_agree::<f64>(f64::from_bits, f64::to_bits);
}
