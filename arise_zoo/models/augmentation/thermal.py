"""Descriptors of pristine structures as displaced and missing atoms would change them, without making such structures.

Displacements by uniform draws from [-d, d] do two things to a descriptor. They smear the density of neighbours, whose
expectation has the width sigma_eff^2 = sigma^2 + 2 d^2 / 3 (`arise_zoo.descriptors.radial`). And they shorten d_NN,
the most frequent distance to the *nearest* neighbour, for each pair of species by another amount. Missing atoms scale
the density, which the normalisation undoes, and make the estimate of d_NN less certain. Spectra are therefore tabulated
for each pair of species over scales and widths, once; a blurred descriptor is the mean of entries that were looked up
at drawn scales (`nearest`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...common.length_scale import most_frequent_distance
from ...common.seeds import rng_for
from ...descriptors.averaged_soap import SpectrumGrid
from ...prototypes import Prototype, class_ids, get_prototype
from ...prototypes.supercells import displacement_unit
from ...structures import supercell
from .nearest_distances import NearNeighbours, near_neighbours

THERMAL_SEED = 3
"""Seed of all draws."""

MOST_DISPLACED, MOST_MISSING = 0.13, 0.33
"""Largest displacement (in units of d_NN) and largest share of missing atoms: a little past the benchmark."""

_STEP = 0.02
_SCALES = tuple(round(0.74 + _STEP * i, 2) for i in range(46))
_WIDTHS = tuple(round(_STEP * i, 2) for i in range(9))
_REACH = 0.6  # d_NN: an atom so much farther than the nearest neighbour does not get nearer than it


@dataclass(frozen=True)
class _Pair:
    """An ordered pair of species: d_NN (angstrom), spectra over scales and widths, near neighbours."""

    d_nn: float
    spectra: np.ndarray
    neighbours: NearNeighbours


class BlurredStructure:
    """A pristine structure of a class whose displaced and thinned forms can be looked up.

    Parameters
    ----------
    prototype : Prototype
        The class.
    k : int
        Size of the supercell. A periodic structure is described by its unit cell, k = 1, from which the descriptors of
        all its supercells follow.
    periodic : bool
        Whether it is periodic.
    """

    def __init__(self, prototype: Prototype, k: int, periodic: bool):
        atoms = supercell(prototype, k, periodic=periodic)
        points, d_nn, spectra = _grid().of(atoms)
        longest = _REACH * displacement_unit(prototype, max(k, prototype.supercell_sizes[0]))
        self._n_species = len(points.species)
        self._pairs = []
        for (a, b), table in spectra:
            neighbours = near_neighbours(atoms, points.species[a], points.species[b], longest)
            self._pairs.append(_Pair(d_nn[a, b], table.astype(np.float32), neighbours))

    def descriptor(self, displacement: float, missing: float, rng: np.random.Generator, copies: int = 1) -> np.ndarray:
        """The descriptor, shape (316,), under a displacement (angstrom) and a share of missing atoms.

        `copies`: how many unit cells the supercell has, over which d_NN is estimated.
        """
        total: np.ndarray | float = 0.0
        for pair in self._pairs:
            nearest = pair.neighbours.drawn(displacement, missing, rng, copies)
            d_nn = most_frequent_distance(nearest) if len(nearest) else pair.d_nn
            total = total + _looked_up(pair.spectra, d_nn / pair.d_nn, displacement / d_nn)
        return np.asarray(total / self._n_species**2)


def _looked_up(spectra: np.ndarray, scale: float, width: float) -> np.ndarray:
    """A spectrum between those of the table, linear in the scale and in the square of the width."""
    place = np.clip((scale - _SCALES[0]) / _STEP, 0.0, len(_SCALES) - 1.001)
    i = int(place)
    width = min(width, 0.999 * _WIDTHS[-1])
    j = int(width / _STEP)
    along = (width**2 - _WIDTHS[j] ** 2) / (_WIDTHS[j + 1] ** 2 - _WIDTHS[j] ** 2)
    weights = np.outer([1 - (place - i), place - i], [1 - along, along]).astype(np.float32)
    spectrum: np.ndarray = np.einsum("ij,ijf->f", weights, spectra[i : i + 2, j : j + 2])
    return spectrum


@lru_cache(maxsize=1)
def _grid() -> SpectrumGrid:
    from ...descriptors.settings import BASIS, CENTRE, L_MAX, N_MAX

    return SpectrumGrid(*CENTRE[:2], _SCALES, _WIDTHS, n_max=N_MAX, l_max=L_MAX, basis=BASIS)


def blurred_rows(
    variants: int, classes: Sequence[str] | None = None, n_jobs: int = 1, progress: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors, shape (n, 316), and class numbers of `variants` of each supercell, periodic and finite.

    By turns, a variant has a displacement, both, or missing atoms alone. All draws follow from
    `THERMAL_SEED`, class, supercell and number of the variant.
    """
    import joblib

    from ...common.parallel import effective_n_jobs, workers
    from ...common.progress import Progress

    classes = classes or class_ids()
    rows, labels = [], []
    warm_up = effective_n_jobs(n_jobs)
    with workers(n_jobs) as run, Progress(len(classes), "blurring", show=progress, warm_up=warm_up) as bar:
        found = run(joblib.delayed(blurred_rows_of)(get_prototype(class_id), variants) for class_id in classes)
        for class_id, vectors in zip(classes, found, strict=True):
            rows.append(vectors)
            labels += [class_ids().index(class_id)] * len(vectors)
            bar.advance()
    return np.concatenate(rows), np.array(labels)


def blurred_rows_of(prototype: Prototype, variants: int) -> np.ndarray:
    """Descriptors, shape (n, 316), of `variants` of each supercell of one class, which need not be one of the 108."""
    rows = []
    for periodic in (True, False) if prototype.is_periodic else (False,):
        cell = BlurredStructure(prototype, 1, True) if periodic else None
        for k in prototype.supercell_sizes:
            structure = cell or BlurredStructure(prototype, k, False)
            copies = prototype.n_atoms(k) // prototype.n_atoms(1) if periodic else 1
            unit = displacement_unit(prototype, k)
            for variant in range(variants):
                rng = rng_for(THERMAL_SEED, prototype.id, k, periodic, variant)
                displacement, missing = rng.random(2) ** 0.7
                displacement *= unit * MOST_DISPLACED * (variant % 3 != 2)
                missing *= MOST_MISSING * (variant % 3 != 0)
                rows.append(structure.descriptor(displacement, missing, rng, copies))
    return np.array(rows, dtype=np.float32)
