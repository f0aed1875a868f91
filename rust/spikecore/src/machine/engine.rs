//! One compiled network with weights of one format: its cores, their ports, and the calling thread's part of a run.
//!
//! The calling thread grants a horizon and raises it as the cores approach; to stop, it closes the run instead.
//! Every core then runs exactly to the horizon, so a machine always stops at one tick and can go on. A grant is
//! sized to some tens of milliseconds of work, never under one tick.

use super::step::Phases;
use super::worker::{self, Failure};
use crate::allocation::{Fault, caught, filled, gathered, text, with_room};
use crate::compile::parts::Parts;
use crate::error::RunError;
use crate::id::Tick;
use crate::models::{Model, Shape};
use crate::network::Network;
use crate::neurocore::Core;
use crate::number::weight::Weight;
use crate::router::{ClockWord, Lane, Port, Router};
use crate::sync::{AtomicBool, AtomicU64, Ordering};
use crate::threads;
use std::ops::Range;
use std::sync::Arc;
use std::thread::Builder;
use std::time::{Duration, Instant};

/// Work that one grant should allow.
const GRANT: Duration = Duration::from_millis(30);
/// Work that the first grant of a run should allow, and its most ticks.
const FIRST: Duration = Duration::from_millis(5);
const MOST_FIRST: Tick = 1024;
/// How often the calling thread looks at the clocks and calls back.
const POLL: Duration = Duration::from_millis(5);

/// Whether what the cores hold is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// All cores stand at one tick.
    Sound,
    /// Memory ended in the middle of a tick or of a reset; a reset makes all anew from the stores.
    Torn,
    /// A bug.
    Broken,
}

/// A compiled network with weights of format `W`.
#[derive(Debug)]
pub struct Engine<W: Weight> {
    pub(super) cores: Vec<Core<W>>,
    pub(super) lanes: Vec<Lane>,
    pub(super) ports: Vec<Port>,
    pub(super) router: Router,
    pub(super) longest: u32,
    /// Seed of the network.
    pub(super) seed: u64,
    pub(super) now: Tick,
    /// The most threads that may be started; the cut into cores follows it.
    pub(super) workers: usize,
    /// Threads that are started: as many as there are CPUs to run them. Each runs several cores, if there are more.
    pub(super) threads: usize,
    pub(super) out_degree: Vec<u32>,
    pub(super) steps: Vec<f64>,
    pub(super) population_sizes: Vec<u32>,
    pub(super) models: Vec<Model>,
    /// The memory of each population's neurons.
    pub(super) shapes: Vec<Shape>,
    /// Names of populations, for messages, and the length of a tick in ms.
    pub(super) names: Arc<Vec<String>>,
    pub(super) dt: f64,
    /// Sample recorders: interval, columns, and the tick up to which samples were taken.
    pub(super) recorders: Vec<(Tick, usize, Tick)>,
    pub(super) phases: Vec<Phases>,
    pub(super) run_s: f64,
    /// Ticks per second when last measured, 0 if never.
    pub(super) pace: f64,
    /// CPUs of this process: workers that have none of their own do not spin.
    pub(super) cpus: usize,
    pub(super) health: Health,
}

impl<W: Weight> Engine<W> {
    /// A machine at tick 0.
    pub fn new(network: &Network, parts: Parts<W>) -> Self {
        let threads = threads::started(parts.workers);
        Self {
            cores: parts.cores,
            lanes: parts.lanes,
            ports: parts.ports,
            router: parts.router,
            longest: parts.longest,
            seed: network.seed,
            now: 0,
            workers: parts.workers,
            threads,
            out_degree: parts.out_degree,
            steps: parts.steps,
            population_sizes: gathered(network.populations.iter().map(|p| p.size), "a table of populations"),
            models: gathered(network.populations.iter().map(|p| p.model), "a table of populations"),
            shapes: gathered(network.populations.iter().map(|p| p.model.shape()), "a table of populations"),
            names: Arc::new(gathered(
                network.populations.iter().map(|p| text(&p.name, "a table of populations")),
                "a table of populations",
            )),
            dt: network.dt,
            recorders: gathered(network.recorders.iter().map(|r| (r.interval, r.neurons.len(), 0)), "a table of recorders"),
            phases: filled(threads, Phases::default(), "timers"),
            run_s: 0.0,
            pace: 0.0,
            cpus: threads::cpus(),
            health: Health::Sound,
        }
    }

    /// Refuses where what the cores hold is not defined.
    pub(super) fn check_health(&self) -> Result<(), RunError> {
        match self.health {
            Health::Sound => Ok(()),
            Health::Torn => Err(RunError::Torn),
            Health::Broken => Err(RunError::Poisoned),
        }
    }

