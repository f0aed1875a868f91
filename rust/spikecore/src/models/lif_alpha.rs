//! Leaky integrate-and-fire with alpha-shaped synaptic currents (NEST `iaf_psc_alpha`).
//!
//! A spike over a synapse of weight `w` adds `w e / tau_s` to the slope `d` of a receptor's current `i`, which then has its peak
//! `w` after `tau_s`. In a step the potential moves by the old slopes and currents, then
//! `i = p21 d + p11 i` with `p21 = h p11`, and `d = p11 d + e / tau_s w`. Where both receptors have one time constant they share
//! one current.

use std::f64::consts::E;
use std::ops::RangeInclusive;

use super::describe::{Described, Mistake, Readable, Shape, StateVariable, record};
use super::dynamics::Dynamics;
use super::leaky::{Membrane, check_gain, current_to_potential};
use crate::number::real::Real;

record! {
    /// Leaky integrate-and-fire with alpha-shaped synaptic currents (NEST `iaf_psc_alpha`).
    LifAlpha {
        /// Membrane time constant; infinite without leak.
        tau_m: "ms", PositiveOrInfinite, 20.0;
        /// Membrane capacitance.
        c_m: "pF", Positive, 250.0;
        /// Resting potential.
        e_l: "mV", Finite, -70.0;
        /// Threshold.
        v_th: "mV", OrInfinite, -55.0;
        /// Potential after a spike; below `v_th`.
        v_reset: "mV", Finite, -70.0;
        /// Refractory period.
        t_ref: "ms", Ticks, 2.0;
        /// Rise time of the excitatory current: when it peaks.
        tau_syn_exc: "ms", Positive, 2.0;
        /// Rise time of the inhibitory current: when it peaks.
        tau_syn_inh: "ms", Positive, 2.0;
        /// Constant current.
        i_e: "pA", Finite, 0.0;
    }
}

const ONE: &[StateVariable] = &[StateVariable::new("v", "mV"), StateVariable::new("di_syn", "pA/ms"), StateVariable::new("i_syn", "pA")];
const ONE_READABLE: &[Readable] = &[Readable::state(ONE, 0), Readable::state(ONE, 2)];
const TWO: &[StateVariable] = &[
    StateVariable::new("v", "mV"),
    StateVariable::new("di_exc", "pA/ms"),
    StateVariable::new("i_exc", "pA"),
    StateVariable::new("di_inh", "pA/ms"),
    StateVariable::new("i_inh", "pA"),
];
const TWO_READABLE: &[Readable] = &[Readable::state(TWO, 0), Readable::state(TWO, 2), Readable::state(TWO, 4)];

/// Slopes per weight, `e / tau_s` in 1/ms, with which no state can overflow between two looks at it
/// ([`crate::neurons::finite`]).
const TAME: RangeInclusive<f64> = 1e-3..=1e12;
/// Least rise time, ms: the slope per weight is a number in `f32`.
const LEAST_TAU: f64 = E / f32::MAX as f64;

impl LifAlpha {
    fn taus(&self) -> [f64; 2] {
        [self.tau_syn_exc, self.tau_syn_inh]
    }

    fn membrane(&self) -> Membrane {
        let Self { tau_m, c_m, e_l, v_th, v_reset, t_ref, .. } = *self;
        Membrane { tau_m, c_m, e_l, v_th, v_reset, t_ref }
    }

    /// Of a receptor: the decay of its current, the current per slope, the potential per slope and per current, the slope per
    /// weight.
    fn receptor(&self, tau_s: f64, h: f64) -> [f64; 5] {
        let p11 = libm::exp(-h / tau_s);
        let (tau_m, c_m) = (self.tau_m, self.c_m);
        [p11, h * p11, slope_to_potential(tau_s, tau_m, c_m, h), current_to_potential(tau_s, tau_m, c_m, h), E / tau_s]
    }
}

