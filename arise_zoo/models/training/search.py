"""The search for a network by Bayesian optimisation over the paper's space, and the paper's choice among what it finds.

A candidate is judged by the validation rows alone; of the best, the one most robust on defects of other seeds than the
benchmark's is taken (Leitherer et al. 2021, Methods, "Neural-network training"). The training itself is in `training`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...common.quiet import import_quietly
from ...common.storage import sole_run, write_json, write_text
from ...errors import AriseZooError
from ..augmentation.perturbed import SELECTION_CONDITIONS, selection_rows
from ..checkpoint import write_network
from ..network.forward import read_network
from ..network.prediction import percent_right
from .loop import TrainingError, train_network
from .plans import PLANS, Plan
from .rows import Examples, further_rows, joined, read_rows

LAYERS, UNITS, BATCH_SIZES = (2, 5), (256, 512), (64, 128)
LEARNING_RATES, DROPOUTS = (1e-4, 1e-2), (0.01, 0.05)
"""The paper's space: number of hidden layers, units of each, rows a step, highest learning rate, share dropped."""

_VALUES = ("hidden", "batch_size", "learning_rate", "dropout")
_PASSES = 100


class SearchError(AriseZooError, RuntimeError):
    """A search that cannot continue, or a folder that holds none."""


@dataclass(frozen=True)
class Candidate:
    """A network of a search: number of the trial, its plan, accuracy (percent) on the validation rows with 100 passes
    (NaN if the training diverged), seconds it took, and the folder with its weights.
    """

    trial: int
    plan: Plan
    validation: float
    seconds: float
    folder: Path

    @property
    def failed(self) -> bool:
        """Whether the training diverged. A network that gets nothing right has not failed."""
        return bool(np.isnan(self.validation))


def search(
    out: str | Path,
    *,
    model: str = "arise-mlp",
    trials: int = 50,
    epochs: int | None = None,
    seed: int = 0,
    folder: str | Path | None = None,
    n_jobs: int = 1,
    progress: bool = False,
) -> list[Candidate]:
    """Train networks whose values are chosen by Bayesian optimisation, and return them, best first.

    An interrupted search resumes, and a finished one continues if `trials` is raised. A trial that diverges ends at
    once and counts as failed.

    Parameters
    ----------
    out : str or Path
        Folder of all trials and their table, `trials.csv`.
    model : str
        Model whose plan gives everything that is not searched.
    trials : int, default 50
        Number of networks.
    epochs : int, optional
        Epochs of each training (default: those of the plan).
    seed : int, default 0
        Seed of all draws.
    folder : str or Path, optional
        Where the data set is, as for `arise_zoo.load_dataset`.
    n_jobs : int, default 1
        Processes that describe structures (-1: one per core).
    progress : bool, default False
        Show progress.

    Raises
    ------
    SearchError
        If `out` holds another search.
    """
    import_quietly("keras")
    import keras_tuner

    place = Path(out)
    plan = PLANS[model]
    for what, number in (("trials", trials), ("epochs", epochs)):
        if number is not None and number < 1:
            raise SearchError(f"the number of {what} must be at least 1, not {number}.")
    plan = replace(plan, recipe=replace(plan.recipe, epochs=epochs or plan.recipe.epochs, seed=seed))
    _remember(place, {"model": model, "plan": asdict(plan), "seed": seed})
    train, validation = (read_rows(folder, split).examples for split in ("train", "validation"))
    rows = joined([train, *further_rows(plan, place / "structures", n_jobs, progress)])

    class Tuner(keras_tuner.Tuner):
        def run_trial(self, trial: Any) -> float:
            number, tried = int(trial.trial_id), _plan(plan, _drawn(trial.hyperparameters))
            if progress:
                print(f"trial {number + 1} of {trials}: {_values(tried)}", flush=True)
            try:
                candidate = _try(place, number, tried, rows, validation, progress)
            except TrainingError as error:
                _keep(place, Candidate(number, tried, float("nan"), float("nan"), _place(place, number)))
                raise keras_tuner.errors.FailedTrialError(str(error)) from error
            except Exception as error:  # keras-tuner would print it and continue
                raise keras_tuner.errors.FatalError from error
            _keep(place, candidate)
            return candidate.validation

    oracle = keras_tuner.oracles.BayesianOptimizationOracle(
        objective=keras_tuner.Objective("validation", "max"),
        max_trials=trials,
        seed=seed or 2**31 - 1,  # keras-tuner takes 0 for no seed at all
        max_consecutive_failed_trials=10,
    )
    oracle.verbose = 0
    space = keras_tuner.HyperParameters()
    _drawn(space)
    oracle.update_space(space)
    with redirect_stdout(io.StringIO()):  # keras-tuner prints to standard output where it resumes
        tuner = Tuner(oracle, hypermodel=_nothing, directory=str(place), project_name="keras-tuner")
    try:
        with sole_run(place / ".lock", place):
            tuner.search()
    except keras_tuner.errors.FatalError as error:
        raise error.__cause__ or error from None
    return candidates(place)


def candidates(folder: str | Path) -> list[Candidate]:
    """The trials of a search, those with the highest validation accuracy first, failed ones last."""
    folder = Path(folder)
    found = [_read(path) for path in sorted(folder.glob("trials/*/trial.json"))]
    if not found:
        raise SearchError(f"{folder} holds no search; start one with `arise-zoo tune --out {folder}`.")
    return sorted(found, key=lambda c: (c.failed, 0.0 if c.failed else -c.validation, c.trial))


