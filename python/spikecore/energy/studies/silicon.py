"""One silicon for two machines, a synchronous and an asynchronous one: the same price for the same thing.

Its figures are those that profiles and `ann.prices` publish, taken from there; the hop alone stands here.
"""

from dataclasses import replace

from spikecore.energy import Price, Profile, Term, load
from spikecore.energy.ann.prices import operation
from spikecore.energy.studies import truenorth

__all__ = ["silicon"]

_MADE_UP = (
    "Prices of several publications and two nodes (45 nm; hops and static power: 28 nm): it is no chip that was built. "
    "Both machines pay the same prices, so what differs between them are counts."
)
_UNPRICED = (
    Term(
        "clock tree",
        "a synchronous machine has one and an asynchronous one has handshakes; no price of either was found",
    ),
    Term("input from outside", "the same for both machines; no price was published", "stimulus_events"),
)
_HOP = Price(
    term="hops east-west",
    count="hops_ew",
    value=2.3,
    unit="pJ",
    evidence="vendor",
    bound="operating point",
    source="Merolla et al., Science 345:668-673 (2014): 2.3 pJ per spike and hop, x direction, 240 um",
    voltage_v=0.775,
    node="Samsung 28 nm LPP",
    note="a packet of 32 bits by one core",
)


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
    processor = load("cpu")
    published = {price.count: price for price in processor.prices}
    return Profile(
        name="silicon",
        title="cores of 256 neurons with local memory",
        node=processor.node,
        voltage_v=processor.voltage_v,
        scope="per-term",
        source=processor.source,
        notes=(_MADE_UP,),
        prices=(
            *_arithmetic(published["synaptic_operations"]),
            *_memory(published["weight_bytes"]),
            _HOP,
            replace(_HOP, term="hops north-south", count="hops_ns", note="published for x alone and taken for y too"),
            _static(cores),
        ),
        unpriced=_UNPRICED,
    )


def _arithmetic(addition: Price) -> tuple[Price, Price]:
    """Return the prices of integers; `addition` has their source, evidence, node and voltage."""
    price = operation("int32")
    each = "one 32-bit integer addition per synaptic operation"
    parts = f"({price.multiply_pj:g} pJ, the leak) and addition ({price.add_pj:g} pJ)"
    added = replace(addition, term="additions", value=price.add_pj, note=each)
    return added, replace(
        added,
        term="neuron updates",
        count="updates_active",
        value=price.mac_pj,
        note=f"one 32-bit integer multiplication {parts}",
    )


def _memory(weights: Price) -> tuple[Price, Price]:
    """Return the price of weights in the smallest memory that holds a core's, and of state in the smallest there is."""
    far = "per access of 64 bits, not per byte; DRAM: published as a range, nominal its lower end"
    near = (
        "potentials, packets and source bits, in an 8 KB SRAM of the core; by the byte: an access as wide as what is "
        "read is taken to cost its share of 64 bits"
    )
    own = replace(weights, term="weights", store="core_store_bytes", note=far)
    return own, replace(own, term="state", count="state_bytes", store=None, levels=(), note=near)


def _static(cores: int) -> Price:
    model = truenorth.published_model()
    static_w = model.static_w / 4096 * cores
    return Price(
        term="static",
        count="biological_s",
        value=1e3 * static_w,
        unit="mW",
        evidence="fitted",
        bound="operating point",
        source="a line through two points of Akopyan et al., IEEE TCAD 34(10):1537-1557 (2015), Fig. 17",
        voltage_v=model.voltage_v,
        node="Samsung 28 nm LPP",
        note=f"{cores} of 4,096 cores",
    )
