//! A program with the numbers of the neurons of a population: what a user's equations come to.

use super::check::{self, Program};
use super::op::Op;
use crate::refusal::Refusal;

/// A number of the neurons of a population: the same for all, or one each.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// For all.
    Same(f64),
    /// One per neuron.
    Each(Vec<f64>),
}

impl Constant {
    /// That of neuron `k`.
    pub fn at(&self, k: usize) -> f64 {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[k],
        }
    }

    /// Whether each neuron has its own.
    pub fn is_each(&self) -> bool {
        matches!(self, Self::Each(_))
    }
}

/// How a variable is read that is no state: operations over constants and state, and the register of the value.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    operations: Vec<Op>,
    value: u16,
}

impl Reading {
    /// That of a variable of neurons that obey a program.
    ///
    /// # Errors
    /// Where it could not run.
    pub fn new(program: &Program, operations: Vec<Op>, value: u16) -> Result<Self, Refusal> {
        let layout = program.layout();
        let mut written = vec![false; layout.temporaries];
        check::check(layout, &operations, &mut written)?;
        check::readable(layout, value, &written)?;
        let fixed = layout.first_input()..layout.first_temporary();
        let is_fleeting = |register: &u16| fixed.contains(&usize::from(*register));
        if let Some(op) = operations.iter().find(|op| usize::from(op.target) < layout.first_temporary() || check::draws(op)) {
            return Err(Refusal::new("", "an operation that reads", op.code.name(), "one that changes nothing"));
        }
        let mut read = operations.iter().flat_map(Op::reads).chain([&value]);
        if let Some(&register) = read.find(|register| is_fleeting(register)) {
            return Err(Refusal::new("", "a register that is read", u32::from(register), "a constant or state"));
        }
        drop(read);
        Ok(Self { operations, value })
    }

    /// What is computed.
    pub fn operations(&self) -> &[Op] {
        &self.operations
    }

    /// The register of the value.
    pub fn value(&self) -> u16 {
        self.value
    }
}

/// A program, its constants, and how variables are read.
#[derive(Debug)]
pub struct Equations {
    /// What a step does.
    pub program: Program,
    /// How many numbers of the state are variables; those behind them are read and never change what happens.
    pub variables: usize,
    /// The constants, in the order of their registers.
    pub constants: Vec<Constant>,
    /// Ticks for which a neuron is refractory after a spike: one number for all, or one each.
    pub refractory: Vec<u16>,
    /// Of each variable that can be read its place in the state, where it stands there.
    pub places: Vec<Option<usize>>,
    /// Of each other what computes it.
    pub readings: Vec<Option<Reading>>,
}
