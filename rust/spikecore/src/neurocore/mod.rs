//! A core: a partition of the network with its own neurons, weight store, delay line and clock.
//!
//! A core knows nothing of links, other cores or threads: it is given spikes (`ingest`), told to deliver what is
//! due and to integrate, and hands back the spikes that its own neurons emitted. Its store is private to it.

pub mod delay_line;
pub mod frame;
#[expect(unsafe_code, reason = "unchecked scatter, prefetch and calls into instruction-set copies; invariants K1-K2")]
pub mod kernels;
pub mod neurons;
#[expect(unsafe_code, reason = "zeroed huge-page memory; invariants G1-G2")]
pub mod pages;
pub mod placed;
pub mod store;
pub mod weight;

use crate::id::{CoreId, NeuronId, Tick};
use crate::recorder::SpikeLog;
use crate::simd::Level;
use delay_line::{DelayLine, Entry, Key, Row};
use frame::{CELLS, Frame};
use neurons::Drive;
pub use placed::{Outside, Part, Placed};
use store::Store;
use weight::Weight;

/// Exact event counts of one core; never joules.
#[derive(Debug, Clone, Default)]
pub struct Counters {
    /// Synapses whose spike this core has filed.
    pub filed: u64,
    /// Synapses added into accumulators, up to a frame before they are due.
    pub scattered: u64,
    /// Spikes taken from producers.
    pub ingested: u64,
    /// Ticks left out because nothing could change in them.
    pub skipped: Tick,
}

/// Every so many ticks a core without input looks whether anything in it still moves.
const PROBE: Tick = 64;

/// A core.
#[derive(Debug)]
pub struct Core<W: Weight> {
    id: CoreId,
    level: Level,
    store: Store<W>,
    /// One line per channel of producers.
    delay_lines: Vec<DelayLine>,
    /// Due entries of several channels in canonical order.
    merged: Vec<(Key, Entry)>,
    in_order: Vec<Entry>,
    frame: Frame,
    /// Entries of the current frame that have been walked, and their synapses.
    walked: (usize, u64),
    /// Input of every slot for every tick of the current frame.
    cells: Box<[W::Acc; CELLS]>,
    placed: Vec<Placed<W>>,
    emitted: Vec<NeuronId>,
    fired: Vec<u32>,
    population_ends: Vec<NeuronId>,
    /// Nothing changes any neuron until something arrives: a step without input left all state as it was.
    settled: bool,
    /// The next event, while nothing is filed and no tick is run.
    next_event: Option<Tick>,
    /// Tests make a core panic at a step.
    #[cfg(test)]
    pub(crate) panic_at: Option<Tick>,
    /// Tests keep a core from resting.
    #[cfg(test)]
    pub(crate) wakeful: bool,
    pub(crate) spike_log: SpikeLog,
    pub(crate) counters: Counters,
}

impl<W: Weight> Core<W> {
    /// Assembles a core; checks once what the unchecked loops rely on (K1).
    pub fn new(
        id: CoreId,
        level: Level,
        store: Store<W>,
        delay_lines: Vec<DelayLine>,
        slots: usize,
        placed: Vec<Placed<W>>,
        population_ends: Vec<NeuronId>,
    ) -> Self {
        store.assert_consistent(slots);
        let neurons = placed.iter().map(|p| p.slice.len as usize).sum();
        Self {
            id,
            level,
            frame: store.frame,
            store,
            delay_lines,
            merged: vec![],
            in_order: vec![],
            walked: (0, 0),
            cells: vec![W::Acc::default(); CELLS].try_into().expect("invariant: as many as asked for"),
            placed,
            emitted: Vec::with_capacity(neurons),
            fired: Vec::with_capacity(neurons),
            population_ends,
            settled: false,
            next_event: None,
            #[cfg(test)]
            panic_at: None,
            #[cfg(test)]
            wakeful: false,
            spike_log: SpikeLog::default(),
            counters: Counters::default(),
        }
    }

    /// The core's number.
    pub fn id(&self) -> CoreId {
        self.id
    }

    /// Latest step whose spikes may be filed while `now` is the next step to integrate.
    pub fn file_limit(&self, now: Tick, longest_delay: u32) -> Tick {
        self.delay_lines.first().map_or(Tick::MAX, |line| line.limit(now) - u64::from(longest_delay))
    }

