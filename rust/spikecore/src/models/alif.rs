//! Adaptive leaky integrate-and-fire neurons with time constants of their own (Yin, Corradi & Bohte 2020, ICONS 2020,
//! "Effective and efficient computation with multiple-timescale spiking recurrent neural networks"). One step is
//!
//! ```text
//! eta   = rho eta + (1 - rho) S            S: whether it fired in the step before
//! theta = b0 + beta eta
//! u     = alpha u + (1 - alpha) R I - theta S
//! S     = u > theta
//! ```
//!
//! with `alpha = exp(-h / tau_m)`, `rho = exp(-h / tau_adp)`, and `I` the sum of the weights that arrive in the step plus
//! the direct current. This is `mem_update_adp` of the authors' code, `mem = mem * alpha + (1 - alpha) * R_m * inputs -
//! B * spike * dt` with its `dt = 1`, a tick: the reset subtracts the threshold as adapted by the spike itself, once. The
//! comparison is strict (`gt(0)`).
//!
//! Operations are in the order `u = ((u alpha + bias) + I gain) - theta S`, with `bias = gain I_direct`; what is tiny becomes
//! zero as everywhere.

use super::describe::{Described, Mistake, Readable, Shape, StateVariable, record};
use super::dynamics::Dynamics;
use super::leaky::check_gain;
use crate::number::real::Real;

record! {
    /// Adaptive leaky integrate-and-fire (Yin, Corradi & Bohte 2020).
    Alif {
        /// Membrane time constant.
        tau_m: "ms", Positive, 20.0;
        /// Time constant of the adaptation.
        tau_adp: "ms", Positive, 200.0;
        /// Threshold without adaptation.
        b0: "mV", Finite, 0.01;
        /// Threshold per adaptation; 0 for none.
        beta: "mV", Finite, 1.8;
        /// Potential to which a constant input of 1 leads.
        r_m: "mV per unit of weight", Finite, 1.0;
        /// Constant input.
        i_e: "unit of weights", Finite, 0.0;
    }
}

const STATE: &[StateVariable] = &[StateVariable::new("v", "mV"), StateVariable::new("eta", "1"), StateVariable::new("spiked", "1")];
/// The threshold is computed.
const READABLE: &[Readable] = &[Readable::state(STATE, 0), Readable::state(STATE, 1), Readable::derived("theta", "mV")];

impl Described for Alif {
    const NAME: &'static str = "alif";
    const TITLE: &'static str = "adaptive LIF";
    const CLASS: &'static str = "ALIF";

    fn check_step(&self, h: f64) -> Result<(), Mistake> {
        check_gain("r_m", self.r_m, &[self.per_current(h)], h)
    }
    fn shape(&self) -> Shape {
        Shape { receptors: 1, state: STATE, refractory: false, readable: READABLE }
    }
    fn rest(&self) -> f64 {
        0.0
    }
    fn threshold(&self) -> f64 {
        self.b0
    }
    fn current(&self) -> f64 {
        self.i_e
    }
    fn per_current(&self, h: f64) -> f64 {
        -self.r_m * libm::expm1(-h / self.tau_m)
    }
    fn jump(&self) -> f64 {
        self.b0.abs().max(self.beta.abs())
    }
}

/// The threshold of adaptive neurons.
#[derive(Debug, Clone, Copy)]
pub struct Adaptive;

impl<S: Real> Dynamics<S> for Adaptive {
    type Model = Alif;
    /// `alpha`, `(1 - alpha) R`, `rho`, `1 - rho`, `b0`, `beta`.
    type Constants = [S; 6];
    /// Potential, adaptation, and 1 where the neuron fired in the last step, otherwise 0.
    type State = [S; 3];
    type Input = [S; 1];

    fn constants(model: &Alif, h: f64) -> [S; 6] {
        let (alpha, rho) = (libm::exp(-h / model.tau_m), libm::exp(-h / model.tau_adp));
        [alpha, model.per_current(h), rho, -libm::expm1(-h / model.tau_adp), model.b0, model.beta].map(S::from_f64)
    }
    #[inline(always)]
    fn step(
        [alpha, gain, rho, per_spike, b0, beta]: [S; 6],
        [v, eta, spiked]: [S; 3],
        [input]: [S; 1],
        bias: S,
        _: S::Mask,
    ) -> ([S; 3], S::Mask) {
        let eta = (eta * rho + per_spike * spiked).settle();
        let theta = b0 + beta * eta;
        let driven = (v * alpha + bias) + input * gain;
        let next = (driven - theta * spiked).settle();
        let fires = S::mask((next > theta) & (next < S::from_f64(f64::INFINITY)));
        ([next, eta, S::from_f64(1.0).where_set(fires, S::default())], fires)
    }
    #[inline(always)]
    fn spiked(_: [S; 6], state: [S; 3]) -> [S; 3] {
        state
    }
    fn derived([_, _, _, _, b0, beta]: [S; 6], [_, eta, _]: [S; 3], _: usize) -> S {
        b0 + beta * eta
    }
}
