"""What a run came to: counts, spikes, traces, states, pictures.

`run` and `batch` are what a caller gets; `counts` and `counters` say what is counted, `priced` what both have in common
with the energy report, `recorded` holds spikes and traces, `wiring` the synapses, `raster` draws.
"""
