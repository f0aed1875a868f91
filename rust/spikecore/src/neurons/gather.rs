//! The loops by which the state of neurons of whatever blocks is read. Neurons that follow one another are taken from where
//! they lie a block at a time: loops as long as a block become vectors, in which a neuron costs three instructions;
//! sixteen neurons become single loads, twenty.

use super::block::of;
use super::event::advance;
use super::event::digits::{BITS, NEAR};
use super::event::single::{Single, Singles};
use super::slab::Slab;
use crate::id::{BLOCK, Tick};
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::pages::Pages;
use crate::simd::Level;
use crate::simd::vector::WIDTH;

/// Fewer neurons than this are not worth the block in which they lie.
const MANY: usize = 2 * WIDTH;

impl<W: Weight> Slab<W> {
    /// The potentials, or the currents of a receptor, of dense blocks.
    #[inline(always)]
    pub fn array(&self, current: Option<usize>) -> &[W::State] {
        current.map_or(&self.v, |receptor| &self.i[receptor])
    }
}

/// Neurons that are read together.
pub enum Run<'a> {
    /// From this one on, of one block.
    Row(usize),
    /// Wherever they lie.
    Each(&'a [u32]),
}

/// Takes the first neurons of those that are left and the places for their values: all in a row in one block, or, where the first
/// are not, all.
#[inline(always)]
pub fn next_run<'a, S>((neurons, values): &mut (&'a [u32], &'a mut [S])) -> Option<(Run<'a>, &'a mut [S])> {
    let &first = neurons.first()?;
    let n = neurons.len().min(BLOCK - first as usize % BLOCK);
    let together = neurons[..n].iter().zip(first..).fold(0, |apart, (&neuron, next)| apart | (neuron ^ next)) == 0;
    let n = if together { n } else { neurons.len() };
    let some = neurons.split_off(..n).expect("invariant: within the slice");
    let values = values.split_off_mut(..n).expect("invariant: a place for each");
    Some((if together { Run::Row(first as usize) } else { Run::Each(some) }, values))
}

/// The potentials, or the currents of a receptor, of neurons of whatever blocks.
#[inline(always)]
pub fn gather<W: Weight>(
    slab: &Slab<W>,
    current: Option<usize>,
    neurons: &[u32],
    when: (Tick, &[W::State]),
    values: &mut [W::State],
    level: Level,
) {
    match &slab.singles {
        Singles::One(singles) => Reading { slab, singles, current, when, level }.read(neurons, values),
        Singles::Two(singles) => Reading { slab, singles, current, when, level }.read(neurons, values),
    }
}

/// As many neurons as are taken together, as they were left by their last steps.
#[repr(align(64))]
struct Left<S, const N: usize, const M: usize> {
    v: [S; M],
    i: [[S; M]; N],
    /// Ticks since, those of 48 bits that count.
    ticks: [u32; M],
    /// Not zero where the near digits are not enough.
    slow: [u32; M],
}

impl<S: Real, const N: usize, const M: usize> Left<S, N, M> {
    #[inline(always)]
    fn new() -> Self {
        let zero = S::default();
        Self { v: [zero; M], i: [[zero; M]; N], ticks: [0; M], slow: [0; M] }
    }

    /// Takes them all, in a loop for each size of number, so that it becomes permutations of vectors.
    #[inline(always)]
    fn take(&mut self, singles: &[Single<S, N>; M], tick: Tick) {
        for (k, single) in singles.iter().enumerate() {
            self.v[k] = single.v;
            for r in 0..N {
                self.i[r][k] = single.i[r];
            }
        }
        let mut when = [0; M];
        for (k, single) in singles.iter().enumerate() {
            when[k] = single.when;
        }
        for k in 0..M {
            (self.ticks[k], self.slow[k]) = since(when[k], tick);
        }
    }

    #[inline(always)]
    fn put(&mut self, k: usize, single: &Single<S, N>, tick: Tick) {
        self.v[k] = single.v;
        for r in 0..N {
            self.i[r][k] = single.i[r];
        }
        (self.ticks[k], self.slow[k]) = since(single.when, tick);
    }
}

/// Ticks since the last step of a neuron, and not zero if the near digits are not enough; `when` as in [`Single`].
#[inline(always)]
fn since(when: u64, tick: Tick) -> (u32, u32) {
    let behind = tick.saturating_sub(when >> 16);
    let held = u32::from(when as u16) & u32::from(behind != 0).wrapping_neg();
    (behind as u32, (behind >> (BITS * NEAR as u32)) as u32 | held)
}

/// What is read, and when.
struct Reading<'a, W: Weight, const N: usize> {
    slab: &'a Slab<W>,
    singles: &'a Pages<Single<W::State, N>>,
    current: Option<usize>,
    when: (Tick, &'a [W::State]),
    level: Level,
}

