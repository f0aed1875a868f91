//! The loop over the operations of a program: one dispatch per operation and block, and a plain loop over its 128 numbers
//! that becomes vectors at every instruction-set level.
//!
//! An operation writes no block that it reads (V2 of [`super::check`]), so the file can be cut around the one that is written.

use super::draw::Key;
use super::link::{OWN, Step};
use super::op::Code;
use crate::id::BLOCK;
use crate::number::functions::Functions;
use crate::number::real::Real;

/// The numbers of a register.
pub type Block<S> = [S; BLOCK];

/// An operand: a block, or a number for all.
trait Operand<S>: Copy {
    /// That of neuron `k`.
    fn at(self, k: usize) -> S;
}

impl<S: Copy> Operand<S> for &Block<S> {
    #[inline(always)]
    fn at(self, k: usize) -> S {
        self[k]
    }
}

/// A number for all.
#[derive(Clone, Copy)]
struct Single<S>(S);

impl<S: Copy> Operand<S> for Single<S> {
    #[inline(always)]
    fn at(self, _: usize) -> S {
        self.0
    }
}

#[inline(always)]
fn one<S: Real>(target: &mut Block<S>, a: &Block<S>, f: impl Fn(S) -> S) {
    for k in 0..BLOCK {
        target[k] = f(a[k]);
    }
}

#[inline(always)]
fn two<S: Real>(target: &mut Block<S>, a: impl Operand<S>, b: impl Operand<S>, f: impl Fn(S, S) -> S) {
    for k in 0..BLOCK {
        target[k] = f(a.at(k), b.at(k));
    }
}

#[inline(always)]
fn three<S: Real>(target: &mut Block<S>, a: &Block<S>, b: impl Operand<S>, c: impl Operand<S>, f: impl Fn(S, S, S) -> S) {
    for k in 0..BLOCK {
        target[k] = f(a[k], b.at(k), c.at(k));
    }
}

/// Cuts the file around the block that an operation writes: this, and those that it reads. A block of neurons' own numbers
/// begin at `own`.
#[inline(always)]
fn blocks<'a, S>(file: &'a mut [Block<S>], step: &Step<S>, own: usize) -> (&'a mut Block<S>, [&'a Block<S>; 3]) {
    let place = |place: u16| usize::from(place & !OWN) + if place & OWN == 0 { 0 } else { own };
    let (low, rest) = file.split_at_mut(place(step.target));
    let (target, high) = rest.split_first_mut().expect(LINKED);
    let (low, high): (&'a [Block<S>], &'a [Block<S>]) = (low, high);
    let source = move |source: u16| {
        let place = place(source);
        if place < low.len() { &low[place] } else { &high[place - low.len() - 1] }
    };
    let [a, b, c] = step.sources;
    (target, [source(a), source(b), source(c)])
}

const LINKED: &str = "invariant: a linked place is in the file";

/// 1 where so, else 0.
#[inline(always)]
fn truth<S: Real>(yes: bool) -> S {
    S::from_f64(1.0).where_set(S::mask(yes), S::default())
}

/// Whether a number stands for what is true.
#[inline(always)]
fn is<S: Real>(x: S) -> bool {
    x != S::default()
}

/// Runs operations on the block of neurons whose own numbers begin at `own`.
#[inline(always)]
pub fn run<S: Functions>(steps: &[Step<S>], file: &mut [Block<S>], own: usize, key: &Key) {
    for step in steps {
        if step.code.operands() == 0 {
            draw(step, file, own, key);
            continue;
        }
        let (target, [a, b, c]) = blocks(file, step, own);
        let [first, second, third] = step.values;
        let (first, second, third) = (Single(first), Single(second), Single(third));
        macro_rules! one {
            ($f:expr) => {
                one(target, a, $f)
            };
        }
        macro_rules! two {
            ($f:expr) => {
                if step.singles == 0 { two(target, a, b, $f) } else { two(target, a, second, $f) }
            };
        }
        macro_rules! two_either {
            ($f:expr) => {
                match step.singles {
                    0 => two(target, a, b, $f),
                    1 => two(target, first, b, $f),
                    _ => two(target, a, second, $f),
                }
            };
        }
        macro_rules! three {
            ($f:expr) => {
                match step.singles {
                    0 => three(target, a, b, c, $f),
                    2 => three(target, a, second, c, $f),
                    4 => three(target, a, b, third, $f),
                    _ => three(target, a, second, third, $f),
                }
            };
        }
        match step.code {
            Code::Copy => one!(|a| a),
            Code::Negate => one!(|a: S| -a),
            Code::Magnitude => one!(|a| S::absolute(a)),
            Code::Root => one!(|a| S::sqrt(a)),
            Code::Not => one!(|a| truth(!is(a))),
            Code::Exp => one!(|a| S::exp(a)),
            Code::ExpM1 => one!(|a| S::expm1(a)),
            Code::ExpRel => one!(|a| S::exprel(a)),
            Code::Log => one!(|a| S::log(a)),
            Code::Log1P => one!(|a| S::log1p(a)),
            Code::Sin => one!(|a| S::sin(a)),
            Code::Cos => one!(|a| S::cos(a)),
            Code::Tanh => one!(|a| S::tanh(a)),
            Code::Add => two!(|a, b| a + b),
            Code::Sub => two_either!(|a, b| a - b),
            Code::Mul => two!(|a, b| a * b),
            Code::Div => two_either!(|a, b| a / b),
            Code::Pow => two!(|a, b| S::pow(a, b)),
            Code::Min => two!(|a: S, b| a.where_set(S::mask(a < b), b)),
            Code::Max => two!(|a: S, b| a.where_set(S::mask(a > b), b)),
            Code::Less => two!(|a, b| truth(a < b)),
            Code::LessEqual => two!(|a, b| truth(a <= b)),
            Code::Greater => two!(|a, b| truth(a > b)),
            Code::GreaterEqual => two!(|a, b| truth(a >= b)),
            Code::Equal => two!(|a, b| truth(a == b)),
            Code::NotEqual => two!(|a, b| truth(a != b)),
            Code::And => two!(|a, b| truth(is(a) & is(b))),
            Code::Or => two!(|a, b| truth(is(a) | is(b))),
            Code::Select => three!(|a, b: S, c| b.where_set(S::mask(is(a)), c)),
            Code::MulAdd => three!(|a, b, c| a * b + c),
            Code::MulSub => three!(|a, b, c| a * b - c),
            Code::SubMul => three!(|a, b, c| c - a * b),
            Code::AddTimes => three!(|a, b, c| (a + b) * c),
            Code::SubTimes => three!(|a, b, c| (a - b) * c),
            Code::AddAdd => three!(|a, b, c| (a + b) + c),
            Code::Rand | Code::RandN => {}
        }
    }
}

/// Runs an operation that draws.
#[inline(never)]
fn draw<S: Real>(step: &Step<S>, file: &mut [Block<S>], own: usize, key: &Key) {
    let place = usize::from(step.target & !OWN) + if step.target & OWN == 0 { 0 } else { own };
    let [_, call, substep] = step.sources;
    if step.code == Code::Rand { key.uniform((call, substep), &mut file[place]) } else { key.normal((call, substep), &mut file[place]) }
}
