//! Constants of neurons that differ from one another, one array each.

use super::adaptive::Adaptive;
use super::block::{column, constant};
use super::constants::Constants;
use crate::allocation::gathered;
use crate::id::BLOCK;
use crate::network::{Model, Propagators};
use crate::number::real::Real;
use std::sync::Arc;

/// Where a slab's constants come from.
#[derive(Debug, Clone)]
pub(crate) enum Own<S> {
    /// All neurons have the slab's.
    Same,
    /// Each leaky neuron has its own.
    Each(Arc<Columns<S>>),
    /// Each adaptive neuron has its own.
    Adaptive(Adaptive<S>),
}

impl<S: Real> Own<S> {
    /// Of neurons of `model`, or with a model each, padded to `padded` of them.
    pub(crate) fn new(model: &Model, each: &[Model], padded: usize, h: f64) -> Self {
        match (model, each) {
            (Model::Alif(_), []) => Self::Adaptive(Adaptive::new(std::slice::from_ref(model), padded, h)),
            (Model::Alif(_), _) => Self::Adaptive(Adaptive::new(each, padded, h)),
            (_, []) => Self::Same,
            _ => Self::Each(Arc::new(Columns::new(each, padded, h))),
        }
    }

    /// Bytes per neuron that a population of `model` needs for this, `varied` or not; with what drives each neuron.
    pub(crate) fn bytes_per_neuron(model: &Model, varied: bool) -> usize {
        let drive = if varied { 3 * size_of::<f64>() } else { 0 };
        let constants = match model {
            Model::Alif(_) => Adaptive::<S>::ARRAYS * size_of::<S>(),
            _ if varied => Columns::<S>::ARRAYS * size_of::<S>() + size_of::<u16>(),
            _ => 0,
        };
        constants + drive
    }

    /// Back to tick 0.
    pub(crate) fn reset(&mut self) {
        if let Self::Adaptive(adaptive) = self {
            adaptive.reset();
        }
    }

    /// Bytes of its arrays.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Same => 0,
            Self::Each(c) => c.p22.len() * (Columns::<S>::ARRAYS * size_of::<S>() + size_of::<u16>()),
            Self::Adaptive(a) => a.bytes(),
        }
    }
}

/// The constants of leaky neurons, one array each.
#[derive(Debug)]
pub(crate) struct Columns<S> {
    p22: Vec<S>,
    p11: [Vec<S>; 2],
    p21: [Vec<S>; 2],
    theta: Vec<S>,
    reset: Vec<S>,
    jump: Vec<S>,
    refractory: Vec<u16>,
    subtracts: bool,
}

/// The constants of a block.
pub struct Block<'a, S> {
    p22: &'a [S; BLOCK],
    p11: [&'a [S; BLOCK]; 2],
    p21: [&'a [S; BLOCK]; 2],
    theta: &'a [S; BLOCK],
    reset: &'a [S; BLOCK],
    jump: &'a [S; BLOCK],
    refractory: &'a [u16; BLOCK],
    subtracts: bool,
}

impl<S: Real> Columns<S> {
    const ARRAYS: usize = 8;

    fn new(models: &[Model], padded: usize, h: f64) -> Self {
        let all = models.iter().filter_map(|m| m.propagators(h)).map(|p: Propagators| Constants::new(&p));
        let all: Vec<Constants<S>> = gathered(all, "the constants of neurons");
        let of = |get: &dyn Fn(&Constants<S>) -> S| column(padded, all.iter().map(get));
        Self {
            p22: of(&|c| c.p22),
            p11: [of(&|c| c.p11[0]), of(&|c| c.p11[1])],
            p21: [of(&|c| c.p21[0]), of(&|c| c.p21[1])],
            theta: of(&|c| c.theta),
            reset: of(&|c| c.reset),
            jump: of(&|c| c.jump),
            refractory: column(padded, all.iter().map(|c| c.refractory)),
            subtracts: all.iter().any(|c| c.subtracts),
        }
    }

    #[inline(always)]
    /// The constants of the block from neuron `at` on.
    pub fn block(&self, at: usize) -> Block<'_, S> {
        Block {
            p22: constant(&self.p22, at),
            p11: [constant(&self.p11[0], at), constant(&self.p11[1], at)],
            p21: [constant(&self.p21[0], at), constant(&self.p21[1], at)],
            theta: constant(&self.theta, at),
            reset: constant(&self.reset, at),
            jump: constant(&self.jump, at),
            refractory: constant(&self.refractory, at),
            subtracts: self.subtracts,
        }
    }
}

impl<S: Real> Block<'_, S> {
    /// The constants of neuron `k` of the block.
    #[inline(always)]
    pub fn at(&self, k: usize) -> Constants<S> {
        Constants {
            p22: self.p22[k],
            p11: [self.p11[0][k], self.p11[1][k]],
            p21: [self.p21[0][k], self.p21[1][k]],
            theta: self.theta[k],
            reset: self.reset[k],
            jump: self.jump[k],
            subtracts: self.subtracts,
            refractory: self.refractory[k],
        }
    }
}
