"""Table P: whether an index finds prototypes again, whatever was done to them, and knows which it does not hold.

Every prototype of the shipped index is asked about in crystals that are pristine, displaced, thinned or hot. Metric and
verdicts are those of libraries from which a third of the prototypes is left out, learnt without that third.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from arise_zoo.common.progress import Progress
from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import ChannelSOAP
from arise_zoo.descriptors.parameters import CHANNELS, KIND
from arise_zoo.index import Item, StructureIndex
from arise_zoo.index.answers import NONE, SAME, SIMILAR
from arise_zoo.index.folder import Kept, read_folder
from arise_zoo.index.learning import (
    FOLDS,
    UNKNOWN_NEAR,
    asked_of,
    distances_to,
    folds_of,
    judged,
    noise_of,
    projection,
    share,
)
from arise_zoo.index.metric import shipped_metric
from arise_zoo.index.structure_index import SHIPPED
from arise_zoo.models.augmentation.field_rows import field_blocks, field_rows
from arise_zoo.prototypes import Prototype, class_ids, get_prototype
from arise_zoo.prototypes.custom import prototype_from_atoms
from arise_zoo.prototypes.supercells import displacement_unit, supercell
from arise_zoo.prototypes.unknown import load_unknown_prototypes
from arise_zoo.structures import displace, remove_atoms
from arise_zoo.structures.operations import shaken

from .harness import Experiment, Record, document, machine, table

SEED, DIMENSIONS, HEAT = "table P", 96, 0.05
CONDITIONS = ("pristine", "displacement-0.04", "missing-0.1", "both-0.2-0.04", f"heat-{HEAT}")
_SHARES = {"displacement-0.04": (0.0, 0.04), "missing-0.1": (0.1, 0.0), "both-0.2-0.04": (0.2, 0.04)}
_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)

Ranking = Callable[[Atoms], np.ndarray]
"""Distances of a structure to all entries, shape (n_entries,)."""


@dataclass(frozen=True)
class _Query:
    condition: str
    entry: int
    atoms: Atoms


def measure(work: Path, prototypes: int = 400, variants: int = 100, peers: int = 40, matched: int = 4) -> Record:
    """Ask about so many prototypes at most; `work` keeps the structures, so many of each class, that noise is learnt
    from. Peers are asked about so many prototypes, StructureMatcher about `matched`."""
    index = StructureIndex.load()
    names, groups = np.unique(index.entries["prototype"].to_pylist(), return_inverse=True)
    entries = [int(np.flatnonzero(groups == g)[0]) for g in range(len(names))][:: max(1, -(-len(names) // prototypes))]
    queries = [_Query(c, e, _made(_prototype(index, e), c)) for e in entries for c in CONDITIONS]
    soap = ChannelSOAP(**shipped_metric().descriptor)
    with Progress(len(queries), "describing queries", warms_up=True) as bar:
        vectors = []
        for query in queries:
            vectors.append(soap.create(query.atoms))
            bar.advance()
    asked = _Asking(index, groups, queries, np.array(vectors))
    asked.learn(work, variants)
    some = [q for q in range(len(queries)) if queries[q].entry in set(entries[:: max(1, -(-len(entries) // peers))])]
    few = some[: matched * len(CONDITIONS)]
    return {
        "seed": SEED,
        "entries": len(index),
        "prototypes": len(names),
        "asked": len(entries),
        "recall": asked.recall(),
        "verdicts": asked.verdicts(),
        "calibration": asked.bins(),
        "peers": _peers(index, groups, queries, some, few),
        "unknown": _unknown_of_table_d(index),
        "times": _times(index, queries),
    }


def _prototype(index: StructureIndex, entry: int) -> Prototype:
    own = index.entries["id"][entry].as_py()
    return get_prototype(own) if own in class_ids() else prototype_from_atoms(index.atoms(entry), own)


def _made(prototype: Prototype, condition: str) -> Atoms:
    rng, k = rng_for(SEED, prototype.id, condition), prototype.supercell_sizes[0]
    atoms, unit = supercell(prototype, k, periodic=prototype.is_periodic), displacement_unit(prototype, k)
    if condition.startswith("heat"):
        return shaken(atoms, HEAT * unit, rng)
    missing, displacement = _SHARES.get(condition, (0.0, 0.0))
    return displace(remove_atoms(atoms, missing, rng), displacement, unit, rng)


class _Asking:
    """Queries, asked of the whole index and of what is left of it without each third."""

    def __init__(self, index: StructureIndex, groups: np.ndarray, queries: Sequence[_Query], vectors: np.ndarray):
        self.index, self.groups, self.vectors = index, groups, vectors
        self.conditions = np.array([q.condition for q in queries])
        self.right = groups[[q.entry for q in queries]]
        folds = folds_of(groups, SEED)
        self.folds, self.fold = folds, folds[[q.entry for q in queries]]
        self.periodic = np.array([bool(q.atoms.pbc.any()) for q in queries])
        self.whole = np.zeros((len(queries), len(groups)))

    def learn(self, work: Path, variants: int) -> None:
        """The metric without each third, and what the libraries then answer."""
        metric = shipped_metric()
        views = np.array([metric.views(self.index.atoms(row))[0] for row in range(len(self.index))])
        rows, outputs = field_rows(work, field_blocks(range(variants), ()), {KIND: CHANNELS, **metric.descriptor})
        noise = [noise_of(rows[outputs == c], views[c]) for c in range(len(class_ids()))]
        fold_of_noise = np.repeat(self.folds[: len(noise)], [len(n) for n in noise])
        joined, parts = np.concatenate(noise), []
        for left_out in range(FOLDS):
            kept, unknown = self.folds != left_out, self.fold == left_out
            flat = views[kept].reshape(-1, views.shape[2])
            matrix = projection(joined[fold_of_noise != left_out], flat, DIMENSIONS)
            apart = distances_to(self.vectors, views, matrix)
            self.whole[unknown] = apart[unknown]
            factor = 1.0 / np.quantile(apart[np.ix_(unknown, kept)].min(axis=1), UNKNOWN_NEAR)
            parts.append(asked_of(factor * apart[:, kept], self.groups[kept], self.right, unknown))
        self.asked = parts[0] + parts[1] + parts[2]
        self.asked = self.asked[self.periodic[self.asked.query]]
        weights = np.ones(len(self.asked.query))
        identical = metric.identical("whole")
        self.said, self.probabilities = judged(self.asked, weights, self.fold[self.asked.query], identical)

    def recall(self) -> Record:
        """With the whole index, by a metric learnt without the prototype that is asked about."""
        ranks = _ranks(self.whole, self.groups, self.right)
        return {c: _recalled(ranks[self.conditions == c]) for c in CONDITIONS}

    def verdicts(self) -> Record:
        """What is said of prototypes that a library holds and of those that it does not."""
        found = {}
        for condition in CONDITIONS:
            here = self.conditions[self.asked.query] == condition
            known, unknown = here & ~self.asked.unknown, here & self.asked.unknown
            found[condition] = {"known": self._told(known), "held_out": self._told(unknown)}
        every = np.ones(len(self.said), dtype=bool)
        known, unknown = every & ~self.asked.unknown, every & self.asked.unknown
        return found | {"all": {"known": self._told(known), "held_out": self._told(unknown)}}

    def _told(self, which: np.ndarray) -> Record:
        right, weights = self.asked.right[which], np.ones(int(which.sum()))
        said = self.said[which]
        return {
            "n": int(which.sum()),
            "same_and_right": round(float(np.mean((said == SAME) & right)), 4),
            "same_and_wrong": round(float(np.mean((said == SAME) & ~right)), 4),
            "similar": round(share(said, SIMILAR, weights) - share(said, SAME, weights), 4),
            "none": round(share(said, NONE, weights), 4),
        }

    def bins(self) -> list[Record]:
        """Mean probability and share right of answers between two probabilities."""
        place = np.clip(np.digitize(self.probabilities, _BINS) - 1, 0, len(_BINS) - 2)
        return [
            {
                "from": _BINS[b],
                "n": int((place == b).sum()),
                "probability": round(float(self.probabilities[place == b].mean()), 3) if (place == b).any() else None,
                "right": round(float(self.asked.right[place == b].mean()), 3) if (place == b).any() else None,
            }
            for b in range(len(_BINS) - 1)
        ]


def _ranks(distances: np.ndarray, groups: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Place of the right prototype among all, from 0; of several that are as near, the last."""
    least = np.full((len(distances), groups.max() + 1), np.inf)
    for entry, group in enumerate(groups):
        least[:, group] = np.minimum(least[:, group], distances[:, entry])
    own = least[np.arange(len(least)), right]
    ranks: np.ndarray = np.where(np.isfinite(own), (least <= own[:, None]).sum(axis=1) - 1, least.shape[1])
    return ranks


