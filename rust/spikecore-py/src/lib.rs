//! The border between Python and the spikecore engine: converts, detaches, maps errors. Every call goes through `door`.
//!
//! No loop over neurons beyond copying arrays and lists, no arithmetic. The public documentation lives in Python.

mod batch;
mod convert;
mod door;
mod equations;
mod errors;
mod ledger;
mod limits;
mod machine;
mod models;
mod network;
mod reserve;
mod system;
mod trains;
mod watcher;

/// The compiled extension `spikecore._native`.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use super::convert::{check_distribution, check_interval, check_magnitude, check_magnitudes, check_rate, check_rule};
    #[pymodule_export]
    use super::ledger::{FanOut, Wiring, weighted};
    #[pymodule_export]
    use super::machine::Machine;
    #[pymodule_export]
    use super::models::{check_model, model_shape, models};
    #[pymodule_export]
    use super::network::Network;
    #[pymodule_export]
    use super::system::{
        available_memory, check_updates, check_workers, cpu_features, huge_pages, most_threads, simd_level, weight_format,
    };
    #[pymodule_export]
    use super::trains::{joined_trains, sorted_spikes};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::errors::load(module.py())?;
        crate::limits::add(module)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("__build_profile__", if cfg!(debug_assertions) { "debug" } else { "release" })
    }
}
