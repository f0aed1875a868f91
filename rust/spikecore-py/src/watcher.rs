//! What looks after Python during long work: signals, a progress callback, and a process that was forked meanwhile.

use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// Polls Python from the calling thread during long work: signals always, a progress callback if there is one.
pub struct Watcher {
    progress: Option<Py<PyAny>>,
    last: Instant,
    error: Option<PyErr>,
    process: u32,
}

impl Watcher {
    /// A watcher with an optional callback.
    pub fn new(progress: Option<Py<PyAny>>) -> Self {
        Self { progress, last: Instant::now(), error: None, process: std::process::id() }
    }

    /// Whether to go on; attaches to Python at most every 10 ms.
    pub fn poll<'a, T: Copy + for<'py> IntoPyObject<'py>>(&'a mut self, done: T) -> bool {
        if self.error.is_some() {
            return false;
        }
        if self.last.elapsed() >= Duration::from_millis(10) {
            self.last = Instant::now();
            self.error = Python::attach(|py| {
                py.check_signals()?;
                self.progress.as_ref().map_or(Ok(()), |callback| callback.call1(py, (done,)).map(drop))
            })
            .err();
            if std::process::id() != self.process {
                leave();
            }
        }
        self.error.is_none()
    }

    /// The exception that stopped the work, if one did.
    pub fn finish(self) -> PyResult<()> {
        self.error.map_or(Ok(()), Err)
    }
}

/// Ends a child process that was forked by a signal handler or a callback: it came back to work whose threads are the parent's.
fn leave() -> ! {
    let told = Python::attach(|py| -> PyResult<()> {
        let text = "spikecore: a process that was forked in the middle of a call cannot go on with it\n";
        py.import("sys")?.getattr("stderr")?.call_method1("write", (text,))?;
        py.import("sys")?.getattr("stderr")?.call_method0("flush")?;
        py.import("os")?.call_method1("_exit", (1,)).map(drop)
    });
    drop(told);
    std::process::exit(1)
}
