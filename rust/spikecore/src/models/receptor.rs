//! Where a weight arrives.

use super::model::Model;
use crate::refusal::{Refusal, one_of};

/// Where weights of a projection or a stimulus are to arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receptor {
    /// The excitatory receptor.
    Excitatory,
    /// The inhibitory receptor.
    Inhibitory,
    /// By its sign: the excitatory receptor from 0 on, the inhibitory one below.
    BySign,
    /// That of this number, of a model that names its receptors.
    Numbered(u8),
}

/// The accumulators of weights from 0 on and of those below, and whether only their magnitudes are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landing {
    plus: u8,
    minus: u8,
    is_magnitude: bool,
}

impl Receptor {
    /// The receptor of this name of a model; without one, by the sign of the weight.
    ///
    /// # Errors
    /// Where there is none of this name, or the sign does not say which.
    pub fn named(subject: &str, name: Option<&str>, model: Option<&Model>) -> Result<Self, Refusal> {
        let Some(inputs) = model.and_then(Model::inputs) else {
            let names = [("excitatory", Self::Excitatory), ("inhibitory", Self::Inhibitory)];
            return name.map_or(Ok(Self::BySign), |name| one_of(subject, "receptor", name, &names));
        };
        let names: Vec<_> = (0..).zip(&inputs.receptors).map(|(number, (name, _))| (*name, Self::Numbered(number))).collect();
        match name {
            Some(name) => one_of(subject, "receptor", name, &names),
            None if inputs.by_sign.is_some() => Ok(Self::BySign),
            None if names.is_empty() => {
                Err(Refusal::new(subject, "target", "without a receptor", "equations that mark a variable as input"))
            }
            None => {
                let names: Vec<_> = names.iter().map(|(name, _)| format!("'{name}'")).collect();
                Err(Refusal::new(subject, "receptor", "None", format!("one of {}", names.join(", "))))
            }
        }
    }

    /// Where weights arrive at neurons of this model; with one accumulator, all receptors share it.
    ///
    /// # Panics
    /// If the model has no such receptor.
    pub fn landing(self, model: &Model) -> Landing {
        let Some(inputs) = model.inputs() else {
            let inhibitory = u8::from(model.receptors() > 1);
            let (plus, minus) = match self {
                Self::Excitatory => (0, 0),
                Self::Inhibitory => (inhibitory, inhibitory),
                Self::BySign => (0, inhibitory),
                Self::Numbered(number) => unreachable!("invariant: receptor {number} belongs to a model that names its receptors"),
            };
            return Landing { plus, minus, is_magnitude: false };
        };
        let (plus, minus) = match self {
            Self::Numbered(number) => (number, number),
            Self::Excitatory | Self::Inhibitory | Self::BySign => {
                inputs.by_sign.expect("invariant: receptors are checked in the description")
            }
        };
        Landing { plus, minus, is_magnitude: inputs.receptors[usize::from(plus)].1 }
    }
}

impl Landing {
    /// The accumulator of a weight.
    #[inline]
    pub fn place(self, weight: f64) -> usize {
        usize::from(if weight < 0.0 { self.minus } else { self.plus })
    }

    /// Whether the sign of a weight decides where it arrives.
    pub fn is_by_sign(self) -> bool {
        self.plus != self.minus
    }

    /// What is added of a weight.
    #[inline]
    pub fn added(self, weight: f64) -> f64 {
        if self.is_magnitude { weight.abs() } else { weight }
    }

    /// The refusal of a weight below 0 where only magnitudes are added.
    pub fn negative(self, subject: &str, weight: f64, model: &Model) -> Refusal {
        let name = model.inputs().map_or("", |inputs| inputs.receptors[usize::from(self.plus)].0);
        Refusal::new(subject, "weight", weight, format!("0 or above: '{name}' is a conductance"))
    }

    /// Whether only magnitudes are added.
    pub fn is_magnitude(self) -> bool {
        self.is_magnitude
    }
}
