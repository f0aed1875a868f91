//! What is declared, and what is taken back of it: the face knows of a declaration only when its call ends, and a signal
//! may come before.

use super::Network;

impl Network {
    /// How many populations, projections, stimuli and recorders there are.
    pub fn declared(&self) -> [usize; 4] {
        [self.populations.len(), self.projections.len(), self.stimuli.len(), self.recorders.len()]
    }

    /// Takes back what was declared last, down to so many of each: of a call of the face that did not come to its end.
    /// Nothing that is kept may refer to it.
    pub fn keep(&mut self, [populations, projections, stimuli, recorders]: [usize; 4]) {
        self.populations.truncate(populations);
        self.recorded.truncate(populations);
        self.projections.truncate(projections);
        self.stimuli.truncate(stimuli);
        self.recorders.truncate(recorders);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Alif, Model};
    use crate::stimuli::{DirectCurrent, Stimulus};

    #[test]
    fn what_was_declared_last_is_taken_back() {
        let model = Model::from(Alif { tau_m: 20.0, tau_adp: 100.0, b0: 1.0, beta: 1.0, r_m: 1.0, i_e: 0.0 });
        let mut network = Network::new(0.1, 1).expect("a tick that may be");
        for name in ["a", "b"] {
            network.population(name, 3, model).expect("a population");
        }
        let current = |population| Stimulus::new(population, (0, 9), DirectCurrent { amplitudes: vec![1.0] });
        for population in 0..2 {
            network.stimulus(current(population)).expect("a stimulus");
        }
        assert_eq!(network.declared(), [2, 0, 2, 0]);
        network.keep([1, 0, 1, 0]);
        assert_eq!((network.declared(), network.neurons(), network.recorded.len()), ([1, 0, 1, 0], 3, 1));
        assert_eq!(network.population("c", 2, model).expect("a population"), 1);
        assert_eq!(network.populations[1].first, 3);
    }
}
