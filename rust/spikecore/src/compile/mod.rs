//! Network to machine: partition, plan, fill, assemble.

pub mod fill;
mod footprint;
pub mod forecast;
pub mod implicit;
mod initial;
pub mod layout;
pub mod outgoing;
mod outside;
pub mod partition;
pub mod parts;
pub mod plan;
pub mod remarks;
pub mod row_writer;
pub mod rows;

use crate::allocation::gathered;
use crate::error::CompileError;
use crate::id::{BLOCK, NeuronId, PopulationId, Tick};
use crate::models::Model;
use crate::network::{Network, Population};
use crate::neurocore::counts::SpikeCounts;
use crate::neurocore::{Core, Part, Placed, Source};
use crate::neurons::census::Updates;
use crate::neurons::event::flow::{self, Flow, Flows};
use crate::neurons::programmed::{Programmed, Stand};
use crate::neurons::registry;
use crate::neurons::slab::Slab;
use crate::number::weight::Weight;
use crate::parallel::{Watch, each};
use crate::recorder::{SampleTap, SpikeLog};
use crate::router::{Lane, Router};
use crate::simd::Level;
use crate::slice::Slice;
use crate::synapses::lines::Reach;
use crate::synapses::memory::Memory;
use crate::system::available_memory;
use crate::threads;
pub use forecast::{Expected, Forecast};
use outgoing::Lists;
use partition::Partition;
use parts::Parts;
use plan::Plan;
use std::sync::Arc;

/// How a network is compiled. None of this changes a spike, but `updates`: moved on in closed form, a potential rounds
/// otherwise than in steps, which shows where it comes within rounding of the threshold.
#[derive(Debug, Clone)]
pub struct Options {
    /// OS threads that will run the machine, at least 1.
    pub workers: usize,
    /// Words of each core's log; `None` for a comfortable size. Smaller logs mean more waiting.
    pub log_capacity: Option<usize>,
    /// Core of each population, negative where free; `None` to spread all over all cores.
    pub placement: Option<Vec<i64>>,
    /// Highest instruction-set level to be used; a machine never uses more than this CPU has.
    pub level: Level,
    /// Whether synapses are stored loose (see `synapses::loose`); `None` for what takes fewer bytes.
    pub loose: Option<bool>,
    /// How neurons are updated.
    pub updates: Updates,
    /// Ticks of a turn of the delay lines (see `synapses::delay_line`); `None` for what suits the delays.
    pub turn: Option<u32>,
}

/// Compiles `network` with weights of format `W`.
///
/// # Errors
/// [`CompileError`], before anything large is allocated where that can be known.
pub fn compile<W: Weight>(network: &Network, options: &Options, watch: Watch<'_>) -> Result<Parts<W>, CompileError> {
    // K2 of the copies for instruction sets leans on this.
    let level = options.level.min(Level::detect());
    let partition = Partition::new(network, options.workers, options.placement.as_deref(), options.loose)?;
    let plan = Plan::<W>::new(network, options.loose, options.turn)?;
    let forecast = Forecast::new(network, &partition, &plan, Expected { updates: options.updates, rate: 0.0 });
    let available = available_memory();
    if forecast.least_bytes() > available {
        return Err(CompileError::Memory { needed: forecast.least_bytes(), available, what: "the whole machine".to_owned() });
    }
    let threads = options.workers.min(threads::cpus());
    let stored = BUILT * (1.0 - implicit::forecast::<W>(network, partition.cores()).1 / forecast.synapse_bytes.max(1) as f64);
    let mut filled = fill::fill(network, &partition, &plan, threads, &mut |done| watch(stored * done))?;
    let computed = implicit::place(network, &partition, &plan, level, &mut filled, (stored, BUILT), &mut *watch)?;
    let initial = initial_state(network);
    let starts = network.populations.iter().map(|p| p.first).chain([network.neurons() as NeuronId]);
    let starts: Arc<Vec<NeuronId>> = Arc::new(gathered(starts, "a table of populations"));
    let ahead = filled.lookahead.iter().flatten().flatten().copied().max().unwrap_or(1);
    let lanes = lanes(&partition, &filled.lookahead, options.log_capacity);
    let (router, ports) = Router::new(&lanes)?;
    let cores: Vec<std::sync::Mutex<Option<Core<W>>>> = gathered(filled.stores.iter().map(|_| std::sync::Mutex::new(None)), "the cores");
    let jobs: Vec<_> = gathered(filled.stores.into_iter().zip(computed).enumerate(), "the cores");
    let leaky = |p: &Arc<Population>| if p.each.is_empty() { p.model.leaky(network.dt) } else { None };
    let flows = flow::shared(network.populations.iter().map(leaky));
    let devices = Devices::new(network);
    each(threads, jobs, (BUILT, 1.0), watch, |(id, (store, computed))| {
        let slices = partition.slices[id].iter();
        let placed = gathered(slices.map(|slice| place(network, &plan, slice, &devices, &initial, (options.updates, &flows))), SLICES);
        let nearest = filled.lookahead.iter().filter_map(|to| to[id]).min().unwrap_or(1);
        let reach = Reach { channels: ports[id].channels(), longest: filled.longest, ahead, nearest, turn: options.turn };
        let memory = Memory::new(store, computed, partition.slots[id], reach, Arc::clone(&starts));
        let core = Core::new(id, level, memory, placed);
        *cores[id].lock().expect("one holder") = Some(core);
    })?;
    let cores = gathered(cores.into_iter().map(|c| c.into_inner().expect("joined").expect("made above")), "the cores");
    Ok(Parts {
        cores,
        lanes,
        router,
        ports,
        longest: filled.longest,
        out_degree: filled.out_degree,
        workers: options.workers,
        steps: plan.steps,
    })
}

