//! Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"): a keyed
//! bijection of 128-bit counters. A draw is a function of its key and counter alone, so any thread may make it.
//!
//! Counter words: 0 block of a stream, 1 entity, 2 object, 3 purpose (high 8 bits) and redraw (low 24). A stream
//! is read in groups of 64 draws, 16 blocks side by side: draw `64 g + 16 w + l` is word `w` of block `16 g + l`.
//! That order is part of the contract: it does not depend on the vector width that computes it.

/// Blocks computed side by side.
pub const LANES: usize = 16;
/// Draws per group.
pub const GROUP: usize = 4 * LANES;

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// One block: four words.
#[inline(always)]
pub fn block(counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    for _ in 0..ROUNDS {
        let (p, q) = (MULTIPLIERS[0] * u64::from(a), MULTIPLIERS[1] * u64::from(c));
        (a, b, c, d) = ((q >> 32) as u32 ^ b ^ key[0], q as u32, (p >> 32) as u32 ^ d ^ key[1], p as u32);
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    [a, b, c, d]
}

/// Sixteen blocks that differ in their first two counter words; word by word.
#[inline(always)]
pub fn blocks(c0: [u32; LANES], c1: [u32; LANES], c2: u32, c3: u32, mut key: [u32; 2]) -> [[u32; LANES]; 4] {
    const LOW: u64 = 0xffff_ffff;
    // 64-bit lanes whose high halves may hold rubbish: the product takes low halves only.
    let (mut a, mut b) = (c0.map(u64::from), c1.map(u64::from));
    let (mut c, mut d) = ([u64::from(c2); LANES], [u64::from(c3); LANES]);
    for _ in 0..ROUNDS {
        let (k0, k1) = (u64::from(key[0]), u64::from(key[1]));
        for l in 0..LANES {
            let p = MULTIPLIERS[0] * (a[l] & LOW);
            let q = MULTIPLIERS[1] * (c[l] & LOW);
            a[l] = (q >> 32) ^ b[l] ^ k0;
            c[l] = (p >> 32) ^ d[l] ^ k1;
            b[l] = q;
            d[l] = p;
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    [a, b, c, d].map(|word| word.map(|x| x as u32))
}

/// What a draw is for. The numbers are part of the contract: changing one changes every network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Targets of a source neuron.
    Targets = 1,
    /// Sources of a target neuron.
    Sources = 2,
    /// Weights of a source's synapses.
    Weights = 3,
    /// Delays of a source's synapses.
    Delays = 4,
    /// Initial potentials of a population.
    InitialPotential = 5,
    /// Poisson counts of a tick.
    Poisson = 6,
    /// Poisson counts that 16 bits leave open.
    PoissonTail = 7,
    /// Splitting a total number over sources.
    Split = 8,
}

/// A sequence of draws with a key of its own: (seed, purpose, object, entity).
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    key: [u32; 2],
    entity: u32,
    object: u32,
    purpose: u32,
}

/// The key of a seed.
#[inline(always)]
pub fn key_of(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

impl Stream {
    /// The stream of one entity (a neuron, a tree node) of one object (a projection, a population).
    pub fn new(seed: u64, purpose: Purpose, object: u32, entity: u32) -> Self {
        Self { key: key_of(seed), entity, object, purpose: u32::from(purpose as u8) << 24 }
    }

    /// Draws `64 group ..` of the stream.
    #[inline(always)]
    pub fn group(&self, group: u32) -> [[u32; LANES]; 4] {
        let first = group * LANES as u32;
        let c0 = std::array::from_fn(|l| first + l as u32);
        blocks(c0, [self.entity; LANES], self.object, self.purpose, self.key)
    }

    /// The words of the `attempt`-th redraw (from 1) of draw `index`.
    pub fn redraw(&self, index: usize, attempt: u32) -> [u32; 4] {
        debug_assert!((1..1 << 24).contains(&attempt), "redraws are counted in 24 bits, from 1");
        block([index as u32, self.entity, self.object, self.purpose | attempt], self.key)
    }

    /// The draws one by one.
    pub fn words(&self) -> Words {
        Words { stream: *self, next: 0, buffer: [[0; LANES]; 4] }
    }
}

/// An iterator over a stream's draws.
#[derive(Debug)]
pub struct Words {
    stream: Stream,
    next: u32,
    buffer: [[u32; LANES]; 4],
}

impl Words {
    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        let at = self.next as usize % GROUP;
        if at == 0 {
            self.buffer = self.stream.group(self.next / GROUP as u32);
        }
        self.next += 1;
        self.buffer[at / LANES][at % LANES]
    }

    /// Uniform on (0, 1): 52 bits, never 0 or 1.
    pub fn next_f64(&mut self) -> f64 {
        let bits = u64::from(self.next_u32()) << 20 | u64::from(self.next_u32()) >> 12;
        (bits as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }

    /// Uniform on `0..n`, without bias (Lemire 2019).
    pub fn next_below(&mut self, n: u32) -> u32 {
        let reject = n.wrapping_neg() % n;
        loop {
            let product = u64::from(self.next_u32()) * u64::from(n);
            if product as u32 >= reject {
                return (product >> 32) as u32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // Random123 1.09, kat_vectors, philox4x32 10.
        let pi = ([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]);
        for ((counter, key), expected) in [
            (([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            (([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (pi, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
        ] {
            assert_eq!(block(counter, key), expected);
        }
    }

    #[test]
    fn side_by_side_is_one_by_one() {
        let stream = Stream::new(0x0123_4567_89ab_cdef, Purpose::Weights, 7, 0xdead_beef);
        let words = stream.group(3);
        for l in 0..LANES {
            let counter = [3 * 16 + l as u32, 0xdead_beef, 7, 3 << 24];
            let expected = block(counter, [0x89ab_cdef, 0x0123_4567]);
            assert_eq!([0, 1, 2, 3].map(|w| words[w][l]), expected);
        }
        let mut iterator = stream.words();
        let drawn: Vec<u32> = (0..256).map(|_| iterator.next_u32()).collect();
        assert_eq!(drawn[192..], words.concat());
    }
}
