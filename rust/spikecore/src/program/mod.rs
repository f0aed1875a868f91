//! Programs: what neurons do in a tick, as operations on registers that are blocks of 128 numbers.
//!
//! A program is data: it can be printed, counted and checked, and every instruction-set level runs it with the same bits.
//! [`Program::new`] refuses what could not run, so [`run`] checks nothing.

mod check;
mod draw;
mod equations;
mod layout;
mod link;
mod op;
pub mod run;
#[cfg(test)]
mod tests;

pub use check::Program;
pub use draw::Key;
pub use equations::{Constant, Equations, Reading};
pub use layout::Layout;
pub use link::Linked;
pub use op::Op;
