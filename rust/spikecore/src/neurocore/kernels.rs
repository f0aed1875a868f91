//! The hot loops that need `unsafe`: the unchecked walk of entries, prefetching, and the calls into copies of the
//! neuron and matrix kernels compiled for AVX2 and AVX-512. A fence; the others in the core are [`super::advance`] and
//! [`super::pages`].
//!
//! Invariants:
//! **K1** every entry's range lies inside its kind's array (entries are made from the store's own segments, whose
//! sums are asserted when the store is attached to the core, [`super::memory::Memory::new`]).
//! **K2** a copy compiled for an instruction set is called only on a CPU that has it ([`Level`] is never above
//! [`Level::detect`]).
//!
//! In rows a cell is 16 bits and there are 65,536 of them, so the scatter itself needs neither; that of loose synapses is
//! checked.

use super::dense;
use super::filed::Entry;
use super::frame::CELLS;
use super::lanes::{self, Lanes, Law};
use super::loose::{Loose, LooseStore};
use super::neurons::{self, Drive, Slab};
use super::reading;
use super::store::Store;
use super::touched::Mark;
use super::weight::{Synapse, Weight};
use crate::id::Tick;
use crate::simd::Level;

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

/// Adds all synapses of `entries` into `cells`, in order, and marks the cells; returns how many there were. Entries may be single
/// synapses where `SINGLE` says so.
pub fn deliver<W: Weight, const SINGLE: bool>(
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
        if SINGLE && let Some(cell) = entry.cell() {
            if let Some(later) = entries.get(i + ahead).filter(|later| later.cell().is_none()) {
                Lines::of(store, *later).ask();
            }
            marks.mark(cell.into());
            let sum = &mut cells[usize::from(cell)];
            *sum = W::add(*sum, store.shared_weights[usize::from(entry.kind()) - 1]);
            events += 1;
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
            let weight = store.shared_weights[usize::from(entry.kind()) - 1];
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
    let weight = store.shared_weights.first().copied().unwrap_or_default();
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

/// Asks for the cache line of element `index`, if there is one.
#[inline(always)]
pub fn prefetch_element<T>(array: &[T], index: usize) {
    prefetch_line(array.as_ptr().wrapping_add(index).cast::<i8>());
}

/// Asks for the cache line at an address, whatever is there.
#[inline(always)]
pub fn prefetch_address(address: usize) {
    prefetch_line(std::ptr::without_provenance(address));
}

#[inline(always)]
fn prefetch_line(line: *const i8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing and cannot fault, whatever the address.
        unsafe { _mm_prefetch(line, _MM_HINT_T0) };
    }
    let _ = line;
}

macro_rules! compiled_for {
    ($(#[$doc:meta] $name:ident ($($arg:ident: $ty:ty),*) at $level:ident = $call:expr, $avx2:ident, $avx512:ident;)*) => {$(
        #[$doc]
        pub fn $name<W: Weight>(level: Level, $($arg: $ty),*) {
            match level {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: K2.
                Level::Avx512 => unsafe { $avx512($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: K2.
                Level::Avx2 => unsafe { $avx2($($arg),*) },
                _ => {
                    let $level = Level::Baseline;
                    $call
                }
            }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2")]
        fn $avx2<W: Weight>($($arg: $ty),*) {
            let $level = Level::Avx2;
            $call;
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
        fn $avx512<W: Weight>($($arg: $ty),*) {
            let $level = Level::Avx512;
            $call;
        }
    )*};
}

compiled_for! {
    /// One step of all neurons of a slab, at the given instruction-set level.
    integrate(slab: &mut Slab<W>, acc: &mut [W::Acc], drive: &Drive<'_, W>, out: &mut Vec<u32>)
        at _level = neurons::step(slab, acc, drive, out), step_avx2, step_avx512;
    /// See [`Slab::watch`].
    watch(slab: &mut Slab<W>, bias: &[W::State]) at _level = slab.watch(bias), watch_avx2, watch_avx512;
    /// See [`dense::add_rows`].
    add_rows(rows: &[W], sources: &[u32], acc: &mut [W::Acc])
        at _level = dense::add_rows(rows, sources, acc), rows_avx2, rows_avx512;
    /// See [`dense::add_rows_by_sign`].
    add_rows_by_sign(rows: &[W], sources: &[u32], positive: &mut [W::Acc], negative: &mut [W::Acc])
        at _level = dense::add_rows_by_sign(rows, sources, positive, negative), by_sign_avx2, by_sign_avx512;
    /// See [`reading::read_events`].
    read_events(slab: &Slab<W>, current: Option<usize>, neurons: &[u32], when: (Tick, &[W::State]), values: &mut [W::State])
        at level = reading::read_events(slab, current, neurons, when, values, level), read_avx2, read_avx512;
    /// See [`lanes::step_exp`], with one current.
    step_one(lanes: &mut Lanes<W, 1>, law: &Law<'_, W::State>) at level = lanes::step_exp(lanes, law, level), one_avx2, one_avx512;
    /// See [`lanes::step_exp`], with two.
    step_two(lanes: &mut Lanes<W, 2>, law: &Law<'_, W::State>) at level = lanes::step_exp(lanes, law, level), two_avx2, two_avx512;
    /// See [`lanes::step_delta`].
    step_delta(lanes: &mut Lanes<W, 1>, law: &Law<'_, W::State>) at level = lanes::step_delta(lanes, law, level), delta_avx2, delta_avx512;
}
