//! The state of a neuron and one step of it, as a model states them: functions of one neuron, which the loops over blocks
//! ([`crate::neurons::bank`]) turn into vectors. So they are plain and without branches, choices are made by masks, and the
//! order of operations is part of the contract.

use std::fmt::Debug;

use super::describe::Described;
use crate::id::BLOCK;
use crate::number::real::Real;
use crate::pages::Zeroable;

/// So many numbers of one neuron.
pub trait Numbers<S: Real>: Copy + Debug + Send + Sync + 'static {
    /// How many.
    const COUNT: usize;
    /// The same of a block of neurons, number by number.
    type Block: Zeroable + Debug + AsRef<[[S; BLOCK]]> + AsMut<[[S; BLOCK]]>;
    /// Number by number.
    fn from_fn(number: impl FnMut(usize) -> S) -> Self;
    /// One of them.
    fn at(&self, place: usize) -> S;
}

impl<S: Real, const N: usize> Numbers<S> for [S; N] {
    const COUNT: usize = N;
    type Block = [[S; BLOCK]; N];
    #[inline(always)]
    fn from_fn(number: impl FnMut(usize) -> S) -> Self {
        std::array::from_fn(number)
    }
    #[inline(always)]
    fn at(&self, place: usize) -> S {
        self[place]
    }
}

/// A model's equations in one precision.
pub trait Dynamics<S: Real>: Copy + Debug + Send + Sync + 'static {
    /// The model.
    type Model: Described;
    /// Constants of a neuron, rounded.
    type Constants: Numbers<S>;
    /// State of a neuron; the potential relative to rest comes first.
    type State: Numbers<S>;
    /// Input of a neuron in one tick, by receptor.
    type Input: Numbers<S>;

    /// The constants of a neuron, for a tick of `h` ms.
    fn constants(model: &Self::Model, h: f64) -> Self::Constants;

    /// Ticks for which a neuron is refractory after a spike.
    fn refractory(_model: &Self::Model, _h: f64) -> u16 {
        0
    }

    /// The state at tick 0 of a neuron with this potential.
    fn start(potential: S) -> Self::State {
        Self::State::from_fn(|place| if place == 0 { potential } else { S::default() })
    }

    /// The next state from the last, the input of the tick and what constant currents add to the potential in it, and ones where
    /// the neuron spikes. `free` is ones where the neuron is not refractory.
    fn step(c: Self::Constants, state: Self::State, input: Self::Input, bias: S, free: S::Mask) -> (Self::State, S::Mask);

    /// The state of a neuron that has spiked.
    fn spiked(c: Self::Constants, state: Self::State) -> Self::State;

    /// A variable that is computed from the state, by its place among those that can be read. A model that states none is
    /// never asked.
    fn derived(_c: Self::Constants, _state: Self::State, readable: usize) -> S {
        unreachable!("invariant: a model that states variable {readable} as derived computes it")
    }
}
