//! Buffers of a delay line's slots: a slot takes one when something is filed for it, and gives it back when it is emptied.
//!
//! What is kept follows what was used lately. A *season* is so many slots emptied; at its end go the buffers that no slot needed
//! in it. A buffer with room for much more than any slot held in the last seasons is not kept when it comes back. So a burst is
//! forgotten after some seasons, and in a steady state nothing goes to the system or comes from it.

use super::entry::Key;
use crate::allocation::{reserve, with_room};

/// Slots that count for what is usual.
const LATELY: usize = 64;

/// Least slots of a season.
const SEASON: usize = 1024;

/// What the memory is for, if there is none.
const WHAT: &str = "spikes on their way";

/// A slot's entries, and their keys.
type Buffer<E> = (Vec<E>, Vec<Key>);

/// The buffers that no slot has.
#[derive(Debug)]
pub(crate) struct Buffers<E> {
    /// Whether the slots are filled all together, as at the beginning of a turn.
    together: bool,
    /// The warmest last.
    spare: Vec<Buffer<E>>,
    /// Entries of the slots emptied lately, on average, times [`LATELY`].
    usual: usize,
    /// Slots emptied in this season, of how many.
    emptied: usize,
    season: usize,
    /// Fewest buffers that were here at a time in this season.
    fewest: usize,
    /// Entries of the fullest slot of this season, and of the last.
    fullest: [usize; 2],
    /// Most entries for which a buffer that is kept has room, if this season has no fuller slots.
    most: usize,
}

impl<E> Buffers<E> {
    /// None yet, for so many slots.
    pub fn new(slots: usize, together: bool) -> Self {
        Self {
            together,
            spare: with_room(slots, WHAT),
            usual: 0,
            emptied: 0,
            season: slots.max(SEASON),
            fewest: 0,
            fullest: [0; 2],
            most: usize::MAX,
        }
    }

    /// A buffer with room for twice what is usual: each by itself would go on growing for long. With a half to spare where all
    /// slots are full at the same time.
    pub fn take(&mut self, keyed: bool) -> Buffer<E> {
        let (mut entries, mut keys) = self.spare.pop().unwrap_or_default();
        self.fewest = self.fewest.min(self.spare.len());
        let usual = self.usual / LATELY;
        if !self.together {
            reserve(&mut entries, 2 * self.usual / LATELY + 8, WHAT);
        } else if entries.capacity() < usual + usual / 8 + 8 {
            entries = with_room(usual + usual / 2 + 16, WHAT);
        }
        if keyed {
            reserve(&mut keys, entries.capacity(), WHAT);
        }
        (entries, keys)
    }

    /// Makes room for so many more entries of a slot that has a buffer.
    pub fn grow(entries: &mut Vec<E>, keys: Option<&mut Vec<Key>>, more: usize) {
        reserve(entries, more, WHAT);
        if let Some(keys) = keys {
            reserve(keys, entries.capacity() - keys.len(), WHAT);
        }
    }

    /// Takes a slot's buffer back.
    pub fn give(&mut self, (mut entries, mut keys): Buffer<E>) {
        self.usual = self.usual - self.usual / LATELY + entries.len();
        self.fullest[0] = self.fullest[0].max(entries.len());
        if entries.capacity() <= self.most.max(4 * self.fullest[0] + 16) {
            entries.clear();
            keys.clear();
            self.spare.push((entries, keys));
        }
        self.emptied += 1;
        if self.emptied == self.season {
            self.end_season();
        }
    }

    #[cold]
    fn end_season(&mut self) {
        self.spare.drain(..self.fewest);
        self.most = 4 * self.fullest[0].max(self.fullest[1]) + 16;
        (self.emptied, self.fewest) = (0, self.spare.len());
        self.fullest = [0, self.fullest[0]];
    }

    /// Bytes reserved.
    pub fn bytes(&self) -> usize {
        let bytes = |(entries, keys): &Buffer<E>| entries.capacity() * size_of::<E>() + keys.capacity() * size_of::<Key>();
        self.spare.iter().map(bytes).sum::<usize>() + self.spare.capacity() * size_of::<Buffer<E>>()
    }
}
