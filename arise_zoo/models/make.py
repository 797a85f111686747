"""How the shipped models are made: from the data set `arise/prototypes` to a checkpoint. `arise-zoo train` runs this.

The loop that trains a network is in `training`, what a checkpoint holds in `checkpoint`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .._version import DATA_VERSION, __version__
from ..errors import UnknownNameError
from ..prototypes import class_ids
from .architecture import Architecture
from .checkpoint import Facts, write_checkpoint
from .naive_bayes import PARAMETERS, fit_naive_bayes, write_naive_bayes
from .training import Recipe, calibrate, train_network
from .uncertainty import predict

RECIPES: dict[str, tuple[Architecture, Recipe]] = {
    "arise-mlp": (Architecture(), Recipe(learning_rate=4e-3, label_smoothing=0.1, spread_offset=3e-4)),
}
"""Shape and recipe of each network."""

REFERENCES = tuple(f"{c}/k1/periodic/pristine/0" for c in ("fcc_cu", "nacl", "cu2znsns4", "graphene"))
"""Structures whose prediction is kept with each checkpoint."""


class Rows(NamedTuple):
    """Rows of `arise/prototypes` (pristine): structure ids, class numbers, descriptors, shape (n, 316), and which rows
    have the central setting."""

    structures: np.ndarray
    labels: np.ndarray
    descriptors: np.ndarray
    is_central: np.ndarray


@dataclass(frozen=True)
class Made:
    """A model that was made: the folder it is in, and what it reaches: accuracy (percent) on the `validation` rows,
    which a network is not trained on, and on the `pristine` structures at the central setting."""

    folder: Path
    results: dict[str, float]


def model_names() -> tuple[str, ...]:
    """Names of all models that can be made."""
    return (*RECIPES, *PARAMETERS)


def make_model(
    name: str,
    out: str | Path,
    *,
    data: str | Path | None = None,
    architecture: Architecture | None = None,
    recipe: Recipe | None = None,
    show_progress: bool = False,
) -> Made:
    """Make a model in the folder `out/name`.

    Parameters: `name`, one of `model_names()`; `data`, as `folder` of `arise_zoo.load_dataset`; `architecture` and
    `recipe`, in the place of the model's own. A training that was stopped goes on where it was, from `out/name.work`.
    Raises `UnknownNameError`, `DatasetError` if the data set is nowhere, and `TrainingError`.
    """
    if name not in model_names():
        raise UnknownNameError("model", name, model_names())
    train, validation = (read_rows(data, split) for split in ("train", "validation"))
    if name in PARAMETERS:
        return _make_naive_bayes(name, Path(out), train, validation)
    own_architecture, own_recipe = RECIPES[name]
    architecture, recipe = architecture or own_architecture, recipe or own_recipe
    work = Path(out) / f"{name}.work"
    network, log = train_network(
        architecture, recipe, train[2:0:-1], validation[2:0:-1], work, show_progress=show_progress
    )
    factor = calibrate(network, validation[2:0:-1])
    return _finish(name, Path(out) / name, network, log, factor, architecture, recipe, train, validation)


def read_rows(data: str | Path | None, split: str) -> Rows:
    """Rows of one split of the pristine data set."""
    from ..datasets import load_dataset
    from ..datasets.settings import CENTRE

    table = load_dataset("prototypes", "pristine", split=split, folder=data).with_format("arrow")[:]
    settings = [table[column].to_numpy() for column in ("r_cut", "sigma", "extrinsic_scale")]
    return Rows(
        np.array(table["structure_id"].to_pylist()),
        table["label"].to_numpy(),
        table["descriptor"].combine_chunks().flatten().to_numpy().reshape(len(table), -1),
        np.all([values == centre for values, centre in zip(settings, CENTRE, strict=True)], axis=0),
    )


def _together(*parts: Rows) -> Rows:
    return Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _make_naive_bayes(name: str, out: Path, train: Rows, validation: Rows) -> Made:
    rows = _together(train, validation)
    fitted = fit_naive_bayes(name, rows.descriptors, rows.labels)
    centre = rows.is_central
    right = fitted.predict(rows.descriptors[centre]) == rows.labels[centre]
    results = {"pristine": round(100 * float(right.mean()), 4)}
    folder = write_naive_bayes(out / name, name, fitted, {**_circumstances(len(rows.labels)), "results": results})
    return Made(folder, results)


def _finish(
    name: str,
    folder: Path,
    network: Any,
    log: list[dict[str, float]],
    logit_factor: float,
    architecture: Architecture,
    recipe: Recipe,
    train: Rows,
    validation: Rows,
) -> Made:
    from ..datasets.settings import BASIS, CENTRE, L_MAX, N_MAX
    from .passes import Network

    rows = _together(train, validation)
    places = [int(np.flatnonzero(rows.is_central & (rows.structures == s))[0]) for s in REFERENCES]
    facts = Facts(
        name,
        class_ids(),
        {"r_cut": CENTRE[0], "sigma": CENTRE[1], "n_max": N_MAX, "l_max": L_MAX, "basis": BASIS}
        | {"extrinsic_scale": CENTRE[2]},
    )
    record = {
        "architecture": asdict(architecture),
        "recipe": asdict(recipe),
        **_circumstances(len(train.labels)),
        "log": log,
        "logit_factor": round(logit_factor, 6),
    }
    reference = REFERENCES, rows.descriptors[places]
    write_checkpoint(folder, network, facts, record, reference, "")
    saved = Network(folder)
    results = {}
    for what, part in (("validation", validation), ("pristine", Rows(*(c[rows.is_central] for c in rows)))):
        said = predict(saved, part.descriptors, 100).probabilities.argmax(axis=1)
        results[what] = round(100 * float(np.mean(said == part.labels)), 4)
    record["results"] = results
    write_checkpoint(folder, network, facts, record, reference, model_card(facts, record))
    return Made(folder, results)


def _circumstances(n_rows: int) -> dict[str, Any]:
    """What besides the recipe decides what comes out."""
    from ..bench.environment import hardware, package_versions

    return {
        "data": {"name": "arise/prototypes", "config": "pristine", "version": DATA_VERSION, "rows": n_rows},
        "package_version": __version__,
        "packages": package_versions(("keras", "tensorflow", "scikit-learn")),
        "hardware": hardware(),
    }


def model_card(facts: Facts, record: dict[str, Any]) -> str:
    """The model card, Markdown with the Hub's YAML head."""
    architecture, recipe, results = record["architecture"], record["recipe"], record["results"]
    widths = [architecture["n_features"], *architecture["hidden"], architecture["n_classes"]]
    seen = "defective structures too" if facts.trained_on_defects else "pristine structures only"
    settings = "\n".join(f"| `{key}` | {value} |" for key, value in facts.descriptor.items())
    return f"""---
license: apache-2.0
library_name: keras
pipeline_tag: other
tags: [crystal-structure, materials-science, bayesian-deep-learning]
datasets: [arise/prototypes]
---

# {facts.name}

Names the prototype of a crystal structure, one of 108 classes, with uncertainties: a multilayer perceptron on the
averaged SOAP descriptor whose dropout stays on at prediction. The network of A. Leitherer, A. Ziletti and L. M.
Ghiringhelli, Nat. Commun. 12, 6234 (2021), trained anew on {seen}.

```python
import arise_zoo

print(arise_zoo.classify("structure.cif", model="{facts.name}"))
model = arise_zoo.load_model("{facts.name}")
model.predict_proba(model.describe([atoms]))  # columns: model.labels
```

`keras.saving.load_model(folder)` reads it as well, once `arise_zoo.models.layers` is imported.

## Input and output

Layers {" - ".join(map(str, widths))}, dropout {architecture["dropout"]:g} on the input and before each ReLU, softmax.
The first layer standardises the descriptor. Descriptor (`arise_zoo.descriptors.AveragedSOAP`; lengths in units of the
most frequent nearest-neighbour distance):

| parameter | value |
| --- | --- |
{settings}

## Training

{record["data"]["rows"]:,} rows of `arise/prototypes` (version {record["data"]["version"]}), Adam,
{recipe["epochs"]} epochs, batch {recipe["batch_size"]},
one cycle of the learning rate up to {recipe["learning_rate"]:g}, label smoothing
{recipe["label_smoothing"]:g}, seed {recipe["seed"]}; then the logits were scaled by {record["logit_factor"]:.3f}, the
factor at which the validation rows are most likely. `training.json` has everything else. Repeat it with
`arise-zoo train {facts.name}`.

Accuracy with 100 Monte-Carlo passes: validation rows {results["validation"]:.2f} %, pristine structures at the central
setting {results["pristine"]:.2f} %. For displaced and missing atoms see the benchmark,
`arise-bench --method {facts.name}`.

## Limits

It knows 108 prototypes and names the most similar of them for everything it is shown; look at the mutual information
before believing it. Elements are not seen, only which sites are alike. Some classes are nearly the same structure, such
as hexagonal and rhombohedral graphite, Cu2ZnSiS4 and Cu2CdGeS4, graphene and C3N.
"""
