//! Which of the engine's own types are valid when all their bytes are zero. A fence, apart from [`crate::pages`], which knows
//! none of them.
//!
//! Invariant **G2**: `Copy`, and valid when all bytes are zero.

use crate::neurons::event::single::Single;
use crate::number::real::Real;
use crate::number::weight::{Q16, Weight};
use crate::pages::Zeroable;
use crate::synapses::entry::{Segment, Synapse};
use crate::synapses::loose::Loose;

// SAFETY: G2, an integer.
unsafe impl Zeroable for Segment {}
// SAFETY: G2, an integer.
unsafe impl Zeroable for Q16 {}
// SAFETY: G2, integers and numbers that are `Zeroable` themselves.
unsafe impl<S: Real, const N: usize> Zeroable for Single<S, N> {}
// SAFETY: G2, an integer and a weight that is `Zeroable` itself.
unsafe impl<W: Weight> Zeroable for Synapse<W> {}
// SAFETY: G2, an integer and the above.
unsafe impl<W: Weight> Zeroable for Loose<W> {}