    /// Its cores, taken out of it.
    pub fn into_cores(self) -> Vec<Core<W>> {
        self.cores
    }

    /// Ticks since compilation.
    pub fn now(&self) -> Tick {
        self.now
    }

    /// Runs `ticks` ticks, or fewer if `watch` says so; see [`super::Machine::run`].
    pub fn run(&mut self, ticks: Tick, watch: &mut dyn FnMut(Tick) -> bool) -> Result<Tick, RunError> {
        self.run_watched(ticks, &mut |_, done| watch(done))
    }

    /// A bug has left the machine without a defined state.
    pub(super) fn give_up(&mut self) {
        self.health = Health::Broken;
    }

    /// The same, with the router in `watch`'s sight: tests look at clocks and hold cores back.
    pub(super) fn run_watched(&mut self, ticks: Tick, watch: &mut dyn FnMut(&Router, Tick) -> bool) -> Result<Tick, RunError> {
        self.check_health()?;
        if ticks > ClockWord::MAX - self.now {
            return Err(RunError::TooLong { now: self.now, ticks, limit: ClockWord::MAX });
        }
        self.check_finite(None)?;
        self.reserve_samples(ticks)?;
        let mut headroom = self.headroom(0);
        let lost = &AtomicBool::new(false);
        let mut watch = |router: &Router, done: Tick| !lost.load(Ordering::Relaxed) && headroom.suffices() && watch(router, done);
        let started = Instant::now();
        let start = self.now;
        let shares = self.cores_per_worker();
        self.router.muster(self.threads);
        let left = AtomicU64::new(0);
        let (router, reach, workers, left) = (&self.router, (self.longest, self.cpus), self.threads, &left);
        let mut grants = Grants { router, cores: self.cores.len(), start, end: start + ticks, pace: self.pace };
        let (watched, failure) = std::thread::scope(|scope| {
            let (mut cores, mut ports) = (self.cores.as_mut_slice(), self.ports.as_mut_slice());
            let mut threads = with_room(workers, "workers");
            for ((id, share), phases) in shares.into_iter().enumerate().zip(&mut self.phases) {
                let own = cores.split_off_mut(..share.len()).expect("invariant: shares cover the cores");
                let ends = ports.split_off_mut(..share.len()).expect("invariant: one port per core");
                let thread = Builder::new().spawn_scoped(scope, move || {
                    let outcome = worker::work(id, own, ends, router, reach, phases, lost);
                    left.fetch_add(1, Ordering::Relaxed); // joining the thread makes its work visible
                    router.wake_caller();
                    outcome
                });
                threads.push(thread.map_err(|error| {
                    // Nothing is granted: those that were started find all their cores where the run ends.
                    router.close();
                    no_thread(id, workers, &error)
                })?);
            }
            // Whatever ends the calling thread's part, the run is closed, and all cores stand at its horizon.
            let watched = caught(|| grants.supply(&|| left.load(Ordering::Relaxed) == workers as u64, &mut watch));
            router.close();
            let failures = threads.into_iter().filter_map(|t| t.join().expect("invariant: workers catch panics").err());
            Ok::<_, RunError>((watched, failures.fold(None, Failure::or)))
        })?;
        self.pace = grants.pace;
        self.run_s += started.elapsed().as_secs_f64();
        if let Some(Failure { worker, tick, fault }) = failure {
            self.health = if matches!(fault, Fault::Memory(_)) { Health::Torn } else { Health::Broken };
            return Err(match fault {
                Fault::Memory(memory) => RunError::TornApart(memory),
                Fault::Panic(message) => RunError::WorkerPanicked { worker, tick, message },
            });
        }
        self.now = self.router.horizon();
        watched?;
        self.assert_nothing_lost();
        self.check_finite(None)?;
        let ran = self.now - start;
        let short = headroom.short();
        short.map_or(Ok(ran), |(needed, available)| Err(RunError::Exhausted { held: self.held(), needed, available, ran }))
    }

    /// The shared part of the router, by which tests hold a core back before a run.
    #[cfg(test)]
    pub(super) fn router(&self) -> &Router {
        &self.router
    }

    /// The tick at which the slowest core stands.
    pub(super) fn slowest(&self) -> Tick {
        self.ports.iter().map(Port::published).min().unwrap_or(0)
    }

