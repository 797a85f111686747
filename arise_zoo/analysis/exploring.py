"""Clusters and an embedding of the boxes of a map, with a table of both: what `arise-zoo explore` does."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from ..common.seeds import rng_for
from ..common.storage import check_room, replacing
from ..errors import AriseZooError, UnknownNameError
from .maps import COLOURS, OTHER_COLOUR, plot_categories, save_figure
from .result import PatternMatchingResult, load_result
from .vectors.clustering import OUTLIER, Clustering
from .vectors.embedding import Embedding
from .vectors.similarity import mean_similarity, plot_similarity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SAMPLE = 1000  # boxes that are clustered to know the time of all
_LONG = 5.0  # seconds


def explore(
    path: str | Path,
    out: str | Path,
    *,
    features: str | None = None,
    min_cluster_size: int | None = None,
    membership_threshold: float | None = None,
    n_neighbors: int = 500,
    min_dist: float = 0.9,
    seed: int = 0,
    progress: bool = False,
) -> dict[str, Any]:
    """Cluster and embed the boxes of a result file; write pictures and tables into the folder `out`.

    Writes cluster-map.png, embedding-cluster.png, embedding-class.png, embedding-mutual-information.png,
    similarity.png, and the table table.parquet and table.csv with one row per box.

    Parameters
    ----------
    path : str or Path
        Result of `arise-zoo map`.
    out : str or Path
        Output folder.
    features : str, optional
        "descriptor" or "hidden_0", "hidden_1" ... (default: the second hidden layer if it was kept, else what there
        is).
    min_cluster_size : int, optional
        Default: one fifteenth of the boxes, at least 10.
    membership_threshold, n_neighbors, min_dist, seed
        As for `Clustering` and `Embedding`.
    progress : bool, default False
        Show progress on standard error.

    Returns
    -------
    dict
        A summary of plain values.

    Raises
    ------
    AriseZooError
        If the result has no such features.
    """
    result, out = load_result(path), Path(out)
    check_room(out)
    valid = result.valid
    name, vectors = features_of(result, features)
    size = max(10, int(valid.sum()) // 15) if min_cluster_size is None else min_cluster_size
    clustering = Clustering(size, membership_threshold=membership_threshold)
    if progress:
        _announce(vectors[valid], clustering)
    labels = clustering.fit(vectors[valid]).labels_
    if progress and len(labels) >= _SAMPLE:
        print(f"embedding {len(labels)} boxes: neighbours of each, then epochs", file=sys.stderr, flush=True)
    points = Embedding(n_neighbors, min_dist, seed=seed, progress=progress).fit_transform(vectors[valid])
    clusters = np.full(len(result), np.nan)
    clusters[valid] = labels
    out.mkdir(parents=True, exist_ok=True)
    found = sorted({int(i) for i in labels} - {OUTLIER})
    named = [*(f"cluster {i}" for i in found), "none"]
    shown = np.where(clusters == OUTLIER, len(found), clusters)
    classes = result.most_probable[valid]
    groups = np.array([named[i] for i in labels])  # OUTLIER is the last
    names, matrix = mean_similarity(vectors[valid], groups)
    files = [
        save_figure(plot_categories(result, shown, named), out / "cluster-map.png"),
        save_figure(_scatter(points, groups, named), out / "embedding-cluster.png"),
        save_figure(_scatter(points, classes, list(result.counts())), out / "embedding-class.png"),
        save_figure(
            _shaded(points, result.mutual_information[valid], "mutual information (bit)"),
            out / "embedding-mutual-information.png",
        ),
        save_figure(plot_similarity(matrix, list(names)), out / "similarity.png"),
    ]
    files += _write_table(result, clusters, points, out)
    return {
        "features": name,
        "n_boxes": int(valid.sum()),
        "min_cluster_size": size,
        "clusters": {f"cluster {i}": _most_frequent(classes[labels == i]) for i in found},
        "n_outliers": int((labels == OUTLIER).sum()),
        "files": [file.name for file in files],
    }


def features_of(result: PatternMatchingResult, name: str | None = None) -> tuple[str, np.ndarray]:
    """Name and vectors, shape (n, n_features), of what a result holds of each box: activations or descriptors."""
    held = {f"hidden_{i}": values for i, values in sorted(result.hidden.items())}
    if result.descriptors is not None:
        held["descriptor"] = result.descriptors
    if not held:
        raise AriseZooError("the result holds no vectors; map it again with `--hidden 1` or `--descriptors`.")
    if name is None:
        name = "hidden_1" if "hidden_1" in held else next(iter(held))
    if name not in held:
        raise UnknownNameError("kind of vector in the result", name, held)
    return name, held[name]


def _announce(vectors: np.ndarray, clustering: Clustering) -> None:
    """Say how long clustering will take, which shows no progress of its own, if that is long.

    A sample is clustered first; the time of all grows as the square of their number, since trees are of no help among
    so many dimensions.
    """
    sample = vectors[rng_for("time of clustering").permutation(len(vectors))[:_SAMPLE]]
    if len(sample) < _SAMPLE:
        return
    share = len(sample) / len(vectors)
    smaller = clone(clustering).set_params(min_cluster_size=max(2, round(share * clustering.min_cluster_size)))
    started = time.monotonic()
    smaller.fit(sample)
    seconds = (time.monotonic() - started) / share**2
    if seconds > _LONG:
        print(f"clustering {len(vectors)} boxes: about {seconds:.0f} s", file=sys.stderr, flush=True)


def _most_frequent(classes: np.ndarray) -> dict[str, Any]:
    names, counts = np.unique(classes, return_counts=True)
    best = counts.argmax()
    return {"n": len(classes), "class": str(names[best]), "share": round(float(counts[best] / len(classes)), 4)}


def _write_table(result: PatternMatchingResult, clusters: np.ndarray, points: np.ndarray, out: Path) -> list[Path]:
    import pandas as pd

    valid = result.valid
    table = pd.DataFrame(result.centres[valid], columns=["x", "y", "z"])
    table["n_atoms"] = np.asarray(result.n_atoms)[valid]
    table["most_probable"] = result.most_probable[valid]
    table["probability"] = result.probabilities[valid].max(axis=1)
    table["mutual_information"] = result.mutual_information[valid]
    table["cluster"] = clusters[valid].astype(int)
    table["embedding_1"], table["embedding_2"] = points[:, 0], points[:, 1]
    with replacing(out / "table.parquet") as temporary:
        table.to_parquet(temporary, index=False)
    with replacing(out / "table.csv") as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g")
    return [out / "table.parquet", out / "table.csv"]


def _scatter(points: np.ndarray, groups: np.ndarray, order: list[str]) -> Figure:
    """The map with one colour per group; groups beyond the available colours share the grey of "other"."""
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(5.6, 4.2), layout="constrained")
    rest = ~np.isin(groups, order[: len(COLOURS)]) | (groups == "none")
    if rest.any():
        label = "none" if (groups[rest] == "none").all() else "other"
        ax.plot(*points[rest].T, ".", markersize=3, color=OTHER_COLOUR, label=label, rasterized=True)
    for colour, name in zip(COLOURS, [n for n in order if n != "none"], strict=False):
        own = groups == name
        ax.plot(*points[own].T, ".", markersize=3, color=colour, label=name, rasterized=True)
    _axes(ax)
    figure.legend(loc="outside right upper", frameon=False, markerscale=4)
    return figure


def _shaded(points: np.ndarray, values: np.ndarray, label: str) -> Figure:
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(5.6, 4.2), layout="constrained")
    image = ax.scatter(points[:, 0], points[:, 1], c=values, s=3, cmap="cividis", rasterized=True)
    figure.colorbar(image, label=label)
    _axes(ax)
    return figure


def _axes(ax: Any) -> None:
    ax.set_xlabel("UMAP 1 (no unit)")
    ax.set_ylabel("UMAP 2 (no unit)")
    ax.set_xticks([])
    ax.set_yticks([])
