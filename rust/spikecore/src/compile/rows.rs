//! The targets, weights and delays of one source neuron at a time. Which targets it has is its rule's to say
//! ([`crate::network::rules`]); weights and delays are drawn here, keyed as the rule's own draws are.

use crate::allocation::resize;
use crate::error::CompileError;
use crate::network::rules::{BySource, Keys, ROW};
use crate::network::{DelayLaw, Distribution, Network, Projection};
use crate::parallel::Watch;
use crate::random::{Purpose, Stream, vector};
use crate::simd::Level;

/// One projection, ready to generate rows.
pub struct Rows<'a> {
    /// What it generates.
    pub projection: &'a Projection,
    keys: Keys,
    by_source: Box<dyn BySource + 'a>,
}

impl<'a> Rows<'a> {
    /// Prepares projection `id` of `network`; what its rule states otherwise than by source is brought into rows here, polling
    /// `watch`.
    pub fn new(network: &'a Network, id: usize, watch: Watch<'_>) -> Result<Self, CompileError> {
        Self::on_threads(network, id, 1, watch)
    }

    /// The same, with so many threads to sort given pairs.
    pub fn on_threads(network: &'a Network, id: usize, threads: usize, watch: Watch<'_>) -> Result<Self, CompileError> {
        let projection = &network.projections[id];
        let keys = Keys { seed: network.seed, projection: id as u32, given: projection.is_given(), threads };
        let by_source = projection.rule.by_source(&projection.ends(network), &keys, watch)?;
        Ok(Self { projection, keys, by_source })
    }

    /// Writes the targets of `source` (indices in the target population) to `out`.
    pub fn targets(&self, source: u32, out: &mut Vec<u32>) {
        out.clear();
        self.by_source.targets(source, out);
    }

    /// How many targets `source` has; drawn, in `scratch`, only where the rule does not say.
    pub fn out_degree(&self, source: u32, scratch: &mut Vec<u32>) -> u32 {
        self.by_source.out_degree(source, scratch)
    }

    /// Weights of the `count` synapses of `source`, in the order of [`Rows::targets`]; empty for one shared weight.
    pub fn weights(&self, source: u32, count: usize, out: &mut Vec<f64>) {
        out.clear();
        match &self.projection.weight {
            Distribution::Constant(_) => {}
            Distribution::Array(values) => self.by_source.places(source).values(count, values, out),
            law => {
                resize(out, count, 0.0, ROW);
                draw(law, &self.keys.stream(Purpose::Weights, source), out);
            }
        }
    }

    /// Delays in ticks of the `count` synapses of `source`, in the order of [`Rows::targets`].
    pub fn delays(&self, source: u32, count: usize, out: &mut Vec<u16>) {
        out.clear();
        match &self.projection.delay {
            DelayLaw::Array(ticks) => self.by_source.places(source).values(count, ticks, out),
            DelayLaw::Constant(ticks) => resize(out, count, *ticks, ROW),
            DelayLaw::Table(table) => {
                let (first, last) = table.support();
                resize(out, count, first as u16, ROW);
                if first < last {
                    vector::fill_discrete(Level::current(), table, &self.keys.stream(Purpose::Delays, source), out);
                }
            }
        }
    }
}

/// Values of a distribution; never called with given values or a constant.
pub fn draw(law: &Distribution, stream: &Stream, out: &mut [f64]) {
    match law {
        Distribution::Constant(value) => out.fill(*value),
        Distribution::Array(values) => out.copy_from_slice(values),
        Distribution::Uniform { low, high } => {
            let mut words = stream.words();
            out.fill_with(|| low + (high - low) * words.next_f64());
        }
        Distribution::Normal { mean, sd, low, high, clip } => {
            if *clip {
                vector::clipped(Level::current(), stream, (*mean, *sd), (*low, *high), out);
            } else {
                vector::truncated(Level::current(), stream, (*mean, *sd), (*low, *high), out)
                    .expect("invariant: at least 1 % of the mass lies in the range (checked in the description)");
            }
        }
    }
}
