//! Where a weight arrives.

use crate::refusal::{Refusal, one_of};

/// Where a weight arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receptor {
    /// The excitatory receptor.
    Excitatory,
    /// The inhibitory receptor.
    Inhibitory,
    /// Excitatory for weights ≥ 0, inhibitory below.
    BySign,
}

impl Receptor {
    /// The receptor of this name; without one, by the sign of the weight.
    ///
    /// # Errors
    /// Where there is none of this name.
    pub fn named(subject: &str, name: Option<&str>) -> Result<Self, Refusal> {
        let names = [("excitatory", Self::Excitatory), ("inhibitory", Self::Inhibitory)];
        name.map_or(Ok(Self::BySign), |name| one_of(subject, "receptor", name, &names))
    }

    /// Whether a weight arrives at the inhibitory receptor.
    #[inline]
    pub fn is_inhibitory(self, weight: f64) -> bool {
        match self {
            Self::Excitatory => false,
            Self::Inhibitory => true,
            Self::BySign => weight < 0.0,
        }
    }

    /// The accumulator of a weight, of a model with so many: with one, both receptors share it.
    pub fn index(self, weight: f64, receptors: usize) -> usize {
        usize::from(self.is_inhibitory(weight) && receptors > 1)
    }
}
