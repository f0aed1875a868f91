//! A long silence over cores that are connected to one another: nothing is done in it, which is counted, not timed.

use super::engine::Engine;
use super::tests::{build, options, silent};
use crate::compile::Options;
use crate::neurons::census::Updates;
use crate::number::weight::Weight;

/// 10^9 ticks.
const STRETCH: u64 = 1_000_000_000;
/// Ticks after which everything that the first spike of the source sets off is over.
const SETTLED: u64 = 100_000;
/// Most visits of cores in a silence: a jump or two per grant of the calling thread, of which each doubles the last.
const VISITS: u64 = 20_000;

/// What a run has cost: neurons updated, spikes, packets, synapses, ticks run (over all cores) and visits that skipped.
fn cost<W: Weight>(machine: &Engine<W>) -> [u64; 6] {
    let s = machine.statistics();
    let total = |counts: &[u128]| u64::try_from(counts.iter().sum::<u128>()).expect("few enough");
    let done = total(&s.neuron_updates) - total(&s.updates_skipped);
    let run = s.cores as u64 * s.ticks - s.ticks_skipped;
    let visits = machine.cores.iter().map(|core| core.skips).sum();
    [done, total(&s.spikes), s.packets, total(&s.synaptic_operations), run, visits]
}

/// Cost of 10^9 ticks in which the source fires at `late`, on four cores and two workers.
fn stretch<W: Weight>(late: u64, updates: Updates, split: &[u64]) -> [u64; 6] {
    let options = Options { placement: Some(vec![0, 1, 2, 3, 0]), updates, ..options(2) };
    let mut machine = build::<W>(&silent(late), &options);
    assert_eq!(machine.run(SETTLED, &mut |_| true), Ok(SETTLED));
    let before = cost(&machine);
    assert!(before[1] > 150, "the first spike of the source sets off a burst: {} spikes", before[1]);
    for &ticks in split {
        assert_eq!(machine.run(ticks, &mut |_| true), Ok(ticks));
    }
    assert_eq!(machine.statistics().cores, 4);
    let after = cost(&machine);
    std::array::from_fn(|k| after[k] - before[k])
}

#[test]
fn nothing_is_done_in_a_silence() {
    for updates in [Updates::Auto, Updates::Event] {
        for split in [vec![STRETCH], vec![7, STRETCH / 3, STRETCH - STRETCH / 3 - 7]] {
            let [rest @ .., visits] = stretch::<f32>(1 << 40, updates, &split);
            assert_eq!(rest, [0; 5], "updates, spikes, packets, synapses and ticks run, {updates:?}");
            assert!(visits < VISITS, "{visits} visits");
            let [rest @ .., _] = stretch::<f64>(1 << 40, updates, &split);
            assert_eq!(rest, [0; 5], "{updates:?}");
        }
    }
}

#[test]
fn a_spike_in_the_middle_costs_what_it_sets_off() {
    for updates in [Updates::Auto, Updates::Event] {
        let whole = stretch::<f32>(STRETCH / 2, updates, &[STRETCH]);
        let [done, spikes, packets, synapses, run, visits] = whole;
        assert!(spikes > 150, "{spikes} spikes");
        // Each of the 600 neurons may be looked at in every tick of the burst and of what decays after it.
        assert!(done > 150 && done < 600 * 20_000, "{done} updates");
        assert!(run > 0 && run < 4 * 20_000, "{run} ticks run of 4 x 10^9");
        assert!(packets >= spikes && synapses > spikes);
        assert!(visits < VISITS + run, "{visits} visits");
        // The same whenever it comes, and however the run is cut.
        let other = stretch::<f32>(STRETCH / 4 * 3, updates, &[STRETCH / 2, STRETCH / 2]);
        assert_eq!(other[1..4], whole[1..4]);
        if updates == Updates::Event {
            assert_eq!(other[0], whole[0], "updates done");
        }
    }
}
