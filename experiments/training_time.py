"""How long the training of `arise-mlp` takes.

`--data` is the output folder of `arise-zoo build`; nothing else should be running.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from arise_zoo.models.checkpoint import read_training
from arise_zoo.models.training.plans import PLANS
from arise_zoo.models.training.shipped import make_model

from .harness import Experiment, Record, document, machine

MODEL = "arise-mlp"


def measure(data: Path, epochs: int = PLANS[MODEL].recipe.epochs) -> Record:
    """What the record of one training says."""
    plan = replace(PLANS[MODEL], recipe=replace(PLANS[MODEL].recipe, epochs=epochs))
    with tempfile.TemporaryDirectory() as folder:
        training = read_training(make_model(MODEL, folder, folder=data, plan=plan, n_jobs=-1).folder)
    return {key: training[key] for key in ("seconds", "architecture", "recipe", "data")}


def page(record: Record) -> str:
    return document(
        "# Time of training",
        f"`{MODEL}`, {record['recipe']['epochs']} epochs of {record['data']['rows']:,} rows, one run: "
        f"{record['seconds']:.0f} s on {machine(record)}.",
    )


EXPERIMENT = Experiment(measure, page, ("keras", "tensorflow", "scikit-learn"), small={"epochs": 1})
