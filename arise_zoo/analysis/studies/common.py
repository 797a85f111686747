"""What several studies need: their input file, shares with intervals, and how far two samples lie apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...common.statistics import accuracy, interval, superiority
from ...errors import StructureError
from ...reading import read_structure
from ..result import PatternMatchingResult

_RESAMPLES = 400


def read_source(source: Path | None, study: str, file: str) -> Atoms:
    """The input file of a study that reads one; raises `StructureError` if none was given."""
    if source is None:
        raise StructureError(
            f"the study {study} reads {file} of the paper's data set (doi 10.5281/zenodo.5526927); "
            "give its path with --source."
        )
    return read_structure(source)


def blocks_of(result: PatternMatchingResult) -> np.ndarray:
    """Number of the block of each box, shape (n,): boxes of one block, a box wide, overlap and so are not independent.

    Intervals take blocks, not boxes, as the units that were sampled.
    """
    places = np.floor((result.centres - result.grid.origin) / result.grid.box + 1e-9).astype(int)
    return np.unique(places, axis=0, return_inverse=True)[1].reshape(-1)


def share(hits: np.ndarray, blocks: np.ndarray) -> dict[str, Any]:
    """Share of true values in percent with a 95 % interval, their number, and that of their blocks."""
    if len(hits) == 0:
        return {"percent": None, "ci95": None, "n": 0, "n_blocks": 0}
    numbers = np.unique(blocks, return_inverse=True)[1].reshape(-1)
    total = np.bincount(numbers).astype(float)
    correct = np.bincount(numbers, weights=hits)
    return {
        "percent": round(accuracy(correct, total), 2),
        "ci95": [round(float(end), 2) for end in interval(correct, total)],
        "n": len(hits),
        "n_blocks": len(total),
    }


def contrast(values: np.ndarray, high: np.ndarray, low: np.ndarray, blocks: np.ndarray, seed: int) -> dict[str, Any]:
    """How much larger some values are in the boxes `high` than in the boxes `low` (masks), with 95 % intervals.

    `probability_of_superiority` is the chance that a value drawn from the first exceeds one drawn from the second
    (ties count half; 0.5: no effect, 1: no overlap); `cohens_d` is the difference of the means in pooled standard
    deviations. The intervals are those of a bootstrap of the blocks.
    """
    numbers = {"n_high": int(high.sum()), "n_low": int(low.sum())}
    if min(numbers.values()) < 2:
        return numbers
    effects = _effects(values[high], values[low])
    names = np.unique(blocks[high | low])
    of_block = [np.flatnonzero((high | low) & (blocks == name)) for name in names]
    rng, drawn = rng_for(seed, "bootstrap of blocks"), []
    for _ in range(_RESAMPLES):
        boxes = np.concatenate([of_block[i] for i in rng.integers(len(names), size=len(names))])
        first, second = boxes[high[boxes]], boxes[low[boxes]]
        if min(len(first), len(second)) >= 2:
            drawn.append(_effects(values[first], values[second]))
    ends = np.nanquantile(drawn, [0.025, 0.975], axis=0) if drawn else np.full((2, 2), np.nan)
    return {
        **numbers,
        "n_blocks": len(names),
        "median_high": float(np.median(values[high])),
        "median_low": float(np.median(values[low])),
        "probability_of_superiority": effects[0],
        "probability_of_superiority_ci95": _plain(ends[:, 0]),
        "cohens_d": effects[1],
        "cohens_d_ci95": _plain(ends[:, 1]),
    }


def _effects(high: np.ndarray, low: np.ndarray) -> tuple[float, float]:
    high, low = high.astype(float), low.astype(float)
    n, m = len(high), len(low)
    pooled = np.sqrt(((n - 1) * high.var(ddof=1) + (m - 1) * low.var(ddof=1)) / (n + m - 2))
    return superiority(high, low), float((high.mean() - low.mean()) / max(pooled, 1e-12))


def _plain(ends: np.ndarray) -> list[float] | None:
    return [float(end) for end in ends] if np.isfinite(ends).all() else None
