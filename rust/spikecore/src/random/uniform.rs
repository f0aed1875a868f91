//! Uniform integers: with repeats (vectorised) and without.

use super::philox::{GROUP, Stream, Words};

/// Integers uniform on `0..n`, without bias: multiply and shift, and redraw the few that would be biased (Lemire
/// 2019). Each element has its own redraws, so a longer fill begins with the shorter.
#[inline(always)]
pub fn fill_below(stream: &Stream, n: u32, out: &mut [u32]) {
    if n == 0 {
        assert!(out.is_empty(), "no integer is below 0");
        return;
    }
    let reject = n.wrapping_neg() % n;
    for (group, out) in out.chunks_mut(GROUP).enumerate() {
        let words = stream.group(group as u32);
        let words: &[u32; GROUP] = words.as_flattened().try_into().expect("a group has 64 words");
        let mut drawn = [0u32; GROUP];
        let mut biased = false;
        for k in 0..GROUP {
            let product = u64::from(words[k]) * u64::from(n);
            drawn[k] = (product >> 32) as u32;
            biased |= (product as u32) < reject;
        }
        if biased {
            for k in 0..GROUP {
                if words[k].wrapping_mul(n) < reject {
                    drawn[k] = redraw(stream, group * GROUP + k, n, reject);
                }
            }
        }
        if let Ok(out) = <&mut [u32; GROUP]>::try_from(&mut *out) {
            *out = drawn;
        } else {
            out.copy_from_slice(&drawn[..out.len()]);
        }
    }
}

#[cold]
fn redraw(stream: &Stream, index: usize, n: u32, reject: u32) -> u32 {
    let mut attempt = 1;
    loop {
        for word in stream.redraw(index, attempt) {
            let product = u64::from(word) * u64::from(n);
            if product as u32 >= reject {
                return (product >> 32) as u32;
            }
        }
        attempt += 1;
    }
}

/// `k` distinct integers of `0..n`, every set equally likely, ascending.
///
/// # Panics
/// If `k > n`.
pub fn distinct(words: &mut Words, n: u32, k: u32) -> Vec<u32> {
    assert!(k <= n, "{k} distinct integers of {n}");
    if k > n / 2 {
        let left_out = distinct(words, n, n - k);
        let mut skip = left_out.into_iter().peekable();
        return (0..n).filter(|x| skip.next_if_eq(x).is_none()).collect();
    }
    // The set of the first draws that hold k distinct values: draw as many as are missing, drop repeats, go on.
    let mut set: Vec<u32> = Vec::with_capacity(k as usize);
    while set.len() < k as usize {
        for _ in set.len()..k as usize {
            set.push(words.next_below(n));
        }
        set.sort_unstable();
        set.dedup();
    }
    set
}

#[cfg(test)]
mod tests {
    use super::super::philox::Purpose;
    use super::*;

    #[test]
    fn large_ranges_are_redrawn_and_unbiased() {
        // With n = 3 * 2^30 a quarter of the words is rejected; thirds must stay equal.
        let n = 3 << 30;
        let mut out = vec![0; 300_000];
        fill_below(&Stream::new(3, Purpose::Targets, 0, 0), n, &mut out);
        let mut thirds = [0.0f64; 3];
        out.iter().for_each(|x| thirds[(x >> 30) as usize] += 1.0);
        let chi2: f64 = thirds.iter().map(|x| (x - 1e5).powi(2) / 1e5).sum();
        assert!(chi2 < 23.0, "chi2 {chi2} at 2 degrees of freedom: p = 1e-5");
    }

    #[test]
    fn distinct_sets_are_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for entity in 0..20_000 {
            let mut words = Stream::new(4, Purpose::Targets, 1, entity).words();
            *counts.entry(distinct(&mut words, 5, 2)).or_insert(0.0) += 1.0;
            let set = distinct(&mut words, 7, 6);
            assert!(set.is_sorted_by(|a, b| a < b) && set.len() == 6);
        }
        assert_eq!(counts.len(), 10);
        let chi2: f64 = counts.values().map(|x: &f64| (x - 2e3).powi(2) / 2e3).sum();
        assert!(chi2 < 40.0, "chi2 {chi2} at 9 degrees of freedom: p = 1e-5");
    }
}
