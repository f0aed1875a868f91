//! A spike source: neurons of one slice that send at given steps.
//!
//! It has the spikes that the network describes, and may be given others in their place until the next reset.

use super::counts::SpikeCounts;
use crate::allocation::push;
use crate::id::{NeuronId, Tick};
use std::sync::Arc;

/// The spikes of one slice and how far they have been sent.
#[derive(Debug)]
pub struct Source {
    /// As the network describes it: (step, index in the slice), sorted. Shared with replicas.
    described: Arc<Vec<(Tick, u32)>>,
    /// What is sent in its place, if anything is.
    given: Vec<(Tick, u32)>,
    uses_given: bool,
    /// How many have been sent.
    sent: usize,
}

impl Source {
    /// A source that sends these spikes, (step, index in the slice), sorted.
    pub fn new(described: Vec<(Tick, u32)>) -> Self {
        Self { described: Arc::new(described), given: vec![], uses_given: false, sent: 0 }
    }

    /// The same for a replica, before anything is given.
    pub fn replica(&self) -> Self {
        Self { described: Arc::clone(&self.described), given: vec![], uses_given: false, sent: 0 }
    }

    /// Back to the first spike that the network describes.
    pub fn reset(&mut self) {
        self.given.clear();
        (self.uses_given, self.sent) = (false, 0);
    }

    /// Sends, until the next reset, those of these spikes, stamped (tick, neuron) and sorted, that belong to the `len`
    /// neurons from `first` on.
    pub fn give(&mut self, spikes: &[(Tick, u32)], first: u32, len: u32) {
        self.given.clear();
        let inside = spikes.iter().filter(|&&(_, neuron)| (first..first + len).contains(&neuron));
        for &(tick, neuron) in inside {
            push(&mut self.given, (tick - 1, neuron - first), "the spikes of a source");
        }
        self.uses_given = true;
    }

    fn spikes(&self) -> &[(Tick, u32)] {
        if self.uses_given { &self.given } else { &self.described }
    }

    /// The step of the next spike.
    pub fn next_event(&self) -> Tick {
        self.spikes().get(self.sent).map_or(Tick::MAX, |spike| spike.0)
    }

    /// Takes the spikes of all steps below `end`, in order: `send(step, index in the slice)`.
    pub fn take(&mut self, end: Tick, mut send: impl FnMut(Tick, u32)) {
        let due = self.spikes()[self.sent..].iter().take_while(|spike| spike.0 < end);
        self.sent += due.inspect(|&&(tick, neuron)| send(tick, neuron)).count();
    }

    /// Sends the spikes of step `now`: counts them, and puts the ids, which begin at `first_id`, on `emitted`.
    pub fn send(&mut self, now: Tick, first_id: NeuronId, counts: &mut SpikeCounts, emitted: &mut Vec<NeuronId>) {
        self.take(now + 1, |_, neuron| {
            counts.add(neuron as usize);
            emitted.push(first_id + neuron);
        });
    }

    /// Bytes that so many described spikes will take.
    pub fn expected_bytes(spikes: usize) -> u64 {
        (spikes * size_of::<(Tick, u32)>()) as u64
    }

    /// Bytes of spikes.
    pub fn bytes(&self) -> u64 {
        (size_of_val(&**self.described) + size_of_val(&*self.given)) as u64
    }
}
