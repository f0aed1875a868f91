//! The state of many neurons, read at once and without changing it: what recorders take in a tick, and what is asked for
//! between runs.
//!
//! Values come in the state's precision, potentials relative to rest. A neuron of an event-driven block is read as it
//! will be moved on when it is next needed, by a copy: sixteen together where their last step lies less than 2¹⁶ ticks back
//! and none is refractory, one by one else. The operations are those of [`super::flow::Flow::advance`], so the bits are too.

use super::advance::{self, WIDTH};
use super::digits::{BITS, NEAR};
use super::events::of;
use super::kernels;
use super::neurons::Slab;
use super::pages::Pages;
use super::single::{Single, Singles};
use super::weight::{Real, Weight};
use crate::allocation::reserve;
use crate::id::{BLOCK, Tick};
use crate::network::Variable;
use crate::recorder::Origin;
use crate::simd::Level;

impl<W: Weight> Slab<W> {
    /// What has to be added to the values of a variable that are read.
    pub(super) fn origin(&self, variable: Variable) -> Origin<'_> {
        match (variable, self.rest()) {
            (Variable::Potential, [one]) => Origin::One(*one),
            (Variable::Potential, each) => Origin::Each(each),
            _ => Origin::None,
        }
    }

    /// Appends a variable of these neurons when `tick` is their next step.
    pub(super) fn read(
        &self,
        level: Level,
        variable: Variable,
        neurons: &[u32],
        (tick, bias): (Tick, &[W::State]),
        values: &mut Vec<W::State>,
    ) {
        reserve(values, neurons.len(), "samples");
        let places = neurons.iter().map(|&k| k as usize);
        let current = match variable {
            Variable::Potential => None,
            Variable::Current(receptor) => Some(receptor),
            Variable::Adaptation => {
                return values.extend(self.adaptive().into_iter().flat_map(|own| places.clone().map(|k| own.adaptation(k))));
            }
            Variable::Threshold => {
                return values.extend(self.adaptive().into_iter().flat_map(|own| places.clone().map(|k| own.threshold(k))));
            }
        };
        let array = current.map_or(&self.v, |receptor| &self.i[receptor]);
        let mut rest = neurons;
        while let Some(&first) = rest.first() {
            // Neurons of one block, or, where they do not follow one another, all that are left.
            let (k, n) = (first as usize, rest.len().min(BLOCK - first as usize % BLOCK));
            let together = rest[..n].iter().zip(first..).fold(0, |apart, (&neuron, next)| apart | (neuron ^ next)) == 0;
            let n = if together { n } else { rest.len() };
            let some = rest.split_off(..n).expect("invariant: within the slice");
            if together && !self.activity[k / BLOCK].event {
                values.extend_from_slice(&array[k..k + n]);
            } else if !self.has_events() {
                values.extend(some.iter().map(|&k| array[k as usize]));
            } else {
                kernels::read_events(level, self, current, some, (tick, bias), values);
            }
        }
    }
}

/// The potentials, or the currents of a receptor, of neurons of whatever blocks.
#[inline(always)]
pub fn read_events<W: Weight>(
    slab: &Slab<W>,
    current: Option<usize>,
    neurons: &[u32],
    when: (Tick, &[W::State]),
    values: &mut Vec<W::State>,
    level: Level,
) {
    match &slab.singles {
        Singles::One(singles) => read_singles(slab, singles, current, neurons, when, values, level),
        Singles::Two(singles) => read_singles(slab, singles, current, neurons, when, values, level),
    }
}

/// Sixteen neurons, or fewer, as they were left by their last steps.
struct Group<S, const N: usize> {
    v: [S; WIDTH],
    i: [[S; WIDTH]; N],
    bias: [S; WIDTH],
    /// Ticks since, those of 48 bits that count.
    ticks: [u32; WIDTH],
    /// Whether the near digits are enough.
    near: bool,
}

impl<S: Real, const N: usize> Group<S, N> {
    #[inline(always)]
    fn new() -> Self {
        let zero = S::default();
        Self { v: [zero; WIDTH], i: [[zero; WIDTH]; N], bias: [zero; WIDTH], ticks: [0; WIDTH], near: true }
    }

    #[inline(always)]
    fn put(&mut self, lane: usize, single: &Single<S, N>, tick: Tick, bias: S) {
        let behind = tick.saturating_sub(single.done());
        self.near &= (behind >> (BITS * NEAR as u32) == 0) & ((behind == 0) | (single.refractory() == 0));
        (self.v[lane], self.bias[lane], self.ticks[lane]) = (single.v, bias, behind as u32);
        for r in 0..N {
            self.i[r][lane] = single.i[r];
        }
    }
}

