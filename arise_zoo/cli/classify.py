"""`arise-zoo classify`: the crystal structure of files. `arise_zoo.classify` does the work."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import AriseZooError
from .common import add_csv_option, add_json_option, add_model_option, add_reading_options, check_printed

if TYPE_CHECKING:
    from ..models.classification import Classification


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    classify = subparsers.add_parser(
        "classify",
        help="recognise the crystal structure of files",
        description="Name the most probable of the 108 classes for every frame of files that ASE reads, with "
        "uncertainties. A file that cannot be read costs one line; the exit code is then 2, as where a structure has "
        "no answer.",
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
    add_csv_option(classify, "the same as a table of comma-separated values")
    classify.add_argument(
        "--out", metavar="FILE", help="write what would be printed into FILE, as JSON or CSV if its name ends so"
    )
    classify.add_argument(
        "--plot", metavar="FILE", help="draw the class of each frame, in their order, into FILE (PNG)"
    )
    classify.set_defaults(function=_classify)


def _classify(args: argparse.Namespace) -> int:
    from ..models.classification import classify

    outputs = _outputs(args)
    found = classify(
        args.files,
        model=args.model,
        n_samples=args.samples,
        top=args.top,
        seed=args.seed,
        format=args.format,
        species=args.species,
        progress=True,
    )
    for file, form in outputs.items():
        _write(file, _FORMS[form](found))
    if args.plot:
        from ..analysis import plot_timeline, save_figure

        save_figure(plot_timeline(found), args.plot)
    problems = [answer.problem for answer in found if answer.problem]
    if problems:
        print(f"arise-zoo: no answer for {len(problems)} of {len(found)}: {problems[0]}", file=sys.stderr)
    return 2 if problems else 0


_FORMS: dict[str, Callable[[Classification], str]] = {
    "text": lambda found: f"{found}\n",
    "json": lambda found: json.dumps(found.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    "csv": lambda found: found.to_csv(),
}


def _outputs(args: argparse.Namespace) -> dict[str, str]:
    """Form of the answers in each file to be written, "-" for standard output."""
    check_printed(args)
    wanted = {form: vars(args)[form] for form in ("json", "csv") if vars(args)[form]}
    printed = [form for form, file in wanted.items() if file == "-"]
    out = args.out or "-"
    named = Path(out).suffix.lower().lstrip(".")
    outputs = {out: printed[0] if printed else named if named in _FORMS else "text"}
    outputs |= {file: form for form, file in wanted.items() if file != "-"}
    inputs = {Path(name).resolve() for file in args.files for name in (file, file.rpartition("@")[0]) if name}
    for file in outputs:
        if file != "-" and Path(file).is_dir():
            raise AriseZooError(f"{file} is a folder; name a file for the answers.")
        if file != "-" and Path(file).is_file() and Path(file).resolve() in inputs:
            raise AriseZooError(f"{file} is to be read, so that it cannot be written; give the answers another name.")
    return outputs


def _write(file: str, text: str) -> None:
    if file == "-":
        print(text, end="", flush=True)
        return
    from ..common.storage import write_text

    write_text(Path(file), text)
