use super::op::Code;
use super::run::{Block, run};
use super::{Constant, Equations, Key, Layout, Linked, Op, Program, Reading};
use crate::id::BLOCK;
use crate::number::functions::Functions;

/// Constants, one number of state, and temporaries.
fn layout(constants: usize, temporaries: usize) -> Layout {
    Layout { constants, state: 1, inputs: 0, uses_current: false, refractory: false, uses_time: false, temporaries }
}

fn op(name: &str, target: u16, sources: [u16; 3]) -> Op {
    Op::named(name, target, sources).expect("a name of the list")
}

fn refused(layout: Layout, step: Vec<Op>, fires: Option<u16>, reset: Vec<Op>) -> String {
    Program::new(layout, step, fires, reset).expect_err("it cannot run").to_string()
}

#[test]
fn what_cannot_run_is_refused() {
    let neg = |target, source| vec![op("neg", target, [source, 0, 0])];
    // Registers: 0 a constant, 1 the state, 2 and 3 temporaries.
    for (step, reason) in
        [(neg(0, 1), "one of the state"), (neg(4, 1), "one of the state"), (neg(2, 3), "holds a number"), (neg(2, 4), "holds a number")]
    {
        assert!(refused(layout(1, 2), step, None, vec![]).contains(reason), "{reason}");
    }
    assert!(refused(layout(1, 2), neg(1, 1), None, vec![]).contains("none of those that are read"));
    assert!(refused(layout(1, 2), vec![], Some(2), vec![]).contains("holds a number"));
    assert!(refused(layout(1, 2), neg(2, 1), Some(2), neg(1, 3)).contains("holds a number"));
    assert!(refused(layout(5_000, 0), vec![], None, vec![]).contains("registers"));
    assert!(Program::new(layout(1, 2), neg(2, 1), Some(2), neg(1, 2)).is_ok(), "the reset may read what the step wrote");
    assert_eq!(Op::named("fma", 0, [0; 3]), None);
}

#[test]
fn a_reading_changes_nothing() {
    let program = Program::new(layout(1, 2), vec![op("neg", 2, [1, 0, 0])], None, vec![]).expect("it can run");
    let reading = |operations, value| Reading::new(&program, operations, value);
    assert!(reading(vec![op("neg", 2, [1, 0, 0])], 2).is_ok());
    assert!(reading(vec![op("neg", 1, [0, 0, 0])], 1).is_err());
    assert!(reading(vec![op("rand", 2, [0, 0, 0])], 2).is_err());
    assert!(reading(vec![], 3).is_err());
}

/// The meaning of an operation, number by number.
fn meaning<S: Functions>(code: Code, [a, b, c]: [S; 3]) -> S {
    let truth = |yes: bool| S::from_f64(f64::from(u8::from(yes)));
    let is = |x: S| x != S::from_f64(0.0);
    match code {
        Code::Copy => a,
        Code::Negate => -a,
        Code::Magnitude => S::from_f64(a.to_f64().abs()),
        Code::Root => S::sqrt(a),
        Code::Not => truth(!is(a)),
        Code::Exp => S::exp(a),
        Code::ExpM1 => S::expm1(a),
        Code::ExpRel => S::exprel(a),
        Code::Log => S::log(a),
        Code::Log1P => S::log1p(a),
        Code::Sin => S::sin(a),
        Code::Cos => S::cos(a),
        Code::Tanh => S::tanh(a),
        Code::Add => a + b,
        Code::Sub => a - b,
        Code::Mul => a * b,
        Code::Div => a / b,
        Code::Pow => S::pow(a, b),
        Code::Min => {
            if a < b {
                a
            } else {
                b
            }
        }
        Code::Max => {
            if a > b {
                a
            } else {
                b
            }
        }
        Code::Less => truth(a < b),
        Code::LessEqual => truth(a <= b),
        Code::Greater => truth(a > b),
        Code::GreaterEqual => truth(a >= b),
        Code::Equal => truth(a == b),
        Code::NotEqual => truth(a != b),
        Code::And => truth(is(a) && is(b)),
        Code::Or => truth(is(a) || is(b)),
        Code::Select => {
            if is(a) {
                b
            } else {
                c
            }
        }
        Code::MulAdd => a * b + c,
        Code::MulSub => a * b - c,
        Code::SubMul => c - a * b,
        Code::AddTimes => (a + b) * c,
        Code::SubTimes => (a - b) * c,
        Code::AddAdd => (a + b) + c,
        Code::Rand | Code::RandN => unreachable!("they draw"),
    }
}

/// Numbers of every kind, different in every place.
fn number(k: usize, place: usize) -> f64 {
    let kinds = [0.0, -0.0, 1.0, -1.0, 0.5, 3.25, -7.5, 1e-3, 40.0, f64::INFINITY, f64::NAN, -2.0];
    kinds[(k * (2 * place + 1) + place) % kinds.len()] + if k.is_multiple_of(3) { 0.0 } else { k as f64 / 64.0 }
}

/// Runs an operation on operands that are each a number for all or one per neuron, against its meaning.
fn agrees<S: Functions>(code: Code) {
    for same in 0..1 << code.operands() {
        let constant = |place: usize| {
            if same >> place & 1 == 1 {
                Constant::Same(number(5, place))
            } else {
                Constant::Each((0..BLOCK).map(|k| number(k, place)).collect())
            }
        };
        let constants: Vec<_> = (0..3).map(constant).collect();
        // Registers: 0 to 2 the operands, 3 the state.
        let program = Program::new(layout(3, 0), vec![Op { code, target: 3, sources: [0, 1, 2] }], None, vec![]).expect("it can run");
        let equations = Equations { program, variables: 1, constants, refractory: vec![0], places: vec![Some(0)], readings: vec![None] };
        let linked = Linked::<S>::new(&equations);
        let mut file: Vec<Block<S>> = vec![[S::from_f64(0.0); BLOCK]; linked.scratch + linked.own];
        for &(place, value) in &linked.broadcast {
            file[usize::from(place)] = [value; BLOCK];
        }
        for (place, &constant) in linked.varied.iter().enumerate() {
            file[linked.scratch + 1 + place] = std::array::from_fn(|k| S::from_f64(equations.constants[constant].at(k)));
        }
        run(&linked.step, &mut file, linked.scratch, &Key { seed: 0, population: 0, block: 0, tick: 0 });
        for k in 0..BLOCK {
            let operands = [0, 1, 2].map(|place| S::from_f64(equations.constants[place].at(k)));
            let (computed, meant) = (file[linked.scratch][k].to_f64(), meaning(code, operands).to_f64());
            assert!(
                computed.to_bits() == meant.to_bits() || (computed.is_nan() && meant.is_nan()),
                "{code:?} {operands:?}: {computed}, not {meant}"
            );
        }
    }
}

#[test]
fn every_operation_is_what_it_means_whatever_its_operands_are() {
    for &code in Code::ALL.iter().filter(|code| code.operands() > 0) {
        agrees::<f32>(code);
        agrees::<f64>(code);
    }
}
