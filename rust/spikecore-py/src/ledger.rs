//! `_native.Wiring`: the fan-out tables of a compiled network, drawn when a ledger asks for them.

use std::sync::Arc;

use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use spikecore::{CompileError, Mesh};

use crate::door::{door, list};
use crate::errors;
use crate::machine::Watcher;

/// The description of a compiled network, and how it was cut into cores.
#[pyclass(frozen, module = "spikecore._native")]
pub struct Wiring(pub Arc<spikecore::Wiring>);

#[pymethods]
impl Wiring {
    /// Of each projection: source, target, bytes per synapse in rows and loose, longest delay in ticks.
    fn projections<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let wires = self.0.wires().iter();
        door(|| list(py, wires.map(|wire| (wire.source, wire.target, wire.bytes.0, wire.bytes.1, wire.longest))))
    }

    /// Synapses of every source neuron of a projection.
    fn fan_out<'py>(&self, py: Python<'py>, projection: usize) -> PyResult<Bound<'py, PyArray1<u32>>> {
        watched(py, |watcher| self.0.fan_out(projection, &mut |done| watcher.poll(done)), |degrees| Ok(degrees.into_pyarray(py)))
    }

    /// The same on each core, source by source.
    fn fan_out_by_core<'py>(&self, py: Python<'py>, projection: usize) -> PyResult<Bound<'py, PyArray1<u32>>> {
        watched(py, |watcher| self.0.fan_out_by_core(projection, &mut |done| watcher.poll(done)), |degrees| Ok(degrees.into_pyarray(py)))
    }

    /// The network on a chip: neurons per core, cores per tile, tiles per row; bits per synapse, synapses per block, bits
    /// per block, bits per word.
    #[expect(clippy::too_many_arguments, reason = "the numbers of a chip")]
    fn place<'py>(
        &self,
        py: Python<'py>,
        neurons_per_core: u32,
        cores_per_tile: u32,
        width: u32,
        bits_per_synapse: u64,
        block: u64,
        block_bits: u64,
        word_bits: u64,
    ) -> PyResult<Bound<'py, PyDict>> {
        let mesh = Mesh { neurons_per_core, cores_per_tile, width, bits_per_synapse, block, block_bits, word_bits };
        watched(
            py,
            |watcher| self.0.place(&mesh, &mut |done| watcher.poll(done)),
            |placed| {
                let dict = PyDict::new(py);
                dict.set_item("packets", placed.packets.into_pyarray(py))?;
                dict.set_item("hops_ew", placed.hops_ew.into_pyarray(py))?;
                dict.set_item("hops_ns", placed.hops_ns.into_pyarray(py))?;
                dict.set_item("axons_in", placed.axons_in.into_pyarray(py))?;
                dict.set_item("axons_out", placed.axons_out.into_pyarray(py))?;
                dict.set_item("memory_bits", placed.memory_bits.into_pyarray(py))?;
                dict.set_item("most_targets", placed.most_targets)?;
                dict.set_item("most_fan_in", placed.most_fan_in)?;
                Ok(dict)
            },
        )
    }
}

/// Long work, away from Python, that a signal stops; what it comes to is then handed to Python.
fn watched<T: Send, P>(
    py: Python<'_>,
    work: impl FnOnce(&mut Watcher) -> Result<T, CompileError> + Send,
    hand_over: impl FnOnce(T) -> PyResult<P>,
) -> PyResult<P> {
    door(|| {
        let mut watcher = Watcher::new(None);
        let done = py.detach(|| work(&mut watcher));
        watcher.finish()?;
        hand_over(done.map_err(errors::compile)?)
    })
}
