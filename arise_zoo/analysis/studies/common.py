"""What several studies need: their input file, shares with intervals, and how far two samples lie apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ase import Atoms

from ...errors import StructureError
from ..inputs import read_structure


def read_source(source: Path | None, study: str, file: str) -> Atoms:
    """The input file of a study that reads one; raises `StructureError` if none was given."""
    if source is None:
        raise StructureError(
            f"the study {study} reads {file} of the paper's data set (doi 10.5281/zenodo.5526927); "
            "give its path with --source."
        )
    return read_structure(source)


def share(hits: np.ndarray) -> dict[str, float]:
    """Share of true values in percent, and their number."""
    return {"percent": round(100 * float(np.mean(hits)), 2) if len(hits) else None, "n": len(hits)}


def contrast(high: np.ndarray, low: np.ndarray) -> dict[str, float]:
    """How much larger the values of one sample are than those of another.

    `probability_of_superiority` is the chance that a value drawn from the first exceeds one drawn from the second
    (ties count half; 0.5: no effect, 1: no overlap); `cohens_d` is the difference of the means in pooled standard
    deviations.
    """
    from scipy.stats import mannwhitneyu

    high, low = np.asarray(high, float), np.asarray(low, float)
    if min(len(high), len(low)) < 2:
        return {"n_high": len(high), "n_low": len(low)}
    pooled = np.sqrt(
        ((len(high) - 1) * high.var(ddof=1) + (len(low) - 1) * low.var(ddof=1)) / (len(high) + len(low) - 2)
    )
    return {
        "n_high": len(high),
        "n_low": len(low),
        "median_high": float(np.median(high)),
        "median_low": float(np.median(low)),
        "probability_of_superiority": float(mannwhitneyu(high, low).statistic / (len(high) * len(low))),
        "cohens_d": float((high.mean() - low.mean()) / pooled) if pooled > 0 else None,
    }