/// Potential after `h` of a current `t exp(-t/tau_s)`, through `tau_m` and `c_m` (mV ms/pA):
/// `1/C ∫ t e^{-t/tau_s} e^{-(h-t)/tau_m} dt = 1/C h² (e^{-h/tau_m} - e^{-h/tau_s} (1 + x)) / x²` with
/// `x = h (1/tau_s - 1/tau_m)`; where `x` is small, by its series `h²/C e^{-h/tau_m} Σ (-x)^n / (n! (n + 2))`.
fn slope_to_potential(tau_s: f64, tau_m: f64, c_m: f64, h: f64) -> f64 {
    let x = h * (1.0 / tau_s - 1.0 / tau_m);
    if x.abs() > 0.5 {
        return h * h / c_m * (libm::exp(-h / tau_m) - libm::exp(-h / tau_s) * (1.0 + x)) / (x * x);
    }
    // The terms fall faster than 2^-n / n!: twenty are more than a double holds.
    let (mut term, mut sum) = (1.0, 0.0);
    for n in 0..20 {
        sum += term / f64::from(n + 2);
        term *= -x / f64::from(n + 1);
    }
    h * h / c_m * libm::exp(-h / tau_m) * sum
}

impl Described for LifAlpha {
    const NAME: &'static str = "lif_alpha";
    const TITLE: &'static str = "LIF with alpha currents";
    const CLASS: &'static str = "LIFAlpha";

    fn check(&self) -> Result<(), Mistake> {
        for (parameter, value) in ["tau_syn_exc", "tau_syn_inh"].into_iter().zip(self.taus()) {
            if value < LEAST_TAU {
                return Err(Mistake { parameter, value, allowed: format!("at least {LEAST_TAU:e} ms") });
            }
        }
        self.membrane().check()
    }
    fn check_step(&self, h: f64) -> Result<(), Mistake> {
        self.membrane().check_step(&self.taus(), h)?;
        let per_weight = |tau: f64| slope_to_potential(tau, self.tau_m, self.c_m, h) * E / tau;
        check_gain("c_m", self.c_m, &self.taus().map(per_weight), h)
    }
    fn shape(&self) -> Shape {
        if self.tau_syn_exc == self.tau_syn_inh {
            Shape { receptors: 1, state: ONE, refractory: true, readable: ONE_READABLE }
        } else {
            Shape { receptors: 2, state: TWO, refractory: true, readable: TWO_READABLE }
        }
    }
    fn rest(&self) -> f64 {
        self.e_l
    }
    fn threshold(&self) -> f64 {
        self.v_th
    }
    fn current(&self) -> f64 {
        self.i_e
    }
    fn per_current(&self, h: f64) -> f64 {
        self.membrane().per_current(h)
    }
    fn jump(&self) -> f64 {
        let tame = self.taus().into_iter().all(|tau| TAME.contains(&(E / tau)));
        if tame { self.membrane().jump() } else { f64::INFINITY }
    }
}

/// What the potential gets of a receptor, and the receptor's next slope and current.
#[inline(always)]
fn receive<S: Real>([p11, p21, p31, p32, per_weight]: [S; 5], d: S, i: S, input: S) -> (S, S, S) {
    (d * p31 + i * p32, (d * p11 + input * per_weight).settle(), (d * p21 + i * p11).settle())
}

/// Ones where a potential has reached the threshold and is finite.
#[inline(always)]
fn reached<S: Real>(v: S, theta: S) -> S::Mask {
    S::mask((v >= theta) & (v < S::from_f64(f64::INFINITY)))
}

/// Its equations with one current.
#[derive(Debug, Clone, Copy)]
pub struct One;

impl<S: Real> Dynamics<S> for One {
    type Model = LifAlpha;
    /// Decay of the potential, threshold, reset, and those of the receptor.
    type Constants = [S; 8];
    /// Potential, slope, current.
    type State = [S; 3];
    type Input = [S; 1];

