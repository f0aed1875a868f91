//! What drives the neurons of a slice from outside: the effects of the stimuli of their population.

use crate::allocation::{copied, gathered, push};
use crate::id::PopulationId;
use crate::network::Network;
use crate::neurocore::Outside;
use crate::number::weight::Weight;
use crate::random::PoissonCounts;
use crate::stimuli::Effect;
use crate::stimuli::poisson::PoissonDrive;
use crate::stimuli::rare::RareDrive;
use std::ops::Range;

/// What drives neurons `range` of a population: these stimuli, by number, and the constant input of their model. `step` is the
/// quantum of weights onto them.
pub fn outside<W: Weight>(network: &Network, step: f64, stimuli: &[usize], id: PopulationId, range: &Range<usize>) -> Outside<W> {
    let model = &network.populations[id].model;
    let (mut poisson, mut rare, mut currents) = (vec![], vec![], vec![]);
    for &number in stimuli {
        let stimulus = &network.stimuli[number];
        let (start, stop) = (stimulus.start, stimulus.stop);
        let (seed, key) = (network.seed, number as u32);
        for effect in stimulus.law.effects(model) {
            match effect {
                Effect::Rare { gaps, weight, receptor } => {
                    let slice = (range.start as u32, range.len() as u32);
                    let drive = RareDrive::new(gaps, (seed, key), W::encode(weight, step), receptor, (start, stop), slice);
                    push(&mut rare, drive, "stimuli");
                }
                Effect::Frequent { lambda, weight, receptor } => {
                    let counts = PoissonCounts::new(lambda).expect("invariant: checked in the description");
                    let weight = W::encode(weight, step);
                    push(&mut poisson, PoissonDrive { counts, seed, stimulus: key, weight, receptor, start, stop }, "stimuli");
                }
                Effect::Current(amplitudes) => {
                    let own = if amplitudes.len() == 1 { amplitudes } else { &amplitudes[range.clone()] };
                    push(&mut currents, (copied(own, "currents"), start, stop), "stimuli");
                }
            }
        }
    }
    let models = network.populations[id].models(range.clone());
    let i_e = gathered(models.clone().map(|model| model.current()), "currents");
    let p20 = gathered(models.map(|model| model.per_current(network.dt)), "currents");
    Outside { poisson, rare, currents, given: vec![], i_e, p20, bias: vec![], next_change: 0 }
}
