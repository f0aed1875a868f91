"""The command line: `spikecore run`, `info`, `bench` and `energy`.

`cli` parses and dispatches. `run` runs one of `networks` as its `workload` says: `measure` does it and `terminal`
prints it. `bench` repeats workloads, `info` says what is installed, `energy` and `energy_answers` price
runs on other hardware. `values` reads options, `output` writes files.
"""
