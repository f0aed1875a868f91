//! Random numbers: counters, not sequences. Every draw is a function of (seed, purpose, object, entity, index), so
//! a network is the same whatever the number of workers, and any part of it can be drawn again alone.

pub mod binomial;
pub mod discrete;
pub mod normal;
pub mod philox;
pub mod poisson;
pub mod uniform;
#[expect(unsafe_code, reason = "calls into copies compiled for an instruction set; invariant V1")]
pub mod vector;

pub use discrete::Discrete;
pub use normal::normal_mass;
pub use philox::{Purpose, Stream};
pub use poisson::PoissonCounts;
