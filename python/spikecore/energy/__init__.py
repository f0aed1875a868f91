"""The energy report: exact counts times published prices.

`profile` reads the prices, `ledger` multiplies, `report` prints. Joules exist only here.
"""

from spikecore.energy.ledger import Line, bill
from spikecore.energy.profile import Price, Profile, Unpriced, load
from spikecore.energy.report import EnergyReport

__all__ = ["EnergyReport", "Line", "Price", "Profile", "Unpriced", "bill", "load"]
