//! Precisions and weight formats.

pub mod format;
pub mod real;
pub mod weight;
