"""`arise-zoo classify`: the crystal structure of files. `arise_zoo.classify` does the work."""

from __future__ import annotations

import argparse
from typing import Any

from .common import add_json_option, add_model_option, add_reading_options, show


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    classify = subparsers.add_parser(
        "classify",
        help="recognise the crystal structure of files",
        description="Name the most probable of the 108 classes for every frame of files that ASE reads, with "
        "uncertainties. Exits with 2 if a structure has no answer.",
    )
    classify.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="file of one or more frames; file@0:100:5 names some of them, - is standard input",
    )
    add_model_option(classify)
    classify.add_argument(
        "--samples", type=int, metavar="N", help="Monte-Carlo passes, 0 for none (default: what the model wants)"
    )
    classify.add_argument("--top", type=int, default=5, metavar="N", help="classes to name (default: 5)")
    classify.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the passes (default: 0)")
    add_reading_options(classify)
    add_json_option(classify)
    classify.set_defaults(function=_classify)


def _classify(args: argparse.Namespace) -> int:
    from ..models.classification import classify

    found = classify(
        args.files,
        model=args.model,
        n_samples=args.samples,
        top=args.top,
        seed=args.seed,
        format=args.format,
        species=args.species,
    )
    show(str(found), found.to_json(), args.json)
    return 2 if any(answer.problem for answer in found) else 0
