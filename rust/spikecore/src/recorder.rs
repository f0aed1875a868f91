//! Recorders: spikes and samples as a core buffers them; merged into canonical order on reading.

use crate::id::{NeuronId, Tick};
use crate::network::Variable;

/// Recorded spikes of one core, ordered by (tick, neuron).
#[derive(Debug, Default)]
pub struct SpikeLog {
    ticks: Vec<Tick>,
    neurons: Vec<NeuronId>,
}

impl SpikeLog {
    /// Appends spikes stamped `tick`.
    #[inline]
    pub fn extend(&mut self, tick: Tick, neurons: &[NeuronId]) {
        self.ticks.resize(self.ticks.len() + neurons.len(), tick);
        self.neurons.extend_from_slice(neurons);
    }

    /// Takes everything recorded since the last call.
    pub fn take(&mut self) -> (Vec<Tick>, Vec<NeuronId>) {
        (std::mem::take(&mut self.ticks), std::mem::take(&mut self.neurons))
    }
}

/// Merges the cores' spikes into canonical order: (tick, neuron).
pub fn merge(logs: Vec<(Vec<Tick>, Vec<NeuronId>)>) -> (Vec<Tick>, Vec<NeuronId>) {
    let total = logs.iter().map(|(ticks, _)| ticks.len()).sum();
    let (mut ticks, mut neurons) = (Vec::with_capacity(total), Vec::with_capacity(total));
    let mut at = vec![0; logs.len()];
    let head = |at: &[usize], core: usize| logs[core].0.get(at[core]).map(|&tick| (tick, logs[core].1[at[core]], core));
    while let Some((tick, neuron, core)) = (0..logs.len()).filter_map(|core| head(&at, core)).min() {
        ticks.push(tick);
        neurons.push(neuron);
        at[core] += 1;
    }
    (ticks, neurons)
}

/// One sample recorder on one slice.
#[derive(Debug)]
pub struct SampleTap {
    /// The recorder in declaration order.
    pub recorder: usize,
    /// What is sampled.
    pub variable: Variable,
    /// (index in the slice, column in the recorder's table).
    pub neurons: Vec<(u32, usize)>,
    /// Ticks between samples.
    pub interval: Tick,
    /// Samples, tick by tick.
    pub values: Vec<f64>,
}

impl SampleTap {
    /// Samples the ticks `now + 1..=until`, in which nothing changes.
    pub fn sample_silence(&mut self, now: Tick, until: Tick, read: impl Fn(Variable, u32) -> f64) {
        for _ in now / self.interval..until / self.interval {
            self.values.extend(self.neurons.iter().map(|&(index, _)| read(self.variable, index)));
        }
    }

    /// Samples at `tick` if the interval says so.
    #[inline]
    pub fn sample(&mut self, tick: Tick, read: impl Fn(Variable, u32) -> f64) {
        if tick.is_multiple_of(self.interval) {
            self.values.extend(self.neurons.iter().map(|&(index, _)| read(self.variable, index)));
        }
    }
}
