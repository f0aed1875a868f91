//! Zeroed memory on huge pages: the weight stores' backing. A fence around `unsafe`.
//!
//! Random access into gigabytes is bound by address translation, so the kernel is asked for huge pages where it
//! has them. Invariants:
//! **G1** `ptr` is either dangling (len 0) or a live allocation of `len` elements made with `layout`.
//! **G2** `T` is one of the types for which [`Zeroable`] is implemented: `Copy`, and valid when all bytes are zero.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// A plain value that is valid when all its bytes are zero (G2).
///
/// # Safety
/// Implementors must be valid for the all-zero bit pattern.
pub unsafe trait Zeroable: Copy + Send + Sync + 'static {}

// SAFETY: G2, an integer.
unsafe impl Zeroable for u16 {}
// SAFETY: G2, an integer.
unsafe impl Zeroable for super::store::Segment {}
// SAFETY: G2, an integer or a float.
unsafe impl<W: super::weight::Weight> Zeroable for W {}
// SAFETY: G2, integers and a float are valid when zero.
unsafe impl<W: super::weight::Weight> Zeroable for super::weight::Synapse<W> {}
// SAFETY: G2, an integer and the above.
unsafe impl<W: super::weight::Weight> Zeroable for super::loose::Loose<W> {}

/// A fixed-size zeroed array, advised for huge pages when large.
#[derive(Debug)]
pub struct Pages<T: Zeroable> {
    ptr: NonNull<T>,
    len: usize,
    layout: Layout,
}

/// Smallest allocation worth the advice: one huge page.
const HUGE: usize = 2 << 20;
/// What the advice must be aligned to.
const PAGE: usize = 4096;

impl<T: Zeroable> Pages<T> {
    /// `len` zeroed elements, or the number of bytes that could not be had.
    pub fn zeroed(len: usize) -> Result<Self, u64> {
        let bytes = (len as u64).saturating_mul(size_of::<T>() as u64);
        // No alignment beyond the type's: the allocator then hands out untouched pages of the system, where it would
        // have to write zeros, one small page at a time, to an aligned block.
        let layout = usize::try_from(bytes).ok().and_then(|size| Layout::from_size_align(size, align_of::<T>()).ok()).ok_or(bytes)?;
        if layout.size() == 0 {
            return Ok(Self { ptr: NonNull::dangling(), len, layout });
        }
        // SAFETY: the layout has a size above zero; zero bytes are a valid `T` (G2).
        let raw = unsafe { alloc_zeroed(layout) };
        let ptr = NonNull::new(raw.cast::<T>()).ok_or(bytes)?;
        advise(raw, layout.size());
        Ok(Self { ptr, len, layout })
    }
}

/// Asks for huge pages where a whole one fits; refusal changes speed only.
fn advise(raw: *mut u8, size: usize) {
    #[cfg(target_os = "linux")]
    if size >= HUGE {
        let skip = raw.align_offset(PAGE);
        let whole = (size - skip) / PAGE * PAGE;
        // SAFETY: the whole pages of one live allocation (G1); this advice does not change their contents.
        unsafe { libc::madvise(raw.add(skip).cast(), whole, libc::MADV_HUGEPAGE) };
    }
    let _ = (raw, size);
}

impl<T: Zeroable> std::ops::Deref for Pages<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // SAFETY: G1, G2.
        unsafe { std::slice::from_raw_parts(self.ptr.as_ptr(), self.len) }
    }
}

impl<T: Zeroable> std::ops::DerefMut for Pages<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: G1, G2, and `&mut self` is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.ptr.as_ptr(), self.len) }
    }
}

impl<T: Zeroable> Drop for Pages<T> {
    fn drop(&mut self) {
        if self.layout.size() > 0 {
            // SAFETY: G1: allocated with this layout, freed once.
            unsafe { dealloc(self.ptr.as_ptr().cast(), self.layout) };
        }
    }
}

// SAFETY: `Pages` owns its elements like a `Vec`; the raw pointer breaks the auto trait; `T` is Send + Sync (G2).
unsafe impl<T: Zeroable> Send for Pages<T> {}
// SAFETY: as above; shared access is read-only.
unsafe impl<T: Zeroable> Sync for Pages<T> {}
