//! Event-driven neurons that are stepped together: taken from where they lie, each with its own tick and input, moved on
//! and stepped in vectors, and put back.
//!
//! What happens to a neuron is what [`crate::neurons::event::single`] says, operation by operation, so it cannot be observed who is
//! stepped with whom. Invariants:
//! - A neuron is in one lane at most, and says so while it is: what comes for it at the same tick is added there, in the
//!   order in which it comes.
//! - Of two ticks of one neuron the earlier has the lane, and the other is put off until that one is done ([`Lanes::later`]).
//! - Lanes of a group that no neuron has hold numbers that harm nothing, and are not put back.

use super::advance::advance;
use super::flow::Flow;
use super::single::Single;
use crate::allocation::{push, resize};
use crate::id::Tick;
use crate::models::constants::Constants;
use crate::number::real::Real;
use crate::number::weight::Weight;
use crate::simd::Level;
use crate::simd::vector::WIDTH;
use std::ops::Range;

/// Something that happens to a neuron: input, or no more than that it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Item<A> {
    /// Index of the neuron in its slice.
    pub neuron: u32,
    /// Ticks after the first of the frame.
    pub phase: u16,
    /// Receptor that gets the input.
    pub receptor: u16,
    /// Input.
    pub input: A,
}

/// What the neurons of a slice obey.
#[derive(Debug)]
pub struct Law<'a, S> {
    /// Of one step.
    pub constants: Constants<S>,
    /// Of many without input.
    pub flow: &'a Flow<S>,
    /// Potential per step from constant current: one value, or one per neuron.
    pub bias: &'a [S],
    /// Quantum of the accumulators.
    pub quantum: S,
    /// First tick of the frame.
    pub base: Tick,
}

impl<S: Real> Law<'_, S> {
    /// What constant current adds to the potential of each of these.
    #[inline(always)]
    fn bias_of(&self, neurons: &[u32; WIDTH]) -> [S; WIDTH] {
        if let [bias] = self.bias { [*bias; WIDTH] } else { neurons.map(|k| self.bias[k as usize]) }
    }
}

/// Neurons with `N` currents, lane by lane.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Group<W: Weight, const N: usize> {
    neuron: [u32; WIDTH],
    phase: [u32; WIDTH],
    /// As in [`Single`].
    when: [u64; WIDTH],
    v: [W::State; WIDTH],
    i: [[W::State; WIDTH]; N],
    input: [[W::Acc; WIDTH]; N],
    /// Refractory ticks left, when they have been moved on.
    held: [u32; WIDTH],
    /// After the step: has it fired, is it refractory, or might it fire without input?
    wakes: [u32; WIDTH],
}

impl<W: Weight, const N: usize> Group<W, N> {
    fn empty() -> Self {
        let (s, a) = (W::State::default(), W::Acc::default());
        Self {
            neuron: [0; WIDTH],
            phase: [0; WIDTH],
            when: [0; WIDTH],
            v: [s; WIDTH],
            i: [[s; WIDTH]; N],
            input: [[a; WIDTH]; N],
            held: [0; WIDTH],
            wakes: [0; WIDTH],
        }
    }
}

/// Lanes for neurons with `N` currents.
#[derive(Debug)]
pub struct Lanes<W: Weight, const N: usize> {
    groups: Vec<Group<W, N>>,
    len: usize,
    /// The phases of all that are in lanes, a bit each, when they have been stepped.
    phases: u32,
    /// What has been put off.
    pub later: Vec<Item<W::Acc>>,
}

impl<W: Weight, const N: usize> Default for Lanes<W, N> {
    fn default() -> Self {
        Self { groups: vec![], len: 0, phases: 0, later: vec![] }
    }
}

