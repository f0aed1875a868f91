//! The neurons of a slice, whatever their model: their state, their step, and how they are read.
//!
//! Leaky neurons that are all alike stand in a slab ([`slab`]), whose blocks are stepped in every tick ([`step`]) or where something
//! happens ([`event`]). All others are stepped in every tick, in a bank ([`bank`]), which knows its model only by its
//! equations. Neurons take their input from [`crate::cells`] and know nothing of synapses.

pub mod bank;
pub mod block;
pub mod census;
#[expect(unsafe_code, reason = "calls into instruction-set copies; invariant K2")]
pub mod compiled;
pub mod drive;
pub mod event;
pub mod finite;
pub mod gather;
pub mod programmed;
pub mod reading;
pub mod registry;
pub mod slab;
pub mod step;
pub mod stepped;
pub mod tally;
pub mod watch;
