"""Calibrate how sure a model may say that it is, and store it in the model's checkpoint.

    python scripts/calibrate_verdicts.py [NAME_OR_FOLDER ...] [--work DIR] [--jobs N] [--check]

Without names, all models of the package. Structures as one meets them, of all classes, and as many of none of them
(`arise_zoo.models.augmentation`), of a seed that neither the benchmark nor any training has, are asked about; from the
doubts of right and wrong answers follow the thresholds (`arise_zoo.models.verdicts`). Descriptors are kept in DIR, from
which an interrupted run goes on. With `--check` nothing is written; the exit status is 1 if a checkpoint holds other
thresholds.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from arise_zoo.common.manifest import MANIFEST, describe_files
from arise_zoo.common.storage import write_json
from arise_zoo.models import Model, load_model, shipped_models
from arise_zoo.models.augmentation.atom_rows import described_atoms
from arise_zoo.models.augmentation.background import KINDS, BackgroundStructure
from arise_zoo.models.augmentation.field import FieldStructure
from arise_zoo.models.augmentation.field_rows import Structure, field_outputs, field_rows
from arise_zoo.models.checkpoint import FACTS
from arise_zoo.models.outputs import UNKNOWN
from arise_zoo.models.verdicts import SCORES, Thresholds, doubts
from arise_zoo.prototypes import class_ids

SEED, VARIANTS, PASSES = 4, 4, 100
PRECISION = 0.95  # of answers that are called sure, half of the structures being of no class
LOST = 0.05  # right answers that may be called none of the classes, and may not be sure for this alone
TOLERANCE = 0.05  # share by which thresholds may differ between machines


def structures() -> dict[str, list[Structure]]:
    """Blocks of structures, by name: as many of the classes as of none of them."""
    blocks: dict[str, list[Structure]] = {
        f"verdict-field-{variant}": [FieldStructure(c, variant, seed=SEED) for c in class_ids()]
        for variant in range(VARIANTS)
    }
    count = len(class_ids()) * VARIANTS // len(KINDS)
    for kind in KINDS:
        blocks[f"verdict-{kind}"] = [BackgroundStructure(kind, n, seed=SEED) for n in range(count)]
    return blocks


def calibrated(model: Model, vectors: np.ndarray, truth: np.ndarray) -> Thresholds:
    """Thresholds from descriptors, shape (n, n_features), and the right labels, shape (n,)."""
    said = model.predict(vectors, PASSES)
    label = np.array(model.labels)[said.probabilities.argmax(axis=1)]
    right = label == truth
    answered = label != UNKNOWN
    aurocs = {name: auroc(doubts(said, name)[answered], right[answered]) for name in SCORES}
    score = max(SCORES, key=lambda name: aurocs[name])
    doubt = doubts(said, score)
    high = float(np.quantile(doubt[right & answered], 1 - LOST))
    sure = min(largest_with(doubt[answered], right[answered], PRECISION), high)
    none = None if UNKNOWN in model.labels else high
    told = {
        "seed": SEED,
        "structures": len(truth),
        "of_no_class": int((truth == UNKNOWN).sum()),
        "passes": PASSES,
        "auroc": round(aurocs[score], 4),
    }
    return Thresholds(score, rounded(sure), None if none is None else rounded(none), told)


def rounded(doubt: float) -> float:
    """To three digits that count."""
    return float(f"{doubt:.3g}")


def auroc(doubt: np.ndarray, right: np.ndarray) -> float:
    """Probability that a wrong answer has more doubt than a right one."""
    from scipy.stats import rankdata

    ranks = rankdata(doubt)
    n = int((~right).sum())
    return float((ranks[~right].sum() - n * (n + 1) / 2) / max(n * int(right.sum()), 1))


def largest_with(doubt: np.ndarray, right: np.ndarray, share: float) -> float:
    """Largest doubt up to which at least this share of the answers is right; 0 if there is none."""
    order = np.argsort(doubt, kind="stable")
    correct = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(correct >= share)
    return float(doubt[order[good[-1]]]) if len(good) else 0.0


def stored(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / FACTS).read_text(encoding="utf-8")))


def store(folder: Path, thresholds: Thresholds) -> None:
    """Write the thresholds into a checkpoint, and its manifest anew."""
    write_json(folder / FACTS, {**stored(folder), "thresholds": thresholds.to_json()})
    names = [file["path"] for file in json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]]
    write_json(folder / MANIFEST, {"files": describe_files(folder, names)})


def differences(before: dict[str, Any] | None, now: Thresholds) -> Iterator[str]:
    """In what stored thresholds are others."""
    new = now.to_json()
    for name in ("score", "sure", "none"):
        old = (before or {}).get(name)
        close = (
            isinstance(old, float) and isinstance(new[name], float) and abs(old - new[name]) <= TOLERANCE * new[name]
        )
        if old != new[name] and not close:
            yield f"{name} is {old}, but {new[name]} comes out"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=shipped_models(), metavar="NAME_OR_FOLDER")
    parser.add_argument("--work", type=Path, metavar="DIR")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wrong = False
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        for name in options.models:
            model = load_model(name)
            describe = described_atoms if model.labels_atoms else None
            vectors, numbers = field_rows(
                work, structures(), model.descriptor, options.jobs, progress=True, describe=describe
            )
            truth = np.array([field_outputs()[n].partition("/")[0] for n in numbers])
            thresholds = calibrated(model, vectors, truth)
            print(model.name, json.dumps(thresholds.to_json()), flush=True)
            if options.check:
                found = list(differences(stored(model.folder).get("thresholds"), thresholds))
                wrong |= bool(found)
                print(*(f"{model.name}: {line}" for line in found), sep="\n")
            else:
                store(model.folder, thresholds)
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
