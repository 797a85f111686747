"""Molecular dynamics of crystals with LAMMPS (extra `md`): systems, protocols, and what is proved of each frame.

What becomes of it, the data set `arise/dynamics`, is in `arise_zoo.datasets`.
"""

from .systems import System, load_systems, system

__all__ = ["System", "load_systems", "system"]
