//! A kernel that moves over planes, onto one slice of targets: a spike adds, row by row of every output channel that
//! its source reaches, a run of the kernel's weights to a run of accumulators.
//!
//! The weights of a kernel's row are kept in the order in which the outputs of a run meet them: those of each *phase*,
//! the padded column of a source modulo the stride, from the last tap to the first. So a run of outputs is a run of weights.

use crate::allocation::{gathered, with_room};
use crate::network::Windows;
use crate::number::weight::Weight;
use std::convert::Infallible;
use std::ops::Range;

/// What this memory is for.
const KERNEL: &str = "the weights of a kernel";

/// A kernel onto one slice.
#[derive(Debug)]
pub struct Window<W> {
    windows: Windows,
    /// Rows, columns and neurons of an output channel.
    height: u64,
    width: u64,
    plane: u64,
    /// The slice, as indices of the target population.
    slice: Range<u64>,
    /// By (output channel, channel of the group, row of the kernel), each row in the order above; for a pooling the rows
    /// of one pair of channels.
    weights: Vec<W>,
    /// Whether all channels share their weights.
    pooling: bool,
}

/// Takes the synapses of a source.
pub trait Land<W> {
    /// Adds weights to the neurons of the slice from `first` on.
    fn add(&mut self, first: usize, weights: &[W]);
}

/// The outputs that a source reaches: those of these channels, rows and columns.
struct Reached {
    channels: Range<u32>,
    rows: Range<u32>,
    columns: Range<u32>,
    /// Of the source: its channel within its group, and its padded row.
    channel: u64,
    row: u32,
    /// Where in a kernel's row the run of `columns` begins.
    first: usize,
}

impl<W: Weight> Window<W> {
    /// With `weight(index)` as kernel; indices of an array of (output channel, channel of the group, row, column). Where
    /// that gives an error, so does this.
    pub fn convolution<E>(windows: Windows, slice: Range<u32>, weight: impl FnMut(u64) -> Result<W, E>) -> Result<Self, E> {
        let rows = windows.kernel_values() / u64::from(windows.x.kernel);
        Self::new(windows, slice, rows, false, weight)
    }

    /// With one weight for all.
    pub fn pooling(windows: Windows, slice: Range<u32>, weight: W) -> Self {
        let Ok(window) = Self::new(windows, slice, u64::from(windows.y.kernel), true, |_| Ok::<_, Infallible>(weight));
        window
    }

    fn new<E>(windows: Windows, slice: Range<u32>, rows: u64, pooling: bool, weight: impl FnMut(u64) -> Result<W, E>) -> Result<Self, E> {
        let columns = (0..windows.x.stride).flat_map(|phase| taps(&windows, phase).rev()).map(u64::from);
        let columns: Vec<u64> = gathered(columns, KERNEL);
        let taps = u64::from(windows.x.kernel);
        let places = (0..rows).flat_map(|row| columns.iter().map(move |column| row * taps + column));
        let mut weights = with_room(rows as usize * columns.len(), KERNEL);
        for weight in places.map(weight) {
            weights.push(weight?); // there is room
        }
        let (height, width) = (u64::from(windows.y.output()), u64::from(windows.x.output()));
        let slice = slice.start.into()..slice.end.into();
        Ok(Self { windows, height, width, plane: height * width, slice, weights, pooling })
    }

    /// Where in the slice a source's synapses go, in runs: `visit(first neuron of the run, weights)`.
    #[inline]
    pub fn runs<'a>(&'a self, source: u32, mut visit: impl FnMut(usize, &'a [W])) {
        let reached = self.reached(source);
        for channel in reached.channels.clone() {
            self.channel_runs(&reached, channel, &mut visit);
        }
    }

    #[inline]
    fn channel_runs<'a>(&'a self, reached: &Reached, channel: u32, visit: &mut impl FnMut(usize, &'a [W])) {
        for row in reached.rows.clone() {
            let (first, begin) = self.run(reached, channel, row);
            let weights = &self.weights[begin..begin + reached.columns.len()];
            let inside = first.max(self.slice.start)..(first + weights.len() as u64).min(self.slice.end);
            if !inside.is_empty() {
                let from = (inside.start - first) as usize;
                let to = (inside.end - first) as usize;
                visit((inside.start - self.slice.start) as usize, &weights[from..to]);
            }
        }
    }

    /// Adds the synapses of a source; returns how many.
    #[inline]
    pub fn add(&self, source: u32, land: &mut impl Land<W>) -> u64 {
        let reached = self.reached(source);
        if reached.rows.is_empty() {
            return 0;
        }
        // Runs of the usual kernels have code of their own: a loop of unknown length costs more than three additions.
        match reached.columns.len() {
            1 => self.add_runs::<1>(&reached, land),
            2 => self.add_runs::<2>(&reached, land),
            3 => self.add_runs::<3>(&reached, land),
            4 => self.add_runs::<4>(&reached, land),
            5 => self.add_runs::<5>(&reached, land),
            _ => reached.channels.clone().map(|channel| self.add_channel(&reached, channel, land)).sum(),
        }
    }

