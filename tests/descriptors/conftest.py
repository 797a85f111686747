"""The two libraries that the descriptors are compared with, each driven pair of species by pair of species."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms

from arise_zoo.descriptors import nearest_neighbour_scale
from arise_zoo.errors import StructureError


def _mean_over_pairs(atoms, extrinsic_scale, describe):
    species = sorted(set(atoms.numbers.tolist()))
    total = 0.0
    for a in species:
        for b in species:
            try:
                scale = nearest_neighbour_scale(atoms, a, b) * extrinsic_scale
            except StructureError:  # no neighbours: a vector of zeros
                continue
            scaled = Atoms(atoms.numbers, atoms.positions / scale, cell=atoms.cell.array / scale, pbc=atoms.pbc)
            total = total + describe(scaled, a, b)
    return total / len(species) ** 2


@pytest.fixture(scope="session")
def quippy_descriptor():
    """The averaged SOAP vector by quippy."""
    from quippy.descriptors import Descriptor

    def descriptor(atoms, r_cut=4.0, sigma=0.1, n_max=9, l_max=6, extrinsic_scale=1.0):
        def describe(scaled, a, b):
            soap = Descriptor(
                f"soap cutoff={r_cut} l_max={l_max} n_max={n_max} atom_sigma={sigma} n_Z=1 Z={{{a}}} n_species=1 "
                f"species_Z={{{b}}} central_weight=0.0 average=T"
            )
            return soap.calc(scaled)["data"][0]

        return _mean_over_pairs(atoms, extrinsic_scale, describe)

    return descriptor


@pytest.fixture(scope="session")
def dscribe_descriptor():
    """The averaged SOAP vector by DScribe."""
    from dscribe.descriptors import SOAP

    def descriptor(atoms, r_cut=4.0, sigma=0.1, n_max=9, l_max=6, extrinsic_scale=1.0):
        def describe(scaled, a, b):
            if scaled.pbc.any():
                scaled.wrap()  # DScribe makes too few images of atoms that stand outside the cell
            soap = SOAP(
                species=[b],
                rbf="gto",
                average="inner",
                weighting={"w0": 0},
                periodic=bool(scaled.pbc.any()),
                r_cut=r_cut,
                sigma=sigma,
                n_max=n_max,
                l_max=l_max,
            )
            vector = soap.create(scaled[scaled.numbers == b], centers=scaled.positions[scaled.numbers == a])
            return vector / max(np.linalg.norm(vector), 1e-300)

        return _mean_over_pairs(atoms, extrinsic_scale, describe)

    return descriptor
