//! Fan-out tables of all projections at once: how many synapses every source neuron has, and what its spikes did.
//!
//! A rule that gives every source as many synapses keeps one number and draws nothing. Sums are exact: synapses of a
//! projection fit 64 bits because both populations have fewer than 2^32 neurons, or because its rule counts them in 64;
//! spikes times synapses take 128.

use super::targets::{CHUNK, Targets, batches};
use crate::allocation::{copied, filled, gathered, push};
use crate::error::{CompileError, NetworkError};
use crate::id::PopulationId;
use crate::network::{Network, Projection};
use crate::parallel::{Watch, each};
use crate::refusal::Refusal;
use std::sync::Mutex;

/// Synapses of the neurons of a population in one projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Degrees {
    /// All have as many.
    Same(u32),
    /// One number each.
    Each(Vec<u32>),
}

/// Synapses of every source neuron, by projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanOut {
    /// First neuron and size of each population.
    populations: Vec<(u32, u32)>,
    /// Source population of each projection.
    sources: Vec<PopulationId>,
    degrees: Vec<Degrees>,
}

impl FanOut {
    /// From its parts: sizes of the populations, and source and degrees of each projection.
    ///
    /// # Errors
    /// If a source is no population, or degrees are not as many as its neurons.
    pub fn new(sizes: &[u32], sources: Vec<PopulationId>, degrees: Vec<Degrees>) -> Result<Self, NetworkError> {
        let error = |id: usize, parameter: &'static str, value: usize, allowed: String| {
            Err(Refusal::new(format!("projection {id}"), parameter, value, allowed).into())
        };
        if sources.len() != degrees.len() {
            return error(degrees.len(), "sources", sources.len(), format!("{}, one per projection", degrees.len()));
        }
        for (id, (&source, degrees)) in sources.iter().zip(&degrees).enumerate() {
            match (sizes.get(source), degrees) {
                (None, _) => return error(id, "source", source, format!("below {}", sizes.len())),
                (Some(&size), Degrees::Each(all)) if all.len() != size as usize => {
                    return error(id, "degrees", all.len(), format!("{size} values, one per neuron"));
                }
                _ => {}
            }
        }
        let mut first = 0u32;
        let populations = sizes.iter().map(|&size| {
            first += size;
            (first - size, size)
        });
        Ok(Self { populations: gathered(populations, "populations of a ledger"), sources, degrees })
    }

    /// Draws the tables of all projections of `network`; those of at least `large` draws and neurons are shared out over the
    /// threads one by one.
    pub(super) fn draw(network: &Network, (threads, large): (usize, u64), watch: Watch<'_>) -> Result<Self, CompileError> {
        let mut degrees = gathered(network.projections.iter().map(|p| start(network, p)), "fan-out tables");
        let drawn = degrees.iter_mut().enumerate().filter_map(|(id, degrees)| match degrees {
            Degrees::Each(table) => Some((id, table)),
            Degrees::Same(_) => None,
        });
        let (mut alone, mut small) = (vec![], vec![]);
        for (id, table) in drawn {
            push(if work(network, id) < large { &mut small } else { &mut alone }, (id, table), "jobs");
        }
        together(network, small, threads, &mut *watch)?;
        for (id, table) in alone {
            let targets = Targets::new(network, id, &mut *watch)?;
            let jobs = gathered(table.chunks_mut(CHUNK).enumerate(), "jobs");
            each(threads, jobs, (0.0, 1.0), &mut *watch, |(job, table): (usize, &mut [u32])| count(&targets, job * CHUNK, table))?;
        }
        let sizes = gathered(network.populations.iter().map(|p| p.size), "populations of a ledger");
        let sources = gathered(network.projections.iter().map(|p| p.source), "sources of projections");
        Ok(Self::new(&sizes, sources, degrees)?)
    }

    /// Sizes of the populations.
    pub fn sizes(&self) -> impl Iterator<Item = u32> {
        self.populations.iter().map(|&(_, size)| size)
    }

    /// Source and degrees of each projection.
    pub fn projections(&self) -> impl Iterator<Item = (PopulationId, &Degrees)> {
        self.sources.iter().copied().zip(&self.degrees)
    }

    /// Synapses of every source neuron of projection `id`.
    ///
    /// # Errors
    /// If there is no such projection.
    pub fn degrees(&self, id: usize) -> Result<Vec<u32>, NetworkError> {
        let known = self.degrees.len();
        match self.degrees.get(id).ok_or(NetworkError::Unknown { what: "projection", id, known })? {
            Degrees::Same(degree) => Ok(filled(self.populations[self.sources[id]].1 as usize, *degree, "a fan-out table")),
            Degrees::Each(all) => Ok(copied(all, "a fan-out table")),
        }
    }

    /// Number of synapses of each projection.
    pub fn synapses(&self) -> Vec<u64> {
        let sums = self.projections().map(|(source, degrees)| match degrees {
            Degrees::Same(degree) => u64::from(*degree) * u64::from(self.populations[source].1),
            Degrees::Each(all) => all.iter().map(|&degree| u64::from(degree)).sum(),
        });
        gathered(sums, "synapses of projections")
    }

    /// Spikes times synapses of each projection, from the spikes of every neuron by global id.
    ///
    /// # Errors
    /// If these are not as many as the neurons.
    pub fn operations(&self, spikes: &[u64]) -> Result<Vec<u128>, NetworkError> {
        let neurons = self.populations.last().map_or(0, |&(first, size)| first as usize + size as usize);
        if spikes.len() != neurons {
            let value = format!("{} values", spikes.len());
            return Err(Refusal::new("ledger", "spikes", value, format!("{neurons} values, one per neuron")).into());
        }
        let own = |&(first, size): &(u32, u32)| &spikes[first as usize..first as usize + size as usize];
        let totals = self.populations.iter().map(|population| own(population).iter().map(|&n| u128::from(n)).sum());
        let totals: Vec<u128> = gathered(totals, "spikes of populations");
        let sums = self.projections().map(|(source, degrees)| match degrees {
            Degrees::Same(degree) => totals[source] * u128::from(*degree),
            Degrees::Each(all) => weighted(own(&self.populations[source]), all),
        });
        Ok(gathered(sums, "synaptic operations of projections"))
    }
}

