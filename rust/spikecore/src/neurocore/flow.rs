//! What neurons without input do: their state after `n` ticks in closed form, and for how long they cannot fire.
//!
//! Without input a step is linear: `v' = p22 v + Σ p21_r i_r + bias`, `i_r' = p11_r i_r`. So is any number of steps,
//!
//! ```text
//! v_n = P_n v + Σ S_{r,n} i_r + G_n bias,   i_{r,n} = p11_r^n i_r
//! ```
//!
//! with coefficients tabulated by the digits of `n` and applied digit by digit ([`super::digits`]).
//!
//! **Bound.** `P_n v + G_n bias` goes from `v` monotonically towards `bias / (1 - p22)`, without leak (`p22 = 1`) in a
//! straight line, so for all `n` up to `w` it lies below the larger of its values at 0 and `w`. `S_{r,n}` is not negative
//! and rises up to one maximum, without leak for ever towards `p21 / (1 - p11)`, so for all `n` up to `w` the current adds
//! at most `max(i_r, 0)` times `S_{r,m}`, `m` the smaller of `w` and the place of the maximum: inhibition is ignored. A
//! neuron whose sum of these stays below the threshold by more than the margin cannot fire within `w` ticks.
//!
//! **Rising.** With one current `v_n` is `a p22^n + b p11^n + c`, which has one extremum at most. So where it still rises after
//! `w` ticks, where `v_{w+1} - v_w = p21 i_w + bias - (1 - p22) v_w > 0`, a maximum can only come later, and for all `n` up to `w`
//! it lies below the larger of `v_0` and `v_w`: of a neuron that a large input drives to its threshold that is all there is to
//! know, and far less than the sum above. That it rises is taken for sure when it does so by more than the margin, and of an
//! excitatory current, of which the slower decay is a bound.
//!
//! **Margin.** It covers the rounding by which step-by-step integration may differ; `ε` is the unit roundoff.
//! - A stepped current obeys `i' <= p11 (1 + ε)² i` and never grows. The bound takes `S` with a decay of
//!   `min(1, p11 (1 + 3 ε))`, so it holds for stepped currents however slow they are.
//! - A step of the potential rounds three constants, three products and three sums, so it errs by less than `5 ε (|v_n| +
//!   Σ |i_r| p21_r + |bias|)`, which is less than `10 ε R_w` with the reach `R_w = |v| + G_w |bias| + Σ |i_r| max S_r`,
//!   no potential within the window being larger. Errors shrink by `p22` from step to step, so after `n <= w` steps they
//!   add up to less than `10 ε G_w R_w`: `G_w = (1 - p22^w) / (1 - p22)`, which without leak is the `w` ticks themselves.
//! - Tables and the comparison are rounded too, which is less than `20 ε (R_w + |θ|)`. As `G_w >= 1`, `32 ε G_w (R_w + |θ|)` covers all.
//! - The closed form rounds as well, but nobody fires in it: its error is in the state from which the next bound is taken, and
//!   in what modes may differ by.
//!
//! **For ever.** With a leak `G` ends at `1 / (1 - p22)`, and so do bound and margin. Without, errors do not decay, but
//! currents do: one that can be described (below 1e38) has settled to exact zero after `N = 160 / (1 - p11)` ticks, since
//! `ln 1e38 - ln TINY < 160`; without bias the potential is then bit for bit the same in every step, and the margin is that
//! of `N` ticks. With a bias there is no bound for ever, but for one case: without leak and currents, and with a bias of
//! zero or below, a step is `v + bias` rounded, which is never above `v`, so what is below the threshold stays there and no
//! margin is needed. What has an infinite threshold never fires.
//!
//! **Finite.** What these bounds let sleep has a finite reach, so that the closed form does not overflow; where no margin is needed,
//! and where no threshold is met, that is asked for besides. Of a state that is not finite none of them is true.
//!
//! **Slow.** With a leak of a few `ε` per tick, as of `f32` where a tick is a millionth of `tau_m`, the margin for ever is larger
//! than any threshold. There another bound needs none. A step of the potential is products with constants of zero or above,
//! sums, rounding and `settle`: none of these puts two numbers in the other order, so of two neurons with the same bias, the one
//! whose potential and currents are not above those of the other stays so. A current without input never comes above
//! `max(i_r, 0)`. Hence if a step with *these* currents and the bias, as it is rounded, takes a potential `w` not above `w`, no
//! neuron that begins at or below `w` ever comes above it. Two such `w` below the threshold are tried: the last number below it,
//! and the last power of two, from which a bias has the farthest to go to be rounded up. Models whose margin for ever is less
//! than 1 in [`SLOW`] do without.

