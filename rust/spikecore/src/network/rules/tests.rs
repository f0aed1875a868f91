//! What every rule states of itself, against the rows that it makes; a rule in the list is in these tests.

use super::*;
use crate::network::Planes;
use crate::refusal::Refusal;
use std::convert::Infallible;

const N: u32 = 150;

/// Values for whatever a rule asks for: of populations of [`N`] neurons.
struct Samples {
    asked: u32,
}

impl Arguments for Samples {
    type Error = Infallible;

    fn number(&mut self) -> Result<f64, Infallible> {
        Ok(0.2)
    }

    fn whole(&mut self) -> Result<i128, Infallible> {
        unreachable!("it is asked for counts")
    }

    fn count(&mut self, _: &str, parameter: &'static str, _: u64) -> Result<u64, Infallible> {
        Ok(if parameter == "k" { 7 } else { 2_000 })
    }

    fn refused(refusal: Refusal) -> Infallible {
        panic!("{refusal}")
    }

    fn neurons(&mut self) -> Result<Vec<u32>, Infallible> {
        self.asked += 1;
        Ok((0..900).map(|k| (k * (5 + 6 * self.asked) + k / 30) % N).collect())
    }

    fn planes(&mut self) -> Result<Planes, Infallible> {
        let (window, stride, padding) = ([3, 3], [1, 1], [1, 1]);
        Ok(Planes { shape: [3, 10, 5], channels: 3, window, stride, padding, groups: 3 })
    }
}

fn rule(name: &str) -> Rule {
    let Ok(rule) = Rule::read(name, &mut Samples { asked: 0 }).expect("it is in the list");
    rule
}

fn keys(given: bool) -> Keys {
    Keys { seed: 3, projection: 4, given, threads: 1 }
}

/// Between two populations, and within one without autapses where the rule can be.
fn cases(rule: &Rule) -> Vec<Ends> {
    let ends = |excludes_self| Ends { sources: N, targets: N, excludes_self, multapses: true };
    let fits = |ends: &Ends| rule.check("a → b", ends, &mut |_| true).is_ok() && !(rule.is_implicit() && ends.excludes_self);
    [ends(false), ends(true)].into_iter().filter(fits).collect()
}

fn rows(rule: &Rule, ends: &Ends, given: bool) -> Vec<Vec<u32>> {
    let by_source = rule.by_source(ends, &keys(given), &mut |_| true).expect("nobody stops it");
    let row = |source| {
        let mut row = vec![];
        by_source.targets(source, &mut row);
        assert_eq!(by_source.out_degree(source, &mut vec![]) as usize, row.len());
        row
    };
    (0..N).map(row).collect()
}

#[test]
fn names_are_unlike_and_read() {
    let names = Rule::names();
    assert!(names.len() >= 10);
    for (k, name) in names.iter().enumerate() {
        assert!(!names[..k].contains(name), "{name}");
        assert!(!cases(&rule(name)).is_empty(), "{name}");
    }
    assert!(Rule::read("no_rule", &mut Samples { asked: 0 }).is_none());
}

/// Numbers of synapses, of all and of one, are those of the rows.
#[test]
fn what_a_rule_states_is_what_it_makes() {
    for name in Rule::names() {
        let rule = rule(name);
        for ends in cases(&rule) {
            let rows = rows(&rule, &ends, false);
            let total: usize = rows.iter().map(Vec::len).sum();
            let (stated, spread) = (rule.synapses(&ends), if rule.is_random() { 5.0 * (total as f64).sqrt() } else { 0.0 });
            assert!((stated - total as f64).abs() <= spread, "{name}: {stated} {total}");
            if let Some(degree) = rule.same_degree(&ends) {
                assert!(rows.iter().all(|row| row.len() == degree as usize), "{name}");
            }
            let mut inputs = [0u32; N as usize];
            rows.iter().flatten().for_each(|&target| inputs[target as usize] += 1);
            assert!(f64::from(*inputs.iter().max().expect("some")) <= rule.most_inputs(&ends), "{name}");
            assert!(!ends.excludes_self || rows.iter().enumerate().all(|(source, row)| !row.contains(&(source as u32))), "{name}");
        }
    }
}

