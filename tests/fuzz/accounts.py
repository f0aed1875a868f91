"""Counts that must add up: of a run, its ledger, and a forecast."""

import numpy as np


def broken(result, machine, net, forecast):
    """The first account that does not add up, in words; None if all do."""
    counts, ticks = result.counts, result.ticks
    ledger = result.ledger
    sizes = {one.name: one.size for one in net.populations}
    spikes = {one.name: int(result.spike_counts(one).sum()) for one in net.populations}
    operations = {
        one.name: int((result.spike_counts(one).astype(np.uint64) * machine.out_degrees(one)).sum())
        for one in net.populations
    }
    stepped = {name: n * ticks for name, n in sizes.items() if has_state(net, name)}
    recorded = {one.name: len(result.spikes[one]) for one in net.populations}
    statistics = result.statistics
    pairs = {
        "spikes recorded": (recorded, spikes),
        "spikes counted": (counts.spikes, spikes),
        "synaptic operations: spikes × out-degrees": (counts.synaptic_operations, operations),
        "neuron updates: neurons × ticks": (only(counts.neuron_updates, stepped), stepped),
        "updates of sources": (sum(counts.neuron_updates.values()), sum(stepped.values())),
        "ledger: spikes": (ledger.spikes, sum(spikes.values())),
        "ledger: synaptic operations": (ledger.synaptic_operations, sum(operations.values())),
        "ledger: projections": (sum(one.synaptic_operations for one in ledger.projections), sum(operations.values())),
        "ledger: cores": (sum(ledger.cores), sum(operations.values())),
        "ledger: updates": (ledger.updates_done + ledger.updates_skipped, ledger.neuron_updates),
        "events: delivered + pending": (
            statistics["synaptic_events"] + result.newly_pending,
            sum(operations.values()),
        ),
        "synapses": (statistics["synapses"], sum(int(machine.out_degrees(one).sum()) for one in net.populations)),
        "ledger: synapses": (ledger.synapses, statistics["synapses"]),
        "neurons of the forecast": (forecast.neurons, sum(sizes.values())),
    }
    for name, (found, expected) in pairs.items():
        if found != expected:
            return f"{name}: {found} and {expected}"
    if any(counts.updates_skipped[name] > counts.neuron_updates[name] for name in sizes):
        return f"more updates skipped than there are: {counts.updates_skipped}"
    if forecast.bytes < statistics["weight_store_bytes"] or forecast.bytes >= 2**62:
        return f"forecast of {forecast.bytes} bytes, with {statistics['weight_store_bytes']} bytes of synapses"
    return None


def has_state(net, name):
    """Whether a population is not a source."""
    return any(one.name == name and one.model.variables for one in net.populations)


def only(values, names):
    """The values of some names."""
    return {name: values[name] for name in names}
