//! Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
//! as 1, 2, 3" (SC 2011): a keyed bijection of 128-bit counters whose outputs pass as independent uniform words.

/// Blocks that [`blocks16`] computes at once.
pub const LANES: usize = 16;

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;
const LOW: u64 = 0xFFFF_FFFF;

/// One block: four uniform words for a counter and a key. Matches Random123's `philox4x32_R(10, ctr, key)`.
#[inline(always)]
pub fn block(ctr: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    rounds(ctr.map(|word| [word.into()]), key).map(|[word]| word as u32)
}

/// Sixteen blocks: `out[w][lane]` is word `w` of the block with counter `[c0[lane], c1[lane], c2, c3]`.
#[inline(always)]
pub fn blocks16(c0: [u32; LANES], c1: [u32; LANES], c2: u32, c3: u32, key: [u32; 2]) -> [[u32; LANES]; 4] {
    let ctr = [c0.map(u64::from), c1.map(u64::from), [c2.into(); LANES], [c3.into(); LANES]];
    rounds(ctr, key).map(|row| row.map(|word| word as u32))
}

/// The ten rounds of `N` blocks, on 32-bit values kept in the low halves of 64-bit lanes.
///
/// The high halves may hold anything: a round reads low halves only. This is what a vector 32×32→64 multiplication
/// does by itself, so a round costs two multiplications, two shifts and the exclusive-ors, without masks or shuffles.
#[inline(always)]
fn rounds<const N: usize>([mut a, mut b, mut c, mut d]: [[u64; N]; 4], mut key: [u32; 2]) -> [[u64; N]; 4] {
    for _ in 0..ROUNDS {
        let [k0, k1] = key.map(u64::from);
        for lane in 0..N {
            let p = (a[lane] & LOW) * MULTIPLIERS[0];
            let q = (c[lane] & LOW) * MULTIPLIERS[1];
            a[lane] = (q >> 32) ^ b[lane] ^ k0;
            b[lane] = q;
            c[lane] = (p >> 32) ^ d[lane] ^ k1;
            d[lane] = p;
        }
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Known answers: file `kat_vectors` of Random123 (Salmon et al. 2011), lines `philox4x32 10`.
    #[test]
    fn agrees_with_the_published_vectors() {
        assert_eq!(block([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(block([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let ctr = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(block(ctr, [0xa409_3822, 0x299f_31d0]), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }

    proptest! {
        #[test]
        fn sixteen_blocks_are_sixteen_times_one(c0: [u32; 16], c1: [u32; 16], c2: u32, c3: u32, key: [u32; 2]) {
            let many = blocks16(c0, c1, c2, c3, key);
            for lane in 0..LANES {
                let one = block([c0[lane], c1[lane], c2, c3], key);
                prop_assert_eq!(one, [many[0][lane], many[1][lane], many[2][lane], many[3][lane]]);
            }
        }
    }
}
