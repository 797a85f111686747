"""What each ingredient of the training of `arise-field` gives: smaller trainings, each without one of them.

Networks of the shape and recipe of `arise-field` learn a share of its structures, for fewer epochs; their right labels
under some conditions of the benchmark are those of `arise-bench`. `--work` keeps what was described and trained,
`--descriptors` those of the benchmark's structures (as `arise-bench --descriptors`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from arise_zoo.benchmark import evaluate
from arise_zoo.common.storage import write_json
from arise_zoo.methods.network import BayesianNetworkMethod
from arise_zoo.models import Model, load_model
from arise_zoo.models.augmentation.background import KINDS
from arise_zoo.models.augmentation.field_rows import field_blocks, field_outputs, field_rows
from arise_zoo.models.checkpoint import Facts, write_checkpoint
from arise_zoo.models.outputs import UNKNOWN
from arise_zoo.models.training.family import DESCRIPTOR, PASSES, amounts_of, weigh
from arise_zoo.models.training.loop import train_network
from arise_zoo.models.training.plans import FAMILY, PLANS
from arise_zoo.prototypes import class_ids

from .harness import Experiment, Record, document, seeds_cell, table

KNOWN = ("displacement-0.1", "both-0.3-0.1", "substitution-0.1", "thermal-0.08", "cluster-40", "md-1", "variant-far")
NONE = ("unknown", "liquid-1.3")
"""Conditions, of structures of the classes and of none."""

ODDS = "prior odds"
WITHOUT: dict[str, Callable[[str], bool]] = {
    "all of it": lambda _: False,
    "pairs of perfect crystals": lambda block: block.startswith("analytic"),
    "more of near relatives": lambda block: block.startswith("relatives"),
    "crystals of other free parameters": lambda block: block.startswith("varied"),
    "pieces that suffered much": lambda block: block.startswith("field"),
    "packings and gases": lambda block: block.startswith("disordered"),
    "crystals of random symmetry": lambda block: block.startswith("stranger"),
    "other orders, superlattices, layers": lambda block: block.startswith(("ordering", "superlattice", "layered")),
    "filled packings and molecules": lambda block: block.startswith(("filled", "molecular")),
    "any background": lambda block: block.startswith(KINDS),
    ODDS: lambda _: False,
}
"""What is left out: of which blocks of rows, or the prior odds of common lattices."""


@dataclass(frozen=True)
class _Trained(BayesianNetworkMethod):
    """The model in a folder."""

    folder: str = ""

    @property
    def _model(self) -> Model:
        return load_model(self.folder)


def measure(
    work: Path = Path("ablation-work"),
    descriptors: Path = Path("kept"),
    seeds: Sequence[int] = (0, 1),
    field: int = 37,
    varied: int = 67,
    analytic: int = 20,
    relatives: int = 33,
    background: int = 9,
    epochs: int = 24,
) -> Record:
    """Right labels of networks without each ingredient, for each seed, under each condition."""
    plan = replace(
        PLANS["arise-field"],
        field=field,
        varied=varied,
        analytic=analytic,
        relatives=relatives,
        background=background,
    )
    blocks = field_blocks(amounts_of(plan))
    runs = []
    for number, (name, leaves_out) in enumerate(WITHOUT.items()):
        kept = {block: structures for block, structures in blocks.items() if not leaves_out(block)}
        for seed in seeds:
            folder = work / f"{number}-seed-{seed}"
            if not (folder / "rows.json").is_file():
                rows = field_rows(work / "structures", kept, DESCRIPTOR, n_jobs=-1, progress=True)
                trained = work / f"0-seed-{seed}" if name == ODDS else folder  # the same network
                _train(folder / "model", trained / "work", rows, seed, epochs, 1.0 if name == ODDS else None)
                write_json(folder / "rows.json", {"rows": len(rows[1])})
            method = _Trained(f"without-{number}-{seed}", n_samples=PASSES, folder=str(folder / "model"))
            found = evaluate(method, table="2,S1,S2,S3,D,M,V", only=[*KNOWN, *NONE], descriptors=descriptors, n_jobs=-1)
            runs.append({"without": name, "seed": seed, "rows": _n_rows(folder), "right": _right(found)})
    return {"runs": runs, "epochs": epochs, "structures": {kind: getattr(plan, kind) for kind in FAMILY}}


def _train(
    model: Path, work: Path, rows: tuple[np.ndarray, np.ndarray], seed: int, epochs: int, odds: float | None
) -> None:
    plan = PLANS["arise-field"]
    recipe = replace(plan.recipe, seed=seed, epochs=epochs)
    few = rows[0][:64], rows[1][:64]  # nothing is chosen by validation
    network, log = train_network(plan.architecture, recipe, rows, few, work, progress=True)
    weigh(network, plan.odds if odds is None else odds)
    labels = (*class_ids(), UNKNOWN)
    facts = Facts("model", labels, DESCRIPTOR, True, field_outputs(), PASSES)
    write_checkpoint(model, network, facts, {"log": log}, (["first"], rows[0][:1]), "")


def _n_rows(folder: Path) -> int:
    return int(json.loads((folder / "rows.json").read_text(encoding="utf-8"))["rows"])


def _right(record: Mapping[str, Any]) -> dict[str, list[int]]:
    """How many labels are right, of how many, under each condition."""
    counts = {name: np.sum(list(of.values()), axis=0) for name, of in record["per_class"].items()}
    return {name: [int(n) for n in counts[name]] for name in (*KNOWN, *NONE)}


def page(record: Record) -> str:
    columns, rows = (*KNOWN, *NONE), []
    for name in dict.fromkeys(run["without"] for run in record["runs"]):
        of = [run for run in record["runs"] if run["without"] == name]
        cells = " | ".join(seeds_cell([run["right"][column] for run in of], 1) for column in columns)
        rows.append(
            {"name": name if name == "all of it" else f"without {name}", "n": f"{of[0]['rows']:,}", "cells": cells}
        )
    first, seeds = record["runs"][0]["right"], sorted({run["seed"] for run in record["runs"]})
    return document(
        "# What each ingredient gives",
        *_made_of(record),
        "Right labels in percent of networks of the shape and recipe of `arise-field`, each trained on a third of its "
        f"structures for {record['epochs']} epochs, without one ingredient: mean over seeds "
        f"{', '.join(map(str, seeds))}, in brackets the 95 % interval (Wilson) that one network's number of structures "
        "leaves, below the range over the seeds. Right for `unknown` (crystals of other prototypes) and `liquid-1.3` "
        "(melts) is the answer `unknown`. Frames of one run of molecular dynamics are not independent: intervals of "
        "`md-1` and `liquid-1.3` are too short.",
        table(
            f"| trained on | rows | {' | '.join(columns)} |\n"
            f"| --- | --: | {' | '.join(['--:'] * len(columns))} |\n"
            "| {name} | {n} | {cells} |",
            rows,
        ),
        f"n of each network: {', '.join(f'{name} {first[name][1]:,}' for name in columns)}.",
    )


def _made_of(record: Record) -> list[str]:
    if "structures" in record:
        return [f"Structures: {', '.join(f'{kind} {n}' for kind, n in record['structures'].items() if n)}."]
    return [
        "These networks were trained by the recipe before the present one: whole supercells that suffered little, "
        "or are hot and incomplete, have since given way to rows drawn from pairs of perfect crystals."
    ]


EXPERIMENT = Experiment(
    measure,
    page,
    page_path="docs/ablation.md",
    packages=("tensorflow", "numba"),
    small={
        **{"seeds": (0,), "field": 2, "varied": 1, "analytic": 1, "relatives": 1},
        **{"background": 1, "epochs": 1},
    },
)
