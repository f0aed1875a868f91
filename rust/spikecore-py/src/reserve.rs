//! FENCE: the allocator of the package. It is the system's, with a reserve for small allocations.
//!
//! Allocations whose size depends on input or activity can fail (`allocation.rs`). Small ones of fixed size cannot, and
//! would end the interpreter: what a thread, a message or an error needs while memory is at its end. Where the system
//! refuses one, the reserve is given back to it and the allocation is tried once more; the next call fills the reserve.
//!
//! - **M1** Every call is passed to the system's allocator with the layout it came with, and every block goes back to it.
//! - **M2** The reserve is given back by a plain free, of a block that nobody else knows. Nobody waits for its lock.

#![expect(unsafe_code, reason = "an allocator is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;

/// Bytes of the reserve: thousands of small allocations.
const RESERVE: usize = 1 << 20;
/// Larger allocations can fail.
const SMALL: usize = 4096;

static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[global_allocator]
static ALLOCATOR: Reserved = Reserved;

struct Reserved;

/// Fills the reserve, if it has been given back and there is memory.
pub fn fill() {
    if let Ok(mut kept) = KEPT.try_lock()
        && kept.capacity() == 0
    {
        let mut fresh = Vec::new();
        if fresh.try_reserve_exact(RESERVE).is_ok() {
            *kept = fresh;
        }
    }
}

/// Gives the reserve back to the system.
#[cold]
#[inline(never)]
fn give_back() {
    // The block is freed after the lock.
    let kept = KEPT.try_lock().map(|mut kept| std::mem::take(&mut *kept));
    drop(kept);
}

// SAFETY: M1, M2.
unsafe impl GlobalAlloc for Reserved {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: M1.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() || layout.size() >= SMALL {
            return block;
        }
        give_back();
        // SAFETY: M1.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: M1.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() || layout.size() >= SMALL {
            return block;
        }
        give_back();
        // SAFETY: M1.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: M1.
        let moved = unsafe { System.realloc(block, layout, size) };
        if !moved.is_null() || size >= SMALL {
            return moved;
        }
        give_back();
        // SAFETY: M1. A block that could not be moved is as it was.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: M1.
        unsafe { System.dealloc(block, layout) }
    }
}
