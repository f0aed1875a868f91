//! What neurons without input do: their state after `n` ticks in closed form, and for how long they cannot fire.
//!
//! Without input a step is linear: `v' = p22 v + Σ p21_r i_r + bias`, `i_r' = p11_r i_r`. So is any number of steps,
//!
//! ```text
//! v_n = P_n v + Σ S_{r,n} i_r + G_n bias,   i_{r,n} = p11_r^n i_r
//! ```
//!
//! with coefficients tabulated by the digits of `n` and applied digit by digit ([`crate::neurons::event::digits`]).
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

use super::digits::{self, DIGITS, Digit, Exact, NEAR, has_more, value};
use crate::allocation::{gathered, unwind};
use crate::id::Tick;
use crate::models::Propagators;
use crate::number::real::Real;
use std::collections::HashMap;
use std::sync::Arc;

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
        let Propagators { currents, p22, p20, p11, p21, theta, reset, subtracts, refractory } = p;
        let numbers = [p22, p20, p11[0], p11[1], p21[0], p21[1], theta, reset].map(f64::to_bits);
        if known.try_reserve(1).is_err() {
            unwind::<Flow<S>>(1, "the tables of models");
        }
        Arc::clone(known.entry((numbers, currents, subtracts, refractory)).or_insert_with(|| Arc::new(Flow::new(&p))))
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
    pub(crate) fn near(&self) -> &[Digit<S>; NEAR] {
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
    pub(crate) fn rest<const N: usize, const M: usize>(&self, v: &[S; M], i: &[[S; M]; N], bias: &[S; M]) -> [u32; M] {
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
mod tests;
