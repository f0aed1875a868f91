//! A session: a network is described, compiled, run, read, run as a batch, reset, run again and reported on. Where a call
//! ends for want of memory, it checks what is left, and makes the call again.

use std::fmt::Debug;
use std::sync::Arc;

use spikecore::allocation::{Fault, caught};
use spikecore::{
    Batch, Column, CompileError, CompileOptions, Expected, Inputs, Level, Machine, Mesh, Network, RunError, Updates, Variable, Wiring,
};

use super::allocator::SWEEP;

/// A call that declares a part of a network.
pub type Call = Box<dyn Fn(&mut Network)>;

/// A network and how it is compiled.
pub struct Case {
    pub name: &'static str,
    /// Calls that declare it, one by one.
    pub calls: Vec<Call>,
    pub weights: &'static str,
    pub workers: usize,
    pub loose: Option<bool>,
    pub placement: Option<Vec<i64>>,
    pub updates: Updates,
    /// What is read at the end, and in every sample of a batch.
    pub states: Vec<(usize, Variable)>,
    /// A population that gets a current when the machine is reset.
    pub driven: usize,
}

/// Ticks of the first run and of the second, and of a sample.
const TICKS: [u64; 3] = [230, 170, 90];

/// What a session comes to; numbers as bits.
#[derive(Debug, Default)]
pub struct Outcome {
    pub degrees: Vec<u64>,
    pub synapses: Vec<Vec<u64>>,
    pub spikes: Vec<(u64, u32)>,
    pub tables: Vec<Vec<u64>>,
    pub states: Vec<Vec<u64>>,
    pub counts: Vec<u64>,
    pub totals: Vec<String>,
    pub batch: Vec<String>,
    pub after_reset: Vec<(u64, u32)>,
    pub report: Vec<Vec<u32>>,
}

impl Outcome {
    /// What is not as in another.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let same = [
            ("degrees", self.degrees == other.degrees),
            ("synapses", self.synapses == other.synapses),
            ("spikes", self.spikes == other.spikes),
            ("samples", self.tables == other.tables),
            ("states", self.states == other.states),
            ("counts", self.counts == other.counts),
            ("totals", self.totals == other.totals),
            ("batch", self.batch == other.batch),
            ("spikes after the reset", self.after_reset == other.after_reset),
            ("report", self.report == other.report),
        ];
        same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

/// A session must have something to lose.
pub fn check_is_alive(case: &Case, outcome: &Outcome) {
    let name = case.name;
    assert!(outcome.spikes.len() > 200, "{name}: {} spikes", outcome.spikes.len());
    assert!(!outcome.after_reset.is_empty() && outcome.batch.iter().all(|sample| sample.contains("spikes")), "{name}");
    assert!(outcome.tables.iter().all(|table| !table.is_empty()) && !outcome.tables.is_empty(), "{name}: samples");
}

/// A call behind a door of the engine: nothing unwinds.
fn door<T>(call: impl FnOnce() -> T) -> T {
    SWEEP.call(call).unwrap_or_else(|fault| panic!("beyond a door: {fault:?}"))
}

/// Makes a call that only reads or declares: it may unwind for want of memory, and then it is made again.
fn again<T>(mut call: impl FnMut() -> T) -> T {
    match SWEEP.call(&mut call) {
        Ok(value) => value,
        Err(Fault::Memory(_)) => call(),
        Err(Fault::Panic(message)) => panic!("not an error of memory: {message}"),
    }
}

/// The same for a call that returns its errors.
fn retried<T, E: Debug>(mut call: impl FnMut() -> Result<T, E>, is_of_memory: impl Fn(&E) -> bool) -> T {
    match door(&mut call) {
        Ok(value) => value,
        Err(error) if is_of_memory(&error) => call().unwrap(),
        Err(error) => panic!("not an error of memory: {error:?}"),
    }
}

