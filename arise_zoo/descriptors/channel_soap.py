"""An averaged SOAP descriptor for real matter: one length scale, and channels in the place of pairs of species."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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


class ChannelGrid:
    """The channels of a structure at several scales and thermal displacements, from one pass over the pairs.

    What is drawn from it is known without drawing atoms: blurred by heat, with species exchanged at random.

    Parameters
    ----------
    combinations : sequence of (float, float)
        Extrinsic scale, and thermal displacement as of `AveragedSOAP`.
    r_cut, sigma, n_max, l_max
        As of `ChannelSOAP`.
    """

    def __init__(
        self,
        combinations: Sequence[tuple[float, float]],
        r_cut: float = CENTRE[0],
        sigma: float = CENTRE[1],
        n_max: int = N_MAX,
        l_max: int = L_MAX,
    ):
        settings = tuple((r_cut, sigma, scale, thermal) for scale, thermal in combinations)
        self._spectra = Spectra(settings, n_max, l_max, BASIS)
        self._even = np.array([n > 0 and l % 2 == 0 for n, _, l in self._spectra.components])

    def coefficients(self, atoms: Atoms) -> np.ndarray:
        """Coefficients of the densities of like and of unlike neighbours, to be given to `descriptors`."""
        points = Points(atoms)
        points.check_spacing()
        bins, polynomials = self._spectra.tables()
        moments = channel_moments(points, first_peak(points), bins, self._spectra.l_max)
        return coefficients(moments, polynomials, even_only=True)

    def descriptors(self, pairs: np.ndarray, stays_like: float = 1.0, becomes_like: float = 0.0) -> np.ndarray:
        """Descriptors at all combinations, shape (n_combinations, n_features).

        `pairs`: the coefficients; `stays_like`, `becomes_like`: the shares of like and of unlike pairs that are like
        once species were exchanged.
        """
        like, unlike = pairs
        alike = stays_like * like + becomes_like * unlike
        channels = np.stack([like + unlike, alike, like + unlike - alike])
        spectra = self._spectra.power_spectrum(channels)[..., self._even]
        lengths = np.linalg.norm(spectra[0], axis=-1)
        vectors: np.ndarray = (spectra / lengths[:, None]).transpose(1, 0, 2).reshape(len(lengths), -1)
        return vectors


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