    /// Files the spikes of step `tick` that came by `channel`: one entry per frame that a row reaches. `ids` ascend.
    pub fn ingest(&mut self, channel: usize, tick: Tick, ids: &[NeuronId]) {
        let phase = self.frame.phase(tick);
        let line = &mut self.delay_lines[channel];
        let mut population = 0;
        let mut first_id = 0;
        let rows = |store: &Store<W>, population: usize, local: u32| {
            let span = &store.spans[population];
            let row = span.first + local as usize * span.kinds.len();
            row..row + span.kinds.len()
        };
        // Two passes: the first asks for the rows' segment lists, which are scattered over megabytes.
        for &id in ids {
            while id >= self.population_ends[population] {
                first_id = self.population_ends[population];
                population += 1;
            }
            for row in rows(&self.store, population, id - first_id) {
                let at = self.store.first_segment[row] as usize;
                kernels::prefetch_element(&self.store.segments, at);
                kernels::prefetch_element(&self.store.segments, at + 16);
                kernels::prefetch_element(&self.store.segments, at + 32);
                kernels::prefetch_element(&self.store.first_synapse, row);
            }
        }
        (population, first_id) = (0, 0);
        for &id in ids {
            while id >= self.population_ends[population] {
                first_id = self.population_ends[population];
                population += 1;
            }
            for (k, row) in rows(&self.store, population, id - first_id).enumerate() {
                let (begin, end) = (self.store.first_segment[row] as usize, self.store.first_segment[row + 1] as usize);
                self.counters.filed += line.file(Row {
                    tick,
                    phase,
                    source: id,
                    kind: self.store.spans[population].kinds[k],
                    first: self.store.first_synapse[row],
                    segments: &self.store.segments[begin..end],
                });
            }
        }
        self.counters.ingested += ids.len() as u64;
        self.next_event = None;
    }

    /// The first tick from `now` on in which this core may change or send anything, if nothing more is filed.
    pub fn next_event(&mut self, now: Tick) -> Tick {
        #[cfg(test)]
        if self.wakeful {
            return now;
        }
        if !self.settled {
            return now;
        }
        let known = self.next_event.filter(|&next| next >= now);
        let next = known.unwrap_or_else(|| {
            let due = self.delay_lines.iter().map(|line| line.next_due(now)).min();
            let own = self.placed.iter().map(|placed| placed.next_event(now)).min();
            due.into_iter().chain(own).min().unwrap_or(Tick::MAX)
        });
        self.next_event = Some(next);
        next
    }

    /// Leaves out the ticks `now..until`, in which nothing happens.
    pub fn skip(&mut self, now: Tick, until: Tick) {
        self.counters.skipped += until - now;
        for placed in &mut self.placed {
            if let Part::Neurons { slab, .. } = &placed.part {
                for tap in &mut placed.taps {
                    tap.sample_silence(now, until, |variable, index| slab.read(variable, index as usize));
                }
            }
        }
    }

    /// Delivers what is due at `now` and has been filed, if nothing earlier in canonical order can still come: with
    /// one channel what comes later was emitted later.
    pub fn deliver_early(&mut self, now: Tick) {
        if let [line] = &mut self.delay_lines[..] {
            let due = line.due(now);
            let synapses = kernels::deliver(&self.store, &due[self.walked.0..], &mut self.cells);
            self.counters.scattered += synapses;
            self.walked = (due.len(), self.walked.1 + synapses);
        }
    }

    /// Delivers the rest of what is due at `now`; everything must have been filed.
    pub fn deliver(&mut self, now: Tick) {
        if self.delay_lines.len() <= 1 {
            return self.deliver_early(now);
        }
        self.merged.clear();
        self.merged.extend(self.delay_lines.iter().flat_map(|line| line.due_keyed(now)));
        // Stable: entries of one spike come from one line, in the order of its kinds. Finds the lines' ordered runs.
        self.merged.sort_by_key(|&(key, _)| key);
        self.in_order.clear();
        self.in_order.extend(self.merged.iter().map(|&(_, entry)| entry));
        let synapses = kernels::deliver(&self.store, &self.in_order, &mut self.cells);
        self.counters.scattered += synapses;
        self.walked = (0, synapses);
    }

    /// Empties what has been walked, at the end of its frame.
    fn leave(&mut self, now: Tick) {
        for line in &mut self.delay_lines {
            if line.ends_frame(now) {
                line.clear(now);
                self.walked = (0, 0);
            }
        }
    }

