"""The averaged SOAP descriptor of a structure, at one setting or at a grid of them.

What the radial functions are is in `radial`, how the pairs are summed in `moments`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product

import numpy as np
from ase import Atoms

from ..errors import DescriptorError, StructureError
from .moments import RadialBins, coefficients, pair_moments
from .neighbours import Points
from .radial import BASIS_NAMES, radial_basis
from .scales import pair_scales
from .settings import BASIS, CENTRE, EXTRINSIC_SCALES, L_MAX, N_MAX, R_CUTS, SIGMAS


class AveragedSOAP:
    """Averaged SOAP descriptor of a structure (Leitherer et al. 2021, Methods, "Atomic-structure representation").

    For each ordered pair (a, b) of the species present, positions are divided by d_NN(a, b) x extrinsic_scale, the
    density of b-atoms around a-atoms is expanded, its coefficients are averaged over the a-atoms, and their power
    spectrum is normalised to length 1. The descriptor is the mean over all pairs; a pair without neighbours counts as
    zeros. It does not depend on rotation, translation, the order of the atoms, the lattice constant, or which elements
    the species are. Memory: a few MB beyond one copy of the atoms and of their periodic images within the cut-off,
    whatever the number of pairs.

    Parameters
    ----------
    r_cut, sigma : float
        Cut-off and width of the Gaussians, in units of the scaled d_NN.
    n_max, l_max : int
        Number of radial functions, and highest angular momentum.
    basis : {"quip", "gto"}
        The paper's basis (QUIP's `soap ... average=T`), or that of DScribe's averaged SOAP.
    extrinsic_scale : float
        Factor on d_NN.
    thermal_displacement : float, default 0
        Blurs the neighbours as if each atom were spread over a cube of edge 2 x this, in units of the scaled d_NN.

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
        *,
        thermal_displacement: float = 0.0,
    ):
        self.r_cut, self.sigma, self.n_max, self.l_max = r_cut, sigma, n_max, l_max
        self.basis, self.extrinsic_scale, self.thermal_displacement = basis, extrinsic_scale, thermal_displacement
        self._settings = Spectra(((r_cut, sigma, extrinsic_scale, thermal_displacement),), n_max, l_max, basis)

    @property
    def n_features(self) -> int:
        """Length of the descriptor: 316 (`quip`, closed by a zero) or 315 (`gto`) by default."""
        return number_of_features(self.n_max, self.l_max, self.basis)

    @property
    def components(self) -> list[tuple[int, int, int]]:
        """(n, n', l) of each component, n and n' from 1; the zero that closes a `quip` vector is (0, 0, 0)."""
        return component_order(self.n_max, self.l_max, self.basis)

    def create(self, atoms: Atoms) -> np.ndarray:
        """The descriptor of a structure, shape (n_features,), float64; raises `StructureError` if it has none."""
        vector: np.ndarray = self._settings.descriptors(atoms)[0]
        return vector

    def create_many(self, structures: Iterable[Atoms], n_jobs: int = 1) -> np.ndarray:
        """The descriptors of many structures, shape (n_structures, n_features), on `n_jobs` processes."""
        rows = map_structures(self._settings.descriptors, structures, n_jobs)
        return np.concatenate(rows) if rows else np.empty((0, self.n_features))


def soap_grid(
    atoms: Atoms,
    r_cuts: Sequence[float] = R_CUTS,
    sigmas: Sequence[float] = SIGMAS,
    scales: Sequence[float] = EXTRINSIC_SCALES,
    basis: str = BASIS,
    *,
    thermal_displacements: Sequence[float] = (0.0,),
    n_max: int = N_MAX,
    l_max: int = L_MAX,
) -> np.ndarray:
    """Descriptors at all combinations of settings, from one pass over the pairs.

    Shape (len(r_cuts), len(sigmas), len(scales), len(thermal_displacements), n_features), float64; each entry is
    what `AveragedSOAP` gives for that setting. Raises as `AveragedSOAP` does.
    """
    shape = tuple(len(values) for values in (r_cuts, sigmas, scales, thermal_displacements))
    combinations = tuple(product(map(float, r_cuts), map(float, sigmas), map(float, scales), thermal_displacements))
    return Spectra(combinations, n_max, l_max, basis).descriptors(atoms).reshape(*shape, -1)


