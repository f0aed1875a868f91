//! The only file that names atomics: the standard library's, or loom's under `cfg(loom)`; with them what a thread waits
//! by (`park`, `yield_now`, `spin_loop`). Threads are started elsewhere: by the standard library in the product, by loom
//! in the models.
//!
//! Everything lock-free imports from here, so that the model checker sees every access of the router. Outside the
//! router there are only counters and flags, all Relaxed: what threads compute reaches others when they are joined.
//! Only Acquire/Release (and Relaxed) orderings are used; there is no `SeqCst` and no fence anywhere.
//!
//! An ordering stronger than Relaxed is written `ordering(name, strong, weak)`, and a step that the protocol cannot do
//! without is guarded by `mutant(name)`. `.ci/mutants` names one at a time, and a model must then fail. Both are constants
//! unless `cfg(loom)`: the product has no mutants.

#[cfg(loom)]
pub(crate) use loom::{
    hint::spin_loop,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread::{Thread, current, park, yield_now},
};
#[cfg(not(loom))]
pub(crate) use std::{
    hint::spin_loop,
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    thread::{Thread, current, park, yield_now},
};

/// Whether the models are to run with this mutant: the one that the environment names.
#[cfg(loom)]
pub(crate) fn mutant(name: &str) -> bool {
    static CHOSEN: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| std::env::var("LOOM_MUTANT").ok());
    CHOSEN.as_deref() == Some(name)
}
#[cfg(not(loom))]
#[inline(always)]
pub(crate) const fn mutant(_: &str) -> bool {
    false
}

/// The ordering of an access, which the mutant of this name weakens.
#[cfg(loom)]
pub(crate) fn ordering(name: &str, strong: Ordering, weak: Ordering) -> Ordering {
    if mutant(name) { weak } else { strong }
}
#[cfg(not(loom))]
#[inline(always)]
pub(crate) const fn ordering(_: &str, strong: Ordering, _: Ordering) -> Ordering {
    strong
}

/// Keeps a value on cache lines of its own (two lines: adjacent-line prefetchers fetch pairs).
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Padded<T>(pub(crate) T);

impl<T> std::ops::Deref for Padded<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A 32-bit word that one thread writes and others read, ordered by other words only: a Relaxed atomic.
///
/// Under loom it is plain memory whose every racing access is an error, not merely an odd value: stronger than
/// the product needs, and it finds a reader that is too early as well as a writer that is too early.
#[derive(Debug)]
#[cfg(not(loom))]
pub(crate) struct Word(AtomicU32);
#[derive(Debug)]
#[cfg(loom)]
pub(crate) struct Word(std::sync::Mutex<loom::cell::Cell<u32>>);

#[cfg(not(loom))]
impl Word {
    pub(crate) fn new(value: u32) -> Self {
        Self(AtomicU32::new(value))
    }
    #[inline(always)]
    pub(crate) fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
    #[inline(always)]
    pub(crate) fn set(&self, value: u32) {
        self.0.store(value, Ordering::Relaxed);
    }
}
#[cfg(loom)]
impl Word {
    pub(crate) fn new(value: u32) -> Self {
        Self(std::sync::Mutex::new(loom::cell::Cell::new(value)))
    }
    pub(crate) fn get(&self) -> u32 {
        self.cell().get()
    }
    pub(crate) fn set(&self, value: u32) {
        self.cell().set(value);
    }
    /// The mutex only makes the cell `Sync`. Loom's threads take turns on one thread of the system and do not
    /// change turns inside a cell, so it is always free, and loom does not see it.
    fn cell(&self) -> std::sync::MutexGuard<'_, loom::cell::Cell<u32>> {
        match self.0.try_lock() {
            Ok(cell) => cell,
            Err(std::sync::TryLockError::Poisoned(error)) => error.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => unreachable!("loom changed threads inside a cell"),
        }
    }
}

/// A value that is set once and read by others. It is visible to whoever sees the flag: the flag is ours, so that
/// loom and ThreadSanitizer see the two accesses that order writer and reader (those inside `OnceLock` are in the
/// standard library, which neither of them instruments). Under loom a word of plain memory stands for the value.
#[derive(Debug)]
pub(crate) struct Once<T> {
    cell: std::sync::OnceLock<T>,
    #[cfg(loom)]
    plain: Word,
    set: AtomicBool,
}

impl<T> Once<T> {
    pub(crate) fn new() -> Self {
        Self {
            cell: std::sync::OnceLock::new(),
            #[cfg(loom)]
            plain: Word::new(0),
            set: AtomicBool::new(false),
        }
    }
    /// Sets the value; a second call is a bug.
    pub(crate) fn set(&self, value: T) {
        assert!(self.cell.set(value).is_ok(), "invariant: set once");
        #[cfg(loom)]
        self.plain.set(1);
        self.set.store(true, ordering("once_set_relaxed", Ordering::Release, Ordering::Relaxed));
    }
    pub(crate) fn get(&self) -> Option<&T> {
        if !self.set.load(ordering("once_get_relaxed", Ordering::Acquire, Ordering::Relaxed)) {
            return None;
        }
        #[cfg(loom)]
        assert_eq!(self.plain.get(), 1, "the flag is seen before the value");
        self.cell.get()
    }
}
