//! How a spike is filed: what of it is due in the current turn of the wheel goes into slots, and what is left waits.

use super::buffers::Buffers;
use super::delay_line::{DelayLine, LONGEST_FRAME, Slots, put_first};
use super::entry::{Entry, Kind, LONGEST, PACKED, Row, Segment};
use super::loose::{Loose, LooseStore};
use super::store::Store;
use super::waiting::{LooseRest, RowRest};
use crate::allocation::resize;
use crate::id::{NeuronId, Tick};
use crate::number::weight::Weight;
use crate::simd::prefetch::prefetch_element;
use std::ops::Range;

/// Segments of a cache line.
const LINE: usize = 64 / size_of::<Segment>();

impl DelayLine<Entry> {
    /// Files a row, which the wheel can hold: one entry per frame that it reaches. Returns the number of its synapses.
    #[inline(always)]
    pub fn file(&mut self, row: Row<'_>) -> u64 {
        let (mut start, mut end) = (row.first, row.first);
        let (mut frame, mut delay) = (Tick::MAX, 0);
        for segment in row.segments {
            let due = (row.tick + u64::from(segment.delay())) >> self.shift;
            if due != frame {
                self.push(frame, &row, start, end, delay);
                (start, frame, delay) = (end, due, segment.delay());
            }
            end += u64::from(segment.len());
        }
        self.push(frame, &row, start, end, delay);
        end - row.first
    }

    /// Files synapses `start..end` of a row, which are due in one frame, the first with this delay.
    #[inline(always)]
    fn push(&mut self, frame: u64, row: &Row<'_>, mut start: u64, end: u64, delay: u32) {
        while start < end {
            let len = (end - start).min(u64::from(LONGEST)) as u32;
            self.put(frame, Entry::new(start, len, row.phase, row.kind), delay, row.source);
            start += u64::from(len);
        }
    }

    /// Files what of a row of so many synapses is due in the current turn, and lets the rest wait; `number` and `segment` say
    /// where its segments stand in the store.
    pub(crate) fn file_in_turn(&mut self, row: Row<'_>, synapses: u64, number: u32, segment: u32) {
        let (due, _) = self.due_in_turn(&row);
        let filed = self.file(Row { segments: &row.segments[..due], ..row });
        let rest = &row.segments[due..];
        if let Some(next) = rest.first() {
            let tick = row.tick + u64::from(next.delay());
            let rest = RowRest::new(number, segment + due as u32, row.first + filed, row.kind, tick);
            self.waiting.push(rest, tick, synapses - filed);
        }
    }

    /// How many segments of a row, the first ones, are due in the current turn, and how many synapses they have.
    #[inline(always)]
    fn due_in_turn(&self, row: &Row<'_>) -> (usize, u64) {
        let is_due = |segment: &Segment| row.tick + u64::from(segment.delay()) < self.turn_end;
        let synapses = |segments: &[Segment]| segments.iter().map(|segment| segment.len()).sum::<u32>();
        // By lines: their delays ascend, so that of the last says that all are due.
        let (lines, _) = row.segments.as_chunks::<LINE>();
        let (mut count, mut due) = (0, 0);
        for line in lines.iter().take_while(|line| is_due(&line[LINE - 1])) {
            (count, due) = (count + LINE, due + u64::from(synapses(line)));
        }
        let rest = &row.segments[count..];
        let more = rest.iter().take_while(|segment| is_due(segment)).count();
        (count + more, due + u64::from(synapses(&rest[..more])))
    }

    /// Begins the turn of `now`, which has none yet: files what waited for it. `starts` are the first neurons of populations.
    #[cold]
    pub(crate) fn begin_turn<W: Weight>(&mut self, store: &Store<W>, starts: &[NeuronId], now: Tick) {
        let turn = self.turn(now);
        self.turn_end = turn.end;
        let mut waiting = std::mem::take(&mut self.waiting);
        let (segment_lines, shared_lines) = (waiting.lines(size_of::<Segment>()), waiting.lines(size_of::<u16>()));
        let ask = |rest: &RowRest| {
            prefetch_element(&store.first_segment, rest.row as usize + 1);
            ask_lines(&store.segments, rest.segment as usize, segment_lines);
            if rest.kind() != 0 {
                ask_lines(&store.shared, rest.offset() as usize, shared_lines);
            }
        };
        waiting.visit(turn, ask, |rest, due| {
            let segments = &store.segments[rest.segment as usize..store.first_segment[rest.row as usize + 1] as usize];
            let tick = due - u64::from(segments[0].delay());
            let source = if self.is_keyed() { store.source(rest.row as usize, starts) } else { 0 };
            let row = Row { tick, phase: store.frame.phase(tick), source, kind: rest.kind(), first: rest.offset(), segments };
            let (count, filed) = self.file_turn(&row, &store.shared, store.frame.base(row.phase));
            let rest = segments.get(count).map(|next| {
                let due = tick + u64::from(next.delay());
                RowRest::new(rest.row, rest.segment + count as u32, row.first + filed, row.kind, due)
            });
            (filed, rest)
        });
        self.waiting = waiting;
    }

