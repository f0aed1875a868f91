"""Lowering: what a caller describes, checked and in the border's form.

Numbers with units become ticks and plain tuples here. Types, shapes, units and the grid are checked here, and what
two parts of a description can contradict each other in; whoever comes after takes a lowered value as it is.
"""