use std::collections::HashMap;
use std::sync::Arc;

use super::digits::{self, DIGITS, Digit, Exact, NEAR, has_more, value};
use super::weight::Real;
use crate::allocation::{gathered, unwind};
use crate::id::Tick;
use crate::network::Propagators;

/// Windows of ticks for which a neuron may be left alone.
const WINDOWS: [Tick; 16] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512];

/// The largest that can be added within each of `M` numbers of ticks. Without leak and for ever, `bias` and `margin` may be
/// infinite.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Rungs<S, const M: usize> {
    v: [S; M],
    bias: [S; M],
    i: [[S; M]; 2],
    /// What the first current adds at the end.
    end: [S; M],
    /// What is left of it then, times `p21`.
    left: [S; M],
    /// Relative margin, see the module.
    margin: [S; M],
}

/// The flow of one model's neurons.
#[derive(Debug, Clone)]
pub struct Flow<S> {
    digits: Box<[Digit<S>; DIGITS]>,
    rungs: Rungs<S, { WINDOWS.len() }>,
    /// For ever.
    last: Rungs<S, 1>,
    theta: S,
    /// What potential and currents at rest stay below: the threshold less the margin of a reach of six; no number is
    /// below it where that is no bound for ever.
    calm: S,
    /// What of a potential is lost in a step.
    leak: S,
    /// Whether there is no leak.
    keeps: bool,
    /// Whether there is no threshold.
    never: bool,
    /// By how much a bias of one moves the potential in as many ticks as a machine can count.
    far: S,
    /// Of a slow membrane: potentials below the threshold that a step is tried from.
    barriers: Option<[S; 2]>,
    /// The decay of the potential in a step, and what the currents add to it, as neurons are stepped.
    step: (S, [S; 2]),
}

/// More than `ln 1e38 - ln TINY`.
const SETTLING: f64 = 160.0;

/// The margin for ever of a slow membrane is at least one of so many parts of what it is relative to.
const SLOW: f64 = 256.0;

/// `x y`, and zero where `x` is zero and `y` infinite.
#[inline(always)]
fn times<S: Real>(x: S, y: S) -> S {
    (x * y).where_set(S::mask(x != S::default()), x)
}

/// Where `S_n` is largest, for n ≥ 1, and how large: `S_n = p21 (p22^n - p11^n) / (p22 - p11)`.
fn peak(p: &Propagators, receptor: usize) -> (f64, f64) {
    let (p22, p11, p21) = (p.p22, p.p11[receptor], p.p21[receptor]);
    if p22 == 1.0 || p11 == 1.0 {
        // One of the two does not decay: it rises for ever.
        return (f64::INFINITY, p21 / ((1.0 - p11) + (1.0 - p22)));
    }
    let (a, b) = (libm::log(p22), libm::log(p11));
    // ln(b / a) / (a - b), smooth at b = a.
    let apart = (b - a) / a;
    let at = if apart.abs() < 1e-8 { -1.0 / a } else { -libm::log1p(apart) / (a * apart) };
    let value = |n: f64| {
        let x = n * (b - a);
        let ratio = if b == a { n / p22 } else { libm::exp((n - 1.0) * a) * libm::expm1(x) / libm::expm1(b - a) };
        p21 * if b == a { ratio * libm::exp(n * a) } else { ratio }
    };
    let candidates = [1.0, libm::floor(at), libm::ceil(at)];
    let best = candidates.into_iter().filter(|n| *n >= 1.0 && n.is_finite()).map(|n| (n, value(n)));
    best.filter(|(_, s)| s.is_finite()).fold((1.0, p21), |best, one| if one.1 > best.1 { one } else { best })
}

/// The flow of every population, none for spike sources.
pub type Flows<S> = [Option<Arc<Flow<S>>>];

