//! What serves one call at a time: who comes second is refused and does not wait.
//!
//! A turn is taken and given back within one call of the engine, so no code of Python's, such as a signal handler, runs
//! between. It is kept with the process that has it: a child that is forked while another thread has the turn finds out that
//! nobody will ever give it back, and that what it guards was copied in the middle of a change.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sync::{AtomicU64, Ordering};

/// A value, and who may use it.
#[derive(Debug)]
pub struct Turn<T> {
    /// The process that has the turn, 0 if nobody. It orders nothing: that does the mutex.
    holder: AtomicU64,
    value: Mutex<T>,
}

/// Why there is no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Another call has it.
    Busy,
    /// Another call had it when this process was forked.
    Forked,
}

/// Gives the turn back, after what it guards.
struct Held<'a, T> {
    turn: &'a Turn<T>,
    value: Option<MutexGuard<'a, T>>,
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        drop(self.value.take());
        self.turn.holder.store(0, Ordering::Relaxed);
    }
}

impl<T> Turn<T> {
    /// Nobody has it.
    pub fn new(value: T) -> Self {
        Self { holder: AtomicU64::new(0), value: Mutex::new(value) }
    }

    /// Does some work with the value. What a panic leaves of it, who works must see to.
    ///
    /// # Errors
    /// [`Refused`], without waiting.
    pub fn take<R>(&self, work: impl FnOnce(&mut T) -> R) -> Result<R, Refused> {
        let own = u64::from(std::process::id());
        let taken = self.holder.compare_exchange(0, own, Ordering::Relaxed, Ordering::Relaxed);
        taken.map_err(|holder| if holder == own { Refused::Busy } else { Refused::Forked })?;
        let mut held = Held { turn: self, value: None };
        Ok(work(held.value.insert(self.value.lock().unwrap_or_else(PoisonError::into_inner))))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn who_comes_second_is_refused_and_the_turn_comes_back() {
        let turn = Turn::new(1);
        let inner = turn.take(|value| {
            *value = 2;
            turn.take(|value| *value = 3)
        });
        assert_eq!(inner, Ok(Err(Refused::Busy)));
        assert_eq!(turn.take(|value| *value), Ok(2));
    }

    #[test]
    fn a_turn_of_another_process_never_comes_back() {
        let turn = Turn::new(1);
        turn.holder.store(u64::from(std::process::id()) + 1, Ordering::Relaxed);
        assert_eq!(turn.take(|value| *value), Err(Refused::Forked));
    }

    #[test]
    fn a_panic_gives_the_turn_back() {
        let turn = Turn::new(1);
        let work = || turn.take(|_| std::panic::resume_unwind(Box::new(())));
        assert!(catch_unwind(AssertUnwindSafe(work)).is_err());
        assert_eq!(turn.take(|value| *value), Ok(1));
    }
}
