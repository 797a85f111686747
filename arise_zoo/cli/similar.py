"""`arise-zoo index` and `arise-zoo similar`: libraries of structures, and what is near in them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import AriseZooError
from .common import add_csv_option, add_json_option, add_reading_options, check_printed, show

if TYPE_CHECKING:
    from ..index import StructureIndex


def add_commands(subparsers: Any) -> None:
    """Add the two commands."""
    index = subparsers.add_parser("index", help="make an index of a library of structures")
    actions = index.add_subparsers(required=True, metavar="COMMAND")
    build = actions.add_parser(
        "build",
        help="make an index of files, folders or databases of structures",
        description="Make an index, in which `arise-zoo similar` finds what is near: a folder with the structures, "
        "their vectors and a manifest. What cannot be used is left out and named on standard error. If it broke off, "
        "the same command goes on with what has been described, which is kept beside the folder until it is whole.",
    )
    build.add_argument(
        "library",
        nargs="+",
        metavar="LIBRARY",
        help="file of structures, folder of files, database of ASE, configuration of a data set of this package "
        "(arise/dynamics:solids), or the word classes for the 108 classes",
    )
    build.add_argument("--out", required=True, metavar="INDEX", help="folder of the index")
    build.add_argument("--name", metavar="NAME", help="name of the index (default: that of the folder)")
    _add_jobs(build)
    add_json_option(build)
    build.set_defaults(function=_build)

    similar = subparsers.add_parser(
        "similar",
        help="find what is near to a structure, or the same structures in a folder",
        description="Name the entries of an index that are nearest to every frame of files, with what their distance "
        "means and how probable it is that the nearest is right; with --csv, the nearest one of each, a line a "
        "structure. With --pairs: the groups of the same structure in a library. Exits with 2 if a structure has no "
        "answer.",
    )
    what = similar.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "files",
        nargs="*",
        default=[],
        metavar="FILE",
        help="file of one or more frames, or a folder, database or data set as of index build",
    )
    what.add_argument(
        "--pairs", metavar="LIBRARY", help="folder, file or database in which to find the same structures"
    )
    similar.add_argument(
        "--index",
        metavar="INDEX",
        help="folder of an index, or OWNER/NAME on the Hub (default: the prototypes of this package)",
    )
    similar.add_argument("--revision", metavar="TAG", help="tag or commit of an index on the Hub")
    similar.add_argument("-k", type=int, default=5, metavar="N", help="entries to name (default: 5)")
    similar.add_argument("--geometry", action="store_true", help="compare geometry alone, whatever the species")
    similar.add_argument(
        "--any-elements", action="store_true", help="with --pairs: take no account of elements and lattice constants"
    )
    similar.add_argument("--matcher", action="store_true", help="ask pymatgen's StructureMatcher about each entry too")
    _add_jobs(similar)
    add_reading_options(similar)
    add_json_option(similar)
    add_csv_option(similar, "print the nearest entry of each structure as comma-separated values instead, or write it")
    similar.set_defaults(function=_similar)


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jobs", type=int, default=-1, metavar="N", help="processes (default: one per core)")


def _build(args: argparse.Namespace) -> int:
    import shutil

    from ..common.storage import check_room
    from ..index import StructureIndex

    check_room(Path(args.out))  # before the library is described
    out = Path(args.out).resolve()
    keep = out.with_name(f".{out.name}.described")
    index = StructureIndex.build(
        args.library, args.name or out.name, skip=True, keep=keep, n_jobs=args.jobs, progress=True
    )
    _complain(index)
    folder = str(index.save(args.out))
    shutil.rmtree(keep, ignore_errors=True)
    problems = list(index.problems)
    show(f"{folder}: {len(index)} entries", {"folder": folder, "entries": len(index), "problems": problems}, args.json)
    return 0


def _similar(args: argparse.Namespace) -> int:
    from ..common.storage import write_text
    from ..index import StructureIndex, search_files, table_of

    check_printed(args)
    aspect = "geometry" if args.geometry else "whole"
    if args.pairs:
        if args.csv:
            raise AriseZooError("--csv is for the nearest entries; groups can be had with --json.")
        index = StructureIndex.build(args.pairs, skip=True, n_jobs=args.jobs, progress=True)
        _complain(index)
        groups = index.groups(elements=not args.any_elements, aspect=aspect)
        lines = [*("  ".join(group) for group in groups), f"{len(groups)} groups in {len(index)} structures"]
        show("\n".join(lines), groups, args.json)
        return 0
    answers = search_files(
        StructureIndex.load(args.index, args.revision),
        args.files,
        args.k,
        aspect=aspect,
        matcher=args.matcher,
        format=args.format,
        species=args.species,
        progress=True,
    )
    csv = str(table_of(answers).to_csv(index=False, lineterminator="\n")) if args.csv else ""
    text = csv.rstrip("\n") if args.csv == "-" else "\n".join(map(str, answers))
    show(text, [answer.to_json() for answer in answers], args.json)
    if args.csv and args.csv != "-":
        write_text(Path(args.csv), csv)
    return 2 if any(answer.problem for answer in answers) else 0


def _complain(index: StructureIndex) -> None:
    for problem in index.problems:
        print(f"left out: {problem}", file=sys.stderr)
