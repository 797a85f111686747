"""How the shipped models are made: from the data set `arise/prototypes` to a checkpoint. `arise-zoo train` runs this.

What each model is made from is in `plans` and `rows`, the loop that trains a network in `loop`, what a checkpoint
holds in `checkpoint`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..._version import DATA_VERSION, __version__
from ...errors import UnknownNameError
from ...prototypes import class_ids
from ..baselines.naive_bayes import PARAMETERS, fit_naive_bayes, write_naive_bayes
from ..card import model_card
from ..checkpoint import Facts, write_checkpoint
from ..network.averaged import average, read_network
from ..network.prediction import percent_right
from .loop import calibrate, train_network
from .plans import PLANS, Plan
from .rows import Rows, further_rows, read_rows, together

REFERENCES = tuple(f"{c}/k1/periodic/pristine/0" for c in ("fcc_cu", "nacl", "cu2znsns4", "graphene"))
"""Structures whose prediction is kept with each checkpoint."""


@dataclass(frozen=True)
class Made:
    """A model that was made: the folder it is in, and what it reaches: accuracy (percent) on the `validation` rows,
    which a network is not trained on, and on the `pristine` structures at the central setting."""

    folder: Path
    results: dict[str, float]


def model_names() -> tuple[str, ...]:
    """Names of all models that can be made."""
    return (*PLANS, *PARAMETERS)


def make_model(
    name: str,
    out: str | Path,
    *,
    data: str | Path | None = None,
    plan: Plan | None = None,
    n_jobs: int = -1,
    progress: bool = False,
) -> Made:
    """Make a model in the folder `out/name`.

    Parameters: `name`, one of `model_names()`; `data`, as `folder` of `arise_zoo.load_dataset`; `plan`, in the place of
    the model's own; `n_jobs`, processes that describe structures (-1: one per core). What was stopped goes on where it
    was, from `out/name.work`. Raises `UnknownNameError`, `DatasetError` if the data set is nowhere, and
    `TrainingError`.
    """
    if name not in model_names():
        raise UnknownNameError("model", name, model_names())
    train, validation = (read_rows(data, split) for split in ("train", "validation"))
    if name in PARAMETERS:
        return _make_naive_bayes(name, Path(out), train, validation)
    plan = plan or PLANS[name]
    work = Path(out) / f"{name}.work"
    described: dict[tuple[int, int], list[tuple[np.ndarray, np.ndarray]]] = {}
    networks, records = [], []
    for number, part in enumerate(plan.networks, 1):
        kind = (part.blurred, part.perturbed)
        if kind not in described:
            described[kind] = further_rows(part, work / "structures", n_jobs, progress)
        place = work / f"network-{number}" if plan.further else work
        network, record = _train(part, train, described[kind], validation, place, progress)
        networks.append(network)
        records.append(record)
    record = {**_circumstances(len(train.labels)), **records[0], "averaged_with": records[1:]}
    return _finish(name, Path(out) / name, average(networks), plan, record, train, validation)


def _train(
    plan: Plan,
    train: Rows,
    further: list[tuple[np.ndarray, np.ndarray]],
    validation: Rows,
    work: Path,
    progress: bool,
) -> tuple[Any, dict[str, Any]]:
    """One network, with its logits scaled, and the record of its training."""
    parts = [train[2:0:-1], *further]
    rows = tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))
    network, log = train_network(plan.architecture, plan.recipe, rows, validation[2:0:-1], work, progress=progress)
    factor = calibrate(network, validation[2:0:-1])
    return network, {
        "architecture": asdict(plan.architecture),
        "recipe": asdict(plan.recipe),
        "further_rows": {
            "blurred": plan.blurred,
            "perturbed": plan.perturbed,
            "rows": len(rows[1]) - len(train.labels),
        },
        "log": log,
        "seconds": round(sum(epoch["seconds"] for epoch in log), 1),
        "logit_factor": round(factor, 6),
    }


def _make_naive_bayes(name: str, out: Path, train: Rows, validation: Rows) -> Made:
    rows = together(train, validation)
    fitted = fit_naive_bayes(name, rows.descriptors, rows.labels)
    centre = rows.is_central
    right = fitted.predict(rows.descriptors[centre]) == rows.labels[centre]
    results = {"pristine": round(100 * float(right.mean()), 4)}
    folder = write_naive_bayes(out / name, name, fitted, {**_circumstances(len(rows.labels)), "results": results})
    return Made(folder, results)


def _finish(
    name: str, folder: Path, network: Any, plan: Plan, record: dict[str, Any], train: Rows, validation: Rows
) -> Made:
    from ...descriptors.settings import CENTRAL

    rows = together(train, validation)
    places = [int(np.flatnonzero(rows.is_central & (rows.structures == s))[0]) for s in REFERENCES]
    facts = Facts(
        name,
        class_ids(),
        dict(CENTRAL),
        plan.trained_on_defects,
    )
    reference = REFERENCES, rows.descriptors[places]
    write_checkpoint(folder, network, facts, record, reference, "")
    saved = read_network(folder)
    results = {}
    for what, part in (("validation", validation), ("pristine", Rows(*(c[rows.is_central] for c in rows)))):
        results[what] = percent_right(saved, part.descriptors, part.labels, 100)
    record["results"] = results
    write_checkpoint(folder, network, facts, record, reference, model_card(facts, record))
    return Made(folder, results)


def _circumstances(n_rows: int) -> dict[str, Any]:
    """What besides the recipe decides what comes out."""
    from ...common.environment import hardware, package_versions

    return {
        "data": {"name": "arise/prototypes", "config": "pristine", "version": DATA_VERSION, "rows": n_rows},
        "package_version": __version__,
        "packages": package_versions(("keras", "tensorflow", "scikit-learn")),
        "hardware": hardware(),
    }
