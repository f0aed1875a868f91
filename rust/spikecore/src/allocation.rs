//! Allocations whose size depends on input or activity: where memory ends they unwind, and nothing aborts.
//!
//! `Vec` aborts the process when the system gives no memory; in a Python extension that kills the interpreter. These
//! functions unwind instead, with an [`OutOfMemory`] that says what was wanted. Invariants:
//!
//! - **A1** Every door catches ([`caught`]) and turns what it catches into an error. Doors are `Machine::compile`, `run`,
//!   `reset` and `run_batch`, the workers of a run, the threads of a batch, and on the border every call. What only reads
//!   or declares unwinds up to the border; who calls it from Rust catches it there.
//! - **A2** Who unwinds leaves nothing half done that outlives the door: a description or a machine that is only read is
//!   unchanged, one that is being built is dropped, one that runs is poisoned.
//!
//! Small allocations of fixed size (some kilobytes at most) need none of this; for them the border keeps a reserve.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Memory that the system did not give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("out of memory: {bytes} bytes could not be had for {what}")]
pub struct OutOfMemory {
    /// Bytes asked for.
    pub bytes: u64,
    /// What for.
    pub what: &'static str,
}

/// What ended a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Memory ended.
    Memory(OutOfMemory),
    /// A bug: what the panic said.
    Panic(String),
}

impl Fault {
    /// Reads what was thrown.
    pub fn of(thrown: &(dyn Any + Send)) -> Self {
        if let Some(&memory) = thrown.downcast_ref::<OutOfMemory>() {
            return Self::Memory(memory);
        }
        let text = thrown.downcast_ref::<String>().map(String::as_str).or_else(|| thrown.downcast_ref::<&str>().copied());
        Self::Panic(text.unwrap_or("unknown").to_owned())
    }
}

/// Unwinds, because `n` elements of `T` cannot be had. Not `panic!`: its report allocates, and on some platforms never
/// returns where there is nothing left.
#[cold]
pub fn unwind<T>(n: usize, what: &'static str) -> ! {
    let bytes = (n as u64).saturating_mul(size_of::<T>() as u64);
    resume_unwind(Box::new(OutOfMemory { bytes, what }))
}

/// Does some work, and returns what ended it if it did not end by itself (A1).
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|thrown| Fault::of(&*thrown))
}

/// An empty vector with room for exactly `n`.
pub fn with_room<T>(n: usize, what: &'static str) -> Vec<T> {
    let mut all = Vec::new();
    if all.try_reserve_exact(n).is_err() {
        unwind::<T>(n, what);
    }
    all
}

/// `n` times `value`.
pub fn filled<T: Clone>(n: usize, value: T, what: &'static str) -> Vec<T> {
    let mut all = with_room(n, what);
    all.resize(n, value);
    all
}

/// A copy.
pub fn copied<T: Clone>(values: &[T], what: &'static str) -> Vec<T> {
    let mut all = with_room(values.len(), what);
    all.extend_from_slice(values);
    all
}

/// A copy of a text.
pub fn text(of: &str, what: &'static str) -> String {
    String::from_utf8(copied(of.as_bytes(), what)).expect("invariant: it is a text")
}

/// Everything that an iterator gives; where it knows its length, in one allocation.
pub fn gathered<T>(values: impl IntoIterator<Item = T>, what: &'static str) -> Vec<T> {
    let values = values.into_iter();
    let (least, most) = values.size_hint();
    let mut all = with_room(least, what);
    if most == Some(least) {
        all.extend(values); // there is room
        return all;
    }
    for value in values {
        push(&mut all, value, what);
    }
    all
}

/// The elements of a large array, which is not made on the stack first.
pub fn boxed<T: std::fmt::Debug, const N: usize>(values: impl IntoIterator<Item = T>, what: &'static str) -> Box<[T; N]> {
    let all = gathered(values, what).into_boxed_slice();
    all.try_into().expect("invariant: as many values as the array has")
}

/// Appends to a queue.
#[inline]
pub fn enqueue<T>(queue: &mut VecDeque<T>, value: T, what: &'static str) {
    if queue.len() == queue.capacity() && queue.try_reserve(1).is_err() {
        unwind::<T>(queue.len() + 1, what);
    }
    queue.push_back(value);
}

/// Makes room for `more`, with some to spare.
#[inline]
pub fn reserve<T>(all: &mut Vec<T>, more: usize, what: &'static str) {
    if all.capacity() - all.len() < more && all.try_reserve(more).is_err() {
        unwind::<T>(all.len() + more, what);
    }
}

/// Appends one.
#[inline]
pub fn push<T>(all: &mut Vec<T>, value: T, what: &'static str) {
    if all.len() == all.capacity() {
        grow(all, what);
    }
    all.push(value);
}

/// Makes room for one. What is seldom needed stands apart, so that loops that append keep their registers.
#[cold]
#[inline(never)]
fn grow<T>(all: &mut Vec<T>, what: &'static str) {
    reserve(all, 1, what);
}

/// Appends copies of all `values`.
#[inline]
pub fn extend<T: Clone>(all: &mut Vec<T>, values: &[T], what: &'static str) {
    reserve(all, values.len(), what);
    all.extend_from_slice(values);
}

/// Makes it `n` long; new places hold `value`.
#[inline]
pub fn resize<T: Clone>(all: &mut Vec<T>, n: usize, value: T, what: &'static str) {
    reserve(all, n.saturating_sub(all.len()), what);
    all.resize(n, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_memory_ends_the_door_is_told_what_was_wanted() {
        let fault = caught(|| with_room::<u64>(1 << 60, "a test"));
        assert_eq!(fault, Err(Fault::Memory(OutOfMemory { bytes: 1 << 63, what: "a test" })));
        let mut some = filled(3, 7u64, "a test");
        assert!(caught(|| reserve(&mut some, 1 << 60, "a test")).is_err());
        assert_eq!(some, [7, 7, 7], "what was there stays");
    }

    #[test]
    fn a_panic_is_told_from_the_end_of_memory() {
        assert_eq!(caught(|| -> () { panic!("bug {}", 1) }), Err(Fault::Panic("bug 1".to_owned())));
        assert_eq!(caught(|| -> () { std::panic::panic_any("text") }), Err(Fault::Panic("text".to_owned())));
        assert_eq!(caught(|| 5), Ok(5));
    }

    #[test]
    fn vectors_hold_what_they_are_given() {
        let mut all = gathered((0..10).filter(|n| n % 3 == 0), "a test");
        push(&mut all, 12, "a test");
        extend(&mut all, &[15, 18], "a test");
        resize(&mut all, 8, 21, "a test");
        assert_eq!(all, [0, 3, 6, 9, 12, 15, 18, 21]);
        assert_eq!(copied(&all[1..3], "a test"), [3, 6]);
        assert_eq!(text("µV", "a test"), "µV");
    }
}
