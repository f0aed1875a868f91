//! Leaky membranes: what their parameters must keep to, and their exact propagators.
//!
//! Potentials are kept relative to the resting potential. Propagators follow NEST's exact integration
//! (Rotter & Diesmann 1999): computed once in `f64`, rounded to the state's precision by the core. A membrane without
//! leak is the limit of an infinite `tau_m`: its potential keeps, and a current of 1 pA moves it by `h / c_m` in a tick.
//! A threshold of plus infinity is never reached: a read-out.

use super::describe::Mistake;
use super::propagators::Propagators;
use crate::refusal::general;

/// Most potential per current, mV/pA: with 1e12 pA, the largest current that can be described, still finite in `f32`.
const MOST_PER_CURRENT: f64 = 1e12;

/// What all leaky neurons have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Membrane {
    /// Membrane time constant, ms; infinite without leak.
    pub tau_m: f64,
    /// Capacitance, pF.
    pub c_m: f64,
    /// Resting potential, mV.
    pub e_l: f64,
    /// Threshold, mV; infinite where no spikes are wanted.
    pub v_th: f64,
    /// Reset potential, mV.
    pub v_reset: f64,
    /// Refractory time, ms.
    pub t_ref: f64,
}

impl Membrane {
    /// Its propagators, with so many currents per neuron, of receptors that decay with these time constants.
    pub fn propagators(&self, currents: usize, taus: &[f64], h: f64) -> Propagators {
        let mut p = Propagators {
            currents,
            p22: libm::exp(-h / self.tau_m),
            p20: self.per_current(h),
            p11: [0.0; 2],
            p21: [0.0; 2],
            theta: self.v_th - self.e_l,
            reset: self.v_reset - self.e_l,
            subtracts: false,
            refractory: self.refractory(h),
        };
        for (receptor, &tau) in taus.iter().enumerate() {
            p.p11[receptor] = libm::exp(-h / tau);
            p.p21[receptor] = current_to_potential(tau, self.tau_m, self.c_m, h);
        }
        p
    }

    /// Potential after `h` of a constant unit current (mV/pA).
    pub fn per_current(&self, h: f64) -> f64 {
        if self.tau_m.is_infinite() { h / self.c_m } else { -self.tau_m / self.c_m * libm::expm1(-h / self.tau_m) }
    }

    /// Refractory ticks.
    pub fn refractory(&self, h: f64) -> u16 {
        (self.t_ref / h).round() as u16
    }

    /// The largest magnitude by which a spike moves the potential. A threshold that is infinite is met by none.
    pub fn jump(&self) -> f64 {
        let jumps = [self.v_th - self.e_l, self.v_reset - self.e_l].into_iter().filter(|&jump| jump != f64::INFINITY);
        jumps.map(f64::abs).fold(0.0, f64::max)
    }

    /// The reset must lie below the threshold.
    pub fn check(&self) -> Result<(), Mistake> {
        if self.v_reset < self.v_th {
            return Ok(());
        }
        Err(Mistake { parameter: "v_reset", value: self.v_reset, allowed: format!("below v_th = {} mV", general(self.v_th)) })
    }

    /// A current must not move the potential without bounds.
    pub fn check_step(&self, taus: &[f64], h: f64) -> Result<(), Mistake> {
        let p = self.propagators(taus.len(), taus, h);
        check_gain("c_m", self.c_m, &[p.p20, p.p21[0], p.p21[1]], h)
    }
}

/// Checks that a current moves the potential by no more than [`MOST_PER_CURRENT`]; if not, `parameter` is named.
pub fn check_gain(parameter: &'static str, value: f64, gains: &[f64], h: f64) -> Result<(), Mistake> {
    if gains.iter().all(|gain| gain.abs() <= MOST_PER_CURRENT) {
        return Ok(());
    }
    let allowed = format!("such that 1 pA moves the potential by at most {MOST_PER_CURRENT:e} mV in a tick of {h} ms");
    Err(Mistake { parameter, value, allowed })
}

/// Potential after `h` of a unit current decaying with `tau_s`, through `tau_m` and `c_m` (mV/pA).
///
/// `1/(C d) (e^{-h/tau_m} - e^{-h/tau_s})` with `d = 1/tau_s - 1/tau_m`: the slower of the two decays times `expm1` of
/// the difference, which never overflows and stays smooth at `tau_s = tau_m` (limit `h/C e^{-h/tau_m}`).
pub fn current_to_potential(tau_s: f64, tau_m: f64, c_m: f64, h: f64) -> f64 {
    let x = (h * (1.0 / tau_s - 1.0 / tau_m)).abs();
    let shape = if x == 0.0 { 1.0 } else { -libm::expm1(-x) / x };
    h / c_m * libm::exp(-h / tau_m.max(tau_s)) * shape
}
