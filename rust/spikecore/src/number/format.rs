//! Which weights a machine stores, by the words of a caller.

use crate::refusal::{Refusal, one_of, quoted};

/// A weight format, and with it the precision of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 32-bit floats, as the state.
    F32,
    /// 16-bit fixed point; the state has 32 bits.
    Q16,
    /// 64-bit floats, as the state.
    F64,
}

impl Format {
    /// The format of this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn named(name: &str) -> Result<Self, Refusal> {
        one_of("", "weights", name, &[("f32", Self::F32), ("q16", Self::Q16), ("f64", Self::F64)])
    }

    /// The format of weights, which follows from the precision of the state where none is asked for.
    ///
    /// # Errors
    /// Where a word is unknown, or the two contradict each other.
    pub fn chosen(weights: Option<&str>, precision: &str) -> Result<Self, Refusal> {
        let state = one_of("", "precision", precision, &[("f32", Self::F32), ("f64", Self::F64)])?;
        let Some(name) = weights else { return Ok(state) };
        let format = one_of("", "weights", name, &[("f32", Self::F32), ("q16", Self::Q16)])?;
        if state == Self::F64 {
            let allowed = "left out with precision='f64', which keeps its weights in 64 bits";
            return Err(Refusal::new("", "weights", quoted(name), allowed));
        }
        Ok(format)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Q16 => "q16",
            Self::F64 => "f64",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_precision_make_a_format_or_contradict_each_other() {
        let chosen = |weights, precision| Format::chosen(weights, precision).map(Format::name).map_err(|refusal| refusal.to_string());
        assert_eq!(chosen(None, "f64"), Ok("f64"));
        assert_eq!(chosen(Some("q16"), "f32"), Ok("q16"));
        assert_eq!(chosen(Some("f64"), "f64"), Err("weights is 'f64', allowed: 'f32', 'q16'".to_owned()));
        assert_eq!(chosen(Some("int8"), "f16"), Err("precision is 'f16', allowed: 'f32', 'f64'".to_owned()));
        assert!(chosen(Some("f32"), "f64").unwrap_err().starts_with("weights is 'f32', allowed: left out"));
        assert!(["f32", "q16", "f64"].into_iter().all(|name| Format::named(name).unwrap().name() == name));
    }
}
