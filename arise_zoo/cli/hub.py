"""`arise-zoo publish` and `arise-zoo pull`: releases on the Hub. `arise_zoo.releases` does the work."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import Any

from .common import add_json_option, show


def add_commands(subparsers: Any) -> None:
    """Add the two commands."""
    publish = subparsers.add_parser(
        "publish",
        help="make a release of a data set, model or index on the Hub",
        description="Verify a built data set, a checkpoint or an index, upload what the Hub does not have yet, read it "
        "back, and tag it. A release never changes: the same command given again does nothing, other content under its "
        "tag is refused. An upload that broke off is taken up by the same command.",
    )
    publish.add_argument("name", metavar="NAME", help="a data set, a model, or the folder of a checkpoint or index")
    publish.add_argument("--repo", required=True, metavar="OWNER/NAME", help="repository on the Hub")
    publish.add_argument("--tag", required=True, metavar="vX.Y.Z", help="tag of the release")
    publish.add_argument(
        "--data", metavar="DIR", help="folder of the build (default: ARISE_ZOO_DATA, else the working folder)"
    )
    publish.add_argument(
        "--records", metavar="DIR", help="folder of benchmark records, whose results go into a model's card"
    )
    publish.add_argument("--private", action="store_true", help="create the repository as a private one")
    publish.add_argument(
        "--dry-run", action="store_true", help="say what would be uploaded, and change nothing; needs no token"
    )
    publish.add_argument("--pull-request", action="store_true", help="propose the files; sets no tag")
    add_json_option(publish)
    publish.set_defaults(function=_publish)

    pull = subparsers.add_parser(
        "pull",
        help="download a release, with its hashes checked",
        description="Download a data set, model or index at a pinned revision into the Hub's cache, compare every file "
        "with its hash, and print the folder. It is then there without a network.",
    )
    pull.add_argument("name", metavar="NAME", help="a data set, a model, or OWNER/NAME")
    pull.add_argument("--index", action="store_true", help="OWNER/NAME is an index of structures")
    pull.add_argument("--revision", metavar="TAG", help="tag or commit (default: that of this package's version)")
    add_json_option(pull)
    pull.set_defaults(function=_pull)


def _publish(args: argparse.Namespace) -> int:
    from ..releases import publish

    _quiet()
    done = publish(
        args.name,
        args.repo,
        args.tag,
        folder=args.data,
        records=args.records,
        private=args.private,
        dry_run=args.dry_run,
        pull_request=args.pull_request,
        say=lambda text: print(text, file=sys.stderr, flush=True),
    )
    changes = [*(f"upload {name}" for name in done.uploaded), *(f"delete {name}" for name in done.deleted)]
    show("\n".join(changes) if args.dry_run else done.pull_request or done.line, asdict(done), args.json)
    return 0


def _pull(args: argparse.Namespace) -> int:
    from ..releases import pull

    _quiet()
    folder = str(pull(args.name, args.revision, index=args.index))
    show(folder, {"folder": folder}, args.json)
    return 0


def _quiet() -> None:
    """Switch off the progress bars of the Hub's client unless they are seen on a terminal."""
    if not sys.stderr.isatty():
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
