//! The geometry of windows as a caller gives it, in whole numbers of any size, and what it must keep to.

use super::windows::{Axis, Windows};
use crate::refusal::{Refusal, whole};

/// Largest window, stride and padding.
const MOST: u32 = 65_535;

/// Channels, rows and columns, and windows that move over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planes {
    /// Channels, rows and columns of the source.
    pub shape: [i128; 3],
    /// Channels of the target.
    pub channels: i128,
    /// Rows and columns of a window.
    pub window: [i128; 2],
    /// Rows and columns from one window to the next.
    pub stride: [i128; 2],
    /// Rows and columns without neurons around the source.
    pub padding: [i128; 2],
    /// Groups of channels that are connected group by group.
    pub groups: i128,
}

/// How a class calls its windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// By the kernel that is laid over the source.
    Kernel,
    /// By a parameter, `size`, of which the padding is at most half.
    Size,
}

impl From<&Windows> for Planes {
    fn from(windows: &Windows) -> Self {
        let Windows { y, x, channels_in, channels_out, groups } = *windows;
        let both = |of: fn(Axis) -> u32| [y, x].map(|axis| of(axis).into());
        let [rows, columns] = both(|axis| axis.input);
        Self {
            shape: [channels_in.into(), rows, columns],
            channels: channels_out.into(),
            window: both(|axis| axis.kernel),
            stride: both(|axis| axis.stride),
            padding: both(|axis| axis.padding),
            groups: groups.into(),
        }
    }
}

impl Planes {
    /// The windows, in the caller's terms.
    ///
    /// # Errors
    /// Where a number is not in its range, a window exceeds the padded source, or groups divide no channels.
    pub fn windows(&self, class: &str, window: Window) -> Result<Windows, Refusal> {
        let number = |parameter: &'static str, value: i128, low: u32, high: u32| {
            whole(class, parameter, value, (low.into(), high.into())).map(|value| value as u32)
        };
        let named = match window {
            Window::Kernel => ["the rows of a window", "the columns of a window"],
            Window::Size => ["size", "size"],
        };
        let [rows, columns] = self.window;
        let taps = [number(named[0], rows, 1, MOST)?, number(named[1], columns, 1, MOST)?];
        let [channels, rows, columns] = self.shape;
        let channels_in = number("channels of shape", channels, 1, u32::MAX)?;
        let inputs = [number("rows of shape", rows, 1, u32::MAX - MOST)?, number("columns of shape", columns, 1, u32::MAX - MOST)?];
        let neurons = inputs.iter().fold(u64::from(channels_in), |product, &n| product.saturating_mul(n.into()));
        if neurons > u32::MAX.into() {
            let shape = format!("({channels_in}, {}, {})", inputs[0], inputs[1]);
            return Err(Refusal::new(class, "shape", shape, format!("at most {} neurons", u32::MAX)));
        }
        let mut axes = [Axis { input: 0, kernel: 0, stride: 0, padding: 0 }; 2];
        for (k, axis) in axes.iter_mut().enumerate() {
            let most = if window == Window::Size { taps[k] / 2 } else { MOST };
            let (stride, padding) = (number("stride", self.stride[k], 1, MOST)?, number("padding", self.padding[k], 0, most)?);
            *axis = Axis { input: inputs[k], kernel: taps[k], stride, padding };
        }
        axes.into_iter().zip(["rows", "columns"]).try_for_each(|(axis, direction)| fits(class, axis, direction))?;
        let channels_out = number("channels of the target", self.channels, 1, u32::MAX)?;
        let groups = number("groups", self.groups, 1, u32::MAX)?;
        if ![channels_in, channels_out].iter().all(|channels| channels.is_multiple_of(groups)) {
            let allowed = format!("a divisor of both {channels_in} and {channels_out}, the channels of source and target");
            return Err(Refusal::new(class, "groups", groups, allowed));
        }
        let [y, x] = axes;
        Ok(Windows { y, x, channels_in, channels_out, groups })
    }
}

/// Checks that a window lies within the padded source.
fn fits(class: &str, axis: Axis, direction: &str) -> Result<(), Refusal> {
    let padded = u64::from(axis.input) + 2 * u64::from(axis.padding);
    if u64::from(axis.kernel) <= padded {
        return Ok(());
    }
    let allowed = format!("1 … {padded}, the padded {direction} of the source");
    Err(Refusal::new(class, format!("the {direction} of a window"), axis.kernel, allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_named_in_the_terms_of_the_caller() {
        let axis = Axis { input: 5, kernel: 3, stride: 1, padding: 0 };
        let fine = Windows { y: axis, x: axis, channels_in: 4, channels_out: 6, groups: 2 };
        let planes = Planes::from(&fine);
        assert_eq!(planes.windows("Convolution", Window::Kernel), Ok(fine));
        let refused = |planes: Planes| planes.windows("Convolution", Window::Kernel).unwrap_err().to_string();
        let divisor = "a divisor of both 4 and 6, the channels of source and target";
        assert_eq!(refused(Planes { groups: 4, ..planes }), format!("Convolution: groups is 4, allowed: {divisor}"));
        assert_eq!(refused(Planes { groups: 0, ..planes }), "Convolution: groups is 0, allowed: 1 … 4294967295");
        assert_eq!(refused(Planes { stride: [0, 1], ..planes }), "Convolution: stride is 0, allowed: 1 … 65535");
        assert_eq!(refused(Planes { padding: [0, 70_000], ..planes }), "Convolution: padding is 70000, allowed: 0 … 65535");
        let padded = "1 … 5, the padded columns of the source";
        assert_eq!(refused(Planes { window: [3, 6], ..planes }), format!("Convolution: the columns of a window is 6, allowed: {padded}"));
        let large = Planes { shape: [1, 1 << 20, 1 << 20], ..planes };
        assert_eq!(refused(large), "Convolution: shape is (1, 1048576, 1048576), allowed: at most 4294967295 neurons");
        let pooled = |planes: Planes| planes.windows("Pooling", Window::Size).unwrap_err().to_string();
        assert_eq!(pooled(Planes { window: [0, 1], ..planes }), "Pooling: size is 0, allowed: 1 … 65535");
        assert_eq!(pooled(Planes { padding: [2, 0], ..planes }), "Pooling: padding is 2, allowed: 0 … 1");
    }
}
