//! Dense blocks looked at for states that have left the finite range ([`super::finite`]).

use super::finite::{any_unsafe, lost_of};
use super::slab::Slab;
use crate::id::{BLOCK, Tick};
use crate::number::weight::Weight;

impl<W: Weight> Slab<W> {
    /// Has it looked at after every tick, always: weights onto it are large.
    pub fn always_watch(&mut self) {
        (self.careful, self.watched) = (true, true);
    }

    /// At a census: must its dense blocks be looked at after every tick up to the next?
    #[inline(always)]
    pub(crate) fn watch(&mut self, bias: &[W::State]) {
        let Self { v, i, dense, len, .. } = self;
        self.watched = self.careful || any_unsafe(bias);
        for &at in &*dense {
            let real = at as usize..(*len).min(at as usize + BLOCK);
            self.watched |= any_unsafe(&v[real.clone()]);
            for current in i.iter().filter(|i| !i.is_empty()) {
                self.watched |= any_unsafe(&current[real.clone()]);
            }
        }
    }

    /// Looks at its dense blocks after step `tick`.
    #[cold]
    pub(crate) fn look(&mut self, tick: Tick) {
        if self.lost.is_some() {
            return;
        }
        let Self { v, i, dense, len, .. } = self;
        let mut real = dense.iter().flat_map(|&at| at as usize..(*len).min(at as usize + BLOCK));
        let current = |r: usize, k: usize| i[r].get(k).copied().unwrap_or_default();
        let found = real.find_map(|k| lost_of(tick, k as u32, v[k], &[current(0, k), current(1, k)]));
        self.lost = found;
    }
}
