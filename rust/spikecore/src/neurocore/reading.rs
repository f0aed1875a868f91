//! The state of many neurons, read at once and without changing it: what recorders take in a tick, and what is asked for
//! between runs.
//!
//! Values come in the state's precision, potentials relative to rest. A neuron of an event-driven block is read as it
//! will be moved on when it is next needed, by a copy: sixteen together where their last step lies less than 2¹⁶ ticks back
//! and none is refractory, one by one else. The operations are those of [`super::flow::Flow::advance`], so the bits are too.
//!
//! Neurons that follow one another are taken from where they lie a block at a time: loops as long as a block become vectors, in
//! which a neuron costs three instructions; sixteen neurons become single loads, twenty.

use super::advance::{self, WIDTH};
use super::digits::{BITS, NEAR};
use super::events::of;
use super::kernels;
use super::neurons::Slab;
use super::pages::Pages;
use super::single::{Single, Singles};
use super::weight::{Real, Weight};
use crate::id::{BLOCK, Tick};
use crate::network::Variable;
use crate::recorder::Origin;
use crate::simd::Level;

/// Fewer neurons than this are not worth the block in which they lie.
const MANY: usize = 2 * WIDTH;

impl<W: Weight> Slab<W> {
    /// What has to be added to the values of a variable that are read.
    pub(super) fn origin(&self, variable: Variable) -> Origin<'_> {
        match (variable, self.rest()) {
            (Variable::Potential, [one]) => Origin::One(*one),
            (Variable::Potential, each) => Origin::Each(each),
            _ => Origin::None,
        }
    }

    /// Writes a variable of these neurons to `values`, of which there are as many, when `tick` is their next step.
    pub(super) fn read(&self, level: Level, variable: Variable, neurons: &[u32], when: (Tick, &[W::State]), values: &mut [W::State]) {
        let current = match variable {
            Variable::Potential => None,
            Variable::Current(receptor) => Some(receptor),
            Variable::Adaptation | Variable::Threshold => {
                let own = self.adaptive().expect("invariant: only neurons that adapt have it");
                let of = |k: u32| if variable == Variable::Adaptation { own.adaptation(k as usize) } else { own.threshold(k as usize) };
                return values.iter_mut().zip(neurons).for_each(|(value, &k)| *value = of(k));
            }
        };
        if self.has_events() {
            return kernels::read_events(level, self, current, neurons, when, values);
        }
        let array = self.array(current);
        let mut rest = (neurons, values);
        while let Some((run, values)) = next_run(&mut rest) {
            match run {
                Run::Row(k) => values.copy_from_slice(&array[k..k + values.len()]),
                Run::Each(some) => values.iter_mut().zip(some).for_each(|(value, &k)| *value = array[k as usize]),
            }
        }
    }

    /// The potentials, or the currents of a receptor, of dense blocks.
    #[inline(always)]
    fn array(&self, current: Option<usize>) -> &[W::State] {
        current.map_or(&self.v, |receptor| &self.i[receptor])
    }
}

/// Neurons that are read together.
enum Run<'a> {
    /// From this one on, of one block.
    Row(usize),
    /// Wherever they lie.
    Each(&'a [u32]),
}

/// Takes the first neurons of those that are left and the places for their values: all in a row in one block, or, where the first
/// are not, all.
#[inline(always)]
fn next_run<'a, S>((neurons, values): &mut (&'a [u32], &'a mut [S])) -> Option<(Run<'a>, &'a mut [S])> {
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
pub fn read_events<W: Weight>(
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::network::{LifExp, Model};
    use crate::neurocore::events::Updates;
    use crate::neurocore::flow::Flow;

    /// All levels, variables and choices of neurons, against neurons one by one.
    fn agree<W: Weight>(taus: [f64; 2], bias: &[W::State]) {
        let (real, [tau_syn_exc, tau_syn_inh]) = (W::State::from_f64, taus);
        let lif =
            LifExp { tau_m: 10.0, c_m: 250.0, e_l: -65.0, v_th: -50.0, v_reset: -65.0, t_ref: 2.0, tau_syn_exc, tau_syn_inh, i_e: 0.0 };
        let model = Model::LifExp(lif);
        let flow = Arc::new(Flow::new(&model.propagators(0.1).unwrap()));
        let mut slab: Slab<W> = Slab::new((&model, &[]), 0.1, &[0.0; 300], 0.0, Updates::Event, flow);
        // Blocks with ticks far and near, refractory neurons in some, and one block that is dense.
        for k in 0..300usize {
            let (v, i) = ((k as f64 - 150.0) / 17.0, [(k % 13) as f64 - 6.0, (k % 7) as f64]);
            let (done, refractory) =
                (100_000 - [0, 3, 4_000, 90_000][(k / 40) % 4] - (k as u64 % 5), u16::from(k / 64 != 3) * (k % 3) as u16);
            slab.singles.set(k, Single::new(real(v), i.map(real), done, refractory));
            slab.v[k] = real(v);
        }
        slab.activity[1].event = false;
        let all: Vec<u32> = (0..300).collect();
        let rows = [0..300, 37..290, 5..120, 20..75, 30..33].map(|row| row.collect());
        let others = [all.iter().rev().copied().collect(), all.iter().copied().step_by(3).collect(), vec![5, 200, 7]];
        for neurons in rows.into_iter().chain(others) {
            for level in [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(|level| *level <= Level::detect()) {
                for variable in [Variable::Potential, Variable::Current(0), Variable::Current(1)] {
                    if variable == Variable::Current(1) && taus[0] == taus[1] {
                        continue;
                    }
                    let mut read = vec![real(f64::NAN); neurons.len()];
                    slab.read(level, variable, &neurons, (100_000, bias), &mut read);
                    let each = neurons.iter().map(|&k| match (slab.state(k as usize, 100_000, bias), variable) {
                        ((_, i), Variable::Current(r)) => i[r],
                        ((v, _), _) => v,
                    });
                    let bits = |x: W::State| x.to_f64().to_bits();
                    assert!(read.into_iter().map(bits).eq(each.map(bits)), "{level:?}, {variable:?} of {neurons:?}");
                }
            }
        }
    }

    #[test]
    fn many_are_read_as_each_by_itself_would_be_moved_on() {
        for taus in [[2.0, 2.0], [2.0, 5.0]] {
            agree::<f32>(taus, &[0.01]);
            agree::<f64>(taus, &[0.01]);
            let each = |k: i32| f64::from(k) / 1e4;
            agree::<f32>(taus, &(0..384).map(|k| each(k) as f32).collect::<Vec<_>>());
            agree::<f64>(taus, &(0..384).map(each).collect::<Vec<_>>());
        }
    }
}