#[inline(always)]
fn read_singles<W: Weight, const N: usize>(
    slab: &Slab<W>,
    singles: &Pages<Single<W::State, N>>,
    current: Option<usize>,
    neurons: &[u32],
    (tick, bias): (Tick, &[W::State]),
    values: &mut Vec<W::State>,
    level: Level,
) {
    let zero = W::State::default();
    for some in neurons.chunks(WIDTH) {
        let first = some[0] as usize;
        let in_row = some.len() == WIDTH
            && slab.activity[first / BLOCK].event
            && first % BLOCK + WIDTH <= BLOCK
            && some.iter().zip(some[0]..).fold(0, |apart, (&k, next)| apart | (k ^ next)) == 0;
        let mut group = Group::new();
        if in_row {
            let row: &[_; WIDTH] = singles[first..].first_chunk().expect("invariant: padded");
            let one = if let [one] = *bias { Some(one) } else { None };
            for (lane, single) in row.iter().enumerate() {
                group.put(lane, single, tick, one.unwrap_or_else(|| bias[first + lane]));
            }
        } else {
            for (lane, &k) in some.iter().enumerate() {
                let k = k as usize;
                if slab.activity[k / BLOCK].event {
                    group.put(lane, &singles[k], tick, of(bias, k));
                } else {
                    let dense = slab.load(k, tick);
                    group.put(lane, &Single::new(dense.v, std::array::from_fn(|r| dense.i[r]), tick, 0), tick, of(bias, k));
                }
            }
        }
        let mut found = [zero; WIDTH];
        if group.near {
            let (moved, currents) = advance::advance(level, slab.flow.near(), &group.ticks, &group.bias, (&group.v, &group.i));
            let (moved, before) = current.map_or((&moved, &group.v), |r| (&currents[r.min(N - 1)], &group.i[r.min(N - 1)]));
            for lane in 0..WIDTH {
                found[lane] = moved[lane].settle().where_set(W::State::mask(group.ticks[lane] != 0), before[lane]);
            }
        } else {
            for (lane, &k) in some.iter().enumerate() {
                let (v, i) = slab.state(k as usize, tick, bias);
                found[lane] = current.map_or(v, |r| i[r]);
            }
        }
        values.extend_from_slice(&found[..some.len()]);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::network::{LifExp, Model};
    use crate::neurocore::events::Updates;
    use crate::neurocore::flow::Flow;

    #[test]
    fn many_are_read_as_each_by_itself_would_be_moved_on() {
        for taus in [[2.0, 2.0], [2.0, 5.0]] {
            let [tau_syn_exc, tau_syn_inh] = taus;
            let lif =
                LifExp { tau_m: 10.0, c_m: 250.0, e_l: -65.0, v_th: -50.0, v_reset: -65.0, t_ref: 2.0, tau_syn_exc, tau_syn_inh, i_e: 0.0 };
            let model = Model::LifExp(lif);
            let flow = Arc::new(Flow::new(&model.propagators(0.1).unwrap()));
            let mut slab: Slab<f32> = Slab::new((&model, &[]), 0.1, &[0.0; 300], 0.0, Updates::Event, flow);
            // Blocks with ticks far and near, refractory neurons in some, and one block that is dense.
            for k in 0..300usize {
                let (v, i) = ((k as f32 - 150.0) / 17.0, [(k % 13) as f32 - 6.0, (k % 7) as f32]);
                let (done, refractory) =
                    (100_000 - [0, 3, 4_000, 90_000][(k / 40) % 4] - (k as u64 % 5), u16::from(k / 64 == 1) * (k % 3) as u16);
                slab.singles.set(k, Single::new(v, i, done, refractory));
                slab.v[k] = v;
            }
            slab.activity[1].event = false;
            let all: Vec<u32> = (0..300).collect();
            let chosen = [all.clone(), all.iter().rev().copied().collect(), all.iter().copied().step_by(3).collect(), vec![5, 200, 7]];
            for bias in [vec![0.01f32], (0..384).map(|k| k as f32 / 1e4).collect()] {
                for (level, neurons) in
                    [Level::Baseline, Level::detect()].into_iter().flat_map(|level| chosen.iter().map(move |n| (level, n)))
                {
                    let mut read = vec![];
                    slab.read(level, Variable::Potential, neurons, (100_000, &bias), &mut read);
                    let each: Vec<f32> = neurons.iter().map(|&k| slab.state(k as usize, 100_000, &bias).0).collect();
                    assert!(read.iter().map(|v| v.to_bits()).eq(each.iter().map(|v| v.to_bits())), "{level:?}");
                    read.clear();
                    slab.read(level, Variable::Current(0), neurons, (100_000, &bias), &mut read);
                    let each: Vec<f32> = neurons.iter().map(|&k| slab.state(k as usize, 100_000, &bias).1[0]).collect();
                    assert!(read.iter().map(|i| i.to_bits()).eq(each.iter().map(|i| i.to_bits())), "{level:?}");
                }
            }
        }
    }
}
