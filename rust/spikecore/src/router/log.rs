//! The log of one core: the spikes it sent, tick by tick, in a ring that every consumer reads in place.
//!
//! A tick with spikes is one *segment*: tick (low, high), number of ids, then the ids in ascending order. A
//! silent tick leaves no trace. Positions are words since the beginning, monotone 64-bit numbers, reduced to an
//! index only at use. The log knows nothing of free space or of who may read what: its owner (the `Port`) does.
//!
//! - **L1** One thread appends; a segment is complete before `tail` covers it (Release), so who reads `tail`
//!   (Acquire) may read every word below it.
//! - **L2** The words of a segment are overwritten only after every consumer has said that it is done with the
//!   tick (R4 in the router's header). So words are Relaxed, and under loom plain memory.

use crate::allocation::{gathered, reserve};
use crate::id::{NeuronId, Tick};
use crate::sync::{AtomicU64, Ordering, Padded, Word, mutant, ordering};

/// Words of a segment before its ids.
pub(crate) const HEADER: u64 = 3;

/// The beginning of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tick: Tick,
    pub(crate) count: u32,
}

impl Header {
    /// Words of the whole segment.
    pub(crate) fn words(self) -> u64 {
        HEADER + u64::from(self.count)
    }
}

/// A ring of words with one writer.
#[derive(Debug)]
pub(crate) struct Log {
    words: Box<[Word]>,
    tail: Padded<AtomicU64>,
}

impl Log {
    pub(crate) fn new(capacity: usize) -> Self {
        let words = gathered((0..capacity).map(|_| Word::new(0)), "the log of a core");
        Self { words: words.into(), tail: Padded(AtomicU64::new(0)) }
    }

    pub(crate) fn capacity(&self) -> u64 {
        self.words.len() as u64
    }

    /// The position after the last complete segment (L1).
    #[inline]
    pub(crate) fn tail(&self) -> u64 {
        self.tail.load(ordering("tail_load_relaxed", Ordering::Acquire, Ordering::Relaxed))
    }

    /// Writes the segment of a tick at `at`, the position where the last one ended, and returns where it ends.
    /// The caller is the only writer and has seen to the space (L2).
    #[inline]
    pub(crate) fn append(&self, at: u64, tick: Tick, ids: &[NeuronId]) -> u64 {
        let end = at + HEADER + ids.len() as u64;
        if mutant("tail_first") {
            self.tail.store(end, Ordering::Release);
        }
        for (at, word) in (at..).zip([tick as u32, (tick >> 32) as u32, ids.len() as u32]) {
            self.words[self.index(at)].set(word);
        }
        let start = self.index(at + HEADER);
        let (near, far) = ids.split_at(ids.len().min(self.words.len() - start));
        for (word, &id) in self.words[start..].iter().zip(near).chain(self.words.iter().zip(far)) {
            word.set(id);
        }
        self.tail.store(end, ordering("tail_store_relaxed", Ordering::Release, Ordering::Relaxed));
        end
    }

    /// The header of the segment at `at`, a position below a `tail` that was read.
    #[inline]
    pub(crate) fn header(&self, at: u64) -> Header {
        let [low, high, count] = [0, 1, 2].map(|i| self.words[self.index(at + i)].get());
        Header { tick: u64::from(high) << 32 | u64::from(low), count }
    }

    /// Copies the ids of the segment at `at` to the end of `ids`.
    #[inline]
    pub(crate) fn copy(&self, at: u64, header: Header, ids: &mut Vec<NeuronId>) {
        let (count, start) = (header.count as usize, self.index(at + HEADER));
        let near = count.min(self.words.len() - start);
        reserve(ids, count, "spikes of a tick");
        ids.extend(self.words[start..start + near].iter().chain(&self.words[..count - near]).map(Word::get));
    }

    #[inline]
    fn index(&self, at: u64) -> usize {
        (at % self.words.len() as u64) as usize
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn segments_wrap_at_every_offset() {
        for capacity in 5..12 {
            let log = Log::new(capacity);
            let mut at = 0;
            for tick in 0..40u64 {
                let tick = tick << 30;
                let ids = [tick as u32 | 1, 7];
                let end = log.append(at, tick, &ids);
                assert_eq!(log.tail(), end);
                let header = log.header(at);
                assert_eq!((header.tick, header.count, header.words()), (tick, 2, end - at));
                let mut read = vec![99];
                log.copy(at, header, &mut read);
                assert_eq!(read, [99, ids[0], ids[1]]);
                at = end;
            }
        }
    }
}
