//! A core: a partition of the network with its own neurons, weight store, delay line and clock.
//!
//! A core knows nothing of links, other cores or threads: it is given spikes (`ingest`), told to deliver what is
//! due and to integrate, and hands back the spikes that its own neurons emitted. Its store is private to it and to its
//! replicas: cores with a state of their own, for other input to the same network.

mod adaptive;
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "permutations of vectors; invariants L1-L2"))]
mod advance;
pub mod alarms;
mod buffers;
pub mod counts;
pub mod delay_line;
pub mod dense;
mod digits;
pub mod events;
pub mod filed;
mod filing;
pub mod finite;
pub mod flight;
pub mod flow;
pub mod frame;
pub mod implicit;
pub mod incoming;
#[expect(unsafe_code, reason = "unchecked scatter, prefetch and calls into instruction-set copies; invariants K1-K2")]
pub mod kernels;
pub mod lanes;
pub mod loose;
pub mod memory;
pub mod neurons;
#[expect(unsafe_code, reason = "zeroed huge-page memory; invariants G1-G2")]
pub mod pages;
pub mod placed;
mod rare;
mod reading;
pub mod rounds;
pub mod single;
pub mod source;
pub mod store;
pub mod touched;
#[cfg(test)]
mod turns_tests;
pub mod varied;
pub mod visits;
pub mod waiting;
pub mod weight;
pub mod window;

use crate::allocation::{gathered, resize, with_room};
use crate::id::{CoreId, NeuronId, PopulationId, Tick};
use crate::network::{Input, Variable};
use crate::simd::Level;
use alarms::Alarms;
use events::Wake;
use finite::Lost;
use frame::CELLS;
use memory::Memory;
use neurons::Drive;
use pages::Pages;
pub use placed::{Outside, Part, Placed};
pub use rare::RareDrive;
use rounds::Work;
pub use source::Source;
use touched::{Mark, Touched};
use visits::Visits;
use weight::Weight;

/// What room for the events of a tick is for.
const TICK: &str = "the events of a tick";

/// Exact event counts of one core; never joules.
#[derive(Debug, Clone, Default)]
pub struct Counters {
    /// Synapses whose spike this core has filed.
    pub filed: u64,
    /// Synapses delivered to their neurons, up to a frame before they are due.
    pub scattered: u64,
    /// Spikes taken from producers.
    pub ingested: u64,
    /// Ticks left out because nothing could change in them.
    pub skipped: Tick,
}

/// A core. Whoever has one cannot get at its store: what is private to this module is unreachable from the router, from
/// other cores and from outside. Cores can be had,
///
/// ```
/// fn cores(machine: spikecore::Machine) -> usize {
///     let spikecore::Machine::F32(engine) = machine else { return 0 };
///     let mut cores = engine.into_cores();
///     cores.iter_mut().map(|core| core.id()).sum()
/// }
/// ```
///
/// and their stores not:
///
/// ```compile_fail,E0616
/// fn stores(machine: spikecore::Machine) -> usize {
///     let spikecore::Machine::F32(engine) = machine else { return 0 };
///     let mut cores = engine.into_cores();
///     cores.iter_mut().map(|core| size_of_val(&mut core.memory)).sum()
/// }
/// ```
#[derive(Debug)]
pub struct Core<W: Weight> {
    id: CoreId,
    level: Level,
    memory: Memory<W>,
    /// Input of every slot for every tick of the current frame.
    cells: Pages<[W::Acc; CELLS]>,
    placed: Vec<Placed<W>>,
    emitted: Vec<NeuronId>,
    fired: Vec<u32>,
    /// Whether any block is event-driven, so that cells that get input are marked.
    eventful: bool,
    touched: Touched,
    /// By slot.
    alarms: Alarms,
    words: Vec<(usize, u64)>,
    marked: Vec<u32>,
    /// Whether any block is stepped in every tick.
    dense: bool,
    visits: Visits<W>,
    work: Work<W>,
    /// The next event, while nothing is filed and no tick is run.
    next_event: Option<Tick>,
    /// Tests make a core panic at a step.
    #[cfg(test)]
    pub(crate) panic_at: Option<Tick>,
    /// Tests keep a core from resting.
    #[cfg(test)]
    pub(crate) wakeful: bool,
    /// Tests count the visits in which a core left ticks out.
    #[cfg(test)]
    pub(crate) skips: u64,
    pub(crate) counters: Counters,
}

