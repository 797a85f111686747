"""A vector for every atom: SOAP of its surroundings, averaged over the atoms near to it before the power spectrum.

Which length scale each atom has is in `scales`; in which order atoms are treated and what is kept of them, in `blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from ase import Atoms

from ...errors import DescriptorError
from ..averaged_soap import Spectra
from ..channel_soap import CHANNELS
from ..neighbours import Points
from ..settings import BASIS
from .blocks import Averages, blocks
from .scales import scales


class LocalSOAP:
    """Locally averaged SOAP descriptor of every atom, with three channels.

    Positions are divided by the first peak of the pair distribution (`first_peak_distance`, species ignored) times
    `extrinsic_scale`. A structure of parts that differ in density by several percent, such as grains of several
    materials, has a scale for each, the first peak of the pairs within it.

    The densities of all neighbours, of those of the atom's own species and of others are expanded around every atom,
    the atom itself not counted. The coefficients of an atom and of its neighbours are summed: those up to `radius` -
    `taper` away with weight 1, which from there falls by half a cosine to 0 at `radius`, so that the vector never
    jumps. Of each sum the power spectrum is taken, all three divided by the length of the first. This is to an atom's
    neighbourhood what `ChannelSOAP` is to a structure, and like it has even l only. An atom without neighbours has a
    vector of zeros.

    The coefficients of an atom are computed once, however many sums they are part of, so that the cost grows with the
    number of atoms. They are kept for some thousand atoms at a time and for what lies within `radius` of these, 4 bytes
    each (1.8 kB an atom by default, half of it for one species). For a million atoms of fcc in a cube these are those
    of 70,000 atoms, 0.13 GB, besides positions and the grid in which neighbours are looked for; the vectors that
    `create` returns are 1.7 GB, those of `blocks` 14 MB.

    Parameters
    ----------
    r_cut, sigma : float
        Cut-off and width of the Gaussians, in units of the scaled first peak.
    n_max, l_max : int
        Number of radial functions, and highest angular momentum.
    radius : float
        Of the neighbourhood over which coefficients are summed, in units of the scaled first peak; 0: the atom alone.
    taper : float
        Width of the range below `radius` in which the weights of atoms fall from 1 to 0.
    basis : {"quip", "gto"}
        As of `AveragedSOAP`.
    extrinsic_scale : float
        Factor on the first peak.

    Raises
    ------
    DescriptorError
        For parameters out of range.
    """

    def __init__(
        self,
        r_cut: float = 3.5,
        sigma: float = 0.15,
        n_max: int = 8,
        l_max: int = 6,
        radius: float = 2.6,
        taper: float = 0.5,
        *,
        basis: str = BASIS,
        extrinsic_scale: float = 1.0,
    ):
        if not (radius >= 0 and taper > 0):
            raise DescriptorError(
                f"the radius must not be negative and the taper must be positive, but they are {radius} and {taper}."
            )
        self.r_cut, self.sigma, self.n_max, self.l_max = r_cut, sigma, n_max, l_max
        self.radius, self.taper, self.basis, self.extrinsic_scale = radius, taper, basis, extrinsic_scale
        self._spectra = Spectra(((r_cut, sigma, extrinsic_scale, 0.0),), n_max, l_max, basis)
        self._kept = np.flatnonzero([n > 0 and l % 2 == 0 for n, _, l in self._spectra.components])

    @property
    def n_features(self) -> int:
        """Length of each vector: 432 by default."""
        return len(CHANNELS) * len(self._kept)

    @property
    def components(self) -> list[tuple[str, int, int, int]]:
        """(channel, n, n', l) of each component, n and n' from 1."""
        kept = [self._spectra.components[i] for i in self._kept]
        return [(channel, *component) for channel in CHANNELS for component in kept]

    def create(self, atoms: Atoms, n_threads: int = -1) -> np.ndarray:
        """The vectors of all atoms in their order, shape (n_atoms, n_features), float32.

        `n_threads`: -1 for one per core. Raises `StructureError` for a structure without a length scale.
        """
        vectors = np.empty((len(atoms), self.n_features), np.float32)
        for numbers, rows in self.blocks(atoms, n_threads):
            vectors[numbers] = rows
        return vectors

    def blocks(self, atoms: Atoms, n_threads: int = -1) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The same some thousand atoms at a time: numbers of atoms, shape (n,), and their vectors, shape
        (n, n_features), float32.

        They cover all atoms, each once, in an order that saves work. The next vectors overwrite those before.
        """
        points = Points(atoms)
        points.check_spacing()
        averages = Averages(
            self._spectra, self._kept, self.radius * self.extrinsic_scale, self.taper * self.extrinsic_scale
        )
        return chain.from_iterable(blocks(points, averages, *part, n_threads) for part in scales(points))
