//! Alarms: neurons to be looked at in a later tick, whether or not they get input by then.

use crate::id::Tick;

/// Ticks that an alarm may lie ahead.
pub const AHEAD: Tick = 1023;
const SLOTS: usize = AHEAD as usize + 1;

/// A wheel of slots per tick, with a bit for each that holds anything.
#[derive(Debug)]
pub struct Alarms {
    slots: Vec<Vec<u16>>,
    held: [u64; SLOTS / 64],
}

impl Alarms {
    /// None set.
    pub fn new() -> Self {
        Self { slots: vec![vec![]; SLOTS], held: [0; SLOTS / 64] }
    }

    /// Sets an alarm for `slot` at `tick`, at most [`AHEAD`] ticks ahead.
    #[inline]
    pub fn set(&mut self, tick: Tick, slot: u16) {
        let at = tick as usize % SLOTS;
        self.slots[at].push(slot);
        self.held[at / 64] |= 1 << (at % 64);
    }

    /// Takes the alarms of `now`; none may have been passed over.
    #[inline]
    pub fn take(&mut self, now: Tick, mut take: impl FnMut(u16)) {
        let at = now as usize % SLOTS;
        if self.held[at / 64] >> (at % 64) & 1 == 1 {
            self.held[at / 64] &= !(1 << (at % 64));
            self.slots[at].drain(..).for_each(&mut take);
        }
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
        for (word, held) in self.held.iter_mut().enumerate() {
            while *held != 0 {
                self.slots[word * 64 + held.trailing_zeros() as usize].clear();
                *held &= *held - 1;
            }
        }
    }

    /// Bytes reserved.
    pub fn bytes(&self) -> u64 {
        self.slots.iter().map(|s| s.capacity() * size_of::<u16>() + size_of::<Vec<u16>>()).sum::<usize>() as u64
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
    fn a_reset_forgets_all() {
        let mut alarms = Alarms::new();
        (0..=AHEAD).step_by(7).for_each(|tick| alarms.set(tick, 1));
        alarms.reset();
        assert_eq!(alarms.next(0), Tick::MAX);
        alarms.set(7, 2);
        alarms.take(7, |slot| assert_eq!(slot, 2));
    }
}
