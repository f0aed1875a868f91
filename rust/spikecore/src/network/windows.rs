//! Windows that move over planes: the geometry of a convolution or a pooling. A kernel is laid at every stride over the
//! padded input, and each place where it lies within is one output (cross-correlation, as in a network of frames).
//!
//! Neurons are numbered channel by channel, row by row: neuron `(c, y, x)` of planes of `h` rows and `w` columns is
//! `(c h + y) w + x`.

use std::ops::Range;

/// One direction, along rows or along columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Inputs.
    pub input: u32,
    /// Taps of the kernel.
    pub kernel: u32,
    /// Inputs from one output to the next.
    pub stride: u32,
    /// Empty inputs before the first and after the last.
    pub padding: u32,
}

impl Axis {
    /// Places of the kernel, 0 if it does not fit.
    pub fn output(self) -> u32 {
        let padded = u64::from(self.input) + 2 * u64::from(self.padding);
        let free = padded.checked_sub(u64::from(self.kernel));
        free.map_or(0, |free| u32::try_from(free / u64::from(self.stride) + 1).unwrap_or(u32::MAX))
    }

    /// The outputs whose windows hold input `at`; the tap of output `o` is `at + padding - o stride`.
    pub fn reached(self, at: u32) -> Range<u32> {
        let place = at + self.padding;
        let first = (place + 1).saturating_sub(self.kernel).div_ceil(self.stride);
        let end = (place / self.stride + 1).min(self.output());
        first.min(end)..end
    }

    /// Pairs of an input and an output whose window holds it.
    fn pairs(self) -> u64 {
        (0..self.input).map(|at| self.reached(at).len() as u64).sum()
    }
}

/// The geometry of a convolution or a pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Along a column, from row to row.
    pub y: Axis,
    /// Along a row.
    pub x: Axis,
    /// Channels of the source.
    pub channels_in: u32,
    /// Channels of the target.
    pub channels_out: u32,
    /// Groups of channels that are connected group by group; a divisor of both.
    pub groups: u32,
}

impl Windows {
    /// Neurons of the source.
    pub fn sources(&self) -> u64 {
        product([self.channels_in, self.y.input, self.x.input])
    }

    /// Neurons of the target.
    pub fn targets(&self) -> u64 {
        product([self.channels_out, self.y.output(), self.x.output()])
    }

    /// Channels, rows and columns of the source and of the target.
    pub fn shapes(&self) -> [[u32; 3]; 2] {
        [[self.channels_in, self.y.input, self.x.input], [self.channels_out, self.y.output(), self.x.output()]]
    }

    /// Channels of the source that reach one of the target.
    pub fn inputs_per_group(&self) -> u32 {
        self.channels_in / self.groups
    }

    /// Values of a kernel with weights of its own for every pair of channels.
    pub fn kernel_values(&self) -> u64 {
        product([self.channels_out, self.inputs_per_group(), 1]).saturating_mul(product([1, self.y.kernel, self.x.kernel]))
    }

    /// Most synapses of a target.
    pub fn in_degree(&self) -> u64 {
        product([self.inputs_per_group(), self.y.kernel, self.x.kernel])
    }

    /// Synapses in all.
    pub fn synapses(&self) -> u64 {
        product([self.channels_out, self.inputs_per_group(), 1]).saturating_mul(self.y.pairs().saturating_mul(self.x.pairs()))
    }

    /// The channels, rows and columns of the target that a source reaches.
    fn reached(&self, source: u32) -> [Range<u32>; 3] {
        let (line, column) = (source / self.x.input, source % self.x.input);
        let (channel, row) = (line / self.y.input, line % self.y.input);
        let per_group = self.channels_out / self.groups;
        let first = channel / self.inputs_per_group() * per_group;
        [first..first + per_group, self.y.reached(row), self.x.reached(column)]
    }

    /// Synapses of a source.
    pub fn fan_out(&self, source: u32) -> u32 {
        self.reached(source).iter().map(|range| range.len() as u32).product()
    }

    /// Calls `visit(target)` for every synapse of a source.
    pub fn targets_of(&self, source: u32, mut visit: impl FnMut(u32)) {
        let [channels, rows, columns] = self.reached(source);
        for line in channels.flat_map(|channel| rows.clone().map(move |row| channel * self.y.output() + row)) {
            columns.clone().for_each(|column| visit(line * self.x.output() + column));
        }
    }
}

fn product(factors: [u32; 3]) -> u64 {
    factors.into_iter().fold(1, |product: u64, factor| product.saturating_mul(u64::from(factor)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against the definition, window by window.
        #[test]
        fn an_input_reaches_the_windows_that_hold_it(input in 1u32..12, kernel in 1u32..8, stride in 1u32..5, padding in 0u32..5) {
            let axis = Axis { input, kernel, stride, padding };
            let begins = (0..).map(|o| o * stride).take_while(|begin| begin + kernel <= input + 2 * padding).collect::<Vec<_>>();
            prop_assert_eq!(axis.output() as usize, begins.len());
            let mut pairs = 0;
            for at in 0..input {
                let holds = |begin: &u32| (*begin..begin + kernel).contains(&(at + padding));
                let expected: Vec<u32> = (0..).zip(&begins).filter(|(_, begin)| holds(begin)).map(|(o, _)| o).collect();
                pairs += expected.len() as u64;
                prop_assert_eq!(axis.reached(at).collect::<Vec<_>>(), expected);
            }
            prop_assert_eq!(axis.pairs(), pairs);
        }
    }

    #[test]
    fn sizes_are_products() {
        let axis = Axis { input: 5, kernel: 3, stride: 1, padding: 0 };
        let fine = Windows { y: axis, x: axis, channels_in: 4, channels_out: 6, groups: 2 };
        assert_eq!((fine.sources(), fine.targets(), fine.kernel_values(), fine.in_degree()), (100, 54, 108, 18));
        assert_eq!(fine.synapses(), 6 * 2 * 9 * 9);
    }
}
