//! A current that is constant between two ticks.

use super::stimulus::{Effect, Stimulate};
use crate::models::Model;
use crate::refusal::{Refusal, check_magnitude, check_magnitudes};

/// A current in pA.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectCurrent {
    /// One value for all, or one per neuron.
    pub amplitudes: Vec<f64>,
}

impl Stimulate for DirectCurrent {
    fn check(&self, neurons: u32) -> Result<(), Refusal> {
        let given = self.amplitudes.len();
        if given != 1 && given != neurons as usize {
            return Err(Refusal::new("", "amplitude", format!("{given} values"), format!("1 or {neurons} values")));
        }
        match *self.amplitudes {
            [amplitude] => check_magnitude("amplitude", amplitude, "pA"),
            ref all => check_magnitudes("amplitude", all, &[given], "pA"),
        }
    }

    fn weight(&self) -> f64 {
        0.0
    }

    fn most_events(&self) -> f64 {
        0.0
    }

    fn effects(&self, _: &Model) -> Vec<Effect<'_>> {
        vec![Effect::Current(&self.amplitudes)]
    }
}
