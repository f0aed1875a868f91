//! A core and what it holds; its ticks are run in [`super::tick`] and [`super::visits`].

use super::due::Visits;
use super::placed::{Part, Placed};
use crate::allocation::{gathered, resize, with_room};
use crate::cells::frame::CELLS;
use crate::cells::touched::Touched;
use crate::id::{CoreId, NeuronId, PopulationId, Tick};
use crate::models::Variable;
use crate::network::Input;
use crate::neurons::event::alarms::Alarms;
use crate::neurons::event::rounds::Work;
use crate::neurons::finite::Lost;
use crate::number::weight::Weight;
use crate::pages::{Pages, expected_bytes};
use crate::simd::Level;
use crate::synapses::memory::Memory;

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
    pub(super) id: CoreId,
    pub(super) level: Level,
    pub(super) memory: Memory<W>,
    /// Input of every slot for every tick of the current frame.
    pub(super) cells: Pages<[W::Acc; CELLS]>,
    pub(super) placed: Vec<Placed<W>>,
    pub(super) emitted: Vec<NeuronId>,
    pub(super) fired: Vec<u32>,
    /// Whether any block is event-driven, so that cells that get input are marked.
    pub(super) eventful: bool,
    pub(super) touched: Touched,
    /// By slot.
    pub(super) alarms: Alarms,
    pub(super) words: Vec<(usize, u64)>,
    pub(super) marked: Vec<u32>,
    /// Whether any block is stepped in every tick.
    pub(super) dense: bool,
    pub(super) visits: Visits<W>,
    pub(super) work: Work<W>,
    /// The next event, while nothing is filed and no tick is run.
    pub(super) next_event: Option<Tick>,
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
        expected_bytes::<W::Acc>(cells) + (words + size_of::<Self>()) as u64
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

    /// Has a state left the finite range?
    #[inline]
    pub fn is_lost(&self) -> bool {
        self.work.lost
    }

    /// What has left the finite range first: the step, population, neuron and variable.
    pub fn first_lost(&self) -> Option<(Lost, PopulationId, u32)> {
        let lost = |placed: &Placed<W>| match &placed.part {
            Part::Neurons { slab, .. } => slab.lost.map(|lost| (lost, placed.slice)),
            Part::Stepped { bank, .. } => bank.tallied().lost.map(|lost| (lost, placed.slice)),
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
            Part::Stepped { bank, .. } => bank.bytes() + p.spikes.bytes(),
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
