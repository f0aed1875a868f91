//! The port: what one core owns of the router. It writes the core's log and clock and reads its producers' logs.
//!
//! A port is used by one thread at a time through `&mut` and outlives runs. It caches what it read of others
//! (clocks and counts only grow, so a cached value is a lower bound) and reads again only when the cached value
//! is not enough. The rules R1–R6 are in the router's header.

use super::Router;
use super::input::Input;
use super::log::HEADER;
use crate::allocation::{copied, gathered, push, with_room};
use crate::id::{CoreId, NeuronId, Tick};
use crate::sync::{Ordering, mutant, ordering};

/// A word of the router that a core may have to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// The ticks that a core has published.
    Clock(CoreId),
    /// The ticks that a core has filed of one of its channels.
    Filed(CoreId, usize),
    /// The ticks that the calling thread has granted.
    Horizon,
    /// The ticks that a test lets a core run.
    Ceiling(CoreId),
    /// One when no more ticks will be granted in this run.
    Closed,
}

/// Why a core cannot go on: `gate` must reach `ticks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    /// The word.
    pub gate: Gate,
    /// The count it must reach.
    pub ticks: Tick,
}

/// Machine counters of a port: they depend on the partition and on time, not on the model alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PortCounters {
    /// Ids appended to the log.
    pub packets: u64,
    /// Segments appended to the log.
    pub segments: u64,
    /// Ticks that could not start when they were first asked for.
    pub waits: u64,
}

/// Producers that are filed together: their ticks are merged. A core has one channel unless its lookaheads differ
/// by much; then a near producer need not wait for a far one, and the caller merges channels when it delivers.
#[derive(Debug)]
struct Channel {
    /// Smallest lookahead of its producers.
    reach: Tick,
    /// Every spike of a tick below this, of every producer of the channel, has been filed.
    filed: Tick,
    inputs: Box<[Input]>,
}

impl Channel {
    /// The producer that holds up filing, as far as this core knows.
    fn slowest(&self) -> CoreId {
        let slowest = self.inputs.iter().min_by_key(|input| input.clock);
        slowest.expect("invariant: a channel has producers").producer
    }
}

/// Lookaheads below this many times a channel's smallest share the channel.
const SPREAD: u32 = 4;

/// For each input, its channel: channels by ascending lookahead.
pub(super) fn channels(inputs: &[(CoreId, u32)]) -> Vec<Vec<(CoreId, u32)>> {
    let mut sorted = copied(inputs, "the router");
    sorted.sort_unstable_by_key(|&(producer, lookahead)| (lookahead, producer));
    let mut channels: Vec<Vec<(CoreId, u32)>> = vec![];
    for input in sorted {
        match channels.last_mut() {
            Some(channel) if input.1 < channel[0].1.saturating_mul(SPREAD) => push(channel, input, "the router"),
            _ => push(&mut channels, vec![input], "the router"),
        }
    }
    channels.iter_mut().for_each(|channel| channel.sort_unstable());
    channels
}

/// A lead of 0 over each of so many producers.
fn leads(channels: &[Vec<(CoreId, u32)>], producers: usize) -> Box<[(CoreId, u64)]> {
    let mut leads = with_room(producers, "the router");
    leads.extend(channels.iter().flatten().map(|&(producer, _)| (producer, 0))); // there is room
    leads.into()
}

/// The owned end of one core's lines.
#[derive(Debug)]
pub struct Port {
    core: CoreId,
    /// Words of one worst tick (P1, P2).
    worst: u64,
    published: Tick,
    written: u64,
    reclaimed: u64,
    horizon: Tick,
    channels: Box<[Channel]>,
    leads: Box<[(CoreId, u64)]>,
    counters: PortCounters,
    waited: Option<Tick>,
    merged: Vec<NeuronId>,
    /// One past the last tick with spikes on the log.
    sent: Tick,
    /// The next event that was announced, while the core rests.
    rests_until: Option<Tick>,
}

