//! Given pairs.

use super::by_source::{BySource, Keys, Places};
use super::connect::{Arguments, Connect, Described};
use super::ends::Ends;
use crate::allocation::filled;
use crate::edges::{self, Edges};
use crate::error::CompileError;
use crate::network::check::{self, value_error};
use crate::parallel::Watch;

/// Given pairs (source index, target index), in their order.
#[derive(Debug, PartialEq, Eq)]
pub struct Pairs(pub Vec<u32>, pub Vec<u32>);

/// The place of a pair that is given a second time: of the lowest such pair, the second. All sources are below `n`.
///
/// # Errors
/// Where `watch` asks to stop, or memory or threads end.
fn repeated_pair(sources: &[u32], targets: &[u32], n: u32, watch: Watch<'_>) -> Result<Option<usize>, CompileError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Edges::new((sources, targets), n, threads, watch)?.repeated())
}

impl Described for Pairs {
    const NAME: &'static str = "pairs";

    fn read<A: Arguments>(values: &mut A) -> Result<Self, A::Error> {
        Ok(Self(values.neurons()?, values.neurons()?))
    }
}

impl Connect for Pairs {
    fn check(&self, subject: &str, ends: &Ends, watch: Watch<'_>) -> Result<(), CompileError> {
        let Self(sources, targets) = self;
        if sources.len() != targets.len() {
            return Err(value_error(subject, "the length of targets", targets.len(), sources.len().to_string()).into());
        }
        if u32::try_from(sources.len()).is_err() {
            return Err(value_error(subject, "the number of pairs", sources.len(), "0 … 4294967295 in one projection").into());
        }
        for (what, indices, size) in [("sources", sources, ends.sources), ("targets", targets, ends.targets)] {
            check::indices(subject, what, indices, size)?;
        }
        self.check_switches(subject, ends, watch)
    }

    fn synapses(&self, _: &Ends) -> f64 {
        self.0.len() as f64
    }

    fn most_inputs(&self, ends: &Ends) -> f64 {
        let mut degrees = filled(ends.targets as usize, 0u32, "the plan of a build");
        self.1.iter().for_each(|&t| degrees[t as usize] += 1);
        f64::from(degrees.into_iter().max().unwrap_or(0))
    }

    fn same_degree(&self, _: &Ends) -> Option<u32> {
        None
    }

    fn draws(&self, ends: &Ends) -> f64 {
        self.synapses(ends)
    }

    fn expected_bytes(&self, ends: &Ends, _: bool) -> (f64, f64) {
        let (words, low) = edges::expected_bytes((&self.0, &self.1));
        (words + f64::from(ends.sources) * size_of::<u64>() as f64, low)
    }

    fn by_source<'a>(&'a self, ends: &Ends, keys: &Keys, watch: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        Ok(Box::new(Edges::new((&self.0, &self.1), ends.sources, keys.threads, watch)?))
    }
}

impl Pairs {
    /// They must not contain what the switches exclude.
    fn check_switches(&self, subject: &str, ends: &Ends, watch: Watch<'_>) -> Result<(), CompileError> {
        let Self(sources, targets) = self;
        let own = || sources.iter().zip(targets).position(|(source, target)| source == target);
        let excluded = if ends.excludes_self { own() } else { None };
        let (at, allowed) = match excluded {
            Some(at) => (Some(at), "source ≠ target with autapses=False"),
            None if ends.multapses => (None, ""),
            None => (repeated_pair(sources, targets, ends.sources, watch)?, "each pair once with multapses=False"),
        };
        at.map_or(Ok(()), |at| {
            let pair = format!("({}, {})", sources[at], targets[at]);
            Err(value_error(subject, format!("pair {at}"), pair, allowed).into())
        })
    }
}

impl BySource for Edges<'_> {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        Edges::targets(self, source, out);
    }

    fn out_degree(&self, source: u32, _: &mut Vec<u32>) -> u32 {
        self.degree(source) as u32
    }

    fn places(&self, source: u32) -> Places<'_> {
        Places::Listed(self, source)
    }
}
