//! The ranges of model parameters.

use super::check::{finite, value_error};
use super::model::{Alif, LifDelta, Model};
use crate::error::NetworkError;

/// Most potential per current, mV/pA: with 1e12 pA, the largest current that can be described, still finite in `f32`.
const MOST_PER_CURRENT: f64 = 1e12;

/// Checks that a time or capacity is positive and finite.
fn positive(name: &str, parameter: &'static str, value: f64) -> Result<(), NetworkError> {
    if value > 0.0 && value.is_finite() { Ok(()) } else { Err(value_error(name, parameter, value, "greater than 0")) }
}

impl Model {
    /// Checks every parameter against its range.
    pub(super) fn check(&self, name: &str, dt: f64) -> Result<(), NetworkError> {
        if let Model::Alif(m) = self {
            check_adaptive(m, name)?;
        }
        let Some((m, taus)) = self.membrane() else { return self.check_gain(name, "r_m", dt) };
        check_membrane(&m, name)?;
        for (parameter, tau) in ["tau_syn_exc", "tau_syn_inh"].into_iter().zip(taus.into_iter().flatten()) {
            positive(name, parameter, tau)?;
        }
        self.check_gain(name, "c_m", dt)?;
        let ticks = m.t_ref / dt;
        if m.t_ref < 0.0 || ticks > 65_535.0 || (ticks - ticks.round()).abs() > 1e-6 * ticks.max(1.0) {
            return Err(value_error(name, "t_ref", m.t_ref, &format!("a multiple of dt, {dt} ms, from 0 to 65535 ticks")));
        }
        if matches!(self, Model::LifSubtract(_)) && m.t_ref != 0.0 {
            return Err(value_error(name, "t_ref", m.t_ref, "0 ms where the reset subtracts"));
        }
        Ok(())
    }

    fn check_gain(&self, name: &str, parameter: &'static str, dt: f64) -> Result<(), NetworkError> {
        let gains = self.propagators(dt).map_or([0.0; 3], |p| [p.p20, p.p21[0], p.p21[1]]);
        if gains.iter().all(|p| p.abs() <= MOST_PER_CURRENT) {
            return Ok(());
        }
        let value = match self {
            Model::Alif(m) => m.r_m,
            _ => self.membrane().map_or(0.0, |(m, _)| m.c_m),
        };
        let allowed = format!("such that 1 pA moves the potential by at most {MOST_PER_CURRENT:e} mV in a tick of {dt} ms");
        Err(value_error(name, parameter, format_args!("{value:?}"), &allowed))
    }
}

fn check_membrane(m: &LifDelta, name: &str) -> Result<(), NetworkError> {
    for (parameter, value) in [("e_l", m.e_l), ("v_reset", m.v_reset), ("t_ref", m.t_ref), ("i_e", m.i_e)] {
        finite(name, parameter, value)?;
    }
    if m.v_th.is_nan() || m.v_th == f64::NEG_INFINITY {
        return Err(value_error(name, "v_th", m.v_th, "a number, or infinity"));
    }
    if m.tau_m.is_nan() || m.tau_m <= 0.0 {
        return Err(value_error(name, "tau_m", m.tau_m, "greater than 0, or infinity"));
    }
    positive(name, "c_m", m.c_m)?;
    if m.v_reset >= m.v_th {
        return Err(value_error(name, "v_reset", m.v_reset, &format!("below v_th, {} mV", m.v_th)));
    }
    Ok(())
}