/// The flows of these models, none for spike sources; equal models share one, so that its tables stay in cache.
pub fn shared<S: Real>(models: impl Iterator<Item = Option<Propagators>>) -> Vec<Option<Arc<Flow<S>>>> {
    let mut known: HashMap<_, Arc<Flow<S>>> = HashMap::new();
    let mut flow = |p: Propagators| {
        let Propagators { p22, p20, p11, p21, theta, reset, subtracts, refractory } = p;
        let numbers = [p22, p20, p11[0], p11[1], p21[0], p21[1], theta, reset].map(f64::to_bits);
        if known.try_reserve(1).is_err() {
            unwind::<Flow<S>>(1, "the tables of models");
        }
        Arc::clone(known.entry((numbers, subtracts, refractory)).or_insert_with(|| Arc::new(Flow::new(&p))))
    };
    gathered(models.map(|p| p.map(&mut flow)), "the tables of models")
}

impl<S: Real> Flow<S> {
    /// The flow of a model; `epsilon` is the state's unit roundoff.
    pub fn new(p: &Propagators) -> Self {
        let one = Exact { v: p.p22, i: p.p21, bias: 1.0, decay: p.p11 };
        let slow = Propagators { p11: p.p11.map(|p11| (p11 * (1.0 + 3.0 * S::EPSILON)).min(1.0)), ..*p };
        let peaks = [peak(&slow, 0), peak(&slow, 1)];
        let margin = |growth: f64| S::from_f64(32.0 * S::EPSILON * growth);
        let tick = Exact { decay: slow.p11, ..one };
        let (mut rung, mut ticks) = (tick, 1);
        let windows = WINDOWS.map(|window| {
            for _ in ticks..window {
                rung = rung.then(tick);
            }
            ticks = window;
            rung
        });
        let most = |r: usize| {
            let peak: (f64, f64) = peaks[r];
            std::array::from_fn(|k| S::from_f64(if (WINDOWS[k] as f64) < peak.0 { windows[k].i[r] } else { peak.1 }))
        };
        let rungs = Rungs {
            v: windows.map(|rung| S::from_f64(rung.v)),
            bias: windows.map(|rung| S::from_f64(rung.bias)),
            i: [most(0), most(1)],
            end: windows.map(|rung| S::from_f64(rung.i[0])),
            left: windows.map(|rung| S::from_f64(rung.decay[0] * slow.p21[0])),
            margin: windows.map(|rung| margin(rung.bias)),
        };
        let (leak, keeps) = (1.0 - p.p22, p.p22 == 1.0);
        let settling = 1.0 + slow.p11.iter().map(|p11| SETTLING / (1.0 - p11)).fold(0.0, f64::max);
        let last = Rungs {
            v: [S::from_f64(if keeps { 1.0 } else { 0.0 })],
            bias: [S::from_f64(1.0 / leak)],
            i: [peaks[0].1, peaks[1].1].map(|peak| [S::from_f64(peak)]),
            // For ever nothing rises.
            end: [S::default()],
            left: [S::default()],
            margin: [margin(if keeps { settling } else { 1.0 / leak })],
        };
        // Without leak what is added may be infinite; three roundings of the sum are covered by the margin's slack.
        let bound = p.theta - 32.0 * S::EPSILON * 7.0 * p.theta / leak;
        let calm = S::from_f64(if keeps || !bound.is_finite() || p.theta <= 0.0 { f64::NEG_INFINITY } else { bound });
        let below = S::from_f64(p.theta).next_down().to_f64();
        let power = if below > 0.0 { f64::from_bits(below.to_bits() & f64::INFINITY.to_bits()) } else { below };
        let slow = !keeps && 32.0 * S::EPSILON * SLOW >= leak;
        Self {
            barriers: slow.then(|| [below, power].map(S::from_f64)),
            step: (S::from_f64(p.p22), p.p21.map(S::from_f64)),
            digits: digits::of(one),
            rungs,
            last,
            theta: S::from_f64(p.theta),
            calm,
            leak: S::from_f64(leak),
            keeps,
            never: p.theta == f64::INFINITY,
            far: S::from_f64((1.0 / leak).min((1u64 << 48) as f64)),
        }
    }

