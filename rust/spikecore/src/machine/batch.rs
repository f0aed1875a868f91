//! A batch: independent samples of one network, shared out over threads.
//!
//! Each thread has a replica of the whole machine and runs whole samples on it, one after the other: no spike crosses
//! threads. A sample is a reset, its input and a run, so it gives what the machine itself would, whoever runs it. The
//! machine is only read. Replicas live as long as the call: a machine at rest holds no more than its own state.

use super::engine::{Engine, no_thread};
use super::read::Statistics;
use super::record::{Spikes, Table};
use crate::allocation::{Fault, caught, gathered, reserve, with_room};
use crate::error::RunError;
use crate::id::{PopulationId, Tick};
use crate::models::Variable;
use crate::network::Inputs;
use crate::neurocore::counts::SparseCounts;
use crate::number::weight::Weight;
use crate::router::ClockWord;
use crate::sync::{AtomicBool, AtomicU64, Ordering, Thread, current};
use crate::system::available_memory;
use std::sync::Mutex;
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How often the calling thread looks up.
const POLL: Duration = Duration::from_millis(5);

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Ticks of every sample.
    pub ticks: Tick,
    /// The input of every sample.
    pub inputs: Inputs,
    /// Seeds of the stimuli, one per sample; none for the network's.
    pub seeds: Option<Vec<u64>>,
    /// Variables to be read at the end of every sample.
    pub states: Vec<(PopulationId, Variable)>,
}

/// What one sample came to.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Spikes by neuron.
    pub counts: SparseCounts,
    /// The variables that were asked for.
    pub states: Vec<Vec<f64>>,
    /// Recorded spikes, ordered by (tick, neuron).
    pub spikes: Spikes,
    /// A table of every recorder.
    pub tables: Vec<Table>,
}

/// What a batch came to.
#[derive(Debug, Clone)]
pub struct Batched {
    /// The samples, in order.
    pub samples: Vec<Sample>,
    /// Counts per population, added over samples; the other fields are empty.
    pub counts: Statistics,
    /// Seconds of real time.
    pub real_s: f64,
}

/// What the threads of a batch share.
struct Desk {
    /// The next sample that nobody has taken.
    next: AtomicU64,
    done: AtomicU64,
    /// Threads that have nothing left to do.
    left: AtomicU64,
    stopped: AtomicBool,
    /// The first sample in which a state has left the finite range, and the error that names it.
    lost: AtomicU64,
    named: Mutex<Option<RunError>>,
    caller: Thread,
}

impl Desk {
    fn go_on(&self) -> bool {
        !self.stopped.load(Ordering::Relaxed)
    }

    /// In a sample a state has left the finite range: the first such sample is named.
    fn lose(&self, number: usize, error: RunError) {
        let mut named = self.named.lock().expect("invariant: nobody panics who holds it");
        if self.lost.fetch_min(number as u64, Ordering::Relaxed) > number as u64 {
            *named = Some(error);
        }
    }

    fn leave(&self) {
        self.left.fetch_add(1, Ordering::Relaxed); // joining the thread makes its work visible
        self.caller.unpark();
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Follows `threads` threads until all have left, or stops them if `watch`, which gets the samples done, says so or
    /// unwinds.
    fn follow(&self, threads: u64, watch: &mut dyn FnMut(u64) -> bool) -> Result<(), Fault> {
        let followed = caught(|| {
            while self.left.load(Ordering::Relaxed) < threads {
                std::thread::park_timeout(POLL);
                if !watch(self.done.load(Ordering::Relaxed)) {
                    self.stop();
                }
            }
        });
        if followed.is_err() {
            self.stop();
        }
        followed
    }
}

/// Samples of one thread with their numbers, and their counts.
type Share = (Vec<(usize, Sample)>, Statistics);

impl<W: Weight> Engine<W> {
    /// See [`super::Machine::run_batch`].
    pub fn run_batch(&self, batch: &Batch, watch: &mut dyn FnMut(u64) -> bool) -> Result<Batched, RunError> {
        let started = Instant::now();
        let samples = batch.inputs.samples;
        let threads = self.threads.min(samples);
        let expected = self.check_batch(batch, threads)?;
        let mut headroom = self.headroom(expected);
        let mut watch = |done| headroom.suffices() && watch(done);
        let (next, done, left) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let desk = Desk {
            next,
            done,
            left,
            stopped: AtomicBool::new(false),
            lost: AtomicU64::new(u64::MAX),
            named: Mutex::new(None),
            caller: current(),
        };
        let shares: Result<Vec<Result<Share, RunError>>, RunError> = std::thread::scope(|scope| {
            let mut workers = with_room(threads, "the threads of a batch");
            for worker in 0..threads {
                let desk = &desk;
                let thread = Builder::new().spawn_scoped(scope, move || {
                    let share = self.share(batch, desk, worker);
                    desk.leave();
                    share
                });
                workers.push(thread.map_err(|error| {
                    desk.stop();
                    no_thread(worker, threads, &error)
                })?);
            }
            let followed = desk.follow(threads as u64, &mut watch);
            let shares = gathered(workers.into_iter().map(|w| w.join().expect("invariant: shares catch panics")), "samples");
            followed?;
            Ok(shares)
        });
        let (mut all, mut counts) = (with_room(samples, "samples"), Statistics::default());
        for share in shares? {
            let (samples, own) = share?;
            all.extend(samples);
            counts.add_counts(&own);
        }
        if let Some((needed, available)) = headroom.short() {
            return Err(RunError::BatchMemory { needed, available, samples, replicas: threads });
        }
        if let Some(error) = desk.named.into_inner().expect("invariant: nobody panics who holds it") {
            return Err(error);
        }
        if all.len() < samples {
            return Err(RunError::Interrupted);
        }
        all.sort_unstable_by_key(|&(number, _)| number);
        let samples = gathered(all.into_iter().map(|(_, sample)| sample), "samples");
        Ok(Batched { samples, counts, real_s: started.elapsed().as_secs_f64() })
    }

