"""`arise-zoo tune` and `arise-zoo select`: search for a network. `arise_zoo.models.training.search` does the work."""

from __future__ import annotations

import argparse
from typing import Any

from .common import add_json_option, show

_MODELS = ("arise-mlp", "arise-thermal", "arise-robust")


def add_commands(subparsers: Any) -> None:
    """Add both commands."""
    tune = subparsers.add_parser(
        "tune",
        help="search for a network's shape and learning rate",
        description="Train networks of the paper's search space, each chosen by Bayesian optimisation after those "
        "before, and keep all trials in the table trials.csv. An interrupted search continues when the same command "
        "is given again.",
    )
    tune.add_argument("model", nargs="?", default="arise-mlp", choices=_MODELS, help="whose recipe gives all else")
    tune.add_argument("--data", metavar="DIR", help="output folder of `arise-zoo build`")
    tune.add_argument("--out", default="search", metavar="DIR", help="folder of the search (default: search)")
    tune.add_argument("--trials", type=int, default=50, metavar="N", help="networks to train in all (default: 50)")
    tune.add_argument("--epochs", type=int, metavar="N", help="epochs of each (default: the model's; 300 in the paper)")
    tune.add_argument("--seed", type=int, default=0, metavar="N", help="seed of all draws (default: 0)")
    tune.set_defaults(function=_tune)

    select = subparsers.add_parser(
        "select",
        help="choose the most robust of the best networks of a search",
        description="Measure the networks of `arise-zoo tune` with the highest validation accuracy on defects of other "
        "seeds than the benchmark's, and print them, most robust first.",
    )
    select.add_argument("--out", default="search", metavar="DIR", help="folder of the search (default: search)")
    select.add_argument("--best", type=int, default=15, metavar="N", help="networks to compare (default: 15)")
    select.add_argument(
        "--iterations", type=int, default=2, metavar="N", help="random draws for each supercell (default: 2)"
    )
    select.add_argument("--samples", type=int, default=100, metavar="N", help="Monte-Carlo passes (default: 100)")
    select.set_defaults(function=_select)
    for command in (tune, select):
        add_json_option(command)
        command.add_argument(
            "--jobs", type=int, default=-1, metavar="N", help="processes that describe structures (default: all cores)"
        )


def _tune(args: argparse.Namespace) -> int:
    from ..models.training.search import search

    found = search(
        args.out,
        model=args.model,
        trials=args.trials,
        epochs=args.epochs,
        seed=args.seed,
        folder=args.data,
        n_jobs=args.jobs,
        progress=True,
    )
    best = found[0].validation
    table = f"{args.out}/trials.csv"
    text = f"{table}: {len(found)} trials, best on the validation rows {best:.2f} %"
    show(text, {"table": table, "trials": len(found), "best_validation": best}, args.json)
    return 0


def _select(args: argparse.Namespace) -> int:
    from ..models.training.search import select

    table = select(
        args.out,
        best=args.best,
        iterations=args.iterations,
        n_samples=args.samples,
        n_jobs=args.jobs,
        progress=True,
    )
    lines = [f"{'trial':>5} {'hidden':<20}{'batch':>6}{'rate':>10}{'dropout':>9}{'validation':>12}{'defects':>9}"]
    for entry in table:
        lines.append(
            f"{entry['trial']:>5} {entry['hidden']:<20}{entry['batch_size']:>6}{entry['learning_rate']:>10.2e}"
            f"{entry['dropout']:>9.3f}{entry['validation']:>12.2f}{entry['mean']:>9.2f}"
        )
    show("\n".join(lines), table, args.json)
    return 0
