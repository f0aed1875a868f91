"""Ready networks, used by the command line, the tests and the benches alike."""

from spikecore.library import brunel, layered, microcircuit, recurrent, sparse

__all__ = ["brunel", "layered", "microcircuit", "recurrent", "sparse"]
