//! Neuron models and their exact propagators.
//!
//! Potentials are kept relative to the resting potential. Propagators follow NEST's exact integration
//! (Rotter & Diesmann 1999): computed once in `f64`, rounded to the state's precision by the core.

use super::check::{finite, value_error};
use crate::error::NetworkError;

/// Leaky integrate-and-fire with exponentially decaying synaptic currents (NEST `iaf_psc_exp`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifExp {
    /// Membrane time constant, ms.
    pub tau_m: f64,
    /// Capacitance, pF.
    pub c_m: f64,
    /// Resting potential, mV.
    pub e_l: f64,
    /// Threshold, mV.
    pub v_th: f64,
    /// Reset potential, mV.
    pub v_reset: f64,
    /// Refractory time, ms.
    pub t_ref: f64,
    /// Time constant of the excitatory receptor, ms.
    pub tau_syn_exc: f64,
    /// Time constant of the inhibitory receptor, ms.
    pub tau_syn_inh: f64,
    /// Constant current, pA.
    pub i_e: f64,
}

/// Leaky integrate-and-fire with delta synapses: a weight is a jump in mV (NEST `iaf_psc_delta`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifDelta {
    /// Membrane time constant, ms.
    pub tau_m: f64,
    /// Capacitance, pF.
    pub c_m: f64,
    /// Resting potential, mV.
    pub e_l: f64,
    /// Threshold, mV.
    pub v_th: f64,
    /// Reset potential, mV.
    pub v_reset: f64,
    /// Refractory time, ms.
    pub t_ref: f64,
    /// Constant current, pA.
    pub i_e: f64,
}

/// The model of a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model {
    /// LIF with exponential currents.
    LifExp(LifExp),
    /// LIF with delta synapses.
    LifDelta(LifDelta),
    /// Emits given spikes; has no state and receives nothing.
    SpikeSource,
}

/// Propagators of one tick, in `f64`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Propagators {
    /// Decay of the potential over one tick.
    pub p22: f64,
    /// Potential per constant current, mV/pA.
    pub p20: f64,
    /// Decay of each receptor's current.
    pub p11: [f64; 2],
    /// Potential per receptor current, mV/pA.
    pub p21: [f64; 2],
    /// Threshold relative to rest, mV.
    pub theta: f64,
    /// Reset relative to rest, mV.
    pub reset: f64,
    /// Refractory ticks.
    pub refractory: u16,
}

/// Most potential per current, mV/pA: with 1e12 pA, the largest current that can be described, still finite in `f32`.
const MOST_PER_CURRENT: f64 = 1e12;

/// Potential after `h` of a unit current decaying with `tau_s`, through `tau_m` and `c_m` (mV/pA).
///
/// `1/(C d) (e^{-h/tau_m} - e^{-h/tau_s})` with `d = 1/tau_s - 1/tau_m`: the slower of the two decays times `expm1` of
/// the difference, which never overflows and stays smooth at `tau_s = tau_m` (limit `h/C e^{-h/tau_m}`).
fn current_to_potential(tau_s: f64, tau_m: f64, c_m: f64, h: f64) -> f64 {
    let x = (h * (1.0 / tau_s - 1.0 / tau_m)).abs();
    let shape = if x == 0.0 { 1.0 } else { -libm::expm1(-x) / x };
    h / c_m * libm::exp(-h / tau_m.max(tau_s)) * shape
}

impl Model {
    /// Accumulators per neuron: receptors with one time constant share one (the sum of the two currents obeys
    /// the same equation), a delta synapse has one, a spike source none.
    pub fn receptors(&self) -> usize {
        match self {
            Model::LifExp(m) => 1 + usize::from(m.tau_syn_exc != m.tau_syn_inh),
            Model::LifDelta(_) => 1,
            Model::SpikeSource => 0,
        }
    }