/// Spikes times weights, added; exact.
pub fn weighted(spikes: &[u64], weights: &[u32]) -> u128 {
    spikes.iter().zip(weights).map(|(&n, &weight)| u128::from(n) * u128::from(weight)).sum()
}

/// What a rule says without a draw, or a table of zeros.
fn start(network: &Network, projection: &Projection) -> Degrees {
    match projection.rule.same_degree(&projection.ends(network)) {
        Some(degree) => Degrees::Same(degree),
        None => Degrees::Each(filled(network.populations[projection.source].size as usize, 0, "a fan-out table")),
    }
}

/// Draws and neurons of a projection.
fn work(network: &Network, id: usize) -> u64 {
    let ends = network.projections[id].ends(network);
    network.projections[id].rule.draws(&ends) as u64 + u64::from(ends.sources)
}

fn count(targets: &Targets<'_>, first: usize, table: &mut [u32]) {
    let mut scratch = vec![];
    for (source, degree) in (first..).zip(table) {
        *degree = targets.count(source as u32, &mut scratch);
    }
}

/// Draws small projections, many to a job.
fn together(network: &Network, small: Vec<(usize, &mut Vec<u32>)>, threads: usize, watch: Watch<'_>) -> Result<(), CompileError> {
    let failed = Mutex::new(None);
    let jobs = batches(small, |(id, _)| work(network, *id));
    if jobs.is_empty() {
        return Ok(());
    }
    each(threads, jobs, (0.0, 1.0), watch, |tables: Vec<(usize, &mut Vec<u32>)>| {
        for (id, table) in tables {
            match Targets::new(network, id, &mut |_| true) {
                Ok(targets) => count(&targets, 0, table),
                Err(error) => return *failed.lock().expect("jobs do not panic") = Some(error),
            }
        }
    })?;
    failed.into_inner().expect("jobs do not panic").map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::ledger::tests::network;
    use crate::machine::targets::LARGE;

    #[test]
    fn small_projections_together_are_those_one_by_one() {
        let network = network();
        let together = FanOut::draw(&network, (2, u64::MAX), &mut |_| true).unwrap();
        assert_eq!(FanOut::draw(&network, (2, 0), &mut |_| true).unwrap(), together);
        assert_eq!(FanOut::draw(&network, (1, 1500), &mut |_| true).unwrap(), together);
        let same = together.degrees.iter().filter(|degrees| matches!(degrees, Degrees::Same(_))).count();
        assert_eq!(same, 4, "one-to-one, all-to-all, fixed out-degree and a matrix draw nothing");
        for (id, projection) in network.projections.iter().enumerate() {
            let targets = Targets::new(&network, id, &mut |_| true).unwrap();
            let expected: Vec<u32> = (0..300).map(|source| targets.count(source, &mut vec![])).collect();
            assert_eq!(together.degrees(id).unwrap(), expected, "{:?}", projection.rule);
        }
    }

    #[test]
    fn sums_beyond_64_bits_are_exact() {
        let degrees = vec![Degrees::Each(vec![u32::MAX, 7]), Degrees::Same(3), Degrees::Same(u32::MAX)];
        let fan_out = FanOut::new(&[1, 2], vec![1, 1, 0], degrees).unwrap();
        let spikes = [5, u64::MAX, u64::MAX - 1];
        let (a, b, m) = (u128::from(u64::MAX), u128::from(u64::MAX - 1), u128::from(u32::MAX));
        assert_eq!(fan_out.operations(&spikes).unwrap(), [a * m + b * 7, (a + b) * 3, 5 * m]);
        assert_eq!(fan_out.synapses(), [u64::from(u32::MAX) + 7, 6, u64::from(u32::MAX)]);
        assert_eq!(fan_out.degrees(1).unwrap(), [3, 3]);
        assert!(fan_out.operations(&spikes[1..]).is_err());
    }

    #[test]
    fn parts_that_do_not_fit_are_named() {
        let message = |sources: Vec<usize>, degrees| FanOut::new(&[1, 2], sources, degrees).unwrap_err().to_string();
        assert!(message(vec![2], vec![Degrees::Same(1)]).contains("source"));
        assert!(message(vec![1], vec![Degrees::Each(vec![1])]).contains("2 values"));
        assert!(message(vec![], vec![Degrees::Same(1)]).contains("1, one per projection"));
    }

    #[test]
    fn who_watches_stops_it() {
        let stopped = FanOut::draw(&network(), (1, 0), &mut |_| false);
        assert!(matches!(stopped, Err(CompileError::Interrupted)));
    }

    #[test]
    fn jobs_have_some_work_each_and_keep_their_order() {
        let jobs = batches((0..100u64).collect(), |k| k * 2000);
        assert!(jobs.len() > 10 && jobs.len() < 100);
        assert!(jobs[..jobs.len() - 1].iter().all(|job| job.iter().map(|k| k * 2000).sum::<u64>() >= LARGE / 8));
        assert_eq!(jobs.concat(), (0..100).collect::<Vec<_>>());
    }
}
