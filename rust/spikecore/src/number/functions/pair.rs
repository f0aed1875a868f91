//! Sums and products with their rounding errors: a number of twice the digits as a sum of two, `[high, low]`. Without fused
//! multiply-add (T. J. Dekker, A floating-point technique for extending the available precision, Numer. Math. 18, 1971; the
//! sum for numbers in any order is D. E. Knuth's).

/// `a + b`, rounded, and its error.
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> [f64; 2] {
    let sum = a + b;
    let from_b = sum - a;
    [sum, (a - (sum - from_b)) + (b - from_b)]
}

/// The same where |a| >= |b|, or a is 0.
#[inline(always)]
pub fn ordered_sum(a: f64, b: f64) -> [f64; 2] {
    let sum = a + b;
    [sum, b - (sum - a)]
}

/// The upper 26 bits and the lower, for magnitudes below 2^996.
#[inline(always)]
fn split(a: f64) -> [f64; 2] {
    let moved = a * 134_217_729.0; // 2^27 + 1
    let high = moved - (moved - a);
    [high, a - high]
}

/// `a * b`, rounded, and its error, where nothing overflows or underflows.
#[inline(always)]
pub fn two_product(a: f64, b: f64) -> [f64; 2] {
    let product = a * b;
    let ([a0, a1], [b0, b1]) = (split(a), split(b));
    [product, ((a0 * b0 - product) + a0 * b1 + a1 * b0) + a1 * b1]
}

/// The product of two sums.
#[inline(always)]
pub fn product(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    let [high, low] = two_product(a[0], b[0]);
    ordered_sum(high, low + (a[0] * b[1] + a[1] * b[0]))
}
