//! What is counted of a network for a word to its caller, before it is built: nothing of it is refused.

use super::initial;
use super::plan::q16_steps;
use crate::allocation::push;
use crate::error::CompileError;
use crate::id::PopulationId;
use crate::network::{Distribution, Network};
use crate::number::weight::{Q16, Weight};
use crate::random::normal_mass;

/// Weights that 16 bits round to 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lost {
    /// Projection.
    pub projection: usize,
    /// Their share of the weights that are not 0; of drawn ones the expected share.
    pub share: f64,
    /// The grid of all weights onto the target: below half of it a weight is lost.
    pub step: f64,
}

/// Of each projection that has such weights, what 16 bits make of them.
///
/// # Errors
/// Where the network does not fit into 16 bits at all.
pub fn lost_weights(network: &Network) -> Result<Vec<Lost>, CompileError> {
    let steps = q16_steps(network)?;
    let mut all = vec![];
    for (projection, described) in network.projections.iter().enumerate() {
        let step = steps[described.target];
        let share = lost_share(&described.weight, step);
        if share > 0.0 {
            push(&mut all, Lost { projection, share, step }, "remarks on a network");
        }
    }
    Ok(all)
}

fn lost_share(law: &Distribution, step: f64) -> f64 {
    let half = step / 2.0;
    match law {
        Distribution::Constant(_) => 0.0, // one that were lost is refused
        Distribution::Uniform { low, high } => (high.min(half) - low.max(-half)).max(0.0) / (high - low).max(f64::MIN_POSITIVE),
        Distribution::Normal { mean, sd, low, high, clip } => {
            let lost = normal_mass(*mean, *sd, low.max(-half), high.min(half));
            if *clip { lost } else { lost / normal_mass(*mean, *sd, *low, *high) }
        }
        Distribution::Array(values) => {
            let given = values.iter().filter(|&&weight| weight != 0.0).count();
            let lost = values.iter().filter(|&&weight| weight != 0.0 && Q16::encode(weight, step) == Q16::default()).count();
            lost as f64 / given.max(1) as f64
        }
    }
}

/// Neurons whose potential at time 0 was given, and is at their threshold or above: of each population that has such, how many.
pub fn above_threshold(network: &Network) -> Vec<(PopulationId, u32)> {
    let mut all = vec![];
    for (id, population) in network.populations.iter().enumerate() {
        let lowest = population.models(0..population.size as usize).map(|model| model.threshold()).fold(f64::INFINITY, f64::min);
        if population.initial.range().1 < lowest {
            continue;
        }
        let potentials = initial::potentials(network, id);
        let above = |&(k, v): &(usize, f64)| {
            let model = population.model_of(k);
            v >= model.threshold() && v != model.rest()
        };
        let count = potentials.into_iter().enumerate().filter(above).count() as u32;
        if count > 0 {
            push(&mut all, (id, count), "remarks on a network");
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::LifDelta;

    const MODEL: LifDelta = LifDelta { tau_m: 20.0, c_m: 250.0, e_l: -70.0, v_th: -55.0, v_reset: -70.0, t_ref: 0.0, i_e: 0.0 };

    #[test]
    fn weights_below_half_a_step_are_lost() {
        let array = Distribution::Array(vec![0.0, 0.49, -0.49, 0.5, 3.0]);
        assert_eq!(lost_share(&array, 1.0), 0.5);
        assert_eq!(lost_share(&Distribution::Uniform { low: 0.0, high: 4.0 }, 1.0), 0.125);
        assert_eq!(lost_share(&Distribution::Uniform { low: 2.0, high: 4.0 }, 1.0), 0.0);
        let normal = |clip, low| Distribution::Normal { mean: 0.0, sd: 1.0, low, high: f64::INFINITY, clip };
        let within = 0.382_924_922_548_026; // P(-1/2 <= X <= 1/2), Abramowitz and Stegun, table 26.1
        assert!((lost_share(&normal(false, f64::NEG_INFINITY), 1.0) - within).abs() < 1e-12);
        assert!((lost_share(&normal(false, 0.0), 1.0) - within).abs() < 1e-12);
        assert!((lost_share(&normal(true, 0.0), 1.0) - within / 2.0).abs() < 1e-12);
    }

    #[test]
    fn neurons_that_begin_above_their_threshold_are_counted() {
        let mut network = Network::new(0.1, 1).expect("valid");
        let add = |network: &mut Network, law: Option<Distribution>| {
            let id = network.population("a", 1_000, MODEL).expect("valid");
            law.map_or(Ok(()), |law| network.initial_potential(id, law)).expect("valid");
        };
        add(&mut network, None);
        add(&mut network, Some(Distribution::Constant(-55.0)));
        add(&mut network, Some(Distribution::Uniform { low: -60.0, high: -50.0 }));
        add(&mut network, Some(Distribution::Uniform { low: -65.0, high: -55.5 }));
        let found = above_threshold(&network);
        assert_eq!((found.len(), found[0]), (2, (1, 1_000)));
        assert!(found[1].0 == 2 && found[1].1.abs_diff(500) < 80, "{found:?}"); // five standard deviations
    }
}
