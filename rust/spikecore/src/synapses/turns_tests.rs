//! The delay line against the obvious one: a list per tick, sorted.

use super::delay_line::{DelayLine, Span, Walk};
use super::entry::{Entry, Segment, Synapse};
use super::filed::Filed;
use super::flight::{Layout, Spikes, Traffic, queue_bytes, waiting_bytes};
use super::implicit::Implicit;
use super::lines::Reach;
use super::loose::{Loose, LooseStore};
use super::memory::{Memory, Stored};
use super::store::{RowSpan, Store};
use crate::cells::frame::{CELLS, Frame};
use crate::id::{NeuronId, Tick};
use crate::pages::Pages;
use crate::simd::Level;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A synapse: delay, target, and the number that it adds.
type Made = (u32, u16, f32);

/// What a source has, by kind (0 weighted, 1 shared), in the order of creation.
type Rows = Vec<[Vec<Made>; 2]>;

const TARGETS: u16 = 5;
const SHARED: f32 = 0.75;

fn pages<T: crate::pages::Zeroable>(values: &[T]) -> Pages<T> {
    let mut pages = Pages::zeroed(values.len()).unwrap();
    pages.copy_from_slice(values);
    pages
}

/// The rows as the compiler would lay them out, in a store of rows or of loose synapses.
fn stored(rows: &Rows, shift: u32, loose: bool) -> Stored<f32> {
    let sorted = |made: &[Made]| {
        let mut made = made.to_vec();
        made.sort_by_key(|one| one.0);
        made
    };
    if loose {
        let (mut first, mut synapses) = (vec![0], vec![]);
        for row in rows {
            let all = sorted(&row.concat());
            synapses.extend(all.iter().map(|&(delay, target, weight)| Loose::new(16, target.into(), delay as u16, weight)));
            first.push(synapses.len() as u32);
        }
        return Stored::Loose(LooseStore { bits: 16, first: pages(&first), synapses: pages(&synapses) });
    }
    let frame = Frame::new(CELLS >> shift);
    let (mut first_segment, mut first_synapse, mut segments) = (vec![0], vec![], vec![]);
    let (mut weighted, mut shared) = (vec![], vec![]);
    for (kind, made) in rows.iter().flat_map(|row| row.iter().enumerate()) {
        let made = sorted(made);
        first_synapse.push(if kind == 0 { weighted.len() } else { shared.len() } as u64);
        for of in made.chunk_by(|a, b| a.0 == b.0) {
            segments.push(Segment::new(of[0].0 as u16, of.len() as u16));
        }
        for (delay, target, weight) in made {
            let cell = frame.cell(target, delay as u16);
            if kind == 0 { weighted.push(Synapse { cell, weight }) } else { shared.push(cell) }
        }
        first_segment.push(segments.len() as u32);
    }
    Stored::Rows(Store {
        spans: Arc::new(vec![RowSpan { first: 0, kinds: vec![0, 1] }]),
        first_segment,
        first_synapse,
        segments: pages(&segments),
        weighted: pages(&weighted),
        shared: pages(&shared),
        frame,
        weights: vec![0.0, SHARED],
    })
}

/// A run of a core's memory: spikes by (step, channel, source), each channel in order.
#[derive(Debug, Clone)]
struct Case {
    rows: Rows,
    spikes: Vec<(Tick, usize, NeuronId)>,
    channels: usize,
    turn: Option<u32>,
    shift: u32,
    loose: bool,
    /// By how much each channel is ahead, in ticks: at least what it must be.
    ahead: [u32; 2],
}

fn case() -> impl Strategy<Value = Case> {
    let longest = prop_oneof![Just(40u32), Just(3_000), Just(65_535)];
    let rows = longest.prop_flat_map(|longest| {
        let weight = prop_oneof![Just(1e8f32), Just(-1e8), 0.1f32..9.0];
        let made = (1..=longest, 0..TARGETS, weight);
        let row = (prop::collection::vec(made.clone(), 0..12), prop::collection::vec(made, 0..40));
        prop::collection::vec(row.prop_map(|(weighted, shared)| [weighted, shared]), 4)
    });
    let spikes = prop::collection::vec((prop_oneof![0u64..90, 0u64..9_000, 60_000u64..140_000], 0usize..2, 0u32..4), 1..40);
    let turn = prop_oneof![Just(None), Just(Some(16)), Just(Some(64)), Just(Some(1024))];
    (rows, spikes, 1usize..3, turn, 0u32..5, any::<bool>(), [0u32..50, 0u32..3_000]).prop_map(
        |(rows, mut spikes, channels, turn, shift, loose, ahead)| {
            // A neuron is in one channel, and sends once in a tick.
            spikes.iter_mut().for_each(|(_, channel, source)| *channel = *source as usize % channels);
            spikes.sort_unstable();
            spikes.dedup();
            Case { rows, spikes, channels, turn, shift: if channels > 1 { 0 } else { shift }, loose, ahead }
        },
    )
}

