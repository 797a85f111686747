"""Classes that differ by little from another one, of which a network has to see more."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...descriptors import ChannelSOAP
from ...descriptors.settings import CHANNELS
from ...prototypes import class_ids, get_prototype

_NEAR = 0.12  # between descriptors of perfect crystals: no farther than CsSnCl3's tetragonal from its orthorhombic form


@lru_cache(maxsize=1)
def near_relatives() -> tuple[str, ...]:
    """The periodic classes that have another within a distance of 0.12 between their descriptors."""
    periodic = [c for c in class_ids() if get_prototype(c).is_periodic]
    soap = ChannelSOAP(**CHANNELS)
    vectors = np.array([soap.create(get_prototype(c).build()) for c in periodic])
    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1) + np.diag(np.full(len(vectors), np.inf))
    return tuple(c for c, nearest in zip(periodic, distances.min(axis=1), strict=True) if nearest < _NEAR)
