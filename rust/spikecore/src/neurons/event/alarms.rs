//! Alarms: neurons to be looked at in a later tick, whether or not they get input by then.

use crate::allocation::push;
use crate::id::Tick;
use crate::simd::prefetch::prefetch_element;

/// Ticks that an alarm may lie ahead.
pub const AHEAD: Tick = 1023;
const SLOTS: usize = AHEAD as usize + 1;

/// No chunk.
const NONE: u32 = u32::MAX;
/// Alarms of a chunk.
const FULL: usize = 14;

/// Some alarms of one tick: a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Chunk {
    /// The next chunk of the same tick, or the next that is free.
    next: u32,
    len: u32,
    slots: [u32; FULL],
}

/// A wheel of ticks, each a list of chunks, with a bit for each that holds anything. All chunks lie in one array and go
/// from tick to tick: it grows with the most alarms held at a time, and not with the ticks.
#[derive(Debug)]
pub struct Alarms {
    first: [u32; SLOTS],
    held: [u64; SLOTS / 64],
    chunks: Vec<Chunk>,
    free: u32,
}

impl Alarms {
    /// None set.
    pub fn new() -> Self {
        Self { first: [NONE; SLOTS], held: [0; SLOTS / 64], chunks: vec![], free: NONE }
    }

    /// Sets an alarm for `slot` at `tick`, at most [`AHEAD`] ticks ahead.
    #[inline]
    pub fn set(&mut self, tick: Tick, slot: u32) {
        let at = tick as usize % SLOTS;
        let first = self.first[at];
        if first == NONE || self.chunks[first as usize].len as usize == FULL {
            self.first[at] = self.chunk(first);
            self.held[at / 64] |= 1 << (at % 64);
        }
        let chunk = &mut self.chunks[self.first[at] as usize];
        chunk.slots[chunk.len as usize] = slot;
        chunk.len += 1;
    }

    /// An empty chunk that is followed by `next`.
    fn chunk(&mut self, next: u32) -> u32 {
        let empty = Chunk { next, len: 0, slots: [0; FULL] };
        if self.free == NONE {
            push(&mut self.chunks, empty, "alarms");
            return self.chunks.len() as u32 - 1;
        }
        let found = self.free;
        self.free = std::mem::replace(&mut self.chunks[found as usize], empty).next;
        found
    }

    /// Takes the alarms of `now`, in any order; none may have been passed over.
    #[inline]
    pub fn take(&mut self, now: Tick, mut take: impl FnMut(u32)) {
        let at = now as usize % SLOTS;
        self.held[at / 64] &= !(1 << (at % 64));
        let mut next = std::mem::replace(&mut self.first[at], NONE);
        while next != NONE {
            let chunk = &mut self.chunks[next as usize];
            chunk.slots[..chunk.len as usize].iter().for_each(|&slot| take(slot));
            (next, chunk.next, self.free) = (chunk.next, self.free, next);
        }
    }

    /// Asks for the first chunk of tick `now`: it was filled long ago.
    #[inline(always)]
    pub fn ask(&self, now: Tick) {
        prefetch_element(&self.chunks, self.first[now as usize % SLOTS] as usize);
    }

    /// The first tick from `now` on with an alarm; `Tick::MAX` if there is none.
    pub fn next(&self, now: Tick) -> Tick {
        let at = now as usize % SLOTS;
        let words = self.held.len();
        for k in 0..=words {
            let word = (at / 64 + k) % words;
            let mut bits = self.held[word];
            if k == 0 {
                bits &= u64::MAX << (at % 64);
            } else if k == words {
                bits &= !(u64::MAX << (at % 64));
            }
            if bits != 0 {
                let found = word * 64 + bits.trailing_zeros() as usize;
                return now + ((found + SLOTS - at) % SLOTS) as Tick;
            }
        }
        Tick::MAX
    }

    /// Forgets all.
    pub fn reset(&mut self) {
        self.first.fill(NONE);
        self.held.fill(0);
        self.chunks.clear();
        self.free = NONE;
    }

    /// Bytes reserved.
    pub fn bytes(&self) -> u64 {
        (size_of_val(&self.first) + self.chunks.capacity() * size_of::<Chunk>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_come_at_their_tick_and_the_next_is_known() {
        let mut alarms = Alarms::new();
        assert_eq!(alarms.next(5), Tick::MAX);
        for start in [0, 1000, 1023, 1 << 40] {
            for ahead in [0, 1, 63, 64, 500, AHEAD] {
                alarms.set(start + ahead, 7);
                alarms.set(start + ahead, 8);
                assert_eq!(alarms.next(start), start + ahead);
                for now in start..start + ahead {
                    alarms.take(now, |_| panic!("too early"));
                }
                let mut taken = vec![];
                alarms.take(start + ahead, |slot| taken.push(slot));
                assert_eq!(taken, [7, 8]);
                assert_eq!(alarms.next(start + ahead), Tick::MAX);
            }
        }
    }

    #[test]
    fn many_alarms_of_many_ticks_share_their_chunks() {
        let mut alarms = Alarms::new();
        let mut expected = vec![vec![]; 3 * SLOTS];
        let mut most = 0;
        for now in 0..2 * SLOTS {
            // As many as fill no chunk, one, or several, for a tick at some distance.
            let tick = now + (now * 37) % SLOTS;
            let slots: Vec<u32> = (0..[0, 1, 14, 15, 100][now % 5]).map(|k| (now * 100 + k) as u32).collect();
            slots.iter().for_each(|&slot| alarms.set(tick as Tick, slot));
            expected[tick].extend(slots);
            let mut taken = vec![];
            alarms.take(now as Tick, |slot| taken.push(slot));
            taken.sort_unstable();
            expected[now].sort_unstable();
            assert_eq!(taken, expected[now], "tick {now}");
            most = most.max(expected[now..].iter().map(|of| of.len().div_ceil(FULL)).sum::<usize>());
        }
        assert_eq!(alarms.chunks.len(), most);
    }

    #[test]
    fn a_reset_forgets_all() {
        let mut alarms = Alarms::new();
        (0..=AHEAD).step_by(7).for_each(|tick| alarms.set(tick, 1));
        alarms.reset();
        assert_eq!(alarms.next(0), Tick::MAX);
        alarms.set(7, 2);
        alarms.take(7, |slot| assert_eq!(slot, 2));
    }
}
