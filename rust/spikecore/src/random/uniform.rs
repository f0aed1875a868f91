//! Uniform integers below a bound, without bias: one at a time, many at once, or distinct.

use super::stream::{GROUP, Stream, Words, store};
use crate::allocation::{filled, gathered, with_room};

/// The multiply-shift of D. Lemire, "Fast random integer generation in an interval" (ACM TOMACS 29, 2019): the high
/// word of `word * n`, and whether to keep it, that is, whether the low word is at least 2³² mod n.
#[inline(always)]
fn scale(word: u32, n: u32, remainder: u32) -> (u32, bool) {
    let product = u64::from(word) * u64::from(n);
    ((product >> 32) as u32, product as u32 >= remainder)
}

/// 2³² mod `n`.
#[inline(always)]
fn remainder(n: u32) -> u32 {
    n.wrapping_neg() % n
}

/// Fills `out` with independent uniform integers in `0..n`, in draw order; `n` is not 0 unless `out` is empty.
///
/// Element `i` is made from draw `i` of the stream, or, if that is rejected, from redraws of its own: a longer fill
/// begins with the shorter one.
///
/// # Panics
/// If `n` is 0 and `out` is not empty.
#[inline(always)]
pub fn fill_below(stream: &Stream, n: u32, out: &mut [u32]) {
    if out.is_empty() {
        return;
    }
    assert!(n > 0, "invariant: there is no integer below 0");
    let remainder = remainder(n);
    for (group, chunk) in out.chunks_mut(GROUP).enumerate() {
        let words = stream.group(group as u32);
        let (mut values, mut kept) = ([0; GROUP], true);
        for i in 0..GROUP {
            let (value, keep) = scale(words[i], n, remainder);
            values[i] = value;
            kept &= keep;
        }
        if !kept {
            redraw(stream, n, remainder, group * GROUP, &words, &mut values);
        }
        store(&values, chunk);
    }
}

/// Replaces the rejected draws of one group, the first of which is draw `first`.
#[cold]
#[inline(never)]
fn redraw(stream: &Stream, n: u32, remainder: u32, first: usize, words: &[u32; GROUP], values: &mut [u32; GROUP]) {
    for i in 0..GROUP {
        if !scale(words[i], n, remainder).1 {
            values[i] = (1..=u8::MAX)
                .flat_map(|round| stream.redraw((first + i) as u32, round))
                .map(|word| scale(word, n, remainder))
                .find_map(|(value, keep)| keep.then_some(value))
                .expect("invariant: a word is kept with probability above 1/2, so 1020 are not all rejected");
        }
    }
}

impl Words {
    /// Uniform in `0..n`; `n` is not 0.
    pub fn below(&mut self, n: u32) -> u32 {
        let remainder = remainder(n);
        loop {
            if let (value, true) = scale(self.next_u32(), n, remainder) {
                return value;
            }
        }
    }
}

/// `k` distinct integers of `0..n`, ascending; every such set is equally likely.
///
/// Floyd's method (Bentley and Floyd, "A sample of brilliance", CACM 30, 1987), on the complement if `k` is above `n`/2.
///
/// # Panics
/// If `k` is above `n`.
pub fn distinct(words: &mut Words, n: u32, k: u32) -> Vec<u32> {
    assert!(k <= n, "invariant: {k} distinct integers of {n}");
    if k > n / 2 {
        let left_out = distinct(words, n, n - k);
        let mut left_out = left_out.iter().copied().peekable();
        return gathered((0..n).filter(|&v| left_out.next_if_eq(&v).is_none()), "distinct draws");
    }
    let mut seen = Seen::new(k);
    let mut values: Vec<u32> = with_room(k as usize, "distinct draws");
    for last in n - k..n {
        let drawn = words.below(last + 1);
        // `last` is larger than all before it, so it is new
        let value = if seen.insert(drawn) { drawn } else { last };
        seen.insert(value);
        values.push(value);
    }
    values.sort_unstable();
    values
}

/// A set of integers with room for `k` of them: open addressing, at most half full.
struct Seen {
    slots: Vec<u32>,
    shift: u32,
}

impl Seen {
    /// Never a member: members are below `n`.
    const EMPTY: u32 = u32::MAX;

    fn new(k: u32) -> Self {
        let bits = (2 * u64::from(k) + 1).next_power_of_two().trailing_zeros();
        Self { slots: filled(1 << bits, Self::EMPTY, "distinct draws"), shift: 64 - bits }
    }

    /// Adds `value`; whether it is new.
    fn insert(&mut self, value: u32) -> bool {
        // 2⁶⁴ divided by the golden ratio: neighbours are spread
        let mut at = (u64::from(value).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize;
        while self.slots[at] != Self::EMPTY {
            if self.slots[at] == value {
                return false;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = value;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::chi_square::assert_fits;
    use super::super::stream::Purpose;
    use super::*;
    use proptest::prelude::*;

    fn stream(entity: u64) -> Stream {
        Stream::new(11, Purpose::Targets, 3, entity)
    }

    /// With n = 3 × 2³⁰ a quarter of the draws is rejected; without redraws every third value would be twice as likely.
    #[test]
    fn integers_are_uniform_even_when_many_are_rejected() {
        for n in [1, 7, 1000, 3 << 30, (1 << 31) + 1, u32::MAX] {
            let mut out = vec![0; 60_000];
            fill_below(&stream(u64::from(n)), n, &mut out);
            assert!(out.iter().all(|&v| v < n));
            let bins = n.min(21);
            if bins > 1 {
                // value v belongs to bin v mod bins; bin sizes differ by at most one value
                let mut observed = vec![0; bins as usize];
                out.iter().for_each(|&v| observed[(v % bins) as usize] += 1);
                let size = |bin: u32| f64::from((n - 1 - bin) / bins + 1) / f64::from(n) * out.len() as f64;
                assert_fits("fill_below", &observed, &(0..bins).map(size).collect::<Vec<_>>());
            }
        }
    }

    /// All C(6, k) sets, and membership in large sparse and dense ones.
    #[test]
    fn every_set_is_equally_likely() {
        let mut words = stream(1 << 40).words();
        for k in 1..=5u32 {
            let mut observed = [0u64; 64];
            for _ in 0..20_000 {
                let set = distinct(&mut words, 6, k);
                observed[set.iter().fold(0, |set, v| set | 1 << v)] += 1;
            }
            let observed: Vec<u64> = (0..64usize).filter(|set| set.count_ones() == k).map(|set| observed[set]).collect();
            assert_fits("distinct", &observed, &vec![20_000.0 / observed.len() as f64; observed.len()]);
        }
    }

    proptest! {
        #[test]
        fn fills_are_prefix_stable(n in 1u32.., len in 0usize..200) {
            let (mut short, mut long) = (vec![0; len], vec![0; 300]);
            fill_below(&stream(5), n, &mut short);
            fill_below(&stream(5), n, &mut long);
            prop_assert_eq!(&short[..], &long[..len]);
        }

        #[test]
        fn distinct_integers_are_distinct_sorted_and_below(n in 0u32..3000, share in 0.0..=1.0f64, seed: u64) {
            let k = (f64::from(n) * share).round() as u32;
            let set = distinct(&mut Stream::new(seed, Purpose::Sources, 0, 0).words(), n, k);
            prop_assert_eq!(set.len(), k as usize);
            prop_assert!(set.is_sorted_by(|a, b| a < b));
            prop_assert!(set.iter().all(|&v| v < n));
        }
    }
}