impl<W: Weight> Core<W> {
    /// Assembles a core.
    pub fn new(id: CoreId, level: Level, memory: Memory<W>, placed: Vec<Placed<W>>) -> Self {
        let neurons = placed.iter().map(|p| p.slice.len as usize).sum();
        let (eventful, dense) = (placed.iter().any(Placed::has_events), placed.iter().any(Placed::has_dense));
        let visits = Visits::new(&placed);
        let slots = placed.iter().map(Placed::end_slot).max().unwrap_or(0);
        let parts = slots.div_ceil(CELLS).max(1);
        Self {
            id,
            level,
            memory,
            cells: Pages::room(parts, "the accumulators of a core"),
            placed,
            emitted: with_room(neurons, TICK),
            fired: with_room(neurons, TICK),
            eventful,
            touched: Touched::new(parts * CELLS),
            alarms: Alarms::new(),
            words: with_room(parts * CELLS / 64, TICK),
            marked: with_room(neurons, TICK),
            dense,
            visits,
            work: Work::new(level),
            next_event: None,
            #[cfg(test)]
            panic_at: None,
            #[cfg(test)]
            wakeful: false,
            #[cfg(test)]
            skips: 0,
            counters: Counters::default(),
        }
    }

    /// Bytes that a core of so many slots takes beside its synapses and neurons.
    pub fn expected_bytes(slots: usize) -> u64 {
        let cells = slots.div_ceil(CELLS).max(1) * CELLS;
        let words = cells / 64 * (size_of::<(usize, u64)>() + size_of::<u64>());
        pages::expected_bytes::<W::Acc>(cells) + (words + size_of::<Self>()) as u64
    }

    /// A core with the same neurons and the same store, at tick 0; Poisson events are drawn with this seed.
    pub fn replica(&self, seed: u64) -> Self {
        let placed = gathered(self.placed.iter().map(Placed::replica), "the neurons of a replica");
        let mut replica = Self::new(self.id, self.level, self.memory.replica(), placed);
        #[cfg(test)]
        {
            (replica.panic_at, replica.wakeful) = (self.panic_at, self.wakeful);
        }
        replica.reset(seed);
        replica
    }

    /// Goes back to tick 0; Poisson events are drawn with this seed.
    pub fn reset(&mut self, seed: u64) {
        self.memory.reset();
        self.cells.as_flattened_mut().fill(W::Acc::default());
        self.placed.iter_mut().for_each(|placed| placed.reset(seed));
        self.touched.reset();
        self.alarms.reset();
        (self.eventful, self.dense) = (self.placed.iter().any(Placed::has_events), self.placed.iter().any(Placed::has_dense));
        self.next_event = None;
        self.visits.reset();
        self.work.lost = false;
        self.counters = Counters::default();
    }

    /// Takes its share of what a population is given until the next reset. The core stands at tick 0.
    pub fn give(&mut self, population: PopulationId, input: Input<'_>) {
        if let Some(place) = self.place(population) {
            let placed = &mut self.placed[place];
            placed.give(input);
        }
        self.visits.forget();
        self.next_event = None;
    }

    /// The core's number.
    pub fn id(&self) -> CoreId {
        self.id
    }

    /// The instruction-set level of its kernels.
    #[cfg(test)]
    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// Latest step whose spikes may be filed while `now` is the next step to integrate.
    pub fn file_limit(&self, now: Tick, longest_delay: u32) -> Tick {
        self.memory.limit(now, longest_delay)
    }

    /// Takes the spikes of step `tick` that came by `channel`; `ids` ascend. They are filed when `file` is called.
    pub fn ingest(&mut self, channel: usize, tick: Tick, ids: &[NeuronId]) {
        self.counters.filed += self.memory.ingest(channel, tick, ids);
        self.counters.ingested += ids.len() as u64;
        self.next_event = None;
    }

    /// Files what has been ingested.
    #[inline]
    pub fn file(&mut self) {
        self.counters.filed += self.memory.file();
    }

    /// The first tick from `now` on in which this core may change or send anything, if nothing more is filed.
    pub fn next_event(&mut self, now: Tick) -> Tick {
        #[cfg(test)]
        if self.wakeful {
            return now;
        }
        if self.dense || self.visits.has_unsent() {
            return now;
        }
        let known = self.next_event.filter(|&next| next >= now);
        let next = known.unwrap_or_else(|| {
            let own = self.placed.iter().map(|placed| placed.next_event(now)).min();
            own.unwrap_or(Tick::MAX).min(self.alarms.next(now)).min(self.memory.next_due(now))
        });
        self.next_event = Some(next);
        next
    }

