//! Arrays over neurons and their blocks: every array is padded to whole blocks of [`BLOCK`].

use crate::id::BLOCK;
use crate::pages::{Pages, Zeroable};
use crate::simd::Aligned;

/// What this memory is for.
pub const STATE: &str = "the state of neurons";

/// Room for something of `len` neurons.
pub fn zeroed<T: Zeroable>(len: usize) -> Pages<T> {
    Pages::room(len, STATE)
}

/// A block of an array as a fixed-size array.
#[inline(always)]
pub(crate) fn block<T>(array: &mut [T], at: usize) -> &mut [T; BLOCK] {
    (&mut array[at..at + BLOCK]).try_into().expect("invariant: arrays are padded to whole blocks")
}

/// The value of one neuron, of one for all or one for each.
#[inline(always)]
pub(crate) fn of<T: Copy>(bias: &[T], k: usize) -> T {
    if let [one] = bias { *one } else { bias[k] }
}

/// Which neurons of a block are not refractory, as masks; counts their refractory ticks down.
#[inline(always)]
pub(crate) fn free(r: &mut [u16; BLOCK]) -> Aligned<[i16; BLOCK]> {
    let mut free = Aligned([0; BLOCK]);
    for (free, r) in free.0.iter_mut().zip(r) {
        *free = i16::from(*r == 0).wrapping_neg();
        *r = r.saturating_sub(1);
    }
    free
}
