//! A model with the values of its parameters, whatever model it is.

use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;

use super::describe::{Described, Mistake, Parameter, Shape, Values};
use super::inputs::Inputs;
use super::propagators::Propagators;

/// What can be asked of a model by its name, given the values of its parameters (`Described`).
#[expect(missing_docs, reason = "each is the function of the same name of `Described`")]
pub trait Kind: Send + Sync {
    fn name(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn class(&self) -> &'static str;
    fn option(&self) -> Option<(&'static str, &'static str)>;
    fn parameters(&self) -> &'static [Parameter];
    fn check(&self, values: &Values) -> Result<(), Mistake>;
    fn check_step(&self, values: &Values, h: f64) -> Result<(), Mistake>;
    fn shape(&self, values: &Values) -> Shape;
    fn rest(&self, values: &Values) -> f64;
    fn threshold(&self, values: &Values) -> f64;
    fn current(&self, values: &Values) -> f64;
    fn per_current(&self, values: &Values, h: f64) -> f64;
    fn jump(&self, values: &Values) -> f64;
    fn leaky(&self, values: &Values, h: f64) -> Option<Propagators>;
    fn is_source(&self) -> bool;
    /// Whether constant currents may be added to it.
    fn takes_current(&self) -> bool {
        true
    }
    /// The receptors of a model that names them.
    fn inputs(&self) -> Option<&'static Inputs> {
        None
    }
}

/// The model that is stated by the record `M`.
pub struct Stated<M>(PhantomData<M>);

impl<M> Stated<M> {
    /// It has no values yet.
    pub const KIND: Self = Self(PhantomData);
}

impl<M: Described> Kind for Stated<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }
    fn title(&self) -> &'static str {
        M::TITLE
    }
    fn class(&self) -> &'static str {
        M::CLASS
    }
    fn option(&self) -> Option<(&'static str, &'static str)> {
        M::OPTION
    }
    fn parameters(&self) -> &'static [Parameter] {
        M::PARAMETERS
    }
    fn check(&self, values: &Values) -> Result<(), Mistake> {
        M::read(values).check()
    }
    fn check_step(&self, values: &Values, h: f64) -> Result<(), Mistake> {
        M::read(values).check_step(h)
    }
    fn shape(&self, values: &Values) -> Shape {
        M::read(values).shape()
    }
    fn rest(&self, values: &Values) -> f64 {
        M::read(values).rest()
    }
    fn threshold(&self, values: &Values) -> f64 {
        M::read(values).threshold()
    }
    fn current(&self, values: &Values) -> f64 {
        M::read(values).current()
    }
    fn per_current(&self, values: &Values, h: f64) -> f64 {
        M::read(values).per_current(h)
    }
    fn jump(&self, values: &Values) -> f64 {
        M::read(values).jump()
    }
    fn leaky(&self, values: &Values, h: f64) -> Option<Propagators> {
        M::read(values).leaky(h)
    }
    fn is_source(&self) -> bool {
        M::is_source()
    }
}

/// A model and the values of its parameters.
#[derive(Clone, Copy)]
pub struct Model {
    kind: &'static dyn Kind,
    values: Values,
}

impl<M: Described> From<M> for Model {
    fn from(record: M) -> Self {
        Self { kind: &Stated::<M>::KIND, values: record.values() }
    }
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.is_like(other) && self.values == other.values
    }
}

impl Debug for Model {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut record = f.debug_struct(self.name());
        self.parameters().iter().zip(&self.values).for_each(|(parameter, value)| {
            record.field(parameter.name, value);
        });
        record.finish()
    }
}

impl Model {
    /// A model of this kind; missing values are zero.
    pub fn new(kind: &'static dyn Kind, values: Values) -> Self {
        Self { kind, values }
    }

    /// The same with another value of one parameter.
    pub fn with(mut self, parameter: usize, value: f64) -> Self {
        self.values[parameter] = value;
        self
    }

    /// The values of its parameters.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Whether the other is of the same kind.
    pub fn is_like(&self, other: &Self) -> bool {
        self.name() == other.name()
    }

    /// Its name at the border.
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Its name in messages.
    pub fn title(&self) -> &'static str {
        self.kind.title()
    }

    /// What its parameters are.
    pub fn parameters(&self) -> &'static [Parameter] {
        self.kind.parameters()
    }

    /// Checks its parameters one against another, and where there is a grid with its ticks of `h` ms; ranges are checked before.
    pub(super) fn check_relations(&self, h: Option<f64>) -> Result<(), Mistake> {
        self.kind.check(&self.values)?;
        h.map_or(Ok(()), |h| self.kind.check_step(&self.values, h))
    }

    /// Its neurons' memory.
    pub fn shape(&self) -> Shape {
        self.kind.shape(&self.values)
    }

    /// Accumulators per neuron.
    pub fn receptors(&self) -> usize {
        self.shape().receptors
    }

    /// The potential that potentials are kept relative to, mV.
    pub fn rest(&self) -> f64 {
        self.kind.rest(&self.values)
    }

    /// The threshold of a neuron that has not spiked yet, mV.
    pub fn threshold(&self) -> f64 {
        self.kind.threshold(&self.values)
    }

    /// Constant input.
    pub fn current(&self) -> f64 {
        self.kind.current(&self.values)
    }

    /// Potential per step and unit of constant input.
    pub fn per_current(&self, h: f64) -> f64 {
        self.kind.per_current(&self.values, h)
    }

    /// The largest magnitude by which a spike moves a state.
    pub fn jump(&self) -> f64 {
        self.kind.jump(&self.values)
    }

    /// The linear equations that it obeys below its threshold, where it does.
    pub fn leaky(&self, h: f64) -> Option<Propagators> {
        self.kind.leaky(&self.values, h)
    }

    /// Whether constant currents may be added to it.
    pub fn takes_current(&self) -> bool {
        self.kind.takes_current()
    }

    /// Its receptors, where it names them.
    pub fn inputs(&self) -> Option<&'static Inputs> {
        self.kind.inputs()
    }

    /// Whether it sends given spikes.
    pub fn is_source(&self) -> bool {
        self.kind.is_source()
    }
}
