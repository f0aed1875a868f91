//! Implicit projections of a network: what each core keeps of their matrices and kernels, and whom they link. The calling
//! thread does all of it and polls between pieces of some hundred microseconds.

use super::fill::{Filled, out_of_memory};
use super::outgoing::Lists;
use super::partition::Partition;
use super::plan::Plan;
use crate::allocation::{gathered, push, with_room};
use crate::error::CompileError;
use crate::id::CoreId;
use crate::network::rules::Computed;
use crate::network::{Distribution, Network, Projection};
use crate::number::weight::Weight;
use crate::parallel::Watch;
use crate::simd::Level;
use crate::slice::Slice;
use crate::synapses::implicit::Implicit;
use crate::synapses::implicit::incoming::{Arrive, Incoming, Kernel};
use crate::synapses::implicit::matrix::Matrix;
use crate::synapses::implicit::window::Window;
use std::ops::Range;

/// Work between two looks at whether to go on: weights written, and synapses counted.
const POLL: u64 = 1 << 18;

const WHAT: &str = "the implicit projections of a build";
const COMPUTED: &str = "invariant: it is an implicit projection";

/// Asks, from time to time, whether to go on.
struct Pace<'a> {
    watch: Watch<'a>,
    /// Of the whole build.
    done: f64,
    since: u64,
}

impl Pace<'_> {
    fn spend(&mut self, work: u64) -> Result<(), CompileError> {
        self.since += work;
        if self.since < POLL {
            return Ok(());
        }
        self.since = 0;
        if (self.watch)(self.done) { Ok(()) } else { Err(CompileError::Interrupted) }
    }
}

/// Expected synapses of all implicit projections, and the bytes that cores keep for them.
pub fn forecast<W: Weight>(network: &Network, cores: usize) -> (f64, f64) {
    let values = |projection: &Projection| match projection.rule.computed().expect(COMPUTED) {
        Computed::Kernel(windows) => windows.kernel_values() as f64 * cores as f64,
        Computed::Pool(windows) => f64::from(windows.y.kernel) * f64::from(windows.x.kernel) * cores as f64,
        // Slices are whole blocks but for the last, so only that one is padded.
        Computed::Matrix => {
            let width = Matrix::<W>::width(network.populations[projection.target].size as usize);
            f64::from(network.populations[projection.source].size) * width as f64
        }
    };
    let of = |(synapses, kept): (f64, f64), projection: &Projection| {
        (synapses + projection.synapses(network), kept + values(projection) * size_of::<W>() as f64)
    };
    network.implicit().fold((0.0, 0.0), of)
}

/// What each core keeps; adds to what filling has found whom that links. Of the whole build this goes from `from` to `to`.
pub fn place<W: Weight>(
    network: &Network,
    partition: &Partition,
    plan: &Plan<W>,
    level: Level,
    filled: &mut Filled<W>,
    (from, to): (f64, f64),
    watch: Watch<'_>,
) -> Result<Vec<Implicit<W>>, CompileError> {
    let mut pace = Pace { watch, done: from, since: 0 };
    let mut cores = with_room(partition.cores(), WHAT);
    let onto = network.implicit().map(|projection| projection.target).enumerate();
    let onto = Lists::new(network.populations.len(), onto);
    let projections = gathered(network.implicit().map(|projection| (projection, arrive(network, projection))), WHAT);
    for core in 0..partition.cores() {
        pace.done = from + (to - from) * core as f64 / partition.cores() as f64;
        let mut implicit = Implicit::new(level);
        for slice in &partition.slices[core] {
            let mut incoming = with_room(onto.of(slice.population).len(), WHAT);
            for &number in onto.of(slice.population) {
                let (projection, arrive) = projections[number];
                let kernel = kernel(network, projection, slice, plan.steps[projection.target], &mut pace)?;
                let synapses = link(network, projection, &kernel, (partition, core), filled, &mut pace)?;
                let source = &network.populations[projection.source];
                let ids = source.first..source.first + source.size;
                let own = Incoming::new(projection.source, ids, projection.one_delay(), kernel, arrive, synapses);
                push(&mut incoming, own, WHAT);
            }
            implicit.push(*slice, network.populations[slice.population].model.receptors(), incoming);
        }
        cores.push(implicit);
    }
    Ok(cores)
}

/// Adds to what filling has found: out-degrees, and the delays from core to core. Returns the number of synapses.
fn link<W: Weight>(
    network: &Network,
    projection: &Projection,
    kernel: &Kernel<W>,
    (partition, core): (&Partition, CoreId),
    filled: &mut Filled<W>,
    pace: &mut Pace<'_>,
) -> Result<u64, CompileError> {
    let (source, delay) = (&network.populations[projection.source], projection.one_delay());
    let mut synapses = 0;
    for index in 0..source.size {
        let fan_out = kernel.fan_out(index);
        if fan_out > 0 {
            synapses += fan_out;
            filled.out_degree[(source.first + index) as usize] += fan_out as u32;
            let pair = &mut filled.lookahead[usize::from(partition.home(projection.source, index).core)][core];
            *pair = Some(pair.map_or(delay, |known| known.min(delay)));
        }
        pace.spend(1 + fan_out)?;
    }
    Ok(synapses)
}