impl<W: Weight, const N: usize> Lanes<W, N> {
    /// Gives the neurons of `items` their lanes, or adds to what they get there.
    #[inline(always)]
    pub fn take(&mut self, singles: &mut [Single<W::State, N>], items: &[Item<W::Acc>]) {
        let most = (self.len + items.len()).div_ceil(WIDTH);
        if most > self.groups.len() {
            resize(&mut self.groups, most, Group::empty(), "lanes of neurons");
        }
        let (groups, mut len) = (&mut self.groups[..], self.len);
        for item in items {
            let single = &mut singles[item.neuron as usize];
            if let Some(lane) = single.lane() {
                meet(groups, &mut self.later, lane as usize, *item);
                continue;
            }
            let (group, lane) = (&mut groups[len / WIDTH], len % WIDTH);
            group.neuron[lane] = item.neuron;
            group.phase[lane] = u32::from(item.phase);
            group.v[lane] = single.v;
            for r in 0..N {
                group.i[r][lane] = single.i[r];
                group.input[r][lane] = if N == 1 || usize::from(item.receptor) == r { item.input } else { W::Acc::default() };
            }
            group.when[lane] = single.enter(len as u32);
            len += 1;
        }
        self.len = len;
    }

    /// In what phases those have been stepped who are in lanes, a bit each.
    pub fn phases(&self) -> u32 {
        self.phases
    }

    /// How many have one.
    pub fn len(&self) -> usize {
        self.len
    }

    /// All have been put back.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Shows those in a range of lanes, stepped, to be put back: `put(neuron, phase, neuron's state, whether it wakes)`.
    #[inline(always)]
    pub fn put_back(&self, range: Range<usize>, mut put: impl FnMut(u32, u32, Single<W::State, N>, bool)) {
        let Range { start, end } = range;
        for (at, group) in (start / WIDTH * WIDTH..end).step_by(WIDTH).zip(&self.groups[start / WIDTH..]) {
            for lane in start.saturating_sub(at)..WIDTH.min(end - at) {
                let single = Single::at(group.v[lane], group.i.each_ref().map(|i| i[lane]), group.when[lane]);
                put(group.neuron[lane], group.phase[lane], single, group.wakes[lane] != 0);
            }
        }
    }

    /// Moves all on to their ticks, as [`Single::catch_up`] does.
    #[inline(always)]
    fn catch_up(group: &mut Group<W, N>, law: &Law<'_, W::State>, level: Level) {
        let bias = law.bias_of(&group.neuron);
        let (mut ticks, mut slow) = ([0u32; WIDTH], 0);
        for lane in 0..WIDTH {
            let elapsed = (law.base + Tick::from(group.phase[lane])).wrapping_sub(group.when[lane] >> 16);
            ticks[lane] = elapsed as u32;
            slow |= (elapsed >> 16) | (group.when[lane] & 0xffff);
        }
        group.held = [0; WIDTH];
        if slow != 0 {
            ticks = Self::catch_up_slowly(group, law, &bias, ticks);
            group.held = group.when.map(|when| when as u32 & 0xffff);
        }
        let (v, i) = advance(level, law.flow.near(), &ticks, &bias, (&group.v, &group.i));
        let moved = ticks.map(|ticks| W::State::mask(ticks != 0));
        for lane in 0..WIDTH {
            group.v[lane] = v[lane].settle().where_set(moved[lane], group.v[lane]);
        }
        for r in 0..N {
            for lane in 0..WIDTH {
                group.i[r][lane] = i[r][lane].settle().where_set(moved[lane], group.i[r][lane]);
            }
        }
    }

    /// The same, one by one, for those who are refractory or have been left alone for long; the ticks that the others have
    /// to be moved on by.
    #[cold]
    #[inline(never)]
    fn catch_up_slowly(
        group: &mut Group<W, N>,
        law: &Law<'_, W::State>,
        bias: &[W::State; WIDTH],
        mut ticks: [u32; WIDTH],
    ) -> [u32; WIDTH] {
        for lane in 0..WIDTH {
            let now = law.base + Tick::from(group.phase[lane]);
            if group.when[lane] & 0xffff == 0 && now - (group.when[lane] >> 16) < 1 << 16 {
                continue;
            }
            let mut single = Single::at(group.v[lane], group.i.each_ref().map(|i| i[lane]), group.when[lane]);
            single.catch_up(law.flow, now, bias[lane]);
            (group.v[lane], group.when[lane], ticks[lane]) = (single.v, now << 16 | u64::from(single.refractory()), 0);
            for r in 0..N {
                group.i[r][lane] = single.i[r];
            }
        }
        ticks
    }