fn of_memory(error: &CompileError) -> bool {
    matches!(error, CompileError::OutOfMemory(_))
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// A machine with what has been taken from it.
struct Run {
    machine: Machine,
    inputs: Inputs,
    seed: Option<u64>,
    recorders: usize,
    spikes: Vec<(u64, u32)>,
    tables: Vec<Vec<u64>>,
}

impl Run {
    /// Runs up to a tick; where the machine is torn, from the beginning.
    fn up_to(&mut self, end: u64) {
        while self.machine.now() < end {
            let (now, left) = (self.machine.now(), end - self.machine.now());
            match door(|| self.machine.run(left, &mut |_| true)) {
                Ok(ran) => assert_eq!(self.machine.now(), now + ran),
                Err(RunError::OutOfMemory(_) | RunError::Memory { .. }) => assert_eq!(self.machine.check_health(), Ok(())),
                Err(RunError::TornApart(_)) => self.make_whole(),
                Err(error) => panic!("not an error of memory: {error:?}"),
            }
        }
        self.take();
    }

    /// A machine that is torn says so, and a reset makes it whole.
    fn make_whole(&mut self) {
        assert_eq!(self.machine.check_health(), Err(RunError::Torn));
        assert_eq!(self.machine.run(1, &mut |_| true), Err(RunError::Torn));
        assert_eq!(self.machine.run_batch(&Batch::default(), &mut |_| true).map(|_| ()), Err(RunError::Torn));
        self.machine.reset(&self.inputs, self.seed).unwrap();
        assert_eq!((self.machine.now(), self.machine.check_health()), (0, Ok(())));
        self.spikes.clear();
        self.tables.iter_mut().for_each(Vec::clear);
    }

    /// Takes what has been recorded since the last time; where memory ends, nothing is lost.
    fn take(&mut self) {
        let Self { machine, spikes, tables, recorders, .. } = self;
        let mut samples: Vec<Vec<f64>> =
            again(|| machine.table_lengths()).into_iter().map(|n| again(|| spikecore::allocation::filled(n, 0.0, "samples"))).collect();
        let mut open: Vec<&mut [f64]> = samples.iter_mut().map(Vec::as_mut_slice).collect();
        let record = again(|| machine.take(&mut open));
        let (ticks, neurons) = record.spikes;
        spikes.extend(ticks.into_iter().zip(neurons));
        tables.resize(*recorders, vec![]);
        tables.iter_mut().zip(&samples).for_each(|(table, taken)| table.extend(bits(taken)));
    }

    fn reset(&mut self, inputs: Inputs) {
        (self.inputs, self.seed) = (inputs, Some(5));
        match door(|| self.machine.reset(&self.inputs, self.seed)) {
            Ok(()) => {}
            Err(RunError::OutOfMemory(_)) => {
                if self.machine.check_health().is_err() {
                    assert_eq!(self.machine.run(1, &mut |_| true), Err(RunError::Torn));
                }
                self.machine.reset(&self.inputs, self.seed).unwrap();
            }
            Err(error) => panic!("not an error of memory: {error:?}"),
        }
        self.spikes.clear();
        self.tables.iter_mut().for_each(Vec::clear);
    }
}

fn described(case: &Case) -> Network {
    let mut network = Network::new(0.1, 3).unwrap();
    for call in &case.calls {
        let sizes = |network: &Network| {
            [network.populations.len(), network.projections.len(), network.stimuli.len(), network.recorders.len(), network.recorded.len()]
        };
        let before = sizes(&network);
        match SWEEP.call(|| call(&mut network)) {
            Ok(()) => {}
            Err(Fault::Memory(_)) => {
                assert_eq!(sizes(&network), before, "a call that fails leaves the description as it was");
                call(&mut network);
            }
            Err(Fault::Panic(message)) => panic!("not an error of memory: {message}"),
        }
    }
    network
}

fn current(network: &Network, population: usize, samples: usize) -> Inputs {
    let size = network.populations[population].size as usize;
    let values = (0..samples * size).map(|k| 100.0 + (k % 17) as f64).collect();
    Inputs { samples, columns: vec![(population, Column::Current(values))] }
}

/// Runs the session of a network.
pub fn run(case: &Case) -> Outcome {
    let network = Arc::new(described(case));
    let (level, placement) = (Level::detect(), case.placement.clone());
    let options = CompileOptions {
        workers: case.workers,
        log_capacity: None,
        placement,
        level,
        loose: case.loose,
        updates: case.updates,
        turn: None,
    };
    let expected = Expected { updates: case.updates, rate: 50.0 };
    again(|| Machine::forecast(&network, case.workers, case.weights, expected).unwrap());
    let machine = retried(|| Machine::compile(&network, case.weights, &options, &mut |_| true), of_memory);
    let recorders = network.recorders.len();
    let mut run = Run { machine, inputs: Inputs { samples: 1, columns: vec![] }, seed: None, recorders, spikes: vec![], tables: vec![] };
    run.up_to(TICKS[0]);
    let mut outcome = Outcome { degrees: again(|| run.machine.out_degrees()), ..Outcome::default() };
    for projection in &network.projections {
        let synapses = again(|| run.machine.synapses(projection.source, projection.target).unwrap());
        let columns = [synapses.sources, synapses.targets, synapses.delays];
        outcome.synapses.extend(columns.map(|column| column.into_iter().map(u64::from).collect()));
        outcome.synapses.push(bits(&synapses.weights));
    }
    outcome
        .states
        .extend(case.states.iter().map(|&(population, variable)| bits(&again(|| run.machine.state(population, variable).unwrap()))));
    outcome.counts = again(|| run.machine.spike_counts());
    let s = again(|| run.machine.statistics());
    outcome.totals.push(format!("{:?} {:?} {:?} {:?}", s.spikes, s.synaptic_operations, s.stimulus_events, s.synapses));
    let (ticks, states) = (TICKS[2], case.states.clone());
    let batch = Batch { ticks, inputs: current(&network, case.driven, 4), seeds: Some(vec![7, 8, 9, 10]), states };
    let of_memory_too =
        |error: &RunError| matches!(error, RunError::OutOfMemory(_) | RunError::BatchMemory { .. } | RunError::Memory { .. });
    let batched = retried(|| run.machine.run_batch(&batch, &mut |_| true), of_memory_too);
    outcome.batch.extend(batched.samples.iter().map(|sample| format!("{sample:?}")));
    run.up_to(TICKS[0] + TICKS[1]);
    outcome.spikes.clone_from(&run.spikes);
    outcome.tables.clone_from(&run.tables);
    run.reset(current(&network, case.driven, 1));
    run.up_to(TICKS[0]);
    outcome.after_reset.clone_from(&run.spikes);
    outcome.report = report(case, &network, &options);
    outcome
}

/// A call of the ledger: it unwinds, or returns its error.
fn reported<T>(call: impl Fn() -> Result<T, CompileError>) -> T {
    retried(|| caught(&call).unwrap_or_else(|fault| Err(fault.into())), of_memory)
}

fn report(case: &Case, network: &Arc<Network>, options: &CompileOptions) -> Vec<Vec<u32>> {
    let wiring = reported(|| Wiring::new(Arc::clone(network), case.weights, options));
    let fan_out = reported(|| wiring.fan_out(&mut |_| true));
    let mut tables = vec![];
    for projection in 0..network.projections.len() {
        tables.push(again(|| fan_out.degrees(projection).unwrap()));
    }
    let mesh = Mesh { neurons_per_core: 64, cores_per_tile: 4, width: 4, bits_per_synapse: 8, block: 64, block_bits: 10, word_bits: 64 };
    let placed = reported(|| wiring.place(&mesh, &mut |_| true));
    tables.extend([placed.packets, placed.hops_ew, placed.hops_ns]);
    tables
}
