"""Learn the metric of indexes, and what its distances mean: `arise_zoo/index/data/metric.npz` and `metric.json`.

    python scripts/fit_metric.py [--jobs N] [--work DIR] [--measure]

Noise is learnt from the 108 classes as one meets them (`arise_zoo.models.augmentation.field_rows`): hot, strained, with
vacancies and foreign atoms, in boxes, films and pieces. What a structure has besides its class's nearest view is noise.
Descriptors are divided by the square root of its covariance, to whose eigenvalues a share of their mean is added, then
projected on the directions in which prototypes differ most: the 108 classes and the AFLOW library
(`prototype_library.py`). This is linear discriminant analysis: R. A. Fisher, Ann. Eugen. 7, 179 (1936); the share is
after O. Ledoit and M. Wolf, J. Multivar. Anal. 88, 365 (2004).

What distances mean is fitted to the answers for structures of the benchmark's kinds by libraries from which a third of
the prototypes is left out, with a metric that was learnt without them. The seeds are not the benchmark's. With
`--measure` nothing is written, and the shares of right answers in this cross-validation are printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from prototype_library import known_prototypes, same_geometries, same_ones

from arise_zoo.common.parallel import workers
from arise_zoo.common.progress import Progress
from arise_zoo.common.seeds import rng_for
from arise_zoo.common.storage import replacing, write_json
from arise_zoo.descriptors import ChannelSOAP
from arise_zoo.descriptors.channel_soap import CHANNELS
from arise_zoo.descriptors.parameters import CHANNELS as KIND_OF_CHANNELS
from arise_zoo.descriptors.parameters import KIND
from arise_zoo.index.answers import GEOMETRY, WHOLE
from arise_zoo.index.calibration import FINITE, PERIODIC, Calibration
from arise_zoo.models.augmentation.field_rows import field_blocks, field_rows
from arise_zoo.models.augmentation.shapes import cluster
from arise_zoo.prototypes import Prototype, class_ids
from arise_zoo.prototypes.supercells import displacement_unit, supercell
from arise_zoo.structures import displace, remove_atoms
from arise_zoo.structures.operations import deformed, uniaxial

DATA = Path(__file__).parents[1] / "arise_zoo" / "index" / "data"
SEED, NAME = "metric", "channels-1"
DESCRIPTOR = {"r_cut": 4.0, "sigma": 0.15, "n_max": 9, "l_max": 8}  # those of the model arise-field
BALLS = (4.0, 2.5)
DIMENSIONS = {WHOLE: 96, GEOMETRY: 48}
SHARE = 0.001
FIELD = 100  # structures of each class to learn noise from
FOLDS = 3
NO_STRAIN = 0.003  # along one direction, with which half of all crystals do not differ
UNKNOWN_TAKEN = 0.05
"""Share of queries of prototypes that are not in the library that may be taken for one that is."""
UNKNOWN_NEAR = 0.1
"""Share of these queries that is nearer than the unit of the distance."""

CONDITIONS = {
    "pristine": (0.0, 0.0),
    "displacement-0.04": (0.0, 0.04),
    "missing-0.1": (0.1, 0.0),
    "both-0.2-0.04": (0.2, 0.04),
}
"""Share of missing atoms and displacement of the queries."""


def views_of(prototype: Prototype, soap: ChannelSOAP) -> np.ndarray:
    """The vectors of an entry, as `Metric.views` makes them."""
    cell = prototype.build()
    if not cell.pbc.any():
        return np.tile(soap.create(cell), (1 + len(BALLS), 1))
    return soap.create_balls(cell, (np.inf, *BALLS))


def queries_of(prototype: Prototype) -> Iterator[tuple[str, Atoms]]:
    """Structures of the benchmark's kinds: periodic ones, and balls and blocks of random size and orientation."""
    k, cell = prototype.supercell_sizes[0], prototype.build()
    unit = displacement_unit(prototype, k)
    for name, (missing, displacement) in CONDITIONS.items():
        for shape in ("periodic", "piece") if prototype.is_periodic else ("piece",):
            rng = rng_for(SEED, "query", prototype.id, name, shape)
            if shape == "periodic":
                atoms = supercell(prototype, k, periodic=True)
            elif prototype.is_periodic:
                atoms = cluster(cell, sum(prototype.repetitions) == 3, rng)
            else:
                atoms = cell
            yield f"{shape} {name}", displace(remove_atoms(atoms, missing, rng), displacement, unit, rng)


def described(prototype: Prototype) -> dict[str, np.ndarray]:
    """Views, queries with their conditions, and a strained crystal of a prototype."""
    soap = ChannelSOAP(**DESCRIPTOR)
    queries = list(queries_of(prototype))
    return {
        "views": views_of(prototype, soap).astype(np.float32),
        "queries": np.array([soap.create(atoms) for _, atoms in queries], dtype=np.float32),
        "conditions": np.array([name for name, _ in queries]),
        "strained": soap.create(deformed(prototype.build(), uniaxial(NO_STRAIN, rng_for(SEED, prototype.id)))),
    }