/// Every synapse of a stored rule has a place of its own among given values, and rows are the same with and without.
#[test]
fn given_values_go_to_one_synapse_each() {
    for name in Rule::names() {
        let rule = rule(name);
        for ends in cases(&rule).into_iter().filter(|_| !rule.is_random() && !rule.is_implicit()) {
            let made = rows(&rule, &ends, true);
            assert_eq!(made, rows(&rule, &ends, false), "{name}");
            let by_source = rule.by_source(&ends, &keys(true), &mut |_| true).expect("nobody stops it");
            let total = rule.synapses(&ends) as usize;
            let (values, mut taken): (Vec<usize>, Vec<usize>) = ((0..total).collect(), vec![]);
            (0..).zip(&made).for_each(|(source, row)| by_source.places(source).values(row.len(), &values, &mut taken));
            taken.sort_unstable();
            assert_eq!(taken, values, "{name}");
        }
    }
}

/// Between parts, a stored rule makes what it makes between populations of their sizes, moved to where they stand; what it
/// states of itself is true of that.
#[test]
fn within_parts_a_rule_makes_the_same_synapses_elsewhere() {
    let whole = Ends { sources: 3 * N, targets: 2 * N, excludes_self: false, multapses: true };
    for name in Rule::names().iter().filter(|name| !rule(name).is_implicit()) {
        for (excludes_self, first) in cases(&rule(name)).iter().map(|ends| (ends.excludes_self, if ends.excludes_self { 20 } else { 7 })) {
            let alone = Ends { excludes_self, ..cases(&rule(name))[0] };
            let (ends, moved) = (Ends { excludes_self, ..whole }, rule(name).within(20..20 + N, first..first + N));
            moved.check("a → b", &ends, &mut |_| true).expect(name);
            let inner = rows(&rule(name), &alone, true);
            let by_source = moved.by_source(&ends, &keys(true), &mut |_| true).expect("nobody stops it");
            let mut taken = vec![];
            for source in 0..ends.sources {
                let expected = source.checked_sub(20).and_then(|place| inner.get(place as usize)).cloned().unwrap_or_default();
                let (mut row, mut scratch) = (vec![], vec![]);
                by_source.targets(source, &mut row);
                assert_eq!(row, expected.iter().map(|target| target + first).collect::<Vec<_>>(), "{name} {source}");
                assert_eq!(by_source.out_degree(source, &mut scratch) as usize, row.len(), "{name} {source}");
                if !moved.is_random() {
                    let values: Vec<usize> = (0..moved.synapses(&ends) as usize).collect();
                    by_source.places(source).values(row.len(), &values, &mut taken);
                }
            }
            taken.sort_unstable();
            let stated = if moved.is_random() { 0 } else { moved.synapses(&ends) as usize };
            assert_eq!(taken, (0..stated).collect::<Vec<_>>(), "{name}");
            assert_eq!(moved.same_degree(&ends), None, "{name}");
            assert_eq!((moved.synapses(&ends), moved.most_inputs(&ends)), (rule(name).synapses(&alone), rule(name).most_inputs(&alone)));
        }
    }
}

#[test]
fn parts_that_a_rule_cannot_connect_are_refused() {
    let ends = |excludes_self| Ends { sources: N, targets: N, excludes_self, multapses: true };
    let why = |rule: Rule, excludes_self| rule.check("a → a", &ends(excludes_self), &mut |_| true).expect_err("refused").to_string();
    assert!(why(Rule::from(AllToAll).within(0..4, 2..6), true).contains("autapses"));
    assert!(why(Rule::from(AllToAll).within(3..3, 2..6), false).contains("sources is [3:3]"));
    assert!(why(Rule::from(AllToAll).within(0..1, 2..N + 1), false).contains("targets is [2:151]"));
    assert!(why(Rule::from(OneToOne).within(0..4, 4..7), false).contains("size of the target is 3"));
    assert!(why(Rule::from(Dense).within(0..4, 4..8), false).contains("stored"));
    assert!(Rule::from(AllToAll).within(0..4, 4..8).check("a → a", &ends(true), &mut |_| true).is_ok());
}
