//! Connection rules, one file each: a record of parameters, what is known of its synapses, and its rows.
//!
//! [`each_rule`] is the only list. Nobody else names a rule: who needs something of one asks it ([`Connect`]).

mod all_to_all;
mod bernoulli;
mod by_source;
mod connect;
mod convolution;
mod dense;
mod ends;
mod fixed_in_degree;
mod fixed_out_degree;
mod fixed_total_number;
mod one_to_one;
mod pairs;
mod pooling;
#[cfg(test)]
mod tests;
mod within;

use std::fmt::{self, Debug, Formatter};
use std::ops::{Deref, Range};
use std::sync::Arc;

pub use all_to_all::AllToAll;
pub use bernoulli::Bernoulli;
pub use by_source::{BySource, Keys, ROW};
pub use connect::{Arguments, Computed, Connect, Described};
pub use convolution::Convolution;
pub use dense::Dense;
pub use ends::Ends;
pub use fixed_in_degree::FixedInDegree;
pub use fixed_out_degree::FixedOutDegree;
pub use fixed_total_number::FixedTotalNumber;
pub use one_to_one::OneToOne;
pub use pairs::Pairs;
pub use pooling::Pooling;
use within::Within;

/// Calls a macro with all rules.
macro_rules! each_rule {
    ($call:ident!($($argument:tt)*)) => {
        $call! {
            ($($argument)*)
            OneToOne, AllToAll, Bernoulli, FixedInDegree, FixedOutDegree, FixedTotalNumber, Pairs, Dense, Convolution, Pooling
        }
    };
}

macro_rules! read_named {
    (($name:ident, $values:ident) $($rule:ty),*) => {
        match $name {
            $(<$rule>::NAME => Some(<$rule>::read($values).map(Rule::from)),)*
            _ => None,
        }
    };
}

#[cfg(test)]
macro_rules! list_of_names {
    (() $($rule:ty),*) => { &[$(<$rule>::NAME),*] };
}

/// Which pairs are connected: a rule with the values of its parameters, whatever rule it is. Copies share it.
#[derive(Clone)]
pub struct Rule(Arc<dyn Connect>);

impl<R: Described> From<R> for Rule {
    fn from(rule: R) -> Self {
        Self(Arc::new(rule))
    }
}

impl Deref for Rule {
    type Target = dyn Connect;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl Debug for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Rule {
    /// The rule of this name, if there is one, made of these values.
    pub fn read<A: Arguments>(name: &str, values: &mut A) -> Option<Result<Self, A::Error>> {
        each_rule!(read_named!(name, values))
    }

    /// The rule between these neurons of the source and these of the target alone.
    pub fn within(self, sources: Range<u32>, targets: Range<u32>) -> Self {
        Self(Arc::new(Within { rule: self, sources, targets }))
    }

    /// Whether its synapses are computed when a spike arrives instead of stored.
    pub fn is_implicit(&self) -> bool {
        self.computed().is_some()
    }

    /// The names of all rules.
    #[cfg(test)]
    pub fn names() -> &'static [&'static str] {
        each_rule!(list_of_names!())
    }
}
