//! One source neuron's rows: generated for all cores at once, sorted by delay, written as segments.

use super::partition::Partition;
use super::plan::Plan;
use super::rows::Rows;
use crate::allocation::{extend, push, reserve, resize};
use crate::id::BLOCK;
use crate::network::{Distribution, Network};
use crate::number::weight::Weight;
use crate::parallel::Stop;
use crate::synapses::entry::{Kind, Segment, Synapse};
use crate::synapses::loose::Loose;
use crate::synapses::memory::Stored;

const ROW: &str = "a row of synapses";
const COUNTED: &str = "invariant: stores are allocated to the counted lengths";

/// What is still to be written of a core's store.
pub enum Cursor<'a, W: Weight> {
    /// Individually weighted synapses, and those that share a weight.
    Rows(&'a mut [Synapse<W>], &'a mut [u16]),
    /// Loose synapses, with the bits of their cells.
    Loose(u32, &'a mut [Loose<W>]),
}

impl<'a, W: Weight> Cursor<'a, W> {
    /// All of a store.
    pub fn over(stored: &'a mut Stored<W>) -> Self {
        match stored {
            Stored::Rows(store) => Self::Rows(&mut store.weighted, &mut store.shared),
            Stored::Loose(store) => Self::Loose(store.bits, &mut store.synapses),
        }
    }

    /// Splits off the first rows, of these lengths and, in turn, these kinds.
    pub fn split_off(&mut self, lengths: &[u32], kinds: &[Kind]) -> Self {
        let (mut w, mut h) = (0usize, 0usize);
        for (i, &len) in lengths.iter().enumerate() {
            *(if kinds[i % kinds.len()] == 0 { &mut w } else { &mut h }) += len as usize;
        }
        match self {
            Self::Rows(weighted, shared) => {
                Self::Rows(weighted.split_off_mut(..w).expect(COUNTED), shared.split_off_mut(..h).expect(COUNTED))
            }
            Self::Loose(bits, loose) => Self::Loose(*bits, loose.split_off_mut(..w + h).expect(COUNTED)),
        }
    }

    /// Is all written?
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Rows(weighted, shared) => weighted.is_empty() && shared.is_empty(),
            Self::Loose(_, loose) => loose.is_empty(),
        }
    }
}

/// The shortest and the longest delay of some synapses, in ticks.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    /// Shortest.
    pub shortest: u32,
    /// Longest.
    pub longest: u32,
}

impl Delays {
    fn of(delays: &[u16]) -> Option<Self> {
        let (shortest, longest) = (delays.iter().min()?, delays.iter().max()?);
        Some(Self { shortest: u32::from(*shortest), longest: u32::from(*longest) })
    }

    /// Those of both.
    pub fn join(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        let (Some(x), Some(y)) = (a, b) else {
            return a.or(b);
        };
        Some(Self { shortest: x.shortest.min(y.shortest), longest: x.longest.max(y.longest) })
    }
}

/// Synapses of one row before sorting, in creation order.
struct Bin<W> {
    delays: Vec<u16>,
    slots: Vec<u32>,
    weights: Vec<W>,
}

/// Generates the rows of one population's neurons after another's; a thread keeps one for all its work.
pub struct RowWriter<'a, W: Weight> {
    network: &'a Network,
    partition: &'a Partition,
    plan: &'a Plan<W>,
    rows: &'a [Option<Rows<'a>>],
    population: usize,
    kinds: &'a [Kind],
    /// One per core and kind; the rest is of no use to this population.
    bins: Vec<Bin<W>>,
    targets: Vec<u32>,
    weights: Vec<f64>,
    delays: Vec<u16>,
    counts: Vec<u32>,
    few: Vec<u64>,
    order: Vec<u32>,
    segments: Vec<Segment>,
    shortest: u32,
}

