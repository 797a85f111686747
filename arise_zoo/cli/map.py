"""`arise-zoo map` and `arise-zoo explore`: strided pattern matching of a file, and what is in its result.
`arise_zoo.analysis` does the work.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import add_json_option, add_model_option, add_reading_options, add_worker_options, show


def add_commands(subparsers: Any) -> None:
    """Add both commands."""
    command = subparsers.add_parser(
        "map",
        help="recognise the local crystal structure everywhere in a file",
        description="Classify the atoms in a box that moves over a structure. Writes result.parquet, maps (PNG) and "
        "atoms.xyz, the structure with a label for each atom, into the output folder. An interrupted run continues "
        "when the same command is given again.",
    )
    command.add_argument("file", metavar="FILE", help="any file that ASE reads")
    command.add_argument("--out", default="map", metavar="DIR", help="output folder (default: map)")
    command.add_argument("--box", type=float, default=12.0, metavar="A", help="edge of the box (default: 12 angstrom)")
    command.add_argument("--stride", type=float, default=1.0, metavar="A", help="step of the box (default: 1 angstrom)")
    command.add_argument("--shape", default="box", metavar="NAME", help="box, or sphere (default: box)")
    command.add_argument(
        "--scale",
        default="box",
        metavar="NAME",
        help="box: each is a structure of its own; global: all share their sums, for dense grids (default: box)",
    )
    command.add_argument(
        "--padding", type=float, default=0.5, metavar="X", help="boxes beyond each end of the atoms (default: 0.5)"
    )
    command.add_argument(
        "--dimensions", metavar="N", help="1, 2, 3 or axes such as xy (default: those longer than the box)"
    )
    command.add_argument("--min-atoms", type=int, default=2, metavar="N", help="fewer have no answer (default: 2)")
    command.add_argument("--frame", type=int, default=-1, metavar="N", help="frame of the file (default: the last)")
    add_model_option(command)
    command.add_argument(
        "--samples", type=int, default=100, metavar="N", help="Monte-Carlo passes, 0 for none (default: 100)"
    )
    command.add_argument(
        "--hidden", type=int, action="append", metavar="N", help="keep the activations of this hidden layer, from 0"
    )
    command.add_argument("--descriptors", action="store_true", help="keep the descriptors of the boxes")
    command.add_argument(
        "--per-atom",
        default="nearest",
        metavar="WAY",
        help="labels of atoms: nearest (box) or average (default: nearest)",
    )
    command.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the passes (default: 0)")
    add_reading_options(command)
    add_json_option(command)
    add_worker_options(command)
    command.set_defaults(function=_map)

    explore = subparsers.add_parser(
        "explore",
        help="cluster and embed the boxes of a map",
        description="Cluster (HDBSCAN) and embed (UMAP) what a network, or the descriptor, makes of the boxes of a "
        "result of `arise-zoo map --hidden 1`: writes the cluster map, the embedding coloured by cluster, class and "
        "mutual information, similarities of clusters, and a table.",
    )
    explore.add_argument("result", metavar="RESULT", help="folder of `arise-zoo map`, or its result.parquet")
    explore.add_argument("--out", default="explored", metavar="DIR", help="output folder (default: explored)")
    explore.add_argument("--features", metavar="NAME", help="descriptor, hidden_0, hidden_1 ... (default: hidden_1)")
    explore.add_argument(
        "--min-cluster-size", type=int, metavar="N", help="boxes of a cluster (default: a fifteenth of all)"
    )
    explore.add_argument(
        "--soft", type=float, metavar="P", help="soft clusters: members with at least this probability (paper: 0.1)"
    )
    explore.add_argument("--neighbours", type=int, default=500, metavar="N", help="of UMAP (default: 500)")
    explore.add_argument("--min-dist", type=float, default=0.9, metavar="D", help="of UMAP (default: 0.9)")
    explore.add_argument("--seed", type=int, default=0, metavar="N", help="of UMAP (default: 0)")
    add_json_option(explore)
    explore.set_defaults(function=_explore)


def _map(args: argparse.Namespace) -> int:
    from ..analysis.mapping import map_file

    summary = map_file(
        args.file,
        args.out,
        frame=args.frame,
        format=args.format,
        species=args.species,
        per_atom=args.per_atom,
        model=args.model,
        box=args.box,
        stride=args.stride,
        n_samples=args.samples,
        shape=args.shape,
        scale=args.scale,
        padding=args.padding,
        min_atoms=args.min_atoms,
        dimensions=args.dimensions,
        hidden=tuple(args.hidden or ()),
        descriptors=args.descriptors,
        seed=args.seed,
        n_jobs=args.jobs,
        scheduler=args.scheduler,
    )
    positions = " x ".join(map(str, summary["shape"]))
    lines = [
        *(f"note: {note}" for note in summary["notes"]),
        f"{summary['n_atoms']} atoms, {positions} positions, {summary['n_answered']} with an answer",
        *(f"  {100 * share:6.2f} %  {label}" for label, share in list(summary["classes"].items())[:5]),
        *_certainty(summary["certainty"]),
        *(str(Path(args.out) / name) for name in summary["files"]),
    ]
    show("\n".join(lines), summary, args.json)
    return 0


def _certainty(shares: dict[str, float] | None) -> list[str]:
    """A line that says how many positions have which certainty, if the model gives verdicts."""
    if shares is None:
        return []
    sure, unsure, none = (f"{100 * share:.1f} %" for share in shares.values())
    return [f"sure at {sure} of these, unsure at {unsure}, probably none of the known classes at {none}"]


def _explore(args: argparse.Namespace) -> int:
    from ..analysis.exploring import explore

    summary = explore(
        args.result,
        args.out,
        features=args.features,
        min_cluster_size=args.min_cluster_size,
        membership_threshold=args.soft,
        n_neighbors=args.neighbours,
        min_dist=args.min_dist,
        seed=args.seed,
        progress=True,
    )
    clusters = summary["clusters"].items()
    lines = [f"{name}: {found['n']} boxes, {found['share']:.0%} of them {found['class']}" for name, found in clusters]
    lines.append(f"{summary['n_outliers']} of {summary['n_boxes']} boxes in no cluster; written to {args.out}")
    show("\n".join(lines), summary, args.json)
    return 0
