//! The accumulators between synapses and neurons: how they are divided among the ticks of a frame, and which got input.

pub mod frame;
pub mod touched;