    /// Moves potential and currents on by `ticks` without input.
    #[inline(always)]
    pub fn advance<const N: usize>(&self, v: &mut S, i: &mut [S; N], bias: S, ticks: Tick) {
        for (k, digit) in self.near().iter().enumerate() {
            digit.apply(value(ticks, k), v, i, bias);
        }
        if has_more(ticks, NEAR) {
            self.advance_far(v, i, bias, ticks);
        }
        *v = v.settle();
        *i = i.map(Real::settle);
    }

    /// The other digits.
    #[cold]
    #[inline(never)]
    fn advance_far<const N: usize>(&self, v: &mut S, i: &mut [S; N], bias: S, ticks: Tick) {
        debug_assert!(!has_more(ticks, DIGITS), "invariant: a machine runs fewer than 2^48 ticks");
        for (k, digit) in self.digits.iter().enumerate().skip(NEAR) {
            digit.apply(value(ticks, k), v, i, bias);
        }
    }

    /// The first digits.
    #[inline(always)]
    pub(super) fn near(&self) -> &[Digit<S>; NEAR] {
        self.digits.first_chunk().expect("invariant: there are more")
    }

    /// Moves currents on by `ticks`.
    #[cold]
    #[inline(never)]
    pub fn decay<const N: usize>(&self, i: &mut [S; N], ticks: Tick) {
        for (k, digit) in self.digits.iter().enumerate().take_while(|&(k, _)| has_more(ticks, k)) {
            for r in 0..N {
                i[r] = i[r] * digit.decay[r][value(ticks, k)];
            }
        }
        *i = i.map(Real::settle);
    }

    /// Does a neuron that gets no input certainly never fire? A few operations for most of those of which
    /// [`Flow::quiet`] says so, and no to all others: with potential, drift and inhibition within a threshold of rest, the
    /// reach is below six thresholds.
    #[inline(always)]
    pub fn rests<const N: usize>(&self, v: S, i: [S; N], bias: S) -> bool {
        let (zero, low) = (S::default(), S::default() - self.theta);
        let drift = bias * self.last.bias[0];
        let mut sum = if drift > v { drift } else { v };
        let mut within = (v > low) & (drift > low) & (drift < self.theta);
        for r in 0..N {
            let current = i[r] * self.last.i[r][0];
            sum = sum + if current > zero { current } else { zero };
            within &= current > low;
        }
        (sum < self.calm) & within
    }

    /// The same of many at once, 1 or 0, in loops that become vectors.
    #[inline(always)]
    pub(super) fn rest<const N: usize, const M: usize>(&self, v: &[S; M], i: &[[S; M]; N], bias: &[S; M]) -> [u32; M] {
        let (zero, low) = (S::default(), S::default() - self.theta);
        let (mut sum, mut within) = ([zero; M], [0; M]);
        for k in 0..M {
            let drift = bias[k] * self.last.bias[0];
            sum[k] = if drift > v[k] { drift } else { v[k] };
            within[k] = u32::from(v[k] > low) & u32::from(drift > low) & u32::from(drift < self.theta);
        }
        for i in i.iter().zip(&self.last.i) {
            for k in 0..M {
                let current = i.0[k] * i.1[0];
                sum[k] = sum[k] + if current > zero { current } else { zero };
                within[k] &= u32::from(current > low);
            }
        }
        for k in 0..M {
            within[k] &= u32::from(sum[k] < self.calm);
        }
        within
    }

    /// For how many ticks a neuron that gets no input certainly does not fire; `Tick::MAX` if never.
    #[inline(never)]
    pub fn quiet<const N: usize>(&self, v: S, i: [S; N], bias: S) -> Tick {
        let zero = S::default();
        if self.never {
            return if self.stays_finite(v, i, bias) { Tick::MAX } else { 0 };
        }
        if self.keeps && i == [zero; N] && bias <= zero {
            return if v < self.theta && self.stays_finite(v, i, bias) { Tick::MAX } else { 0 };
        }
        if self.barriers.is_some_and(|barriers| barriers.into_iter().any(|w| v <= w && self.holds(w, i, bias)))
            && self.stays_finite(v, i, bias)
        {
            return Tick::MAX;
        }
        if self.below(&self.last, v, i, bias) != [0] {
            return Tick::MAX;
        }
        // All windows at once: to search them would be to guess at every turn.
        let below = self.below(&self.rungs, v, i, bias);
        below.iter().rposition(|&below| below != 0).map_or(0, |window| WINDOWS[window])
    }

