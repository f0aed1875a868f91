//! A current that is constant between two ticks.

use super::stimulus::{Effect, Stimulate, check_magnitude};
use crate::refusal::{Refusal, first_immoderate};

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
        let at = |k: usize| if given == 1 { "amplitude".to_owned() } else { format!("amplitude[{k}]") };
        let wrong = first_immoderate(&self.amplitudes);
        wrong.map_or(Ok(()), |k| check_magnitude(at(k), self.amplitudes[k], " pA"))
    }

    fn weight(&self) -> f64 {
        0.0
    }

    fn most_events(&self) -> f64 {
        0.0
    }

    fn effects(&self, _: usize) -> Vec<Effect<'_>> {
        vec![Effect::Current(&self.amplitudes)]
    }
}
