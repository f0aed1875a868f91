//! Models that users write as equations: what the engine must know of them, besides the program that steps their neurons.
//!
//! Names of a model live as long as the process, of the built-in ones as of these, so each distinct statement is kept once,
//! however many populations, networks and values of parameters there are.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::describe::{Mistake, Parameter, Readable, Shape, StateVariable, Values};
use super::inputs::Inputs;
use super::model::{Kind, Model};
use super::propagators::Propagators;

/// What is stated of such a model. The order of receptors, state and readables is that of its program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// Names and units of the state.
    pub state: Vec<(String, String)>,
    /// Names and units of what can be read, and its place in the state, where it stands there.
    pub readable: Vec<(String, String, Option<usize>)>,
    /// Names of receptors, and whether each takes the magnitudes of weights.
    pub receptors: Vec<(String, bool)>,
    /// The receptors of weights from 0 on and of those below, where the sign may choose.
    pub by_sign: Option<(u8, u8)>,
    /// Whether its neurons count refractory ticks.
    pub refractory: bool,
    /// Whether constant currents are part of its equations.
    pub takes_current: bool,
}

/// A statement that is kept.
#[derive(Debug)]
struct Written {
    name: &'static str,
    shape: Shape,
    inputs: &'static Inputs,
    takes_current: bool,
}

static KEPT: Mutex<BTreeMap<Statement, &'static Written>> = Mutex::new(BTreeMap::new());

/// The model of a statement. It has no parameters: those are constants of the program.
pub fn written(statement: &Statement) -> Model {
    let mut kept = KEPT.lock().expect("invariant: nothing panics while it is held");
    let number = kept.len();
    let known = *kept.entry(statement.clone()).or_insert_with(|| Box::leak(Box::new(Written::new(number, statement))));
    Model::new(known, Values::default())
}

impl Written {
    fn new(number: usize, statement: &Statement) -> Self {
        let state: Vec<_> = statement.state.iter().map(|(name, unit)| StateVariable { name: lasting(name), unit: lasting(unit) }).collect();
        let readable = statement.readable.iter();
        let readable: Vec<_> =
            readable.map(|(name, unit, place)| Readable { name: lasting(name), unit: lasting(unit), place: *place }).collect();
        let receptors: Vec<_> = statement.receptors.iter().map(|(name, is_magnitude)| (lasting(name), *is_magnitude)).collect();
        Self {
            name: lasting(&format!("equations {number}")),
            shape: Shape { receptors: receptors.len(), state: state.leak(), refractory: statement.refractory, readable: readable.leak() },
            inputs: Box::leak(Box::new(Inputs { receptors, by_sign: statement.by_sign })),
            takes_current: statement.takes_current,
        }
    }
}

fn lasting(text: &str) -> &'static str {
    Box::leak(text.into())
}

impl Kind for Written {
    fn name(&self) -> &'static str {
        self.name
    }
    fn title(&self) -> &'static str {
        "equations"
    }
    fn class(&self) -> &'static str {
        "Equations"
    }
    fn option(&self) -> Option<(&'static str, &'static str)> {
        None
    }
    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }
    fn check(&self, _: &Values) -> Result<(), Mistake> {
        Ok(())
    }
    fn check_step(&self, _: &Values, _: f64) -> Result<(), Mistake> {
        Ok(())
    }
    fn shape(&self, _: &Values) -> Shape {
        self.shape
    }
    /// Its potentials, if it has any, are kept as they are.
    fn rest(&self, _: &Values) -> f64 {
        0.0
    }
    /// Whatever makes it spike, no state is known that does.
    fn threshold(&self, _: &Values) -> f64 {
        f64::INFINITY
    }
    fn current(&self, _: &Values) -> f64 {
        0.0
    }
    /// Its equations take the current itself.
    fn per_current(&self, _: &Values, _: f64) -> f64 {
        1.0
    }
    fn jump(&self, _: &Values) -> f64 {
        f64::INFINITY
    }
    fn leaky(&self, _: &Values, _: f64) -> Option<Propagators> {
        None
    }
    fn is_source(&self) -> bool {
        false
    }
    fn inputs(&self) -> Option<&'static Inputs> {
        Some(self.inputs)
    }
    fn takes_current(&self) -> bool {
        self.takes_current
    }
}
