//! A core: a partition of the network with its own neurons, weight store, delay line and clock.
//!
//! A core knows nothing of links, other cores or threads: it is given spikes (`ingest`), told to deliver what is
//! due and to integrate, and hands back the spikes that its own neurons emitted. Its store is private to it and to its
//! replicas: cores with a state of their own, for other input to the same network.

pub mod core;
pub mod counts;
pub mod due;
pub mod outside;
pub mod placed;
pub mod source;
pub mod tick;
pub mod visits;

pub use core::Core;
pub use outside::Outside;
pub use placed::{Part, Placed};
pub use source::Source;
