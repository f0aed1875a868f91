//! Draws for the calls of a neuron's equations: of each place in their text and each substep a sequence of its own, one draw per
//! neuron and tick.
//!
//! A call has a key: the first two words of the Philox block of (population, place, substep, purpose) under the seed. Under it the
//! counter is (number of the block, tick, purpose). A block of 128 neurons has 32 Philox blocks: the word of neuron `k` is word
//! `k / 16 % 4` of block `16 (k / 64) + k % 16`; a double takes those of a second 32 besides, and normal numbers come in pairs
//! 16 neurons apart.

use super::normal;
use super::philox::{self, LANES};
use super::stream::{GROUP, Purpose, key};
use crate::id::{BLOCK, Tick};

/// A call of some equations.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    key: [u32; 2],
}

impl Call {
    /// The call at this place of the text of a population's equations, in a substep.
    pub fn new(seed: u64, population: u32, (place, substep): (u16, u16)) -> Self {
        let words = philox::block([population, place.into(), substep.into(), Purpose::Call.bits()], key(seed));
        Self { key: [words[0], words[1]] }
    }

    /// A word for each of the neurons of block `block` of the population; `second` are others.
    #[inline(always)]
    fn words(self, block: u32, tick: Tick, second: bool) -> [u32; BLOCK] {
        let mut words = [0; BLOCK];
        for (half, words) in words.chunks_exact_mut(GROUP).enumerate() {
            let number = |lane: usize| block * 2 * LANES as u32 + (half * LANES + lane) as u32;
            let (low, high) = (tick as u32, (tick >> 32) as u32);
            let of = Purpose::Draw.bits() | u32::from(second);
            let drawn = philox::blocks16(std::array::from_fn(number), [low; LANES], high, of, self.key);
            words.copy_from_slice(drawn.as_flattened());
        }
        words
    }

    /// Uniform numbers from [0, 1), multiples of 2^-24.
    #[inline(always)]
    pub fn uniform(self, block: u32, tick: Tick) -> [f32; BLOCK] {
        self.words(block, tick, false).map(|word| (word >> 8) as f32 * (1.0 / (1 << 24) as f32))
    }

    /// Uniform numbers from [0, 1), multiples of 2^-53.
    #[inline(always)]
    pub fn uniform_wide(self, block: u32, tick: Tick) -> [f64; BLOCK] {
        let (high, low) = (self.words(block, tick, false), self.words(block, tick, true));
        std::array::from_fn(|k| {
            let bits = u64::from(high[k]) << 21 | u64::from(low[k]) >> 11;
            bits as f64 * (1.0 / (1u64 << 53) as f64)
        })
    }

    /// Standard normal numbers, of 24 significant bits.
    #[inline(always)]
    pub fn normal(self, block: u32, tick: Tick) -> [f32; BLOCK] {
        let words = self.words(block, tick, false);
        let mut numbers = [0.0; BLOCK];
        for (words, numbers) in words.chunks_exact(2 * LANES).zip(numbers.chunks_exact_mut(2 * LANES)) {
            normal::pairs(words, numbers);
        }
        numbers
    }
}
