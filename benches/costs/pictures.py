"""What a picture costs where there are many spikes: the raster, rates in bins, intervals and the spectrum.

Spikes are given, a million neurons' in one population or in fifty, so nothing is simulated. Processor time is taken,
and the most memory that Python and numpy held above the spikes themselves, 12 B each.

    python benches/costs/pictures.py [--quick]
"""

import argparse
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

import spikecore as sc
from spikecore.grid import Grid
from spikecore.population import Population
from spikecore.results import raster, raster_figure
from spikecore.results.recorded import SpikeTrains
from spikecore.results.trains import Trains

BAR_NS, BAR_BYTES = 400.0, 80.0
"""Bars for each spike: the raster, the cut by population included."""
MOST_FILE = 400_000
"""Bytes of the picture, however many spikes there are."""


def random_trains(neurons: int, spikes: int, populations: int) -> Trains:
    """Return trains of a second: so many spikes, each of a neuron and a tick drawn alike."""
    rng = np.random.default_rng(1)
    keys = np.unique(rng.integers(1, 10_001, spikes) * np.int64(neurons) + rng.integers(0, neurons, spikes))
    size = neurons // populations
    members = tuple(Population(f"p{k}", size, sc.LIF(), k * size, k) for k in range(populations))
    return Trains(
        Grid(0.1), members, (keys // neurons).astype(np.uint64), (keys % neurons).astype(np.uint32), 0, 10_000
    )


def drawn(trains: Trains) -> str:
    """Return the picture of all spikes."""
    return raster_figure.figure(raster.select(trains, 0.0, 1_000.0), trains).svg()


CALLS: dict[str, Callable[[Trains], object]] = {
    "raster": drawn,
    "rate": lambda trains: SpikeTrains(trains).rate(1.0).mean(),
    "intervals": lambda trains: SpikeTrains(trains).isi_histogram("p0", 1.0),
    "spectrum": lambda trains: SpikeTrains(trains).power_spectrum("p0", 1.0),
}


def cost(call: Callable[[Trains], object], trains: Trains, traced: bool) -> float:
    """Return the processor time of a call in s; or, traced, the most bytes that it held."""
    if traced:
        tracemalloc.start()
    start = time.process_time()
    call(trains)
    seconds = time.process_time() - start
    held = tracemalloc.get_traced_memory()[1] if traced else 0
    tracemalloc.stop()
    return held if traced else seconds


def main() -> int:
    """Print the table; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, and no bars")
    quick = parser.parse_args().quick
    neurons, spikes = (10_000, 100_000) if quick else (1_000_000, 10_000_000)
    missed = False
    print(f"{'populations':>12}{'what':>12}{'ns per spike':>14}{'B per spike':>13}{'bars':>12}{'file, kB':>10}")
    for populations in (1, 50):
        once = random_trains(neurons, spikes, populations)
        for name, call in CALLS.items():
            # New trains each time: they keep what they were cut into.
            first, second = (Trains(once.grid, once.recorded, once.ticks, once.ids, 0, 10_000) for _ in range(2))
            held, seconds = cost(call, first, traced=True), cost(call, second, traced=False)
            file = len(drawn(second)) if name == "raster" else 0
            ns, held_each = 1e9 * seconds / spikes, held / spikes
            missed |= not quick and (ns > BAR_NS or held_each > BAR_BYTES or file > MOST_FILE)
            bars = f"{BAR_NS:.0f}, {BAR_BYTES:.0f}"
            print(f"{populations:>12}{name:>12}{ns:>14.1f}{held_each:>13.1f}{bars:>12}{file / 1e3:>10.0f}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
