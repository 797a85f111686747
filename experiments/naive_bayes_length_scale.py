"""Why Bernoulli naive Bayes differs from the paper on pristine structures: the length scale, or the signs of zeros.

Refits both classifiers on pristine rows (1) as stored, (2) with random noise of the size of float32 rounding, and
(3) with a length scale as a histogram over a range of zero gives it: half a bin of 0.01 angstrom too long where all
nearest-neighbour distances are equal. `--data` is the output folder of `arise-zoo build`.
"""

from pathlib import Path
from unittest.mock import patch

import numpy as np

from arise_zoo.benchmark import published_accuracy
from arise_zoo.common.length_scale import most_frequent_distance
from arise_zoo.datasets.vectors import all_settings
from arise_zoo.descriptors import scales
from arise_zoo.descriptors.settings import CENTRE, GRID
from arise_zoo.models.baselines.naive_bayes import fit_naive_bayes
from arise_zoo.models.training.rows import read_rows, together
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import pristine_structures

from .harness import Experiment, Record, document

NAMES, NOISE = ("gnb", "bnb"), 6e-8


def measure(data: Path, draws: int = 10) -> Record:
    """Percent of pristine structures that each classifier has right, for each kind of rows."""
    stored = together(*(read_rows(data, split) for split in ("train", "validation")))
    rows, labels, central = stored.descriptors, stored.labels, stored.is_central
    noisy = []
    for seed in range(draws):
        noise = np.random.default_rng(seed).uniform(-NOISE, NOISE, rows.shape).astype(np.float32)
        noise[:, -1] = 0  # the zero that closes a vector is written, not computed
        noisy.append(_accuracies(rows + noise, labels, central))
    small = (rows != 0) & (np.abs(rows) < NOISE)
    found = {
        "stored": _accuracies(rows, labels, central),
        "noise": noisy,
        "share_of_components_below_noise": float(small[:, :-1].mean()),
        "histogram": _with_other_scale(),
        "paper": {name: published_accuracy("2", name, "supported", "pristine") for name in NAMES},
    }
    return {"results": found, "n_rows": len(rows), "n_scored": int(central.sum()), "noise": NOISE}


def _accuracies(rows: np.ndarray, labels: np.ndarray, central: np.ndarray) -> dict[str, float]:
    """Percent of the central rows that each classifier has right, fitted on all rows."""
    right = {name: fit_naive_bayes(name, rows, labels).predict(rows[central]) == labels[central] for name in NAMES}
    return {name: round(100 * float(values.mean()), 2) for name, values in right.items()}


def _with_other_scale() -> dict[str, float]:
    specs = list(pristine_structures())
    with patch.object(scales, "most_frequent_distance", _histogram_of_zero_range):
        rows = np.concatenate([all_settings(spec.build()) for spec in specs])
    labels = np.repeat([class_ids().index(spec.class_id) for spec in specs], len(GRID))
    return _accuracies(rows, labels, np.arange(len(rows)) % len(GRID) == GRID.index(CENTRE))


def _histogram_of_zero_range(distances: np.ndarray) -> float:
    """As `most_frequent_distance`; equal distances go into 100 bins from 0.5 angstrom below to 0.5 above."""
    if np.ptp(distances) >= 1e-6:
        return most_frequent_distance(distances)
    counts, edges = np.histogram(np.full(len(distances), np.mean(distances)), bins=100)
    fullest = int(np.argmax(counts / edges[:-1] ** 2))
    return float(edges[fullest : fullest + 2].mean())


def page(record: Record) -> str:
    found = record["results"]
    gnb, bnb = ([draw[name] for draw in found["noise"]] for name in NAMES)
    return document(
        "# Naive Bayes on pristine structures and the length scale",
        f"Percent right of {record['n_scored']} pristine structures, fitted on {record['n_rows']:,} rows.",
        "| rows | GNB | BNB |\n| --- | --: | --: |\n"
        "| paper | {paper[gnb]:.2f} | {paper[bnb]:.2f} |\n"
        "| as stored | {stored[gnb]:.2f} | {stored[bnb]:.2f} |\n".format(**found)
        + f"| with noise of ±{record['noise']:g}, {len(gnb)} draws | {min(gnb):.2f} to {max(gnb):.2f} "
        f"| {min(bnb):.2f} to {max(bnb):.2f} |\n"
        "| length scale of a histogram over a range of zero | {gnb:.2f} | {bnb:.2f} |".format(**found["histogram"]),
        f"Of the components, {100 * found['share_of_components_below_noise']:.1f} % are smaller than that noise and "
        "not zero: zeros by symmetry whose sign is rounding, and signs are all that Bernoulli naive Bayes sees.",
    )


EXPERIMENT = Experiment(measure, page, ("scikit-learn", "numba"), small={"draws": 1})
