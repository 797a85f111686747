"""`arise-zoo atoms`: the class of every atom along a trajectory. `arise_zoo.analysis.atoms` does the work."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import (
    add_csv_option,
    add_json_option,
    add_model_option,
    add_reading_options,
    add_worker_options,
    check_printed,
    show,
)


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser(
        "atoms",
        help="name the class that every atom is part of, along a trajectory",
        description="Label every atom of every frame of a file. Writes atoms.xyz, the structures with label, "
        "probability and uncertainty of each atom besides all that they had, the same as atoms.parquet and atoms.csv, "
        "fractions.csv and fractions.png, how many atoms each class has in each frame, and structure.png, a picture of "
        "the last frame, into the output folder. An interrupted run continues when the same command is given again.",
    )
    command.add_argument("file", metavar="FILE", help="file of one or more frames; - is standard input")
    command.add_argument("--frames", metavar="0:100:5", help="some of its frames (default: all), as file@0:100:5")
    command.add_argument("--out", default="atoms", metavar="DIR", help="output folder (default: atoms)")
    add_model_option(command, "arise-local")
    command.add_argument(
        "--samples", type=int, metavar="N", help="Monte-Carlo passes, 0 for none (default: what the model wants)"
    )
    command.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the passes (default: 0)")
    add_reading_options(command)
    add_json_option(command)
    add_csv_option(command, "print fractions.csv instead, or write it to FILE too")
    add_worker_options(command)
    command.set_defaults(function=_atoms)


def _atoms(args: argparse.Namespace) -> int:
    from ..analysis.atoms import label_file
    from ..common.storage import write_text

    check_printed(args)
    summary = label_file(
        args.file,
        args.out,
        frames=args.frames,
        model=args.model,
        n_samples=args.samples,
        seed=args.seed,
        format=args.format,
        species=args.species,
        n_jobs=args.jobs,
        scheduler=args.scheduler,
        progress=True,
    )
    table = Path(args.out, "fractions.csv").read_text(encoding="utf-8") if args.csv else ""
    if args.csv and args.csv != "-":
        write_text(Path(args.csv), table)
    lines = [
        *(f"note: {note}" for note in summary["notes"]),
        f"{summary['n_atoms']} atoms in {summary['n_frames']} frame{'s' if summary['n_frames'] > 1 else ''}",
        *(f"  {100 * share:6.2f} %  {label}" for label, share in list(summary["classes"].items())[:5]),
        *(str(Path(args.out) / name) for name in summary["files"]),
    ]
    show(table.rstrip("\n") if args.csv == "-" else "\n".join(lines), summary, args.json)
    return 0
