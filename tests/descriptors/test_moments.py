"""The parts of which descriptors are made: harmonics, bins, radial functions, moments."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import eval_legendre

from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import moments
from arise_zoo.descriptors.averaged_soap import Spectra, _tables
from arise_zoo.descriptors.harmonics import first_components, recursion
from arise_zoo.descriptors.moment_kernels import LANES, harmonics
from arise_zoo.descriptors.radial import radial_basis
from arise_zoo.structures import StructureSpec


def real_harmonics(vectors, l_max, even_only=False):
    """Y_lm of up to 64 vectors, shape (n_components, n)."""
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T.copy()
    first_component = first_components(l_max, even_only)
    out = np.empty((first_component[-1], LANES))
    work = np.empty((3, LANES)), np.empty((3, LANES))
    harmonics(*unit, np.ones(unit.shape[1]), unit.shape[1], even_only, *recursion(l_max), first_component, *work, out)
    return out[:, : unit.shape[1]]


@pytest.mark.parametrize("l_max", [0, 1, 6, 9])
def test_harmonics_obey_the_addition_theorem(l_max):
    vectors = rng_for("harmonics").normal(size=(40, 3))
    y = real_harmonics(vectors, l_max)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for l in range(l_max + 1):
        block = y[l * l : (l + 1) ** 2]
        expected = (2 * l + 1) / (4 * np.pi) * eval_legendre(l, unit @ unit.T)
        assert np.abs(block.T @ block - expected).max() < 1e-12


def test_even_harmonics_are_those_of_the_whole_set():
    vectors = rng_for("harmonics").normal(size=(64, 3))
    whole, even = real_harmonics(vectors, 6), real_harmonics(vectors, 6, even_only=True)
    assert np.array_equal(even, np.concatenate([whole[l * l : (l + 1) ** 2] for l in (0, 2, 4, 6)]))


def test_bins_end_at_every_breakpoint():
    bins = moments.RadialBins.between([3.5, 4.0, 3.517], narrowest=0.1)
    assert {3.5, 3.517, 4.0} <= set(bins.edges)
    assert bins.edges[0] == 0 and bins.r_max == 4.0
    assert np.diff(bins.edges).max() <= 0.04 + 1e-9


@pytest.mark.parametrize("basis", ["quip", "gto"])
def test_polynomials_follow_the_radial_functions(basis):
    function = radial_basis(basis, 4.0, 0.1, 9, 6)
    bins = moments.RadialBins.between(function.breakpoints, 0.1)
    table = bins.polynomials(function)
    r = np.linspace(0.5, function.r_max - 1e-6, 5001)
    b = np.searchsorted(bins.edges, r, side="right") - 1
    place = (2 * r - bins.edges[b] - bins.edges[b + 1]) / (bins.edges[b + 1] - bins.edges[b])
    chebyshev = np.cos(np.arccos(np.clip(place, -1, 1))[:, None] * np.arange(6))
    values = np.einsum("lrpn,rp->nlr", table[:, b], chebyshev)
    exact = function(r)
    assert np.abs(values - exact).max() < 3e-7 * np.abs(exact).max()


@pytest.mark.parametrize("basis", ["quip", "gto"])
def test_halving_the_bins_changes_descriptors_by_less_than_1e_7(basis, monkeypatch):
    structures = [
        StructureSpec("fcc_cu", 1, True).build(),
        StructureSpec("crw3s8", 1, True).build(),
        StructureSpec("wurtzite_zns", 3, False, "both-0.1-0.01").build(),
    ]
    settings = ((4.0, 0.1, 1.0, 0.0), (3.0, 0.08, 0.95, 0.0))
    coarse = [Spectra(settings, 9, 6, basis).descriptors(atoms) for atoms in structures]
    monkeypatch.setattr(moments, "_BIN_WIDTH", 0.5 * moments._BIN_WIDTH)
    _tables.cache_clear()
    fine = [Spectra(settings, 9, 6, basis).descriptors(atoms) for atoms in structures]
    _tables.cache_clear()
    assert np.abs(np.array(coarse) - np.array(fine)).max() < 1e-7


@pytest.mark.parametrize("basis", ["quip", "gto"])
def test_thermal_blurring_is_the_mean_over_gaussian_displacements(basis):
    sigma, displacement, l_max = 0.15, 0.2, 3
    cold = radial_basis(basis, 4.0, sigma, 5, l_max)
    warm = radial_basis(basis, 4.0, sigma, 5, l_max, thermal_displacement=displacement)
    neighbour = np.array([0.3, -0.9, 1.7])
    nodes, weights = np.polynomial.hermite_e.hermegauss(24)
    shifts = np.stack(np.meshgrid(nodes, nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 3)
    weights = np.einsum("i,j,k->ijk", weights, weights, weights).ravel() / np.sqrt(2 * np.pi) ** 3
    blurred = neighbour + shifts * displacement * np.sqrt(2 / 3)
    radii = np.linalg.norm(blurred, axis=1)
    values, expected = cold(radii), warm(np.array([np.linalg.norm(neighbour)]))[:, :, 0]
    y = np.concatenate([real_harmonics(piece, l_max) for piece in np.array_split(blurred, 300)], axis=1)
    y_here = real_harmonics(neighbour[None], l_max)[:, 0]
    ratios = []
    for l in range(l_max + 1):
        block = slice(l * l, (l + 1) ** 2)
        mean = np.einsum("nr,mr,r->nm", values[:, l], y[block], weights)
        ratios.append(mean / np.outer(expected[:, l], y_here[block]))
    ratios = np.concatenate([ratio.ravel() for ratio in ratios])
    # A constant factor, that of the Gaussian's height, is lost in the normalisation.
    assert np.ptp(ratios) < 1e-4 * abs(ratios.mean())
