//! The neurons of a slice, whatever their model: their state, their step, and how they are read.
//!
//! A slab ([`slab`]) holds them. Its blocks are stepped in every tick ([`step`], [`varied`], [`adaptive`]) or where something
//! happens ([`event`]). Neurons take their input from [`crate::cells`] and know nothing of synapses.

pub mod adaptive;
pub mod block;
pub mod census;
pub mod columns;
#[expect(unsafe_code, reason = "calls into instruction-set copies; invariant K2")]
pub mod compiled;
pub mod constants;
pub mod drive;
pub mod event;
pub mod finite;
pub mod gather;
pub mod reading;
pub mod slab;
pub mod step;
pub mod varied;
pub mod watch;
