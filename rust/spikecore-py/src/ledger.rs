//! `_native.Wiring`: the fan-out tables of a compiled network, drawn when a ledger asks for them.

use std::sync::Arc;

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use spikecore::allocation::{copied, gathered, with_room};
use spikecore::{CompileError, Mesh};

use crate::door::{door, elements, list, values};
use crate::errors;
use crate::watcher::Watcher;

/// The description of a compiled network.
#[pyclass(frozen, module = "spikecore._native")]
pub struct Wiring(pub Arc<spikecore::Wiring>);

#[pymethods]
impl Wiring {
    /// Of each projection: source, target, bytes per synapse in rows and loose, longest delay in ticks.
    fn projections<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let wires = self.0.wires().iter();
        door(|| list(py, wires.map(|wire| (wire.source, wire.target, wire.bytes.0, wire.bytes.1, wire.longest))))
    }

    /// Synapses of every source neuron of every projection.
    fn fan_out(&self, py: Python<'_>) -> PyResult<FanOut> {
        watched(py, |watcher| self.0.fan_out(&mut |done| watcher.poll(done)), |all| Ok(FanOut(all)))
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

/// Degrees as Python has them: one number, or an array.
#[derive(FromPyObject)]
enum Degrees<'py> {
    Same(u32),
    Each(PyReadonlyArray1<'py, u32>),
}

/// Synapses of every source neuron, by projection.
#[pyclass(frozen, module = "spikecore._native")]
pub struct FanOut(spikecore::FanOut);

#[pymethods]
impl FanOut {
    /// From sizes of populations, and the source and the degrees of each projection.
    #[new]
    fn new(sizes: &Bound<'_, PyAny>, sources: &Bound<'_, PyAny>, degrees: &Bound<'_, PyAny>) -> PyResult<Self> {
        door(|| {
            let (sizes, sources) = (elements::<u32>(sizes, "sizes of populations")?, elements(sources, "sources of projections")?);
            let given: Vec<Degrees<'_>> = elements(degrees, "fan-out tables")?;
            let mut degrees = with_room(given.len(), "fan-out tables");
            for table in &given {
                degrees.push(match table {
                    Degrees::Same(degree) => spikecore::Degrees::Same(*degree),
                    Degrees::Each(all) => spikecore::Degrees::Each(values(all, "a fan-out table")?),
                });
            }
            Ok(Self(spikecore::FanOut::new(&sizes, sources, degrees).map_err(errors::network)?))
        })
    }

    /// Number of synapses of each projection.
    fn synapses<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        door(|| list(py, py.detach(|| self.0.synapses())))
    }

    /// Spikes times synapses of each projection, exact, from the spikes of every neuron.
    fn operations<'py>(&self, py: Python<'py>, spikes: PyReadonlyArray1<'_, u64>) -> PyResult<Bound<'py, PyList>> {
        door(|| {
            let spikes = values(&spikes, "spikes of every neuron")?;
            list(py, py.detach(|| self.0.operations(&spikes)).map_err(errors::network)?)
        })
    }

    /// Synapses of every source neuron of a projection.
    fn degrees<'py>(&self, py: Python<'py>, projection: usize) -> PyResult<Bound<'py, PyArray1<u32>>> {
        door(|| Ok(self.0.degrees(projection).map_err(errors::network)?.into_pyarray(py)))
    }

    /// What `FanOut` is made from, for pickle.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        door(|| {
            let (py, fan_out) = (slf.py(), &slf.get().0);
            let degrees = PyList::empty(py);
            for (_, all) in fan_out.projections() {
                match all {
                    spikecore::Degrees::Same(degree) => degrees.append(degree)?,
                    spikecore::Degrees::Each(all) => degrees.append(copied(all, "a fan-out table").into_pyarray(py))?,
                }
            }
            let (sizes, sources) = (list(py, fan_out.sizes())?, list(py, fan_out.projections().map(|(source, _)| source))?);
            (slf.get_type(), (sizes, sources, degrees)).into_pyobject(py)
        })
    }
}

/// Spikes times weights, exact, added over each segment: segment `k` begins at `firsts[k]` and ends where the next begins.
#[pyfunction]
pub fn weighted<'py>(
    py: Python<'py>,
    spikes: PyReadonlyArray1<'_, u64>,
    weights: PyReadonlyArray1<'_, u32>,
    firsts: &Bound<'_, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    door(|| {
        let (spikes, weights) = (values(&spikes, "spikes of every neuron")?, values(&weights, "weights of spikes")?);
        let firsts: Vec<usize> = elements(firsts, "segments")?;
        if spikes.len() != weights.len() || !firsts.is_sorted() || firsts.last().is_some_and(|&last| last > spikes.len()) {
            let text = format!("{} spikes, {} weights, {} segments", spikes.len(), weights.len(), firsts.len());
            return Err(errors::refused("", "weighted", text, "equal lengths, and segments inside in ascending order"));
        }
        let ends = firsts.iter().skip(1).copied().chain([spikes.len()]);
        let sums = firsts.iter().zip(ends).map(|(&first, end)| spikecore::weighted(&spikes[first..end], &weights[first..end]));
        list(py, py.detach(|| gathered(sums, "sums over segments")))
    })
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
