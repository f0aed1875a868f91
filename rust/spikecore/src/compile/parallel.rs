//! Jobs over scoped threads: the calling thread reports progress and may cancel; no thread outlives the call.

use crate::error::CompileError;
use crate::sync::{AtomicBool, AtomicU64, Ordering};
use std::thread::Builder;
use std::time::Duration;

/// How the calling thread follows a long step: gets the fraction done, returns whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(f64) -> bool;

/// Runs `work(job)` for every element of `jobs` on `threads` threads; jobs are claimed in order.
///
/// The order in which jobs run is not defined; what they compute must not depend on it. The calling thread polls
/// `watch` every few milliseconds with `from + (to - from) * done`.
pub fn each<J: Send>(
    threads: usize,
    jobs: Vec<J>,
    (from, to): (f64, f64),
    watch: Watch<'_>,
    work: impl Fn(J) + Sync,
) -> Result<(), CompileError> {
    let total = jobs.len();
    let queue = Queue::new(jobs);
    let (done, cancelled) = (AtomicU64::new(0), AtomicBool::new(false));
    let refused = std::thread::scope(|scope| {
        let spawned: Result<Vec<_>, _> = (0..threads.clamp(1, total.max(1)))
            .map(|_| {
                Builder::new().spawn_scoped(scope, || {
                    while !cancelled.load(Ordering::Relaxed)
                        && let Some(job) = queue.next()
                    {
                        work(job);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let workers = match spawned {
            Ok(workers) => workers,
            Err(error) => {
                cancelled.store(true, Ordering::Relaxed);
                return Some(error);
            }
        };
        let mut pause = Duration::from_micros(50);
        while !workers.iter().all(|w| w.is_finished()) {
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
            let fraction = done.load(Ordering::Relaxed) as f64 / total.max(1) as f64;
            if !watch(from + (to - from) * fraction) {
                cancelled.store(true, Ordering::Relaxed);
            }
        }
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
        None
    });
    if let Some(error) = refused {
        return Err(CompileError::NoThread(error.to_string()));
    }
    if cancelled.load(Ordering::Relaxed) { Err(CompileError::Interrupted) } else { Ok(()) }
}

/// A list whose elements are handed out once each.
struct Queue<J> {
    jobs: Vec<std::sync::Mutex<Option<J>>>,
    next: AtomicU64,
}

impl<J> Queue<J> {
    fn new(jobs: Vec<J>) -> Self {
        Self { jobs: jobs.into_iter().map(|job| std::sync::Mutex::new(Some(job))).collect(), next: AtomicU64::new(0) }
    }

    fn next(&self) -> Option<J> {
        let index = self.next.fetch_add(1, Ordering::Relaxed) as usize;
        self.jobs.get(index)?.lock().ok()?.take()
    }
}