    /// Leaves out the ticks `now..until`, in which nothing happens.
    pub fn skip(&mut self, now: Tick, until: Tick) {
        self.counters.skipped += until - now;
        #[cfg(test)]
        {
            self.skips += 1;
        }
        for placed in &mut self.placed {
            placed.sample(self.level, now, until);
        }
    }

    /// Delivers what is due at `now` and has been filed, if nothing earlier in canonical order can still come. Returns
    /// the number of synapses.
    #[inline]
    pub fn deliver_early(&mut self, now: Tick) -> u64 {
        let scattered = if self.eventful {
            self.memory.deliver_early(now, &mut self.cells, &mut self.touched)
        } else {
            self.memory.deliver_early(now, &mut self.cells, &mut ())
        };
        self.counters.scattered += scattered;
        scattered
    }

    /// Delivers the rest of what is due at `now`; everything must have been filed. Returns the number of synapses.
    #[inline]
    pub fn deliver(&mut self, now: Tick) -> u64 {
        let scattered = if self.eventful {
            self.memory.deliver(now, &mut self.cells, &mut self.touched)
        } else {
            self.memory.deliver(now, &mut self.cells, &mut ())
        };
        self.counters.scattered += scattered;
        scattered
    }

    /// Integrates step `now`; everything due must have been delivered. Returns the ids that fired, ascending.
    pub fn integrate(&mut self, now: Tick) -> &[NeuronId] {
        #[cfg(test)]
        assert!(self.panic_at != Some(now), "a test asked for this panic");
        let census = events::is_census(now);
        self.memory.leave(now);
        self.emitted.clear();
        let frame = self.memory.frame();
        let part = usize::from(frame.base(frame.phase(now)));
        let (touched, eventful) = (&mut self.touched, self.eventful);
        self.alarms.take(now, |slot| {
            if eventful {
                touched.mark(slot as usize + part);
            }
        });
        for placed in &mut self.placed {
            let from = self.emitted.len();
            match &mut placed.part {
                Part::Neurons { slab, outside, .. } => {
                    let (slot, padded) = (placed.slice.slot0 as usize, placed.slice.stride as usize);
                    let cell = part + slot;
                    let mut wake = Wake {
                        touched: &mut self.touched,
                        alarms: &mut self.alarms,
                        cell,
                        slot,
                        words: &mut self.words,
                        neurons: &mut self.marked,
                        work: &mut self.work,
                    };
                    if now >= outside.next_change {
                        if slab.has_events() {
                            slab.wake_all(now, &outside.bias, &mut wake);
                        }
                        outside.refresh(now, padded);
                        slab.watched |= finite::any_unsafe(&outside.bias);
                    }
                    let acc = &mut self.cells.as_flattened_mut()[cell..cell + slab.receptors() * padded];
                    for rare in &mut outside.rare {
                        slab.stimulus_events += rare.add(now, acc, padded, |place| {
                            if eventful {
                                wake.touched.mark(cell + place);
                            }
                        });
                    }
                    let drive = Drive {
                        tick: now,
                        first: placed.slice.first,
                        len: placed.slice.len as usize,
                        bias: &outside.bias,
                        poisson: &outside.poisson,
                        census,
                    };
                    self.fired.clear();
                    if slab.has_dense() {
                        kernels::integrate(self.level, slab, acc, &drive, &mut self.fired);
                        if slab.watched {
                            slab.look(now);
                            wake.work.lost |= slab.lost.is_some();
                        }
                    }
                    if eventful {
                        slab.add_frequent(acc, &drive, &mut wake);
                        let dense = self.fired.len();
                        slab.step_events(acc, &drive, &mut wake, &mut self.fired);
                        if dense > 0 && dense < self.fired.len() {
                            self.fired.sort_unstable();
                        }
                    }
                    for &k in &self.fired {
                        placed.spikes.add(k as usize);
                        self.emitted.push(placed.first_id + k);
                    }
                }
                Part::Source(source) => source.send(now, placed.first_id, &mut placed.spikes, &mut self.emitted),
            }
            if placed.recorded {
                placed.log.extend(now + 1, &self.emitted[from..]);
            }
            placed.sample(self.level, now, now + 1);
        }
        if census {
            self.adapt(now);
        }
        self.next_event = None;
        self.visits.forget();
        &self.emitted
    }

