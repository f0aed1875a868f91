//! The synapses of one projection, source by source, whatever its rule.

use crate::allocation::push;
use crate::compile::rows::Rows;
use crate::error::CompileError;
use crate::network::Network;
use crate::parallel::Watch;

/// Draws and neurons of a projection from which on it is shared out over the threads; smaller ones are jobs together.
pub(super) const LARGE: u64 = 1 << 20;

/// Source neurons per job.
pub(super) const CHUNK: usize = 128;

/// The synapses of one projection, source by source.
pub(super) struct Targets<'a>(Rows<'a>);

impl<'a> Targets<'a> {
    /// Of projection `id`; rules given per target are transposed here.
    pub fn new(network: &'a Network, id: usize, watch: Watch<'_>) -> Result<Self, CompileError> {
        Rows::new(network, id, watch).map(Self)
    }

    /// Number of synapses of `source`.
    pub fn count(&self, source: u32, scratch: &mut Vec<u32>) -> u32 {
        self.0.out_degree(source, scratch)
    }

    /// Calls `visit(target)` for every synapse of `source`.
    pub fn visit(&self, source: u32, scratch: &mut Vec<u32>, visit: impl FnMut(u32)) {
        self.0.targets(source, scratch);
        scratch.iter().copied().for_each(visit);
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