fn kernel<W: Weight>(
    network: &Network,
    projection: &Projection,
    slice: &Slice,
    step: f64,
    pace: &mut Pace<'_>,
) -> Result<Kernel<W>, CompileError> {
    let range = slice.first..slice.first + slice.len;
    Ok(match (projection.rule.computed().expect(COMPUTED), &projection.weight) {
        (Computed::Kernel(windows), Distribution::Array(values)) => {
            let weight = |index: u64| pace.spend(1).map(|()| W::encode(values[index as usize], step));
            Kernel::Window(Window::convolution(*windows, range, weight)?)
        }
        (Computed::Pool(windows), Distribution::Constant(weight)) => {
            Kernel::Window(Window::pooling(*windows, range, W::encode(*weight, step)))
        }
        (Computed::Matrix, Distribution::Array(values)) => {
            let targets = network.populations[projection.target].size;
            Kernel::Dense(matrix(values, targets as usize, range, step, pace)?)
        }
        (Computed::Kernel(_) | Computed::Pool(_) | Computed::Matrix, _) => {
            unreachable!("invariant: weights are checked in the description, {:?}", projection.rule)
        }
    })
}

/// The columns `range` of a matrix of `targets` columns.
fn matrix<W: Weight>(values: &[f64], targets: usize, range: Range<u32>, step: f64, pace: &mut Pace<'_>) -> Result<Matrix<W>, CompileError> {
    let sources = values.len() / targets;
    let mut matrix = Matrix::zeroed(sources, range.len()).map_err(out_of_memory("a dense matrix"))?;
    let columns = range.start as usize..range.end as usize;
    for (source, row) in values.chunks_exact(targets).enumerate() {
        for (place, &weight) in matrix.row_mut(source).iter_mut().zip(&row[columns.clone()]) {
            *place = W::encode(weight, step);
        }
        pace.spend(columns.len() as u64)?;
    }
    Ok(matrix)
}

/// Where weights arrive: by sign only where a projection has both.
fn arrive(network: &Network, projection: &Projection) -> Arrive {
    let (low, high) = projection.weight.range();
    let landing = projection.landing(network);
    if landing.is_by_sign() && low < 0.0 && high > 0.0 {
        return Arrive::BySign;
    }
    Arrive::At(landing.place(if low < 0.0 { low } else { high }))
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT, Options, compile};
    use super::*;
    use crate::models::{LifDelta, Model, Receptor};
    use crate::network::rules::Convolution;
    use crate::network::{Axis, DelayLaw, Rule, Windows};
    use crate::neurons::census::Updates;

    /// A convolution of 64 channels of 16 x 16 neurons, with 9 million synapses.
    fn convolution() -> Network {
        let mut network = Network::new(0.1, 1).unwrap();
        let axis = Axis { input: 16, kernel: 3, stride: 1, padding: 1 };
        let windows = Windows { y: axis, x: axis, channels_in: 64, channels_out: 64, groups: 1 };
        let model = LifDelta { tau_m: 10.0, c_m: 250.0, e_l: 0.0, v_th: 15.0, v_reset: 0.0, t_ref: 0.0, i_e: 0.0 };
        for name in ["a", "b"] {
            network.population(name, 64 * 256, Model::from(model)).unwrap();
        }
        let delay = DelayLaw::new("a", &Distribution::Constant(1.0), 0.1).unwrap();
        let (rule, weight) = (Rule::from(Convolution(windows)), Distribution::Array(vec![0.5; 64 * 64 * 9]));
        let (receptor, autapses, multapses) = (Receptor::BySign, true, true);
        network.projection(Projection { source: 0, target: 1, rule, weight, delay, receptor, autapses, multapses }).unwrap();
        network
    }

    #[test]
    fn building_is_followed_and_can_be_stopped() {
        let network = convolution();
        let (level, updates) = (Level::detect(), Updates::Auto);
        let options = Options { workers: 2, log_capacity: None, placement: None, level, loose: None, updates, turn: None };
        let mut seen = vec![];
        let mut watch = |done| {
            seen.push(done);
            true
        };
        compile::<f32>(&network, &options, &mut watch).unwrap();
        assert!(seen.iter().filter(|&&done| done < BUILT).count() >= 30, "{seen:?}");
        assert!(seen.is_sorted() && seen.iter().any(|&done| done > 0.0 && done < BUILT), "{seen:?}");
        for stop in [1, 10, 30] {
            let mut polls = 0;
            let mut watch = |_| {
                polls += 1;
                polls < stop
            };
            assert!(matches!(compile::<f32>(&network, &options, &mut watch), Err(CompileError::Interrupted)));
        }
    }
}
