"""How far chance moves the cells of the tables, and which base seed is the most typical.

Runs CNA, a-CNA and BAA (three classes each, so that chance is largest) on Tables S1-S3 with the base seeds 0 to 11. The
choice of the seed does not look at the paper's values. PTM, with twelve classes, moves less. Results are kept in the
folder `--work`, one folder for each seed, and are not made again.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from arise_zoo import evaluate
from arise_zoo._version import BASE_SEED

from .harness import Experiment, Record, document, table

METHODS = ("cna", "a-cna", "baa")


def measure(
    work: Path = Path("results-of-seeds"), seeds: Sequence[int] = tuple(range(12)), iterations: int = 10
) -> Record:
    """Accuracy of every cell with every seed, in percent, beside the paper's."""
    runs = []
    for seed in seeds:
        options = {"iterations": iterations, "seed": seed, "n_jobs": -1, "out": work / str(seed), "progress": True}
        records = {method: evaluate(method, "S1,S2,S3", **options) for method in METHODS}
        runs.append([{"method": m} | c for m, r in records.items() for c in r["cells"] if c["table"] != "2"])
    keys = ("method", "table", "scored_on", "condition", "paper")
    cells = [{k: of[0][k] for k in keys} | {"accuracy": [c["accuracy"] for c in of]} for of in zip(*runs, strict=True)]
    return {"iterations": iterations, "seeds": list(seeds), "published_seed": BASE_SEED, "cells": cells}


def page(record: Record) -> str:
    cells, seeds = record["cells"], record["seeds"]
    ours = np.array([cell["accuracy"] for cell in cells]).T  # shape (n_seeds, n_cells)
    paper = np.array([cell["paper"] for cell in cells])
    names = [f"{c['method']}, Table {c['table']}, {c['scored_on']}, {c['condition']}" for c in cells]
    mean, deviation = ours.mean(axis=0), ours.std(axis=0, ddof=1)
    random = deviation > 0.05
    distance = (paper - mean)[random] / deviation[random]
    farthest = np.abs(paper - mean).argmax()
    moved, worst = np.abs(ours - mean).max(axis=1), np.abs(ours - paper).argmax(axis=1)
    rows = [
        {"seed": seed, "moved": moved[i], "error": ours[i, worst[i]] - paper[worst[i]], "cell": names[worst[i]]}
        for i, seed in enumerate(seeds)
    ]
    return document(
        "# How far chance moves the tables",
        f"{', '.join(METHODS)} on Tables S1, S2 and S3, {record['iterations']} iterations, base seeds {seeds[0]} to "
        f"{seeds[-1]}: {len(cells)} cells, of which {random.sum()} depend on chance by more than 0.05 points.",
        f"The mean over seeds is within {np.abs(paper - mean).max():.2f} points of the paper in every cell. It is "
        f"farthest for {names[farthest]}: {mean[farthest]:.2f} with a standard deviation of "
        f"{deviation[farthest]:.2f} between seeds, paper {paper[farthest]:.2f}. In units of the standard deviation "
        f"between seeds, the paper's values lie at a root mean square of {np.sqrt((distance**2).mean()):.2f} from the "
        "mean: what one more seed would give.",
        table(
            "| base seed | largest distance from the mean over seeds | largest difference from the paper | cell |\n"
            "| --: | --: | --: | --- |\n"
            "| {seed} | {moved:.2f} | {error:+.2f} | {cell} |",
            rows,
        ),
        f"The seed with the smallest largest distance from the mean over seeds is {seeds[moved.argmin()]}; the "
        f"published structures have base seed {record['published_seed']}.",
    )


EXPERIMENT = Experiment(measure, page, ("ovito",), small={"seeds": (0, 1), "iterations": 1})