    fn constants(model: &LifAlpha, h: f64) -> [S; 8] {
        let [p11, p21, p31, p32, per_weight] = model.receptor(model.tau_syn_exc, h);
        let (theta, reset) = (model.v_th - model.e_l, model.v_reset - model.e_l);
        [libm::exp(-h / model.tau_m), theta, reset, p11, p21, p31, p32, per_weight].map(S::from_f64)
    }
    fn refractory(model: &LifAlpha, h: f64) -> u16 {
        model.membrane().refractory(h)
    }
    #[inline(always)]
    fn step([p33, theta, _, a, b, c, d, e]: [S; 8], state: [S; 3], input: [S; 1], bias: S, free: S::Mask) -> ([S; 3], S::Mask) {
        let [v, slope, i] = state;
        let (gain, slope, i) = receive([a, b, c, d, e], slope, i, input[0]);
        let next = ((v * p33 + gain) + bias).settle().where_set(free, v);
        ([next, slope, i], reached(next, theta))
    }
    #[inline(always)]
    fn spiked([_, _, reset, ..]: [S; 8], [_, slope, i]: [S; 3]) -> [S; 3] {
        [reset, slope, i]
    }
}

/// Its equations with two currents.
#[derive(Debug, Clone, Copy)]
pub struct Two;

impl<S: Real> Dynamics<S> for Two {
    type Model = LifAlpha;
    /// Decay of the potential, threshold, reset, and those of both receptors.
    type Constants = [S; 13];
    /// Potential, and slope and current of both receptors.
    type State = [S; 5];
    type Input = [S; 2];

    fn constants(model: &LifAlpha, h: f64) -> [S; 13] {
        let (theta, reset) = (model.v_th - model.e_l, model.v_reset - model.e_l);
        let [a, b, c, d, e] = model.receptor(model.tau_syn_exc, h);
        let [f, g, j, k, l] = model.receptor(model.tau_syn_inh, h);
        [libm::exp(-h / model.tau_m), theta, reset, a, b, c, d, e, f, g, j, k, l].map(S::from_f64)
    }
    fn refractory(model: &LifAlpha, h: f64) -> u16 {
        model.membrane().refractory(h)
    }
    #[inline(always)]
    fn step(constants: [S; 13], state: [S; 5], inputs: [S; 2], bias: S, free: S::Mask) -> ([S; 5], S::Mask) {
        let [p33, theta, _, a, b, c, d, e, f, g, j, k, l] = constants;
        let [v, slope_exc, i_exc, slope_inh, i_inh] = state;
        let (exc, slope_exc, i_exc) = receive([a, b, c, d, e], slope_exc, i_exc, inputs[0]);
        let (inh, slope_inh, i_inh) = receive([f, g, j, k, l], slope_inh, i_inh, inputs[1]);
        let next = (((v * p33 + exc) + inh) + bias).settle().where_set(free, v);
        ([next, slope_exc, i_exc, slope_inh, i_inh], reached(next, theta))
    }
    #[inline(always)]
    fn spiked([_, _, reset, ..]: [S; 13], mut state: [S; 5]) -> [S; 5] {
        state[0] = reset;
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The integral by Simpson's rule, on both sides of the place where the series takes over and at equal time constants.
    #[test]
    fn the_potential_per_slope_is_the_integral() {
        for (tau_s, tau_m, h) in [(2.0, 10.0, 0.1), (0.1, 10.0, 0.1), (10.0, 10.0, 1.0), (10.0, 2.0, 1.5), (5.0, f64::INFINITY, 3.0)] {
            let steps = 20_000;
            let at = |k: u32| {
                let t = h * f64::from(k) / f64::from(steps);
                t * libm::exp(-t / tau_s) * libm::exp(-(h - t) / tau_m)
            };
            let sum: f64 = (0..steps).step_by(2).map(|k| at(k) + 4.0 * at(k + 1) + at(k + 2)).sum();
            let integral = sum * h / f64::from(steps) / 3.0 / 250.0;
            let value = slope_to_potential(tau_s, tau_m, 250.0, h);
            assert!((value / integral - 1.0).abs() < 1e-12, "{tau_s} {tau_m} {h}: {value:e} and {integral:e}");
        }
    }
}
