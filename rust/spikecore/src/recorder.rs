//! Recorders: spikes and samples as a core buffers them; merged into canonical order on reading.

use std::collections::VecDeque;

use crate::id::{NeuronId, Tick};
use crate::network::Variable;

/// Spikes in one chunk of a log. Chunks are neither copied to grow nor all held while they are merged; so large, the
/// allocator takes them from the system untouched and gives them back.
const CHUNK: usize = 1 << 18;

/// Recorded spikes of one core, ordered by (tick, neuron).
#[derive(Debug, Default)]
pub struct SpikeLog {
    chunks: VecDeque<Chunk>,
}

#[derive(Debug)]
struct Chunk {
    ticks: Vec<Tick>,
    neurons: Vec<NeuronId>,
}

impl Chunk {
    /// # Panics
    /// Where memory ends; the calling thread stops a run before that (`headroom`).
    fn new() -> Self {
        let (mut ticks, mut neurons) = (vec![], vec![]);
        let room = ticks.try_reserve_exact(CHUNK).and_then(|()| neurons.try_reserve_exact(CHUNK));
        if room.is_err() {
            // Not `panic!`: its report allocates, and on some platforms never returns where there is nothing left.
            std::panic::resume_unwind(Box::new("no memory to record more spikes"));
        }
        Self { ticks, neurons }
    }
}

impl SpikeLog {
    /// Appends spikes stamped `tick`.
    #[inline]
    pub fn extend(&mut self, tick: Tick, mut neurons: &[NeuronId]) {
        while !neurons.is_empty() {
            let chunk = match self.chunks.back_mut() {
                Some(chunk) if chunk.ticks.len() < CHUNK => chunk,
                _ => self.chunks.push_back_mut(Chunk::new()),
            };
            let now = neurons.split_off(..neurons.len().min(CHUNK - chunk.ticks.len())).expect("invariant: within the slice");
            chunk.ticks.resize(chunk.ticks.len() + now.len(), tick);
            chunk.neurons.extend_from_slice(now);
        }
    }

    /// Forgets all spikes.
    pub fn reset(&mut self) {
        self.chunks.clear();
    }

    /// Bytes held.
    pub fn bytes(&self) -> u64 {
        (self.chunks.len() * CHUNK * (size_of::<Tick>() + size_of::<NeuronId>())) as u64
    }

    fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.ticks.len()).sum()
    }
}

/// Takes the cores' spikes, merged into canonical order: (tick, neuron).
pub fn merge(logs: &mut [&mut SpikeLog]) -> (Vec<Tick>, Vec<NeuronId>) {
    let total = logs.iter().map(|log| log.len()).sum();
    let (mut ticks, mut neurons) = (Vec::with_capacity(total), Vec::with_capacity(total));
    let mut at = vec![0; logs.len()];
    let head = |log: &SpikeLog, at: usize| log.chunks.front().map(|chunk| (chunk.ticks[at], chunk.neurons[at]));
    while let Some(((tick, neuron), core)) = (0..logs.len()).filter_map(|core| Some((head(logs[core], at[core])?, core))).min() {
        ticks.push(tick);
        neurons.push(neuron);
        at[core] += 1;
        if logs[core].chunks[0].ticks.len() == at[core] {
            logs[core].chunks.pop_front();
            at[core] = 0;
        }
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
    /// The same without samples.
    pub fn replica(&self) -> Self {
        Self { neurons: self.neurons.clone(), values: vec![], ..*self }
    }

    /// Makes room for the samples of the ticks `now + 1..=now + ticks`; false where memory ends.
    pub fn reserve(&mut self, now: Tick, ticks: Tick) -> bool {
        let samples = (now + ticks) / self.interval - now / self.interval;
        usize::try_from(samples).is_ok_and(|n| self.values.try_reserve_exact(n.saturating_mul(self.neurons.len())).is_ok())
    }

    /// Samples the ticks `now + 1..=until`, in which nothing changes.
    pub fn sample_silence(&mut self, now: Tick, until: Tick, read: impl Fn(Tick, Variable, u32) -> f64) {
        for sample in now / self.interval + 1..=until / self.interval {
            let tick = sample * self.interval;
            self.values.extend(self.neurons.iter().map(|&(index, _)| read(tick, self.variable, index)));
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
