//! What the registers of a program hold.

/// How many registers there are of each kind; they are numbered in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Constants.
    pub constants: usize,
    /// Numbers of a neuron's state.
    pub state: usize,
    /// What arrived in the tick, by receptor.
    pub inputs: usize,
    /// Whether there is one for the current, pA.
    pub uses_current: bool,
    /// Whether there is one that holds 1 where a neuron is not refractory, else 0.
    pub refractory: bool,
    /// Whether there is one for the time, ms.
    pub uses_time: bool,
    /// Temporaries.
    pub temporaries: usize,
}

impl Layout {
    /// The first register of the state.
    pub fn first_state(&self) -> usize {
        self.constants
    }

    /// The first register of what arrived.
    pub fn first_input(&self) -> usize {
        self.constants + self.state
    }

    /// The register of the current.
    pub fn current(&self) -> Option<usize> {
        self.uses_current.then(|| self.first_input() + self.inputs)
    }

    /// The register that says who is not refractory.
    pub fn free(&self) -> Option<usize> {
        self.refractory.then(|| self.first_input() + self.inputs + usize::from(self.uses_current))
    }

    /// The register of the time.
    pub fn time(&self) -> Option<usize> {
        self.uses_time.then(|| self.first_input() + self.inputs + usize::from(self.uses_current) + usize::from(self.refractory))
    }

    /// The first temporary.
    pub fn first_temporary(&self) -> usize {
        let fixed = usize::from(self.uses_current) + usize::from(self.refractory) + usize::from(self.uses_time);
        self.first_input() + self.inputs + fixed
    }

    /// All registers.
    pub fn registers(&self) -> usize {
        self.first_temporary() + self.temporaries
    }
}
