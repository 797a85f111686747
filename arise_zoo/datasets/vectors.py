"""Descriptors as the data sets hold them: the data sets' settings, in the data sets' type."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..descriptors import AveragedSOAP, ChannelSOAP, soap_grid
from ..descriptors.settings import BASIS, CENTRE, CHANNELS, EXTRINSIC_SCALES, L_MAX, N_MAX, R_CUTS, SIGMAS
from .schema import DESCRIPTOR_TYPE

if TYPE_CHECKING:
    import pyarrow as pa
    from ase import Atoms


def descriptors_of(table: pa.Table) -> np.ndarray:
    """The column `descriptor` of rows of a data set, shape (n_rows, n_features)."""
    vectors: np.ndarray = table["descriptor"].combine_chunks().flatten().to_numpy().reshape(len(table), -1)
    return vectors


def is_central(table: pa.Table) -> np.ndarray:
    """Which rows of a data set have the central setting, shape (n_rows,)."""
    settings = [table[column].to_numpy() for column in ("r_cut", "sigma", "extrinsic_scale")]
    central: np.ndarray = np.all([values == c for values, c in zip(settings, CENTRE, strict=True)], axis=0)
    return central


@lru_cache(maxsize=128)  # tables of radial functions are made once a setting
def _soap(r_cut: float, sigma: float, scale: float) -> AveragedSOAP:
    return AveragedSOAP(r_cut=r_cut, sigma=sigma, n_max=N_MAX, l_max=L_MAX, basis=BASIS, extrinsic_scale=scale)


def one_setting(atoms: Atoms, r_cut: float, sigma: float, scale: float) -> np.ndarray:
    """The descriptor at one setting, shape (316,)."""
    return _soap(r_cut, sigma, scale).create(atoms).astype(DESCRIPTOR_TYPE)


@lru_cache(maxsize=8)
def _channel_soap(scale: float) -> ChannelSOAP:
    return ChannelSOAP(**CHANNELS, extrinsic_scale=scale)


def channels(atoms: Atoms, scale: float) -> np.ndarray:
    """The descriptor in channels at one extrinsic scale, shape (675,)."""
    return _channel_soap(scale).create(atoms).astype(DESCRIPTOR_TYPE)


def all_settings(atoms: Atoms) -> np.ndarray:
    """The descriptors at the 99 settings, shape (99, 316), in the order of `settings.GRID`."""
    grid = soap_grid(atoms, R_CUTS, SIGMAS, EXTRINSIC_SCALES, BASIS, n_max=N_MAX, l_max=L_MAX)
    return grid.reshape(-1, grid.shape[-1]).astype(DESCRIPTOR_TYPE)
