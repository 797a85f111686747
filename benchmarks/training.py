"""What helps a network that sees pristine structures only, and what seeing more brings: one change at a time.

Trains each variation with several seeds and measures it on the validation rows and on defects of another base seed
than the benchmark's, then writes `training.json` and the table `training.md`. What was trained is kept in the work
folder and not trained again. Usage: python benchmarks/training.py --data DIR [--work DIR] [--seeds N ...]
"""

import argparse
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from arise_zoo.bench.environment import hardware, package_versions
from arise_zoo.bench.scores import interval
from arise_zoo.models.checkpoint import write_network
from arise_zoo.models.passes import Network
from arise_zoo.models.perturbed import SELECTION_SEED, selection_rows
from arise_zoo.models.plans import PLANS, Plan
from arise_zoo.models.rows import further_rows, read_rows
from arise_zoo.models.training import train_network
from arise_zoo.models.uncertainty import predict
from arise_zoo.storage import write_json, write_text

CONDITIONS = ("displacement-0.07", "displacement-0.1", "missing-0.3", "both-0.3-0.1")
ITERATIONS, PASSES = 5, 50
_MLP, _THERMAL, _ROBUST = (PLANS[name] for name in ("arise-mlp", "arise-thermal", "arise-robust"))


def changed(plan: Plan, **values) -> Plan:
    """A plan with other values of its architecture or its recipe."""
    shape = {key: values.pop(key) for key in ("hidden", "dropout", "input_dropout") if key in values}
    architecture, recipe = replace(plan.architecture, **shape), replace(plan.recipe, **values)
    return replace(plan, architecture=architecture, recipe=recipe)


_PLAIN = changed(_MLP, mixing=0.0, label_smoothing=0.0)
VARIATIONS: dict[str, Plan] = {
    "no smoothing, no mixing": _PLAIN,
    "label smoothing 0.1": changed(_MLP, mixing=0.0),
    "rows of one class mixed": changed(_MLP, label_smoothing=0.0),
    "both (`arise-mlp`)": _MLP,
    "`arise-mlp`, inputs dropped too (0.02)": changed(_MLP, input_dropout=0.02),
    "`arise-mlp`, layers of 256, 512 and 256 (Table 1)": changed(_MLP, hidden=(256, 512, 256)),
    "`arise-mlp`, dropout 0.01": changed(_MLP, dropout=0.01),
    "`arise-mlp`, dropout 0.05": changed(_MLP, dropout=0.05),
    "`arise-mlp`, half the epochs": changed(_MLP, epochs=_MLP.recipe.epochs // 2),
    "`arise-mlp`, weights of the last fifth averaged": changed(_MLP, average_from=0.8),
    "`arise-mlp`, inputs divided by the plain deviation": changed(_MLP, spread_offset=1e-9),
    "blurred rows (`arise-thermal`)": _THERMAL,
    "defects (`arise-robust`)": _ROBUST,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="output folder of `arise-zoo build`")
    parser.add_argument("--work", type=Path, default=Path("training-work"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--only", nargs="*", type=int, help="numbers of variations to train, the report takes all")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    train, validation = (read_rows(options.data, split)[2:0:-1] for split in ("train", "validation"))
    tests = {"validation": validation}
    tests |= {c: selection_rows(options.work / "structures", c, ITERATIONS, show_progress=True) for c in CONDITIONS}
    found = []
    for number, (name, plan) in enumerate(VARIATIONS.items()):
        for seed in options.seeds:
            seeded = replace(plan, recipe=replace(plan.recipe, seed=seed))
            path = options.work / f"{number}-{seed}.json"
            if not _is_done(path, seeded) and (options.only is None or number in options.only):
                _train(path, seeded, train, validation, tests, options.work)
            if _is_done(path, seeded):
                found.append({"variation": name, **json.loads(path.read_text())})
    record = {
        "selection_seed": SELECTION_SEED,
        "iterations": ITERATIONS,
        "passes": PASSES,
        "packages": package_versions(("keras", "tensorflow")),
        "hardware": hardware(),
        "runs": found,
    }
    write_json(options.out, record)
    write_text(options.out.with_suffix(".md"), report(record))


def _is_done(path: Path, plan: Plan) -> bool:
    return path.is_file() and json.loads(path.read_text())["plan"] == json.loads(json.dumps(asdict(plan)))


def _train(path: Path, plan: Plan, train, validation, tests: dict, work: Path) -> None:
    parts = [train, *further_rows(plan, work / "structures")]
    rows = tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))
    folder = path.with_suffix(".work")
    network, log = train_network(plan.architecture, plan.recipe, rows, validation, folder, show_progress=True)
    write_network(path.with_suffix(""), network)
    saved = Network(path.with_suffix(""))
    right = {name: predict(saved, x, PASSES).probabilities.argmax(axis=1) == y for name, (x, y) in tests.items()}
    seconds = round(sum(entry["seconds"] for entry in log), 1)
    counts = {name: [int(r.sum()), len(r)] for name, r in right.items()}
    write_json(path, {"plan": asdict(plan), "rows": len(rows[1]), "seconds": seconds, "right": counts})
    shutil.rmtree(folder)


def report(record: dict) -> str:
    """The table: a row a variation, a column for each set of structures; mean over seeds and interval."""
    runs = record["runs"]
    columns = ("validation", *CONDITIONS)
    seeds = sorted({run["plan"]["recipe"]["seed"] for run in runs})
    lines = [
        "# What helps",
        "",
        f"Right labels in percent with {record['passes']} passes: mean of networks with the seeds "
        f"{', '.join(map(str, seeds))}, in brackets the 95 % interval (Wilson) that one network's number of structures "
        "leaves, and below the range over the seeds. Defects have the base seed "
        f"{record['selection_seed']}, {record['iterations']} iterations: not those of the benchmark. Seconds are those "
        f"of the training on {record['hardware']['cores']} cores, of which other work may have had a part.",
        "",
        f"| network | rows | epochs | {' | '.join(columns)} | seconds |",
        f"| --- | --: | --: | {' | '.join(['--:'] * len(columns))} | --: |",
    ]
    for name in dict.fromkeys(run["variation"] for run in runs):
        of = [run for run in runs if run["variation"] == name]
        cells = [f"{of[0]['rows']:,}", str(of[0]["plan"]["recipe"]["epochs"])]
        for column in columns:
            counts = np.array([run["right"][column] for run in of])
            shares, n = 100 * counts[:, 0] / counts[:, 1], int(counts[0, 1])
            correct = np.zeros(n)
            correct[: round(shares.mean() * n / 100)] = 1
            low, high = interval(correct, np.ones(n))
            cells.append(
                f"**{shares.mean():.2f}**<br>[{low:.2f}, {high:.2f}]<br>{shares.min():.2f} - {shares.max():.2f}"
            )
        seconds = "<br>".join(f"{run['seconds']:.0f}" for run in of)
        lines.append(f"| {name} | {' | '.join(cells)} | {seconds} |")
    sizes = {column: runs[0]["right"][column][1] for column in columns}
    lines += ["", "n of each network: " + ", ".join(f"{column} {n:,}" for column, n in sizes.items()) + "."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
