"""One silicon for two machines, a synchronous and an asynchronous one: the same price for the same thing.

Its figures are those that profiles and `ann.prices` publish, taken from there; hops are in ``silicon.toml``. Static
power is the price of time: both machines pay it, so it stands apart from dynamic energy.
"""

from dataclasses import dataclass, replace

from spikecore import checks
from spikecore.energy import Ledger, Price, Profile, bill, load, published
from spikecore.energy.ann.prices import operation
from spikecore.energy.profile_toml import parse
from spikecore.energy.studies import truenorth

__all__ = ["MachineEnergy", "is_static", "machine_energy", "silicon"]


@dataclass(frozen=True)
class MachineEnergy:
    """Energy of one machine for one run, J: by term of the profile, without static power, of it alone, and in all."""

    terms: dict[str, float]
    dynamic_j: float
    static_j: float
    total_j: float


def machine_energy(ledger: Ledger, profile: Profile) -> MachineEnergy:
    """Return what the counts of a machine take."""
    lines = bill(ledger, profile).lines
    static = sum(line.nominal_j for line in lines if is_static(line.price))
    dynamic = sum(line.nominal_j for line in lines if not is_static(line.price))
    return MachineEnergy({line.price.term: line.nominal_j for line in lines}, dynamic, static, dynamic + static)


def is_static(price: Price) -> bool:
    """Return whether a price is that of time."""
    return price.count == "biological_s"


def silicon(cores: int) -> Profile:
    """Return the prices that both machines pay, with the static power of their cores.

    Parameters
    ----------
    cores : int
        Cores of 256 neurons, ≥ 1. Each leaks a 4,096th of TrueNorth's static power by its affine model at 0.8 V.

    Examples
    --------
    >>> round(silicon(16).prices[-1].value, 4)  # mW
    0.2517
    """
    cores = checks.count("silicon", "cores", cores, low=1)
    own, processor = parse(published.text("studies", "silicon"), "silicon.toml"), load("cpu")
    digital = {price.count: price for price in processor.prices}
    computed = (*_arithmetic(digital["synaptic_operations"]), *_memory(digital["weight_bytes"]))
    prices = (*computed, *own.prices, _static(cores, own.prices[0].node))
    return replace(own, node=processor.node, voltage_v=processor.voltage_v, source=processor.source, prices=prices)


def _arithmetic(addition: Price) -> tuple[Price, Price]:
    """Return the prices of integers; `addition` has their source, evidence, node and voltage."""
    price = operation("int32")
    each = "one 32-bit integer addition per synaptic operation"
    parts = f"({price.multiply_pj:g} pJ, the leak) and addition ({price.add_pj:g} pJ)"
    update = f"one 32-bit integer multiplication {parts}"
    added = replace(addition, term="additions", value=price.add_pj, note=each)
    return added, replace(added, term="neuron updates", count="updates_active", value=price.mac_pj, note=update)


def _memory(weights: Price) -> tuple[Price, Price]:
    """Return the price of weights in the smallest memory that holds a core's, and of state in the smallest there is."""
    far = "per access of 64 bits, not per byte; DRAM: published as a range, nominal its lower end"
    near = (
        "potentials, packets and source bits, in an 8 KB SRAM of the core; by the byte: an access as wide as what is "
        "read is taken to cost its share of 64 bits"
    )
    own = replace(weights, term="weights", store="core_store_bytes", note=far)
    return own, replace(own, term="state", count="state_bytes", store=None, levels=(), note=near)


def _static(cores: int, node: str) -> Price:
    model = truenorth.published_model()
    source = "a line through two points of Akopyan et al., IEEE TCAD 34(10):1537-1557 (2015), Fig. 17"
    value, note = 1e3 * (model.static_w / 4096 * cores), f"{cores} of 4,096 cores"
    fitted = Price("static", "biological_s", value, "mW", "fitted", "operating point", source, note=note)
    return replace(fitted, voltage_v=model.voltage_v, node=node)