    /// Integrates step `now`; everything due must have been delivered. Returns the ids that fired, ascending.
    pub fn integrate(&mut self, now: Tick) -> &[NeuronId] {
        #[cfg(test)]
        assert!(self.panic_at != Some(now), "a test asked for this panic");
        let probe = now % PROBE == PROBE - 1 && self.walked.1 == 0;
        let mut settled = probe;
        self.leave(now);
        self.emitted.clear();
        let part = usize::from(self.frame.base(self.frame.phase(now)));
        for placed in &mut self.placed {
            let from = self.emitted.len();
            match &mut placed.part {
                Part::Neurons { slab, outside, .. } => {
                    if now >= outside.next_change {
                        outside.refresh(now, placed.slice.stride as usize);
                    }
                    let from = part + placed.slice.slot0 as usize;
                    let acc = &mut self.cells[from..from + slab.receptors() * placed.slice.stride as usize];
                    let drive = Drive {
                        tick: now,
                        first: placed.slice.first,
                        len: placed.slice.len as usize,
                        bias: &outside.bias,
                        poisson: &outside.poisson,
                        probe,
                    };
                    self.fired.clear();
                    kernels::integrate(self.level, slab, acc, &drive, &mut self.fired);
                    settled &= !slab.moved;
                    for &k in &self.fired {
                        placed.spikes[k as usize] += 1;
                        self.emitted.push(placed.first_id + k);
                    }
                    for tap in &mut placed.taps {
                        tap.sample(now + 1, |variable, index| slab.read(variable, index as usize));
                    }
                }
                Part::Source { spikes, emitted } => {
                    while let Some(&(_, k)) = spikes.get(*emitted).filter(|s| s.0 == now) {
                        placed.spikes[k as usize] += 1;
                        self.emitted.push(placed.first_id + k);
                        *emitted += 1;
                    }
                }
            }
            if placed.recorded {
                self.spike_log.extend(now + 1, &self.emitted[from..]);
            }
        }
        self.settled = settled;
        self.next_event = None;
        &self.emitted
    }

    /// Its slices, for reading state and counts between runs.
    pub fn placed(&self) -> &[Placed<W>] {
        &self.placed
    }

    /// Takes the samples of recorder `recorder`: (column, values tick by tick) per tap.
    pub fn take_samples(&mut self, recorder: usize) -> Vec<(Vec<usize>, Vec<f64>)> {
        let taps = self.placed.iter_mut().flat_map(|p| &mut p.taps).filter(|t| t.recorder == recorder);
        taps.map(|t| (t.neurons.iter().map(|n| n.1).collect(), std::mem::take(&mut t.values))).collect()
    }

    /// Synapses filed and not yet due when `now` is the next tick; those of the current frame are looked at one by one.
    pub fn pending(&self, now: Tick) -> u64 {
        let begun = |line: &DelayLine| line.due(now).iter().map(|&entry| self.due_before(now, entry)).sum::<u64>();
        self.delay_lines.iter().map(|line| line.held() - if line.begins_frame(now) { 0 } else { begun(line) }).sum()
    }

    /// How many synapses of an entry of the frame of `now` are due before it.
    fn due_before(&self, now: Tick, entry: Entry) -> u64 {
        let (base, part) = (self.frame.base(entry.phase()), self.frame.base(self.frame.phase(now)));
        let early = |&&cell: &&u16| cell.wrapping_add(base) < part;
        let range = entry.offset()..entry.offset() + entry.len();
        let early = match entry.kind() {
            0 => self.store.weighted[range].iter().map(|s| s.cell).filter(|cell| early(&cell)).count(),
            _ => self.store.shared[range].iter().filter(early).count(),
        };
        early as u64
    }

    /// Synapses in the delay lines that have not been added to any cell.
    pub fn unscattered(&self) -> u64 {
        self.delay_lines.iter().map(DelayLine::held).sum::<u64>() - self.walked.1
    }

    /// Its weight store, for reading back the network.
    pub fn store(&self) -> &Store<W> {
        &self.store
    }

    /// Bytes of state, accumulators and delay line.
    pub fn state_bytes(&self) -> u64 {
        let slabs = self.placed.iter().map(|p| match &p.part {
            Part::Neurons { slab, .. } => slab.bytes() + size_of_val(&*p.spikes) as u64,
            Part::Source { spikes, .. } => size_of_val(&**spikes) as u64,
        });
        slabs.sum::<u64>() + size_of_val(&*self.cells) as u64 + self.delay_lines.iter().map(DelayLine::bytes).sum::<u64>()
    }

    /// Adds up to `events` of its synapses to a scratch copy of its cells, in stored order; returns how many.
    pub fn bare_scatter(&self, events: usize, scratch: &mut Vec<W::Acc>) -> usize {
        scratch.resize(CELLS, W::Acc::default());
        let cells = scratch.as_mut_slice().try_into().expect("invariant: just resized");
        kernels::bare_scatter(&self.store, events, cells)
    }
}
