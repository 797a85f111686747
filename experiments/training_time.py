"""How long the training of each model takes, from nothing to its checkpoint.

`--work` is an output folder as of `arise-zoo train`, which must not hold the model yet; `--data` is the output folder
of `arise-zoo build`, for the models that learn from `arise/prototypes`. Nothing else should be running. Models measured
before stay.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from arise_zoo.common.environment import hardware
from arise_zoo.models.checkpoint import read_training
from arise_zoo.models.training.plans import PLANS
from arise_zoo.models.training.shipped import make_model

from .harness import Experiment, Record, clock, document, machine, table


def measure(work: Path, models: Sequence[str] = tuple(PLANS), data: Path = Path("data")) -> Record:
    """Wall time of one training of each model, and how much of it its networks took."""
    runs = {run["model"]: run for run in EXPERIMENT.record()["runs"]}
    for name in models:
        if (work / name).exists() or (work / f"{name}.work").exists():
            raise SystemExit(f"{work} holds {name} or a part of it; give a fresh folder.")
        begin = time.monotonic()
        training = read_training(make_model(name, work, folder=data, n_jobs=-1, progress=True).folder)
        networks = [training, *training.get("averaged_with", [])]
        runs[name] = {
            "model": name,
            "networks": len(networks),
            "rows": training.get("rows") or training["data"]["rows"] + training["further_rows"]["rows"],
            "epochs": training["recipe"]["epochs"],
            "wall_s": round(time.monotonic() - begin, 1),
            "networks_s": round(sum(network["seconds"] for network in networks), 1),
            "hardware": hardware(),
        }
    return {"runs": [runs[name] for name in PLANS if name in runs]}


def page(record: Record) -> str:
    rows = [
        run | {"all": clock(run["wall_s"]), "of_networks": clock(run["networks_s"]), "machine": machine(run)}
        for run in record["runs"]
    ]
    return document(
        "# Time of training",
        "Wall time of `arise-zoo train`, from nothing to the checkpoint, in minutes and seconds: in all, and that in "
        "which its networks learnt; the rest describes structures. One run with nothing else running, so without an "
        "interval. Rows and epochs are those of the first network.",
        table(
            "| model | networks | rows | epochs | in all | networks | machine |\n"
            "| --- | --: | --: | --: | --: | --: | --- |\n"
            "| `{model}` | {networks} | {rows:,} | {epochs} | {all} | {of_networks} | {machine} |",
            rows,
        ),
    )


EXPERIMENT = Experiment(measure, page, ("keras", "tensorflow", "scikit-learn"))
