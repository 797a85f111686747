"""An averaged SOAP descriptor for real matter: one length scale, and channels in the place of pairs of species."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from ase import Atoms

from ..errors import StructureError
from .averaged_soap import Spectra, map_structures
from .first_peak import first_peak
from .moments import channel_moments, coefficients
from .neighbours import Points
from .settings import BASIS, CENTRE, L_MAX, N_MAX

CHANNELS = ("all", "like", "unlike")
"""The densities of neighbours: all atoms, those of the centre's species, those of others."""


class ChannelSOAP:
    """Averaged SOAP descriptor with one length scale and three channels.

    Positions are divided by the first peak of the pair distribution (`first_peak_distance`, species ignored) times
    `extrinsic_scale`. The densities of all neighbours, of those of the centre's species and of others are expanded
    and averaged over all atoms; of each the power spectrum is taken, all three divided by the length of the first.
    Averaged over all atoms, coefficients of odd l vanish and are left out. Length and cost do not depend on how many
    species there are, and neither on which; the first third ignores species altogether.

    Parameters
    ----------
    r_cut, sigma : float
        Cut-off and width of the Gaussians, in units of the scaled first peak.
    n_max, l_max : int
        Number of radial functions, and highest angular momentum.
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
        r_cut: float = CENTRE[0],
        sigma: float = CENTRE[1],
        n_max: int = N_MAX,
        l_max: int = L_MAX,
        basis: str = BASIS,
        extrinsic_scale: float = CENTRE[2],
    ):
        self.r_cut, self.sigma, self.n_max, self.l_max = r_cut, sigma, n_max, l_max
        self.basis, self.extrinsic_scale = basis, extrinsic_scale
        self._spectra = Spectra(((r_cut, sigma, extrinsic_scale, 0.0),), n_max, l_max, basis)
        self._even = np.array([n > 0 and l % 2 == 0 for n, _, l in self._spectra.components])

    @property
    def n_features(self) -> int:
        """Length of the descriptor: 540 by default."""
        return len(CHANNELS) * int(self._even.sum())

    @property
    def components(self) -> list[tuple[str, int, int, int]]:
        """(channel, n, n', l) of each component, n and n' from 1."""
        kept = [c for c, even in zip(self._spectra.components, self._even, strict=True) if even]
        return [(channel, *component) for channel in CHANNELS for component in kept]

    def create(self, atoms: Atoms) -> np.ndarray:
        """The descriptor of a structure, shape (n_features,), float64; raises `StructureError` if it has none."""
        points = Points(atoms)
        points.check_spacing()
        bins, polynomials = self._spectra.tables()
        like, unlike = channel_moments(points, first_peak(points), bins, self.l_max)
        moments = np.stack([like + unlike, like, unlike])
        spectra = self._spectra.power_spectrum(coefficients(moments, polynomials, even_only=True))[:, 0, self._even]
        length = np.linalg.norm(spectra[0])
        if not (np.isfinite(length) and length > 0):
            raise StructureError("distances between atoms differ too much for a descriptor; check the positions.")
        vector: np.ndarray = (spectra / length).ravel()
        return vector

    def create_many(self, structures: Iterable[Atoms], n_jobs: int = 1) -> np.ndarray:
        """The descriptors of many structures, shape (n_structures, n_features), on `n_jobs` processes."""
        rows = map_structures(self.create, structures, n_jobs)
        return np.array(rows) if rows else np.empty((0, self.n_features))
