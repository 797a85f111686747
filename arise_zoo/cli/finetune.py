"""`arise-zoo finetune`: a shipped network learns further classes. `arise_zoo.finetune` does the work."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import AriseZooError


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    finetune = subparsers.add_parser(
        "finetune",
        help="teach a model further classes",
        description="Teach a model classes of your own: a folder with a subfolder for each, named as the class, of one "
        "or more files of pristine structures that ASE reads, such as CIF.",
    )
    finetune.add_argument("--data", required=True, type=Path, metavar="FOLDER_OF_CLASSES")
    finetune.add_argument("--model", default="arise-mlp", help="name, folder or Hub id (default: arise-mlp)")
    finetune.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the new checkpoint (default: models/MODEL-finetuned)"
    )
    finetune.add_argument("--replace-head", action="store_true", help="forget the old classes")
    finetune.add_argument("--freeze", action="store_true", help="leave all layers but the last as they are")
    finetune.add_argument("--epochs", type=int, default=5, metavar="N", help="of training all layers (default: 5)")
    finetune.add_argument("--seed", type=int, default=0, metavar="N", help="seed of all random draws")
    finetune.add_argument("--jobs", type=int, default=-1, metavar="N", help="processes (default: one per core)")
    finetune.add_argument("--json", action="store_true", help="print what came out as JSON")
    finetune.set_defaults(function=_finetune)


def _finetune(args: argparse.Namespace) -> int:
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
    if args.json:
        print(json.dumps({**asdict(made), "folder": str(made.folder)}, indent=1))
    else:
        print(made)
        print(f'use it: arise_zoo.classify("structure.cif", model="{made.folder}")')
    return 0


def read_classes(folder: Path) -> tuple[list[Any], list[str]]:
    """Structures of a folder of classes and the name of each one's class; raises `AriseZooError` with one sentence."""
    from ..common.structure_files import read_frames

    if not folder.is_dir():
        raise AriseZooError(f"there is no folder {folder}; name one with a subfolder for each class.")
    structures, labels = [], []
    for of_class in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        files = sorted(path for path in of_class.iterdir() if path.is_file() and not path.name.startswith("."))
        if not files:
            raise AriseZooError(f"the folder {of_class} holds no file; put a structure of the class into it.")
        for path in files:
            frames = read_frames(path)
            for atoms in frames:
                atoms.info["file"] = f"{of_class.name}/{path.name}"
            structures += frames
            labels += [of_class.name] * len(frames)
    if not labels:
        raise AriseZooError(f"{folder} holds no class; put a subfolder for each class into it.")
    return structures, labels