    /// Adds runs of `N`.
    fn add_runs<const N: usize>(&self, reached: &Reached, land: &mut impl Land<W>) -> u64 {
        let up = self.windows.y.stride as usize * self.windows.x.kernel as usize;
        let mut added = 0;
        for channel in reached.channels.clone() {
            if !self.holds(channel) {
                added += self.add_channel(reached, channel, land);
                continue;
            }
            let (mut first, mut begin) = self.run(reached, channel, reached.rows.start);
            for _ in reached.rows.clone() {
                let weights: &[W; N] = self.weights[begin..begin + N].try_into().expect("invariant: as many as asked for");
                land.add((first - self.slice.start) as usize, weights);
                // The next row of outputs lies under an earlier row of the kernel, the last under one that may not exist.
                (first, begin) = (first + self.width, begin.wrapping_sub(up));
            }
            added += (reached.rows.len() * N) as u64;
        }
        added
    }

    fn add_channel(&self, reached: &Reached, channel: u32, land: &mut impl Land<W>) -> u64 {
        let mut added = 0;
        self.channel_runs(reached, channel, &mut |first, weights: &[W]| {
            land.add(first, weights);
            added += weights.len() as u64;
        });
        added
    }

    /// Whether the slice holds all of an output channel.
    fn holds(&self, channel: u32) -> bool {
        let first = u64::from(channel) * self.plane;
        self.slice.start <= first && first + self.plane <= self.slice.end
    }

    /// Where the run of a row of outputs begins: among the targets, and among the weights.
    fn run(&self, reached: &Reached, channel: u32, row: u32) -> (u64, usize) {
        let (y, x) = (self.windows.y, self.windows.x);
        let line = u64::from(channel) * self.height + u64::from(row);
        let pair = u64::from(channel) * u64::from(self.windows.inputs_per_group()) + reached.channel;
        let kernel = if self.pooling { 0 } else { pair * u64::from(y.kernel) };
        let begin = (kernel + u64::from(reached.row - row * y.stride)) as usize * x.kernel as usize + reached.first;
        (line * self.width + u64::from(reached.columns.start), begin)
    }

    /// Synapses of a source onto the slice.
    pub fn fan_out(&self, source: u32) -> u64 {
        let reached = self.reached(source);
        let whole = (reached.rows.len() * reached.columns.len()) as u64;
        if reached.channels.is_empty() || whole == 0 {
            return 0;
        }
        let of = |channel: u32| {
            if self.holds(channel) {
                return whole;
            }
            let mut count = 0;
            self.channel_runs(&reached, channel, &mut |_, weights: &[W]| count += weights.len() as u64);
            count
        };
        // All channels between the first and the last are held whole.
        let (first, last) = (reached.channels.start, reached.channels.end - 1);
        if first == last { of(first) } else { of(first) + of(last) + u64::from(last - first - 1) * whole }
    }

    /// Bytes.
    pub fn bytes(&self) -> u64 {
        size_of_val(&*self.weights) as u64
    }

    fn reached(&self, source: u32) -> Reached {
        let w = &self.windows;
        let (line, column) = (source / w.x.input, source % w.x.input);
        let (channel, row) = (line / w.y.input, line % w.y.input);
        let per_group = w.channels_out / w.groups;
        let group = channel / w.inputs_per_group();
        let low = (self.slice.start / self.plane) as u32;
        let high = self.slice.end.div_ceil(self.plane) as u32;
        let columns = w.x.reached(column);
        let place = column + w.x.padding;
        let (all, rest) = (w.x.kernel / w.x.stride, w.x.kernel % w.x.stride);
        let phase = place % w.x.stride;
        // Taps of the phases before, then those of this one that lie left of the first output.
        let before = phase * all + phase.min(rest);
        let left = (all + u32::from(phase < rest)).saturating_sub(1 + place / w.x.stride - columns.start);
        Reached {
            channels: low.max(group * per_group)..high.min((group + 1) * per_group),
            rows: w.y.reached(row),
            columns,
            channel: u64::from(channel % w.inputs_per_group()),
            row: row + w.y.padding,
            first: (before + left) as usize,
        }
    }
}