    /// Steps all, those with delta synapses otherwise than those with currents.
    #[inline(always)]
    fn step<const DELTA: bool>(&mut self, law: &Law<'_, W::State>, level: Level) {
        self.fill(law.base);
        let (c, mut phases) = (&law.constants, [0; WIDTH]);
        let groups = &mut self.groups[..self.len.div_ceil(WIDTH)];
        // In a loop of its own: of one loop the compiler makes a tangle of potentials and currents, and all events cost a tenth more.
        for group in &mut *groups {
            Self::catch_up(group, law, level);
        }
        for group in groups {
            let bias = law.bias_of(&group.neuron);
            let held = group.held;
            let input = group.input.each_ref().map(|input| input.map(|input| W::value(input, law.quantum)));
            let mut v = group.v;
            for lane in 0..WIDTH {
                v[lane] = v[lane] * c.p22;
            }
            if DELTA {
                for lane in 0..WIDTH {
                    v[lane] = (v[lane] + bias[lane]) + input[0][lane];
                }
            } else {
                for r in 0..N {
                    for lane in 0..WIDTH {
                        v[lane] = v[lane] + group.i[r][lane] * c.p21[r];
                        group.i[r][lane] = c.current(r, group.i[r][lane], input[r][lane]);
                    }
                }
                for lane in 0..WIDTH {
                    v[lane] = v[lane] + bias[lane];
                }
            }
            for lane in 0..WIDTH {
                v[lane] = v[lane].settle().where_set(W::State::mask(held[lane] == 0), group.v[lane]);
            }
            group.v = v;
            let rests = law.flow.rest(&v, &group.i, &bias);
            for lane in 0..WIDTH {
                group.wakes[lane] = u32::from(v[lane] >= c.theta) | u32::from(held[lane] > 1) | (rests[lane] ^ 1);
            }
            for lane in 0..WIDTH {
                let next = law.base + Tick::from(group.phase[lane]) + 1;
                group.when[lane] = next << 16 | Tick::from(held[lane].saturating_sub(1));
            }
            for lane in 0..WIDTH {
                phases[lane] |= 1 << (group.phase[lane] % 32);
            }
        }
        self.phases = phases.into_iter().fold(0, |all, one| all | one);
    }

    /// Puts harmless numbers into the last lanes that no neuron has.
    fn fill(&mut self, base: Tick) {
        if self.len.is_multiple_of(WIDTH) {
            return;
        }
        let group = &mut self.groups[self.len / WIDTH];
        let phase = group.phase[0];
        for lane in self.len % WIDTH..WIDTH {
            let now = base + Tick::from(phase);
            (group.neuron[lane], group.phase[lane], group.when[lane], group.v[lane]) = (0, phase, now << 16, W::State::default());
            for r in 0..N {
                (group.i[r][lane], group.input[r][lane]) = (W::State::default(), W::Acc::default());
            }
        }
    }
}

/// Something for a neuron that has a lane: added there, or put off, or what is there is put off for it.
#[cold]
#[inline(never)]
fn meet<W: Weight, const N: usize>(groups: &mut [Group<W, N>], later: &mut Vec<Item<W::Acc>>, lane: usize, item: Item<W::Acc>) {
    let (group, lane) = (&mut groups[lane / WIDTH], lane % WIDTH);
    let phase = group.phase[lane] as u16;
    if item.phase > phase {
        return push(later, item, "lanes of neurons");
    }
    if item.phase < phase {
        group.phase[lane] = u32::from(item.phase);
        for (receptor, input) in group.input.iter_mut().enumerate() {
            let input = std::mem::take(&mut input[lane]);
            push(later, Item { neuron: item.neuron, phase, receptor: receptor as u16, input }, "lanes of neurons");
        }
    }
    let sum = &mut group.input[usize::from(item.receptor)][lane];
    *sum = W::join(*sum, item.input);
}

/// Steps neurons with exponential currents, with instructions of `level`.
#[inline(always)]
pub(crate) fn step_exp<W: Weight, const N: usize>(lanes: &mut Lanes<W, N>, law: &Law<'_, W::State>, level: Level) {
    lanes.step::<false>(law, level);
}