impl Port {
    pub(super) fn new(core: CoreId, worst: u64, inputs: &[(CoreId, u32)]) -> Self {
        let channels = channels(inputs);
        let channel = |inputs: &Vec<(CoreId, u32)>| Channel {
            reach: inputs.iter().map(|&(_, lookahead)| Tick::from(lookahead)).min().unwrap_or(0),
            filed: 0,
            inputs: gathered(inputs.iter().map(|&(producer, _)| Input::new(producer)), "the router").into(),
        };
        Self {
            core,
            worst,
            published: 0,
            written: 0,
            reclaimed: 0,
            horizon: 0,
            leads: leads(&channels, inputs.len()),
            channels: gathered(channels.iter().map(channel), "the router").into(),
            counters: PortCounters::default(),
            waited: None,
            merged: Vec::new(),
            sent: 0,
            rests_until: None,
        }
    }

    /// The core.
    pub fn core(&self) -> CoreId {
        self.core
    }
    /// Ticks that this core has published: the next one to run.
    pub fn published(&self) -> Tick {
        self.published
    }
    /// Every spike of a tick below this, of every producer, has been filed.
    #[cfg(test)]
    pub(super) fn filed(&self) -> Tick {
        self.channels.iter().map(|channel| channel.filed).min().unwrap_or(0)
    }
    /// The smallest lookahead of its producers; if it has none, the largest number.
    pub fn reach(&self) -> Tick {
        self.channels.iter().map(|channel| channel.reach).min().unwrap_or(Tick::MAX)
    }
    /// Channels of this core: groups of producers that are filed apart.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }
    /// Machine counters since the beginning.
    pub fn counters(&self) -> PortCounters {
        self.counters
    }
    /// Per producer, how far this core was ahead of it at most (ticks).
    pub fn leads(&self) -> &[(CoreId, u64)] {
        &self.leads
    }
    /// Files what P3 allows, up to and including emission tick `limit` (what the caller's delay line can hold; at
    /// least the last tick run): `sink` gets, channel by channel, every tick with spikes, in order, with the ids of
    /// the channel's producers ascending. Says whether anything new is filed; a stretch of silence costs nothing and is
    /// filed beyond the limit. When this returns false nothing more can be filed until a producer publishes.
    #[inline]
    pub fn file(&mut self, router: &Router, limit: Tick, mut sink: impl FnMut(usize, Tick, &[NeuronId])) -> bool {
        debug_assert!(limit.saturating_add(1) >= self.published, "invariant R5: a core can file every tick that it has run");
        let mut moved = false;
        for channel in 0..self.channels.len() {
            moved |= self.file_channel(router, channel, limit, &mut sink);
        }
        moved
    }

    #[inline]
    fn file_channel(&mut self, router: &Router, number: usize, limit: Tick, sink: &mut impl FnMut(usize, Tick, &[NeuronId])) -> bool {
        let channel = &mut self.channels[number];
        if limit < channel.filed {
            return false;
        }
        let mut covered = if mutant("file_uncovered") { limit + 1 } else { Tick::MAX };
        for input in &mut channel.inputs {
            if input.clock <= channel.filed {
                input.refresh(router);
            }
            if !mutant("file_uncovered") {
                covered = covered.min(input.clock);
            }
        }
        if covered <= channel.filed {
            return false;
        }
        let filed = &router.lines[self.core].filed[number];
        if mutant("filed_before_copy") {
            router.crew.wake(filed.publish(covered, Ordering::AcqRel));
        }
        // Silence is filed whatever the limit: up to the first spike beyond it.
        let mut tick = channel.inputs.iter().map(Input::next).min().unwrap_or(Tick::MAX);
        let until = loop {
            if tick >= covered || tick > limit {
                break covered.min(tick);
            }
            // Written out: `channel` is borrowed.
            if !mutant("filed_at_rest") && self.rests_until.take().is_some() {
                router.lines[self.core].rest.rise();
            }
            self.merged.clear();
            let (mut segments, mut next) = (0, Tick::MAX);
            for input in &mut channel.inputs {
                segments += input.take(router, tick, &mut self.merged);
                next = next.min(input.next());
            }
            if segments > 1 {
                self.merged.sort_unstable(); // every id is there once; a stable sort would allocate
            }
            sink(number, tick, &self.merged);
            tick = next;
        };
        channel.filed = until;
        if !mutant("filed_before_copy") {
            router.crew.wake(filed.publish(until, ordering("filed_no_release", Ordering::AcqRel, Ordering::Acquire)));
        }
        true
    }

