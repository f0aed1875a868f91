//! Neuron models, one file each: a record of parameters, what follows from it, and its equations.
//!
//! [`each_model`] is the only list. Who needs something of all models expands it: [`kinds`] here, and the registry of the
//! neurons' room, which makes their state. Nobody else names a model.

pub mod alif;
pub mod constants;
pub mod describe;
pub mod dynamics;
mod inputs;
pub mod leaky;
pub mod lif_alpha;
pub mod lif_delta;
pub mod lif_exp;
pub mod model;
pub mod propagators;
pub mod ranges;
mod receptor;
pub mod spike_source;
#[cfg(test)]
mod tests;
mod written;

pub use alif::Alif;
pub use describe::{Parameter, Range, Readable, Shape, StateVariable, Values, Variable};
pub use lif_alpha::LifAlpha;
pub use lif_delta::{LifDelta, LifSubtract};
pub use lif_exp::LifExp;
pub use model::{Kind, Model};
pub use propagators::Propagators;
pub use ranges::{Neurons, Place};
pub use receptor::{Landing, Receptor};
pub use spike_source::SpikeSource;
pub use written::{Statement, written};

/// Calls a macro with all models: of each the record, and the equations for each number of receptors that it may have.
macro_rules! each_model {
    ($call:ident) => {
        $call! {
            $crate::models::lif_exp::LifExp: [$crate::models::lif_exp::One, $crate::models::lif_exp::Two];
            $crate::models::lif_delta::LifDelta: [$crate::models::lif_delta::Delta<false>];
            $crate::models::lif_delta::LifSubtract: [$crate::models::lif_delta::Delta<true>];
            $crate::models::lif_alpha::LifAlpha: [$crate::models::lif_alpha::One, $crate::models::lif_alpha::Two];
            $crate::models::alif::Alif: [$crate::models::alif::Adaptive];
            $crate::models::spike_source::SpikeSource: [];
        }
    };
}
pub(crate) use each_model;

macro_rules! list_of_kinds {
    ($($model:ty: [$($dynamics:ty),*];)*) => { &[$(&model::Stated::<$model>::KIND),*] };
}

/// All models.
pub fn kinds() -> &'static [&'static dyn Kind] {
    each_model!(list_of_kinds)
}

/// The model of this name.
pub fn kind(name: &str) -> Option<&'static dyn Kind> {
    kinds().iter().copied().find(|kind| kind.name() == name)
}
