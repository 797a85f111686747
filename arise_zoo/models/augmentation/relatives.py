"""Classes that differ by little from another one, of which a network has to see more."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...descriptors import ChannelSOAP
from ...descriptors.settings import CHANNELS
from ...prototypes import class_ids, get_prototype

_NEAR = 0.12  # between descriptors of perfect crystals: no farther than CsSnCl3's tetragonal from its orthorhombic form
_VERY_NEAR, _MOST = 0.06, 4  # from where on more is seen the nearer they are, up to four times as much


@lru_cache(maxsize=1)
def near_relatives() -> dict[str, int]:
    """The periodic classes that have another within a distance of 0.12 between their descriptors, and how many times as
    much is to be seen of each: more, the nearer it is."""
    periodic = [c for c in class_ids() if get_prototype(c).is_periodic]
    soap = ChannelSOAP(**CHANNELS)
    vectors = np.array([soap.create(get_prototype(c).build()) for c in periodic])
    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1) + np.diag(np.full(len(vectors), np.inf))
    nearest = dict(zip(periodic, distances.min(axis=1), strict=True))
    return {c: int(np.clip(round(_VERY_NEAR / d), 1, _MOST)) for c, d in nearest.items() if d < _NEAR}
