//! Limits that the engine states, for who writes a message or a grid in Python: each has one place, here it is handed on.

use pyo3::prelude::*;

/// Adds them to the module.
pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("LARGEST", spikecore::LARGEST)?;
    module.add("REACH", spikecore::REACH)?;
    module.add("TICKS_MS", spikecore::TICKS)?;
    module.add("MOST_WORKERS", spikecore::MOST_WORKERS)?;
    module.add("MOST_NEURONS", spikecore::NeuronId::MAX)?;
    module.add("MOST_DELAY_TICKS", spikecore::MAX_DELAY)?;
    module.add("MOST_TICKS", spikecore::MOST_TICKS)
}