/// How much of the build is done when all synapses are there; neurons come last.
const BUILT: f64 = 0.95;

/// What the router must know of each core.
fn lanes(partition: &Partition, lookahead: &[Vec<Option<u32>>], log_capacity: Option<usize>) -> Vec<Lane> {
    let lane = |core: usize| {
        let neurons = partition.neurons(core);
        let capacity = log_capacity.unwrap_or(Lane::comfortable(neurons));
        let inputs = (0..partition.cores()).filter_map(|p| lookahead[p][core].map(|lookahead| (p, lookahead)));
        let inputs = gathered(inputs, "a lane of the router");
        Lane { neurons, capacity, inputs }
    };
    gathered((0..partition.cores()).map(lane), "the router")
}

/// Initial potentials relative to rest, per population; of neurons with equations all numbers of the state.
fn initial_state(network: &Network) -> Vec<Vec<Vec<f64>>> {
    let of = |(id, population): (usize, &Population)| {
        if population.equations.is_some() {
            return initial::state(network, id);
        }
        let mut potentials = initial::potentials(network, id);
        let rest = population.model.rest();
        let each = !population.each.is_empty();
        potentials.iter_mut().enumerate().for_each(|(k, v)| *v -= if each { population.model_of(k).rest() } else { rest });
        vec![potentials]
    };
    gathered(network.populations.iter().map(|p| &**p).enumerate().map(of), "initial potentials")
}

/// What is attached to each population, by number.
struct Devices {
    stimuli: Lists,
    recorders: Lists,
}

impl Devices {
    fn new(network: &Network) -> Self {
        let populations = network.populations.len();
        let stimuli = network.stimuli.iter().map(|stimulus| stimulus.population).enumerate();
        let recorders = network.recorders.iter().map(|recorder| recorder.population).enumerate();
        Self { stimuli: Lists::new(populations, stimuli), recorders: Lists::new(populations, recorders) }
    }
}

/// What this memory is for.
const SLICES: &str = "the slices of a core";

/// One slice with its state, drive and recorders.
fn place<W: Weight>(
    network: &Network,
    plan: &Plan<W>,
    slice: &Slice,
    devices: &Devices,
    initial: &[Vec<Vec<f64>>],
    (updates, flows): (Updates, &Flows<W::State>),
) -> Placed<W> {
    let id = slice.population;
    let population = &network.populations[id];
    let range = slice.first as usize..(slice.first + slice.len) as usize;
    let outside = || outside::outside(network, plan.steps[id], devices.stimuli.of(id), id, &range);
    let part = match (population.model.is_source(), &flows[id]) {
        (true, _) => Part::Source(Source::new(source_spikes(population, slice))),
        (false, Some(flow)) => Part::Neurons {
            slab: slab(population, network.dt, &initial[id][0][range.clone()], plan, (id, updates), flow),
            outside: outside(),
        },
        (false, None) => {
            let each: Vec<Model> =
                if population.each.is_empty() { vec![] } else { gathered(population.models(range.clone()), "the models of neurons") };
            let mut bank = match &population.equations {
                None => registry::stepped(&population.model, &each, network.dt, &initial[id][0][range.clone()], plan.steps[id]),
                Some(equations) => {
                    let state: Vec<_> = gathered(initial[id].iter().map(|values| &values[range.clone()]), SLICES);
                    let stand = Stand { population: id, first: range.start, seed: network.seed, dt: network.dt };
                    Box::new(Programmed::new(equations, stand, &state, plan.steps[id]))
                }
            };
            if plan.heavy[id] {
                bank.tally().always_watch();
            }
            Part::Stepped { bank, outside: outside() }
        }
    };
    let taps = devices.recorders.of(id).iter().map(|&recorder| {
        let r = &network.recorders[recorder];
        let inside = r.neurons.iter().enumerate().filter(|&(_, &n)| range.contains(&(n as usize)));
        let neurons = inside.map(|(column, &n)| (n - slice.first, column as u32));
        SampleTap::new(recorder, r.variable, neurons, r.interval)
    });
    Placed {
        slice: *slice,
        first_id: population.first + slice.first,
        part,
        spikes: SpikeCounts::new(slice.len as usize),
        recorded: network.recorded[id],
        log: SpikeLog::default(),
        taps: gathered(taps.filter(|tap| !tap.neurons.is_empty()), "recorders"),
    }
}

/// Leaky neurons of one slice that are all alike.
fn slab<W: Weight>(
    population: &Population,
    h: f64,
    initial: &[f64],
    plan: &Plan<W>,
    (id, updates): (PopulationId, Updates),
    flow: &Arc<Flow<W::State>>,
) -> Box<Slab<W>> {
    let p = population.model.leaky(h).expect("invariant: it has a flow");
    let mut slab = Slab::new(&population.model, &p, initial, plan.steps[id], updates, Arc::clone(flow));
    if plan.heavy[id] {
        slab.always_watch();
    }
    Box::new(slab)
}

/// A source's spikes of one slice, by step: a spike stamped `t` is emitted by step `t - 1`.
fn source_spikes(population: &Population, slice: &Slice) -> Vec<(Tick, u32)> {
    let inside = |&&(_, n): &&(Tick, u32)| (slice.first..slice.first + slice.len).contains(&n);
    let own = population.source_spikes.iter().filter(inside).map(|&(tick, n)| (tick - 1, n - slice.first));
    gathered(own, "the spikes of a source")
}

const _: () = assert!(BLOCK == 128, "the Poisson kernel and the chunks of the build work on blocks of 128 neurons");
