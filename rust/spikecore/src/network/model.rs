//! Neuron models and their exact propagators.
//!
//! Potentials are kept relative to the resting potential. Propagators follow NEST's exact integration
//! (Rotter & Diesmann 1999): computed once in `f64`, rounded to the state's precision by the core. A membrane without
//! leak is the limit of an infinite `tau_m`: its potential keeps, and a current of 1 pA moves it by `h / c_m` in a tick.
//! A threshold of plus infinity is never reached: a read-out.

/// Leaky integrate-and-fire with exponentially decaying synaptic currents (NEST `iaf_psc_exp`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifExp {
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
    /// Constant current, pA.
    pub i_e: f64,
}

/// Adaptive leaky integrate-and-fire (Yin, Corradi & Bohte 2020); see `neurons::adaptive` for the equations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alif {
    /// Membrane time constant, ms.
    pub tau_m: f64,
    /// Time constant of the adaptation, ms.
    pub tau_adp: f64,
    /// Threshold without adaptation, mV.
    pub b0: f64,
    /// Threshold per adaptation, mV.
    pub beta: f64,
    /// Potential per constant input, mV per unit of weight.
    pub r_m: f64,
    /// Constant input, in the unit of weights.
    pub i_e: f64,
}

/// The model of a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model {
    /// LIF with exponential currents.
    LifExp(LifExp),
    /// LIF with delta synapses.
    LifDelta(LifDelta),
    /// LIF with delta synapses from whose potential a spike takes `v_th - v_reset`, instead of setting it to `v_reset`.
    LifSubtract(LifDelta),
    /// Adaptive LIF.
    Alif(Alif),
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
    /// Decay of each receptor's current; of the adaptation, in an adaptive neuron.
    pub p11: [f64; 2],
    /// Potential per receptor current, mV/pA; adaptation per spike, in an adaptive neuron.
    pub p21: [f64; 2],
    /// Threshold relative to rest, mV; without adaptation, in an adaptive neuron.
    pub theta: f64,
    /// Reset relative to rest, mV.
    pub reset: f64,
    /// Whether a spike takes `theta - reset` from the potential.
    pub subtracts: bool,
    /// Refractory ticks.
    pub refractory: u16,
}

/// Potential after `h` of a unit current decaying with `tau_s`, through `tau_m` and `c_m` (mV/pA).
///
/// `1/(C d) (e^{-h/tau_m} - e^{-h/tau_s})` with `d = 1/tau_s - 1/tau_m`: the slower of the two decays times `expm1` of
/// the difference, which never overflows and stays smooth at `tau_s = tau_m` (limit `h/C e^{-h/tau_m}`).
fn current_to_potential(tau_s: f64, tau_m: f64, c_m: f64, h: f64) -> f64 {
    let x = (h * (1.0 / tau_s - 1.0 / tau_m)).abs();
    let shape = if x == 0.0 { 1.0 } else { -libm::expm1(-x) / x };
    h / c_m * libm::exp(-h / tau_m.max(tau_s)) * shape
}

/// Potential after `h` of a constant unit current (mV/pA).
fn constant_to_potential(tau_m: f64, c_m: f64, h: f64) -> f64 {
    if tau_m.is_infinite() { h / c_m } else { -tau_m / c_m * libm::expm1(-h / tau_m) }
}

impl Model {
    /// The model's name in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Model::LifExp(_) => "LIF with exponential currents",
            Model::LifDelta(_) => "LIF with delta synapses",
            Model::LifSubtract(_) => "LIF with reset by subtraction",
            Model::Alif(_) => "adaptive LIF",
            Model::SpikeSource => "spike source",
        }
    }

    /// Accumulators per neuron: receptors with one time constant share one (the sum of the two currents obeys
    /// the same equation), a delta synapse has one, a spike source none.
    pub fn receptors(&self) -> usize {
        match self {
            Model::LifExp(m) => 1 + usize::from(m.tau_syn_exc != m.tau_syn_inh),
            Model::LifDelta(_) | Model::LifSubtract(_) | Model::Alif(_) => 1,
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
            Model::LifDelta(m) | Model::LifSubtract(m) => m.e_l,
            Model::Alif(_) | Model::SpikeSource => 0.0,
        }
    }

    /// Constant current in pA.
    pub fn i_e(&self) -> f64 {
        match self {
            Model::LifExp(m) => m.i_e,
            Model::LifDelta(m) | Model::LifSubtract(m) => m.i_e,
            Model::Alif(m) => m.i_e,
            Model::SpikeSource => 0.0,
        }
    }

    /// The membrane of a leaky neuron, and the time constants of its currents if it has any.
    pub(super) fn membrane(&self) -> Option<(LifDelta, Option<[f64; 2]>)> {
        match *self {
            Model::LifExp(LifExp { tau_m, c_m, e_l, v_th, v_reset, t_ref, tau_syn_exc, tau_syn_inh, i_e }) => {
                Some((LifDelta { tau_m, c_m, e_l, v_th, v_reset, t_ref, i_e }, Some([tau_syn_exc, tau_syn_inh])))
            }
            Model::LifDelta(m) | Model::LifSubtract(m) => Some((m, None)),
            Model::Alif(_) | Model::SpikeSource => None,
        }
    }

    /// Propagators for a tick of `h` ms; a spike source has none.
    pub fn propagators(&self, h: f64) -> Option<Propagators> {
        if let Model::Alif(m) = *self {
            return Some(Propagators {
                p22: libm::exp(-h / m.tau_m),
                p20: -m.r_m * libm::expm1(-h / m.tau_m),
                p11: [libm::exp(-h / m.tau_adp), 0.0],
                p21: [-libm::expm1(-h / m.tau_adp), 0.0],
                theta: m.b0,
                reset: 0.0,
                subtracts: true,
                refractory: 0,
            });
        }
        let (m, taus) = self.membrane()?;
        Some(Propagators {
            p22: libm::exp(-h / m.tau_m),
            p20: constant_to_potential(m.tau_m, m.c_m, h),
            p11: taus.map_or([0.0; 2], |taus| taus.map(|tau| libm::exp(-h / tau))),
            p21: taus.map_or([0.0; 2], |taus| taus.map(|tau| current_to_potential(tau, m.tau_m, m.c_m, h))),
            theta: m.v_th - m.e_l,
            reset: m.v_reset - m.e_l,
            subtracts: matches!(self, Model::LifSubtract(_)),
            refractory: (m.t_ref / h).round() as u16,
        })
    }
}
