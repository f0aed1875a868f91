"""What lists of synapses take on a chip core, by the definition: the oracle of placements."""

import math

__all__ = ["list_bits"]


def list_bits(n, chip):
    """Return the bits of a list of `n` synapses.

    For every block of at most `block` synapses, ``bits_per_synapse`` each and ``block_bits``, rounded
    up to whole words of ``word_bits`` (nengo-loihi, `block.py`).
    """
    blocks = [min(chip.block, n - first) for first in range(0, n, chip.block)]
    bits = (size * chip.bits_per_synapse + chip.block_bits for size in blocks)
    return sum(math.ceil(one / chip.word_bits) * chip.word_bits for one in bits)
