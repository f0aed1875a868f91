//! The allocator of the sweep: it counts large allocations of all threads, and refuses one of them or that and what
//! follows.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use spikecore::allocation::{Fault, caught};

/// Smaller allocations are never refused.
const LARGE: usize = 4096;

/// How long allocations are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// One.
    Once,
    /// One and all after it, until the call of the engine returns.
    UntilTheCallReturns,
}

/// What is counted, and what is refused.
pub struct Sweep {
    counted: AtomicU64,
    /// The number of the allocation to be refused, 0 for none.
    refused: AtomicU64,
    on: AtomicBool,
    /// Whether the engine works, and not the test.
    engine: AtomicBool,
    /// Whether the one to be refused has come.
    came: AtomicBool,
    /// The number whose origin is printed, 0 for none, the largest for all.
    traced: AtomicU64,
}

/// The sweep of this process.
pub static SWEEP: Sweep = Sweep {
    counted: AtomicU64::new(0),
    refused: AtomicU64::new(0),
    on: AtomicBool::new(false),
    engine: AtomicBool::new(false),
    came: AtomicBool::new(false),
    traced: AtomicU64::new(0),
};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

impl Sweep {
    /// Begins to count; allocation `k` will be refused.
    pub fn begin(&self, k: u64, refusal: Refusal) {
        let trace = std::env::var("SPIKECORE_SWEEP_TRACE").map_or(0, |text| text.parse().unwrap_or(u64::MAX));
        self.traced.store(trace, Relaxed);
        self.counted.store(0, Relaxed);
        self.came.store(false, Relaxed);
        self.on.store(refusal == Refusal::UntilTheCallReturns, Relaxed);
        self.refused.store(k, Relaxed);
    }

    /// Calls the engine, whatever its threads; where something is refused, that is all.
    pub fn call<T>(&self, work: impl FnOnce() -> T) -> Result<T, Fault> {
        self.engine.store(true, Relaxed);
        let outcome = caught(work);
        self.engine.store(false, Relaxed);
        if self.came.load(Relaxed) {
            self.refused.store(0, Relaxed);
        }
        outcome
    }

    /// Does something of the test's own in a call, while no other thread works.
    pub fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let engine = self.engine.swap(false, Relaxed);
        let value = work();
        self.engine.store(engine, Relaxed);
        value
    }

    /// Ends; whether anything was refused.
    pub fn end(&self) -> bool {
        self.refused.store(0, Relaxed);
        self.came.load(Relaxed)
    }

    fn refuses(&self, size: usize) -> bool {
        let k = self.refused.load(Relaxed);
        if size < LARGE || k == 0 || !self.engine.load(Relaxed) {
            return false;
        }
        let number = self.counted.fetch_add(1, Relaxed) + 1;
        let traced = self.traced.load(Relaxed);
        if number == traced || traced == u64::MAX {
            self.refused.store(0, Relaxed);
            eprintln!("large allocation {number}, {size} bytes:\n{}", std::backtrace::Backtrace::force_capture());
            self.refused.store(k, Relaxed);
        }
        let refuses = number == k || (number > k && self.on.load(Relaxed));
        if refuses {
            self.came.store(true, Relaxed);
        }
        refuses
    }
}

struct Allocator;

#[expect(unsafe_code, reason = "the interface of an allocator; it refuses, or forwards unchanged")]
// SAFETY: every call is forwarded unchanged to the system's allocator, or answered by null, which means that there is none.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if SWEEP.refuses(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: forwarded.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if SWEEP.refuses(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: forwarded.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: forwarded.
        unsafe { System.dealloc(ptr, layout) }
    }
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() && SWEEP.refuses(size) {
            return std::ptr::null_mut();
        }
        // SAFETY: forwarded.
        unsafe { System.realloc(ptr, layout, size) }
    }
}
