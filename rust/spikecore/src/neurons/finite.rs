//! States that leave the finite range: found in the tick in which it happens, and named.
//!
//! A state variable that has overflown stays infinite, or becomes no number, in every further step: decay, input and
//! bias keep it so, and a neuron fires, and is reset, at a finite potential only. So it is enough to look.
//!
//! *Event-driven* neurons are looked at where they are stepped. Of a state that is not finite no bound says that it stays
//! below the threshold ([`crate::neurons::event::flow`]), so who has one asks for an alarm at once, and those alone are looked at. In closed
//! form nothing overflows: who is left alone has a reach that is finite.
//!
//! *Dense* blocks are looked at after every tick only while a slab is **watched**: from tick 0 up to the first census, and after a
//! census at which a state variable or bias is not below [`SAFE`]; and always where a constant is not, or a weight not below
//! [`SAFE_WEIGHT`]. In all others no state can overflow before the next census, at most 64 ticks later. In `f32`, whose largest
//! number is 3e38: fewer than 2^37 synapses and events bring a neuron less than 1.4e11 x 1e9 = 1.4e20 in a tick. Its
//! currents, which decay, stay below 1e20 + 64 x 1.4e20 < 1e22; a pA moves the potential by at most 1e12 mV in a tick (checked
//! in the description), so 64 ticks by less than 6.4e35, and bias and what spikes subtract by less than 64 x 3e20.
//!
//! An alpha current has a slope besides, which a unit of weight moves by `e / tau`. A model with `e / tau` outside 1e-3 to 1e12
//! 1/ms is always watched. In all others slopes, which decay, stay below 1e20 + 64 x 1.4e20 x 1e12 < 1e34. Of a slope `d` a current
//! gets `d t exp(-t/tau)` after `t` ms, at most `d tau / e`: less than 1e20 x 1e3 of a slope that is there at a census, and at most
//! its weight of what arrives later, so currents stay below 1e20 + 1e23 + 64 x 1.4e20 < 1.2e23 and move the potential in 64 ticks
//! by less than 7.7e36. A weight moves the potential through its slope by at most 1e12 mV in a tick (checked too), a slope of
//! 1 pA/ms by at most 1e12 x 1e3: in 64 ticks by less than 64 x (64 x 1.4e20 x 1e12 + 1e20 x 1e15) < 7.1e36.
//!
//! So the tick, and who is found in it, depend on the states alone: on no split of a run, worker, level or recording.

use crate::id::Tick;
use crate::models::Model;
use crate::number::real::Real;

/// Potentials, currents, biases and constants below this cannot overflow before the next census.
const SAFE: f64 = 1e20;
/// Nor can they by weights below this.
pub const SAFE_WEIGHT: f64 = 1e9;

/// A state that has left the finite range. Of several the least counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// The step after which it was found.
    pub tick: Tick,
    /// Index in its slice.
    pub neuron: u32,
    /// Its place in the neuron's state: 0 the potential.
    place: u8,
}

impl Lost {
    /// State `place` of a neuron of a slice.
    pub fn new(tick: Tick, neuron: u32, place: usize) -> Self {
        Self { tick, neuron, place: place as u8 }
    }

    /// Its place in the neuron's state.
    pub fn place(self) -> usize {
        usize::from(self.place)
    }
}

/// What of a neuron is not finite, if anything; `neuron` is its index.
#[inline(always)]
pub(crate) fn lost_of<S: Real, const N: usize>(tick: Tick, neuron: u32, v: S, i: &[S; N]) -> Option<Lost> {
    let place = if v.is_finite() { 1 + i.iter().position(|i| !i.is_finite())? } else { 0 };
    Some(Lost::new(tick, neuron, place))
}

/// The lesser of what is known and what was found.
#[inline]
pub(crate) fn keep_least(known: &mut Option<Lost>, found: Option<Lost>) {
    *known = known.iter().copied().chain(found).min();
}

/// Is any of these not below [`SAFE`]? A loop that becomes vectors.
#[inline(always)]
pub(crate) fn any_unsafe<S: Real>(values: &[S]) -> bool {
    let safe = S::from_f64(SAFE);
    S::is_first_set(values.iter().fold(S::Mask::default(), |any, x| any | x.beyond(safe)))
}

/// Makes tiny numbers zero; has any of these left the finite range? A loop that becomes vectors.
#[inline(always)]
pub(crate) fn settle<S: Real>(values: &mut [S]) -> bool {
    let infinite = S::from_f64(f64::INFINITY);
    let mut lost = S::Mask::default();
    for value in values {
        *value = value.settle();
        lost = lost | value.beyond(infinite);
    }
    S::is_first_set(lost)
}

/// Is what a spike moves a state by not below [`SAFE`]?
pub(crate) fn is_unsafe(model: &Model) -> bool {
    model.jump() >= SAFE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::BLOCK;

    /// One such value among any number of safe ones, in any place.
    fn is_found<S: Real>(value: f64) -> Vec<bool> {
        let found = |len: usize, at: usize| {
            let mut values = vec![S::from_f64(-0.999 * SAFE); len];
            values[at] = S::from_f64(value);
            any_unsafe(&values)
        };
        (1..=40).chain([BLOCK]).flat_map(|len| (0..len).map(move |at| (len, at))).map(|(len, at)| found(len, at)).collect()
    }

    #[test]
    fn tiny_numbers_become_zero_and_what_is_lost_is_found() {
        let mut values = [1.0, -1e-31, 1e-29, 1e-40, -0.0, 3e38_f32];
        assert!(!settle(&mut values));
        assert_eq!(values, [1.0, 0.0, 1e-29, 0.0, 0.0, 3e38]);
        for lost in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            assert!(settle(&mut [0.0, lost, 1.0]), "{lost}");
        }
    }

    #[test]
    fn what_is_not_below_the_safe_magnitude_is_found_wherever_it_stands() {
        for value in [SAFE, -SAFE, 1e38, -1e38, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN] {
            assert!(is_found::<f32>(value).iter().chain(&is_found::<f64>(value)).all(|&found| found), "{value}");
        }
        let (narrow, wide) = ((SAFE as f32).next_down(), SAFE.next_down());
        for value in [0.0, -0.0, 1e-45, -70.0, f64::from(narrow), -f64::from(narrow)] {
            assert!(!is_found::<f32>(value).iter().chain(&is_found::<f64>(value)).any(|&found| found), "{value}");
        }
        assert!(!any_unsafe(&[wide, -wide]) && !any_unsafe::<f32>(&[]));
    }
}
