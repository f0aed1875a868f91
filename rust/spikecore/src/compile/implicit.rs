//! Implicit projections of a network: what each core keeps of their matrices and kernels, and whom they link.

use std::ops::Range;

use super::fill::{Filled, out_of_memory};
use super::parallel::Watch;
use super::partition::{Partition, Slice};
use super::plan::Plan;
use crate::error::CompileError;
use crate::id::CoreId;
use crate::network::{Distribution, Network, Projection, Receptor, Rule};
use crate::neurocore::dense::Matrix;
use crate::neurocore::implicit::Implicit;
use crate::neurocore::incoming::{Arrive, Incoming, Kernel};
use crate::neurocore::weight::Weight;
use crate::neurocore::window::Window;
use crate::simd::Level;

/// Weights between two looks at whether to go on.
const POLL: usize = 1 << 18;

/// Expected synapses of all implicit projections, and the bytes that cores keep for them.
pub fn forecast<W: Weight>(network: &Network, cores: usize) -> (f64, f64) {
    let bytes = |projection: &Projection| match &projection.rule {
        Rule::Convolution(windows) => windows.kernel_values() as f64 * cores as f64,
        Rule::Pooling(windows) => f64::from(windows.y.kernel) * f64::from(windows.x.kernel) * cores as f64,
        // Slices are whole blocks but for the last, so only that one is padded.
        _ => {
            let width = Matrix::<W>::width(network.populations[projection.target].size as usize);
            f64::from(network.populations[projection.source].size) * width as f64
        }
    };
    let of = |(synapses, kept): (f64, f64), projection: &Projection| {
        (synapses + projection.synapses(network), kept + bytes(projection) * size_of::<W>() as f64)
    };
    network.implicit().fold((0.0, 0.0), of)
}

/// Adds to what filling has found: out-degrees, and the delays from core to core.
pub fn link<W: Weight>(network: &Network, partition: &Partition, cores: &[Implicit<W>], filled: &mut Filled<W>) {
    for (core, implicit) in cores.iter().enumerate() {
        implicit.fan_outs(|source, index, delay, synapses| {
            filled.out_degree[(network.populations[source].first + index) as usize] += synapses as u32;
            let pair = &mut filled.lookahead[usize::from(partition.home(source, index).core)][core];
            *pair = Some(pair.map_or(delay, |known| known.min(delay)));
        });
    }
}

/// What a core keeps.
pub fn place<W: Weight>(
    network: &Network,
    (partition, core): (&Partition, CoreId),
    plan: &Plan<W>,
    level: Level,
    watch: Watch<'_>,
) -> Result<Implicit<W>, CompileError> {
    let mut implicit = Implicit::new(level);
    for slice in &partition.slices[core] {
        let mut incoming = vec![];
        for projection in network.implicit().filter(|projection| projection.target == slice.population) {
            let source = &network.populations[projection.source];
            let kernel = kernel(network, projection, slice, plan.steps[projection.target], &mut *watch)?;
            let ids = source.first..source.first + source.size;
            incoming.push(Incoming::new(projection.source, ids, projection.one_delay(), kernel, arrive(network, projection)));
        }
        implicit.push(*slice, network.populations[slice.population].model.receptors(), incoming);
    }
    Ok(implicit)
}

fn kernel<W: Weight>(
    network: &Network,
    projection: &Projection,
    slice: &Slice,
    step: f64,
    watch: Watch<'_>,
) -> Result<Kernel<W>, CompileError> {
    let range = slice.first..slice.first + slice.len;
    Ok(match (&projection.rule, &projection.weight) {
        (Rule::Convolution(windows), Distribution::Array(values)) => {
            Kernel::Window(Window::convolution(*windows, range, |index| W::encode(values[index as usize], step)))
        }
        (Rule::Pooling(windows), Distribution::Constant(weight)) => {
            Kernel::Window(Window::pooling(*windows, range, W::encode(*weight, step)))
        }
        (Rule::Dense, Distribution::Array(values)) => {
            let targets = network.populations[projection.target].size;
            Kernel::Dense(matrix(values, targets as usize, range, step, watch)?)
        }
        other => unreachable!("invariant: checked in the description, {:?}", other.0),
    })
}

/// The columns `range` of a matrix of `targets` columns.
fn matrix<W: Weight>(values: &[f64], targets: usize, range: Range<u32>, step: f64, watch: Watch<'_>) -> Result<Matrix<W>, CompileError> {
    let sources = values.len() / targets;
    let mut matrix = Matrix::zeroed(sources, range.len()).map_err(out_of_memory("a dense matrix"))?;
    let columns = range.start as usize..range.end as usize;
    let mut since = 0;
    for (source, row) in values.chunks_exact(targets).enumerate() {
        for (place, &weight) in matrix.row_mut(source).iter_mut().zip(&row[columns.clone()]) {
            *place = W::encode(weight, step);
        }
        since += columns.len();
        if since >= POLL {
            since = 0;
            if !watch(1.0) {
                return Err(CompileError::Interrupted);
            }
        }
    }
    Ok(matrix)
}

/// Where weights arrive: by sign only where a projection has both.
fn arrive(network: &Network, projection: &Projection) -> Arrive {
    let (low, high) = projection.weight.range();
    let model = &network.populations[projection.target].model;
    if projection.receptor == Receptor::BySign && model.receptors() > 1 && low < 0.0 && high > 0.0 {
        return Arrive::BySign;
    }
    Arrive::At(projection.receptor_for(if low < 0.0 { low } else { high }, model))
}
