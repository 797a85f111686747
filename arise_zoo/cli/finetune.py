"""`arise-zoo finetune`: a shipped network learns further classes. `arise_zoo.finetune` does the work."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .common import add_json_option, add_model_option, show


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    finetune = subparsers.add_parser(
        "finetune",
        help="teach a model further classes",
        description="Teach a model classes of your own: a folder with a subfolder for each, named as the class, of one "
        "or more files of pristine structures that ASE reads, such as CIF.",
    )
    finetune.add_argument("--data", required=True, type=Path, metavar="FOLDER_OF_CLASSES")
    add_model_option(finetune)
    finetune.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the new checkpoint (default: models/MODEL-finetuned)"
    )
    finetune.add_argument("--replace-head", action="store_true", help="forget the old classes")
    finetune.add_argument("--freeze", action="store_true", help="leave all layers but the last as they are")
    finetune.add_argument("--epochs", type=int, default=5, metavar="N", help="of training all layers (default: 5)")
    finetune.add_argument("--seed", type=int, default=0, metavar="N", help="seed of all random draws")
    finetune.add_argument("--jobs", type=int, default=-1, metavar="N", help="processes (default: one per core)")
    add_json_option(finetune)
    finetune.set_defaults(function=_finetune)


def _finetune(args: argparse.Namespace) -> int:
    from ..reading import read_classes

    structures, labels = read_classes(args.data)

    from ..models.training.finetuning import finetune

    out = args.out or Path("models") / f"{Path(args.model).name}-finetuned"
    made = finetune(
        args.model,
        structures,
        labels,
        out=out,
        replace_head=args.replace_head,
        freeze=args.freeze,
        epochs=args.epochs,
        seed=args.seed,
        n_jobs=args.jobs,
        progress=True,
    )
    usage = f'use it: arise_zoo.classify("structure.cif", model="{made.folder}")'
    show(f"{made}\n{usage}", {**asdict(made), "folder": str(made.folder)}, args.json)
    return 0