impl<'a, W: Weight> RowWriter<'a, W> {
    /// A writer for rows of no population yet; `rows` are those of each projection, none where nothing is stored.
    pub fn new(network: &'a Network, partition: &'a Partition, plan: &'a Plan<W>, rows: &'a [Option<Rows<'a>>]) -> Self {
        Self {
            network,
            partition,
            plan,
            rows,
            population: usize::MAX,
            kinds: &[],
            bins: vec![],
            targets: vec![],
            weights: vec![],
            delays: vec![],
            counts: vec![],
            few: vec![],
            order: vec![],
            segments: vec![],
            shortest: 1,
        }
    }

    /// Goes over to the rows of `population`.
    pub fn start(&mut self, population: usize) {
        if self.population == population {
            return;
        }
        self.population = population;
        self.kinds = &self.plan.spans[population].kinds;
        let (shortest, longest) = self.plan.outgoing.delays(population);
        self.shortest = shortest;
        resize(&mut self.counts, (longest + 1).saturating_sub(shortest) as usize, 0, ROW);
        let bins = self.partition.cores() * self.kinds.len();
        while self.bins.len() < bins {
            push(&mut self.bins, Bin { delays: vec![], slots: vec![], weights: vec![] }, ROW);
        }
    }

    /// Generates all synapses of `source` into the bins; returns whether it did so, and was not stopped.
    pub fn generate(&mut self, source: u32, stop: &Stop<'_>) -> bool {
        let bins = self.partition.cores() * self.kinds.len();
        for bin in &mut self.bins[..bins] {
            bin.delays.clear();
            bin.slots.clear();
            bin.weights.clear();
        }
        for &id in self.plan.outgoing.of(self.population) {
            let rows = self.rows[id].as_ref().expect("invariant: stored");
            let (projection, k) = (rows.projection, usize::from(self.plan.outgoing.kinds[id]));
            let landing = projection.landing(self.network);
            if stop.asked() {
                return false;
            }
            rows.targets(source, &mut self.targets);
            let count = self.targets.len();
            rows.weights(source, count, &mut self.weights);
            rows.delays(source, count, &mut self.delays);
            let homes = &self.partition.homes[projection.target];
            let step = self.plan.steps[projection.target];
            let constant = match projection.weight {
                Distribution::Constant(value) => Some(value),
                _ => None,
            };
            let stored = self.kinds[k] == 0;
            for j in 0..count {
                let weight = constant.unwrap_or_else(|| self.weights[j]);
                let home = homes[self.targets[j] as usize / BLOCK];
                let slot = self.targets[j].wrapping_add(home.offset).wrapping_add(landing.place(weight) as u32 * home.stride);
                let bin = &mut self.bins[usize::from(home.core) * self.kinds.len() + k];
                push(&mut bin.delays, self.delays[j], ROW);
                push(&mut bin.slots, slot, ROW);
                if stored {
                    push(&mut bin.weights, W::encode(landing.added(weight), step), ROW);
                }
            }
        }
        true
    }

    /// Writes the generated rows of one core at the front of `cursor`, which moves on; calls `done(segments, delays)`
    /// once per row, in kind order; once for all of them where loose synapses stand by delay.
    pub fn emit(&mut self, core: usize, cursor: &mut Cursor<'_, W>, mut done: impl FnMut(&[Segment], Option<Delays>)) {
        if let Cursor::Loose(bits, rest) = cursor
            && self.plan.by_delay
        {
            let delays = self.emit_by_delay(core, *bits, rest);
            return done(&[], delays);
        }
        for k in 0..self.kinds.len() {
            let bin = &self.bins[core * self.kinds.len() + k];
            let n = bin.delays.len();
            self.segments.clear();
            let delays = match cursor {
                Cursor::Loose(bits, rest) => {
                    let shared = usize::from(self.kinds[k]).checked_sub(1).map(|shared| self.plan.shared_weights[shared]);
                    for (place, out) in rest.split_off_mut(..n).expect(COUNTED).iter_mut().enumerate() {
                        let weight = shared.unwrap_or_else(|| bin.weights[place]);
                        *out = Loose::new(*bits, bin.slots[place], bin.delays[place], weight);
                    }
                    Delays::of(&bin.delays)
                }
                Cursor::Rows(weighted, shared) => {
                    let frame = self.partition.frame(core);
                    sort_by_delay(&bin.delays, self.shortest, (&mut self.counts, &mut self.few), &mut self.order, &mut self.segments);
                    if self.kinds[k] == 0 {
                        let out = weighted.split_off_mut(..n).expect(COUNTED);
                        for (place, &at) in self.order.iter().enumerate() {
                            out[at as usize] =
                                Synapse { cell: frame.cell(bin.slots[place] as u16, bin.delays[place]), weight: bin.weights[place] };
                        }
                    } else {
                        let out = shared.split_off_mut(..n).expect(COUNTED);
                        for (place, &at) in self.order.iter().enumerate() {
                            out[at as usize] = frame.cell(bin.slots[place] as u16, bin.delays[place]);
                        }
                    }
                    let ends = self.segments.first().zip(self.segments.last());
                    ends.map(|(first, last)| Delays { shortest: first.delay(), longest: last.delay() })
                }
            };
            done(&self.segments, delays);
        }
    }

    /// Writes all rows of one core as one, sorted by delay, then by kind and creation.
    fn emit_by_delay(&mut self, core: usize, bits: u32, rest: &mut &mut [Loose<W>]) -> Option<Delays> {
        let bins = &self.bins[core * self.kinds.len()..][..self.kinds.len()];
        self.delays.clear();
        bins.iter().for_each(|bin| extend(&mut self.delays, &bin.delays, ROW));
        self.segments.clear();
        sort_by_delay(&self.delays, self.shortest, (&mut self.counts, &mut self.few), &mut self.order, &mut self.segments);
        let out = rest.split_off_mut(..self.delays.len()).expect(COUNTED);
        let mut places = self.order.iter();
        for (bin, &kind) in bins.iter().zip(self.kinds) {
            let shared = usize::from(kind).checked_sub(1).map(|shared| self.plan.shared_weights[shared]);
            for (k, &place) in places.by_ref().take(bin.delays.len()).enumerate() {
                out[place as usize] = Loose::new(bits, bin.slots[k], bin.delays[k], shared.unwrap_or_else(|| bin.weights[k]));
            }
        }
        Delays::of(&self.delays)
    }
}

/// Stable counting sort: `order[j]` is where synapse `j` goes; appends the segments. `counts` has a place for each delay.
fn sort_by_delay(
    delays: &[u16],
    shortest: u32,
    (counts, few): (&mut [u32], &mut Vec<u64>),
    order: &mut Vec<u32>,
    segments: &mut Vec<Segment>,
) {
    order.clear();
    reserve(order, delays.len(), ROW);
    if delays.len() * 8 < counts.len() {
        return sort_few(delays, few, order, segments);
    }
    let bin = |d: u16| (u32::from(d) - shortest) as usize;
    counts.fill(0);
    for &d in delays {
        counts[bin(d)] += 1;
    }
    let mut at = 0;
    for (b, count) in counts.iter_mut().enumerate() {
        push_segments((b as u32 + shortest) as u16, *count, segments);
        let n = *count;
        *count = at;
        at += n;
    }
    order.extend(delays.iter().map(|&d| {
        let place = &mut counts[bin(d)];
        *place += 1;
        *place - 1
    }));
}

/// The same for rows that are short against the range of delays; `sorted` holds a delay above its place.
fn sort_few(delays: &[u16], sorted: &mut Vec<u64>, order: &mut Vec<u32>, segments: &mut Vec<Segment>) {
    sorted.clear();
    reserve(sorted, delays.len(), ROW);
    sorted.extend((0..).zip(delays).map(|(place, &delay)| u64::from(delay) << 32 | place));
    sorted.sort_unstable();
    order.resize(delays.len(), 0);
    for (place, &word) in (0..).zip(&*sorted) {
        order[word as u32 as usize] = place;
    }
    for run in sorted.chunk_by(|a, b| a >> 32 == b >> 32) {
        push_segments((run[0] >> 32) as u16, run.len() as u32, segments);
    }
}

fn push_segments(delay: u16, mut count: u32, segments: &mut Vec<Segment>) {
    while count > 0 {
        let len = count.min(u32::from(u16::MAX));
        push(segments, Segment::new(delay, len as u16), ROW);
        count -= len;
    }
}
