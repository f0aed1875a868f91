//! What compiling decides before it draws anything: storage kinds, row numbers, steps of fixed-point weights.

use super::layout;
use super::outgoing::Outgoing;
use crate::allocation::{filled, gathered, unwind};
use crate::error::{CompileError, NetworkError};
use crate::id::{MAX_SLOTS, PopulationId};
use crate::network::{Distribution, Network, Projection, subject_of};
use crate::neurons::finite::SAFE_WEIGHT;
use crate::number::weight::{Q16, Weight, q16_step};
use crate::refusal::{Given, Refusal};
use crate::synapses::delay_line::Span;
use crate::synapses::entry::Kind;
use crate::synapses::loose::LooseStore;
use crate::synapses::store::RowSpan;
use std::collections::HashMap;
use std::sync::Arc;

/// Most shared weights; further constants are stored per synapse.
const MAX_SHARED: usize = 255;

/// The plan of a machine with weight format `W`.
pub struct Plan<W> {
    /// Storage kind of each projection that is stored.
    pub kind: Vec<Kind>,
    /// The stored projections by their sources.
    pub outgoing: Outgoing,
    /// Rows per source population; the same on every core.
    pub spans: Arc<Vec<RowSpan>>,
    /// Number of rows per core.
    pub rows: usize,
    /// The shared weights.
    pub shared_weights: Vec<W>,
    /// Quantum of the weights onto each population.
    pub steps: Vec<f64>,
    /// Whether weights onto each population are large.
    pub heavy: Vec<bool>,
    /// Whether loose synapses stand by ascending delay, as delay lines that turn need it; else by kind and creation.
    pub by_delay: bool,
    loose: Option<bool>,
}

impl<W: Weight> Plan<W> {
    /// Plans `network`; `loose` forces a layout, `turn` the turns of delay lines.
    pub fn new(network: &Network, loose: Option<bool>, turn: Option<u32>) -> Result<Self, CompileError> {
        let steps = steps::<W>(network)?;
        check_steps::<W>(network, &steps)?;
        let mut values: HashMap<(u64, u64), Kind> = HashMap::new();
        if values.try_reserve(MAX_SHARED).is_err() {
            unwind::<(u64, u64)>(MAX_SHARED, "the plan of a build");
        }
        let mut shared_weights = vec![];
        let mut kind_of = |projection: &Projection| match projection.weight {
            Distribution::Constant(value) if !projection.rule.is_implicit() => {
                let value = projection.landing(network).added(value);
                let step = steps[projection.target];
                let known = shared_weights.len();
                let key = (value.to_bits(), step.to_bits());
                if known < MAX_SHARED {
                    return *values.entry(key).or_insert_with(|| {
                        shared_weights.push(W::encode(value, step));
                        known as Kind + 1
                    });
                }
                values.get(&key).copied().unwrap_or(0)
            }
            _ => 0,
        };
        let kind = gathered(network.projections.iter().map(|projection| kind_of(projection)), "the plan of a build");
        let (outgoing, spans) = Outgoing::new(network, &kind);
        let rows = spans.iter().zip(&network.populations).map(|(span, p)| p.size as usize * span.kinds.len()).sum();
        let heavy = heavy(network);
        let longest = network.stored().map(|(_, projection)| projection.delay.support().1).max();
        let by_delay = longest.is_some_and(|longest| Span::may_turn(longest, turn));
        Ok(Self { kind, outgoing, spans: Arc::new(spans), rows, shared_weights, steps, heavy, by_delay, loose })
    }
}

impl<W: Weight> Plan<W> {
    /// Whether a core of `slots` slots on which rows have these lengths stores its synapses loose: where rows cannot address
    /// them, and by default where that needs fewer bytes.
    pub fn loose(&self, network: &Network, slots: usize, lengths: &[u32]) -> bool {
        if slots > MAX_SLOTS {
            return true;
        }
        let (mut rows, mut total) = (0.0, 0u64);
        for (id, span) in self.spans.iter().enumerate() {
            let (low, high) = self.outgoing.delays(id);
            let size = network.populations[id].size as usize;
            for (k, &kind) in span.kinds.iter().enumerate() {
                let own = lengths[span.first + k..].iter().step_by(span.kinds.len()).take(size);
                let synapses = own.map(|&len| u64::from(len)).sum::<u64>();
                let mean = synapses as f64 / size as f64;
                rows += size as f64 * layout::row_bytes::<W>(mean, f64::from(high - low + 1), kind != 0);
                total += synapses;
            }
        }
        let fewer = || layout::loose_bytes::<W>(total as f64, network.neurons()) < rows;
        total <= LooseStore::<W>::MOST && self.loose.unwrap_or_else(fewer)
    }
}