class SpectrumGrid:
    """The spectra of each pair of species at a grid of scales and thermal displacements, from one pass over the pairs.

    The descriptor of one setting is their mean over all ordered pairs; here each pair may be looked up at a scale of
    its own.
    """

    def __init__(
        self,
        r_cut: float,
        sigma: float,
        scales: Sequence[float],
        thermal_displacements: Sequence[float],
        *,
        n_max: int = N_MAX,
        l_max: int = L_MAX,
        basis: str = BASIS,
    ):
        combinations = tuple(
            (r_cut, sigma, scale, thermal) for scale, thermal in product(scales, thermal_displacements)
        )
        self._shape = len(scales), len(thermal_displacements)
        self._settings = Spectra(combinations, n_max, l_max, basis)

    def of(self, atoms: Atoms) -> tuple[Points, np.ndarray, list[tuple[tuple[int, int], np.ndarray]]]:
        """The points, d_NN (angstrom) of each ordered pair of species, and the spectra of each that has neighbours,
        shape (n_scales, n_thermal_displacements, n_features).
        """
        points = Points(atoms)
        d_nn = pair_scales(points)
        return (
            points,
            d_nn * points.unit,
            [
                (pair, spectrum.reshape(*self._shape, -1))
                for pairs, spectrum in self._settings.pair_spectra(points, d_nn)
                for pair in pairs
            ],
        )


def component_order(n_max: int = N_MAX, l_max: int = L_MAX, basis: str = BASIS) -> list[tuple[int, int, int]]:
    """(n, n', l) of each component, n <= n' from 1; the zero that closes a `quip` vector is (0, 0, 0)."""
    if basis == "quip":
        pairs = [(i, j) for j in range(1, n_max + 1) for i in range(1, j + 1)]
        return [*((i, j, l) for i, j in pairs for l in range(l_max + 1)), (0, 0, 0)]
    pairs = [(i, j) for i in range(1, n_max + 1) for j in range(i, n_max + 1)]
    return [(i, j, l) for l in range(l_max + 1) for i, j in pairs]


def number_of_features(n_max: int = N_MAX, l_max: int = L_MAX, basis: str = BASIS) -> int:
    """Length of the descriptor."""
    return n_max * (n_max + 1) // 2 * (l_max + 1) + (basis == "quip")


