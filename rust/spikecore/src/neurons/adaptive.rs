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
//! Invariants: operations are in the order `u = ((u alpha + bias) + I gain) - theta S`, with `bias = gain I_direct`; what
//! is tiny becomes zero as everywhere. Padding holds a potential of minus infinity, which stays below any threshold.

use super::block::{block, column, constant};
use crate::allocation::{copied, filled, gathered};
use crate::id::BLOCK;
use crate::network::{Model, Propagators};
use crate::number::real::Real;
use crate::number::weight::Weight;

/// Constants and state of adaptive neurons, but for the potential.
#[derive(Debug)]
pub(crate) struct Adaptive<S> {
    alpha: Vec<S>,
    /// `(1 - alpha) R`.
    gain: Vec<S>,
    rho: Vec<S>,
    /// `1 - rho`.
    per_spike: Vec<S>,
    b0: Vec<S>,
    beta: Vec<S>,
    /// Adaptation.
    eta: Vec<S>,
    /// 1 where the neuron fired in the last step, otherwise 0.
    spiked: Vec<S>,
}

/// What this memory is for.
const WHAT: &str = "the state of adaptive neurons";

impl<S: Clone> Clone for Adaptive<S> {
    fn clone(&self) -> Self {
        let [alpha, gain, rho, per_spike] = [&self.alpha, &self.gain, &self.rho, &self.per_spike].map(|values| copied(values, WHAT));
        let [b0, beta, eta, spiked] = [&self.b0, &self.beta, &self.eta, &self.spiked].map(|values| copied(values, WHAT));
        Self { alpha, gain, rho, per_spike, b0, beta, eta, spiked }
    }
}

impl<S: Real> Adaptive<S> {
    pub(crate) const ARRAYS: usize = 8;

    /// Of neurons with these models, one for all or one each; none has fired yet.
    pub(crate) fn new(models: &[Model], padded: usize, h: f64) -> Self {
        let all: Vec<Propagators> = gathered(models.iter().filter_map(|m| m.propagators(h)), WHAT);
        let of = |get: &dyn Fn(&Propagators) -> f64| column(padded, all.iter().map(|p| S::from_f64(get(p))));
        let beta = |model: &Model| if let Model::Alif(m) = model { m.beta } else { 0.0 };
        Self {
            alpha: of(&|p| p.p22),
            gain: of(&|p| p.p20),
            rho: of(&|p| p.p11[0]),
            per_spike: of(&|p| p.p21[0]),
            b0: of(&|p| p.theta),
            beta: column(padded, models.iter().map(|m| S::from_f64(beta(m)))),
            eta: filled(padded, S::default(), WHAT),
            spiked: filled(padded, S::default(), WHAT),
        }
    }

    /// As if none had ever fired.
    pub(crate) fn reset(&mut self) {
        self.eta.fill(S::default());
        self.spiked.fill(S::default());
    }

    /// Adaptation of neuron `k`.
    pub(crate) fn adaptation(&self, k: usize) -> S {
        self.eta[k]
    }

    /// Threshold of neuron `k` in the last step.
    pub(crate) fn threshold(&self, k: usize) -> S {
        self.b0[k] + self.beta[k] * self.eta[k]
    }

    /// Bytes of its arrays.
    pub(crate) fn bytes(&self) -> usize {
        Self::ARRAYS * size_of_val(&*self.eta)
    }
}

/// One step of the block from neuron `at` on; indices of those of `real` that fired are appended to `out`, ascending.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the arrays of a block, borrowed one by one from a slab")]
pub(crate) fn step_block<W: Weight>(
    own: &mut Adaptive<W::State>,
    v: &mut [W::State; BLOCK],
    input: &mut [W::Acc; BLOCK],
    quantum: W::State,
    at: usize,
    bias: &[W::State; BLOCK],
    real: std::ops::Range<usize>,
    out: &mut Vec<u32>,
) {
    let (alpha, gain) = (constant(&own.alpha, at), constant(&own.gain, at));
    let (rho, per_spike) = (constant(&own.rho, at), constant(&own.per_spike, at));
    let (b0, beta) = (constant(&own.b0, at), constant(&own.beta, at));
    let (eta, spiked) = (block(&mut own.eta, at), block(&mut own.spiked, at));
    let (none, one, infinite) = (W::State::default(), W::State::from_f64(1.0), W::State::from_f64(f64::INFINITY));
    let mut fired = 0;
    for k in 0..BLOCK {
        eta[k] = (eta[k] * rho[k] + per_spike[k] * spiked[k]).settle();
        let theta = b0[k] + beta[k] * eta[k];
        let driven = (v[k] * alpha[k] + bias[k]) + W::value(input[k], quantum) * gain[k];
        v[k] = (driven - theta * spiked[k]).settle();
        let fires = (v[k] > theta) & (v[k] < infinite);
        spiked[k] = one.where_set(W::State::mask(fires), none);
        fired |= u32::from(fires);
    }
    *input = [W::Acc::default(); BLOCK];
    if fired != 0 {
        out.extend(real.filter(|k| spiked[k - at] > none).map(|k| k as u32));
    }
}
