"""Lowering: what a caller describes, checked and in the border's form.

Numbers with units become ticks and plain tuples here. Types, shapes, units and the grid are checked here, and so are
contradictions between two parts of a description. The engine checks ranges again.
"""
