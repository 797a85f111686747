"""`arise-zoo app`: the page on which a structure can be tried. `arise_zoo.app` does the work."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import Any

from .common import add_model_option

_LIMITS = {
    "megabytes": (float, "MB of a file (default: 20)"),
    "atoms": (int, "atoms of a frame (default: 20000)"),
    "frames": (int, "frames that are answered, of more so many at even distances (default: 100)"),
    "seconds": (float, "seconds of an answer (default: 60)"),
}


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    app = subparsers.add_parser(
        "app",
        help="show a page on which a file is dropped and its structure is seen",
        description="Show a page in the browser: the structure of a dropped file in 3D, its most similar classes with "
        "a verdict, the nearest prototypes, and a slider through its frames. Prints the address, and ends when it is "
        "interrupted. Needs no network; a file is deleted after its answer.",
    )
    app.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: 127.0.0.1)")
    app.add_argument("--port", type=int, default=7860, metavar="N", help="its port, 0 for any (default: 7860)")
    add_model_option(app)
    app.add_argument(
        "--atoms-model",
        metavar="NAME",
        help="model that colours single atoms (default: the shipped one, if there is one)",
    )
    for name, (kind, meaning) in _LIMITS.items():
        app.add_argument(f"--most-{name}", type=kind, metavar="N", help=f"most {meaning}")
    app.add_argument(
        "--space", metavar="DIR", help="write the folder of a Hugging Face Space that shows the page instead, and end"
    )
    app.set_defaults(function=_app)


def _app(args: argparse.Namespace) -> int:
    from ..app import Limits, serve, write_space

    given = {name: vars(args)[f"most_{name}"] for name in _LIMITS}
    limits = Limits(**{name: value for name, value in given.items() if value is not None})
    what = {"model": args.model, "atoms_model": args.atoms_model, "limits": limits}
    if args.space is not None:
        print(write_space(args.space, **what))
        return 0
    with suppress(KeyboardInterrupt):  # how it is meant to end
        serve(args.host, args.port, **what)
    return 0
