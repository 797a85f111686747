"""Why Bernoulli naive Bayes differs from the paper on pristine structures: the length scale, or the signs of zeros.

Refits both classifiers on pristine rows (1) as stored, (2) with random noise of the size of float32 rounding, and
(3) with a length scale as a histogram over a range of zero gives it: half a bin of 0.01 angstrom too long where all
nearest-neighbour distances are equal. Writes .json and .md.
Usage: python benchmarks/naive_bayes_length_scale.py --data DIR [--out FILE.json], DIR as of `arise-zoo build`.
"""

import argparse
from pathlib import Path

import numpy as np
from arise_zoo.bench.environment import hardware, package_versions
from arise_zoo.datasets.settings import GRID
from arise_zoo.length_scale import most_frequent_distance
from arise_zoo.models.naive_bayes import fit_naive_bayes
from arise_zoo.models.rows import read_rows, together
from arise_zoo.storage import write_json, write_text

from arise_zoo.bench import published_accuracy
from arise_zoo.datasets.vectors import all_settings
from arise_zoo.descriptors import scales
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import pristine_structures

N_NOISY, NOISE = 10, 6e-8
CENTRE = GRID.index((4.0, 0.1, 1.0))


def histogram_of_zero_range(distances: np.ndarray) -> float:
    """As `most_frequent_distance`; equal distances go into 100 bins from 0.5 angstrom below to 0.5 above."""
    if np.ptp(distances) >= 1e-6:
        return most_frequent_distance(distances)
    counts, edges = np.histogram(np.full(len(distances), np.mean(distances)), bins=100)
    fullest = int(np.argmax(counts / edges[:-1] ** 2))
    return float(edges[fullest : fullest + 2].mean())


def pristine_accuracies(rows: np.ndarray, labels: np.ndarray, central: np.ndarray) -> dict[str, float]:
    """Percent of the 396 central rows that each classifier has right, fitted on all rows."""
    right = {name: fit_naive_bayes(name, rows, labels).predict(rows[central]) == labels[central] for name in _NAMES}
    return {name: round(100 * float(values.mean()), 2) for name, values in right.items()}


_NAMES = ("gnb", "bnb")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="output folder of `arise-zoo build`")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    data = together(*(read_rows(options.data, split) for split in ("train", "validation")))
    _, labels, rows, central = data
    found = {"stored": pristine_accuracies(rows, labels, central), "noise": []}
    for seed in range(N_NOISY):
        noise = np.random.default_rng(seed).uniform(-NOISE, NOISE, rows.shape).astype(np.float32)
        noise[:, -1] = 0  # the zero that closes a vector is written, not computed
        found["noise"].append(pristine_accuracies(rows + noise, labels, central))
    small = (rows != 0) & (np.abs(rows) < NOISE)
    found["share_of_components_below_noise"] = float(small[:, :-1].mean())
    found["histogram"] = _with_other_scale()
    found["paper"] = {name: published_accuracy("2", name, "supported", "pristine") for name in _NAMES}
    record = {
        "results": found,
        "n_rows": len(rows),
        "n_scored": int(central.sum()),
        "noise": NOISE,
        "packages": package_versions(("scikit-learn", "numba")),
        "hardware": hardware(),
    }
    write_json(options.out, record)
    write_text(options.out.with_suffix(".md"), report(record))


def _with_other_scale() -> dict[str, float]:
    specs = list(pristine_structures())
    scales.most_frequent_distance = histogram_of_zero_range
    try:
        rows = np.concatenate([all_settings(spec.build()) for spec in specs])
    finally:
        scales.most_frequent_distance = most_frequent_distance
    labels = np.repeat([class_ids().index(spec.class_id) for spec in specs], len(GRID))
    return pristine_accuracies(rows, labels, np.arange(len(rows)) % len(GRID) == CENTRE)


def report(record: dict) -> str:
    """The report in Markdown."""
    found = record["results"]
    lines = [
        "# Naive Bayes on pristine structures and the length scale",
        "",
        f"Percent right of {record['n_scored']} pristine structures, fitted on {record['n_rows']:,} rows.",
        "",
        "| rows | GNB | BNB |",
        "| --- | --: | --: |",
        "| paper | {gnb:.2f} | {bnb:.2f} |".format(**found["paper"]),
        "| as stored | {gnb:.2f} | {bnb:.2f} |".format(**found["stored"]),
        f"| with noise of ±{record['noise']:g}, {len(found['noise'])} draws | "
        + " | ".join(f"{min(v):.2f} to {max(v):.2f}" for v in ([d[n] for d in found["noise"]] for n in _NAMES))
        + " |",
        "| length scale of a histogram over a range of zero | {gnb:.2f} | {bnb:.2f} |".format(**found["histogram"]),
        "",
        f"Of the components, {100 * found['share_of_components_below_noise']:.1f} % are smaller than that noise and "
        "not zero: zeros by symmetry whose sign is rounding, and signs are all that Bernoulli naive Bayes sees.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
