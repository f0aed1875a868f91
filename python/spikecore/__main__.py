"""Run the command line: `python -m spikecore`."""

import sys

from spikecore.command.cli import main

if __name__ == "__main__":
    sys.exit(main())