fn check_adaptive(m: &Alif, name: &str) -> Result<(), NetworkError> {
    for (parameter, value) in [("b0", m.b0), ("beta", m.beta), ("r_m", m.r_m), ("i_e", m.i_e)] {
        finite(name, parameter, value)?;
    }
    positive(name, "tau_m", m.tau_m)?;
    positive(name, "tau_adp", m.tau_adp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{LifExp, Network};

    const DELTA: LifDelta = LifDelta { tau_m: 20.0, c_m: 250.0, e_l: -65.0, v_th: -50.0, v_reset: -65.0, t_ref: 0.0, i_e: 0.0 };
    const ADAPTIVE: Alif = Alif { tau_m: 20.0, tau_adp: 200.0, b0: 0.1, beta: 1.8, r_m: 1.0, i_e: 0.0 };

    fn refused(model: Model) -> Option<String> {
        model.check("exc", 0.1).err().map(|error| error.to_string())
    }

    #[test]
    fn ends_of_ranges_are_limits_or_mistakes() {
        let infinite = f64::INFINITY;
        assert_eq!(refused(Model::LifDelta(LifDelta { tau_m: infinite, v_th: infinite, ..DELTA })), None);
        assert_eq!(refused(Model::Alif(ADAPTIVE)), None);
        let delta = |m| refused(Model::LifDelta(m)).expect("a mistake");
        assert!(delta(LifDelta { tau_m: f64::NAN, ..DELTA }).contains("tau_m is NaN"));
        assert!(delta(LifDelta { tau_m: -infinite, ..DELTA }).contains("tau_m is -inf"));
        assert!(delta(LifDelta { v_th: f64::NAN, ..DELTA }).contains("v_th is NaN"));
        assert!(delta(LifDelta { v_th: -infinite, ..DELTA }).contains("v_th is -inf"));
        assert!(delta(LifDelta { v_reset: -50.0, ..DELTA }).contains("v_reset is -50"));
        assert!(delta(LifDelta { c_m: infinite, ..DELTA }).contains("c_m is inf"));
        assert_eq!(refused(Model::LifDelta(LifDelta { t_ref: 2.0, ..DELTA })), None);
        assert!(refused(Model::LifSubtract(LifDelta { t_ref: 2.0, ..DELTA })).is_some_and(|text| text.contains("t_ref is 2")));
        let adaptive = |m| refused(Model::Alif(m)).expect("a mistake");
        assert!(adaptive(Alif { tau_adp: 0.0, ..ADAPTIVE }).contains("tau_adp is 0"));
        assert!(adaptive(Alif { tau_m: infinite, ..ADAPTIVE }).contains("tau_m is inf"));
        assert!(adaptive(Alif { r_m: -1e17, ..ADAPTIVE }).contains("r_m is -1e17"));
    }

    #[test]
    fn a_varied_population_has_one_kind_and_the_most_receptors() {
        let LifDelta { tau_m, c_m, e_l, v_th, v_reset, t_ref, i_e } = DELTA;
        let exp = |tau_syn_inh| Model::LifExp(LifExp { tau_m, c_m, e_l, v_th, v_reset, t_ref, tau_syn_exc: 2.0, tau_syn_inh, i_e });
        let mut network = Network::new(0.1, 1).expect("valid");
        let id = network.varied_population("exc", vec![exp(2.0), exp(5.0), exp(2.0)]).expect("valid");
        assert_eq!((network.populations[id].size, network.populations[id].model.receptors()), (3, 2));
        let mixed = network.varied_population("inh", vec![exp(2.0), Model::LifDelta(DELTA)]).expect_err("two kinds").to_string();
        assert!(mixed.contains("inh, neuron"), "{mixed}");
        let wrong = network.varied_population("inh", vec![exp(2.0), exp(-1.0)]).expect_err("a mistake").to_string();
        assert!(wrong.contains("inh, neuron 1") && wrong.contains("tau_syn_inh is -1"), "{wrong}");
        assert!(network.varied_population("none", vec![]).is_err());
        assert!(network.check_events().is_err_and(|error| error.to_string().starts_with("exc: updates is \"event\", allowed")));
    }

    #[test]
    fn equal_models_are_one() {
        let mut network = Network::new(0.1, 1).expect("valid");
        let id = network.varied_population("exc", vec![Model::LifDelta(DELTA); 3]).expect("valid");
        let made = &network.populations[id];
        assert_eq!((made.size, made.each.len(), made.model), (3, 0, Model::LifDelta(DELTA)));
        assert_eq!(network.check_events(), Ok(()));
        network.population("adaptive", 3, Model::Alif(ADAPTIVE)).expect("valid");
        assert!(network.check_events().is_err_and(|error| error.to_string().starts_with("adaptive: updates")));
    }
}