impl<W: Weight, const N: usize> Reading<'_, W, N> {
    #[inline(always)]
    fn read(&self, neurons: &[u32], values: &mut [W::State]) {
        let (mut block, mut rest) = (None, (neurons, values));
        while let Some((run, values)) = next_run(&mut rest) {
            match run {
                Run::Row(k) if !self.slab.activity[k / BLOCK].event => {
                    values.copy_from_slice(&self.slab.array(self.current)[k..k + values.len()]);
                }
                Run::Row(k) if values.len() >= MANY => self.row(k, block.get_or_insert_with(Left::new), values),
                Run::Row(k) => self.each(k as u32.., values),
                Run::Each(some) => self.each(some.iter().copied(), values),
            }
        }
    }

    /// Neurons of one event-driven block from `first` on.
    #[inline(always)]
    fn row(&self, first: usize, block: &mut Left<W::State, N, BLOCK>, values: &mut [W::State]) {
        let (start, bias) = (first / BLOCK * BLOCK, self.when.1);
        block.take(self.singles[start..].first_chunk().expect("invariant: padded"), self.when.0);
        let (mut found, zero) = ([W::State::default(); BLOCK], [W::State::default(); WIDTH]);
        let (groups, _) = found.as_chunks_mut::<WIDTH>();
        let (from, to) = (first - start, first - start + values.len());
        for g in from / WIDTH..to.div_ceil(WIDTH) {
            let at = start + g * WIDTH;
            let bias = match bias {
                [one] => [*one; WIDTH],
                many => *many[at..].first_chunk().expect("invariant: padded"),
            };
            let mut left = Left { v: zero, i: [zero; N], ticks: part(&block.ticks, g), slow: part(&block.slow, g) };
            left.v = part(&block.v, g);
            for r in 0..N {
                left.i[r] = part(&block.i[r], g);
            }
            groups[g] = self.moved(&left, &bias);
            self.one_by_one(&left.slow, |lane| at + lane, &mut groups[g]);
        }
        values.copy_from_slice(&found[from..to]);
    }

    /// Neurons wherever they lie.
    #[inline(always)]
    fn each(&self, mut neurons: impl Iterator<Item = u32>, values: &mut [W::State]) {
        let (tick, bias) = self.when;
        for values in values.chunks_mut(WIDTH) {
            let (mut left, mut biases, mut some) = (Left::<_, N, WIDTH>::new(), [W::State::default(); WIDTH], [0; WIDTH]);
            for (lane, k) in neurons.by_ref().take(values.len()).enumerate() {
                let k = k as usize;
                (some[lane], biases[lane]) = (k, of(bias, k));
                if self.slab.activity[k / BLOCK].event {
                    left.put(lane, &self.singles[k], tick);
                } else {
                    let dense = self.slab.load(k, tick);
                    left.put(lane, &Single::new(dense.v, std::array::from_fn(|r| dense.i[r]), tick, 0), tick);
                }
            }
            let mut found = self.moved(&left, &biases);
            self.one_by_one(&left.slow, |lane| some[lane], &mut found);
            values.copy_from_slice(&found[..values.len()]);
        }
    }

    /// What of them is read when they have been moved on by the near digits.
    #[inline(always)]
    fn moved(&self, left: &Left<W::State, N, WIDTH>, bias: &[W::State; WIDTH]) -> [W::State; WIDTH] {
        let (digits, state) = (self.slab.flow.near(), (&left.v, &left.i));
        // Each by a call of its own, in which what is not needed is not computed; no closure, which need not be inlined.
        let (mut found, before) = match self.current {
            None => (advance::advance(self.level, digits, &left.ticks, bias, state).0, &left.v),
            Some(r) => (advance::advance(self.level, digits, &left.ticks, bias, state).1[r.min(N - 1)], &left.i[r.min(N - 1)]),
        };
        for lane in 0..WIDTH {
            found[lane] = found[lane].settle().where_set(W::State::mask(left.ticks[lane] != 0), before[lane]);
        }
        found
    }

    /// Those for whom the near digits were not enough.
    #[inline(always)]
    fn one_by_one(&self, slow: &[u32; WIDTH], neuron: impl Fn(usize) -> usize, found: &mut [W::State; WIDTH]) {
        if slow.iter().fold(0, |any, slow| any | slow) == 0 {
            return;
        }
        for lane in (0..WIDTH).filter(|&lane| slow[lane] != 0) {
            let (v, i) = self.slab.state(neuron(lane), self.when.0, self.when.1);
            found[lane] = self.current.map_or(v, |r| i[r]);
        }
    }
}

/// Sixteen numbers of a block.
#[inline(always)]
fn part<T: Copy>(block: &[T; BLOCK], group: usize) -> [T; WIDTH] {
    block.as_chunks().0[group]
}
