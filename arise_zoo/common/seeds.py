"""Seeds derived from what is being made, so that any structure can be made alone, in any order, anywhere."""

from __future__ import annotations

import hashlib

import numpy as np


def rng_for(*identity: object) -> np.random.Generator:
    """A random generator whose stream is determined by these values alone (their `str`, joined by "/").

    The identity is hashed with SHA-256, of which 128 bits seed a PCG64.
    """
    digest = hashlib.sha256("/".join(map(str, identity)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def seed_of(*identity: object) -> int:
    """A seed below 2^30 for generators of others, determined as `rng_for` is."""
    return int(rng_for(*identity).integers(2**30))
