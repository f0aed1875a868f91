//! Neurons that emit given spikes: they have no state and receive nothing.

use super::describe::{Described, Parameter, Record, Shape, Values};

/// Emits given spikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpikeSource;

impl Record for SpikeSource {
    const PARAMETERS: &'static [Parameter] = &[];

    fn values(&self) -> Values {
        Values::default()
    }
    fn read(_: &Values) -> Self {
        Self
    }
}

impl Described for SpikeSource {
    const NAME: &'static str = "spike_source";
    const TITLE: &'static str = "spike source";
    const CLASS: &'static str = "SpikeSource";

    fn shape(&self) -> Shape {
        Shape { receptors: 0, state: &[], refractory: false, readable: &[] }
    }
    fn rest(&self) -> f64 {
        0.0
    }
    fn threshold(&self) -> f64 {
        f64::INFINITY
    }
    fn current(&self) -> f64 {
        0.0
    }
    fn per_current(&self, _: f64) -> f64 {
        0.0
    }
    fn jump(&self) -> f64 {
        0.0
    }
    fn is_source() -> bool {
        true
    }
}
