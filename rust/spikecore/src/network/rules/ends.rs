//! What a rule sees of the populations that it connects.

/// The two populations of a projection, as a rule sees them, and the projection's switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Neurons of the source population.
    pub sources: u32,
    /// Neurons of the target population.
    pub targets: u32,
    /// Whether both are one population whose neurons may not connect to themselves.
    pub excludes_self: bool,
    /// Whether a pair may be connected more than once.
    pub multapses: bool,
}

impl Ends {
    /// Neuron `k`, where it may not connect to itself.
    pub fn own(&self, k: u32) -> Option<u32> {
        self.excludes_self.then_some(k)
    }

    /// How many of the other population's `neurons` a neuron may connect to.
    pub fn others(&self, neurons: u32) -> u32 {
        neurons - u32::from(self.excludes_self)
    }

    /// All pairs that may be connected.
    pub fn pairs(&self) -> f64 {
        let sources = f64::from(self.sources);
        sources * f64::from(self.targets) - if self.excludes_self { sources } else { 0.0 }
    }
}
