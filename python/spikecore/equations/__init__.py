"""Neuron models written as equations: read, checked, and made programs that the engine runs."""
