"""What a network still confuses under a condition, and what a classifier made for just these classes could reach.

Takes the wrong labels of methods from the leaderboard's records. For each pair of classes among which it errs,
structures of both are drawn anew, with another base seed than the benchmark's, and a support-vector machine learns to
tell the two apart by their descriptors (five-fold cross-validation, structures of one supercell and periodicity in all
folds). What it reaches bounds from below what an ideal classifier could do with these descriptors. `--draws` are the
structures of each supercell.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from arise_zoo.descriptors import descriptor_with
from arise_zoo.models import load_model
from arise_zoo.prototypes import class_ids, get_prototype
from arise_zoo.structures import StructureSpec, benchmark_structures

from .harness import ROOT, Experiment, Record, document, scored, table

SEED = 4
"""Base seed of what is drawn; the benchmark's is 10, those of selection and training 1 and 2."""


def measure(
    methods: Sequence[str] = ("arise-robust", "arise-open", "arise-field"),
    condition: str = "both-0.3-0.1",
    draws: int = 60,
    jobs: int = -1,
) -> Record:
    """The pairs of classes among which each method errs, with the errors and how well the two can be told apart."""
    return {"condition": condition, "methods": [_of_method(method, condition, draws, jobs) for method in methods]}


def _of_method(method: str, condition: str, draws: int, jobs: int) -> Record:
    answers = pq.read_table(ROOT / "leaderboard" / "records" / f"{method}.parquet").to_pandas()
    answers = answers[answers["condition"] == condition]
    wrong = answers[answers["right"] == 0]
    errors = Counter(tuple(sorted(pair)) for pair in zip(wrong["class"], wrong["label"].fillna(""), strict=True))
    known, descriptor, pairs = set(class_ids()), load_model(method).descriptor, []
    for pair, n in errors.most_common():
        if not known.issuperset(pair):  # what is called unknown is confused with no class
            continue
        share = round(float(np.mean(answers["class"].isin(pair))), 5)
        found = {"classes": list(pair), "errors": n, "share_of_structures": share}
        pairs.append(found | _told_apart(pair, descriptor, condition, draws, jobs))
    return {"method": method, "n": len(answers), "errors": len(wrong), "pairs": pairs}


def _told_apart(
    classes: tuple[str, ...], descriptor: Mapping[str, Any], condition: str, draws: int, jobs: int
) -> Record:
    specs = list(benchmark_structures(condition, classes=classes, iterations=draws, seed=SEED))
    x = np.array(Parallel(jobs, batch_size=16)(delayed(_described)(spec, dict(descriptor)) for spec in specs))
    y = np.array([spec.class_id == classes[1] for spec in specs])
    kinds = [f"{spec.class_id} {spec.k} {spec.periodic}" for spec in specs]
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(x, kinds))
    said = cross_val_predict(make_pipeline(StandardScaler(), SVC(C=10.0)), x, y, cv=folds)
    return {"n": len(y), **scored(said == y)}


def _described(spec: StructureSpec, descriptor: dict[str, Any]) -> np.ndarray:
    return descriptor_with(descriptor).create(spec.build())


def page(record: Record) -> str:
    parts = [
        f"# What is left of {record['condition']}",
        "For each pair of classes among which a network errs: errors, both ways, and how many percent of newly drawn "
        "structures of the two a support-vector machine tells apart that knows only them, by the descriptor of the "
        "network (cross-validated, with 95 % interval).",
    ]
    for found in record["methods"]:
        total, errors = found["n"], found["errors"]
        left = sum(pair["share_of_structures"] * (100 - pair["accuracy"]) for pair in found["pairs"])
        parts += [
            f"## {found['method']}",
            f"{errors} of {total:,} structures have a wrong label.",
            table(
                "| classes | errors | told apart, % | n |\n"
                "| --- | --: | --: | --: |\n"
                "| {names} | {errors} | {accuracy:.2f} [{ci95[0]:.2f}, {ci95[1]:.2f}] | {n:,} |",
                (p | {"names": " / ".join(get_prototype(c).name for c in p["classes"])} for p in found["pairs"]),
            ),
            f"Were each of these pairs told apart as well as that, and all other classes without error, "
            f"{100 - left:.2f} % of all structures would have the right label, instead of "
            f"{100 * (1 - errors / total):.2f} %. An ideal classifier does at least as well.",
        ]
    return document(*parts)


EXPERIMENT = Experiment(measure, page, ("scikit-learn",), small={"draws": 5})