/// A term of a sum: emission tick, source, kind, place in creation, target, weight.
type Term = (Tick, NeuronId, usize, usize, u16, f32);

/// What is added at each tick: to each target, in canonical order.
fn obvious(case: &Case) -> BTreeMap<Tick, Vec<Term>> {
    let mut due = BTreeMap::<Tick, Vec<_>>::new();
    for &(tick, _, source) in &case.spikes {
        for (kind, row) in case.rows[source as usize].iter().enumerate() {
            for (created, &(delay, target, weight)) in row.iter().enumerate() {
                let weight = if kind == 1 { SHARED } else { weight };
                due.entry(tick + Tick::from(delay)).or_default().push((tick, source, kind, created, target, weight));
            }
        }
    }
    due.values_mut().for_each(|all| all.sort_by_key(|one| (one.0, one.1, one.2, one.3)));
    due
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let mut rows = case.rows.clone();
    if case.loose {
        rows.iter_mut().for_each(|row| row[1].iter_mut().for_each(|one| one.2 = SHARED));
    }
    let made = || case.rows.iter().flatten().flatten();
    let (longest, nearest) = (made().map(|one| one.0).max().unwrap_or(1), made().map(|one| one.0).min().unwrap_or(1));
    let ahead = case.ahead[0].max(case.ahead[1]).max(nearest);
    let reach = Reach { channels: case.channels, longest, ahead, nearest, turn: case.turn };
    let slots = CELLS >> case.shift;
    let mut memory =
        Memory::<f32>::new(stored(&rows, case.shift, case.loose), Implicit::new(Level::Baseline), slots, reach, Arc::new(vec![0, 4]));
    let mut due = obvious(case);
    let mut cells = vec![[0.0; CELLS]; 1];
    let (mut filed, mut delivered, mut now, mut next) = (0, 0, 0, vec![0; case.channels]);
    let total: u64 = case.spikes.iter().map(|spike| case.rows[spike.2 as usize].concat().len() as u64).sum();
    loop {
        // What each channel has published by now, within the limit.
        let limit = memory.limit(now, longest);
        for channel in 0..case.channels {
            let known = (now + Tick::from(case.ahead[channel])).min(limit);
            let own: Vec<_> = case.spikes.iter().filter(|spike| spike.1 == channel).collect();
            while let Some(&&(tick, ..)) = own.get(next[channel]).filter(|spike| spike.0 <= known) {
                let of = own[next[channel]..].iter().take_while(|spike| spike.0 == tick).map(|spike| spike.2).collect::<Vec<_>>();
                next[channel] += of.len();
                filed += memory.ingest(channel, tick, &of);
            }
            filed += memory.file();
        }
        let upcoming = case.spikes.iter().map(|spike| spike.0).filter(|&tick| tick > now).min();
        let first = due.first_key_value().map(|(&tick, _)| tick);
        let known = memory.next_due(now);
        prop_assert!(
            known >= now && first.is_none_or(|first| upcoming.is_some_and(|tick| tick < first) || known <= first),
            "{known} {first:?}"
        );
        prop_assert_eq!(memory.unscattered(), filed - delivered);
        let frame = memory.frame();
        delivered += memory.deliver_early(now, &mut cells, &mut ()) + memory.deliver(now, &mut cells, &mut ());
        let base = usize::from(frame.base(frame.phase(now)));
        let mut expected = [0.0f32; TARGETS as usize];
        for (.., target, weight) in due.remove(&now).unwrap_or_default() {
            expected[usize::from(target)] += weight;
        }
        let found = &mut cells[0][base..base + usize::from(TARGETS)];
        prop_assert_eq!(&*found, &expected[..], "tick {}", now);
        found.fill(0.0);
        memory.leave(now);
        now += 1;
        let left: u64 = due.values().map(|all| all.len() as u64).sum();
        let unfiled: u64 = total - filed;
        prop_assert_eq!(memory.pending(now), left - unfiled, "tick {}", now);
        // Jump over what is known to be silent, as a core does.
        let ready = |channel: usize| case.spikes.iter().filter(|spike| spike.1 == channel).nth(next[channel]).map(|spike| spike.0);
        let arrival = (0..case.channels).filter_map(ready).min().unwrap_or(Tick::MAX);
        if filed == total && due.is_empty() {
            return Ok(());
        }
        now = memory.next_due(now).min(arrival).max(now);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_synapse_is_delivered_at_its_tick_and_in_canonical_order(case in case()) {
        check(&case)?;
    }
}

/// What waits costs the same however many synapses a spike has, and a burst is forgotten.
#[test]
fn memory_follows_the_spikes_that_wait() {
    let rows: Rows = vec![[vec![], (0..200).map(|k| (1 + 100 * k, 0, 0.0)).collect()]];
    for loose in [false, true] {
        let mut rows = rows.clone();
        rows[0][1].iter_mut().for_each(|one| one.2 = SHARED);
        let reach = Reach { channels: 1, longest: 20_000, ahead: 1, nearest: 1, turn: None };
        let mut memory = Memory::<f32>::new(stored(&rows, 0, loose), Implicit::new(Level::Baseline), CELLS, reach, Arc::new(vec![0, 1]));
        let mut cells = vec![[0.0; CELLS]; 1];
        let mut run = |memory: &mut Memory<f32>, ticks: std::ops::Range<Tick>, every: Tick| {
            let mut most = 0;
            for now in ticks {
                if now % every == 0 {
                    memory.ingest(0, now, &[0]);
                    memory.file();
                }
                memory.deliver(now, &mut cells, &mut ());
                memory.leave(now);
                most = most.max(memory.line_bytes());
            }
            most
        };
        let (most, whole) = (run(&mut memory, 0..30_000, 1), 8 * 200 * 10_000);
        assert!(most < whole / 6, "loose {loose}: {most} bytes where all synapses take {whole}");
        let traffic = Traffic { spikes: Spikes::Steady(1.0), synapses: 200.0, delays: (1, 19_901), shared: false };
        let layout = if loose { Layout::Loose } else { Layout::Rows(0) };
        let forecast = waiting_bytes::<f32>(&[traffic], Span::new(20_000, 1, None), layout);
        assert!((0.6..1.5).contains(&(most as f64 / forecast)), "loose {loose}: {most} bytes, forecast {forecast}");
        run(&mut memory, 30_000..65_000, 97);
        assert!(memory.unscattered() > 10_000 && memory.unscattered() < 30_000);
        let kept = memory.line_bytes();
        assert!(kept < most / 6, "loose {loose}: {kept} bytes kept of {most} after a burst");
    }
}

#[test]
fn a_wheel_that_holds_all_delays_does_not_turn() {
    for (longest, ahead, turns) in [(80, 1, false), (2_000, 40, false), (2_047, 1, true), (65_535, 65_535, true)] {
        let line = DelayLine::<Entry>::new(Span::new(longest, ahead, None), Walk::ByTick);
        assert_eq!(line.has_turns(), turns, "{longest} {ahead}");
        assert!(line.limit(100) >= 100 + u64::from(longest + ahead), "{longest} {ahead}");
    }
    assert!(Span::may_turn(65_535, None) && !Span::may_turn(100, None) && Span::may_turn(100, Some(16)));
    assert!((queue_bytes(Spikes::Steady(2.0), 100) - 1.5 * 3_200.0).abs() < 1e-6);
}

#[test]
fn an_entry_packs_cells_each_with_its_own_carry() {
    let cells = [0xffff, 0x7fff, 1, 0xabcd];
    for base in [0, 0x1000, 0x8000, 0xf000, 0xffff] {
        for count in 1..=3 {
            let entry = Entry::pack(&cells, base, count, 200);
            assert_eq!((entry.packed() as usize, entry.synapses(), entry.kind()), (count, count as u64, 200));
            let unpacked: Vec<u16> = (0..entry.packed()).map(|k| entry.cell(k)).collect();
            assert_eq!(unpacked, cells[..count].iter().map(|cell| cell.wrapping_add(base)).collect::<Vec<_>>());
        }
    }
    let run = Entry::new((1 << 36) - 1, 0x3fff, 15, 255);
    assert_eq!((run.packed(), run.offset(), run.len(), run.phase(), run.kind()), (0, (1 << 36) - 1, 0x3fff, 15, 255));
}
