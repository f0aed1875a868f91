//! Spikes that are given: in order, and of each neuron one in a tick at most.

use crate::allocation::gathered;
use crate::id::Tick;
use crate::refusal::{Refusal, general};

/// The spikes (tick, neuron) in ascending order; `subject` is how messages name the source.
///
/// # Errors
/// Where a neuron has two in one tick.
pub fn in_order(subject: &str, (neurons, ticks): (&[u32], &[Tick]), dt: f64) -> Result<Vec<(Tick, u32)>, Refusal> {
    let mut spikes = gathered(ticks.iter().copied().zip(neurons.iter().copied()), "the spikes of a source");
    if !spikes.is_sorted() {
        spikes.sort_unstable();
    }
    let twice = spikes.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map(|pair| pair[0]).map_or(Ok(spikes), |(tick, neuron)| {
        let value = format!("two spikes of neuron {neuron} at {} ms", general(tick as f64 * dt));
        Err(Refusal::new(subject, "times", value, "one spike of a neuron in a tick"))
    })
}