    /// Synaptic currents per neuron.
    pub fn currents(&self) -> usize {
        if matches!(self, Model::LifExp(_)) { self.receptors() } else { 0 }
    }

    /// Resting potential in mV (0 for a spike source).
    pub fn rest(&self) -> f64 {
        match self {
            Model::LifExp(m) => m.e_l,
            Model::LifDelta(m) => m.e_l,
            Model::SpikeSource => 0.0,
        }
    }

    /// Constant current in pA.
    pub fn i_e(&self) -> f64 {
        match self {
            Model::LifExp(m) => m.i_e,
            Model::LifDelta(m) => m.i_e,
            Model::SpikeSource => 0.0,
        }
    }

    /// Propagators for a tick of `h` ms.
    pub fn propagators(&self, h: f64) -> Option<Propagators> {
        let (tau_m, c_m, e_l, v_th, v_reset, t_ref, taus) = match *self {
            Model::LifExp(m) => (m.tau_m, m.c_m, m.e_l, m.v_th, m.v_reset, m.t_ref, Some([m.tau_syn_exc, m.tau_syn_inh])),
            Model::LifDelta(m) => (m.tau_m, m.c_m, m.e_l, m.v_th, m.v_reset, m.t_ref, None),
            Model::SpikeSource => return None,
        };
        let refractory = (t_ref / h).round() as u16;
        Some(Propagators {
            p22: libm::exp(-h / tau_m),
            p20: -tau_m / c_m * libm::expm1(-h / tau_m),
            p11: taus.map_or([0.0; 2], |taus| taus.map(|tau| libm::exp(-h / tau))),
            p21: taus.map_or([0.0; 2], |taus| taus.map(|tau| current_to_potential(tau, tau_m, c_m, h))),
            theta: v_th - e_l,
            reset: v_reset - e_l,
            refractory,
        })
    }

    /// Checks every parameter against its range.
    pub(super) fn check(&self, name: &str, dt: f64) -> Result<(), NetworkError> {
        let (common, taus) = match *self {
            Model::LifExp(m) => (
                [m.tau_m, m.c_m, m.e_l, m.v_th, m.v_reset, m.t_ref, m.i_e],
                vec![("tau_syn_exc", m.tau_syn_exc), ("tau_syn_inh", m.tau_syn_inh)],
            ),
            Model::LifDelta(m) => ([m.tau_m, m.c_m, m.e_l, m.v_th, m.v_reset, m.t_ref, m.i_e], vec![]),
            Model::SpikeSource => return Ok(()),
        };
        let [tau_m, c_m, _, v_th, v_reset, t_ref, _] = common;
        for (parameter, value) in ["tau_m", "c_m", "e_l", "v_th", "v_reset", "t_ref", "i_e"].into_iter().zip(common) {
            finite(name, parameter, value)?;
        }
        for (parameter, value) in [("tau_m", tau_m), ("c_m", c_m)].into_iter().chain(taus) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(value_error(name, parameter, value, "greater than 0"));
            }
        }
        if v_reset >= v_th {
            return Err(value_error(name, "v_reset", v_reset, &format!("below v_th, {v_th} mV")));
        }
        let per_current = self.propagators(dt).map_or([0.0; 3], |p| [p.p20, p.p21[0], p.p21[1]]);
        if !per_current.iter().all(|p| p.is_finite() && *p <= MOST_PER_CURRENT) {
            let allowed = format!("such that 1 pA moves the potential by at most {MOST_PER_CURRENT:e} mV in a tick of {dt} ms");
            return Err(value_error(name, "c_m", format_args!("{c_m:?}"), &allowed));
        }
        let ticks = t_ref / dt;
        if t_ref < 0.0 || ticks > 65_535.0 || (ticks - ticks.round()).abs() > 1e-6 * ticks.max(1.0) {
            return Err(value_error(name, "t_ref", t_ref, &format!("a multiple of dt, {dt} ms, from 0 to 65535 ticks")));
        }
        Ok(())
    }
}
