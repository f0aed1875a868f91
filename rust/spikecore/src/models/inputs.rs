//! The receptors of a model that names them.

/// The receptors of a model that names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// Of each its name, and whether it takes the magnitudes of weights, as a conductance does.
    pub receptors: Vec<(&'static str, bool)>,
    /// The receptors of weights from 0 on and of those below, where the sign may choose.
    pub by_sign: Option<(u8, u8)>,
}