def all_described(prototypes: list[Prototype], work: Path, n_jobs: int) -> list[dict[str, np.ndarray]]:
    """As `described`, of all; what is done is kept below `work`."""
    import joblib

    work.mkdir(parents=True, exist_ok=True)
    missing = [p for p in prototypes if not (work / f"{p.id}.npz").is_file()]
    with workers(n_jobs) as run, Progress(len(missing), "describing") as bar:
        for prototype, found in zip(missing, run(joblib.delayed(described)(p) for p in missing), strict=True):
            with replacing(work / f"{prototype.id}.npz") as temporary, open(temporary, "wb") as file:
                np.savez(file, **found)
            bar.advance()
    return [dict(np.load(work / f"{p.id}.npz")) for p in prototypes]


class Table:
    """What was described, of one aspect: `n` components of every descriptor, and the number of each one's group."""

    def __init__(
        self,
        found: Sequence[dict[str, np.ndarray]],
        groups: Sequence[int],
        field: tuple[np.ndarray, np.ndarray],
        n: int,
    ):
        def joined(name: str) -> tuple[np.ndarray, np.ndarray]:
            labels = np.repeat(groups, [len(f[name]) for f in found])
            return np.concatenate([f[name] for f in found])[:, :n], labels

        self.views, self.entry_of_view = joined("views")
        self.queries, self.right = joined("queries")
        self.conditions = np.concatenate([f["conditions"] for f in found])
        self.crystals = np.array([f["views"][0, :n] for f in found])
        self.strained = np.array([f["strained"][:n] for f in found])
        rows, classes = field
        noise = []
        for number in np.unique(classes):
            own, views = rows[classes == number, :n], found[number]["views"][:, :n]
            noise.append(own - views[distances(own, views).argmin(axis=1)])
        self.noise, self.entry_of_noise = np.concatenate(noise), np.array(groups)[np.sort(classes)]

    def learn(self, chosen: np.ndarray, dimensions: int) -> np.ndarray:
        """The projection, shape (n, dimensions), learnt from the chosen groups."""
        noise = self.noise[np.isin(self.entry_of_noise, chosen)].astype(float)
        values, axes = np.linalg.eigh(noise.T @ noise / len(noise))
        whitened = axes / np.sqrt(np.maximum(values, 0.0) + SHARE * values.mean())
        apart = self.views[np.isin(self.entry_of_view, chosen)] @ whitened
        apart -= apart.mean(axis=0)
        _, _, directions = np.linalg.svd(apart, full_matrices=False)
        projection: np.ndarray = whitened @ directions[:dimensions].T
        return projection


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distances, shape (len(a), len(b))."""
    from scipy.spatial.distance import cdist

    found: np.ndarray = cdist(a, b)
    return found


@dataclass
class Asked:
    """Queries asked of libraries without a third of the groups: `nearest`, `other` as of `Calibration.probability`;
    `right`, whether the nearest entry is; `unknown`, whether the prototype was left out; `condition`; and
    `known_right`, whether it is in whole libraries, with a metric learnt without the query's group."""

    nearest: np.ndarray
    other: np.ndarray
    right: np.ndarray
    unknown: np.ndarray
    condition: np.ndarray
    known_right: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Asked:
        columns = (self.nearest, self.other, self.right, self.unknown, self.condition, self.known_right)
        return Asked(*(column[chosen] for column in columns))


def cross_validated(table: Table, dimensions: int) -> tuple[Asked, float]:
    """What is asked in all folds, and the mean factor that makes distances have their unit."""
    groups = np.unique(table.entry_of_view)
    fold_of = dict(zip(groups, rng_for(SEED, "folds").permutation(np.arange(len(groups)) % FOLDS), strict=True))
    fold, fold_of_view = (np.array([fold_of[g] for g in labels]) for labels in (table.right, table.entry_of_view))
    parts, factors, known_right = [], [], np.zeros(len(fold), dtype=bool)
    for left_out in range(FOLDS):
        projection = table.learn(np.array([g for g in groups if fold_of[g] != left_out]), dimensions)
        apart = distances(table.queries @ projection, table.views @ projection)
        whole = table.entry_of_view[apart.argmin(axis=1)] == table.right
        known_right[fold == left_out] = whole[fold == left_out]
        kept = fold_of_view != left_out
        apart, labels = apart[:, kept], table.entry_of_view[kept]
        best = apart.argmin(axis=1)
        nearest, answer = apart[np.arange(len(apart)), best], labels[best]
        other = np.where(labels == answer[:, None], np.inf, apart).min(axis=1)
        unknown = fold == left_out
        factors.append(1.0 / np.quantile(nearest[unknown], UNKNOWN_NEAR))
        parts.append((factors[-1] * nearest, factors[-1] * other, answer == table.right, unknown))
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    asked = Asked(*joined, np.tile(table.conditions, FOLDS), np.tile(known_right, FOLDS))
    return asked, float(np.mean(factors))


