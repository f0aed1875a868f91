//! The delay lines of a core, one per channel of producers, and how far what is due has been walked. Of several channels what
//! is due is merged into canonical order.

use super::delay_line::{DelayLine, LONGEST_FRAME, Span, Walk};
use super::filed::Filed;
use super::loose::Loose;
use crate::allocation::{extend, filled, gathered};
use crate::id::Tick;
use crate::number::weight::Weight;

/// For what delays and producers a core's delay lines are made.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Channels of producers, a line each.
    pub channels: usize,
    /// Longest delay of a stored synapse in ticks.
    pub longest: u32,
    /// Ticks that producers may be ahead.
    pub ahead: u32,
    /// Smallest lookahead of a producer.
    pub nearest: u32,
    /// Ticks of a turn of the wheels; `None` for what suits.
    pub turn: Option<u32>,
}

/// Slots of a delay line of loose synapses that are few enough to stay in cache, heads, ends and all.
const FEW_SLOTS: u32 = 128;

impl Reach {
    /// How long a frame of loose synapses is, as a power of two: so long that there are few, and at most what a core
    /// runs at a time.
    pub(super) fn shift(self) -> u32 {
        let enough = (self.longest + self.ahead + 1).div_ceil(FEW_SLOTS).next_power_of_two().ilog2();
        enough.min(LONGEST_FRAME).min((self.nearest / 2).max(1).ilog2())
    }
}

/// Delay lines, one per channel, and what has been walked of the current frame.
#[derive(Debug)]
pub(super) struct Lines<E: Filed> {
    pub(super) lines: Vec<DelayLine<E>>,
    /// Due entries of several channels in canonical order.
    in_order: Vec<E>,
    /// How many of each channel these are.
    merged: Vec<usize>,
    /// Entries of the current frame that have been walked, and their synapses.
    pub(super) walked: (usize, u64),
}

impl<W: Weight> Lines<Loose<W>> {
    /// Walks what is filed for `now` and was not walked; several channels are merged when it is not early.
    pub(super) fn walk_loose(&mut self, bits: u32, now: Tick, early: bool, mut walk: impl FnMut(&[Loose<W>]) -> u64) -> u64 {
        let [line] = &mut self.lines[..] else {
            return if early { self.walk_early(now, walk) } else { self.walk(now, walk) };
        };
        if line.is_by_tick() {
            return self.walk_early(now, walk);
        }
        let mut synapses = 0;
        if self.walked.0 == 0 {
            let (run, ordered) = line.order(bits, now);
            synapses = walk(&line.due(now)[run]);
            self.walked.0 = ordered;
        }
        let due = line.due(now);
        synapses += walk(&due[self.walked.0..]);
        self.walked = (due.len(), self.walked.1 + synapses);
        synapses
    }
}

impl<E: Filed> Lines<E> {
    /// Those for this reach; a frame of loose synapses is `1 << shift` ticks long.
    pub(super) fn new(reach: Reach, shift: u32) -> Self {
        let walk = if reach.channels > 1 { Walk::ByTick } else { Walk::ByFrame(shift) };
        let span = Span::new(reach.longest, reach.ahead, reach.turn);
        let lines = gathered((0..reach.channels).map(|_| DelayLine::new(span, walk)), "channels");
        Self { lines, in_order: vec![], merged: filled(reach.channels, 0, "channels"), walked: (0, 0) }
    }

    /// Do their wheels turn?
    pub(super) fn have_turns(&self) -> bool {
        self.lines.iter().any(DelayLine::has_turns)
    }

    /// Some like these that hold nothing.
    pub(super) fn anew(&self) -> Self {
        let lines = gathered(self.lines.iter().map(DelayLine::anew), "channels");
        Self { lines, in_order: vec![], merged: filled(self.merged.len(), 0, "channels"), walked: (0, 0) }
    }

    /// As at tick 0.
    pub(super) fn reset(&mut self) {
        self.lines.iter_mut().for_each(DelayLine::reset);
        self.walked = (0, 0);
    }

    /// Latest step whose spikes may be filed while `now` is the next to be walked; `None` without producers.
    pub(super) fn limit(&self, now: Tick) -> Option<Tick> {
        self.lines.first().map(|line| line.limit(now))
    }

    /// The first tick from `now` on at which anything is due.
    pub(super) fn next_due(&self, now: Tick) -> Tick {
        self.lines.iter().map(|line| line.next_due(now)).min().unwrap_or(Tick::MAX)
    }

    /// Synapses that they hold.
    pub(super) fn held(&self) -> u64 {
        self.lines.iter().map(DelayLine::held).sum()
    }

    /// Walks what one channel has filed for `now` and was not walked; several channels have to be merged later.
    pub(super) fn walk_early(&mut self, now: Tick, walk: impl FnOnce(&[E]) -> u64) -> u64 {
        let [line] = &self.lines[..] else {
            return 0;
        };
        let due = line.due(now);
        let synapses = walk(&due[self.walked.0..]);
        self.walked = (due.len(), self.walked.1 + synapses);
        synapses
    }

    /// Walks the rest.
    pub(super) fn walk(&mut self, now: Tick, walk: impl FnOnce(&[E]) -> u64) -> u64 {
        if self.lines.len() <= 1 {
            return self.walk_early(now, walk);
        }
        self.merge(now);
        let synapses = walk(&self.in_order);
        self.walked = (0, synapses);
        synapses
    }

    /// Puts what is due at `now` in order. Each line is, and entries of one spike come from one line, in the order of its
    /// kinds.
    fn merge(&mut self, now: Tick) {
        self.in_order.clear();
        self.merged.fill(0);
        let head = |k: usize, at: usize| self.lines[k].due_keys(now).get(at).map(|&key| (key, k));
        loop {
            // Of the line that is first, all that comes before the heads of the others.
            let heads = |except: Option<usize>| {
                let others = self.merged.iter().enumerate().filter(move |&(k, _)| Some(k) != except);
                others.filter_map(|(k, &at)| head(k, at)).min()
            };
            let Some((_, first)) = heads(None) else {
                return;
            };
            let (at, until) = (self.merged[first], heads(Some(first)).map(|(key, _)| key));
            let rest = self.lines[first].due_keys(now)[at..].iter();
            let end = at + rest.take_while(|&&key| until.is_none_or(|until| key < until)).count();
            extend(&mut self.in_order, &self.lines[first].due(now)[at..end], "spikes on their way");
            self.merged[first] = end;
        }
    }

    /// Step `now` is over.
    pub(super) fn leave(&mut self, now: Tick) {
        for line in &mut self.lines {
            if line.ends_frame(now) {
                line.clear(now);
                line.ask(now + 1);
                self.walked = (0, 0);
            }
        }
        if E::TIMED {
            self.walked.0 = 0;
        }
    }
}
