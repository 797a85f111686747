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


class _Channels:
    """What a structure's channels are made of, at one setting or several: moments of pairs, then power spectra."""

    def __init__(self, settings: tuple[tuple[float, ...], ...], n_max: int, l_max: int, basis: str):
        self._spectra = Spectra(settings, n_max, l_max, basis)
        self._even = np.array([n > 0 and l % 2 == 0 for n, _, l in self._spectra.components])

    def _moments(self, atoms: Atoms) -> tuple[np.ndarray, float]:
        """Moments of the pairs of like and of unlike atoms, and the first peak (angstrom)."""
        points = Points(atoms)
        points.check_spacing()
        bins, _ = self._spectra.tables()
        peak = first_peak(points)
        pieces = points.like_and_unlike_pairs(bins.r_max * peak)
        return channel_moments(pieces, peak, bins, self._spectra.l_max), peak * points.unit

    def _coefficients(self, moments: np.ndarray) -> np.ndarray:
        """Coefficients of densities at all settings, shape (n, n_settings, n_max, (l_max + 1)^2)."""
        _, polynomials = self._spectra.tables()
        found = coefficients(moments, polynomials, even_only=True)
        return found.reshape(len(found), -1, self._spectra.n_max, found.shape[-1])

    def _vectors(self, channels: np.ndarray) -> np.ndarray:
        """Descriptors, shape (n_settings, n_features), from the coefficients of all three channels."""
        spectra = self._spectra.even_power_spectrum(channels)
        lengths = np.sqrt([[spectrum @ spectrum] for spectrum in spectra[0]])
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise StructureError("distances between atoms differ too much for a descriptor; check the positions.")
        vectors: np.ndarray = (spectra / lengths).transpose(1, 0, 2).reshape(len(lengths), -1)
        return vectors


class ChannelGrid(_Channels):
    """The channels of a structure at several scales and thermal displacements, from one pass over the pairs.

    They are those of hot structures, and of balls cut out of them, without displacing atoms.

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
        super().__init__(settings, n_max, l_max, BASIS)
        self._balls: dict[tuple[float, ...], np.ndarray] = {}

    def balls(self, atoms: Atoms, radii: Sequence[float]) -> tuple[np.ndarray, float]:
        """The descriptors at the combinations that balls cut out of a crystal have on average, shape
        (n_radii, n_combinations, n_features), and the first peak (angstrom), from one pass over the pairs.

        `radii` are in units of the first peak; an infinite one is the crystal itself. Of all pairs at a distance r, a
        ball of radius R holds the share 1 - 3 r / 4 R + r^3 / 16 R^3, by which their densities are multiplied.
        """
        moments, length = self._moments(atoms)
        like, unlike = coefficients(moments, self._of_balls(tuple(radii)), even_only=True)
        vectors = self._vectors(np.stack([like + unlike, like, unlike]))
        return vectors.reshape(len(radii), -1, vectors.shape[1]), length

    def _of_balls(self, radii: tuple[float, ...]) -> np.ndarray:
        """The radial functions as polynomials in the bins, times the shares of balls, of all balls side by side."""
        if radii not in self._balls:
            bins, polynomials = self._spectra.tables()
            middles = 0.5 * (bins.edges[1:] + bins.edges[:-1])  # bins are narrow against any ball
            x = np.minimum(middles[:, None, None, None] / np.array(radii)[:, None], 2.0)
            shares = 1.0 - 0.75 * x + x**3 / 16.0
            self._balls[radii] = (shares * polynomials[:, :, :, None]).reshape(*polynomials.shape[:3], -1)
        return self._balls[radii]


class ChannelSOAP(_Channels):
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
        super().__init__(((r_cut, sigma, extrinsic_scale, 0.0),), n_max, l_max, basis)

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
        return self._of_moments(self._moments(atoms)[0])

    def _of_moments(self, moments: np.ndarray) -> np.ndarray:
        like, unlike = moments
        vector: np.ndarray = self._vectors(self._coefficients(np.stack([like + unlike, like, unlike])))[0]
        return vector

    def create_from_pairs(self, like: np.ndarray, unlike: np.ndarray, peak: float) -> np.ndarray:
        """The descriptor, shape (n_features,), of pairs in the place of a structure.

        Parameters
        ----------
        like, unlike : array of shape (n, 4)
            Vectors between atoms of one species and of two, and squared distances (angstrom).
        peak : float
            Their length scale (angstrom).
        """
        bins, _ = self._spectra.tables()
        return self._of_moments(channel_moments([(like, unlike)], peak, bins, self._spectra.l_max))

    def create_many(self, structures: Iterable[Atoms], n_jobs: int = 1) -> np.ndarray:
        """The descriptors of many structures, shape (n_structures, n_features), on `n_jobs` processes."""
        rows = map_structures(self.create, structures, n_jobs)
        return np.array(rows) if rows else np.empty((0, self.n_features))
