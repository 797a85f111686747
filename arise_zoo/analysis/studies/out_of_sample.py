"""Prototypes outside the 108: which class a network finds most similar, and how sure it is, beside what was published.

The crystals and the answers of Leitherer et al. (2021) are in `data/out_of_sample.json`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ase import Atoms
from ase.spacegroup import crystal

from ..maps import COLOURS, save_figure

_TOP = 3


@lru_cache(maxsize=1)
def prototypes() -> list[dict[str, Any]]:
    """Records of the crystals: name, AFLOW label, space group, lattice, sites, published classes, percentage and mutual
    information (bits)."""
    text = (files(__package__) / "data" / "out_of_sample.json").read_text(encoding="utf-8")
    structures: list[dict[str, Any]] = json.loads(text)["structures"]
    return structures


def build(record: dict[str, Any]) -> Atoms:
    """The conventional cell of a crystal."""
    symbols, *_ = zip(*record["sites"], strict=True)
    basis = [site[1:] for site in record["sites"]]
    return crystal(symbols, basis, spacegroup=record["space_group"], cellpar=record["lattice"])


def is_near_the_published(bits: float, published: float | None) -> bool | None:
    """Whether a mutual information is within a factor of two of the published one; None if there is none."""
    return None if published is None else 0.5 <= bits / published <= 2.0


def run(out: Path, *, small: bool = False, seed: int = 0, model: str = "arise-mlp", **_: Any) -> dict[str, Any]:
    """Most probable classes of each crystal; small: 100 instead of 1,000 passes."""
    from ...models.classification import classify

    records = prototypes()
    answers = classify(
        [build(record) for record in records], model, n_samples=100 if small else 1000, top=_TOP, seed=seed
    )
    found = {}
    for record, answer in zip(records, answers, strict=True):
        found[record["name"]] = {
            "classes": dict(zip(answer.labels, answer.probabilities, strict=True)),
            "mutual_information": answer.mutual_information,
            "published": record["published"],
            "published_percent": record["published_percent"],
            "published_bits": record["published_bits"],
            "agrees": answer.labels[0] in record["published"] if record["published"] else None,
        }
    _draw(found, out / "out-of-sample.png")
    near = [is_near_the_published(f["mutual_information"], f["published_bits"]) for f in found.values()]
    return {
        "n": len(found),
        "n_with_published_class": sum(f["agrees"] is not None for f in found.values()),
        "n_agreeing": sum(bool(f["agrees"]) for f in found.values()),
        "n_with_published_mutual_information": len(near) - near.count(None),
        "n_within_a_factor_of_two": near.count(True),
        "prototypes": found,
    }


def _draw(found: dict[str, Any], path: Path) -> None:
    import matplotlib.pyplot as plt

    from ...prototypes import get_prototype

    figure, ax = plt.subplots(figsize=(7.5, 0.75 * len(found) + 1), layout="constrained")
    for row, answer in enumerate(found.values()):
        published = ", ".join(get_prototype(p).name for p in answer["published"])
        for place, (label, probability) in enumerate(answer["classes"].items()):
            is_published = label in answer["published"]
            y = row + 0.25 * (place - 1)
            ax.barh(y, 100 * probability, 0.22, color=COLOURS[2] if is_published else COLOURS[0])
            ax.text(100 * probability + 1, y, get_prototype(label).name, va="center", fontsize="x-small")
        if published:
            ax.text(133, row, f"published: {published}", va="center", fontsize="x-small")
    ax.set_yticks(range(len(found)), list(found))
    ax.invert_yaxis()
    ax.set_xlim(0, 185)
    ax.set_xticks(range(0, 101, 25))
    ax.set_xlabel("probability (percent); green: a published answer")
    save_figure(figure, path)
