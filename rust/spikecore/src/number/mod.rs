//! Precisions and weight formats.

pub mod real;
pub mod weight;
