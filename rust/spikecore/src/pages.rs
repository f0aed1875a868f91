//! Zeroed memory that begins at a cache line, on huge pages where it is large: what is stepped through in vectors, and what
//! is read at random in large pieces. A fence around `unsafe`.
//!
//! A vector of 64 bytes that straddles two lines is loaded twice and stored twice. Random access into gigabytes is bound by address translation, the more so on a virtual machine, so large arrays begin
//! at a huge page and the kernel is asked for huge pages where it has them. Invariants:
//! **G1** `ptr` is either dangling (len 0) or the start of a live `block` that holds `len` elements.
//! **G2** `T` is one of the types for which [`Zeroable`] is implemented: `Copy`, and valid when all bytes are zero.

use crate::allocation::unwind;
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
unsafe impl Zeroable for u32 {}
// SAFETY: G2, an integer.
unsafe impl Zeroable for u64 {}
// SAFETY: G2, an integer.
unsafe impl Zeroable for i32 {}
// SAFETY: G2, a float.
unsafe impl Zeroable for f32 {}
// SAFETY: G2, a float.
unsafe impl Zeroable for f64 {}
// SAFETY: G2, values that are `Zeroable` themselves.
unsafe impl<T: Zeroable, const N: usize> Zeroable for [T; N] {}

/// A fixed-size zeroed array that begins at a cache line, on huge pages when large.
#[derive(Debug)]
pub struct Pages<T: Zeroable> {
    ptr: NonNull<T>,
    len: usize,
    block: Block,
}

/// Where the memory is from.
#[derive(Debug)]
enum Block {
    /// Nowhere: there are no bytes.
    None,
    /// The allocator.
    Allocated(Layout),
    /// The system: so many bytes.
    #[cfg(target_os = "linux")]
    Mapped(usize),
}

/// Bytes of a cache line, and of the widest vector.
const LINE: usize = 64;
/// A huge page.
#[cfg(target_os = "linux")]
const HUGE: usize = 2 << 20;
/// Smallest array that gets a huge page.
#[cfg(target_os = "linux")]
const LARGE: usize = HUGE / 4;

impl<T: Zeroable> Pages<T> {
    /// `len` zeroed elements, or the number of bytes that could not be had.
    pub fn zeroed(len: usize) -> Result<Self, u64> {
        let bytes = (len as u64).saturating_mul(size_of::<T>() as u64);
        let align = align_of::<T>().max(LINE);
        let layout = usize::try_from(bytes).ok().and_then(|size| Layout::from_size_align(size, align).ok()).ok_or(bytes)?;
        if layout.size() == 0 {
            return Ok(Self { ptr: NonNull::dangling(), len, block: Block::None });
        }
        let (raw, block) = block(layout).ok_or(bytes)?;
        Ok(Self { ptr: raw.cast(), len, block })
    }

    /// `len` zeroed elements; unwinds where they cannot be had.
    pub fn room(len: usize, what: &'static str) -> Self {
        Self::zeroed(len).unwrap_or_else(|_| unwind::<T>(len, what))
    }
}

/// Bytes that `len` elements take once they are all in use: whole huge pages where the array is large, else from a line on.
pub fn expected_bytes<T: Zeroable>(len: usize) -> u64 {
    let bytes = (len as u64).saturating_mul(size_of::<T>() as u64);
    #[cfg(target_os = "linux")]
    if bytes >= LARGE as u64 {
        return bytes.checked_next_multiple_of(HUGE as u64).unwrap_or(u64::MAX);
    }
    // The allocator passes over what lies before the line.
    if bytes == 0 { 0 } else { bytes.saturating_add(LINE as u64) }
}

/// Zeroed memory that nothing has touched, if there is any.
fn block(layout: Layout) -> Option<(NonNull<u8>, Block)> {
    #[cfg(target_os = "linux")]
    if layout.size() >= LARGE && !cfg!(miri) {
        // A mapping passes by the allocator. In a debug build it asks for a page first, so that a test can refuse it.
        if cfg!(debug_assertions) {
            Vec::<u8>::new().try_reserve_exact(4096).ok()?;
        }
        let size = layout.size().checked_next_multiple_of(HUGE)?;
        return Some((map(size)?, Block::Mapped(size)));
    }
    // SAFETY: the layout has a size above zero.
    let raw = unsafe { alloc_zeroed(layout) };
    Some((NonNull::new(raw)?, Block::Allocated(layout)))
}

/// `size` bytes, whole huge pages, from the system. An aligned allocation would come with every byte written.
#[cfg(target_os = "linux")]
fn map(size: usize) -> Option<NonNull<u8>> {
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    let room = size.checked_add(HUGE)?;
    // SAFETY: a new mapping, of which the ends outside the aligned part are given back at once; the advice on the rest
    // does not change its contents, and where it is refused only speed changes.
    unsafe {
        let all = libc::mmap(std::ptr::null_mut(), room, access, kind, -1, 0);
        if all == libc::MAP_FAILED {
            return None;
        }
        let all = all.cast::<u8>();
        let before = all.align_offset(HUGE);
        let start = all.add(before);
        for (end, bytes) in [(all, before), (start.add(size), HUGE - before)] {
            if bytes > 0 {
                libc::munmap(end.cast(), bytes);
            }
        }
        libc::madvise(start.cast(), size, libc::MADV_HUGEPAGE);
        NonNull::new(start)
    }
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
        match self.block {
            Block::None => {}
            // SAFETY: G1: allocated with this layout, freed once.
            Block::Allocated(layout) => unsafe { dealloc(self.ptr.as_ptr().cast(), layout) },
            #[cfg(target_os = "linux")]
            Block::Mapped(size) => {
                // SAFETY: G1: mapped with this size, given back once.
                unsafe { libc::munmap(self.ptr.as_ptr().cast(), size) };
            }
        }
    }
}

// SAFETY: `Pages` owns its elements like a `Vec`; the raw pointer breaks the auto trait; `T` is Send + Sync (G2).
unsafe impl<T: Zeroable> Send for Pages<T> {}
// SAFETY: as above; shared access is read-only.
unsafe impl<T: Zeroable> Sync for Pages<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_every_size_are_zero_and_writable() {
        for len in [0, 1, 1000, (1 << 18) - 1, 1 << 18, (1 << 19) + 1, 3 << 20] {
            let mut pages = Pages::<u32>::zeroed(len).unwrap();
            assert!(pages.len() == len && pages.iter().all(|&x| x == 0));
            assert!(len == 0 || pages.as_ptr().addr().is_multiple_of(64), "{len} elements");
            pages.fill(7);
            assert!(pages.iter().all(|&x| x == 7));
        }
        assert_eq!(Pages::<u32>::zeroed(usize::MAX / 2).unwrap_err(), u64::MAX / 2 * 2 + 1);
    }
}
