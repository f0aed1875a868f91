//! Jobs over scoped threads: the calling thread reports progress and may cancel; no thread outlives the call, and what
//! ends a job early, be it the end of memory or a bug, is the error of the call.

use crate::allocation::{Fault, caught, gathered, with_room};
use crate::error::CompileError;
use crate::sync::{AtomicBool, AtomicU64, Ordering};
use std::sync::Mutex;
use std::thread::Builder;
use std::time::Duration;

/// How the calling thread follows a long step: gets the fraction done, returns whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(f64) -> bool;

/// Longest pause between two looks of the calling thread at whether to go on.
const PAUSE: Duration = Duration::from_millis(10);

/// Whether the jobs are to end early: a job that takes more than some milliseconds asks now and then.
pub struct Stop<'a>(&'a AtomicBool);

impl Stop<'_> {
    /// Whether to return at once, with whatever there is: nobody will read it.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs `work(own, job, stop)` for every element of `jobs`: on this thread where it is not worth starting others, and
/// nobody can stop it then; otherwise see [`each_with`].
pub fn few_or_each<J: Send, S>(
    few: bool,
    threads: usize,
    jobs: Vec<J>,
    watch: Watch<'_>,
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, J, &Stop<'_>) + Sync,
) -> Result<(), CompileError> {
    if !few {
        return each_with(threads, jobs, (0.0, 0.0), watch, make, work);
    }
    let (mut own, never) = (make(), AtomicBool::new(false));
    jobs.into_iter().for_each(|job| work(&mut own, job, &Stop(&never)));
    Ok(())
}

/// Runs `work(job)` for every element of `jobs` on `threads` threads; see [`each_with`].
pub fn each<J: Send>(
    threads: usize,
    jobs: Vec<J>,
    part: (f64, f64),
    watch: Watch<'_>,
    work: impl Fn(J) + Sync,
) -> Result<(), CompileError> {
    each_with(threads, jobs, part, watch, || (), |(), job, _| work(job))
}

/// Runs `work(own, job, stop)` for every element of `jobs` on `threads` threads; jobs are claimed in order, and `own` is
/// what `make` has made for the thread.
///
/// The order in which jobs run is not defined; what they compute must not depend on it. The calling thread polls
/// `watch` every few milliseconds with `from + (to - from) * done`.
pub fn each_with<J: Send, S>(
    threads: usize,
    jobs: Vec<J>,
    (from, to): (f64, f64),
    watch: Watch<'_>,
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, J, &Stop<'_>) + Sync,
) -> Result<(), CompileError> {
    let total = jobs.len();
    let queue = Queue::new(jobs);
    let (done, ended, cancelled) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let caller = std::thread::current();
    let all_jobs = || {
        let mut own = make();
        while !cancelled.load(Ordering::Relaxed)
            && let Some(job) = queue.next()
        {
            work(&mut own, job, &Stop(&cancelled));
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    let thread = || {
        let outcome = caught(all_jobs);
        if outcome.is_err() {
            cancelled.store(true, Ordering::Relaxed);
        }
        ended.fetch_add(1, Ordering::Relaxed);
        caller.unpark();
        outcome
    };
    std::thread::scope(|scope| {
        let threads = threads.clamp(1, total.max(1));
        let mut workers = with_room(threads, "the threads of a build");
        for _ in 0..threads {
            workers.push(Builder::new().spawn_scoped(scope, thread).map_err(|error| {
                cancelled.store(true, Ordering::Relaxed);
                CompileError::NoThread(error.to_string())
            })?);
        }
        let mut interrupted = false;
        loop {
            let fraction = done.load(Ordering::Relaxed) as f64 / total.max(1) as f64;
            if !interrupted && !watch(from + (to - from) * fraction) {
                interrupted = true;
                cancelled.store(true, Ordering::Relaxed);
            }
            if ended.load(Ordering::Relaxed) as usize == workers.len() {
                break;
            }
            std::thread::park_timeout(PAUSE);
        }
        let joined = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|thrown| Err(Fault::of(&*thrown))));
        joined.collect::<Result<Vec<()>, Fault>>()?;
        if interrupted { Err(CompileError::Interrupted) } else { Ok(()) }
    })
}

/// A list whose elements are handed out once each.
struct Queue<J> {
    jobs: Vec<Mutex<Option<J>>>,
    next: AtomicU64,
}

impl<J> Queue<J> {
    fn new(jobs: Vec<J>) -> Self {
        Self { jobs: gathered(jobs.into_iter().map(|job| Mutex::new(Some(job))), "jobs of a build"), next: AtomicU64::new(0) }
    }

    fn next(&self) -> Option<J> {
        let index = self.next.fetch_add(1, Ordering::Relaxed) as usize;
        self.jobs.get(index)?.lock().ok()?.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::unwind;

    fn run(threads: usize, watch: Watch<'_>, work: impl Fn(usize, &Stop<'_>) + Sync) -> Result<(), CompileError> {
        each_with(threads, (0..40).collect(), (0.0, 1.0), watch, || (), |(), job, stop| work(job, stop))
    }

    #[test]
    fn what_ends_a_job_is_the_error_of_the_call() {
        for threads in [1, 3] {
            let memory = run(threads, &mut |_| true, |job, _| {
                if job == 7 {
                    unwind::<u64>(5, "a test")
                }
            });
            assert!(memory.unwrap_err().to_string().contains("40 bytes"));
            let bug = run(threads, &mut |_| true, |job, _| assert_ne!(job, 7, "no seven"));
            assert!(bug.unwrap_err().to_string().contains("no seven"));
            assert_eq!(run(threads, &mut |_| true, |_, _| ()), Ok(()));
        }
    }

    #[test]
    fn a_long_job_learns_that_it_is_to_end() {
        // The second job waits for the stop, and would wait for ever.
        let wait = |job: usize, stop: &Stop<'_>| {
            while job == 1 && !stop.asked() {
                std::thread::sleep(Duration::from_micros(50));
            }
        };
        assert_eq!(run(2, &mut |_| false, wait), Err(CompileError::Interrupted));
    }

    #[test]
    fn each_thread_makes_its_own_once() {
        let made = AtomicU64::new(0);
        let make = || made.fetch_add(1, Ordering::Relaxed);
        each_with(3, (0..40).collect(), (0.0, 1.0), &mut |_| true, make, |_, _: i32, _| ()).unwrap();
        assert!((1..=3).contains(&made.load(Ordering::Relaxed)));
    }
}
