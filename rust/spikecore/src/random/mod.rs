//! Random numbers that depend on what they decide and on nothing else: not on workers, cores, batches or SIMD level.
//!
//! Every draw is a function of (seed, purpose, object, entity, draw) through Philox4x32-10 ([`philox`]); a
//! [`Stream`] is all draws of one entity. Arithmetic is integer, or floating point in a written order without fused
//! multiply-add, with this crate's polynomials or `libm`'s functions: the same network on every system.
//!
//! The functions marked `#[inline(always)]` are plain loops over fixed-size arrays: compiled within a caller's
//! vector-width copy they become its vector code, with the same bits.

pub mod binomial;
mod calls;
mod discrete;
mod gaps;
mod mass;
pub mod normal;
mod philox;
mod poisson;
mod rounded;
mod stream;
pub mod uniform;
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls into copies compiled for an instruction set; invariant V1"))]
pub mod vector;

#[cfg(test)]
mod chi_square;

/// What a binomial or Poisson count of this mean does not exceed: twenty standard deviations above it.
pub fn most_drawn(mean: f64) -> f64 {
    mean + 20.0 * mean.sqrt() + 50.0
}

pub use calls::Call;
pub use discrete::Discrete;
pub use gaps::PoissonGaps;
pub use mass::normal_mass;
pub use normal::REACH;
pub use poisson::PoissonCounts;
pub use stream::{Purpose, Stream};
