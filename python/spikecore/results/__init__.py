"""What a run came to: counts, spikes, traces, states, pictures.

`run` and `batch` are what a caller gets; `counts` and `counters` say what is counted, `priced` what both have in common
with the energy report, `span` holds the counters of a run and `wiring` the synapses. `trains` holds the spikes,
`recorded` shows them, `traces` what recorders kept; `activity` is what follows from spikes: `rates`, `intervals`,
`spectrum`, and the pictures of `raster` (which spikes) and `raster_figure` (how). `pictured` is what has a picture.
`to_file` and `from_file` save a result.
"""
