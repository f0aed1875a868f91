//! Every pair with one probability.

use super::by_source::{BySource, Keys, Places, ROW, skip_own};
use super::connect::{Arguments, Connect, Described};
use super::ends::Ends;
use crate::allocation::{push, reserve};
use crate::error::{CompileError, NetworkError};
use crate::parallel::Watch;
use crate::random::{Purpose, most_drawn};
use crate::refusal::Refusal;

/// Every pair with probability `p`, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bernoulli(pub f64);

impl Described for Bernoulli {
    const NAME: &'static str = "bernoulli";

    fn read<A: Arguments>(values: &mut A) -> Result<Self, A::Error> {
        let rule = Self(values.number()?);
        rule.law().map_err(A::refused).map(|()| rule)
    }
}

impl Bernoulli {
    /// Checks its probability, wherever it is used.
    fn law(self) -> Result<(), Refusal> {
        if (0.0..=1.0).contains(&self.0) { Ok(()) } else { Err(Refusal::new("Bernoulli", "p", self.0, "0 … 1")) }
    }
}

impl Connect for Bernoulli {
    fn check(&self, subject: &str, _: &Ends, _: Watch<'_>) -> Result<(), CompileError> {
        Ok(self.law().map_err(|refusal| refusal.within(subject)).map_err(NetworkError::from)?)
    }

    fn synapses(&self, ends: &Ends) -> f64 {
        ends.pairs() * self.0
    }

    fn is_random(&self) -> bool {
        true
    }

    fn most_inputs(&self, ends: &Ends) -> f64 {
        let sources = f64::from(ends.sources);
        most_drawn(self.0 * sources).min(sources)
    }

    fn same_degree(&self, _: &Ends) -> Option<u32> {
        None
    }

    fn draws(&self, ends: &Ends) -> f64 {
        self.synapses(ends)
    }

    fn expected_bytes(&self, _: &Ends, _: bool) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn by_source<'a>(&'a self, ends: &Ends, keys: &Keys, _: Watch<'_>) -> Result<Box<dyn BySource + 'a>, CompileError> {
        Ok(Box::new(Gaps { p: self.0, ends: *ends, keys: *keys }))
    }
}

/// Every target with probability `p`, by geometric gaps.
struct Gaps {
    p: f64,
    ends: Ends,
    keys: Keys,
}

impl BySource for Gaps {
    fn targets(&self, source: u32, out: &mut Vec<u32>) {
        let (p, pool) = (self.p, u64::from(self.ends.others(self.ends.targets)));
        if p >= 1.0 {
            reserve(out, pool as usize, ROW);
            out.extend(0..pool as u32);
        } else if p > 0.0 {
            let mut words = self.keys.stream(Purpose::Targets, source).words();
            let scale = 1.0 / libm::log1p(-p);
            let mut next = 0u64;
            loop {
                let gap = libm::floor(libm::log(words.next_f64()) * scale);
                if gap >= (pool - next) as f64 {
                    break;
                }
                next += gap as u64;
                push(out, next as u32, ROW);
                next += 1;
                if next >= pool {
                    break;
                }
            }
        }
        skip_own(self.ends.own(source), out);
    }

    fn out_degree(&self, source: u32, scratch: &mut Vec<u32>) -> u32 {
        scratch.clear();
        self.targets(source, scratch);
        scratch.len() as u32
    }

    fn places(&self, _: u32) -> Places<'_> {
        unreachable!("invariant: no values are given for synapses whose number is random")
    }
}