    /// Chooses anew how blocks are updated, after step `now` of a census.
    fn adapt(&mut self, now: Tick) {
        for placed in &mut self.placed {
            if let Part::Neurons { slab, outside } = &mut placed.part {
                slab.adapt(now, &outside.bias, &mut self.alarms, placed.slice.slot0 as usize);
                kernels::watch(self.level, slab, &outside.bias);
            }
        }
        self.eventful = self.placed.iter().any(Placed::has_events);
        self.dense = self.placed.iter().any(Placed::has_dense);
    }

    /// Has a state left the finite range?
    #[inline]
    pub fn is_lost(&self) -> bool {
        self.work.lost
    }

    /// What has left the finite range first: the step, population, neuron and variable.
    pub fn first_lost(&self) -> Option<(Lost, PopulationId, u32)> {
        let lost = |placed: &Placed<W>| match &placed.part {
            Part::Neurons { slab, .. } => slab.lost.map(|lost| (lost, placed.slice)),
            Part::Source(_) => None,
        };
        let all = self.placed.iter().filter_map(lost).map(|(lost, slice)| (lost, slice.population, slice.first + lost.neuron));
        all.min_by_key(|&(lost, population, neuron)| (lost.tick, population, neuron))
    }

    /// Its slices, for reading state and counts between runs.
    pub fn placed(&self) -> &[Placed<W>] {
        &self.placed
    }

    /// Bytes that the samples of the `ticks` ticks after `now` will take.
    pub fn sample_bytes(&self, now: Tick, ticks: Tick) -> u64 {
        self.placed.iter().flat_map(|p| &p.taps).map(|tap| tap.sample_bytes(now, ticks)).fold(0, u64::saturating_add)
    }

    /// Makes room for the samples of the `ticks` ticks after `now`; false where memory ends.
    pub fn reserve_samples(&mut self, now: Tick, ticks: Tick) -> bool {
        self.placed.iter_mut().flat_map(|p| &mut p.taps).all(|tap| tap.reserve(now, ticks))
    }

    /// Whether it records spikes.
    pub fn records_spikes(&self) -> bool {
        self.placed.iter().any(|p| p.recorded)
    }

    /// Its slices, whose records are taken or dropped between runs.
    pub fn placed_mut(&mut self) -> &mut [Placed<W>] {
        &mut self.placed
    }

    /// Writes a variable of its neurons of a population, each in its place in it, when `tick` is their next step, in mV or pA.
    pub fn read(&self, population: PopulationId, variable: Variable, tick: Tick, all: &mut [f64]) {
        if let Some(placed) = self.part_of(population) {
            placed.read(self.level, variable, tick, &mut all[placed.slice.first as usize..][..placed.slice.len as usize]);
        }
    }

    /// Its part of a population, if it has one.
    pub fn part_of(&self, population: PopulationId) -> Option<&Placed<W>> {
        self.place(population).map(|place| &self.placed[place])
    }

    /// Where that is: a core has one slice of a population at most, and they are in the order of declaration.
    fn place(&self, population: PopulationId) -> Option<usize> {
        self.placed.binary_search_by_key(&population, |placed| placed.slice.population).ok()
    }

    /// Bytes of spikes that wait for their delays.
    pub fn waiting_bytes(&self) -> u64 {
        self.memory.line_bytes()
    }

    /// Synapses filed and not yet due when `now` is the next tick.
    pub fn pending(&self, now: Tick) -> u64 {
        self.memory.pending(now)
    }

    /// Synapses filed that have not been delivered.
    pub fn unscattered(&self) -> u64 {
        self.memory.unscattered()
    }

    /// Its local memory, for reading back the network.
    pub fn memory(&self) -> &Memory<W> {
        &self.memory
    }

    /// Bytes of state, accumulators and delay line.
    pub fn state_bytes(&self) -> u64 {
        let slabs = self.placed.iter().map(|p| match &p.part {
            Part::Neurons { slab, .. } => slab.bytes() + p.spikes.bytes(),
            Part::Source(source) => source.bytes(),
        });
        slabs.sum::<u64>() + size_of_val(&*self.cells) as u64 + self.alarms.bytes() + self.memory.line_bytes()
    }

    /// Adds up to `events` of its synapses to a scratch copy of its cells, in stored order; returns how many.
    pub fn bare_scatter(&self, events: usize, scratch: &mut Vec<W::Acc>) -> usize {
        resize(scratch, self.cells.len() * CELLS, W::Acc::default(), "a copy of accumulators");
        self.memory.bare_scatter(events, scratch.as_chunks_mut().0)
    }
}
