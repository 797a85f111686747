"""Descriptors of pristine structures as displaced and missing atoms would change them on average, without making any.

Displacements by uniform draws from [-d, d] do two things to a descriptor. They smear each neighbour's density, whose
expectation is the same Gaussian with sigma_eff^2 = sigma^2 + 2 d^2 / 3 (`arise_zoo.descriptors.radial`). And they
shorten d_NN, the most frequent distance to the *nearest* neighbour, for each pair of species by another amount, which
is drawn here from the nearest distances of the pristine structure (`drawn_scale`). Missing atoms scale the density,
which the normalisation undoes, and make the estimate of d_NN less certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from ase import Atoms

from ..descriptors.averaged_soap import SpectrumGrid
from ..length_scale import most_frequent_distance
from ..prototypes import Prototype, class_ids, get_prototype
from ..seeds import generator
from ..structures import supercell
from ..structures.supercells import displacement_unit

THERMAL_SEED = 3
MOST_DISPLACED, MOST_MISSING = 0.13, 0.33
_SCALES = tuple(round(0.74 + 0.02 * i, 2) for i in range(18))
_BLURS = tuple(round(0.02 * i, 2) for i in range(9))
_REACH = 0.6  # nearest neighbours are sought among those that are at most so many d_NN farther than the nearest


@dataclass
class BlurredStructure:
    """A pristine structure at a grid of scales and thermal displacements, from which blurred ones are interpolated.

    `unit`: what displacements are in units of, d_NN of the structure (angstrom); `copies`: how often the unit cell is
    repeated in the supercell that it stands for; `pairs`: for each ordered pair of species its d_NN, its spectra on
    the grid and the vectors to near neighbours.
    """

    unit: float
    pairs: list[tuple[float, np.ndarray, np.ndarray, np.ndarray]]
    n_species: int

    def drawn(self, displacement: float, missing: float, rng: np.random.Generator, copies: int = 1, jitter: float = 0.0, common=1.0) -> np.ndarray:
        """The descriptor under a displacement, in units of d_NN, and a share of missing atoms, shape (316,)."""
        total = 0.0
        for d_nn, spectra, vectors, first in self.pairs:
            scale = drawn_scale(vectors, first, displacement * self.unit, missing, rng, copies) / d_nn
            scale *= common * (1 + jitter * (2 * rng.random() - 1))
            total = total + _interpolated(spectra, scale, displacement * self.unit / (d_nn * scale))
        return total / self.n_species**2


def drawn_scale(vectors, first, displacement, missing, rng, copies=1) -> float:
    n = len(first)
    if copies > 1:
        first = (first[None, :] + len(vectors) * np.arange(copies)[:, None]).ravel()
        vectors = np.tile(vectors, (copies, 1))
    counts = np.diff(np.append(first, len(vectors)))
    if displacement:
        own = rng.random((len(first), 3)) - 0.5
        moved = vectors + 2 * displacement * (rng.random((len(vectors), 3)) - 0.5 - np.repeat(own, counts, axis=0))
    else:
        moved = vectors
    r = np.sqrt(np.einsum("ij,ij->i", moved, moved))
    if missing:
        r[rng.random(len(r)) < missing] = np.inf
    nearest = np.minimum.reduceat(r, first)
    if missing:
        nearest = nearest[rng.random(len(nearest)) >= missing]
        nearest = nearest[np.isfinite(nearest)]
    if not len(nearest):
        return float(np.sqrt((vectors**2).sum(1)).min())
    return most_frequent_distance(nearest)


def _interpolated(spectra: np.ndarray, scale: float, blur: float) -> np.ndarray:
    s = min(max((scale - _SCALES[0]) / 0.02, 0.0), len(_SCALES) - 1.001)
    i = int(s); fs = s - i
    b = min(blur, _BLURS[-1] * 0.9999)
    j = int(b / 0.02); lo, hi = _BLURS[j], _BLURS[j + 1]
    fb = (b * b - lo * lo) / (hi * hi - lo * lo)
    return ((1 - fs) * (1 - fb) * spectra[i, j] + fs * (1 - fb) * spectra[i + 1, j]
            + (1 - fs) * fb * spectra[i, j + 1] + fs * fb * spectra[i + 1, j + 1])


def blurred_structure(prototype: Prototype, k: int, periodic: bool) -> BlurredStructure:
    atoms = supercell(prototype, k, periodic=periodic)
    unit = displacement_unit(prototype, prototype.supercell_sizes[0] if periodic else k)
    points, d_nn, spectra = _grid().of(atoms)
    pairs = []
    for (a, b), spectrum in spectra:
        near = _near(atoms, points.species[a], points.species[b], _REACH * unit)
        pairs.append((d_nn[a, b], spectrum.reshape(len(_SCALES), len(_BLURS), -1).astype(np.float32), *near))
    return BlurredStructure(unit, pairs, len(points.species))


@lru_cache(maxsize=1)
def _grid() -> SpectrumGrid:
    from ..datasets.settings import BASIS, CENTRE, L_MAX, N_MAX

    return SpectrumGrid(*CENTRE[:2], _SCALES, _BLURS, N_MAX, L_MAX, BASIS)


def _near(atoms: Atoms, a: int, b: int, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Vectors from each a-atom to its near b-neighbours, and where those of each a-atom begin."""
    if atoms.pbc.any():
        from ase.neighborlist import neighbor_list

        # the largest nearest distance bounds the search
        r = 3.0
        while True:
            i, D = neighbor_list("iD", atoms, {(int(a), int(b)): r + reach})
            keep = atoms.numbers[i] == a
            i, D = i[keep], D[keep]
            d = np.linalg.norm(D, axis=1)
            nearest = np.full(len(atoms), np.inf)
            np.minimum.at(nearest, i, d)
            if (nearest[atoms.numbers == a] <= r).all():
                break
            r *= 1.3
    else:
        from scipy.spatial import cKDTree

        where = np.flatnonzero(atoms.numbers == a)
        others = atoms.positions[atoms.numbers == b]
        dist, j = cKDTree(others).query(atoms.positions[where], k=min(20, len(others)))
        dist, j = dist.reshape(len(where), -1), j.reshape(len(where), -1)
        row, col = np.nonzero(dist > 1e-8)
        i = where[row]
        D = others[j[row, col]] - atoms.positions[i]
        d = dist[row, col]
        nearest = np.full(len(atoms), np.inf)
        np.minimum.at(nearest, i, d)
    keep = d <= nearest[i] + reach
    i, D = i[keep], D[keep]
    order = np.argsort(i, kind="stable")
    i, D = i[order], D[order]
    return D, np.flatnonzero(np.diff(i, prepend=-1))


def thermal_descriptors(class_id: str, variants: int, jitter: float = 0.0, common: float = 0.0) -> np.ndarray:
    prototype = get_prototype(class_id)
    rows = []
    for periodic in (True, False):
        if periodic and not prototype.is_periodic:
            continue
        cell = blurred_structure(prototype, 1, True) if periodic else None
        for k in prototype.supercell_sizes:
            structure = cell or blurred_structure(prototype, k, False)
            copies = prototype.n_atoms(k) // prototype.n_atoms(1) if periodic else 1
            for variant in range(variants):
                rng = generator(THERMAL_SEED, class_id, k, periodic, variant)
                kind, missing, displacement = rng.random(3)
                missing = 0.0 if kind < 1 / 2 else MOST_MISSING * missing**0.7
                displacement = MOST_DISPLACED * displacement**0.7
                rows.append(structure.drawn(displacement, missing, rng, copies, jitter, 1 + common * (2 * rng.random() - 1)))
    return np.array(rows, dtype=np.float32)
