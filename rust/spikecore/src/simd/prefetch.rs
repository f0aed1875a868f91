//! Asking for cache lines ahead of their use. A fence.
//!
//! Invariant **F1**: a prefetch reads nothing and cannot fault, whatever the address.

/// Asks for the cache line of element `index`, if there is one.
#[inline(always)]
pub fn prefetch_element<T>(array: &[T], index: usize) {
    prefetch_line(array.as_ptr().wrapping_add(index).cast::<i8>());
}

/// Asks for the cache line at an address, whatever is there.
#[inline(always)]
pub fn prefetch_address(address: usize) {
    prefetch_line(std::ptr::without_provenance(address));
}

/// Asks for the cache line at an address that is a pointer.
#[inline(always)]
pub fn prefetch_line(line: *const i8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: F1.
        unsafe { _mm_prefetch(line, _MM_HINT_T0) };
    }
    let _ = line;
}
