"""The command line: `spikecore run`, `info`, `bench` and `energy`.

`cli` parses and dispatches; `values` reads options; `workload` runs a ready network and `terminal` prints it; `bench`
repeats workloads; `info` says what is installed; `energy` prices runs on other hardware.
"""
