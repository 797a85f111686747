"""Whether a method notices what is of no class, against the structures of classes under every condition.

Unknown structures are *near* if they are crystals, of prototypes outside the classes, and *far* if they have no lattice
(amorphous, liquid, gas). Scores of doubt are in `doubt`. Structures of one class are not independent: in all intervals
the classes are what was sampled.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from ...common.seeds import rng_for
from ...common.statistics import auroc, interval, percentile_interval, placements
from ...structures import condition
from ..record import Against, Decision, Detection, Distance, DoubtScore, Estimate
from .calibration import rounded
from .doubt import Doubt

DETECTED = 19, 20
"""The share of unknown structures that are to be detected, as a fraction."""

_RESAMPLES = 500


def distance(name: str) -> Distance:
    """How far the structures of a condition whose truth is `unknown` are from the classes."""
    return "near" if condition(name).own_prototypes() else "far"


def decisions(doubts: Mapping[str, Doubt]) -> list[Decision]:
    """An entry for each condition: the share of labels `unknown`, as the mean over structures.

    Under an unknown condition it is the share detected, under a known one that of false alarms.
    """
    return [
        {"condition": name, "called_unknown": _share(found.unknown, found.classes), "n": len(found.unknown)}
        for name, found in doubts.items()
    ]


def detection(doubts: Mapping[str, Doubt]) -> list[Detection]:
    """An entry for each unknown condition and score, with AUROC and false alarms against each known condition."""
    unknowns, knowns = _split(doubts)
    return [
        {
            "unknown": name,
            "distance": distance(name),
            "score": score,
            "n": len(unknown.unknown),
            "against": _against(unknown, score, knowns),
        }
        for name, unknown in unknowns.items()
        for score in unknown.scores
        if any(score in known.scores for known in knowns.values())
    ]


def detection_by_class(
    doubts: Mapping[str, Doubt], numbers: Mapping[str, int], every: Mapping[str, Mapping[str, int]]
) -> dict[str, float]:
    """Class id -> share of unknown structures that are doubted more than structures of this class, ties by half.

    Averaged over the known conditions, over the unknown ones of each distance, then over near and far. The doubt is the
    first score that the method gives, its decision where it gives none. `every`: condition -> class id -> number of its
    structures, those included that the method is not shown, which count 0; a condition weighs the class by its share
    of these structures. Averaged over classes with these weights (`class_weights`), it is the mean AUROC.
    """
    unknowns, knowns = _split(doubts)
    names = [c for c, number in sorted(numbers.items(), key=lambda item: item[1])]
    kinds = [[u for name, u in unknowns.items() if distance(name) == kind] for kind in ("near", "far")]
    kinds = [kind for kind in kinds if kind]
    sums = dict.fromkeys(names, 0.0)
    for name, known in knowns.items():
        total = sum(every[name].values())
        for kind in kinds:
            for unknown in kind:
                credit = placements(unknown.by_score(), known.by_score())[1]
                for place in np.unique(known.classes):
                    share = float(credit[known.classes == place].sum()) / total
                    sums[names[place]] += share / (len(kind) * len(kinds))
    weights = class_weights({name: every[name] for name in knowns})
    return {c: round(sums[c] / weight, 5) for c, weight in weights.items() if sums.get(c)} if kinds else {}


def class_weights(every: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """Class id -> sum over conditions of the class's share of their structures."""
    weights: dict[str, float] = {}
    for counts in every.values():
        total = sum(counts.values())
        for class_id, n in counts.items():
            weights[class_id] = weights.get(class_id, 0.0) + n / total
    return weights


def thresholds(scores: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """The highest threshold at which 95 % of these scores are reached, then those of resampled clusters."""
    own = np.unique(clusters, return_inverse=True)[1]
    order = np.argsort(-scores, kind="stable")
    reached = np.cumsum(_weights("unknown", int(own.max()) + 1)[:, own[order]], axis=1)
    share, of = DETECTED
    place = np.argmax(of * reached >= share * reached[:, -1:], axis=1)
    found: np.ndarray = scores[order][place]
    return found


def false_alarms(levels: np.ndarray, scores: np.ndarray, clusters: np.ndarray) -> Estimate:
    """Share of these scores that reach the first level, the result of `thresholds`.

    The interval spans that of a bootstrap over the clusters on both sides and, since nothing may vary in it, that of
    the share at this one threshold.
    """
    own = np.unique(clusters, return_inverse=True)[1]
    n, sizes = len(scores), np.bincount(own)
    order = np.argsort(scores, kind="stable")
    place = np.empty(n, dtype=int)
    place[order] = np.arange(n)
    # One sorted array holds the places of all clusters, one after the other.
    keys = np.sort(own * (n + 1) + place)
    below = np.searchsorted(scores[order], levels)
    wanted = np.arange(len(sizes)) * (n + 1) + below[:, None]
    above = np.cumsum(sizes) - np.searchsorted(keys, wanted)
    weights = _weights("known", len(sizes))
    shares = (weights * above).sum(axis=1) / (weights @ sizes)
    ends = [*percentile_interval(shares[1:]), *(end / 100 for end in interval(above[0].astype(float), sizes))]
    return rounded(float(shares[0]), min(ends), max(ends))


def _against(unknown: Doubt, score: DoubtScore, knowns: Mapping[str, Doubt]) -> dict[str, Against]:
    levels = thresholds(unknown.scores[score], unknown.classes)
    found: dict[str, Against] = {}
    for name, known in knowns.items():
        if score in known.scores:
            area = auroc(unknown.scores[score], known.scores[score], (unknown.classes, known.classes))
            assert area is not None  # no condition is without structures
            alarms = false_alarms(levels, known.scores[score], known.classes)
            found[name] = {"n": len(known.unknown), "auroc": rounded(*area), "false_alarms": alarms}
    return found


def _split(doubts: Mapping[str, Doubt]) -> tuple[dict[str, Doubt], dict[str, Doubt]]:
    """Those under unknown and under known conditions."""
    known = {name: condition(name).is_known for name in doubts}
    unknowns, knowns = ({name: found for name, found in doubts.items() if known[name] is k} for k in (False, True))
    return unknowns, knowns


def _share(values: np.ndarray, clusters: np.ndarray) -> Estimate:
    sizes = np.bincount(clusters)
    low, high = interval(np.bincount(clusters, values)[sizes > 0], sizes[sizes > 0])
    return rounded(float(values.mean()), low / 100, high / 100)


@cache
def _weights(what: str, n: int) -> np.ndarray:
    """How often each of n clusters is drawn: once, then as resampled, shape (1 + _RESAMPLES, n)."""
    drawn = rng_for(0, "detection", what, n).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    return np.vstack([np.ones((1, n), dtype=int), drawn])
