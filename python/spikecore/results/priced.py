"""Counts that the energy report prices."""

from functools import cached_property
from typing import TYPE_CHECKING

from spikecore.results.counts import Counted

if TYPE_CHECKING:
    from pathlib import Path

    from spikecore.energy import EnergyReport, Ledger, Profile

__all__ = ["Priced"]


class Priced(Counted):
    """A run or a batch, with its energy report."""

    def energy(self, profile: "str | Path | Profile" = "loihi", *, mapping: bool = False) -> "EnergyReport":
        """Price the counts; of a batch those of all samples, and the report says what one of them takes.

        Parameters
        ----------
        profile : str, Path or Profile
            ``"loihi"``, ``"truenorth"``, another of `spikecore.energy.known()`, or a TOML file with
            prices of your own.
        mapping : bool
            Place the network on the chip's cores, under its limits, to count packets and hops.

        Returns
        -------
        EnergyReport
            Prints as a table; `to_dict` gives the numbers.
        """
        from spikecore.energy import EnergyReport  # start-up time: most runs are not priced

        return EnergyReport.of_run(self, profile, mapping)

    @cached_property
    def ledger(self) -> "Ledger":
        """What happened, as counts that can be priced."""
        from spikecore.energy import run_ledger  # start-up time: most runs are not priced

        return run_ledger.of(self)