def select(
    folder: str | Path,
    *,
    best: int = 15,
    iterations: int = 2,
    n_samples: int = 100,
    conditions: Sequence[str] = SELECTION_CONDITIONS,
    n_jobs: int = 1,
    progress: bool = False,
) -> list[dict[str, Any]]:
    """Measure the `best` candidates of a search on defects of other seeds and return them, most robust first.

    Each entry has the trial, its values, its validation accuracy, its accuracy (percent, mean over `n_samples` passes)
    under each of the `conditions` over `iterations`, and the mean of these, by which candidates are sorted.
    The table is kept as `selection.csv`.
    """
    folder = Path(folder)
    chosen = [c for c in candidates(folder) if not c.failed][:best]
    if not chosen:
        raise SearchError(f"there is no trial in {folder} that did not diverge; run more with `arise-zoo tune`.")
    defects = {
        condition: selection_rows(folder / "structures", condition, iterations, n_jobs, progress)
        for condition in conditions
    }
    table = []
    for candidate in chosen:
        network = read_network(candidate.folder)
        reached = {name: percent_right(network, *rows, n_samples) for name, rows in defects.items()}
        entry = {"trial": candidate.trial, **_values(candidate.plan), "validation": candidate.validation}
        table.append({**entry, "mean": round(float(np.mean(list(reached.values()))), 4), **reached})
    table.sort(key=lambda entry: -entry["mean"])
    _write_table(folder / "selection.csv", table)
    return table


def _try(folder: Path, number: int, plan: Plan, rows: Examples, validation: Examples, progress: bool) -> Candidate:
    import shutil

    place = _place(folder, number)
    network, log = train_network(plan.architecture, plan.recipe, rows, validation, place / "work", progress=progress)
    write_network(place, network)
    write_json(place / "log.json", log)
    shutil.rmtree(place / "work")
    seconds = round(sum(entry["seconds"] for entry in log), 1)
    return Candidate(number, plan, percent_right(read_network(place), *validation, _PASSES), seconds, place)


def _drawn(space: Any) -> dict[str, Any]:
    """The values of a trial; also how keras-tuner learns what there is to draw."""
    depth = space.Int("layers", *LAYERS)
    hidden = [space.Choice(f"units_{i + 1}", UNITS) for i in range(LAYERS[1])][:depth]
    return {
        "hidden": tuple(hidden),
        "batch_size": space.Choice("batch_size", BATCH_SIZES),
        "learning_rate": space.Float("learning_rate", *LEARNING_RATES, sampling="log"),
        "dropout": space.Float("dropout", *DROPOUTS),
    }


def _plan(plan: Plan, values: dict[str, Any]) -> Plan:
    """A plan with the values of a trial."""
    architecture = replace(plan.architecture, hidden=values["hidden"], dropout=values["dropout"])
    recipe = replace(plan.recipe, batch_size=values["batch_size"], learning_rate=values["learning_rate"])
    return replace(plan, architecture=architecture, recipe=recipe)


def _values(plan: Plan) -> dict[str, Any]:
    """The values that a search varies, as `arise-zoo train` takes them."""
    return {
        "hidden": ",".join(map(str, plan.architecture.hidden)),
        "batch_size": plan.recipe.batch_size,
        "learning_rate": plan.recipe.learning_rate,
        "dropout": plan.architecture.dropout,
    }


def _nothing(_: Any) -> None:
    """keras-tuner asks for a function that builds a network; ours are built when they are trained."""


def _place(folder: Path, number: int) -> Path:
    return folder / "trials" / f"{number:04d}"


def _remember(folder: Path, identity: dict[str, Any]) -> None:
    """Write down what is searched; what is there already must be the same."""
    path, identity = folder / "search.json", json.loads(json.dumps(identity))
    if path.is_file():
        if json.loads(path.read_text(encoding="utf-8")) != identity:
            raise SearchError(f"{folder} holds another search; choose another folder or remove it.")
        return
    write_json(path, identity)


def _keep(folder: Path, candidate: Candidate) -> None:
    """Write a trial down, and the table of all."""
    content = {
        "trial": candidate.trial,
        **_values(candidate.plan),
        "validation": None if candidate.failed else candidate.validation,
        "seconds": None if candidate.failed else candidate.seconds,
    }
    write_json(candidate.folder / "trial.json", content)
    table = [json.loads(path.read_text()) for path in sorted(folder.glob("trials/*/trial.json"))]
    _write_table(folder / "trials.csv", table)


def _read(path: Path) -> Candidate:
    content = json.loads(path.read_text(encoding="utf-8"))
    searched = json.loads((path.parents[2] / "search.json").read_text(encoding="utf-8"))
    plan = PLANS[searched["model"]]
    plan = replace(plan, recipe=replace(plan.recipe, **{**searched["plan"]["recipe"]}))
    values = {name: content[name] for name in _VALUES}
    values["hidden"] = tuple(int(units) for units in values["hidden"].split(","))
    validation, seconds = (content[n] if content[n] is not None else float("nan") for n in ("validation", "seconds"))
    return Candidate(content["trial"], _plan(plan, values), validation, seconds, path.parent)


def _write_table(path: Path, table: list[dict[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    write_text(path, text.getvalue())
