"""What a network still confuses under a condition, and what a classifier made for just these classes could reach.

Takes the wrong labels of a method from the leaderboard's records. For each pair of classes among which it errs,
structures of both are drawn anew, with another base seed than the benchmark's, and a support-vector machine learns to
tell the two apart by their descriptors (five-fold cross-validation, structures of one supercell and periodicity in all
folds). What it reaches bounds from below what an ideal classifier could do with these descriptors. `--draws` are the
structures of each supercell.
"""

from collections import Counter

import numpy as np
import pyarrow.parquet as pq
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from arise_zoo.datasets.vectors import one_setting
from arise_zoo.descriptors.settings import CENTRE
from arise_zoo.prototypes import get_prototype
from arise_zoo.structures import StructureSpec, benchmark_structures

from .harness import ROOT, Experiment, Record, document, scored, table

SEED = 4
"""Base seed of what is drawn; the benchmark's is 10, those of selection and training 1 and 2."""


def measure(method: str = "arise-robust", condition: str = "both-0.3-0.1", draws: int = 60, jobs: int = -1) -> Record:
    """The pairs of classes among which the method errs, with the errors and how well the two can be told apart."""
    answers = pq.read_table(ROOT / "leaderboard" / "records" / f"{method}.parquet").to_pandas()
    answers = answers[answers["condition"] == condition]
    wrong = answers[answers["right"] == 0]
    errors = Counter(tuple(sorted(pair)) for pair in zip(wrong["class"], wrong["label"].fillna(""), strict=True))
    pairs = []
    for pair, n in errors.most_common():
        share = round(float(np.mean(answers["class"].isin(pair))), 5)
        found = {"classes": list(pair), "errors": n, "share_of_structures": share}
        pairs.append(found | _told_apart(pair, condition, draws, jobs))
    facts = {"method": method, "condition": condition, "n": len(answers), "errors": len(wrong)}
    return {**facts, "pairs": pairs}


def _told_apart(classes: tuple[str, ...], condition: str, draws: int, jobs: int) -> Record:
    specs = list(benchmark_structures(condition, classes=classes, iterations=draws, seed=SEED))
    x = np.array(Parallel(jobs, batch_size=16)(delayed(_descriptor)(spec) for spec in specs))
    y = np.array([spec.class_id == classes[1] for spec in specs])
    kinds = [f"{spec.class_id} {spec.k} {spec.periodic}" for spec in specs]
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(x, kinds))
    said = cross_val_predict(make_pipeline(StandardScaler(), SVC(C=10.0)), x, y, cv=folds)
    return {"n": len(y), **scored(said == y)}


def _descriptor(spec: StructureSpec) -> np.ndarray:
    return one_setting(spec.build(), *CENTRE)


def page(record: Record) -> str:
    total, errors = record["n"], record["errors"]
    left = sum(pair["share_of_structures"] * (100 - pair["accuracy"]) for pair in record["pairs"])
    return document(
        f"# What is left of {record['condition']} for {record['method']}",
        f"{errors} of {total:,} structures have a wrong label. For each pair of classes among which it errs: errors, "
        "both ways, and how many percent of newly drawn structures of the two a support-vector machine tells apart "
        "that knows only them (cross-validated, with 95 % interval).",
        table(
            "| classes | errors | told apart, % | n |\n"
            "| --- | --: | --: | --: |\n"
            "| {names} | {errors} | {accuracy:.2f} [{ci95[0]:.2f}, {ci95[1]:.2f}] | {n:,} |",
            (p | {"names": " / ".join(get_prototype(c).name for c in p["classes"])} for p in record["pairs"]),
        ),
        f"Were each of these pairs told apart as well as that, and all other classes without error, {100 - left:.2f} % "
        f"of all structures would have the right label, instead of {100 * (1 - errors / total):.2f} %. An ideal "
        "classifier does at least as well.",
    )


EXPERIMENT = Experiment(measure, page, ("scikit-learn",), small={"draws": 5})
