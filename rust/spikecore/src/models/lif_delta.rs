//! Leaky integrate-and-fire with delta synapses: a weight is a jump in mV (NEST `iaf_psc_delta`), with a spike that sets the
//! potential or one that takes `v_th - v_reset` from it.

use super::constants::Constants;
use super::describe::{Described, Mistake, Parameter, Readable, Record, Shape, StateVariable, Values, record};
use super::dynamics::Dynamics;
use super::leaky::Membrane;
use super::propagators::Propagators;
use crate::number::real::Real;

record! {
    /// Leaky integrate-and-fire with delta synapses: a weight is a jump in mV (NEST `iaf_psc_delta`).
    LifDelta {
        /// Membrane time constant; infinite without leak.
        tau_m: "ms", PositiveOrInfinite, 20.0;
        /// Membrane capacitance; it only scales `i_e` and direct currents.
        c_m: "pF", Positive, 250.0;
        /// Resting potential.
        e_l: "mV", Finite, -70.0;
        /// Threshold.
        v_th: "mV", OrInfinite, -55.0;
        /// Potential after a spike; below `v_th`.
        v_reset: "mV", Finite, -70.0;
        /// Refractory period.
        t_ref: "ms", Ticks, 2.0;
        /// Constant current.
        i_e: "pA", Finite, 0.0;
    }
}

/// The same, but a spike takes `v_th - v_reset` from the potential instead of setting it to `v_reset`; it is never refractory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifSubtract(pub LifDelta);

const STATE: &[StateVariable] = &[StateVariable::new("v", "mV")];
const READABLE: &[Readable] = &[Readable::state(STATE, 0)];

impl LifDelta {
    fn membrane(&self) -> Membrane {
        let Self { tau_m, c_m, e_l, v_th, v_reset, t_ref, .. } = *self;
        Membrane { tau_m, c_m, e_l, v_th, v_reset, t_ref }
    }

    fn propagators(&self, h: f64) -> Propagators {
        self.membrane().propagators(0, &[], h)
    }
}

impl Described for LifDelta {
    const NAME: &'static str = "lif_delta";
    const TITLE: &'static str = "LIF with delta synapses";
    const CLASS: &'static str = "LIFDelta";
    const OPTION: Option<(&'static str, &'static str)> = Some(("reset", "set"));

    fn check(&self) -> Result<(), Mistake> {
        self.membrane().check()
    }
    fn check_step(&self, h: f64) -> Result<(), Mistake> {
        self.membrane().check_step(&[], h)
    }
    fn shape(&self) -> Shape {
        Shape { receptors: 1, state: STATE, refractory: true, readable: READABLE }
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

impl Record for LifSubtract {
    const PARAMETERS: &'static [Parameter] = LifDelta::PARAMETERS;

    fn values(&self) -> Values {
        self.0.values()
    }
    fn read(values: &Values) -> Self {
        Self(LifDelta::read(values))
    }
}

impl Described for LifSubtract {
    const NAME: &'static str = "lif_subtract";
    const TITLE: &'static str = "LIF with reset by subtraction";
    const CLASS: &'static str = "LIFDelta";
    const OPTION: Option<(&'static str, &'static str)> = Some(("reset", "subtract"));

    fn check(&self) -> Result<(), Mistake> {
        self.0.check()?;
        if self.0.t_ref == 0.0 {
            return Ok(());
        }
        Err(Mistake { parameter: "t_ref", value: self.0.t_ref, allowed: "0 ms with reset='subtract'".to_owned() })
    }
    fn check_step(&self, h: f64) -> Result<(), Mistake> {
        self.0.check_step(h)
    }
    fn shape(&self) -> Shape {
        self.0.shape()
    }
    fn rest(&self) -> f64 {
        self.0.rest()
    }
    fn threshold(&self) -> f64 {
        self.0.threshold()
    }
    fn current(&self) -> f64 {
        self.0.current()
    }
    fn per_current(&self, h: f64) -> f64 {
        self.0.per_current(h)
    }
    fn jump(&self) -> f64 {
        self.0.jump()
    }
    fn leaky(&self, h: f64) -> Option<Propagators> {
        Some(Propagators { subtracts: true, ..self.0.propagators(h) })
    }
}

/// The equations of both.
#[derive(Debug, Clone, Copy)]
pub struct Delta<const SUBTRACTS: bool>;

#[inline(always)]
fn step<S: Real>(c: [S; 8], v: S, input: S, bias: S, free: S::Mask) -> ([S; 1], S::Mask) {
    let c = Constants::of(c, false);
    let next = c.delta(v, bias, input).settle().where_set(free, v);
    ([next], c.reached(next))
}

impl<S: Real> Dynamics<S> for Delta<false> {
    type Model = LifDelta;
    type Constants = [S; 8];
    type State = [S; 1];
    type Input = [S; 1];

    fn constants(model: &LifDelta, h: f64) -> [S; 8] {
        Constants::new(&model.propagators(h)).numbers()
    }
    fn refractory(model: &LifDelta, h: f64) -> u16 {
        model.membrane().refractory(h)
    }
    #[inline(always)]
    fn step(c: [S; 8], [v]: [S; 1], [input]: [S; 1], bias: S, free: S::Mask) -> ([S; 1], S::Mask) {
        step(c, v, input, bias, free)
    }
    #[inline(always)]
    fn spiked(c: [S; 8], [v]: [S; 1]) -> [S; 1] {
        [Constants::of(c, false).spiked(v)]
    }
}

impl<S: Real> Dynamics<S> for Delta<true> {
    type Model = LifSubtract;
    type Constants = [S; 8];
    type State = [S; 1];
    type Input = [S; 1];

    fn constants(model: &LifSubtract, h: f64) -> [S; 8] {
        Constants::new(&model.0.propagators(h)).numbers()
    }
    #[inline(always)]
    fn step(c: [S; 8], [v]: [S; 1], [input]: [S; 1], bias: S, free: S::Mask) -> ([S; 1], S::Mask) {
        step(c, v, input, bias, free)
    }
    #[inline(always)]
    fn spiked(c: [S; 8], [v]: [S; 1]) -> [S; 1] {
        [Constants::of(c, true).spiked(v)]
    }
}
