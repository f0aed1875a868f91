//! The walk of what is due: synapses added into the cells of their neurons. A fence around the unchecked access to the
//! store.
//!
//! Invariant **K1**: every entry's range lies inside its kind's array (entries are made from the store's own segments,
//! whose sums are asserted when the store is attached to the core, [`super::memory::Memory::new`]).
//!
//! In rows a cell is 16 bits and there are 65,536 of them, so the scatter itself needs no care; that of loose synapses is
//! checked.

use super::entry::{Entry, Synapse};
use super::loose::{Loose, LooseStore};
use super::store::Store;
use crate::cells::frame::CELLS;
use crate::cells::touched::Mark;
use crate::id::Tick;
use crate::number::weight::Weight;
use crate::simd::prefetch::{prefetch_element, prefetch_line};
use std::hint::select_unpredictable;

/// How many synapses ahead the walk prefetches: some hundred nanoseconds of work, a memory latency under load.
const AHEAD: u64 = 400;

/// How many entries ahead that is in `store`: 8 with long entries, more with short ones.
fn entries_ahead<W: Weight>(store: &Store<W>) -> usize {
    let mean = store.synapses() / (store.segments.len() as u64).max(1);
    (AHEAD / (mean << store.frame.shift()).max(1)).clamp(8, 64) as usize
}

/// Most bytes of one entry that are prefetched. The hardware does not stream entries of a few hundred bytes: asking
/// for all of them rather than for 512 bytes saves a fifth of the time of delivery.
const PREFETCH_BYTES: usize = 4096;

/// Lines of each of the first entries of a walk that are asked for before it, all together: nothing asks ahead of them.
const FIRST_LINES: usize = 4;

/// Synapses between two lines that are asked for: fewer bytes than a line, so that asking keeps ahead of the walk. Lines
/// asked for all at once would wait for one another, and the walk for them.
const BETWEEN: usize = 8;

/// Adds all synapses of `entries` into `cells`, in order, and marks the cells; returns how many there were. Entries may be
/// synapses themselves where `PACKED` says so.
pub fn deliver<W: Weight, const PACKED: bool>(
    store: &Store<W>,
    entries: &[Entry],
    cells: &mut [W::Acc; CELLS],
    marks: &mut impl Mark,
) -> u64 {
    let mut events = 0;
    let ahead = entries_ahead(store);
    for &first in entries.iter().take(ahead) {
        let mut lines = Lines::of(store, first);
        (0..FIRST_LINES).for_each(|_| {
            lines.ask();
        });
    }
    for (i, entry) in entries.iter().enumerate() {
        if PACKED && entry.packed() > 0 {
            if let Some(later) = entries.get(i + ahead).filter(|later| later.packed() == 0) {
                Lines::of(store, *later).ask();
            }
            add_packed(store, *entry, cells, marks);
            events += u64::from(entry.packed());
            continue;
        }
        let mut lines = entries.get(i + ahead).map_or(Lines::default(), |&later| Lines::of(store, later));
        events += entry.len() as u64;
        let base = store.frame.base(entry.phase());
        let range = entry.offset()..entry.offset() + entry.len();
        if entry.kind() == 0 {
            // SAFETY: K1.
            let synapses = unsafe { store.weighted.get_unchecked(range) };
            walk(synapses, &mut lines, |synapse| {
                marks.mark(synapse.cell.wrapping_add(base).into());
                let sum = &mut cells[usize::from(synapse.cell.wrapping_add(base))];
                *sum = W::add(*sum, synapse.weight);
            });
        } else {
            let weight = store.weights[usize::from(entry.kind())];
            // SAFETY: K1.
            let shared = unsafe { store.shared.get_unchecked(range) };
            walk(shared, &mut lines, |cell| {
                marks.mark(cell.wrapping_add(base).into());
                let sum = &mut cells[usize::from(cell.wrapping_add(base))];
                *sum = W::add(*sum, weight);
            });
        }
    }
    events
}