def _recalled(ranks: np.ndarray) -> Record:
    return {"n": len(ranks), "at_1": int((ranks < 1).sum()), "at_5": int((ranks < 5).sum())}


def _peers(
    index: StructureIndex, groups: np.ndarray, queries: Sequence[_Query], some: Sequence[int], few: Sequence[int]
) -> list[Record]:
    cells = [index.atoms(row) for row in range(len(index))]
    found = []
    for name, make, asked in (
        ("cosine of the raw descriptor", _cosine, some),
        ("space group and Wyckoff letters (spglib)", _wyckoff, some),
        ("StructureMatcher, all entries", _matcher, few),
    ):
        try:
            ranking = make(cells)
        except ImportError as error:
            found.append({"name": name, "problem": f"{error.name} is not installed"})
            continue
        seconds = 0.0
        rows: dict[str, list[int]] = {c: [] for c in CONDITIONS}
        with Progress(len(asked), name) as bar:
            for q in asked:
                begin = time.process_time()
                distances = ranking(queries[q].atoms)
                seconds += time.process_time() - begin
                right = groups[[queries[q].entry]]
                rows[queries[q].condition].append(int(_ranks(distances[None], groups, right)[0]))
                bar.advance()
        recall = {c: _recalled(np.array(r)) for c, r in rows.items()}
        found.append({"name": name, "recall": recall, "ms": round(1e3 * seconds / len(asked), 2)})
    return found