/// The quantum of each population's weights: 1 for floats, which need no bounds.
fn steps<W: Weight>(network: &Network) -> Result<Vec<f64>, CompileError> {
    if W::NAME != "q16" {
        return Ok(filled(network.populations.len(), 1.0, "the plan of a build"));
    }
    let mut bounds = filled(network.populations.len(), 0.0f64, "the plan of a build");
    for projection in &network.projections {
        bounds[projection.target] = bounds[projection.target].max(projection.weight.bound());
    }
    for stimulus in &network.stimuli {
        bounds[stimulus.population] = bounds[stimulus.population].max(stimulus.law.weight().abs());
    }
    check_sums(network)?;
    Ok(gathered(bounds.into_iter().map(q16_step), "the plan of a build"))
}

/// The quantum of each population's weights in 16 bits.
pub fn q16_steps(network: &Network) -> Result<Vec<f64>, CompileError> {
    steps::<Q16>(network)
}

/// Whether weights onto each population are large ([`crate::neurons::finite`]).
fn heavy(network: &Network) -> Vec<bool> {
    let mut heavy = filled(network.populations.len(), false, "the plan of a build");
    for projection in &network.projections {
        heavy[projection.target] |= projection.weight.bound() >= SAFE_WEIGHT;
    }
    for stimulus in &network.stimuli {
        heavy[stimulus.population] |= stimulus.law.weight().abs() >= SAFE_WEIGHT;
    }
    heavy
}

/// In fixed point neither the largest weight of a projection nor that of a Poisson stimulus must round to nothing.
fn check_steps<W: Weight>(network: &Network, steps: &[f64]) -> Result<(), NetworkError> {
    if W::NAME != "q16" {
        return Ok(());
    }
    let lost = |bound: f64, target: PopulationId| bound > 0.0 && bound < 0.5 * steps[target];
    let error = |subject: String, value: Given, target: PopulationId| {
        let (step, name) = (steps[target], &network.populations[target].name);
        let allowed = format!("at least half of {step}, the grid of all weights onto '{name}' with weights='q16'; use f32");
        Err(Refusal::new(subject, "weight", value, allowed).into())
    };
    if let Some(p) = network.projections.iter().find(|p| lost(p.weight.bound(), p.target)) {
        return error(subject_of(network, p.source, p.target), format!("at most {}", p.weight.bound()).into(), p.target);
    }
    if let Some(stimulus) = network.stimuli.iter().find(|stimulus| lost(stimulus.law.weight().abs(), stimulus.population)) {
        let name = network.populations[stimulus.population].name.clone();
        return error(name, stimulus.law.weight().into(), stimulus.population);
    }
    Ok(())
}

/// In fixed point a neuron's input of one tick must fit 32 bits: at most 65,535 weights can arrive at once.
fn check_sums(network: &Network) -> Result<(), NetworkError> {
    let mut inputs = filled(network.populations.len(), 0.0f64, "the plan of a build");
    for projection in &network.projections {
        inputs[projection.target] += projection.rule.most_inputs(&projection.ends(network));
    }
    for stimulus in &network.stimuli {
        inputs[stimulus.population] += stimulus.law.most_events();
    }
    match inputs.iter().position(|&i| i > 65_535.0) {
        None => Ok(()),
        Some(bad) => {
            let (subject, value) = (network.populations[bad].name.clone(), format!("up to {:.0}", inputs[bad]));
            Err(Refusal::new(subject, "in-degree", value, "at most 65535 inputs per neuron with weights='q16'; use f32").into())
        }
    }
}
