"""The energy report: exact counts times published prices.

`ledger` counts, `profile` reads the prices, `bill` multiplies, `report` prints. Joules exist only here.
"""

from spikecore.energy.bill import Bill, bill
from spikecore.energy.ledger import COUNTS, Ledger, ProjectionCounts
from spikecore.energy.line import Inside, Line
from spikecore.energy.meter import Measured
from spikecore.energy.operating_point import OperatingPoint
from spikecore.energy.price import Level, Price, Term
from spikecore.energy.profile import Chip, Profile
from spikecore.energy.profile_toml import known, load
from spikecore.energy.report import Comparison, EnergyReport

__all__ = [
    "COUNTS",
    "Bill",
    "Chip",
    "Comparison",
    "EnergyReport",
    "Inside",
    "Ledger",
    "Level",
    "Line",
    "Measured",
    "OperatingPoint",
    "Price",
    "Profile",
    "ProjectionCounts",
    "Term",
    "bill",
    "known",
    "load",
]
