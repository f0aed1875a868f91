//! What is counted of the neurons of a slice, and whether their state is watched.

use super::finite::Lost;

/// Counts since tick 0, and what is known of the state.
#[derive(Debug, Clone, Copy)]
pub struct Tally {
    /// Single neurons stepped.
    pub updated: u64,
    /// Events received from Poisson stimuli.
    pub stimulus_events: u64,
    /// Whether constants or weights may make a state overflow at any time.
    pub careful: bool,
    /// Whether the state is looked at after every tick ([`super::finite`]).
    pub watched: bool,
    /// What has left the finite range first.
    pub lost: Option<Lost>,
}

impl Tally {
    /// Of tick 0.
    pub fn new(careful: bool) -> Self {
        Self { updated: 0, stimulus_events: 0, careful, watched: true, lost: None }
    }

    /// Back to tick 0.
    pub fn reset(&mut self) {
        *self = Self::new(self.careful);
    }

    /// Has the state looked at after every tick, always: weights onto it are large.
    pub fn always_watch(&mut self) {
        (self.careful, self.watched) = (true, true);
    }
}
