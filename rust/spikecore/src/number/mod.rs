//! Precisions and weight formats.

pub mod format;
pub mod functions;
pub mod real;
pub mod weight;
