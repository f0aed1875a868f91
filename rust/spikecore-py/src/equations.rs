//! Neurons that are given as equations, at the border: the program of a population from what Python compiled.

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use spikecore::allocation::gathered;
use spikecore::{Constant, Equations, Layout, Op, Program, Reading, Statement};

use crate::door::values;
use crate::errors;

/// The name of an operation, the register that it writes, and those that it reads.
type Operation = (String, u16, u16, u16, u16);

/// Of a variable: its name and unit, and its register in the state, or operations of which the last makes its value.
type Readable = (String, String, Option<usize>, Vec<Operation>);

/// What `spikecore.equations.program.Program` holds, in its words.
#[derive(FromPyObject)]
pub struct Compiled<'py> {
    state: Vec<(String, String, Bound<'py, PyAny>)>,
    variables: usize,
    readable: Vec<Readable>,
    receptors: Vec<(String, String, bool)>,
    by_sign: Option<(u8, u8)>,
    uses_current: bool,
    uses_time: bool,
    refractory: Option<Bound<'py, PyAny>>,
    constants: Vec<Bound<'py, PyAny>>,
    temporaries: usize,
    step: Vec<Operation>,
    fires: Option<u16>,
    reset: Vec<Operation>,
}

/// What this memory is for.
const CONSTANTS: &str = "the constants of neurons";

impl Compiled<'_> {
    /// What the engine must know of the model.
    pub fn statement(&self) -> Statement {
        Statement {
            state: gathered(self.state.iter().map(|(name, unit, _)| (name.clone(), unit.clone())), CONSTANTS),
            readable: gathered(
                self.readable.iter().map(|readable| (readable.0.clone(), readable.1.clone(), self.place(readable))),
                CONSTANTS,
            ),
            receptors: gathered(self.receptors.iter().map(|(name, _, is_magnitude)| (name.clone(), *is_magnitude)), CONSTANTS),
            by_sign: self.by_sign,
            refractory: self.refractory.is_some(),
            takes_current: self.uses_current,
        }
    }

    /// The program with its constants.
    pub fn equations(&self, subject: &str) -> PyResult<Equations> {
        let layout = Layout {
            constants: self.constants.len(),
            state: self.state.len(),
            inputs: self.receptors.len(),
            uses_current: self.uses_current,
            refractory: self.refractory.is_some(),
            uses_time: self.uses_time,
            temporaries: self.temporaries,
        };
        let refused = |refusal: spikecore::Refusal| errors::refusal(refusal.of(subject));
        let program = Program::new(layout, operations(subject, &self.step)?, self.fires, operations(subject, &self.reset)?);
        let program = program.map_err(refused)?;
        let constant = |given: &Bound<'_, PyAny>| match given.extract::<PyReadonlyArray1<'_, f64>>() {
            Ok(array) => values(&array, CONSTANTS).map(Constant::Each),
            Err(_) => given.extract().map(Constant::Same),
        };
        let constants = self.constants.iter().map(constant).collect::<PyResult<_>>()?;
        let refractory = match &self.refractory {
            None => vec![0],
            Some(given) => match given.extract::<PyReadonlyArray1<'_, i64>>() {
                Ok(array) => values(&array, CONSTANTS)?.into_iter().map(u16::try_from).collect::<Result<_, _>>()?,
                Err(_) => vec![given.extract()?],
            },
        };
        let reading = |readable: &Readable| {
            let Some(last) = readable.3.last() else { return Ok(None) };
            let (steps, value) = (operations(subject, &readable.3)?, last.1);
            Reading::new(&program, steps, value).map(Some).map_err(refused)
        };
        let readings = self.readable.iter().map(reading).collect::<PyResult<_>>()?;
        let places = gathered(self.readable.iter().map(|readable| self.place(readable)), CONSTANTS);
        Ok(Equations { program, variables: self.variables, constants, refractory, places, readings })
    }

    /// The place in the state of a variable that stands there.
    fn place(&self, readable: &Readable) -> Option<usize> {
        readable.2.and_then(|register| register.checked_sub(self.constants.len()))
    }
}

fn operations(subject: &str, given: &[Operation]) -> PyResult<Vec<Op>> {
    let operation = |(name, dst, a, b, c): &Operation| {
        Op::named(name, *dst, [*a, *b, *c]).ok_or_else(|| errors::refused(subject, "operation", &**name, "the name of an operation"))
    };
    given.iter().map(operation).collect()
}