/// Adds the synapses that an entry is itself. All three places of the entry are added without a branch, which nothing could guess:
/// a place without a synapse adds 0 to the cell of the first, whose sum never is -0 (it began at 0).
#[inline(always)]
fn add_packed<W: Weight>(store: &Store<W>, entry: Entry, cells: &mut [W::Acc; CELLS], marks: &mut impl Mark) {
    let kind = usize::from(entry.kind());
    let mut add = |cell: u16, kind: usize| {
        marks.mark(cell.into());
        let sum = &mut cells[usize::from(cell)];
        *sum = W::add(*sum, store.weights[kind]);
    };
    add(entry.cell(0), kind);
    let any = entry.packed() > 1;
    add(select_unpredictable(any, entry.cell(1), entry.cell(0)), select_unpredictable(any, kind, 0));
    let any = entry.packed() > 2;
    add(select_unpredictable(any, entry.cell(2), entry.cell(0)), select_unpredictable(any, kind, 0));
}

/// Calls `add` for every synapse, in order, and asks for a line every [`BETWEEN`], then for the rest.
#[inline(always)]
fn walk<T>(synapses: &[T], lines: &mut Lines, mut add: impl FnMut(&T)) {
    let (groups, rest) = synapses.as_chunks::<BETWEEN>();
    for group in groups {
        lines.ask();
        group.iter().for_each(&mut add);
    }
    rest.iter().for_each(&mut add);
    while lines.ask() {}
}

/// The lines of an entry that are still to be asked for, at most [`PREFETCH_BYTES`].
#[derive(Debug, Default)]
struct Lines {
    next: usize,
    end: usize,
}

impl Lines {
    fn of<W: Weight>(store: &Store<W>, entry: Entry) -> Self {
        let (start, size) = if entry.kind() == 0 {
            (store.weighted.as_ptr().addr(), size_of::<Synapse<W>>())
        } else {
            (store.shared.as_ptr().addr(), size_of::<u16>())
        };
        let next = start + entry.offset() * size;
        Self { next, end: next + (entry.len() * size).min(PREFETCH_BYTES) }
    }

    /// Asks for the next line; whether there was one.
    #[inline(always)]
    fn ask(&mut self) -> bool {
        let any = self.next < self.end;
        if any {
            prefetch_line(std::ptr::without_provenance(self.next));
            self.next += 64;
        }
        any
    }
}

/// The same additions without rows, entries or prefetching: the limit that delivery is measured against.
pub fn bare_scatter<W: Weight>(store: &Store<W>, events: usize, cells: &mut [W::Acc; CELLS]) -> usize {
    let weighted = &store.weighted[..events.min(store.weighted.len())];
    for synapse in weighted {
        let sum = &mut cells[usize::from(synapse.cell)];
        *sum = W::add(*sum, synapse.weight);
    }
    let rest = &store.shared[..(events - weighted.len()).min(store.shared.len())];
    let weight = store.weights.get(1).copied().unwrap_or_default();
    for &cell in rest {
        let sum = &mut cells[usize::from(cell)];
        *sum = W::add(*sum, weight);
    }
    weighted.len() + rest.len()
}

/// How many loose synapses ahead their cells are asked for: on a large network all cores' cells are in no inner cache.
const CELLS_AHEAD: usize = 16;

/// Adds those of the filed synapses that are due at `now` into `cells`, in order, and marks the cells; returns how many
/// there were.
pub fn deliver_loose<W: Weight>(bits: u32, filed: &[Loose<W>], now: Tick, cells: &mut [W::Acc], marks: &mut impl Mark) -> u64 {
    let (mut events, due) = (0, now as u32 & (u32::MAX >> bits));
    for (k, one) in filed.iter().enumerate() {
        if let Some(later) = filed.get(k + CELLS_AHEAD) {
            prefetch_element(cells, later.cell(bits) as usize);
        }
        if one.ticks(bits) == due {
            let cell = one.cell(bits) as usize;
            marks.mark(cell);
            let sum = &mut cells[cell];
            *sum = W::add(*sum, one.weight);
            events += 1;
        }
    }
    events
}

/// The bare loop over loose synapses.
pub fn bare_scatter_loose<W: Weight>(store: &LooseStore<W>, events: usize, cells: &mut [W::Acc]) -> usize {
    let synapses = &store.synapses[..events.min(store.synapses.len())];
    for one in synapses {
        let sum = &mut cells[one.cell(store.bits) as usize];
        *sum = W::add(*sum, one.weight);
    }
    synapses.len()
}
