//! The bare scatter: what adding synapses to cells costs at least, for a report to hold delivery against.

use super::engine::{Engine, no_thread};
use crate::allocation::{gathered, with_room};
use crate::error::RunError;
use crate::number::weight::Weight;
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread::Builder;
use std::time::Instant;

/// What this memory is for.
const WORKERS: &str = "workers";

impl<W: Weight> Engine<W> {
    /// See [`super::Machine::bare_scatter`].
    pub fn bare_scatter(&self, events: usize) -> Result<Vec<f64>, RunError> {
        let shares = self.cores_per_worker();
        // As many at a time as there are CPUs: a loop that is taken off its CPU would not measure itself.
        let mut times = with_room(shares.len(), WORKERS);
        for group in shares.chunks(self.cpus) {
            let measured = self.scatter_together(group, events, times.len())?;
            times.extend(measured);
        }
        Ok(times)
    }

    /// The times of these shares of the cores, at once. The first is that of worker `first`.
    fn scatter_together(&self, shares: &[Range<usize>], events: usize, first: usize) -> Result<Vec<f64>, RunError> {
        std::thread::scope(|scope| {
            let mut threads = with_room(shares.len(), WORKERS);
            for (worker, share) in (first..).zip(shares) {
                let thread = Builder::new().spawn_scoped(scope, || self.scatter_share(share.clone(), events));
                threads.push(thread.map_err(|error| no_thread(worker, self.threads, &error))?);
            }
            Ok(gathered(threads.into_iter().map(|thread| thread.join().unwrap_or_else(|thrown| resume_unwind(thrown))), WORKERS))
        })
    }

    /// Adds up to `events` synapses of some cores; ns per synapse, NaN if they store none.
    fn scatter_share(&self, share: Range<usize>, events: usize) -> f64 {
        let mut scratch = vec![];
        let started = Instant::now();
        let each = events / share.len().max(1);
        let done: usize = self.cores[share].iter().map(|core| core.bare_scatter(each, &mut scratch)).sum();
        if done == 0 { f64::NAN } else { started.elapsed().as_secs_f64() * 1e9 / done as f64 }
    }
}