def _cosine(cells: Sequence[Atoms]) -> Ranking:
    soap = ChannelSOAP(**shipped_metric().descriptor)
    vectors = np.array([soap.create(cell) for cell in cells])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def rank(atoms: Atoms) -> np.ndarray:
        own = soap.create(atoms)
        distances: np.ndarray = 1.0 - vectors @ own / np.linalg.norm(own)
        return distances

    return rank


def _wyckoff(cells: Sequence[Atoms]) -> Ranking:
    import spglib

    def key(atoms: Atoms, symprec: float) -> Any:
        if not atoms.pbc.all():
            return None
        found = spglib.get_symmetry_dataset((atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers), symprec)
        if found is None:
            return None
        orbits = {o: (found.wyckoffs[o], atoms.numbers[o]) for o in np.unique(found.crystallographic_orbits)}
        species: dict[int, list[str]] = {}
        for letter, number in orbits.values():
            species.setdefault(int(number), []).append(letter)
        return found.number, tuple(sorted("".join(sorted(letters)) for letters in species.values()))

    keys = [key(cell, 0.01) for cell in cells]

    def rank(atoms: Atoms) -> np.ndarray:
        own = key(atoms, 0.1)
        return np.array([0.0 if own is not None and own == other else np.inf for other in keys])

    return rank


def _matcher(cells: Sequence[Atoms]) -> Ranking:
    from pymatgen.analysis.structure_matcher import StructureMatcher
    from pymatgen.core.structure import Structure

    def primitive(atoms: Atoms) -> Any:
        if not atoms.pbc.all():
            return None
        whole = Structure(atoms.cell.array, atoms.get_chemical_symbols(), atoms.get_scaled_positions())
        return whole.get_primitive_structure()

    matcher, primitives = StructureMatcher(primitive_cell=False), [primitive(cell) for cell in cells]

    def rank(atoms: Atoms) -> np.ndarray:
        own = primitive(atoms)
        found = [
            None if own is None or other is None or len(own) != len(other) else matcher.get_rms_anonymous(own, other)[0]
            for other in primitives
        ]
        return np.array([np.inf if rms is None else rms for rms in found])

    return rank


def _unknown_of_table_d(index: StructureIndex) -> Record:
    """How many of the unknown prototypes come out as themselves, named by their entry's prototype."""
    prototype = dict(zip(*(index.entries[c].to_pylist() for c in ("id", "prototype")), strict=True))
    unknown = list(load_unknown_prototypes())
    found = {}
    for condition in CONDITIONS:
        answers = [index.search(_made(u, condition)) for u in unknown]
        right = [a[0].prototype == prototype[u.aflow_label] for a, u in zip(answers, unknown, strict=True)]
        accepted = [a.prototype == prototype[u.aflow_label] for a, u in zip(answers, unknown, strict=True)]
        found[condition] = {"n": len(unknown), "nearest": sum(right), "same": sum(accepted)}
    return found


def _times(index: StructureIndex, queries: Sequence[_Query], fill: int = 100_000) -> Record:
    """Processor time of queries and of making an index, one core."""
    asked = [q.atoms for q in queries if q.condition == "displacement-0.04"][:40]
    rng = rng_for(SEED, "fill")
    rows = rng.integers(len(index), size=fill)
    _, shipped = read_folder(SHIPPED, shipped_metric())
    vectors = {aspect: v[rows] for aspect, v in shipped.vectors.items()}
    for own in vectors.values():  # a shift of each entry, so that no two are the same
        own += rng.standard_normal((fill, 1, own.shape[2]), dtype=np.float32) * np.float32(0.3)
    large = StructureIndex("filled", Kept(shipped.entries.take(rows), vectors, None))
    small = [get_prototype(c).build() for c in class_ids() if len(get_prototype(c).build()) <= 8]
    items = [Item(f"{i}", a, f"{i}") for i, a in enumerate(small * 8)]
    StructureIndex.build(items[:8])
    made = _seconds(lambda: StructureIndex.build(items))
    large.search(asked[0])
    return {
        "atoms": round(float(np.mean([len(a) for a in asked])), 1),
        "ms_shipped": round(1e3 * _seconds(lambda: [index.search(a) for a in asked]) / len(asked), 2),
        "ms_filled": round(1e3 * _seconds(lambda: [large.search(a) for a in asked[:10]]) / 10, 2),
        "fill": fill,
        "built": len(items),
        "atoms_built": round(float(np.mean([len(a) for a in small])), 1),
        "per_second": round(len(items) / made),
    }