def calibrated(asked: Asked, identical: float) -> dict[str, Any]:
    """Parameters of `Calibration`, of structures that are periodic and those that are not."""
    periodic = np.char.startswith(asked.condition, "periodic")
    return {kind: _calibrated(asked[of], identical) for kind, of in ((PERIODIC, periodic), (FINITE, ~periodic))}


def _calibrated(asked: Asked, identical: float) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    features = Calibration.features(asked.nearest, asked.other, identical)
    fitted = LogisticRegression(C=100.0, max_iter=1000).fit(features, asked.right)
    weights = [float(fitted.intercept_[0]), *map(float, fitted.coef_[0])]
    probabilities = Calibration(weights, 0.0, identical).probabilities(asked.nearest, asked.other)
    same = float(np.quantile(probabilities[asked.unknown], 1.0 - UNKNOWN_TAKEN))
    return {"weights": [round(w, 4) for w in weights], "same": round(same, 4), "identical": round(identical, 5)}


def report(aspect: str, asked: Asked, judged: dict[str, Calibration]) -> None:
    """Print what cross-validation gives: recall with all prototypes in the library, and verdicts with a third left out.

    The verdict's limit is fitted on the same queries.
    """
    periodic = np.char.startswith(asked.condition, "periodic")
    by_kind = {kind: c.probabilities(asked.nearest, asked.other) >= c.same for kind, c in judged.items()}
    accepted = np.where(periodic, by_kind[PERIODIC], by_kind[FINITE])
    known, wrong = ~asked.unknown, accepted & ~asked.right
    print(f"{aspect}: unknown taken for known {wrong[asked.unknown].mean():.1%}, wrong {wrong[known].mean():.2%}")
    print(f"{'condition':28s} recall  accepted  unknown: none  similar  taken")
    for name in sorted(set(asked.condition)):
        here = asked.condition == name
        taken = accepted[here & asked.unknown]
        near = (asked.nearest[here & asked.unknown] <= 1.0) & ~taken
        print(
            f"{name:28s} {asked.known_right[here].mean():6.1%}  "
            f"{(accepted & asked.right)[here & known].mean():8.1%}  {1 - near.mean() - taken.mean():13.1%}  "
            f"{near.mean():7.1%}  {taken.mean():5.1%}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=-1, metavar="N")
    parser.add_argument("--work", type=Path, default=Path("metric.work"), metavar="DIR", help="keeps what is described")
    parser.add_argument("--measure", action="store_true")
    options = parser.parse_args()
    prototypes = [known.prototype for known in known_prototypes()]
    found = all_described(prototypes, options.work, options.jobs)
    cells, bulk = [p.build() for p in prototypes], [sum(p.repetitions) == 3 for p in prototypes]
    blocks = field_blocks(range(FIELD), ())
    descriptor = {KIND: KIND_OF_CHANNELS, **DESCRIPTOR}
    rows, outputs = field_rows(options.work, blocks, descriptor, options.jobs, progress=True)
    of_a_class = outputs < len(class_ids())  # the others are alloys
    field = rows[of_a_class], outputs[of_a_class].astype(int)
    n_features = rows.shape[1]
    groups = {
        WHOLE: (same_ones(cells, bulk), n_features),
        GEOMETRY: (same_geometries(cells, bulk), n_features // len(CHANNELS)),
    }
    matrices, calibrations = {}, {}
    for aspect, (members, n) in groups.items():
        table = Table(found, members, field, n)
        asked, factor = cross_validated(table, DIMENSIONS[aspect])
        matrices[aspect] = factor * table.learn(np.unique(members), DIMENSIONS[aspect])
        moved = np.linalg.norm((table.strained - table.crystals) @ matrices[aspect], axis=1)
        calibrations[aspect] = calibrated(asked, float(np.median(moved)))
        report(aspect, asked, {kind: Calibration(**c) for kind, c in calibrations[aspect].items()})
    if options.measure:
        return 0
    DATA.mkdir(exist_ok=True)
    with replacing(DATA / "metric.npz") as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **{aspect: matrix.astype(np.float32) for aspect, matrix in matrices.items()})
    facts = {"name": NAME, "descriptor": DESCRIPTOR, "balls": BALLS, "calibrations": calibrations}
    write_json(DATA / "metric.json", facts)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