    /// Files what of a row is due in the current turn; returns how many segments and how many synapses that is. Where a frame has
    /// few, synapses of a shared weight are filed themselves: here they are read one after the other, but when they are due each
    /// frame's by themselves.
    #[inline(always)]
    fn file_turn(&mut self, row: &Row<'_>, shared: &[u16], base: u16) -> (usize, u64) {
        let (count, synapses) = self.due_in_turn(row);
        let segments = &row.segments[..count];
        let frames = match segments {
            [first, .., last] => 1 + ((last.delay() - first.delay()) >> self.shift),
            _ => count as u32,
        };
        if row.kind == 0 || self.is_keyed() || synapses > FEW * u64::from(frames).min(count as u64) {
            return (count, self.file(Row { segments, ..*row }));
        }
        let cells = &shared[row.first as usize..];
        let packs = synapses >= u64::from(frames) && self.slots.len() <= MOST_FRAMES && cells.len() as u64 >= synapses + BEYOND as u64;
        let file = if packs { file_packed } else { file_cells };
        file(self.slots(), segments, row.tick, cells, base, row.kind);
        (count, synapses)
    }
}

/// Files synapses of a shared weight, of a spike of step `tick`, one by one. A function of its own: its loop needs all registers.
#[inline(never)]
fn file_cells(mut slots: Slots<'_, Entry>, segments: &[Segment], tick: Tick, mut cells: &[u16], base: u16, kind: Kind) {
    for segment in segments {
        let (due, now) = (tick + u64::from(segment.delay()), cells.split_at(segment.len() as usize));
        now.0.iter().for_each(|&cell| slots.put(due, Entry::pack(&[cell; PACKED + 1], base, 1, kind)));
        cells = now.1;
    }
}

/// The same, packed by frames, at most [`MOST_FRAMES`]; `cells` go on for [`BEYOND`] more. Without a branch that depends on how many
/// are due in a frame, unless these are many: nothing could guess it.
#[inline(never)]
fn file_packed(slots: Slots<'_, Entry>, segments: &[Segment], tick: Tick, cells: &[u16], base: u16, kind: Kind) {
    let first = slots.frame(tick + u64::from(segments[0].delay()));
    // Where the synapses of each frame end; 0 where it has none.
    let (mut ends, mut end, mut frame) = ([0; MOST_FRAMES], 0, 0);
    for segment in segments {
        end += segment.len() as usize;
        frame = (slots.frame(tick + u64::from(segment.delay())) - first) as usize % MOST_FRAMES;
        ends[frame] = end;
    }
    let mut begin = 0;
    let Slots { slots, buffers, .. } = slots.starting_at(first);
    for (slot, &end) in slots.iter_mut().zip(&ends[..=frame]) {
        if end > 0 {
            let (due, cells) = (end - begin, &cells[begin..]);
            let pack = |at, count| Entry::pack(cells[at..].first_chunk().expect("invariant: cells go on"), base, count, kind);
            let two = [pack(0, due.min(PACKED)), pack(PACKED, due.saturating_sub(PACKED).min(PACKED))];
            put_first(slot, buffers, &two, 1 + usize::from(due > PACKED));
            if due > 2 * PACKED {
                file_rest(slot, buffers, &cells[2 * PACKED..due], base, kind);
            }
            begin = end;
        }
    }
}

/// Files the synapses of a frame that has many.
#[cold]
fn file_rest(slot: &mut Vec<Entry>, buffers: &mut Buffers<Entry>, cells: &[u16], base: u16, kind: Kind) {
    for few in cells.chunks(PACKED) {
        let cells = std::array::from_fn(|k| few.get(k).copied().unwrap_or_default());
        put_first(slot, buffers, &[Entry::pack(&cells, base, few.len(), kind)], 1);
    }
}

/// Files those of some synapses of a spike of step `tick` that are due before `end`: the first ones; returns how many. A function
/// of its own: its loop needs all registers.
#[inline(never)]
fn file_before<W: Weight>(mut slots: Slots<'_, Loose<W>>, bits: u32, tick: Tick, end: Tick, row: &[Loose<W>]) -> usize {
    for (k, one) in row.iter().enumerate() {
        let due = tick + u64::from(one.ticks(bits));
        if due >= end {
            return k;
        }
        slots.put(due, one.due_after(bits, tick));
    }
    row.len()
}

/// Asks for so many lines of an array, from an element on.
#[inline(always)]
fn ask_lines<T>(array: &[T], first: usize, lines: usize) {
    (0..lines).for_each(|line| prefetch_element(array, first + line * 64 / size_of::<T>()));
}

/// Most frames of a wheel for which synapses are packed.
const MOST_FRAMES: usize = 64;

/// Cells behind the first of a frame that are read when two entries are packed.
const BEYOND: usize = 2 * PACKED + 1;

/// Most synapses of a frame, on average, that are filed themselves: with 6 it takes 0.8 of the time of runs, with 9 as much.
pub(crate) const FEW: u64 = 8;

