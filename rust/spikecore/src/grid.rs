//! The grid of time: which times in ms are ticks, and what a message says of those that are not.

use crate::refusal::{digits, general};

/// A time in ms as ticks of `dt`, if it lies on the grid within its own rounding, in this range of ticks.
pub fn ticks(ms: f64, dt: f64, (low, high): (u32, u32)) -> Option<u32> {
    let exact = ms / dt;
    let ticks = exact.round_ties_even();
    let slack = f64::max(1e-6, 4.0 * f64::EPSILON * ticks.abs());
    let inside = (f64::from(low)..=f64::from(high)).contains(&ticks) && (exact - ticks).abs() <= slack;
    inside.then_some(ticks as u32)
}

/// How messages write such a range.
pub fn within(dt: f64, (low, high): (u32, u32)) -> String {
    let ms = |ticks: u32| digits(dt * f64::from(ticks), 15);
    format!("multiples of dt = {} ms, {} … {} ms", general(dt), ms(low), ms(high))
}
