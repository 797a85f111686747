"""`arise-zoo train`: make one of the shipped models anew, or one of its kind. `arise_zoo.models.make` does the work."""

from __future__ import annotations

import argparse
from typing import Any

_NUMBERS = {
    "epochs": (int, "passes over the data"),
    "batch-size": (int, "rows a step"),
    "learning-rate": (float, "highest learning rate"),
    "label-smoothing": (float, "share of probability spread over all classes"),
    "spread-offset": (float, "added to the standard deviation of each input"),
    "weight-decay": (float, "weight decay of AdamW"),
    "average-from": (float, "share of epochs after which weights are averaged"),
    "seed": (int, "seed of all random draws"),
}


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    train = subparsers.add_parser(
        "train",
        help="train a model: arise-mlp, gnb, bnb",
        description="Train a model on arise/prototypes and write its checkpoint into the output folder. The defaults "
        "are those of the shipped model. A training that was stopped goes on when the same command is given again.",
    )
    train.add_argument("model", help="which model: arise-mlp, gnb or bnb")
    train.add_argument(
        "--data", metavar="DIR", help="output folder of `arise-zoo build` (default: ARISE_ZOO_DATA, this one, the Hub)"
    )
    train.add_argument("--out", default="models", metavar="DIR", help="output folder (default: models)")
    train.add_argument("--hidden", metavar="N,N,...", help="units of the hidden layers")
    train.add_argument("--dropout", type=float, metavar="P", help="share of units dropped")
    for name, (kind, meaning) in _NUMBERS.items():
        train.add_argument(f"--{name}", type=kind, metavar="N", help=meaning)
    train.set_defaults(function=_train)


def _train(args: argparse.Namespace) -> int:
    from dataclasses import replace

    from ..models.make import RECIPES, make_model

    architecture = recipe = None
    if args.model in RECIPES:
        architecture, recipe = RECIPES[args.model]
        shape = {"hidden": _units(args.hidden), "dropout": args.dropout}
        numbers = {name.replace("-", "_"): getattr(args, name.replace("-", "_")) for name in _NUMBERS}
        architecture = replace(architecture, **{key: value for key, value in shape.items() if value is not None})
        recipe = replace(recipe, **{key: value for key, value in numbers.items() if value is not None})
    made = make_model(
        args.model, args.out, data=args.data, architecture=architecture, recipe=recipe, show_progress=True
    )
    print(made.folder, *(f"{what} {accuracy:.2f} %" for what, accuracy in made.results.items()), sep="  ")
    return 0


def _units(text: str | None) -> tuple[int, ...] | None:
    from ..errors import AriseZooError

    try:
        return None if text is None else tuple(int(part) for part in text.split(","))
    except ValueError:
        raise AriseZooError(f"--hidden takes numbers joined by commas, such as 256,512,256, not {text!r}.") from None
