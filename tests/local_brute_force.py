"""Coefficients of atoms summed with any weights, by going through all pairs: for tests of what shares these sums."""

from __future__ import annotations

import numpy as np
from ase.neighborlist import neighbor_list
from scipy.special import sph_harm_y

from arise_zoo.descriptors import first_peak_distance
from arise_zoo.descriptors.radial import radial_basis


def summed_spectra(atoms, soap, weights):
    """Descriptors, shape (n, n_features), of sums over atoms with weights (n, n_atoms), with scipy's harmonics and the
    radial functions where they are defined."""
    scale = first_peak_distance(atoms)
    functions = radial_basis(soap.basis, soap.r_cut, soap.sigma, soap.n_max, soap.l_max)
    i, j, vectors, distances = neighbor_list("ijDd", atoms, functions.r_max * scale)
    radial = functions(distances / scale)
    polar, azimuth = np.arccos(np.clip(vectors[:, 2] / distances, -1, 1)), np.arctan2(vectors[:, 1], vectors[:, 0])
    like = atoms.numbers[i] == atoms.numbers[j]
    found = {}
    for channel, pairs in (("all", like | ~like), ("like", like), ("unlike", ~like)):
        for l in range(0, soap.l_max + 1, 2):
            harmonics = np.array([sph_harm_y(l, m, polar, azimuth) for m in range(-l, l + 1)])
            terms = np.einsum("nr,mr->rnm", radial[:, l, pairs], harmonics[:, pairs])
            c = np.zeros((len(atoms), *terms.shape[1:]), complex)
            np.add.at(c, i[pairs], terms)
            c = np.einsum("ab,bnm->anm", weights, c)
            found[channel, l] = np.real(np.einsum("anm,akm->ank", c, c.conj())) / np.sqrt(2 * l + 1)
    columns = []
    for channel, n, n_prime, l in soap.components:
        weight = np.sqrt(2) if soap.basis == "quip" and n != n_prime else 1.0
        columns.append(weight * found[channel, l][:, n - 1, n_prime - 1])
    columns = np.array(columns).T
    lengths = np.linalg.norm(columns[:, : len(columns[0]) // 3], axis=1, keepdims=True)
    return np.divide(columns, lengths, out=np.zeros_like(columns), where=lengths > 0)