    /// Is the reach finite for all ticks that a machine can count?
    fn stays_finite<const N: usize>(&self, v: S, i: [S; N], bias: S) -> bool {
        let size = |x: S| if x > S::default() { x } else { x * S::from_f64(-1.0) };
        let currents = (0..N).fold(S::default(), |sum, r| sum + times(size(i[r]), self.last.i[r][0]));
        (size(v) + size(bias) * self.far) + currents < S::from_f64(S::LARGEST / 8.0)
    }

    /// Does a step with these currents, as they are if they excite, take the potential `w` not above `w`?
    #[cold]
    fn holds<const N: usize>(&self, w: S, i: [S; N], bias: S) -> bool {
        let (zero, (p22, p21)) = (S::default(), self.step);
        let mut moved = w * p22;
        for r in 0..N {
            moved = moved + if i[r] > zero { i[r] } else { zero } * p21[r];
        }
        (moved + bias).settle() <= w
    }

    /// Does a neuron stay below the threshold, by more than the margin, within the ticks of each of these? 1 or 0, in loops
    /// that become vectors.
    #[inline(always)]
    fn below<const N: usize, const M: usize>(&self, rungs: &Rungs<S, M>, v: S, i: [S; N], bias: S) -> [u32; M] {
        let zero = S::default();
        // Of a number of ticks nothing is infinite.
        let times = |x: S, y: S| if M == 1 { times(x, y) } else { x * y };
        let positive = |x: S| if x > zero { x } else { zero };
        let size = |x: S| if x > zero { x } else { x * S::from_f64(-1.0) };
        let larger = |a: S, b: S| if a > b { a } else { b };
        let mut below = [0; M];
        for (k, below) in below.iter_mut().enumerate() {
            let drift = times(bias, rungs.bias[k]);
            let end = v * rungs.v[k] + drift;
            let (mut up, mut currents) = (zero, zero);
            for r in 0..N {
                up = up + times(positive(i[r]), rungs.i[r][k]);
                currents = currents + times(size(i[r]), rungs.i[r][k]);
            }
            let reach = (size(v) + size(drift)) + currents;
            let margin = rungs.margin[k] * (reach + size(self.theta));
            let last = end + i[0] * rungs.end[k];
            let rises = (i[0] * rungs.left[k] + bias) - self.leak * last;
            let sure = S::mask((N == 1) & (i[0] > zero) & (rungs.left[k] > zero) & (rises > margin));
            let bound = larger(v, last).where_set(sure, larger(v, end) + up);
            *below = u32::from(bound + margin < self.theta);
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{LifExp, Model};
    use proptest::prelude::*;

    fn propagators(tau_m: f64, taus: [f64; 2], dt: f64) -> Propagators {
        let model = LifExp {
            tau_m,
            c_m: 250.0,
            e_l: -65.0,
            v_th: -50.0,
            v_reset: -65.0,
            t_ref: 2.0,
            tau_syn_exc: taus[0],
            tau_syn_inh: taus[1],
            i_e: 0.0,
        };
        Model::LifExp(model).propagators(dt).expect("a neuron")
    }

    /// Plain steps in `f64`: (potential, currents) and the highest potential on the way, the start left out.
    fn steps(p: &Propagators, mut v: f64, mut i: [f64; 2], bias: f64, n: u64) -> (f64, [f64; 2], f64) {
        let mut top = f64::NEG_INFINITY;
        for _ in 0..n {
            v = ((v * p.p22 + i[0] * p.p21[0]) + i[1] * p.p21[1]) + bias;
            i = [i[0] * p.p11[0], i[1] * p.p11[1]];
            top = top.max(v);
        }
        (v, i, top)
    }

    fn time_constant() -> impl Strategy<Value = f64> {
        prop_oneof![0.3..40.0f64, Just(10.0)]
    }

    /// Of a membrane: also slow ones, and without leak.
    fn membrane() -> impl Strategy<Value = f64> {
        let slow = (3.0..9.0f64).prop_map(libm::exp10);
        prop_oneof![3 => time_constant(), 2 => slow, 2 => Just(f64::INFINITY)]
    }

    proptest! {
        #[test]
        fn closed_form_is_the_steps(
            tau_m in membrane(), tau_e in time_constant(), tau_i in time_constant(),
            v in -40.0..14.0f64, exc in 0.0..2000.0f64, inh in -2000.0..0.0f64, bias in -0.2..0.2f64, n in 0u64..20_000,
        ) {
            let p = propagators(tau_m, [tau_e, tau_i], 0.1);
            let (want, currents, _) = steps(&p, v, [exc, inh], bias, n);
            let (mut got, mut i) = (v, [exc, inh]);
            Flow::<f64>::new(&p).advance(&mut got, &mut i, bias, n);
            prop_assert!((got - want).abs() < 1e-9 * (1.0 + want.abs()), "{got} {want}");
            prop_assert!((i[0] - currents[0]).abs() < 1e-9 * (1e-20 + exc) && (i[1] - currents[1]).abs() < 1e-9 * (1e-20 - inh));
        }

        /// Whoever is called quiet does not reach the threshold, in either precision; and the bound is not idle.
        #[test]
        fn the_quiet_do_not_fire(
            tau_m in membrane(), tau_e in time_constant(), tau_i in time_constant(),
            v in -40.0..14.9999f64, exc in -500.0..3000.0f64, inh in -2000.0..500.0f64, bias in -0.2..0.25f64,
        ) {
            let p = propagators(tau_m, [tau_e, tau_i], 0.1);
            let quiet = Flow::<f64>::new(&p).quiet(v, [exc, inh], bias);
            let (.., top) = steps(&p, v, [exc, inh], bias, quiet.min(5000));
            prop_assert!(top < p.theta, "{quiet} {top}");
            let narrow = Flow::<f32>::new(&p);
            let quiet = narrow.quiet(v as f32, [exc as f32, inh as f32], bias as f32);
            let (mut x, mut i) = (v as f32, [exc as f32, inh as f32]);
            for n in 0..quiet.min(5000) {
                x = ((x * p.p22 as f32 + i[0] * p.p21[0] as f32) + i[1] * p.p21[1] as f32) + bias as f32;
                i = [i[0] * p.p11[0] as f32, i[1] * p.p11[1] as f32];
                prop_assert!(x < p.theta as f32, "{quiet}: {x} after {n}");
            }
        }
    }

    proptest! {
        /// The same of neurons with one current, which may be seen to rise up to the end of a window.
        #[test]
        fn the_quiet_with_one_current_do_not_fire(
            tau_m in membrane(), tau in prop_oneof![5 => time_constant(), 1 => 1e3..1e9f64],
            v in -40.0..14.9999f64, i in prop_oneof![-500.0..3000.0f64, 300.0..1500.0f64], bias in prop_oneof![Just(0.0), -0.2..0.25f64],
        ) {
            let p = propagators(tau_m, [tau, tau], 0.1);
            let quiet = Flow::<f64>::new(&p).quiet(v, [i], bias);
            let (.., top) = steps(&p, v, [i, 0.0], bias, quiet.min(5000));
            prop_assert!(top < p.theta, "{quiet} {top}");
            let quiet = Flow::<f32>::new(&p).quiet(v as f32, [i as f32], bias as f32);
            let (mut x, mut i) = (v as f32, i as f32);
            for n in 0..quiet.min(5000) {
                x = (x * p.p22 as f32 + i * p.p21[0] as f32) + bias as f32;
                i *= p.p11[0] as f32;
                prop_assert!(x < p.theta as f32, "{quiet}: {x} after {n}");
            }
        }
    }

    /// A neuron that a pulse makes fire is left alone for at least two thirds of the time that it takes, again and again.
    #[test]
    fn a_rise_is_looked_at_a_few_times() {
        let p = propagators(20.0, [5.0, 5.0], 0.1);
        let flow = Flow::<f32>::new(&p);
        for pulse in [1300.0, 1450.0, 2000.0, 5000.0] {
            let (mut v, mut i, mut looks, mut ticks) = (0.0f32, [pulse], 0, 0);
            loop {
                let quiet = flow.quiet(v, i, 0.0);
                if quiet == 0 {
                    break;
                }
                flow.advance(&mut v, &mut i, 0.0, quiet);
                (looks, ticks) = (looks + 1, ticks + quiet);
            }
            let (.., before) = steps(&p, 0.0, [f64::from(pulse), 0.0], 0.0, ticks);
            let (.., after) = steps(&p, 0.0, [f64::from(pulse), 0.0], 0.0, ticks + 1);
            assert!(before < p.theta && after > p.theta - 1e-3, "{pulse} pA: {ticks} ticks, {before} {after}");
            assert!((1..=4).contains(&looks), "{pulse} pA: {looks} looks in {ticks} ticks");
        }
    }

    #[test]
    fn the_bound_is_tight_where_it_matters() {
        let p = propagators(20.0, [5.0, 5.0], 0.1);
        let flow = Flow::<f64>::new(&p);
        assert_eq!(flow.quiet(0.0, [0.0; 2], 0.0), Tick::MAX);
        let (.., top) = steps(&p, 0.0, [1.0, 0.0], 0.0, 2000);
        assert_eq!(flow.quiet(0.0, [0.9999 * p.theta / top, 0.0], 0.0), Tick::MAX);
        let fires = 1.0001 * p.theta / top;
        let quiet = flow.quiet(0.0, [fires, 0.0], 0.0);
        assert!((32..=128).contains(&quiet), "{quiet} ticks, and the peak comes after some 92");
        // At the threshold itself, one unit below, and with a bias above rheobase.
        assert_eq!(flow.quiet(p.theta, [0.0; 2], 0.0), 0);
        assert_eq!(flow.quiet(p.theta.next_down(), [0.0; 2], 0.0), 0);
        let quiet = flow.quiet(0.0, [0.0; 2], 1.01 * p.theta * (1.0 - p.p22));
        assert_eq!(quiet, 512);
        // Inhibition does not wake, excitation behind it does.
        assert_eq!(flow.quiet(10.0, [-1000.0, 0.0], 0.0), Tick::MAX);
        assert!(flow.quiet(10.0, [-1000.0, 1000.0], 0.0) < 64);
    }

    /// Where a leak is of the order of the rounding, or lost in it, those who rest are left alone as in `f64`.
    #[test]
    fn a_slow_membrane_sleeps_in_single_precision_too() {
        for exponent in [3.0, 4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 7.3, 8.0, 9.0] {
            let tau_m = 0.1 * libm::exp10(exponent);
            let p = propagators(tau_m, [2.0, 5.0], 0.1);
            let (wide, narrow) = (Flow::<f64>::new(&p), Flow::<f32>::new(&p));
            let rheobase = p.theta * (1.0 - p.p22);
            for (v, i, share) in [
                (0.0, [0.0; 2], 0.0),
                (-5.0, [0.0, -100.0], 0.0),
                (0.0, [0.0; 2], 0.5),
                (7.5, [0.0; 2], 0.9),
                (-15.0, [0.0; 2], -3.0),
                (14.9, [0.0; 2], 0.0),
            ] {
                let bias = share * rheobase;
                assert_eq!(wide.quiet(v, i, bias), Tick::MAX, "f64, dt / tau_m 1e-{exponent}, {v} mV, {share} of rheobase");
                let quiet = narrow.quiet(v as f32, i.map(|i| i as f32), bias as f32);
                assert_eq!(quiet, Tick::MAX, "f32, dt / tau_m 1e-{exponent}, {v} mV, {share} of rheobase");
                let (quiet_one, bias) = (narrow.quiet(v as f32, [i[1] as f32], bias as f32), bias as f32);
                assert_eq!(quiet_one, Tick::MAX, "one current");
                let mut x = v as f32;
                for _ in 0..100_000 {
                    x = x * p.p22 as f32 + bias;
                    assert!(x < p.theta as f32, "dt / tau_m 1e-{exponent}");
                }
            }
            // What fires is looked at, where rounding lets it fire.
            assert!(exponent > 7.5 || narrow.quiet(0.0, [0.0; 2], (3.0 * rheobase) as f32) <= 512);
            assert_eq!(narrow.quiet(p.theta as f32, [0.0; 2], 0.0), 0);
        }
    }

    #[test]
    fn without_leak_the_silent_sleep_for_ever() {
        let p = propagators(f64::INFINITY, [5.0, 2.0], 0.1);
        assert_eq!((p.p22, p.p20), (1.0, 0.1 / 250.0));
        let (flow, narrow) = (Flow::<f64>::new(&p), Flow::<f32>::new(&p));
        // Up to the last number below the threshold, and not at it; a bias below zero helps, one above does not.
        assert_eq!(flow.quiet(p.theta.next_down(), [0.0; 2], 0.0), Tick::MAX);
        assert_eq!(flow.quiet(p.theta.next_down(), [0.0; 2], -1e-3), Tick::MAX);
        assert_eq!(narrow.quiet((p.theta as f32).next_down(), [0.0; 2], 0.0), Tick::MAX);
        assert_eq!(flow.quiet(p.theta, [0.0; 2], 0.0), 0);
        assert_eq!(flow.quiet(0.0, [0.0; 2], 1e-300), 512);
        // 15 mV at 0.02 mV per tick: 750 ticks; at 0.1 mV per tick 150.
        assert_eq!(flow.quiet(0.0, [0.0; 2], 0.02), 512);
        assert_eq!(flow.quiet(0.0, [0.0; 2], 0.1), 128);
        // All of a current that decays arrives: 5 ms x i / 250 pF.
        let all = p.theta * 250.0 / 5.0;
        let (.., top) = steps(&p, 0.0, [all, 0.0], 0.0, 20_000);
        assert!((top / p.theta - 1.0).abs() < 1e-9, "{top}");
        assert_eq!(flow.quiet(0.0, [0.999 * p.theta / top * all, 0.0], 0.0), Tick::MAX);
        assert_eq!(narrow.quiet(0.0, [(0.95 * p.theta / top * all) as f32, 0.0], 0.0), Tick::MAX);
        let quiet = flow.quiet(0.0, [1.001 * p.theta / top * all, 0.0], 0.0);
        assert!((128..=512).contains(&quiet), "{quiet}");
        // Inhibition does not wake; where its rounding may reach the threshold it does until it has settled.
        assert_eq!(flow.quiet(14.9, [0.0, -1e9], 0.0), Tick::MAX);
        let (mut v, mut i) = (14.9f32, [0.0, -1e3]);
        assert_eq!(narrow.quiet(v, i, 0.0), 512);
        narrow.advance(&mut v, &mut i, 0.0, 4_000);
        assert_eq!((i, narrow.quiet(v, i, 0.0)), ([0.0; 2], Tick::MAX));
    }

    #[test]
    fn currents_slower_than_rounding_are_taken_as_constant() {
        for tau_m in [10.0, 1e-3, f64::INFINITY] {
            let p = propagators(tau_m, [1e8, 1e12], 0.1);
            let flow = Flow::<f32>::new(&p);
            for current in [30.0f32, 374.9, 375.1, 4e3] {
                let quiet = flow.quiet(0.0, [current, 0.0], 0.0);
                let (mut v, mut i) = (0.0f32, current);
                for n in 0..quiet.min(100_000) {
                    (v, i) = (v * p.p22 as f32 + i * p.p21[0] as f32, i * p.p11[0] as f32);
                    assert!(v < p.theta as f32, "tau_m {tau_m}, {current} pA: {quiet} ticks, {v} after {n}");
                }
            }
            assert_eq!(flow.quiet(14.0, [0.0; 2], 0.0), Tick::MAX, "tau_m {tau_m}");
        }
    }

    #[test]
    fn without_a_threshold_nothing_fires() {
        for tau_m in [10.0, f64::INFINITY] {
            let p = Propagators { theta: f64::INFINITY, ..propagators(tau_m, [5.0, 5.0], 0.1) };
            assert_eq!(Flow::<f32>::new(&p).quiet(1e9, [1e9, -1e9], 1e9), Tick::MAX);
        }
    }

    #[test]
    fn equal_and_vanishing_time_constants_have_a_peak() {
        for taus in [[10.0, 10.0], [10.0, 1e-4], [1e5, 10.0], [10.0 + 1e-14, 10.0 - 1e-9]] {
            let p = propagators(10.0, taus, 0.1);
            for (r, tau) in taus.into_iter().enumerate() {
                let i = if r == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
                let (.., top) = steps(&p, 0.0, i, 0.0, 20_000);
                let (_, value) = peak(&p, r);
                assert!((value / top - 1.0).abs() < 1e-6, "tau {tau}: {value} {top}");
            }
        }
    }
}
