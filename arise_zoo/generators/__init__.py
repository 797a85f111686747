"""Structures to look into: polycrystals, superalloys, grain boundaries, faults, particles and the Bain path.

All are seeded and come as `ase.Atoms`, with what each atom belongs to in `atoms.arrays`. The 108 classes and their
defects are made in `arise_zoo.prototypes` and `arise_zoo.structures`.
"""

from importlib import import_module

_WHERE = {
    "bain_path": ".bain",
    "nanoparticle": ".particles",
    "stacking_fault": ".stacking",
    "superalloy": ".superalloys",
    "tilt_grain_boundary": ".grain_boundary",
    "voronoi_polycrystal": ".polycrystal",
}

__all__ = [*_WHERE]


def __getattr__(name: str):
    if name in _WHERE:
        return getattr(import_module(_WHERE[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
