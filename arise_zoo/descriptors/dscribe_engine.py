"""SOAP by DScribe: a second engine for the averaged descriptor with the `gto` basis, and vectors of single atoms.

DScribe (L. Himanen et al., Comput. Phys. Commun. 247, 106949 (2020)) is slower for whole structures, but expands the
surroundings of single atoms as well. The package's own engine is in `averaged_soap`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase import Atoms

from .neighbours import Points
from .scales import pair_scales


def averaged_soap_by_dscribe(
    atoms: Atoms,
    r_cut: float = 4.0,
    sigma: float = 0.1,
    n_max: int = 9,
    l_max: int = 6,
    *,
    extrinsic_scale: float = 1.0,
) -> np.ndarray:
    """What `AveragedSOAP(basis="gto")` gives, shape (n_features,), with the sums over neighbours done by DScribe.

    Parameters are those of `AveragedSOAP`, lengths in units of the scaled d_NN of each pair of species. Raises
    `StructureError` as `AveragedSOAP` does.
    """
    points = Points(atoms)
    scales = pair_scales(points) * (points.unit * extrinsic_scale)
    total: np.ndarray | float = 0.0
    for i, a in enumerate(points.species):
        for j, b in enumerate(points.species):
            if np.isnan(scales[i, j]):  # no neighbours: a vector of zeros
                continue
            scaled = _scaled(atoms, scales[i, j])
            soap = _soap(b, scaled, r_cut=r_cut, sigma=sigma, n_max=n_max, l_max=l_max, average="inner")
            of_b, centres = scaled[scaled.numbers == b], scaled.positions[scaled.numbers == a]
            vector = np.asarray(soap.create(of_b, centers=centres))
            total = total + vector / max(float(np.linalg.norm(vector)), 1e-300)
    return np.asarray(total / len(points.species) ** 2)


def environments_by_dscribe(
    atoms: Atoms,
    centres: Sequence[int] | None = None,
    r_cut: float = 4.0,
    sigma: float = 0.1,
    n_max: int = 9,
    l_max: int = 6,
    *,
    unit: float,
) -> np.ndarray:
    """Normalised SOAP vectors of single atoms' surroundings, species ignored, shape (n_centres, n_features).

    Parameters
    ----------
    atoms : ase.Atoms
        The structure.
    centres : sequence of int, optional
        Numbers of the atoms whose surroundings are described (default: all).
    r_cut, sigma : float
        Cut-off and width of the Gaussians, in units of `unit`.
    n_max, l_max : int
        Number of radial functions, and highest angular momentum.
    unit : float
        Length (angstrom) by which positions are divided first, such as d_NN.

    Returns
    -------
    numpy.ndarray
        The centre itself is not counted. A centre without neighbours has a vector of zeros.
    """
    scaled = _scaled(atoms, unit)
    scaled.numbers[:] = 1
    soap = _soap(1, scaled, r_cut=r_cut, sigma=sigma, n_max=n_max, l_max=l_max, average="off")
    chosen = range(len(scaled)) if centres is None else centres
    vectors = np.asarray(soap.create(scaled, centers=scaled.positions[list(chosen)]))
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300))


def _scaled(atoms: Atoms, unit: float) -> Atoms:
    scaled = Atoms(atoms.numbers, atoms.positions / unit, cell=atoms.cell.array / unit, pbc=atoms.pbc)
    if scaled.pbc.any():
        scaled.wrap()  # DScribe makes too few images of atoms that stand outside the cell
    return scaled


def _soap(species: int, scaled: Atoms, **parameters: Any) -> Any:
    from dscribe.descriptors import SOAP

    periodic = bool(scaled.pbc.any())
    return SOAP(species=[int(species)], rbf="gto", weighting={"w0": 0}, periodic=periodic, **parameters)
