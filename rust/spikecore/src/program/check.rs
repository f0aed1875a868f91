//! A program that can run.
//!
//! Invariants, which [`Program::new`] checks and [`super::run`] leans on:
//! * **V1** every register that is named is one of the layout;
//! * **V2** an operation writes no register that it reads, and only state and temporaries;
//! * **V3** a temporary is written before it is read: in the step by the step, in the reset by either.

use super::layout::Layout;
use super::op::{Code, Op};
use crate::refusal::Refusal;

/// Most registers of a program: two of sixteen bits say where a register lies.
pub const MOST_REGISTERS: usize = 1 << 12;
/// Most operations of a step, or a reset.
pub const MOST_OPERATIONS: usize = 1 << 16;

/// What neurons do in a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    layout: Layout,
    step: Vec<Op>,
    fires: Option<u16>,
    reset: Vec<Op>,
}

impl Program {
    /// A program: what is done in every tick, the register that holds 1 where a neuron fires, and what is done besides for a
    /// block in which one does.
    ///
    /// # Errors
    /// Where it could not run.
    pub fn new(layout: Layout, step: Vec<Op>, fires: Option<u16>, reset: Vec<Op>) -> Result<Self, Refusal> {
        if layout.registers() > MOST_REGISTERS {
            return Err(Refusal::new("", "registers", layout.registers(), format!("at most {MOST_REGISTERS}")));
        }
        let mut written = vec![false; layout.temporaries];
        check(&layout, &step, &mut written)?;
        if let Some(fires) = fires {
            readable(&layout, fires, &written)?;
        }
        check(&layout, &reset, &mut written)?;
        Ok(Self { layout, step, fires, reset })
    }

    /// What its registers hold.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What is done in every tick.
    pub fn step(&self) -> &[Op] {
        &self.step
    }

    /// The register that holds 1 where a neuron fires.
    pub fn fires(&self) -> Option<u16> {
        self.fires
    }

    /// What is done besides where one does.
    pub fn reset(&self) -> &[Op] {
        &self.reset
    }
}

/// Checks operations that follow others, which have written these temporaries.
pub fn check(layout: &Layout, operations: &[Op], written: &mut [bool]) -> Result<(), Refusal> {
    if operations.len() > MOST_OPERATIONS {
        return Err(Refusal::new("", "operations", operations.len(), format!("at most {MOST_OPERATIONS}")));
    }
    for op in operations {
        for &register in op.reads() {
            readable(layout, register, written)?;
        }
        let target = usize::from(op.target);
        let temporary = target.checked_sub(layout.first_temporary());
        let is_state = (layout.first_state()..layout.first_input()).contains(&target);
        if !is_state && temporary.is_none_or(|temporary| temporary >= layout.temporaries) {
            return Err(Refusal::new("", "a register that is written", target, "one of the state, or a temporary"));
        }
        if op.reads().contains(&op.target) {
            return Err(Refusal::new("", "a register that is written", target, "none of those that are read"));
        }
        if let Some(temporary) = temporary {
            written[temporary] = true;
        }
    }
    Ok(())
}

/// Refuses a register that holds nothing.
pub fn readable(layout: &Layout, register: u16, written: &[bool]) -> Result<(), Refusal> {
    let place = usize::from(register).checked_sub(layout.first_temporary());
    match place {
        None => Ok(()),
        Some(place) if written.get(place) == Some(&true) => Ok(()),
        Some(_) => Err(Refusal::new("", "a register that is read", register as u32, "one that holds a number")),
    }
}

/// Whether an operation draws a random number.
pub fn draws(op: &Op) -> bool {
    matches!(op.code, Code::Rand | Code::RandN)
}
