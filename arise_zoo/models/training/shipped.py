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
from ...common.storage import sole_run
from ...descriptors.settings import CENTRAL
from ...errors import UnknownNameError
from ...prototypes import class_ids
from ..baselines.naive_bayes import PARAMETERS, fit_naive_bayes, write_naive_bayes
from ..card import card_of
from ..checkpoint import Facts, write_checkpoint
from ..network.architecture import average
from ..network.forward import read_network
from ..network.prediction import percent_right
from .family import make_family_model
from .loop import calibrate, train_network
from .plans import PLANS, Plan
from .rows import Examples, Rows, further_rows, joined, read_rows, together

REFERENCES = tuple(f"{c}/k1/periodic/pristine/0" for c in ("fcc_cu", "nacl", "cu2znsns4", "graphene"))
"""Structures whose prediction is kept with each checkpoint."""


@dataclass(frozen=True)
class Made:
    """A model that was made: the folder it is in, and what it reaches: accuracy (percent) on the `validation` rows,
    which a network is not trained on, and on the `pristine` structures at the central setting; of models that know
    `unknown`, on structures of the `classes` and of none, `unknown`, and how many of the former are called unknown,
    `lost`."""

    folder: Path
    results: dict[str, float]


def model_names() -> tuple[str, ...]:
    """Names of all models that can be made."""
    return (*PLANS, *PARAMETERS)


def make_model(
    name: str,
    out: str | Path,
    *,
    folder: str | Path | None = None,
    plan: Plan | None = None,
    n_jobs: int = 1,
    progress: bool = False,
) -> Made:
    """Make a model in the folder `out/name`.

    Parameters
    ----------
    name : str
        One of `model_names()`.
    out : str or Path
        Output folder; an interrupted training is resumed from `out/name.work`.
    folder : str or Path, optional
        Where the data set is, as for `arise_zoo.load_dataset`.
    plan : Plan, optional
        Replaces the model's own.
    n_jobs : int, default 1
        Processes that describe structures (-1: one per core).

    Raises
    ------
    UnknownNameError, DatasetError, TrainingError
        For an unknown name, if the data set is not found, or if the training diverges.
    """
    if name not in model_names():
        raise UnknownNameError("model", name, model_names())
    plan = plan or PLANS.get(name)
    if plan is not None and plan.knows_unknown:
        work = Path(out) / f"{name}.work"
        with sole_run(work / ".lock", Path(out) / name):
            results = make_family_model(
                plan, Path(out) / name, work, _circumstances(), n_jobs=n_jobs, progress=progress
            )
        return Made(Path(out) / name, results)
    train, validation = (read_rows(folder, split) for split in ("train", "validation"))
    if plan is None:
        return _make_naive_bayes(name, Path(out), train, validation)
    work = Path(out) / f"{name}.work"
    with sole_run(work / ".lock", Path(out) / name):
        described: dict[tuple[int, int], list[Examples]] = {}
        networks, records = [], []
        for number, part in enumerate(plan.networks, 1):
            kind = (part.blurred, part.perturbed)
            if kind not in described:
                described[kind] = further_rows(part, work / "structures", n_jobs, progress)
            place = work / f"network-{number}" if plan.further else work
            network, record = _train(part, train, described[kind], validation, place, progress)
            networks.append(network)
            records.append(record)
        record = {**_data(len(train.labels)), **_circumstances(), **records[0], "averaged_with": records[1:]}
        facts = Facts(name, class_ids(), dict(CENTRAL), plan.trained_on_defects)
        return _finish(Path(out) / name, average(networks), facts, record, train, validation)


def _train(
    plan: Plan,
    train: Rows,
    further: list[Examples],
    validation: Rows,
    work: Path,
    progress: bool,
) -> tuple[Any, dict[str, Any]]:
    """One network, with its logits scaled, and the record of its training."""
    rows = joined([train.examples, *further])
    network, log = train_network(plan.architecture, plan.recipe, rows, validation.examples, work, progress=progress)
    # Only a network that was trained with smoothed labels is less sure than it should be inside the classes.
    factor = calibrate(network, validation.examples) if plan.recipe.label_smoothing else 1.0
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
    folder = write_naive_bayes(
        out / name, name, fitted, {**_data(len(rows.labels)), **_circumstances(), "results": results}
    )
    return Made(folder, results)


def _finish(folder: Path, network: Any, facts: Facts, record: dict[str, Any], train: Rows, validation: Rows) -> Made:
    rows = together(train, validation)
    places = [int(np.flatnonzero(rows.is_central & (rows.structures == s))[0]) for s in REFERENCES]
    reference = REFERENCES, rows.descriptors[places]
    write_checkpoint(folder, network, facts, record, reference, "")
    saved = read_network(folder)
    results = {}
    for what, part in (("validation", validation), ("pristine", Rows(*(c[rows.is_central] for c in rows)))):
        results[what] = percent_right(saved, part.descriptors, part.labels, 100)
    record["results"] = results
    write_checkpoint(folder, network, facts, record, reference, card_of(facts, record))
    return Made(folder, results)


def _data(n_rows: int) -> dict[str, Any]:
    return {"data": {"name": "arise/prototypes", "config": "pristine", "version": DATA_VERSION, "rows": n_rows}}


def _circumstances() -> dict[str, Any]:
    """What the result depends on apart from data and recipe."""
    from ...common.environment import hardware, package_versions

    return {
        "package_version": __version__,
        "packages": package_versions(("keras", "tensorflow", "scikit-learn")),
        "hardware": hardware(),
    }
