//! What a spike finds on a core: stored synapses, those that are due later, and projections that are computed. Synapses add
//! to [`crate::cells`] and know nothing of neurons.

pub mod buffers;
pub mod delay_line;
#[expect(unsafe_code, reason = "unchecked access to the store; invariant K1")]
pub mod deliver;
pub mod entry;
pub mod filed;
pub mod filing;
pub mod flight;
pub mod implicit;
pub mod lines;
pub mod loose;
pub mod loose_filing;
pub mod memory;
mod row_filing;
pub mod store;
#[cfg(test)]
mod turns_tests;
pub mod waiting;
