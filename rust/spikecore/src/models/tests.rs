//! The ranges of parameters, and what models state of themselves.

use std::collections::HashSet;

use super::*;

const DELTA: LifDelta = LifDelta { tau_m: 20.0, c_m: 250.0, e_l: -65.0, v_th: -50.0, v_reset: -65.0, t_ref: 0.0, i_e: 0.0 };
const ADAPTIVE: Alif = Alif { tau_m: 20.0, tau_adp: 200.0, b0: 0.1, beta: 1.8, r_m: 1.0, i_e: 0.0 };

fn with_defaults(name: &str) -> Values {
    let mut values = Values::default();
    let parameters = kind(name).unwrap().parameters().iter().zip(&mut values);
    parameters.for_each(|(parameter, value)| *value = parameter.default);
    values
}

fn refused(model: impl Into<Model>) -> Option<(&'static str, f64)> {
    model.into().check(0.1).err().map(|mistake| (mistake.parameter, mistake.value))
}

#[test]
fn ends_of_ranges_are_limits_or_mistakes() {
    let infinite = f64::INFINITY;
    assert_eq!(refused(LifDelta { tau_m: infinite, v_th: infinite, ..DELTA }), None);
    assert_eq!(refused(ADAPTIVE), None);
    assert!(refused(LifDelta { tau_m: f64::NAN, ..DELTA }).is_some_and(|(name, value)| name == "tau_m" && value.is_nan()));
    assert_eq!(refused(LifDelta { tau_m: -infinite, ..DELTA }), Some(("tau_m", -infinite)));
    assert!(refused(LifDelta { v_th: f64::NAN, ..DELTA }).is_some_and(|(name, value)| name == "v_th" && value.is_nan()));
    assert_eq!(refused(LifDelta { v_th: -infinite, ..DELTA }), Some(("v_th", -infinite)));
    assert_eq!(refused(LifDelta { v_reset: -50.0, ..DELTA }), Some(("v_reset", -50.0)));
    assert_eq!(refused(LifDelta { c_m: infinite, ..DELTA }), Some(("c_m", infinite)));
    assert_eq!(refused(LifDelta { c_m: 1e-20, ..DELTA }), Some(("c_m", 1e-20)));
    assert_eq!(refused(LifDelta { t_ref: 2.0, ..DELTA }), None);
    assert_eq!(refused(LifDelta { t_ref: 2.05, ..DELTA }), Some(("t_ref", 2.05)));
    assert_eq!(refused(LifDelta { t_ref: 6_553.5, ..DELTA }), None);
    assert_eq!(refused(LifDelta { t_ref: 6_553.6, ..DELTA }), Some(("t_ref", 6_553.6)));
    assert_eq!(refused(LifSubtract(DELTA)), None);
    assert_eq!(refused(LifSubtract(LifDelta { t_ref: 2.0, ..DELTA })), Some(("t_ref", 2.0)));
    assert_eq!(refused(Alif { tau_adp: 0.0, ..ADAPTIVE }), Some(("tau_adp", 0.0)));
    assert_eq!(refused(Alif { tau_m: infinite, ..ADAPTIVE }), Some(("tau_m", infinite)));
    assert_eq!(refused(Alif { r_m: -1e17, ..ADAPTIVE }), Some(("r_m", -1e17)));
}

#[test]
fn an_alpha_current_has_a_slope_in_f32() {
    let alpha = |tau_syn_inh: f64| Model::new(kind("lif_alpha").unwrap(), with_defaults("lif_alpha")).with(7, tau_syn_inh);
    assert_eq!(refused(alpha(1e-39)), Some(("tau_syn_inh", 1e-39)));
    assert_eq!(refused(alpha(1e-38)), None);
    for (tau, watched) in [(1e-38, true), (2.7e-12, true), (2.8e-12, false), (2.0, false), (2_718.0, false), (2_719.0, true)] {
        assert_eq!(alpha(tau).jump().is_infinite(), watched, "{tau}");
    }
}

#[test]
fn a_time_of_ticks_has_as_many_as_the_longest_delay() {
    let longest = f64::from(crate::MAX_DELAY);
    assert!(Range::Ticks.contains(longest, 1.0) && !Range::Ticks.contains(longest + 1.0, 1.0));
    assert_eq!(Range::Ticks.words(1.0), format!("a multiple of dt, 1 ms, from 0 to {longest} ticks"));
}

#[test]
fn names_are_known_once() {
    let names: HashSet<&str> = kinds().iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), kinds().len());
    assert!(names.iter().all(|name| kind(name).is_some_and(|kind| kind.name() == *name)) && kind("lif").is_none());
    for kind in kinds() {
        let parameters: HashSet<&str> = kind.parameters().iter().map(|parameter| parameter.name).collect();
        assert!(parameters.len() == kind.parameters().len() && parameters.len() <= describe::MOST_PARAMETERS, "{}", kind.name());
    }
}

#[test]
fn a_model_is_its_record() {
    let model = Model::from(DELTA);
    assert_eq!(model.values()[..7], [20.0, 250.0, -65.0, -50.0, -65.0, 0.0, 0.0]);
    assert!(model == Model::from(DELTA) && model != Model::from(LifSubtract(DELTA)) && model != model.with(0, 10.0));
    let shown = format!("{model:?}");
    assert!(shown.starts_with("lif_delta") && shown.contains("tau_m: 20.0"), "{shown}");
}
