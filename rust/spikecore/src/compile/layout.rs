//! What the two layouts of a core's synapses cost in bytes, index included.

use crate::network::{Distribution, Network, Projection};
use crate::number::weight::Weight;
use crate::synapses::entry::{Segment, Synapse};
use crate::synapses::loose::Loose;

/// Index of a row besides its segments: its first segment and its first synapse.
pub const ROW: f64 = 12.0;

/// Expected bytes of a row of `synapses` synapses with delays drawn evenly from `delays` values.
pub fn row_bytes<W: Weight>(synapses: f64, delays: f64, shared: bool) -> f64 {
    let size = if shared { size_of::<u16>() } else { size_of::<Synapse<W>>() };
    ROW + synapses * size as f64 + segments(synapses, delays) * size_of::<Segment>() as f64
}

/// Bytes of a core's loose synapses in a network of `neurons`.
pub fn loose_bytes<W: Weight>(synapses: f64, neurons: u64) -> f64 {
    synapses * size_of::<Loose<W>>() as f64 + neurons as f64 * size_of::<u32>() as f64
}

/// Expected synapses of a network on so many cores, and their bytes in rows.
pub fn expected_row_bytes<W: Weight>(network: &Network, cores: usize) -> (f64, f64) {
    let of = |(_, projection): (usize, &Projection)| {
        let count = projection.synapses(network);
        let (low, high) = projection.delay.support();
        let rows = f64::from(network.populations[projection.source].size) * cores as f64;
        let shared = matches!(projection.weight, Distribution::Constant(_));
        (count, rows * row_bytes::<W>(count / rows, f64::from(high - low + 1), shared))
    };
    network.stored().map(of).fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

/// Expected number of different values among `synapses` even draws from `delays` values.
pub fn segments(synapses: f64, delays: f64) -> f64 {
    delays * -libm::expm1(-synapses / delays)
}
