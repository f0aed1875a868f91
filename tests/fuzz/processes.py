"""The networks of a campaign, one after the other or in several processes.

A module of its own, since a spawned process can import it: `__main__` of a package cannot be imported again.
"""

import concurrent.futures
import itertools
import multiprocessing
import signal

from . import checks, networks

STALLED_S = 1_200
"""A network that takes longer is reported: something waits for ever."""


def results(seeds, jobs):
    """(seed, failure, near ties) of each network, in the order of completion."""
    if jobs == 1:
        yield from map(examine, seeds)
        return
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(jobs, context) as pool:
        left, running = iter(seeds), set()
        try:
            while True:
                running |= {pool.submit(examine, seed) for seed in itertools.islice(left, 2 * jobs - len(running))}
                if not running:
                    return
                finished, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                yield from (one.result() for one in finished)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def examine(seed):
    """Run all checks of the network of one seed."""
    near = []
    with limited(seed):
        return seed, checks.first_failure(networks.describe(seed), near), near


class limited:
    """Raises where a network takes too long, so that a machine that waits for ever is a failure with a seed."""

    def __init__(self, seed):
        self.seed = seed

    def __enter__(self):
        self.before = signal.signal(signal.SIGALRM, self.stop)
        signal.alarm(STALLED_S)

    def __exit__(self, *_):
        signal.alarm(0)
        signal.signal(signal.SIGALRM, self.before)

    def stop(self, *_):
        msg = f"the network of seed {self.seed} takes more than {STALLED_S} s"
        raise TimeoutError(msg)
