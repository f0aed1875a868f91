"""``python -m tests.fuzz``: run networks, print figures, minimise what fails."""

import argparse
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import spikecore as sc

from . import minimise, networks, processes


def main():
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--networks", type=int, default=200, help="how many networks (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first; the others follow (default: 1)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--minutes", type=float, help="stop after this time")
    parser.add_argument("--only", type=int, help="print and run the network of this seed")
    parser.add_argument("--go-on", action="store_true", help="do not stop at the first failure")
    given = parser.parse_args()
    for kind in (sc.UnitWarning, sc.PrecisionWarning, sc.StartWarning):
        warnings.simplefilter("ignore", kind)  # random magnitudes are of no unit
    if given.only is not None:
        print(json.dumps(networks.describe(given.only), indent=1))
        given.seed, given.networks = given.only, 1
    return campaign(given)


def campaign(given):
    """Run the seeds asked for; report failures as they come."""
    started, done, near, failures = time.monotonic(), 0, [], []
    try:
        for seed, failed, ties in processes.results(range(given.seed, given.seed + given.networks), given.jobs):
            done, near = done + 1, near + ties
            if failed:
                failures.append(seed)
                report(seed, *failed)
                if not given.go_on:
                    break
            progress(f"{done} of {given.networks} networks, last seed {seed}, {time.monotonic() - started:.0f} s")
            if given.minutes is not None and time.monotonic() - started > 60.0 * given.minutes:
                break
    except KeyboardInterrupt:
        print("\nstopped by Ctrl-C")
    seconds = time.monotonic() - started
    ties = f"{len(near)} near ties between modes, the widest {max(near):.2g} of the bound" if near else "no near tie"
    rate = f"{seconds / max(done, 1):.2f} s each"
    print(f"\n{done} networks from seed {given.seed} in {seconds:.0f} s, {rate}: {len(failures)} failed; {ties}")
    for seed in failures:
        print(f"failed: --only {seed}")
    return 1 if failures else 0


def progress(text):
    """Show one line on a terminal, and now and then in a file."""
    if sys.stdout.isatty():
        print(f"\r{text}", end="", flush=True)
    elif text.split(maxsplit=1)[0].endswith("00"):
        print(text, flush=True)


def report(seed, name, failure):
    """Minimise a failing network and print the script that shows it; keep it in a file too."""
    print(f"\nseed {seed}: {name}: {failure.message}\nminimising …", flush=True)
    net, name, smaller = minimise.minimised(networks.describe(seed), name)
    if smaller is None:
        print("it does not fail again: not the same from run to run")
        smaller = failure
    text = minimise.script(net, name, smaller)
    path = Path(tempfile.gettempdir()) / f"fuzz_{seed}.py"
    path.write_text(text)
    print(f"{smaller.message}\n--- {path} ---\n{text}--- end ---", flush=True)


if __name__ == "__main__":
    sys.exit(main())
