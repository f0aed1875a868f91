//! What a caller gave and may not: the parts of a message. The face puts them into words, in one place for what it refuses
//! itself and for what the engine refuses; how numbers are written in a range is stated here, as Python writes them.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

/// A value outside of what is allowed, in the caller's terms.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{}{parameter} is {value}, allowed: {allowed}", owner(subject))]
pub struct Refusal {
    /// Population, projection (`source → target`) or class; empty where the parameter says it all.
    pub subject: String,
    /// The parameter, as the caller calls it: `k of FixedInDegree`, `times[3]`.
    pub parameter: Cow<'static, str>,
    /// What was given.
    pub value: Given,
    /// The range.
    pub allowed: String,
}

impl Refusal {
    /// From its parts.
    pub fn new(
        subject: impl Into<String>,
        parameter: impl Into<Cow<'static, str>>,
        value: impl Into<Given>,
        allowed: impl Into<String>,
    ) -> Self {
        Self { subject: subject.into(), parameter: parameter.into(), value: value.into(), allowed: allowed.into() }
    }
}

impl Refusal {
    /// The same of a rule or a law that a projection or population uses: `k of FixedInDegree`.
    pub fn within(self, subject: &str) -> Self {
        Self { subject: subject.to_owned(), parameter: format!("{} of {}", self.parameter, self.subject).into(), ..self }
    }

    /// The same of an owner.
    pub fn of(self, subject: &str) -> Self {
        Self { subject: subject.to_owned(), ..self }
    }
}

/// A value as it was given.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// A real number.
    Number(f64),
    /// A whole number.
    Whole(i128),
    /// True or false.
    Switch(bool),
    /// What is shown as it is: a value with its unit, a pair, a distribution.
    Text(String),
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => f.write_str(&exact(*value)),
            Self::Whole(value) => write!(f, "{value}"),
            Self::Switch(value) => f.write_str(if *value { "True" } else { "False" }),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<f64> for Given {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<i128> for Given {
    fn from(value: i128) -> Self {
        Self::Whole(value)
    }
}

impl From<u32> for Given {
    fn from(value: u32) -> Self {
        Self::Whole(value.into())
    }
}

impl From<u64> for Given {
    fn from(value: u64) -> Self {
        Self::Whole(value.into())
    }
}

impl From<usize> for Given {
    fn from(value: usize) -> Self {
        Self::Whole(value as i128)
    }
}

impl From<bool> for Given {
    fn from(value: bool) -> Self {
        Self::Switch(value)
    }
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Given {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<fmt::Arguments<'_>> for Given {
    fn from(text: fmt::Arguments<'_>) -> Self {
        Self::Text(text.to_string())
    }
}

/// Largest magnitude of a physical value (mV, pA, pF, ms, Hz): sums of weights stay finite in 32-bit floats.
pub const LARGEST: f64 = 1e12;

/// Lets tests of overflow take a shorter way than values in range have: another largest magnitude.
const LARGEST_OF_TESTS: &str = "SPIKECORE_LARGEST";

/// Largest magnitude in force.
pub fn largest() -> f64 {
    std::env::var(LARGEST_OF_TESTS).ok().and_then(|text| text.parse().ok()).unwrap_or(LARGEST)
}

/// Whether a number is finite and no larger than [`LARGEST`].
pub fn is_moderate(value: f64) -> bool {
    value.abs() <= LARGEST || value.abs() <= largest()
}

/// Where the first number is that is not.
pub fn first_immoderate(values: &[f64]) -> Option<usize> {
    values.iter().position(|value| !is_moderate(*value))
}

/// How messages write that range.
pub fn moderate(unit: &str) -> String {
    format!("finite numbers, at most {}{unit} in magnitude", general(LARGEST))
}

/// A whole number that lies in a range, of whatever a caller gave; the ends of its type stand for all that is beyond.
///
/// # Errors
/// Where it does not.
pub fn whole(subject: &str, parameter: impl Into<Cow<'static, str>>, value: i128, (low, high): (u64, u64)) -> Result<u64, Refusal> {
    let inside = u64::try_from(value).ok().filter(|value| (low..=high).contains(value));
    let shown = || match value {
        i128::MAX => "beyond 2^127".into(),
        i128::MIN => "beyond -2^127".into(),
        value => Given::Whole(value),
    };
    inside.ok_or_else(|| Refusal::new(subject, parameter, shown(), within(low, high)))
}

/// How messages write a range of whole numbers.
pub fn within(low: u64, high: u64) -> String {
    let bits = (u128::from(high) + 1).ilog2();
    if bits > 32 && u128::from(high) + 1 == 1 << bits { format!("{low} … 2^{bits} - 1") } else { format!("{low} … {high}") }
}

/// What a name stands for, of some choices.
///
/// # Errors
/// Where it is none of them.
pub fn one_of<T: Copy>(subject: &str, parameter: &'static str, name: &str, choices: &[(&str, T)]) -> Result<T, Refusal> {
    let chosen = choices.iter().find(|(known, _)| *known == name);
    chosen.map(|&(_, choice)| choice).ok_or_else(|| {
        let known = choices.iter().map(|(known, _)| quoted(known)).collect::<Vec<_>>().join(", ");
        Refusal::new(subject, parameter, quoted(name), if known.is_empty() { "none".to_owned() } else { known })
    })
}

/// A name as a caller writes it.
pub fn quoted(name: &str) -> String {
    format!("'{name}'")
}

/// Refuses a value that is not finite, or far too large.
///
/// # Errors
/// That.
pub fn check_magnitude(parameter: impl Into<Cow<'static, str>>, value: f64, unit: &str) -> Result<(), Refusal> {
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    if is_moderate(value) { Ok(()) } else { Err(Refusal::new("", parameter, value, moderate(&unit))) }
}

/// The same for all values of an array of this shape, of which the first that is wrong is named by its place.
///
/// # Errors
/// That.
pub fn check_magnitudes(parameter: &str, values: &[f64], shape: &[usize], unit: &str) -> Result<(), Refusal> {
    let wrong = first_immoderate(values);
    wrong.map_or(Ok(()), |at| check_magnitude(format!("{parameter}[{}]", place(at, shape)), values[at], unit))
}

/// The place of an element of an array, as Python writes it.
fn place(mut at: usize, shape: &[usize]) -> String {
    if shape.len() <= 1 {
        return at.to_string();
    }
    let mut indices: Vec<String> = shape
        .iter()
        .rev()
        .map(|&length| {
            let index = at % length;
            at /= length;
            index.to_string()
        })
        .collect();
    indices.reverse();
    format!("({})", indices.join(", "))
}

fn owner(subject: &str) -> String {
    if subject.is_empty() { String::new() } else { format!("{subject}: ") }
}

/// A number in full, as Python's `repr` writes it.
pub fn exact(value: f64) -> String {
    match value {
        _ if value.is_nan() => "nan".to_owned(),
        _ if value.is_infinite() => format!("{value}"),
        _ => signed_exponent(&format!("{value:?}")),
    }
}

/// A number of at most six digits, as Python's `:g` writes it.
pub fn general(value: f64) -> String {
    digits(value, 6)
}

/// A number of at most so many digits, as Python's `:.{most}g` writes it.
pub fn digits(value: f64, most: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { exact(value) };
    }
    let scientific = format!("{value:.*e}", most - 1);
    let (mantissa, exponent) = scientific.split_once('e').expect("a number in scientific notation");
    let exponent: i32 = exponent.parse().expect("a whole exponent");
    let plain = |text: &str| if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() };
    match usize::try_from(most as i32 - 1 - exponent) {
        Ok(decimals) if exponent >= -4 => plain(&format!("{value:.decimals$}")),
        _ => signed_exponent(&format!("{}e{exponent}", plain(mantissa))),
    }
}

