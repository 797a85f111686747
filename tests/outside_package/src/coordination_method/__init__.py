"""A small but real method: the number of nearest neighbours tells simple cubic, bcc, diamond and fcc apart.

Nothing is inherited from `arise_zoo`; the attributes and `predict` are all that the protocol asks for.
"""

import numpy as np
from ase.neighborlist import neighbor_list

CLASS_OF_COORDINATION = {4: "diamond_c", 6: "alpha_po", 8: "bcc_w", 12: "fcc_cu"}


class CoordinationMethod:
    """One label a structure: the most frequent coordination number within 1.1 times the shortest distance."""

    name = "coordination"
    level = "structure"
    truth = "class"
    recognises = tuple(CLASS_OF_COORDINATION.values())
    finite = False
    citation = "an example"

    def predict(self, atoms):
        if len(set(atoms.numbers)) > 1:
            return "unknown"
        spacing = (atoms.get_volume() / len(atoms)) ** (1 / 3)
        centres, distances = neighbor_list("id", atoms, 1.3 * spacing)
        if len(distances) == 0:
            return "unknown"
        nearest = centres[distances < 1.1 * distances.min()]
        coordination = np.bincount(np.bincount(nearest)).argmax()
        return CLASS_OF_COORDINATION.get(int(coordination), "unknown")
