"""Structures to look into: polycrystals, superalloys, grain boundaries, faults, particles and the Bain path.

All are seeded and come as `ase.Atoms`, with what each atom belongs to in `atoms.arrays`. The 108 classes and their
defects are made in `arise_zoo.prototypes` and `arise_zoo.structures`.
"""

from ..common.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
