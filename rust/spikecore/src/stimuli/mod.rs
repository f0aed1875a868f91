//! What comes from outside without synapses. One file a stimulus: a record of parameters, and what is known of it
//! ([`Stimulate`]); beside them what draws events in a run.

mod direct_current;
pub mod poisson;
pub mod rare;
mod stimulus;

pub use direct_current::DirectCurrent;
pub use poisson::Poisson;
pub use stimulus::{Effect, Stimulus, after, check_interval};
