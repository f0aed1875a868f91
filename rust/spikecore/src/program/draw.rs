//! What draws of a program are keyed by.

use crate::id::{BLOCK, Tick};
use crate::number::real::Real;
use crate::random::Call;

/// What draws are keyed by besides the call: of a block of neurons in a tick.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The seed.
    pub seed: u64,
    /// The population.
    pub population: u32,
    /// The number of the block in it.
    pub block: u32,
    /// The tick.
    pub tick: Tick,
}

impl Key {
    fn call(&self, call: (u16, u16)) -> Call {
        Call::new(self.seed, self.population, call)
    }

    /// Uniform numbers from [0, 1) for the call at this place, in this substep: as many bits as a number of the state has.
    pub fn uniform<S: Real>(&self, call: (u16, u16), out: &mut [S; BLOCK]) {
        let call = self.call(call);
        if size_of::<S>() == size_of::<f64>() {
            let wide = call.uniform_wide(self.block, self.tick);
            out.iter_mut().zip(wide).for_each(|(out, number)| *out = S::from_f64(number));
        } else {
            let narrow = call.uniform(self.block, self.tick);
            out.iter_mut().zip(narrow).for_each(|(out, number)| *out = S::from_f64(number.into()));
        }
    }

    /// Standard normal numbers.
    pub fn normal<S: Real>(&self, call: (u16, u16), out: &mut [S; BLOCK]) {
        for (out, number) in out.iter_mut().zip(self.call(call).normal(self.block, self.tick)) {
            *out = S::from_f64(number.into());
        }
    }
}