impl<W: Weight> DelayLine<Loose<W>> {
    /// Files the synapses of a spike of step `tick`, whose cells have `bits` bits; the wheel can hold them.
    #[inline(always)]
    pub fn file(&mut self, bits: u32, tick: Tick, source: NeuronId, row: &[Loose<W>]) {
        if self.is_keyed() {
            return self.file_keyed(bits, tick, source, row);
        }
        let (mask, shift) = (self.mask, self.shift);
        for &one in row {
            let slot = ((tick + u64::from(one.ticks(bits))) >> shift & mask) as usize;
            if self.slots[slot].len() == self.slots[slot].capacity() {
                self.make_room(slot);
            }
            self.slots[slot].push(one.due_after(bits, tick));
        }
    }

    #[cold]
    fn file_keyed(&mut self, bits: u32, tick: Tick, source: NeuronId, row: &[Loose<W>]) {
        for one in row {
            let delay = one.ticks(bits);
            self.put((tick + u64::from(delay)) >> self.shift, one.due_after(bits, tick), delay, source);
        }
    }

    /// Files what of a spike is due in the current turn, and lets the rest wait; its synapses, by ascending delay, stand at
    /// `at` in the store.
    pub(crate) fn file_in_turn(&mut self, bits: u32, tick: Tick, source: NeuronId, row: &[Loose<W>], at: u32) {
        let filed = self.file_due(bits, tick, source, row);
        if let Some(next) = row.get(filed) {
            let due = tick + u64::from(next.ticks(bits));
            let rest = LooseRest { due: due as u32, source, at: at + filed as u32 };
            self.waiting.push(rest, due, (row.len() - filed) as u64);
        }
    }

    /// Files those of some synapses that are due in the current turn: the first ones; returns how many.
    #[inline(always)]
    fn file_due(&mut self, bits: u32, tick: Tick, source: NeuronId, row: &[Loose<W>]) -> usize {
        if self.is_keyed() {
            let due = row.iter().take_while(|one| tick + u64::from(one.ticks(bits)) < self.turn_end).count();
            self.file_keyed(bits, tick, source, &row[..due]);
            return due;
        }
        let end = self.turn_end;
        file_before(self.slots(), bits, tick, end, row)
    }

    /// Begins the turn of `now`, which has none yet: files what waited for it.
    #[cold]
    pub(crate) fn begin_turn(&mut self, store: &LooseStore<W>, now: Tick) {
        let turn = self.turn(now);
        self.turn_end = turn.end;
        let mut waiting = std::mem::take(&mut self.waiting);
        let lines = waiting.lines(size_of::<Loose<W>>());
        let ask = |rest: &LooseRest| {
            prefetch_element(&store.first, rest.source as usize + 1);
            ask_lines(&store.synapses, rest.at as usize, lines);
        };
        waiting.visit(turn, ask, |rest, due| {
            let row = &store.synapses[rest.at as usize..store.first[rest.source as usize + 1] as usize];
            let tick = due - u64::from(row[0].ticks(store.bits));
            let filed = self.file_due(store.bits, tick, rest.source, row);
            let rest = row.get(filed).map(|next| LooseRest {
                due: (tick + u64::from(next.ticks(store.bits))) as u32,
                at: rest.at + filed as u32,
                ..rest
            });
            (filed as u64, rest)
        });
        self.waiting = waiting;
    }

    /// Puts what is filed for the frame of `now` in the order of ticks, and of filing within each, unless most of it is: where
    /// in the frame those of `now` stand, and from where on nothing is in order.
    pub fn order(&mut self, bits: u32, now: Tick) -> (Range<usize>, usize) {
        let (frame, last) = (now >> self.shift, (1 << self.shift) - 1);
        let slot = self.slot(now);
        let phase = |one: &Loose<W>| (one.ticks(bits) & last) as usize;
        let known = if self.ordered.0 == frame { self.ordered.1 } else { 0 };
        let filed = &mut self.slots[slot];
        if 4 * (filed.len() - known) > filed.len() {
            let mut starts = [0usize; 1 + (1 << LONGEST_FRAME)];
            filed.iter().for_each(|one| starts[phase(one) + 1] += 1);
            (1..starts.len()).for_each(|k| starts[k] += starts[k - 1]);
            self.scratch.clear();
            resize(&mut self.scratch, filed.len(), Loose::default(), "spikes on their way");
            for one in &*filed {
                let place = &mut starts[phase(one)];
                self.scratch[*place] = *one;
                *place += 1;
            }
            filed.copy_from_slice(&self.scratch);
            self.ordered = (frame, filed.len());
        }
        let ordered = if self.ordered.0 == frame { self.ordered.1 } else { 0 };
        let of = (now as u32 & last) as usize;
        let begin = filed[..ordered].partition_point(|one| phase(one) < of);
        let end = filed[..ordered].partition_point(|one| phase(one) <= of);
        (begin..end, ordered)
    }

    /// How many of the frame of `now` are due before it.
    pub fn due_before(&self, bits: u32, now: Tick) -> usize {
        self.due(now).iter().filter(|one| self.phase(one.ticks(bits).into()) < self.phase(now)).count()
    }
}