    /// May tick `t` begin: is it granted, and is there space for all its spikes (P2)?
    #[inline]
    pub fn may_begin(&mut self, router: &Router, t: Tick) -> Result<(), Blocked> {
        let gate = self.granted(router, t).and_then(|()| self.make_space(router));
        gate.inspect_err(|_| self.count_wait(t))
    }

    /// Is tick `t` below the horizon and the ceiling?
    #[inline]
    fn granted(&mut self, router: &Router, t: Tick) -> Result<(), Blocked> {
        if self.horizon <= t && {
            self.horizon = router.horizon.glance();
            self.horizon <= t
        } {
            Err(Blocked { gate: Gate::Horizon, ticks: t + 1 })
        } else if router.lines[self.core].ceiling.glance() <= t {
            Err(Blocked { gate: Gate::Ceiling(self.core), ticks: t + 1 })
        } else {
            Ok(())
        }
    }

    /// Is everything filed that tick `t` needs? The caller has called `file` before.
    #[inline]
    pub fn inputs_ready(&mut self, t: Tick) -> Result<(), Blocked> {
        for channel in &self.channels {
            let need = (t + 1).saturating_sub(channel.reach);
            if channel.filed < need {
                let blocked = Blocked { gate: Gate::Clock(channel.slowest()), ticks: need };
                self.count_wait(t);
                return Err(blocked);
            }
        }
        Ok(())
    }

    /// To be called before a tick is run: the core does not rest.
    #[inline]
    pub fn rise(&mut self, router: &Router) {
        if self.rests_until.take().is_some() && !mutant("run_at_rest") {
            router.lines[self.core].rest.rise();
        }
    }

    /// Says that this core sends nothing below tick `next` unless it files a spike.
    pub fn rest(&mut self, router: &Router, next: Tick) {
        if self.rests_until != Some(next) {
            self.rise(router);
            router.lines[self.core].rest.lie_down(next, self.sent);
            self.rests_until = Some(next);
        }
    }

    /// Has it said so?
    pub fn rests(&self) -> bool {
        self.rests_until.is_some()
    }

    /// The tick up to which a core that rests at tick `t` may leave ticks out, above `t`: granted, and past what its
    /// producers can still send.
    pub fn may_skip(&mut self, router: &Router, t: Tick) -> Result<Tick, Blocked> {
        self.granted(router, t)?;
        self.inputs_ready(t)?;
        let known = self.channels.iter().map(|channel| channel.filed + channel.reach).min().unwrap_or(Tick::MAX);
        Ok(known.min(self.horizon).min(router.lines[self.core].ceiling.glance()))
    }

    /// Both questions at once.
    #[cfg(test)]
    pub(super) fn check(&mut self, router: &Router, t: Tick) -> Result<(), Blocked> {
        self.may_begin(router, t)?;
        self.inputs_ready(t)
    }

    /// Sends the spikes of tick `t`, ascending, and then the clock `t + 1`. Ticks between the last one published
    /// and `t` are silent.
    #[inline]
    pub fn publish(&mut self, router: &Router, t: Tick, ids: &[NeuronId]) {
        self.send(router, t, ids);
        self.advance(router, t + 1);
    }

    /// Sends the spikes of tick `t`, ascending, to be covered by a later [`Port::advance`]. The tick may begin.
    #[inline]
    pub fn send(&mut self, router: &Router, t: Tick, ids: &[NeuronId]) {
        debug_assert!(t >= self.published, "tick {t} of core {} is published already", self.core);
        debug_assert!(ids.is_sorted_by(|a, b| a < b), "ids are strictly ascending");
        let line = &router.lines[self.core];
        if mutant("clock_before_log") {
            router.crew.wake(line.clock.publish(t + 1, Ordering::AcqRel));
        }
        if !ids.is_empty() && !line.consumers.is_empty() {
            let words = HEADER + ids.len() as u64;
            assert!(words <= self.free(router), "invariant R3: tick {t} of core {} fits its log", self.core);
            self.written = line.log.append(self.written, t, ids);
            self.sent = t + 1;
            self.counters.packets += ids.len() as u64;
            self.counters.segments += 1;
        }
    }

