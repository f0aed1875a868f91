//! Rows of given pairs against the slow way: a stable sort of all of them by source and target.

use super::*;
use proptest::prelude::*;

/// The rows, and what the values of the list are in them.
fn slowly(from: &[u32], to: &[u32], sources: u32) -> Vec<(Vec<u32>, Vec<u32>)> {
    let mut edges: Vec<(u32, u32, u32)> = (0..).zip(from).zip(to).map(|((place, &s), &t)| (s, t, place)).collect();
    edges.sort_by_key(|&(s, t, _)| (s, t));
    let row = |source| edges.iter().filter(move |edge| edge.0 == source).map(|&(_, t, place)| (t, place)).unzip();
    (0..sources).map(row).collect()
}

fn rows(from: &[u32], to: &[u32], sources: u32, threads: usize) -> Vec<(Vec<u32>, Vec<u32>)> {
    let edges = Edges::new((from, to), sources, threads, &mut |_| true).unwrap();
    let places: Vec<u32> = (0..from.len() as u32).collect();
    let row = |source| {
        let (mut targets, mut values) = (vec![], vec![]);
        edges.targets(source, &mut targets);
        edges.values(source, &places, &mut values);
        assert_eq!(edges.degree(source), targets.len());
        (targets, values)
    };
    (0..sources).map(row).collect()
}

/// Pairs in one of five orders.
fn ordered(mut pairs: Vec<(u32, u32)>, order: u8) -> (Vec<u32>, Vec<u32>) {
    match order {
        0 => pairs.sort_unstable(),
        1 => pairs.sort_by_key(|&(s, _)| s),
        2 => pairs.sort_by_key(|&(s, t)| (t, s)),
        3 => pairs.sort_by_key(|&(s, t)| std::cmp::Reverse((s, t))),
        _ => {}
    }
    pairs.into_iter().unzip()
}

fn first_repeated(from: &[u32], to: &[u32]) -> Option<usize> {
    let mut places: Vec<usize> = (0..from.len()).collect();
    places.sort_by_key(|&at| (from[at], to[at]));
    places.windows(2).find(|w| (from[w[0]], to[w[0]]) == (from[w[1]], to[w[1]])).map(|w| w[1])
}

/// Numbers that look random.
fn scrambled(n: usize, below: u32) -> Vec<u32> {
    (0..n as u64).map(|k| (k.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32 % below).collect()
}

proptest! {
    #[test]
    fn rows_of_few_pairs_are_those_of_a_stable_sort(
        pairs in prop::collection::vec((0u32..20, 0u32..9), 0..200), order in 0u8..5, threads in 1usize..4,
    ) {
        let (from, to) = ordered(pairs, order);
        prop_assert_eq!(rows(&from, &to, 20, threads), slowly(&from, &to, 20));
        let edges = Edges::new((&from, &to), 20, threads, &mut |_| true).unwrap();
        prop_assert_eq!(edges.repeated(), first_repeated(&from, &to));
    }
}

#[test]
fn rows_of_many_pairs_are_those_of_a_stable_sort() {
    let n = 3 * BIN + 77;
    for (sources, targets) in [(1u32, 50u32), (3, u32::MAX), (70, 70), (5000, 9), (70_000, 70_000)] {
        let pairs: Vec<(u32, u32)> = scrambled(n, sources).into_iter().zip(scrambled(n + 3, targets).into_iter().skip(3)).collect();
        for order in 0..5 {
            let (from, to) = ordered(pairs.clone(), order);
            let mut expected: Vec<(u32, u32, u32)> = (0..).zip(&from).zip(&to).map(|((place, &s), &t)| (s, t, place)).collect();
            expected.sort_unstable();
            for threads in [1, 3] {
                let rows = rows(&from, &to, sources, threads);
                let found = (0..).zip(&rows).flat_map(|(s, (t, v))| t.iter().zip(v).map(move |(&t, &v)| (s, t, v)));
                assert!(found.eq(expected.iter().copied()), "{sources} sources, order {order}, {threads} threads");
            }
        }
    }
}

/// Most edges leave one source: its bin is too large to be copied, and its row too large for one step.
#[test]
fn one_source_may_have_almost_all_pairs() {
    let n = COPIED + 5000;
    let from: Vec<u32> = (0..n as u32).map(|k| if k % 300 == 0 { k % 90_000 } else { 40_000 }).collect();
    let to = scrambled(n, 1 << 30);
    let mut expected: Vec<(u32, u32, u32)> = (0..).zip(&from).zip(&to).map(|((place, &s), &t)| (s, t, place)).collect();
    expected.sort_unstable();
    let rows = rows(&from, &to, 90_000, 2);
    let found = (0..).zip(&rows).flat_map(|(s, (t, v))| t.iter().zip(v).map(move |(&t, &v)| (s, t, v)));
    assert!(found.eq(expected.iter().copied()));
}

#[test]
fn a_list_in_order_is_not_copied() {
    let (from, to) = ordered(scrambled(50_000, 300).into_iter().zip(scrambled(50_001, 300)).collect(), 0);
    let edges = Edges::new((&from, &to), 300, 2, &mut |_| true).unwrap();
    assert!(matches!(edges.words, Words::Given(targets) if std::ptr::eq(targets, &*to)));
}

#[test]
fn sorting_can_be_stopped() {
    let n = 40 * BIN;
    let (from, to) = (scrambled(n, 70_000), scrambled(n + 3, 70_000)[3..].to_vec());
    for stop in [1, 2] {
        let mut polls = 0;
        let mut watch = |_| {
            polls += 1;
            polls < stop
        };
        assert!(matches!(Edges::new((&from, &to), 70_000, 2, &mut watch), Err(CompileError::Interrupted)));
    }
}
