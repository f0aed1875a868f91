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

fn refused(model: impl Into<Model>) -> Option<(String, String)> {
    let checked = Neurons { model: &model.into(), each: &[] }.check(Place::Grid(0.1), &str::to_owned);
    checked.err().map(|refusal| (refusal.parameter.into_owned(), refusal.value.to_string()))
}

fn named(parameter: &str, value: &str) -> Option<(String, String)> {
    Some((parameter.to_owned(), value.to_owned()))
}

#[test]
fn ends_of_ranges_are_limits_or_mistakes() {
    let infinite = f64::INFINITY;
    assert_eq!(refused(LifDelta { tau_m: infinite, v_th: infinite, ..DELTA }), None);
    assert_eq!(refused(ADAPTIVE), None);
    assert!(refused(LifDelta { tau_m: f64::NAN, ..DELTA }) == named("tau_m", "nan"));
    assert_eq!(refused(LifDelta { tau_m: -infinite, ..DELTA }), named("tau_m", "-inf"));
    assert!(refused(LifDelta { v_th: f64::NAN, ..DELTA }) == named("v_th", "nan"));
    assert_eq!(refused(LifDelta { v_th: -infinite, ..DELTA }), named("v_th", "-inf"));
    assert_eq!(refused(LifDelta { v_reset: -50.0, ..DELTA }), named("v_reset", "-50.0"));
    assert_eq!(refused(LifDelta { c_m: infinite, ..DELTA }), named("c_m", "inf"));
    assert_eq!(refused(LifDelta { c_m: 1e-20, ..DELTA }), named("c_m", "1e-20"));
    assert_eq!(refused(LifDelta { t_ref: 2.0, ..DELTA }), None);
    assert_eq!(refused(LifDelta { t_ref: 2.05, ..DELTA }), named("t_ref", "2.05 ms"));
    assert_eq!(refused(LifDelta { t_ref: 6_553.5, ..DELTA }), None);
    assert_eq!(refused(LifDelta { t_ref: 6_553.6, ..DELTA }), named("t_ref", "6553.6 ms"));
    assert_eq!(refused(LifSubtract(DELTA)), None);
    assert_eq!(refused(LifSubtract(LifDelta { t_ref: 2.0, ..DELTA })), named("t_ref", "2.0"));
    assert_eq!(refused(Alif { tau_adp: 0.0, ..ADAPTIVE }), named("tau_adp", "0.0"));
    assert_eq!(refused(Alif { tau_m: infinite, ..ADAPTIVE }), named("tau_m", "inf"));
    assert_eq!(refused(Alif { r_m: -1e17, ..ADAPTIVE }), named("r_m", "-1e+17"));
}

#[test]
fn an_alpha_current_has_a_slope_in_f32() {
    let alpha = |tau_syn_inh: f64| Model::new(kind("lif_alpha").unwrap(), with_defaults("lif_alpha")).with(7, tau_syn_inh);
    assert_eq!(refused(alpha(1e-39)), named("tau_syn_inh", "1e-39"));
    assert_eq!(refused(alpha(1e-38)), None);
    for (tau, watched) in [(1e-38, true), (2.7e-12, true), (2.8e-12, false), (2.0, false), (2_718.0, false), (2_719.0, true)] {
        assert_eq!(alpha(tau).jump().is_infinite(), watched, "{tau}");
    }
}

#[test]
fn a_time_of_ticks_has_as_many_as_the_longest_delay() {
    let longest = f64::from(crate::MAX_DELAY);
    let at = |t_ref: f64| {
        let model = LifDelta { t_ref, ..DELTA }.into();
        Neurons { model: &model, each: &[] }.check(Place::Grid(1.0), &str::to_owned).map_err(|refusal| refusal.to_string())
    };
    assert_eq!(at(longest), Ok(()));
    assert_eq!(at(longest + 1.0), Err("t_ref is 65536.0 ms, allowed: multiples of dt = 1 ms, 0 … 65535 ms".to_owned()));
    assert_eq!(Range::Ticks.words("ms"), "0 … 65535 ticks, in ms");
}

#[test]
fn of_neurons_that_differ_the_first_that_cannot_be_is_named() {
    let check = |each: &[(usize, Vec<f64>)], spiking: bool| {
        let neurons = Neurons { model: &DELTA.into(), each };
        neurons.check(Place::Apart { spiking }, &|name| format!("my {name}")).map_err(|refusal| refusal.to_string())
    };
    let refused = |text: &str| Err(text.to_owned());
    assert_eq!(check(&[(0, vec![10.0, 0.0, -1.0])], true), refused("my tau_m[1] is 0.0, allowed: > 0 and ≤ 1e+12 ms, or infinite"));
    let thresholds = [(3, vec![-40.0, f64::INFINITY])];
    assert_eq!(check(&thresholds, false), Ok(()));
    assert_eq!(check(&thresholds, true), refused("my v_th[1] is inf, allowed: finite numbers, at most 1e+12 mV in magnitude"));
    assert_eq!(check(&[(3, vec![-40.0, -80.0])], true), refused("my v_reset[1] is -65.0, allowed: below v_th = -80 mV"));
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
