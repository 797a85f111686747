"""The four-grain polycrystal of the paper: which structure where, how sure, and clusters without labels.

Once pristine, and once with a fifth of its atoms missing and the others displaced. Box 16 and stride 1 angstrom,
HDBSCAN on the activations of the second dense layer with min_cluster_size 500 (Leitherer et al. 2021, Methods).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from ...common.length_scale import nearest_neighbour_distance
from ...common.seeds import rng_for
from ...structures.operations import displace, remove_atoms
from .. import maps
from ..grid import Grid
from ..pattern_matching import strided_pattern_matching
from ..result import PatternMatchingResult
from ..vectors.clustering import Clustering
from .common import blocks_of, contrast, read_source, share
from .grains import GRAINS, Grains, find_grains

BOX, N_SAMPLES = 16.0, 100
MIN_ATOMS = 50
"""Boxes with fewer atoms of the pristine polycrystal, at its surface, have no answer."""
DISPLACEMENT, MISSING = 0.04, 0.20
"""Of the defective polycrystal: in units of d_NN, and share of the atoms."""
_SECOND_DENSE_LAYER = 1
_MIN_CLUSTER_SIZE = 500  # boxes, at stride 1


def run(
    out: Path,
    *,
    small: bool = False,
    seed: int = 0,
    source: Path | None = None,
    model: str = "arise-mlp",
    n_jobs: int = 1,
    scheduler: str | None = None,
    progress: bool = False,
    **_: Any,
) -> dict[str, Any]:
    """Numbers of the pristine and of the defective polycrystal; small: stride 4 instead of 1 angstrom."""
    pristine = read_source(source, "four-grains", "four_grains.xyz")
    stride = 4.0 if small else 1.0
    numbers: dict[str, Any] = {"box": BOX, "stride": stride, "n_samples": N_SAMPLES}
    grid: Grid | None = None
    for name, atoms in (("pristine", pristine), ("defective", defective(pristine, seed))):
        result = strided_pattern_matching(
            atoms,
            model,
            BOX,
            stride,
            N_SAMPLES,
            grid=grid,
            min_atoms=MIN_ATOMS if name == "pristine" else int(MIN_ATOMS * (1 - MISSING)),
            hidden=[_SECOND_DENSE_LAYER],
            seed=seed,
            n_jobs=n_jobs,
            scheduler=scheduler,
            progress=progress,
        )
        if grid is None:
            grid = result.grid
            grains = find_grains(pristine, grid)
        clusters = _clusters(result, stride)
        numbers[name] = {"n_atoms": len(atoms), **_numbers(result, grains, clusters, seed)}
        _draw(result, clusters, out, f"four-grains-{name}")
    return numbers


def defective(atoms: Atoms, seed: int = 0) -> Atoms:
    """The polycrystal with atoms missing and displaced."""
    rng = rng_for(seed, "four grains", MISSING, DISPLACEMENT)
    return displace(remove_atoms(atoms, MISSING, rng), DISPLACEMENT, nearest_neighbour_distance(atoms), rng)


def _clusters(result: PatternMatchingResult, stride: float) -> np.ndarray:
    """Number of the cluster of each box, -1 for an outlier, -2 where there is no answer."""
    clusters = np.full(len(result), -2)
    clustering = Clustering(max(round(_MIN_CLUSTER_SIZE / stride**2), 5))
    clusters[result.valid] = clustering.fit_predict(result.hidden[_SECOND_DENSE_LAYER][result.valid])
    return clusters


def _numbers(result: PatternMatchingResult, grains: Grains, clusters: np.ndarray, seed: int) -> dict[str, Any]:
    from sklearn.metrics import adjusted_rand_score

    inside, boundary = grains.inside & result.valid, grains.boundary & result.valid
    found, information = result.most_probable, result.mutual_information
    blocks = blocks_of(result)
    clustered = (clusters >= 0) & (grains.grain >= 0)
    return {
        "n_answered": int(result.valid.sum()),
        "recognised_inside": {
            grain: share(found[here] == grain, blocks[here])
            for number, grain in enumerate(GRAINS)
            for here in [inside & (grains.grain == number)]
        },
        "mutual_information_boundary_against_inside": contrast(information, boundary, inside, blocks, seed),
        "n_clusters": int(clusters.max()) + 1,
        "adjusted_rand_index_inside": float(adjusted_rand_score(grains.grain[inside], clusters[inside])),
        "adjusted_rand_index_clustered": float(adjusted_rand_score(grains.grain[clustered], clusters[clustered])),
        "n_clustered": int(clustered.sum()),
        "outliers_on_boundaries": share(clusters[boundary] == -1, blocks[boundary]),
        "outliers_inside": share(clusters[inside] == -1, blocks[inside]),
    }


def _draw(result: PatternMatchingResult, clusters: np.ndarray, out: Path, name: str) -> None:
    maps.save_figure(maps.plot_classes(result, [*GRAINS, *_others(result)]), out / f"{name}-classes.png")
    maps.save_figure(maps.plot_scalar(result), out / f"{name}-mutual-information.png")
    n_clusters = int(clusters.max()) + 1
    values = np.where(clusters == -1, n_clusters, np.where(clusters < 0, np.nan, clusters))
    names = [*(f"cluster {i + 1}" for i in range(n_clusters)), "none"]
    maps.save_figure(maps.plot_categories(result, values, names), out / f"{name}-clusters.png")


def _others(result: PatternMatchingResult) -> list[str]:
    return [label for label in result.counts() if label not in GRAINS][: len(maps.COLOURS) - len(GRAINS)]