    /// Promises that no spike below tick `ticks` will follow, without sending any.
    #[inline]
    pub fn advance(&mut self, router: &Router, ticks: Tick) {
        debug_assert!(ticks >= self.published, "a clock only grows");
        self.published = ticks;
        let order = ordering("clock_no_release", Ordering::AcqRel, Ordering::Acquire);
        router.crew.wake(router.lines[self.core].clock.publish(ticks, order));
        for (input, (_, lead)) in self.channels.iter().flat_map(|channel| &channel.inputs).zip(&mut self.leads) {
            if input.producer != self.core && ticks.saturating_sub(input.clock) > *lead {
                *lead = (*lead).max(ticks.saturating_sub(router.lines[input.producer].clock.glance()));
            }
        }
    }

    /// Adds the words that can end this wait: what keeps the core from running, and what keeps it from filing
    /// (a core that waits for anything still owes its producers their space, P4). False when there is nothing to
    /// wait for: the run is over for this core, which stands at the last granted tick and has filed all before it
    /// (R6).
    pub fn wait_for(&self, router: &Router, start: Blocked, limit: Tick, words: &mut Vec<Blocked>) -> bool {
        if start.gate == Gate::Horizon {
            let early = mutant("horizon_before_closed").then(|| router.horizon.glance());
            // Closed first: then the horizon that is read is the last one.
            if router.is_closed() {
                let end = early.unwrap_or_else(|| router.horizon.glance());
                if self.published >= end && self.channels.iter().all(|channel| channel.filed >= end) {
                    return false;
                }
            } else if !mutant("close_not_awaited") {
                push(words, Blocked { gate: Gate::Closed, ticks: 1 }, "a worker's words");
            }
        }
        push(words, start, "a worker's words");
        let awaited = if mutant("one_channel_awaited") { 1 } else { self.channels.len() };
        for channel in self.channels.iter().take(awaited).filter(|channel| channel.filed <= limit) {
            if !mutant("filing_not_awaited") {
                push(words, Blocked { gate: Gate::Clock(channel.slowest()), ticks: channel.filed + 1 }, "a worker's words");
            }
        }
        true
    }

    fn free(&self, router: &Router) -> u64 {
        router.lines[self.core].log.capacity() - (self.written - self.reclaimed)
    }

    /// Reclaims what all consumers have filed (R4) when less than a worst tick is free.
    #[inline]
    fn make_space(&mut self, router: &Router) -> Result<(), Blocked> {
        if self.free(router) >= self.worst || router.lines[self.core].consumers.is_empty() {
            return Ok(());
        }
        self.reclaim(router)
    }

    #[cold]
    fn reclaim(&mut self, router: &Router) -> Result<(), Blocked> {
        let line = &router.lines[self.core];
        let consumers = if mutant("one_consumer") { &line.consumers[..1] } else { &line.consumers[..] };
        let order = ordering("filed_read_relaxed", Ordering::Acquire, Ordering::Relaxed);
        let counted = |channel| if mutant("one_channel_counted") { 0 } else { channel };
        let filed = |&(core, channel): &(CoreId, usize)| (router.lines[core].filed[counted(channel)].read(order), core, channel);
        let Some((done, slowest, channel)) = consumers.iter().map(filed).min() else {
            return Ok(());
        };
        // `tick` is of the last segment that has to go before a worst tick fits.
        let (mut at, mut tick) = (self.reclaimed, 0);
        while at < self.written {
            let header = line.log.header(at);
            let missing = line.log.capacity() - (self.written - at) < self.worst;
            if header.tick < done {
                self.reclaimed = at + header.words();
            } else if !missing {
                break;
            }
            (at, tick) = (at + header.words(), header.tick);
        }
        if self.free(router) >= self.worst || mutant("no_space_check") {
            return Ok(());
        }
        Err(Blocked { gate: Gate::Filed(slowest, channel), ticks: tick + 1 })
    }

    fn count_wait(&mut self, t: Tick) {
        if self.waited != Some(t) {
            self.waited = Some(t);
            self.counters.waits += 1;
        }
    }
}
