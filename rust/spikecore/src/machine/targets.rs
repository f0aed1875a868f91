//! The synapses of one projection, source by source, whatever its rule.

use crate::allocation::push;
use crate::compile::rows::Rows;
use crate::error::CompileError;
use crate::network::{Network, Rule, Windows};
use crate::parallel::Watch;

/// Draws and neurons of a projection from which on it is shared out over the threads; smaller ones are jobs together.
pub(super) const LARGE: u64 = 1 << 20;

/// Source neurons per job.
pub(super) const CHUNK: usize = 128;

/// The synapses of one projection, source by source.
pub(super) enum Targets<'a> {
    Rows(Rows<'a>),
    /// All of so many neurons.
    All(u32),
    Windows(Windows),
}

impl<'a> Targets<'a> {
    /// Of projection `id`; rules given per target are transposed here.
    pub fn new(network: &'a Network, id: usize, watch: Watch<'_>) -> Result<Self, CompileError> {
        let projection = &network.projections[id];
        Ok(match &projection.rule {
            Rule::Dense => Self::All(network.populations[projection.target].size),
            Rule::Convolution(windows) | Rule::Pooling(windows) => Self::Windows(*windows),
            _ => Self::Rows(Rows::new(network, id, watch)?),
        })
    }

    /// Number of synapses of `source`.
    pub fn count(&self, source: u32, scratch: &mut Vec<u32>) -> u32 {
        match self {
            Self::Rows(rows) => rows.out_degree(source, scratch),
            Self::All(targets) => *targets,
            Self::Windows(windows) => windows.fan_out(source),
        }
    }

    /// Calls `visit(target)` for every synapse of `source`.
    pub fn visit(&self, source: u32, scratch: &mut Vec<u32>, visit: impl FnMut(u32)) {
        match self {
            Self::Rows(rows) => {
                rows.targets(source, scratch);
                scratch.iter().copied().for_each(visit);
            }
            Self::All(targets) => (0..*targets).for_each(visit),
            Self::Windows(windows) => windows.targets_of(source, visit),
        }
    }
}

/// Splits a list, in its order, into jobs of some work each.
pub(super) fn batches<J>(all: Vec<J>, work: impl Fn(&J) -> u64) -> Vec<Vec<J>> {
    const ENOUGH: u64 = LARGE / 8;
    let mut jobs = vec![];
    let (mut batch, mut sum) = (vec![], 0);
    for job in all {
        sum += work(&job);
        push(&mut batch, job, "jobs");
        if sum >= ENOUGH {
            push(&mut jobs, std::mem::take(&mut batch), "jobs");
            sum = 0;
        }
    }
    if !batch.is_empty() {
        push(&mut jobs, batch, "jobs");
    }
    jobs
}