def _seconds(function: Callable[[], object]) -> float:
    begin = time.process_time()
    function()
    return time.process_time() - begin


def page(record: Record) -> str:
    asked = f"{record['asked']} of {record['prototypes']} prototypes"
    rows = [
        {"name": "`StructureIndex`", "ms": record["times"]["ms_shipped"], "recall": record["recall"]},
        *record["peers"],
    ]
    head = "| | n each | " + " | ".join(CONDITIONS) + " | ms |\n| --- | --: |" + " --- |" * len(CONDITIONS) + " --: |"
    lines = [_recall_line(row) for row in rows]
    verdicts = [
        {"condition": c}
        | {f"k_{k}": v for k, v in r["known"].items()}
        | {f"u_{k}": v for k, v in r["held_out"].items()}
        for c, r in record["verdicts"].items()
    ]
    bins = [b for b in record["calibration"] if b["n"]]
    unknown = [{"condition": c, **r} for c, r in record["unknown"].items()]
    return document(
        _HEAD.format(asked=asked, entries=record["entries"], seed=record["seed"]),
        "\n".join([head, *lines]),
        _VERDICTS,
        table(_VERDICT_ROWS, verdicts),
        _CALIBRATION,
        table(_BIN_ROWS, bins),
        _UNKNOWN,
        table(_UNKNOWN_ROWS, unknown),
        _TIMES.format(machine=machine(record), entries=record["entries"], **record["times"]),
        "```\npython -m experiments run retrieval --work DIR\n```",
    )


def _recall_line(row: Record) -> str:
    if "problem" in row:
        return f"| {row['name']} | | {row['problem']} |" + " |" * len(CONDITIONS)
    cells = [f"{100 * r['at_1'] / r['n']:.1f} / {100 * r['at_5'] / r['n']:.1f}" for r in row["recall"].values()]
    return f"| {row['name']} | {row['recall']['pristine']['n']} | {' | '.join(cells)} | {row['ms']:.1f} |"


_HEAD = """# Table P: the open world

{asked}, one structure for each under each condition, periodic where the prototype is, are asked of the {entries}
entries of the shipped index. Percent of them whose prototype is the nearest / among the five nearest (recall@1 / @5),
with a metric learnt without the third of the prototypes (seed `{seed}`) that the one asked about belongs to. Of several
that a peer calls as near the last counts. Peers are asked about fewer. Time is that of one core for one query."""
_VERDICTS = """## What it says of prototypes that it does not hold

Libraries without a third of the prototypes, with metric and verdicts learnt without that third. Of prototypes that
they hold: percent accepted as the right one, as a wrong one, called similar, and called none; and the same of those
held out, all of which are wrong to accept."""
_VERDICT_ROWS = (
    "| condition | n held | right | wrong | similar | none | n held out | accepted | similar | none |\n"
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n"
    "| {condition} | {k_n} | {k_same_and_right:.1%} | {k_same_and_wrong:.2%} | {k_similar:.1%} | {k_none:.1%} | "
    "{u_n} | {u_same_and_wrong:.1%} | {u_similar:.1%} | {u_none:.1%} |"
)
_CALIBRATION = """The probability that the nearest entry is right, of all these answers:"""
_BIN_ROWS = (
    "| from | answers | mean probability | share right |\n| --: | --: | --: | --: |\n"
    "| {from} | {n} | {probability:.3f} | {right:.3f} |"
)
_UNKNOWN = """## The unknown prototypes of Table D

are entries of the index, which makes them known without training: how many have their own prototype nearest, and are
called the same."""
_UNKNOWN_ROWS = (
    "| condition | n | nearest | same |\n| --- | --: | --: | --: |\n| {condition} | {n} | {nearest} | {same} |"
)
_TIMES = """## Times

{machine}, processor time of one core. A query of {atoms} atoms on average takes {ms_shipped:.1f} ms on {entries}
entries and {ms_filled:.1f} ms on {fill:,} (synthetic fill), describing it included. {built} cells of {atoms_built}
atoms on average went into an index at {per_second} a second."""

SMALL = {"prototypes": 12, "variants": 1, "peers": 4, "matched": 1}
EXPERIMENT = Experiment(measure, page, ("numba", "pymatgen", "spglib"), SMALL)