/// An exponent with a sign and two digits.
fn signed_exponent(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else { return text.to_owned() };
    let (sign, size) = exponent.strip_prefix('-').map_or(('+', exponent), |size| ('-', size));
    format!("{mantissa}e{sign}{size:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        let cases = [
            (1e12, "1000000000000.0", "1e+12"),
            (1e-300, "1e-300", "1e-300"),
            (1e16, "1e+16", "1e+16"),
            (0.1, "0.1", "0.1"),
            (-2.5e-7, "-2.5e-07", "-2.5e-07"),
            (6553.5, "6553.5", "6553.5"),
            (123_456_789.0, "123456789.0", "1.23457e+08"),
            (999_999.9, "999999.9", "1e+06"),
            (0.0, "0.0", "0"),
            (f64::INFINITY, "inf", "inf"),
            (f64::NAN, "nan", "nan"),
        ];
        for (value, full, short) in cases {
            assert_eq!((exact(value).as_str(), general(value).as_str()), (full, short));
        }
        assert_eq!(digits(65_535.0 * 0.1, 15), "6553.5");
    }

    #[test]
    fn whole_numbers_and_names_have_one_wording() {
        assert_eq!(whole("a", "k", 3, (1, 3)), Ok(3));
        let refused = |value, range| whole("a", "k", value, range).unwrap_err().to_string();
        assert_eq!(refused(-1, (0, 3)), "a: k is -1, allowed: 0 … 3");
        assert_eq!(refused(i128::MAX, (1, u64::MAX)), "a: k is beyond 2^127, allowed: 1 … 2^64 - 1");
        assert_eq!(within(0, (1 << 32) - 1), "0 … 4294967295");
        assert_eq!(within(0, 1 << 40), "0 … 1099511627776");
        assert_eq!(one_of("", "reset", "set", &[("set", 1), ("subtract", 2)]), Ok(1));
        let refused = |choices: &[(&str, u8)]| one_of("", "reset", "zero", choices).unwrap_err().to_string();
        assert_eq!(refused(&[("set", 1), ("subtract", 2)]), "reset is 'zero', allowed: 'set', 'subtract'");
        assert_eq!(refused(&[]), "reset is 'zero', allowed: none");
    }

    #[test]
    fn an_element_is_named_by_its_place() {
        let values = [0.0, 1.0, -2.0, 1e13, f64::NAN, 0.0];
        let refused = |shape: &[usize]| check_magnitudes("v", &values, shape, "pA").unwrap_err().to_string();
        assert_eq!(refused(&[6]), "v[3] is 10000000000000.0, allowed: finite numbers, at most 1e+12 pA in magnitude");
        assert!(refused(&[2, 3]).starts_with("v[(1, 0)] is") && refused(&[3, 1, 2]).starts_with("v[(1, 0, 1)] is"));
        assert_eq!(check_magnitudes("v", &values[..3], &[3], ""), Ok(()));
    }

    #[test]
    fn a_refusal_names_owner_parameter_value_and_range() {
        let refusal = Refusal::new("FixedInDegree", "k", 11_u32, "0 … 10").within("a → b");
        assert_eq!(refusal.to_string(), "a → b: k of FixedInDegree is 11, allowed: 0 … 10");
        assert_eq!(Refusal::new("", "autapses", false, "True").to_string(), "autapses is False, allowed: True");
    }
}
