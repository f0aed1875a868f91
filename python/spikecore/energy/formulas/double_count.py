"""A published table that applies the spike rate twice, kept for the record.

Front. Neurosci. 17:1091097 (2023), Table 3, says energy = #OP_ANN · 4.6 pJ against
#OP_SNN · 0.9 pJ · spike rate, where #OP_SNN is already rate × #OP_ANN. The corrected ratio applies the
rate once. The legacy one repeats the table, on bare numbers, because the types of
`formulas.operations` cannot express it.
"""

from dataclasses import dataclass

from spikecore.energy.formulas.operations import DenseOperations, EffectiveOperations
from spikecore.energy.formulas.prices import operation

__all__ = ["RECORD", "Record", "ratio"]


@dataclass(frozen=True)
class Record:
    """The row as printed.

    Attributes
    ----------
    dense, effective : DenseOperations, EffectiveOperations
        #OP_ANN and #OP_SNN.
    rate : float
        Spike rate.
    artificial_j, spiking_j : float
        Energies in J, as printed.
    source : str
        Where.
    """

    dense: DenseOperations
    effective: EffectiveOperations
    rate: float
    artificial_j: float
    spiking_j: float
    source: str


RECORD = Record(
    DenseOperations(18.39e6),
    EffectiveOperations(2.51e6),
    0.1366,
    845.94e-7,
    3.09e-7,
    "Front. Neurosci. 17:1091097 (2023), Table 3, doi 10.3389/fnins.2023.1091097 (PMC10242054)",
)
"""The published row."""


def ratio(*, legacy: bool = False) -> float:
    """Return E_ANN / E_SNN of the record.

    Parameters
    ----------
    legacy : bool
        Repeat the published double count.

    Returns
    -------
    float
        With the rate applied once; 273.8 is what was published.

    Examples
    --------
    >>> round(ratio(), 2), round(ratio(legacy=True), 1)
    (37.45, 274.1)
    """
    price = operation("fp32")
    artificial, spiking = RECORD.dense.joules(price), RECORD.effective.accumulate_joules(price)
    if legacy:
        return artificial / (spiking * RECORD.rate)
    return artificial / spiking
