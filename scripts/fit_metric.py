"""Learn the metric of indexes, and what its distances mean: `arise_zoo/index/data/metric.npz` and `metric.json`.

    python scripts/fit_metric.py [--jobs N] [--work DIR] [--measure]

Noise is learnt from the 108 classes as one meets them (`arise_zoo.models.augmentation.field_rows`): hot, strained, with
vacancies and foreign atoms, in boxes, films and pieces. What a structure has besides its class's nearest view is noise.
Descriptors are divided by the square root of its covariance, then projected on the directions in which prototypes
differ most: the 108 classes and the others of `prototype_library.py`. `arise_zoo.index.learning` says how.

What distances mean is fitted to the answers for structures of the benchmark's kinds by libraries from which a third of
the prototypes is left out, with a metric that was learnt without them. The seeds are not the benchmark's. Verdicts are
printed as they are with a calibration that was fitted without the third that is asked about; with `--measure` nothing
is written.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

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
from arise_zoo.index.answers import GEOMETRY, NONE, SAME, SIMILAR, WHOLE
from arise_zoo.index.calibration import FINITE, PERIODIC
from arise_zoo.index.learning import (
    FOLDS,
    UNKNOWN_NEAR,
    Asked,
    asked_of,
    calibrated,
    distances_to,
    folds_of,
    judged,
    noise_of,
    projection,
    share,
)
from arise_zoo.index.metric import Metric
from arise_zoo.models.augmentation.field_rows import Amounts, field_blocks, field_rows
from arise_zoo.models.augmentation.shapes import cluster
from arise_zoo.prototypes import Prototype, class_ids
from arise_zoo.prototypes.supercells import displacement_unit, supercell
from arise_zoo.structures import displace, remove_atoms
from arise_zoo.structures.operations import deformed, uniaxial

DATA = Path(__file__).parents[1] / "arise_zoo" / "index" / "data"
SEED, NAME = "metric", "channels-3"
DESCRIPTOR = {"r_cut": 4.0, "sigma": 0.15, "n_max": 9, "l_max": 8}  # those of the model arise-field
BALLS = (4.0, 2.5)
HEATS = (0.0, 0.03, 0.06, 0.1)
DIMENSIONS = {WHOLE: 96, GEOMETRY: 48}
FIELD = 100  # structures of each class to learn noise from
NO_STRAIN = 0.003  # along one direction, with which half of all crystals do not differ

CONDITIONS = {
    "pristine": (0.0, 0.0),
    "displacement-0.04": (0.0, 0.04),
    "missing-0.1": (0.1, 0.0),
    "both-0.2-0.04": (0.2, 0.04),
}
"""Share of missing atoms and displacement of the queries."""


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
        "views": Metric(NAME, DESCRIPTOR, BALLS, HEATS, {}, {}).views(prototype.build())[0].astype(np.float32),
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
        self.entries = np.array(groups)
        self.views = np.array([f["views"][:, :n] for f in found])
        self.queries = np.concatenate([f["queries"] for f in found])[:, :n]
        self.groups = np.repeat(groups, [len(f["queries"]) for f in found])
        self.conditions = np.concatenate([f["conditions"] for f in found])
        self.strained = np.array([f["strained"][:n] for f in found])
        rows, classes = field
        numbers = np.unique(classes)
        self.noise = np.concatenate([noise_of(rows[classes == c, :n], self.views[c]) for c in numbers])
        self.folds, self.fold = folds_of(self.entries, SEED), folds_of(self.groups, SEED)
        self.fold_of_noise = self.folds[np.sort(classes)]
        self.weights = 1.0 / np.bincount(self.entries)[self.groups]  # every prototype counts once

    def learn(self, dimensions: int, left_out: int = -1) -> np.ndarray:
        """The projection, shape (n, dimensions), learnt without a fold."""
        views = self.views[self.folds != left_out]
        noise = self.noise[self.fold_of_noise != left_out]
        return projection(noise, views.reshape(-1, views.shape[2]), dimensions)


def cross_validated(table: Table, dimensions: int) -> tuple[Asked, np.ndarray, float]:
    """What is asked in all folds, whether whole libraries know a query, with a metric learnt without it, and the mean
    factor that makes distances have their unit."""
    parts, factors, known_right = [], [], np.zeros(len(table.groups), dtype=bool)
    for left_out in range(FOLDS):
        apart = distances_to(table.queries, table.views, table.learn(dimensions, left_out))
        unknown, kept = table.fold == left_out, table.folds != left_out
        known_right[unknown] = (table.entries[apart.argmin(axis=1)] == table.groups)[unknown]
        factors.append(1.0 / np.quantile(apart[np.ix_(unknown, kept)].min(axis=1), UNKNOWN_NEAR))
        parts.append(asked_of(factors[-1] * apart[:, kept], table.entries[kept], table.groups, unknown))
    return parts[0] + parts[1] + parts[2], known_right, float(np.mean(factors))


def report(aspect: str, table: Table, asked: Asked, known_right: np.ndarray, identical: float) -> None:
    """Print what cross-validation gives: recall with all prototypes in the library, verdicts with a third left out."""
    conditions, weights, fold = (column[asked.query] for column in (table.conditions, table.weights, table.fold))
    said = np.empty(len(fold), dtype=object)
    for of in _kinds(conditions).values():
        said[of] = judged(asked[of], weights[of], fold[of], identical)[0]
    print(f"{aspect}: condition            recall     same  similar   wrong  unknown: none   same")
    for name in sorted(set(conditions)):
        known, unknown = ((conditions == name) & (asked.unknown == which) for which in (False, True))
        recall = np.average(known_right[table.conditions == name], weights=table.weights[table.conditions == name])
        right, wrong = (known & (asked.right == which) for which in (True, False))
        part = weights[right].sum() / weights[known].sum()
        print(
            f"{name:28s} {recall:6.1%}  {part * share(said[right], SAME, weights[right]):7.1%}  "
            f"{part * share(said[right], SIMILAR, weights[right]):7.1%}  "
            f"{weights[wrong & (said == SAME)].sum() / weights[known].sum():6.2%}  "
            f"{share(said[unknown], NONE, weights[unknown]):13.1%}  {share(said[unknown], SAME, weights[unknown]):5.1%}"
        )


def _kinds(conditions: np.ndarray) -> dict[str, np.ndarray]:
    """Which queries are periodic and which are not."""
    periodic = np.char.startswith(conditions.astype(str), "periodic")
    return {PERIODIC: periodic, FINITE: ~periodic}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=-1, metavar="N")
    parser.add_argument("--work", type=Path, default=Path("metric.work"), metavar="DIR", help="keeps what is described")
    parser.add_argument("--measure", action="store_true")
    options = parser.parse_args()
    prototypes = [known.prototype for known in known_prototypes()]
    found = all_described(prototypes, options.work, options.jobs)
    cells, bulk = [p.build() for p in prototypes], [sum(p.repetitions) == 3 for p in prototypes]
    blocks = field_blocks(Amounts(field=range(FIELD)))
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
        table, dimensions = Table(found, members, field, n), DIMENSIONS[aspect]
        asked, known_right, factor = cross_validated(table, dimensions)
        matrices[aspect] = factor * table.learn(dimensions)
        moved = np.linalg.norm((table.strained - table.views[:, 0]) @ matrices[aspect], axis=1)
        identical, weights = round(float(np.median(moved)), 5), table.weights[asked.query]
        calibrations[aspect] = {
            kind: asdict(calibrated(asked[of], weights[of], identical))
            for kind, of in _kinds(table.conditions[asked.query]).items()
        }
        report(aspect, table, asked, known_right, identical)
    if options.measure:
        return 0
    DATA.mkdir(exist_ok=True)
    with replacing(DATA / "metric.npz") as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **{aspect: matrix.astype(np.float32) for aspect, matrix in matrices.items()})
    facts = {"name": NAME, "descriptor": DESCRIPTOR, "balls": BALLS, "heats": HEATS, "calibrations": calibrations}
    write_json(DATA / "metric.json", facts)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
