//! Rest: how a machine in which nothing happens jumps over the silence.
//!
//! A core at rest says until when it will send nothing *unless it files a spike*. Alone that lets its consumers
//! run one lookahead further, and two silent cores would raise each other's clocks by one lookahead at a time. But
//! if all cores rest and no spike is on its way, nothing can happen before the earliest of their next events, and
//! every clock below it may be taken for it: `Router::jump` finds that out and publishes it as `silence`.
//!
//! A record is `epoch` (odd while the core is awake), `next` and `sent` (one past the last tick with spikes). Its
//! core writes it: rising, the epoch first; lying down, the epoch last. A core rises before it files a spike and
//! before it runs a tick. `jump` reads all epochs, then `next`, `sent` and the filed counts, then all epochs again.
//!
//! Why the minimum `G` of `next` is right if no epoch changed, every epoch is even, and every consumer has filed
//! what each producer has `sent`. Suppose a spike below `G` follows a record that was read, and take the one of the
//! smallest tick. Its core had `next >= G`, so it filed a spike after its record, of a smaller tick, hence one that
//! its producer had sent before *its* record, below the `sent` that was read. The reader has seen the filed count
//! pass that spike. Rising came before that count was published (Release), and the reader acquired the count before
//! it read the epoch again, so it would have found the epoch changed. A `next` younger than its epoch is found out in
//! the same way. Silence is a fact about all later time, so no order among several jumps matters.
//!
//! Orderings. Lying down releases the record with its epoch, which is acquired first; `next` releases the rising before
//! it. The rest is Relaxed: a `sent` younger than its epoch asks for more, none older can be read; rising is released by
//! what follows it (a filed count, `next`); nothing is read on the strength of the second look. Nor of `silence`: its
//! reader has itself filed all below it, or else the jump, which acquired the reader's count, would come before its cause.
//!
//! Nothing waits for a jump: clocks creep on without it, and whoever jumps publishes its own cores' clocks, which
//! wakes those who wait for them.

use super::Router;
use crate::id::Tick;
use crate::sync::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{AtomicU64, Ordering, Padded, mutant, ordering};

/// One core's record.
#[derive(Debug)]
pub(super) struct Rest {
    epoch: Padded<AtomicU64>,
    next: AtomicU64,
    sent: AtomicU64,
}

impl Rest {
    /// Awake.
    pub(super) fn new() -> Self {
        Self { epoch: Padded(AtomicU64::new(1)), next: AtomicU64::new(0), sent: AtomicU64::new(0) }
    }

    /// The core wakes; by its owner only, from rest only.
    pub(super) fn rise(&self) {
        if !mutant("rest_never_risen") {
            self.step(Relaxed);
        }
    }

    /// The core lies down until `next`; by its owner only, awake only.
    pub(super) fn lie_down(&self, next: Tick, sent: Tick) {
        if mutant("rest_epoch_first") {
            self.step(Release);
        }
        self.next.store(next, ordering("rest_next_store_relaxed", Release, Relaxed));
        self.sent.store(sent, Relaxed);
        let awake = self.epoch.load(Relaxed) % 2 == 1;
        if awake {
            self.step(ordering("rest_epoch_store_relaxed", Release, Relaxed));
        }
    }

    fn step(&self, order: Ordering) {
        self.epoch.store(self.epoch.load(Relaxed) + 1, order);
    }
}

impl Router {
    /// Raises `silence` if all cores rest and no spike is on its way, up to the horizon; says whether it did.
    pub fn jump(&self) -> bool {
        let mut next = self.horizon.glance();
        if self.silence() >= next {
            return false;
        }
        let Some(before) = self.epochs_at_rest(ordering("rest_epoch_read_relaxed", Acquire, Relaxed)) else {
            return false;
        };
        for line in &self.lines {
            next = next.min(line.rest.next.load(ordering("rest_next_read_relaxed", Acquire, Relaxed)));
            let sent = line.rest.sent.load(Relaxed);
            let order = ordering("rest_filed_read_relaxed", Acquire, Relaxed);
            let filed = |&(core, channel): &(usize, usize)| self.lines[core].filed[channel].read(order);
            if line.consumers.iter().any(|consumer| filed(consumer) < sent) && !mutant("jump_over_flying") {
                return false;
            }
        }
        let unchanged = self.epochs_at_rest(Relaxed) == Some(before) || mutant("jump_read_once");
        unchanged && self.silence.fetch_max(next, Relaxed) < next
    }

    /// No spike of a tick below this can come any more that has not been filed.
    #[inline]
    pub(super) fn silence(&self) -> Tick {
        self.silence.load(Relaxed)
    }

    /// The sum of all epochs, none if a core is awake. Epochs only grow: equal sums are equal epochs.
    fn epochs_at_rest(&self, order: Ordering) -> Option<u64> {
        let mut sum = 0;
        for line in &self.lines {
            let epoch = line.rest.epoch.load(order);
            if epoch % 2 == 1 {
                return None;
            }
            sum += epoch;
        }
        Some(sum)
    }
}
