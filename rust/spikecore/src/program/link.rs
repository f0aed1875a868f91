//! A program made ready to run in one precision: where each operand lies is found once.
//!
//! Registers lie in one file of blocks. First comes the *scratch*: what arrived, the current, who is free, the time, temporaries,
//! and constants that an operation needs as a block. Then comes, block of neurons by block, what is the neurons' *own*: their
//! state, and constants that differ. A constant of all neurons is one number beside the file, which an operation reads once,
//! wherever the operation has a loop for that: as its second or third operand, or as the first of a difference or a quotient.

use super::equations::Equations;
use super::layout::Layout;
use super::op::{Code, Op};
use crate::allocation::{copied, filled, gathered, push};
use crate::number::real::Real;

/// What this memory is for.
const LINKED: &str = "the program of neurons";

/// Where a block lies: the highest bit says that its place is counted from where a block's own numbers begin.
pub const OWN: u16 = 1 << 15;

/// An operation whose operands are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step<S> {
    /// What it does.
    pub code: Code,
    /// Which operands are one number for all neurons: bit `k` for operand `k`.
    pub singles: u8,
    /// The place of the block that is written.
    pub target: u16,
    /// The places of operands that are blocks; of others that of a block that is read besides. Of a draw its place and substep.
    pub sources: [u16; 3],
    /// The numbers.
    pub values: [S; 3],
}

/// A program in one precision.
#[derive(Debug)]
pub struct Linked<S> {
    /// What is done in every tick.
    pub step: Vec<Step<S>>,
    /// The place of who fires.
    pub fires: Option<u16>,
    /// What is done besides where one does.
    pub reset: Vec<Step<S>>,
    /// Constants that differ, in the order in which a block holds them after its state.
    pub varied: Vec<usize>,
    /// Places of the scratch that hold a constant of all neurons, and that.
    pub broadcast: Vec<(u16, S)>,
    /// Of each variable that can be read its place in the state.
    pub places: Vec<Option<usize>>,
    /// Of each that is no state what computes it, and the place of the value.
    pub readings: Vec<Option<(Vec<Step<S>>, u16)>>,
    /// How many blocks the scratch has.
    pub scratch: usize,
    /// How many a block of neurons has of its own.
    pub own: usize,
    /// What registers hold.
    pub layout: Layout,
}

/// A program while it is linked.
struct Linker<S> {
    layout: Layout,
    /// Numbers of constants, of neuron 0 where they differ.
    numbers: Vec<S>,
    varied: Vec<usize>,
    /// The places of constants in the scratch.
    blocks: Vec<Option<u16>>,
    broadcast: Vec<(u16, S)>,
    scratch: usize,
}

impl<S: Real> Linked<S> {
    /// That of these equations.
    pub fn new(equations: &Equations) -> Self {
        let (layout, constants) = (*equations.program.layout(), &equations.constants);
        let mut linker = Linker {
            layout,
            numbers: gathered(constants.iter().map(|constant| S::from_f64(constant.at(0))), LINKED),
            varied: gathered((0..layout.constants).filter(|&place| constants[place].is_each()), LINKED),
            blocks: filled(layout.constants, None, LINKED),
            broadcast: vec![],
            scratch: layout.registers() - layout.first_input(),
        };
        let (step, reset) = (linker.steps(equations.program.step()), linker.steps(equations.program.reset()));
        let fires = equations.program.fires().map(|register| linker.block(register));
        let readings = equations.readings.iter().map(|reading| {
            let reading = reading.as_ref()?;
            Some((linker.steps(reading.operations()), linker.block(reading.value())))
        });
        let readings = gathered(readings, LINKED);
        let Linker { varied, broadcast, scratch, .. } = linker;
        let places = copied(&equations.places, LINKED);
        Self { step, fires, reset, own: layout.state + varied.len(), varied, broadcast, places, readings, scratch, layout }
    }

    /// The place in the scratch of a register that is neither a constant nor state.
    pub fn place(&self, register: usize) -> u16 {
        (register - self.layout.first_input()) as u16
    }

    /// Where in the file a place is, for the block of neurons whose own numbers begin at `own`.
    pub fn at(&self, place: u16, own: usize) -> usize {
        usize::from(place & !OWN) + if place & OWN == 0 { 0 } else { own }
    }
}

impl<S: Real> Linker<S> {
    /// Operations with their operands found.
    fn steps(&mut self, operations: &[Op]) -> Vec<Step<S>> {
        let mut steps = vec![];
        for op in operations {
            push(&mut steps, self.step(op), LINKED);
        }
        steps
    }

    fn step(&mut self, op: &Op) -> Step<S> {
        let (code, registers) = self.turned(op);
        let target = self.block(op.target);
        let mut step = Step { code, singles: 0, target, sources: op.sources, values: [S::default(); 3] };
        let operands = code.operands();
        if operands == 0 {
            return step;
        }
        let leads = leads_with_single(code) && !self.is_single(registers[1]);
        for (k, &register) in registers.iter().enumerate().take(operands) {
            if self.is_single(register) && (k > 0 || leads) {
                step.singles |= 1 << k;
                step.values[k] = self.numbers[usize::from(register)];
            } else {
                step.sources[k] = self.block(register);
            }
        }
        let read = if leads { step.sources[1] } else { step.sources[0] };
        for k in (0..3).filter(|&k| k >= operands || step.singles >> k & 1 == 1) {
            step.sources[k] = read;
        }
        step
    }

    /// An operation and its operands, with a number of all neurons not first where the order does not matter.
    fn turned(&self, op: &Op) -> (Code, [u16; 3]) {
        let [a, b, c] = op.sources;
        if op.code.operands() < 2 || !self.is_single(a) || self.is_single(b) {
            return (op.code, op.sources);
        }
        let code = match op.code {
            Code::Less => Code::Greater,
            Code::LessEqual => Code::GreaterEqual,
            Code::Greater => Code::Less,
            Code::GreaterEqual => Code::LessEqual,
            same @ (Code::Add
            | Code::Mul
            | Code::Equal
            | Code::NotEqual
            | Code::And
            | Code::Or
            | Code::MulAdd
            | Code::MulSub
            | Code::SubMul
            | Code::AddTimes
            | Code::AddAdd) => same,
            other => return (other, op.sources),
        };
        (code, [b, a, c])
    }

    fn is_single(&self, register: u16) -> bool {
        usize::from(register) < self.layout.constants && !self.varied.contains(&usize::from(register))
    }

    /// The place of a register as a block; a constant of all neurons gets one in the scratch.
    fn block(&mut self, register: u16) -> u16 {
        let number = usize::from(register);
        if number >= self.layout.first_input() {
            return (number - self.layout.first_input()) as u16;
        }
        if let Some(state) = number.checked_sub(self.layout.first_state()) {
            return OWN | state as u16;
        }
        if let Some(place) = self.varied.iter().position(|&constant| constant == number) {
            return OWN | (self.layout.state + place) as u16;
        }
        if let Some(place) = self.blocks[number] {
            return place;
        }
        let place = self.scratch as u16;
        push(&mut self.broadcast, (place, self.numbers[number]), LINKED);
        self.blocks[number] = Some(place);
        self.scratch += 1;
        place
    }
}

/// Whether an operation has a loop for a first operand that is one number.
fn leads_with_single(code: Code) -> bool {
    matches!(code, Code::Sub | Code::Div)
}
