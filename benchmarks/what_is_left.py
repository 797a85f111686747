"""What a network still confuses under a condition, and what a classifier made for just these classes could reach.

Takes the wrong labels of a method from the committed records. For each pair of classes among which it errs, structures
of both are drawn anew, with another base seed than the benchmark's, and a support-vector machine learns to tell the two
apart by their descriptors (five-fold cross-validation, structures of one supercell and periodicity in all folds). What
it reaches bounds from below what an ideal classifier could do with these descriptors. Writes .json and .md.
Usage: python benchmarks/what_is_left.py [--method arise-robust] [--condition both-0.3-0.1] [--draws 60] [--jobs N]
"""

import argparse
from collections import Counter
from pathlib import Path

import joblib
import numpy as np
import pyarrow.parquet as pq
from arise_zoo.bench.environment import hardware, package_versions
from arise_zoo.bench.scores import interval
from arise_zoo.datasets.settings import CENTRE
from arise_zoo.storage import write_json, write_text
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from arise_zoo.datasets.vectors import one_setting
from arise_zoo.prototypes import get_prototype
from arise_zoo.structures import benchmark_structures

ROOT = Path(__file__).parents[1]
SEED = 4
"""Base seed of what is drawn; the benchmark's is 10, those of selection and training 1 and 2."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", default="arise-robust")
    parser.add_argument("--condition", default="both-0.3-0.1")
    parser.add_argument("--records", type=Path, default=ROOT / "leaderboard" / "records")
    parser.add_argument("--draws", type=int, default=60, help="structures of each supercell")
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    table = pq.read_table(options.records / f"{options.method}.parquet").to_pandas()
    table = table[table["condition"] == options.condition]
    wrong = table[table["right"] == 0]
    pairs = Counter(tuple(sorted(pair)) for pair in zip(wrong["class"], wrong["label"].fillna(""), strict=True))
    found = []
    for (a, b), errors in pairs.most_common():
        share = np.mean(table["class"].isin([a, b]))
        found.append({"classes": [a, b], "errors": errors, "share_of_structures": round(float(share), 5)})
        found[-1].update(_told_apart((a, b), options))
    record = {
        "method": options.method,
        "condition": options.condition,
        "n": len(table),
        "errors": len(wrong),
        "pairs": found,
        "packages": package_versions(("scikit-learn",)),
        "hardware": hardware(),
    }
    write_json(options.out, record)
    write_text(options.out.with_suffix(".md"), report(record))


def _told_apart(classes: tuple[str, str], options: argparse.Namespace) -> dict:
    structures = list(benchmark_structures(options.condition, classes=classes, iterations=options.draws, seed=SEED))
    chunks = [structures[i : i + 16] for i in range(0, len(structures), 16)]
    rows = joblib.Parallel(options.jobs)(joblib.delayed(_describe)(chunk) for chunk in chunks)
    x, y = np.concatenate(rows), np.array([s.class_id == classes[1] for s in structures])
    kinds = [f"{s.class_id} {s.k} {s.periodic}" for s in structures]
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(x, kinds))
    said = cross_val_predict(make_pipeline(StandardScaler(), SVC(C=10.0)), x, y, cv=folds)
    right = (said == y).astype(float)
    low, high = interval(right, np.ones(len(right)))
    return {"n": len(y), "accuracy": round(100 * float(right.mean()), 2), "ci95": [round(low, 2), round(high, 2)]}


def _describe(structures) -> np.ndarray:
    return np.array([one_setting(s.build(), *CENTRE) for s in structures], dtype=np.float32)


def report(record: dict) -> str:
    """The report in Markdown."""
    total, errors = record["n"], record["errors"]
    left = sum(p["share_of_structures"] * (100 - p["accuracy"]) for p in record["pairs"])
    lines = [
        f"# What is left of {record['condition']} for {record['method']}",
        "",
        f"{errors} of {total:,} structures have a wrong label. For each pair of classes among which it errs: errors, "
        "both ways, and how many percent of newly drawn structures of the two a support-vector machine tells apart "
        "that knows only them (cross-validated, with 95 % interval).",
        "",
        "| classes | errors | told apart, % | n |",
        "| --- | --: | --: | --: |",
    ]
    for pair in record["pairs"]:
        names = " / ".join(get_prototype(c).name for c in pair["classes"])
        low, high = pair["ci95"]
        lines.append(f"| {names} | {pair['errors']} | {pair['accuracy']:.2f} [{low:.2f}, {high:.2f}] | {pair['n']:,} |")
    lines += [
        "",
        f"Were each of these pairs told apart as well as that, and all other classes without error, {100 - left:.2f} % "
        f"of all structures would have the right label, instead of {100 * (1 - errors / total):.2f} %. An ideal "
        "classifier does at least as well.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
