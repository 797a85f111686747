"""`arise-zoo train`: retrain one of the shipped models, or a variant of it (`arise_zoo.models.training.shipped`)."""

from __future__ import annotations

import argparse
from typing import Any

from .common import add_json_option, show

_NUMBERS = {
    "epochs": (int, "passes over the data"),
    "batch-size": (int, "rows a step"),
    "learning-rate": (float, "highest learning rate"),
    "label-smoothing": (float, "share of probability spread over all classes"),
    "spread-offset": (float, "added to the standard deviation of each input"),
    "mixing": (float, "up to which share another row of its class is mixed into a row"),
    "mixed": (float, "share of rows that are mixed"),
    "weight-decay": (float, "weight decay of AdamW"),
    "average-from": (float, "share of epochs after which weights are averaged"),
    "seed": (int, "seed of all random draws"),
}


_FURTHER = {
    "blurred": "thermally blurred variants of each pristine supercell in the training data",
    "perturbed": "variants with displaced and missing atoms in the training data",
    "field": "structures of each class as one meets them, for arise-field and arise-local",
    "varied": "whole supercells with other free parameters of each class that has some, for arise-field",
    "analytic": "pieces of the perfect crystal of each class, three rows each, for arise-open and arise-field",
    "relatives": "further ones of each class with a near relative, likewise",
    "background": "hundreds of structures of each kind of background, for arise-open, arise-field and arise-local",
    "held-out": "structures of each class on which such a model is measured",
}


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    train = subparsers.add_parser(
        "train",
        help="train a model: arise-mlp, arise-thermal, arise-robust, arise-open, arise-field, arise-local, gnb, bnb",
        description="Train a model on arise/prototypes (arise-open, arise-field, arise-local: on structures made here) "
        "and write its checkpoint into the output folder. The defaults are those of the shipped model. An interrupted "
        "training continues when the same command is given again.",
    )
    train.add_argument("model", help="which model: arise-mlp, arise-thermal, arise-robust, arise-open, ... or bnb")
    train.add_argument(
        "--data", metavar="DIR", help="output folder of `arise-zoo build` (default: ARISE_ZOO_DATA, this one, the Hub)"
    )
    train.add_argument("--out", default="models", metavar="DIR", help="output folder (default: models)")
    train.add_argument("--hidden", metavar="N,N,...", help="units of the hidden layers")
    train.add_argument("--dropout", type=float, metavar="P", help="share of units dropped")
    train.add_argument("--input-dropout", type=float, metavar="P", help="share of inputs dropped, where it is another")
    for name, (kind, meaning) in _NUMBERS.items():
        train.add_argument(f"--{name}", type=kind, metavar="N", help=meaning)
    for name, meaning in _FURTHER.items():
        train.add_argument(f"--{name}", type=int, metavar="N", help=meaning)
    train.add_argument(
        "--jobs", type=int, default=-1, metavar="N", help="processes that describe structures (default: one per core)"
    )
    add_json_option(train)
    train.set_defaults(function=_train)


def _train(args: argparse.Namespace) -> int:
    from ..models.training.plans import PLANS, varied
    from ..models.training.shipped import make_model

    plan = PLANS.get(args.model)
    if plan is not None:
        shape = {"hidden": _units(args.hidden), "dropout": args.dropout, "input_dropout": args.input_dropout}
        recipe = {key: vars(args)[key] for key in _fields(_NUMBERS)}
        rows = {key: vars(args)[key] for key in _fields(_FURTHER)}
        plan = varied(plan, architecture=_given(shape), recipe=_given(recipe), rows=_given(rows))
    made = make_model(args.model, args.out, folder=args.data, plan=plan, n_jobs=args.jobs, progress=True)
    reached = (f"{what} {accuracy:.2f} %" for what, accuracy in made.results.items())
    show("  ".join([str(made.folder), *reached]), {"folder": str(made.folder), "results": made.results}, args.json)
    return 0


def _fields(options: dict[str, Any]) -> list[str]:
    return [option.replace("-", "_") for option in options]


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """What was given on the command line."""
    return {key: value for key, value in values.items() if value is not None}


def _units(text: str | None) -> tuple[int, ...] | None:
    from ..errors import AriseZooError

    try:
        return None if text is None else tuple(int(part) for part in text.split(","))
    except ValueError:
        raise AriseZooError(f"--hidden takes numbers joined by commas, such as 256,512,256, not {text!r}.") from None
