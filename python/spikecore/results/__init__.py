"""What a run came to: counts, spikes, samples, states, pictures.

`run` and `batch` are what a caller gets; `counts` and `counters` say what is counted, `priced` what both have in common
with the energy report, `recorded` holds spikes and samples, `wiring` the synapses, `raster` draws.
"""