/// Steps neurons with delta synapses, with instructions of `level`.
#[inline(always)]
pub(crate) fn step_delta<W: Weight>(lanes: &mut Lanes<W, 1>, law: &Law<'_, W::State>, level: Level) {
    lanes.step::<true>(law, level);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{LifDelta, LifExp, Model, Propagators};
    use crate::neurons::compiled;
    use crate::number::weight::Q16;
    use proptest::prelude::*;

    const BASE: Tick = 200_000;

    fn exp() -> Propagators {
        let (tau_m, c_m, e_l, v_th, v_reset, t_ref) = (10.0, 250.0, -65.0, -50.0, -65.0, 2.0);
        let model = LifExp { tau_m, c_m, e_l, v_th, v_reset, t_ref, tau_syn_exc: 2.0, tau_syn_inh: 5.0, i_e: 0.0 };
        Model::from(model).leaky(0.1).expect("a neuron")
    }

    fn delta() -> Propagators {
        let (tau_m, c_m, e_l, v_th, v_reset, t_ref) = (20.0, 250.0, -65.0, -50.0, -65.0, 0.3);
        Model::from(LifDelta { tau_m, c_m, e_l, v_th, v_reset, t_ref, i_e: 0.0 }).leaky(0.1).expect("a neuron")
    }

    /// The same neuron, one by one: moved on to `now`, stepped with this input, and whether it fired and might fire again.
    fn alone<S: Real, const N: usize>(
        single: &mut Single<S, N>,
        law: &Law<'_, S>,
        (now, bias, input): (Tick, S, [S; N]),
        delta: bool,
    ) -> (bool, Option<Tick>) {
        let c = &law.constants;
        single.catch_up(law.flow, now, bias);
        let mut moved = single.v * c.p22;
        if delta {
            moved = (moved + bias) + input[0];
        } else {
            for r in 0..N {
                moved = moved + single.i[r] * c.p21[r];
                single.i[r] = c.current(r, single.i[r], input[r]);
            }
            moved = moved + bias;
        }
        let left = single.refractory();
        let v = if left == 0 { moved.settle() } else { single.v };
        *single = Single::new(v, single.i, now + 1, left.saturating_sub(1));
        let fired = v >= c.theta;
        if fired {
            single.fire(c);
        }
        (fired, single.alarm(law.flow, bias))
    }

    /// A neuron: potential, currents, ticks since its last step, refractory ticks; and what happens to it: (phase,
    /// receptor, input) in the order of emission.
    type Story = ((f64, f64, f64), (Tick, u16), Vec<(u16, u16, f64)>);

    fn story() -> impl Strategy<Value = Story> {
        let since = prop_oneof![Just(0), Just(1), 2..400u64, 60_000..70_000u64, Just(65_535), Just(65_536), Just(65_537)];
        let refractory = prop_oneof![3 => Just(0u16), 1 => 1..30u16];
        let events = proptest::collection::vec((0..16u16, 0..2u16, -500.0..4000.0f64), 0..4);
        ((-20.0..14.9f64, 0.0..800.0f64, -800.0..0.0f64), (since, refractory), events)
    }

    /// Runs stories in lanes, round by round, and one by one; compares every bit.
    fn agree<W: Weight, const N: usize>(
        p: &Propagators,
        many: bool,
        stories: &[Story],
        step: impl Fn(&mut Lanes<W, N>, &Law<'_, W::State>),
        delta: bool,
    ) {
        let real = W::State::from_f64;
        let flow = Flow::new(p);
        let bias: Vec<W::State> = (0..if many { stories.len() } else { 1 }).map(|k| real(0.001 * (k % 7) as f64)).collect();
        let law = Law { constants: Constants::new(p), flow: &flow, bias: &bias, quantum: real(0.25), base: BASE };
        let mut singles: Vec<Single<W::State, N>> = vec![];
        for ((v, exc, inh), (since, refractory), _) in stories {
            let i: [W::State; N] = std::array::from_fn(|r| real(if delta { 0.0 } else { [*exc, *inh][r] }));
            singles.push(Single::new(real(*v), i, BASE - since, *refractory));
        }
        let mut expected = singles.clone();
        let mut items = vec![];
        let (mut fired, mut wakes, mut visits) = (vec![], vec![], 0);
        for (k, (single, (.., events))) in expected.iter_mut().zip(stories).enumerate() {
            let bias = if many { bias[k] } else { bias[0] };
            for phase in 0..16u16 {
                let mut sums = [W::Acc::default(); N];
                let at = events.iter().filter(|event| event.0 == phase);
                at.clone().for_each(|&(_, r, w)| sums[usize::from(r) % N] = W::add(sums[usize::from(r) % N], W::encode(w, 0.25)));
                if at.count() > 0 {
                    let input = sums.map(|sum| W::value(sum, law.quantum));
                    let (spike, alarm) = alone(single, &law, (BASE + Tick::from(phase), bias, input), delta);
                    fired.extend(spike.then_some((k as u32, u32::from(phase))));
                    wakes.extend(alarm.map(|tick| (k as u32, u32::from(phase), tick)));
                    visits += 1;
                }
            }
            for &(phase, r, w) in events {
                items.push(Item { neuron: k as u32, phase, receptor: r % N as u16, input: W::add(W::Acc::default(), W::encode(w, 0.25)) });
            }
        }
        // Neurons come mixed, each with its events in order.
        items.sort_by_key(|item| (item.neuron.wrapping_mul(0x9e37_79b9) >> 28, 0));
        let mut lanes = Lanes::<W, N>::default();
        let (mut found, mut alarms, mut phases) = (vec![], vec![], 0);
        lanes.take(&mut singles, &items);
        while lanes.len() > 0 {
            step(&mut lanes, &law);
            phases |= lanes.phases();
            visits -= lanes.len();
            lanes.put_back(0..lanes.len(), |neuron, phase, mut single, wakes| {
                let bias = if many { bias[neuron as usize] } else { bias[0] };
                if single.v >= law.constants.theta {
                    assert!(wakes);
                    single.fire(&law.constants);
                    found.push((neuron, phase));
                }
                let alarm = single.alarm(&flow, bias);
                assert!(wakes || alarm.is_none());
                alarms.extend(alarm.map(|tick| (neuron, phase, tick)));
                singles[neuron as usize] = single;
            });
            lanes.clear();
            let later = std::mem::take(&mut lanes.later);
            lanes.take(&mut singles, &later);
        }
        [&mut found, &mut fired].into_iter().for_each(|list| list.sort_unstable());
        [&mut alarms, &mut wakes].into_iter().for_each(|list| list.sort_unstable());
        assert_eq!((found, alarms, visits), (fired, wakes, 0));
        assert_eq!(phases, stories.iter().flat_map(|story| &story.2).fold(0, |all, event| all | 1 << event.0));
        for (single, expected) in singles.iter().zip(&expected) {
            let bits =
                |one: &Single<W::State, N>| (one.v.to_f64().to_bits(), one.i.map(|i| i.to_f64().to_bits()), one.done(), one.refractory());
            assert_eq!(bits(single), bits(expected));
        }
    }

    proptest! {
        #[test]
        fn lanes_do_what_is_done_one_by_one(stories in proptest::collection::vec(story(), 1..80), many: bool) {
            for level in [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(|level| *level <= Level::detect()) {
                agree::<f32, 2>(&exp(), many, &stories, |lanes, law| compiled::step_two(level, lanes, law), false);
                agree::<f64, 2>(&exp(), many, &stories, |lanes, law| compiled::step_two(level, lanes, law), false);
                agree::<Q16, 2>(&exp(), many, &stories, |lanes, law| compiled::step_two(level, lanes, law), false);
                agree::<f32, 1>(&exp(), many, &stories, |lanes, law| compiled::step_one(level, lanes, law), false);
                agree::<f64, 1>(&exp(), many, &stories, |lanes, law| compiled::step_one(level, lanes, law), false);
                agree::<Q16, 1>(&exp(), many, &stories, |lanes, law| compiled::step_one(level, lanes, law), false);
                agree::<f32, 1>(&delta(), many, &stories, |lanes, law| compiled::step_delta(level, lanes, law), true);
                agree::<f64, 1>(&delta(), many, &stories, |lanes, law| compiled::step_delta(level, lanes, law), true);
            }
        }
    }
}
