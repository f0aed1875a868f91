//! What compiling decides before it draws anything: storage kinds, row numbers, steps of fixed-point weights.

use crate::error::{CompileError, NetworkError};
use crate::network::{Distribution, Network, Rule, Stimulus};
use crate::neurocore::store::{Kind, RowSpan};
use crate::neurocore::weight::{Weight, q16_step};

/// Most shared weights; further constants are stored per synapse.
const MAX_SHARED: usize = 255;

/// The plan of a machine with weight format `W`.
pub struct Plan<W> {
    /// Storage kind of each projection.
    pub kind: Vec<Kind>,
    /// Rows per source population; the same on every core.
    pub spans: Vec<RowSpan>,
    /// Number of rows per core.
    pub rows: usize,
    /// The shared weights.
    pub shared_weights: Vec<W>,
    /// Quantum of the weights onto each population.
    pub steps: Vec<f64>,
}

impl<W: Weight> Plan<W> {
    /// Plans `network`.
    pub fn new(network: &Network) -> Result<Self, CompileError> {
        let steps = steps::<W>(network)?;
        let mut values: Vec<(u64, u64)> = vec![];
        let mut shared_weights = vec![];
        let mut kind = vec![];
        for projection in &network.projections {
            let step = steps[projection.target];
            let Distribution::Constant(value) = projection.weight else {
                kind.push(0);
                continue;
            };
            let key = (value.to_bits(), step.to_bits());
            let index = values.iter().position(|&v| v == key).unwrap_or(values.len());
            if index == MAX_SHARED {
                kind.push(0);
                continue;
            }
            if index == values.len() {
                values.push(key);
                shared_weights.push(W::encode(value, step));
            }
            kind.push(index as Kind + 1);
        }
        let mut spans = vec![];
        let mut rows = 0;
        for (id, population) in network.populations.iter().enumerate() {
            let mut kinds: Vec<Kind> = vec![];
            for (projection, &k) in network.projections.iter().zip(&kind) {
                if projection.source == id && !kinds.contains(&k) {
                    kinds.push(k);
                }
            }
            let first = rows;
            rows += population.size as usize * kinds.len();
            spans.push(RowSpan { first, kinds });
        }
        Ok(Self { kind, spans, rows, shared_weights, steps })
    }
}

/// The quantum of each population's weights: 1 for floats.
fn steps<W: Weight>(network: &Network) -> Result<Vec<f64>, CompileError> {
    let mut bounds = vec![0.0f64; network.populations.len()];
    for projection in &network.projections {
        bounds[projection.target] = bounds[projection.target].max(projection.weight.bound());
    }
    for stimulus in &network.stimuli {
        if let Stimulus::Poisson { population, weight, .. } = stimulus {
            bounds[*population] = bounds[*population].max(weight.abs());
        }
    }
    if W::NAME == "q16" {
        check_sums(network)?;
    }
    Ok(bounds.into_iter().map(|b| if W::NAME == "q16" { q16_step(b) } else { 1.0 }).collect())
}

/// In fixed point a neuron's input of one tick must fit 32 bits: at most 65,535 weights can arrive at once.
fn check_sums(network: &Network) -> Result<(), NetworkError> {
    let mut inputs = vec![0.0f64; network.populations.len()];
    for projection in &network.projections {
        let n = f64::from(network.populations[projection.source].size);
        let m = f64::from(network.populations[projection.target].size);
        inputs[projection.target] += match &projection.rule {
            Rule::OneToOne => 1.0,
            Rule::FixedInDegree(k) => f64::from(*k),
            Rule::FixedTotalNumber(total) => {
                let mean = *total as f64 / m;
                mean + 20.0 * mean.sqrt() + 50.0
            }
            Rule::FixedOutDegree(k) if projection.multapses => {
                let mean = f64::from(*k) * n / m;
                mean + 20.0 * mean.sqrt() + 50.0
            }
            Rule::Pairs(_, targets) => {
                let mut degrees = vec![0u32; m as usize];
                targets.iter().for_each(|&t| degrees[t as usize] += 1);
                f64::from(degrees.into_iter().max().unwrap_or(0))
            }
            _ => n,
        };
    }
    for stimulus in &network.stimuli {
        if let Stimulus::Poisson { population, lambda, .. } = stimulus {
            inputs[*population] += lambda + 20.0 * lambda.sqrt() + 50.0;
        }
    }
    match inputs.iter().position(|&i| i > 65_535.0) {
        None => Ok(()),
        Some(bad) => Err(NetworkError::Value {
            subject: network.populations[bad].name.clone(),
            parameter: "in-degree",
            value: format!("up to {:.0}", inputs[bad]),
            allowed: "at most 65535 inputs per neuron with weights=\"q16\"; use f32".to_owned(),
        }),
    }
}