/// The taps of a kernel's row that sources meet whose padded column is `phase` modulo the stride, ascending.
fn taps(windows: &Windows, phase: u32) -> impl DoubleEndedIterator<Item = u32> {
    let stride = windows.x.stride;
    let count = windows.x.kernel.saturating_sub(phase).div_ceil(stride);
    (0..count).map(move |k| phase + k * stride)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Axis;
    use proptest::prelude::*;

    /// All synapses (source, target, index into the kernel), by the six loops of the definition; sorted.
    fn six_loops(w: &Windows) -> Vec<(u64, u64, u64)> {
        let mut found = vec![];
        let of = |axis: Axis, output: u32, tap: u32| (output * axis.stride + tap).checked_sub(axis.padding).filter(|&at| at < axis.input);
        let per_group = w.channels_out / w.groups;
        for (o, y, x) in cube(w.channels_out, w.y.output(), w.x.output()) {
            for (c, ky, kx) in cube(w.inputs_per_group(), w.y.kernel, w.x.kernel) {
                if let (Some(row), Some(column)) = (of(w.y, y, ky), of(w.x, x, kx)) {
                    let channel = o / per_group * w.inputs_per_group() + c;
                    let index = |[a, b, c]: [u32; 3], [_, m, n]: [u32; 3]| u64::from((a * m + b) * n + c);
                    let source = index([channel, row, column], [0, w.y.input, w.x.input]);
                    let target = index([o, y, x], [0, w.y.output(), w.x.output()]);
                    let kernel = index([o * w.inputs_per_group() + c, ky, kx], [0, w.y.kernel, w.x.kernel]);
                    found.push((source, target, kernel));
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// Synapses as they come: target and index into the kernel.
    struct Landed(Vec<(u64, u64)>);

    impl Land<f64> for Landed {
        fn add(&mut self, first: usize, weights: &[f64]) {
            self.0.extend((first as u64..).zip(weights).map(|(target, &weight)| (target, weight as u64)));
        }
    }

    fn cube(a: u32, b: u32, c: u32) -> impl Iterator<Item = (u32, u32, u32)> {
        (0..a).flat_map(move |x| (0..b).flat_map(move |y| (0..c).map(move |z| (x, y, z))))
    }

    prop_compose! {
        fn axes()(kernel in 1u32..6, stride in 1u32..5, padding in 0u32..4, more in 0u32..9) -> Axis {
            // At least one output: kernels may be larger than the input.
            let input = (kernel.saturating_sub(2 * padding)).max(1) + more;
            Axis { input, kernel, stride, padding }
        }
    }

    proptest! {
        #[test]
        fn runs_are_the_six_loops(y in axes(), x in axes(), groups in 1u32..4, ins in 1u32..3, outs in 1u32..4, cut in 0.0f64..1.0) {
            let w = Windows { y, x, channels_in: groups * ins, channels_out: groups * outs, groups };
            let expected = six_loops(&w);
            prop_assert_eq!(w.synapses(), expected.len() as u64);
            let targets = w.targets() as u32;
            let middle = (f64::from(targets) * cut) as u32;
            let (mut found, mut landed) = (vec![], Landed(vec![]));
            for slice in [0..middle, middle..targets] {
                let Ok(window) = Window::<f64>::convolution(w, slice.clone(), |index| Ok::<_, Infallible>(index as f64));
                prop_assert_eq!(window.bytes(), 8 * w.kernel_values());
                for source in 0..w.sources() as u32 {
                    let before = found.len();
                    window.runs(source, |first, weights| {
                        let run = (u64::from(slice.start) + first as u64..).zip(weights);
                        found.extend(run.map(|(target, &weight)| (u64::from(source), target, weight as u64)));
                    });
                    prop_assert_eq!(window.fan_out(source), (found.len() - before) as u64);
                    let before = landed.0.len();
                    prop_assert_eq!(window.add(source, &mut landed), window.fan_out(source));
                    for (target, _) in &mut landed.0[before..] {
                        *target += u64::from(slice.start);
                    }
                }
            }
            let added: Vec<_> = found.iter().map(|&(_, target, weight)| (target, weight)).collect();
            prop_assert_eq!(landed.0, added);
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn a_pooling_is_a_convolution_of_ones_channel_by_channel(y in axes(), x in axes(), channels in 1u32..4) {
            let w = Windows { y, x, channels_in: channels, channels_out: channels, groups: channels };
            let window = Window::<f32>::pooling(w, 0..w.targets() as u32, 2.5);
            prop_assert_eq!(window.bytes(), 4 * u64::from(y.kernel * x.kernel));
            let mut found = vec![];
            for source in 0..w.sources() as u32 {
                window.runs(source, |first, weights| {
                    assert!(weights.iter().all(|&weight| weight == 2.5));
                    found.extend((0..weights.len()).map(|k| (u64::from(source), (first + k) as u64)));
                });
            }
            found.sort_unstable();
            let expected: Vec<_> = six_loops(&w).into_iter().map(|(source, target, _)| (source, target)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