    /// Checks everything that can be known before a sample is run; the bytes that are needed.
    fn check_batch(&self, batch: &Batch, threads: usize) -> Result<u64, RunError> {
        self.check_health()?;
        self.check_inputs(&batch.inputs)?;
        if batch.ticks > ClockWord::MAX {
            return Err(RunError::TooLong { now: 0, ticks: batch.ticks, limit: ClockWord::MAX });
        }
        let samples = batch.inputs.samples;
        assert!(batch.seeds.as_ref().is_none_or(|seeds| seeds.len() == samples), "invariant: a seed per sample");
        let mut values = self.out_degree.len() as u64;
        for &(population, variable) in &batch.states {
            self.check_variable(population, variable)?;
            values += u64::from(self.population_sizes[population]);
        }
        let table = |&(interval, width, _): &(Tick, usize, Tick)| (batch.ticks / interval).saturating_mul(width as u64 + 1);
        let values = self.recorders.iter().map(table).fold(values, u64::saturating_add);
        // Twice 8 bytes: what is handed on is copied.
        let results = values.saturating_mul(16).saturating_mul(samples as u64);
        let needed = results.saturating_add(self.replica_bytes().saturating_mul(threads as u64));
        let available = available_memory();
        if needed > available {
            return Err(RunError::BatchMemory { needed, available, samples, replicas: threads });
        }
        Ok(needed)
    }

    /// One thread's part of a batch: samples, as long as there are any that nobody has taken. What ends it early ends the
    /// batch.
    fn share(&self, batch: &Batch, desk: &Desk, worker: usize) -> Result<Share, RunError> {
        let mut replica = None;
        let share = caught(|| self.run_share(batch, desk, &mut replica));
        share.map_err(|fault| {
            desk.stop();
            match fault {
                Fault::Memory(memory) => RunError::OutOfMemory(memory),
                Fault::Panic(message) => {
                    let tick = replica.as_ref().map_or(0, Self::slowest);
                    RunError::WorkerPanicked { worker, tick, message }
                }
            }
        })
    }

    fn run_share(&self, batch: &Batch, desk: &Desk, replica: &mut Option<Self>) -> Share {
        let (mut samples, mut counts) = (vec![], Statistics::default());
        while desk.go_on() {
            let number = desk.next.fetch_add(1, Ordering::Relaxed) as usize;
            // Who has an earlier sample runs on: the first that diverges is named.
            if number >= batch.inputs.samples || number as u64 > desk.lost.load(Ordering::Relaxed) {
                break;
            }
            reserve(&mut samples, 1, "samples");
            let replica = replica.get_or_insert_with(|| self.replica());
            match replica.sample(batch, number, &|| desk.go_on()) {
                None => break,
                Some(Err(error)) => {
                    desk.lose(number, error);
                    break;
                }
                Some(Ok(sample)) => samples.push((number, sample)),
            }
            counts.add_counts(&replica.statistics());
            desk.done.fetch_add(1, Ordering::Relaxed);
        }
        (samples, counts)
    }

    /// Runs sample `number` from tick 0 and takes what it came to; `None` if `go_on` said no.
    fn sample(&mut self, batch: &Batch, number: usize, go_on: &dyn Fn() -> bool) -> Option<Result<Sample, RunError>> {
        self.rewind(&batch.inputs, number, batch.seeds.as_ref().map(|seeds| seeds[number]));
        if !self.run_alone(batch.ticks, go_on) {
            return None;
        }
        if let Err(error) = self.check_finite(Some(number)) {
            return Some(Err(error));
        }
        let state = |&(population, variable): &(PopulationId, Variable)| self.state(population, variable).expect("checked");
        let states = gathered(batch.states.iter().map(state), "the states of a sample");
        let (tables, spikes) = self.take_recorded();
        Some(Ok(Sample { counts: self.counts(), states, spikes, tables }))
    }
}
