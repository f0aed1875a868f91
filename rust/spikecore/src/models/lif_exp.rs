//! Leaky integrate-and-fire with exponentially decaying synaptic currents (NEST `iaf_psc_exp`).
//!
//! Where both receptors have one time constant they share one current: the sum of the two obeys the same equation.

use super::constants::Constants;
use super::describe::{Described, Mistake, Readable, Shape, StateVariable, record};
use super::dynamics::Dynamics;
use super::leaky::Membrane;
use super::propagators::Propagators;
use crate::number::real::Real;

record! {
    /// Leaky integrate-and-fire with exponentially decaying synaptic currents (NEST `iaf_psc_exp`).
    LifExp {
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
        /// Time constant of the excitatory current.
        tau_syn_exc: "ms", Positive, 2.0;
        /// Time constant of the inhibitory current.
        tau_syn_inh: "ms", Positive, 2.0;
        /// Constant current.
        i_e: "pA", Finite, 0.0;
    }
}

const ONE: &[StateVariable] = &[StateVariable::new("v", "mV"), StateVariable::new("i_syn", "pA")];
const ONE_READABLE: &[Readable] = &[Readable::state(ONE, 0), Readable::state(ONE, 1)];
const TWO: &[StateVariable] = &[StateVariable::new("v", "mV"), StateVariable::new("i_exc", "pA"), StateVariable::new("i_inh", "pA")];
const TWO_READABLE: &[Readable] = &[Readable::state(TWO, 0), Readable::state(TWO, 1), Readable::state(TWO, 2)];

impl LifExp {
    fn membrane(&self) -> Membrane {
        let Self { tau_m, c_m, e_l, v_th, v_reset, t_ref, .. } = *self;
        Membrane { tau_m, c_m, e_l, v_th, v_reset, t_ref }
    }

    fn taus(&self) -> [f64; 2] {
        [self.tau_syn_exc, self.tau_syn_inh]
    }

    fn propagators(&self, h: f64) -> Propagators {
        self.membrane().propagators(self.shape().receptors, &self.taus(), h)
    }
}

impl Described for LifExp {
    const NAME: &'static str = "lif_exp";
    const TITLE: &'static str = "LIF with exponential currents";
    const CLASS: &'static str = "LIF";

    fn check(&self) -> Result<(), Mistake> {
        self.membrane().check()
    }
    fn check_step(&self, h: f64) -> Result<(), Mistake> {
        self.membrane().check_step(&self.taus(), h)
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
        self.membrane().jump()
    }
    fn leaky(&self, h: f64) -> Option<Propagators> {
        Some(self.propagators(h))
    }
}

/// Its equations with one current.
#[derive(Debug, Clone, Copy)]
pub struct One;

impl<S: Real> Dynamics<S> for One {
    type Model = LifExp;
    type Constants = [S; 8];
    type State = [S; 2];
    type Input = [S; 1];

    fn constants(model: &LifExp, h: f64) -> [S; 8] {
        Constants::new(&model.propagators(h)).numbers()
    }
    fn refractory(model: &LifExp, h: f64) -> u16 {
        model.membrane().refractory(h)
    }
    #[inline(always)]
    fn step(c: [S; 8], [v, i]: [S; 2], [input]: [S; 1], bias: S, free: S::Mask) -> ([S; 2], S::Mask) {
        let c = Constants::of(c, false);
        let next = c.exp1(v, i, bias).settle().where_set(free, v);
        ([next, c.current(0, i, input)], c.reached(next))
    }
    #[inline(always)]
    fn spiked(c: [S; 8], [v, i]: [S; 2]) -> [S; 2] {
        [Constants::of(c, false).spiked(v), i]
    }
}

/// Its equations with two currents.
#[derive(Debug, Clone, Copy)]
pub struct Two;

impl<S: Real> Dynamics<S> for Two {
    type Model = LifExp;
    type Constants = [S; 8];
    type State = [S; 3];
    type Input = [S; 2];

    fn constants(model: &LifExp, h: f64) -> [S; 8] {
        Constants::new(&model.propagators(h)).numbers()
    }
    fn refractory(model: &LifExp, h: f64) -> u16 {
        model.membrane().refractory(h)
    }
    #[inline(always)]
    fn step(c: [S; 8], [v, i, j]: [S; 3], inputs: [S; 2], bias: S, free: S::Mask) -> ([S; 3], S::Mask) {
        let c = Constants::of(c, false);
        let next = c.exp2(v, i, j, bias).settle().where_set(free, v);
        ([next, c.current(0, i, inputs[0]), c.current(1, j, inputs[1])], c.reached(next))
    }
    #[inline(always)]
    fn spiked(c: [S; 8], [v, i, j]: [S; 3]) -> [S; 3] {
        [Constants::of(c, false).spiked(v), i, j]
    }
}
