//! Populations of neurons that differ.

use super::*;
use crate::models::{Alif, LifDelta, LifExp};

const DELTA: LifDelta = LifDelta { tau_m: 20.0, c_m: 250.0, e_l: -65.0, v_th: -50.0, v_reset: -65.0, t_ref: 0.0, i_e: 0.0 };

#[test]
fn a_varied_population_has_the_most_receptors() {
    let LifDelta { tau_m, c_m, e_l, v_th, v_reset, t_ref, i_e } = DELTA;
    let exp = LifExp { tau_m, c_m, e_l, v_th, v_reset, t_ref, tau_syn_exc: 2.0, tau_syn_inh: 2.0, i_e };
    let mut network = Network::new(0.1, 1).expect("valid");
    let id = network.varied_population("exc", 3, exp, vec![(7, vec![2.0, 5.0, 2.0])]).expect("valid");
    let population = &network.populations[id];
    assert_eq!((population.size, population.model.receptors()), (3, 2));
    assert_eq!(population.models(0..3).map(|model| model.receptors()).collect::<Vec<_>>(), [1, 2, 1]);
    let wrong = network.varied_population("inh", 2, exp, vec![(7, vec![2.0, -1.0])]).expect_err("a mistake").to_string();
    assert_eq!(wrong, "inh: tau_syn_inh[1] is -1.0, allowed: > 0 and ≤ 1e+12 ms");
    assert!(network.varied_population("none", 0, exp, vec![]).is_err());
    assert!(network.check_events().is_err_and(|error| error.to_string().starts_with("exc: updates is 'event', allowed")));
}

#[test]
fn equal_values_are_one() {
    let mut network = Network::new(0.1, 1).expect("valid");
    let id = network.varied_population("exc", 3, DELTA, vec![(0, vec![10.0; 3])]).expect("valid");
    let made = &network.populations[id];
    assert_eq!((made.size, made.each.len(), made.model), (3, 0, Model::from(LifDelta { tau_m: 10.0, ..DELTA })));
    assert_eq!(network.check_events(), Ok(()));
    network.population("adaptive", 3, Alif { tau_m: 20.0, tau_adp: 200.0, b0: 0.1, beta: 1.8, r_m: 1.0, i_e: 0.0 }).expect("valid");
    assert!(network.check_events().is_err_and(|error| error.to_string().starts_with("adaptive: updates")));
}

#[test]
fn variables_have_names() {
    let mut network = Network::new(0.1, 1).expect("valid");
    let id = network.population("exc", 1, DELTA).expect("valid");
    assert_eq!(network.variable(id, "v"), Ok(Variable::POTENTIAL));
    assert!(network.variable(id, "i_syn").is_err_and(|error| error.to_string() == "exc: variable is 'i_syn', allowed: 'v'"));
    assert!(network.variable(7, "v").is_err());
}
