//! Streams: sequences of random words named by what they decide, never by who computes them.

use super::philox::{self, LANES};

/// Draws computed at once: [`LANES`] blocks of four words.
pub const GROUP: usize = 4 * LANES;

/// What a stream decides. The numbers are part of the format: changing one changes every network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Targets of a source neuron.
    Targets = 1,
    /// Sources of a target neuron.
    Sources = 2,
    /// Weights of a source neuron's synapses.
    Weights = 3,
    /// Delays of a source neuron's synapses.
    Delays = 4,
    /// Initial membrane potentials of a population.
    InitialPotential = 5,
    /// Nodes of the binomial tree that splits a total number of synapses.
    Split = 6,
    /// Poisson counts: leading 16 bits of a draw. Own counter layout, see `poisson.rs`.
    Poisson = 7,
    /// Poisson counts: 32 further bits where the leading ones do not decide.
    PoissonRefine = 8,
    /// Gaps between events of rare Poisson processes. Own counter layout, see `gaps.rs`.
    PoissonGap = 9,
    /// The key of a call in equations. Own counter layout, see `calls.rs`.
    Call = 10,
    /// Draws of such a call.
    Draw = 11,
}

impl Purpose {
    /// The purpose's byte of counter word 3.
    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        (self as u32) << 24
    }
}

/// A sequence of up to 2³⁴ independent uniform 32-bit words.
///
/// Layout of the Philox counter: word 0 = block (main sequence) or draw (redraws); word 1 = entity, bits 0–31;
/// word 2 = object; word 3 = purpose, 8 bits | redraw round, 8 bits (0 for the main sequence) | entity, bits 32–47.
/// The key is the seed. Two streams that differ in anything never share a block.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    key: [u32; 2],
    entity: u32,
    object: u32,
    high: u32,
}

impl Stream {
    /// The stream of `entity` (a neuron or tree node, below 2⁴⁸) of `object` (a projection, population or stimulus).
    ///
    /// # Panics
    /// If `entity` is 2⁴⁸ or more.
    pub fn new(seed: u64, purpose: Purpose, object: u32, entity: u64) -> Self {
        assert!(entity < 1 << 48, "invariant: an entity has 48 bits, not {entity:#x}");
        Self { key: key(seed), entity: entity as u32, object, high: purpose.bits() | (entity >> 32) as u32 }
    }

    /// Fills `out` with draws from number `64 * first_group` on.
    ///
    /// Draw `64 g + 16 w + lane` is word `w` of block `16 g + lane`. A longer fill begins with the shorter one.
    ///
    /// # Panics
    /// If the stream has fewer draws (2³⁴).
    #[inline(always)]
    pub fn fill(&self, first_group: u32, out: &mut [u32]) {
        for (index, chunk) in (first_group..).zip(out.chunks_mut(GROUP)) {
            store(&self.group(index), chunk);
        }
    }

    /// The 64 draws of one group.
    #[inline(always)]
    pub(super) fn group(&self, group: u32) -> [u32; GROUP] {
        assert!(group < 1 << 28, "invariant: a stream has 2^34 draws");
        let mut blocks = [0; LANES];
        for (lane, block) in blocks.iter_mut().enumerate() {
            *block = group * LANES as u32 + lane as u32;
        }
        let words = philox::blocks16(blocks, [self.entity; LANES], self.object, self.high, self.key);
        *<&[u32; GROUP]>::try_from(words.as_flattened()).expect("invariant: 16 lanes of 4 words are a group")
    }

    /// Four further words for draw `draw` alone, in place of rejected ones; `round` counts from 1.
    pub(super) fn redraw(&self, draw: u32, round: u8) -> [u32; 4] {
        debug_assert!(round > 0, "round 0 is the main sequence");
        philox::block([draw, self.entity, self.object, self.high | u32::from(round) << 16], self.key)
    }

    /// The stream word by word, in the order of [`Stream::fill`].
    pub fn words(&self) -> Words {
        Words { stream: *self, next_group: 0, buffer: [0; GROUP], used: GROUP }
    }
}

/// Writes a group to a chunk of an array, of which the last may be shorter.
#[inline(always)]
pub(super) fn store<T: Copy>(group: &[T; GROUP], chunk: &mut [T]) {
    if let Ok(whole) = <&mut [T; GROUP]>::try_from(&mut *chunk) {
        *whole = *group;
    } else {
        chunk.copy_from_slice(&group[..chunk.len()]);
    }
}

/// The Philox key of a seed: low word, high word.
#[inline(always)]
pub(super) fn key(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

/// A stream, word by word.
#[derive(Debug, Clone)]
pub struct Words {
    stream: Stream,
    next_group: u32,
    buffer: [u32; GROUP],
    used: usize,
}

impl Words {
    /// The next word.
    ///
    /// # Panics
    /// After the stream's 2³⁴ draws.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.used == GROUP {
            self.buffer = self.stream.group(self.next_group);
            self.next_group += 1;
            self.used = 0;
        }
        self.used += 1;
        self.buffer[self.used - 1]
    }

    /// Two words, the first in the low half.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let low = u64::from(self.next_u32());
        low | u64::from(self.next_u32()) << 32
    }

    /// Uniform on (0, 1): an odd multiple of 2⁻⁵³ (52 random bits), so never 0 or 1.
    #[inline]
    pub fn next_f64(&mut self) -> f64 {
        const ULP: f64 = 1.0 / (1u64 << 53) as f64;
        ((self.next_u64() >> 12) * 2 + 1) as f64 * ULP
    }
}

impl Iterator for Words {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        Some(self.next_u32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counter_layout_is_the_documented_one() {
        let stream = Stream::new(0x1122_3344_5566_7788, Purpose::Delays, 77, 0xABCD_0000_0005);
        let block = |c0: u32, round: u32| philox::block([c0, 5, 77, 4 << 24 | round << 16 | 0xABCD], [0x5566_7788, 0x1122_3344]);
        let mut out = [0; 200];
        stream.fill(0, &mut out);
        for (draw, &word) in out.iter().enumerate() {
            let (group, w, lane) = (draw / 64, draw % 64 / 16, draw % 16);
            assert_eq!(word, block((16 * group + lane) as u32, 0)[w], "draw {draw}");
        }
        assert_eq!(stream.redraw(9, 255), block(9, 255));
    }

    #[test]
    fn open_uniform_reaches_neither_end() {
        let mut words = Stream::new(0, Purpose::Weights, 0, 0).words();
        for (bits, value) in [(0, 1.0), (u64::MAX, 9_007_199_254_740_991.0)] {
            words.buffer[..2].copy_from_slice(&[bits as u32, (bits >> 32) as u32]);
            words.used = 0;
            let drawn = words.next_f64();
            assert!(drawn > 0.0 && drawn < 1.0);
            assert_eq!(drawn * (1u64 << 53) as f64, value, "an odd multiple of 2^-53");
        }
    }

    #[test]
    #[should_panic(expected = "48 bits")]
    fn entity_beyond_48_bits_is_refused() {
        Stream::new(0, Purpose::Targets, 0, 1 << 48);
    }

    proptest! {
        #[test]
        fn fills_are_prefix_stable_and_equal_the_words(seed: u64, entity in 0u64..1 << 48, len in 0usize..300, skip in 0u32..3) {
            let stream = Stream::new(seed, Purpose::Sources, 1, entity);
            let all: Vec<u32> = stream.words().take(600).collect();
            let mut out = vec![0; len];
            stream.fill(skip, &mut out);
            prop_assert_eq!(&out[..], &all[skip as usize * GROUP..][..len]);
        }
    }
}