    /// Contract C4: at a stop nothing is in flight, so every core has taken all that its producers put on their logs; what
    /// was emitted was filed, what was filed was added to a cell or is held.
    pub(super) fn assert_nothing_lost(&self) {
        let fan_out: u64 = self.cores.iter().flat_map(|core| core.placed()).map(|placed| self.sums(placed).operations).sum();
        let (mut filed, mut settled) = (0, 0);
        for (core, port) in self.cores.iter().zip(&self.ports) {
            assert!(port.published() == self.now, "invariant C6: core {} stands at {}, not {}", core.id(), port.published(), self.now);
            let published: u64 = port.leads().iter().map(|&(producer, _)| self.ports[producer].counters().packets).sum();
            let ingested = core.counters.ingested;
            assert!(ingested == published, "invariant C4: core {} ingested {ingested} of {published} spikes", core.id());
            filed += core.counters.filed;
            settled += core.counters.scattered + core.unscattered();
        }
        assert!(
            filed == fan_out && settled == fan_out,
            "invariant C4: spikes x out-degree {fan_out}, filed {filed}, scattered or held {settled}"
        );
    }

    /// An error where a state has left the finite range: the first to do so. All cores stand at one tick, so none that is
    /// slower has an earlier one.
    pub(super) fn check_finite(&self, sample: Option<usize>) -> Result<(), RunError> {
        let found = self.cores.iter().filter(|core| core.is_lost()).filter_map(Core::first_lost);
        let Some((lost, id, neuron)) = found.min_by_key(|&(lost, id, neuron)| (lost.tick, id, neuron)) else {
            return Ok(());
        };
        let variable = self.shapes[id].state[lost.place()].name;
        let tick = lost.tick + 1;
        let time_ms = (tick as f64 * self.dt * 1e9).round() / 1e9;
        Err(RunError::Diverged { population: self.names[id].clone(), neuron, variable, tick, time_ms, sample })
    }

    /// Contiguous runs of cores, one per worker that is started.
    pub(super) fn cores_per_worker(&self) -> Vec<Range<usize>> {
        let (cores, workers) = (self.cores.len(), self.threads);
        gathered((0..workers).map(|w| cores * w / workers..cores * (w + 1) / workers), "workers")
    }

    /// Largest leads: (core, producer, ticks).
    pub(super) fn leads(&self) -> Vec<(usize, usize, u64)> {
        let leads = self.ports.iter().flat_map(|p| p.leads().iter().map(|&(producer, ticks)| (p.core(), producer, ticks)));
        gathered(leads, "counters")
    }

    /// Spikes put on logs.
    pub(super) fn packets(&self) -> u64 {
        self.ports.iter().map(|p| p.counters().packets).sum()
    }
}

/// The error of a call for which the system gave no thread for a worker.
pub(super) fn no_thread(worker: usize, workers: usize, reason: &std::io::Error) -> RunError {
    RunError::NoThread { worker, workers, reason: reason.to_string() }
}

/// The calling thread's part of a run.
struct Grants<'a> {
    router: &'a Router,
    cores: usize,
    start: Tick,
    end: Tick,
    /// Ticks per second when last measured, 0 if never.
    pace: f64,
}

impl Grants<'_> {
    fn slowest(&self) -> Tick {
        (0..self.cores).map(|core| self.router.clock(core)).min().unwrap_or(self.end)
    }

    /// Raises the horizon until `end`, or until `watch` returns false; then closes the run.
    fn supply(&mut self, finished: &dyn Fn() -> bool, watch: &mut dyn FnMut(&Router, Tick) -> bool) {
        self.router.enter_caller();
        let mut granted = self.start;
        // Ticks per grant, doubled or fitted to the measured pace. That of an earlier run, which may have been a silent
        // one, is trusted for some ticks only.
        let mut share = ((self.pace * FIRST.as_secs_f64()) as Tick).clamp(1, MOST_FIRST);
        let (mut seen, mut seen_at) = (self.start, Instant::now());
        let mut closed = false;
        while !finished() {
            let slowest = self.slowest();
            let elapsed = seen_at.elapsed();
            if slowest > seen {
                self.pace = (slowest - seen) as f64 / elapsed.as_secs_f64();
                share = ((self.pace * GRANT.as_secs_f64()) as Tick).clamp(1, 2 * share);
                (seen, seen_at) = (slowest, Instant::now());
            }
            if !closed {
                let reach = slowest.saturating_add(share).min(self.end);
                if reach > granted {
                    granted = reach;
                    self.router.grant(granted);
                }
                if granted == self.end || !watch(self.router, slowest - self.start) {
                    self.router.close();
                    closed = true;
                }
            } else {
                // Past the last grant there is nothing to stop, but a caller may still be told.
                watch(self.router, slowest - self.start);
            }
            std::thread::park_timeout(POLL);
        }
    }
}