class Spectra:
    """Several settings (r_cut, sigma, scale, thermal displacement) of one basis, evaluated together."""

    def __init__(self, combinations: tuple[tuple[float, ...], ...], n_max: int, l_max: int, basis: str):
        _check(combinations, n_max, l_max, basis)
        self.combinations, self.n_max, self.l_max, self.basis = combinations, n_max, l_max, basis
        self.components = component_order(n_max, l_max, basis)
        order = np.array(self.components)
        n, n_prime, l = order[order[:, 0] > 0].T
        # Of each component: its place among the products c_nlm c_n'lm summed over m, shape (l, n, n'), and its weight.
        self.place = (l * n_max + n - 1) * n_max + n_prime - 1
        self.weight = 1.0 / np.sqrt(2 * l + 1)
        if basis == "quip":
            self.weight *= np.where(n == n_prime, 1.0, np.sqrt(2.0))
        even = l % 2 == 0
        self._even_place = ((l // 2 * n_max + n - 1) * n_max + n_prime - 1)[even]
        self._even_weight = self.weight[even]

    def descriptors(self, atoms: Atoms) -> np.ndarray:
        """Descriptors at all settings, shape (n_settings, n_features)."""
        points = Points(atoms)
        points.check_spacing()
        total = np.zeros((len(self.combinations), number_of_features(self.n_max, self.l_max, self.basis)))
        for pairs, spectrum in self.pair_spectra(points, pair_scales(points)):
            total += len(pairs) * spectrum
        if not np.isfinite(total).all():
            raise StructureError("distances between atoms differ too much for a descriptor; check the positions.")
        return total / len(points.species) ** 2

    def pair_spectra(
        self, points: Points, d_nn: np.ndarray
    ) -> Iterator[tuple[tuple[tuple[int, int], ...], np.ndarray]]:
        """Ordered pairs of species, counted, and the spectrum (n_settings, n_features) that they have in common.

        `d_nn`: length scale (angstrom) of each pair, shape (n_species, n_species); NaN for a pair without neighbours,
        which has no spectrum.
        """
        bins, polynomials = self.tables()
        for b in range(len(points.species)):
            of, unlike = [], []
            for a in range(b):
                for centre, neighbour, scales, pairs in _searches(a, b, d_nn):
                    unlike.append(pair_moments(points, centre, neighbour, scales, bins, self.l_max))
                    of += pairs
            if unlike:
                c = coefficients(np.concatenate(unlike), polynomials, even_only=False)
                yield from zip(of, self._normalised(c), strict=True)
            if not np.isnan(d_nn[b, b]):
                like = pair_moments(points, b, b, (d_nn[b, b],), bins, self.l_max)
                spectrum = self._normalised(coefficients(like, polynomials, even_only=True))[0]
                yield ((b, b),), spectrum

    def tables(self) -> tuple[RadialBins, np.ndarray]:
        """Radial bins, and the radial functions of all settings as polynomials in them: see `moments`."""
        return _tables(self.combinations, self.n_max, self.l_max, self.basis)

    def _normalised(self, c: np.ndarray) -> np.ndarray:
        """As `power_spectrum`, of length 1."""
        spectrum = self.power_spectrum(c)
        norms = np.linalg.norm(spectrum, axis=-1, keepdims=True)
        normalised: np.ndarray = np.divide(spectrum, norms, out=spectrum, where=norms > 0)
        return normalised

    def power_spectrum(self, c: np.ndarray) -> np.ndarray:
        """Power spectra, shape (n, n_settings, n_features), of coefficients (n, n_settings x n_max, lm).

        The settings may be all or some.
        """
        flat = self._products(c)
        spectrum = np.zeros((*flat.shape[:2], number_of_features(self.n_max, self.l_max, self.basis)))
        np.multiply(flat[..., self.place], self.weight, out=spectrum[..., : len(self.place)])
        return spectrum

    def even_power_spectrum(self, c: np.ndarray) -> np.ndarray:
        """As `power_spectrum`, only the components of even l."""
        spectrum: np.ndarray = self._products(c, 2)[..., self._even_place] * self._even_weight
        return spectrum

    def _products(self, c: np.ndarray, step: int = 1) -> np.ndarray:
        """c_nlm c_n'lm summed over m, of every l or every other one, shape (n, n_settings, n_l x n_max x n_max)."""
        c = c.reshape(len(c), -1, self.n_max, c.shape[-1])
        kept = range(0, self.l_max + 1, step)
        products = np.empty((*c.shape[:2], len(kept), self.n_max, self.n_max))
        for place, l in enumerate(kept):
            block = c[..., l * l : (l + 1) ** 2]
            np.matmul(block, block.swapaxes(-1, -2), out=products[:, :, place])
        return products.reshape(*c.shape[:2], -1)


@lru_cache(maxsize=8)
def _tables(
    combinations: tuple[tuple[float, ...], ...], n_max: int, l_max: int, basis: str
) -> tuple[RadialBins, np.ndarray]:
    """Radial bins for all settings, and the radial functions of all settings as polynomials in them.

    The polynomials have the shape (l_max + 1, n_bins, 6, n_settings x n_max).
    """
    functions = [radial_basis(basis, r_cut, sigma, n_max, l_max, thermal) for r_cut, sigma, _, thermal in combinations]
    scales = [scale for _, _, scale, _ in combinations]
    breakpoints = {
        point * scale for function, scale in zip(functions, scales, strict=True) for point in function.breakpoints
    }
    narrowest = min(sigma * scale for _, sigma, scale, _ in combinations)
    bins = RadialBins.between(breakpoints, narrowest)
    tables = np.empty((l_max + 1, len(bins.edges) - 1, 6, len(combinations), n_max))
    for i, (function, scale) in enumerate(zip(functions, scales, strict=True)):
        tables[:, :, :, i] = bins.polynomials(function, scale)
    return bins, tables.reshape(*tables.shape[:3], -1)


def _searches(
    a: int, b: int, d_nn: np.ndarray
) -> list[tuple[int, int, tuple[float, ...], list[tuple[tuple[int, int], ...]]]]:
    """(centres, neighbours, length scales, pairs of species at each scale) of the searches that cover both orders of
    two different species.

    The pairs (b, a) are those of (a, b) reversed, which the power spectrum does not see, so one search serves both
    orders; but not where the scales are far apart, as for an impurity: near to few atoms, far from most.
    """
    forth, back = d_nn[a, b], d_nn[b, a]
    if abs(forth - back) <= 1e-12 * forth:
        return [(a, b, (forth,), [((a, b), (b, a))])]
    if max(forth, back) <= 1.5 * min(forth, back):
        return [(a, b, (forth, back), [((a, b),), ((b, a),)])]
    return [(a, b, (forth,), [((a, b),)]), (b, a, (back,), [((b, a),)])]


def map_structures(
    function: Callable[[Atoms], np.ndarray], structures: Iterable[Atoms], n_jobs: int
) -> list[np.ndarray]:
    if n_jobs == 1:
        return [function(atoms) for atoms in structures]
    from joblib import Parallel, delayed

    call = Parallel(n_jobs=n_jobs, batch_size="auto")
    vectors: list[np.ndarray] = call(delayed(function)(atoms) for atoms in structures)
    return vectors


def _check(combinations: tuple[tuple[float, ...], ...], n_max: int, l_max: int, basis: str) -> None:
    if basis not in BASIS_NAMES:
        from ..errors import UnknownNameError

        raise UnknownNameError("radial basis", basis, BASIS_NAMES)
    if n_max < 1 or l_max < 0:
        raise DescriptorError(f"n_max must be at least 1 and l_max at least 0, but they are {n_max} and {l_max}.")
    for r_cut, sigma, scale, thermal in combinations:
        if not (r_cut > 0 and sigma > 0 and scale > 0 and thermal >= 0):
            raise DescriptorError(
                "r_cut, sigma and the scale must be positive and the thermal displacement not negative, "
                f"but they are {r_cut}, {sigma}, {scale} and {thermal}."
            )
    if not combinations:
        raise DescriptorError("at least one value of every setting is needed.")
