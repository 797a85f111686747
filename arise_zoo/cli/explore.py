"""`arise-zoo explore`: clusters and embedding of a map. `arise_zoo.analysis.explore` does the work."""

from __future__ import annotations

import argparse
from typing import Any

from .common import add_json_option, show


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    explore = subparsers.add_parser(
        "explore",
        help="cluster and embed the boxes of a map",
        description="Cluster (HDBSCAN) and embed (UMAP) what a network, or the descriptor, makes of the boxes of a "
        "result of `arise-zoo map --hidden 1`: writes the cluster map, the embedding coloured by cluster, class and "
        "mutual information, similarities of clusters, and a table.",
    )
    explore.add_argument("result", metavar="RESULT", help="result.parquet of `arise-zoo map`")
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
