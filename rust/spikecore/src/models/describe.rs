//! What is stated of a neuron model: its parameters and the variables that can be read. The description, the border, the
//! documentation and the energy report ask for it and state nothing of their own.

use std::fmt::Debug;

use super::propagators::Propagators;
use crate::id::MAX_DELAY;
use crate::refusal::{LARGEST, general, is_moderate, moderate};

/// Most parameters of a model.
pub const MOST_PARAMETERS: usize = 16;

/// The values of a model's parameters, in the order in which it states them; the rest are zero.
pub type Values = [f64; MOST_PARAMETERS];

/// The allowed values of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Any number.
    Finite,
    /// Any number, or infinity.
    OrInfinite,
    /// Above zero.
    Positive,
    /// Above zero, or infinity.
    PositiveOrInfinite,
    /// A time of whole ticks, from 0 to as many as the longest delay has: without a grid, from 0 on.
    Ticks,
}

impl Range {
    /// Its name at the border.
    pub fn name(self) -> &'static str {
        match self {
            Self::Finite => "finite",
            Self::OrInfinite => "or_infinite",
            Self::Positive => "positive",
            Self::PositiveOrInfinite => "positive_or_infinite",
            Self::Ticks => "ticks",
        }
    }

    /// Whether it contains a value, whatever the ticks. All numbers are at most [`crate::LARGEST`] in magnitude.
    pub fn contains(self, value: f64) -> bool {
        match self {
            Self::Finite => is_moderate(value),
            Self::OrInfinite => is_moderate(value) || value == f64::INFINITY,
            Self::Positive => value > 0.0 && is_moderate(value),
            Self::PositiveOrInfinite => value > 0.0 && (is_moderate(value) || value == f64::INFINITY),
            Self::Ticks => (0.0..f64::INFINITY).contains(&value),
        }
    }

    /// What a message says of it, whatever the ticks.
    pub fn words(self, unit: &str) -> String {
        let positive = || format!("> 0 and ≤ {} {unit}", general(LARGEST));
        match self {
            Self::Finite => moderate(&format!(" {unit}")),
            Self::OrInfinite => format!("{}, or infinite", moderate(&format!(" {unit}"))),
            Self::Positive => positive(),
            Self::PositiveOrInfinite => format!("{}, or infinite", positive()),
            Self::Ticks => format!("0 … {MAX_DELAY} ticks, in {unit}"),
        }
    }
}

/// A parameter of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Allowed values.
    pub range: Range,
    /// Value where none is given.
    pub default: f64,
}

/// A number of a neuron's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateVariable {
    /// Name.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
}

impl StateVariable {
    /// With this name and unit.
    pub const fn new(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit }
    }
}

/// A variable of a model that can be read and recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readable {
    /// Name.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Its place in the state; `None` where it is computed from the state.
    pub place: Option<usize>,
}

impl Readable {
    /// A state variable, by its place in the state.
    pub const fn state(state: &[StateVariable], place: usize) -> Self {
        let StateVariable { name, unit } = state[place];
        Self { name, unit, place: Some(place) }
    }

    /// What is computed from the state.
    pub const fn derived(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, place: None }
    }
}

/// A variable by its place among those of its model that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable(pub usize);

impl Variable {
    /// The potential, which comes first in every model.
    pub const POTENTIAL: Self = Self(0);
}

/// What the values of a model's parameters decide of its neurons' memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Accumulators per neuron: 1, or 2 of which the second takes inhibitory input; 0 for a source.
    pub receptors: usize,
    /// The state of a neuron, of which each variable is a number in the precision of the state; the potential first.
    pub state: &'static [StateVariable],
    /// Whether a neuron can be refractory: it counts ticks, in 16 bits.
    pub refractory: bool,
    /// What can be read; the potential first.
    pub readable: &'static [Readable],
}

/// A contradiction between parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// The parameter that is named.
    pub parameter: &'static str,
    /// Its value.
    pub value: f64,
    /// What it may be.
    pub allowed: String,
}

/// The values of a model's parameters by name; [`record`] declares such a type.
pub trait Record: Copy + Debug + PartialEq + Send + Sync + 'static {
    /// Its parameters.
    const PARAMETERS: &'static [Parameter];
    /// Their values.
    fn values(&self) -> Values;
    /// The record of these values.
    fn read(values: &Values) -> Self;
}

/// A neuron model, stated by the record of its parameters. Units: ms, mV, pA, pF; `h` is a tick in ms.
pub trait Described: Record {
    /// Its name at the border.
    const NAME: &'static str;
    /// Its name in messages.
    const TITLE: &'static str;
    /// The Python class whose neurons these are.
    const CLASS: &'static str;
    /// Where that class makes several models: its option, and the value that makes this one. The first listed is the default.
    const OPTION: Option<(&'static str, &'static str)> = None;
    /// What its parameters must keep to among themselves, besides their ranges.
    fn check(&self) -> Result<(), Mistake> {
        Ok(())
    }
    /// What they must keep to with ticks of `h` ms.
    fn check_step(&self, _h: f64) -> Result<(), Mistake> {
        Ok(())
    }
    /// Its neurons' memory.
    fn shape(&self) -> Shape;
    /// The potential that potentials are kept relative to, mV.
    fn rest(&self) -> f64;
    /// The threshold of a neuron that has not spiked yet, mV; infinite where none is reached.
    fn threshold(&self) -> f64;
    /// Constant input, in pA or the unit of weights.
    fn current(&self) -> f64;
    /// Potential per step and unit of constant input.
    fn per_current(&self, h: f64) -> f64;
    /// The largest magnitude by which a spike moves a state; infinite where one tick can take a small state out of the finite
    /// range ([`crate::neurons::finite`]).
    fn jump(&self) -> f64;
    /// The linear equations that it obeys below its threshold, where it does: such neurons can be moved on in closed form.
    fn leaky(&self, _h: f64) -> Option<Propagators> {
        None
    }
    /// Whether it has no state and sends spikes that are given.
    fn is_source() -> bool {
        false
    }
}

/// Declares the record of a model's parameters: of each its documentation, name, unit, range and default.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $(#[doc = $field_doc:literal] $field:ident: $unit:literal, $range:ident, $default:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name { $(#[doc = $field_doc] pub $field: f64),* }

        impl $crate::models::describe::Record for $name {
            const PARAMETERS: &'static [$crate::models::describe::Parameter] = &[$($crate::models::describe::Parameter {
                name: stringify!($field), doc: $field_doc, unit: $unit, range: $crate::models::describe::Range::$range, default: $default,
            }),*];

            fn values(&self) -> $crate::models::describe::Values {
                let mut values = $crate::models::describe::Values::default();
                values[..Self::PARAMETERS.len()].copy_from_slice(&[$(self.$field),*]);
                values
            }

            fn read(values: &$crate::models::describe::Values) -> Self {
                let mut values = values.iter().copied();
                let mut next = || values.next().unwrap_or_default();
                Self { $($field: next()),* }
            }
        }
    };
}
pub(crate) use record;
