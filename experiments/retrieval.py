"""Table P: whether an index finds prototypes again, whatever was done to them, and knows which it does not hold.

Every prototype of the shipped index is asked about in crystals that are pristine, displaced, thinned or hot. Metric and
verdicts are those of libraries from which a third of the prototypes is left out, learnt without that third. `--work` is
the folder of `scripts/fit_metric.py` that keeps the structures that noise is learnt from; what is missing is made.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

from arise_zoo.common.progress import Progress
from arise_zoo.common.seeds import rng_for
from arise_zoo.common.statistics import share_interval
from arise_zoo.descriptors import ChannelSOAP
from arise_zoo.descriptors.parameters import CHANNELS, KIND
from arise_zoo.index import StructureIndex
from arise_zoo.index.answers import NONE, SAME, SIMILAR, WHOLE
from arise_zoo.index.evidence import match, space_group
from arise_zoo.index.learning import (
    FOLDS,
    UNKNOWN_NEAR,
    UNKNOWN_SAME,
    Asked,
    asked_of,
    distances_to,
    folds_of,
    judged,
    noise_of,
    projection,
)
from arise_zoo.index.metric import shipped_metric
from arise_zoo.models.augmentation.field_rows import Amounts, field_blocks, field_rows
from arise_zoo.prototypes import Prototype, class_ids, get_prototype
from arise_zoo.prototypes.custom import prototype_from_atoms
from arise_zoo.prototypes.supercells import displacement_unit, supercell
from arise_zoo.prototypes.unknown import load_unknown_prototypes
from arise_zoo.structures import displace, remove_atoms
from arise_zoo.structures.operations import shaken

from . import _retrieval_peers as peers
from ._retrieval_uses import NOISE, duplicates, few_shot, times
from .harness import Experiment, Record, document, machine, table

SEED, DIMENSIONS, HEAT = "table P", 96, 0.05
CONDITIONS = ("pristine", "displacement-0.04", "missing-0.1", "both-0.2-0.04", f"heat-{HEAT}")
_SHARES = {"displacement-0.04": (0.0, 0.04), "missing-0.1": (0.1, 0.0), "both-0.2-0.04": (0.2, 0.04)}
_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
_LOOSE = 0.1  # angstrom, within which space groups of prototypes that are taken for each other are named


@dataclass(frozen=True)
class Query:
    """A structure of an entry's prototype under a condition, and its descriptor, shape (n_features,)."""

    condition: str
    entry: int
    atoms: Atoms
    vector: np.ndarray


def measure(
    work: Path, prototypes: int = 400, variants: int = 100, slow: int = 12, draws: int = 3, copies: int = 7
) -> Record:
    """Ask about so many prototypes at most, slow peers about `slow` of them, with noise from `variants` structures of
    each class; `draws` of each new class, and `copies` of each duplicate."""
    index, metric = StructureIndex.load(), shipped_metric()
    names, groups = np.unique(index.entries["prototype"].to_pylist(), return_inverse=True)
    entries = [int(np.flatnonzero(groups == g)[0]) for g in range(len(names))][:: max(1, -(-len(names) // prototypes))]
    begin = time.process_time()
    queries = list(_queries(index, entries))
    ms_described = 1e3 * (time.process_time() - begin) / len(queries)
    views = np.array([metric.views(index.atoms(row))[0] for row in range(len(index))])
    library = _Library(groups, views, queries)
    whole, asked = library.asked(work, variants)
    said, probabilities = judged(asked, np.ones(len(asked.query)), library.fold[asked.query], metric.identical(WHOLE))
    conditions = np.array([q.condition for q in queries])[asked.query]
    ranks = _ranks(whole, groups, library.right)
    return {
        "seed": SEED,
        "entries": len(index),
        "prototypes": len(names),
        "asked": len(entries),
        "recall": _recall(queries, ranks),
        "confused": _confused(index, names, entries, whole, groups, queries, ranks),
        "verdicts": {c: _told(asked, said, conditions == c) for c in CONDITIONS}
        | {"all": _told(asked, said, np.ones(len(said), dtype=bool))},
        "calibration": _bins(asked, probabilities),
        "peers": _peers(index, groups, views[:, 0], queries, slow, ms_described),
        "unknown": _unknown_of_table_d(index),
        "few_shot": few_shot(draws),
        "duplicates": duplicates(copies),
        "times": times([q.atoms for q in queries if q.condition == "displacement-0.04"][:40]),
    }


def _queries(index: StructureIndex, entries: Sequence[int]) -> Iterator[Query]:
    soap = ChannelSOAP(**shipped_metric().descriptor)
    with Progress(len(entries) * len(CONDITIONS), "describing queries", warm_up=1) as bar:
        for entry in entries:
            for condition in CONDITIONS:
                atoms = _made(_prototype(index, entry), condition)
                yield Query(condition, entry, atoms, soap.create(atoms))
                bar.advance()


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


class _Library:
    """The entries of an index, `views` of shape (n_entries, n_views, n_features), in thirds of their prototypes."""

    def __init__(self, groups: np.ndarray, views: np.ndarray, queries: Sequence[Query]):
        self.groups, self.views = groups, views
        rows = [q.entry for q in queries]
        self.vectors = np.array([q.vector for q in queries])
        self.right, self.folds = groups[rows], folds_of(groups, SEED)
        self.fold = self.folds[rows]
        self.periodic = np.array([bool(q.atoms.pbc.any()) for q in queries])

    def asked(self, work: Path, variants: int) -> tuple[np.ndarray, Asked]:
        """Distances to all entries, shape (n_queries, n_entries), by the metric without the third that a query is of,
        and what periodic queries are answered by the libraries without each third."""
        metric = shipped_metric()
        rows, outputs = field_rows(
            work, field_blocks(Amounts(field=range(variants))), {KIND: CHANNELS, **metric.descriptor}
        )
        noise = [noise_of(rows[outputs == c], self.views[c]) for c in range(len(class_ids()))]  # which come first
        fold_of_noise = np.repeat(self.folds[: len(noise)], [len(n) for n in noise])
        whole, parts = np.zeros((len(self.vectors), len(self.groups))), []
        for left_out in range(FOLDS):
            kept, unknown = self.folds != left_out, self.fold == left_out
            flat = self.views[kept].reshape(-1, self.views.shape[2])
            matrix = projection(np.concatenate(noise)[fold_of_noise != left_out], flat, DIMENSIONS)
            apart = distances_to(self.vectors, self.views, matrix)
            whole[unknown] = apart[unknown]
            factor = 1.0 / np.quantile(apart[np.ix_(unknown, kept)].min(axis=1), UNKNOWN_NEAR)
            parts.append(asked_of(factor * apart[:, kept], self.groups[kept], self.right, unknown))
        asked = parts[0] + parts[1] + parts[2]
        return whole, asked[self.periodic[asked.query]]


def _told(asked: Asked, said: np.ndarray, here: np.ndarray) -> Record:
    """Numbers of answers about prototypes that a library holds, and about those that it does not."""
    found = {}
    for name, which in (("known", here & ~asked.unknown), ("held_out", here & asked.unknown)):
        right = asked.right[which]
        found[name] = {
            "n": int(which.sum()),
            "right": int(np.sum((said[which] == SAME) & right)),
            "wrong": int(np.sum((said[which] == SAME) & ~right)),
            "similar": int(np.sum(said[which] == SIMILAR)),
            "none": int(np.sum(said[which] == NONE)),
        }
    return found


def _bins(asked: Asked, probabilities: np.ndarray) -> list[Record]:
    """Mean probability and number right of the answers between two probabilities."""
    place = np.clip(np.digitize(probabilities, _BINS) - 1, 0, len(_BINS) - 2)
    return [
        {
            "from": _BINS[b],
            "n": int((place == b).sum()),
            "probability": round(float(probabilities[place == b].mean()), 3),
            "right": int(asked.right[place == b].sum()),
        }
        for b in np.unique(place).tolist()
    ]


def _ranks(distances: np.ndarray, groups: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Place of the right prototype among all, from 0; of several that are as near, the last."""
    least = np.full((len(distances), groups.max() + 1), np.inf)
    for entry, group in enumerate(groups):
        least[:, group] = np.minimum(least[:, group], distances[:, entry])
    own = least[np.arange(len(least)), right]
    ranks: np.ndarray = np.where(np.isfinite(own), (least <= own[:, None]).sum(axis=1) - 1, least.shape[1])
    return ranks


def _recall(queries: Sequence[Query], ranks: np.ndarray) -> Record:
    found = {}
    for condition in CONDITIONS:
        own = ranks[[q.condition == condition for q in queries]]
        found[condition] = {"n": len(own), "at_1": int((own < 1).sum()), "at_5": int((own < 5).sum())}
    return found


def _confused(
    index: StructureIndex,
    names: np.ndarray,
    entries: Sequence[int],
    whole: np.ndarray,
    groups: np.ndarray,
    queries: Sequence[Query],
    ranks: np.ndarray,
) -> list[Record]:
    """Prototypes whose structures have another one nearest, with what StructureMatcher and spglib say of both."""
    pairs: dict[tuple[int, int], list[str]] = {}
    for row, query in enumerate(queries):
        if ranks[row] > 0:
            pairs.setdefault((query.entry, int(whole[row].argmin())), []).append(query.condition)
    found: list[Record] = []
    for (entry, other), conditions in pairs.items():
        cells = index.atoms(entry), index.atoms(other)
        verdict = match(*cells)
        found.append(
            {
                "asked": str(names[groups[entry]]),
                "nearest": str(names[groups[other]]),
                "conditions": conditions,
                "space_groups": [space_group(cell, _LOOSE) for cell in cells],
                "rms": None if verdict is None or verdict.rms is None else round(verdict.rms, 4),
            }
        )
    return found


def _peers(
    index: StructureIndex,
    groups: np.ndarray,
    vectors: np.ndarray,
    queries: Sequence[Query],
    slow: int,
    ms_described: float,
) -> list[Record]:
    cells = [index.atoms(row) for row in range(len(index))]
    periodic = [q.entry for q in queries if q.condition == "pristine" and q.atoms.pbc.all()]
    few = set(periodic[:: max(1, len(periodic) // slow)][:slow])
    found: list[Record] = []
    for name, make in peers.ALL.items():
        asked = [q for q in queries if q.entry in few] if name in peers.SLOW else queries
        try:
            ranking = make(cells, vectors)
        except ImportError as error:
            found.append({"name": name, "problem": f"{error.name} is not installed"})
            continue
        distances, begin = [], time.process_time()
        with Progress(len(asked), name) as bar:
            for query in asked:
                distances.append(ranking(query.atoms, query.vector))
                bar.advance()
        ms = 1e3 * (time.process_time() - begin) / len(asked) + (ms_described if name in peers.DESCRIBED else 0.0)
        ranks = _ranks(np.array(distances), groups, groups[[q.entry for q in asked]])
        found.append({"name": name, "recall": _recall(asked, ranks), "ms": round(ms, 2)})
    return found


def _unknown_of_table_d(index: StructureIndex) -> Record:
    """How many of the unknown prototypes come out as themselves, named by their entry's prototype."""
    prototype = dict(zip(*(index.entries[c].to_pylist() for c in ("id", "prototype")), strict=True))
    unknown = [(u, prototype[str(u.aflow_label)]) for u in load_unknown_prototypes()]
    found = {}
    for condition in CONDITIONS:
        answers = [index.search(_made(u, condition)) for u, _ in unknown]
        nearest = sum(a[0].prototype == own for a, (_, own) in zip(answers, unknown, strict=True))
        accepted = sum(a.prototype == own for a, (_, own) in zip(answers, unknown, strict=True))
        found[condition] = {"n": len(unknown), "nearest": nearest, "same": accepted}
    return found


def page(record: Record) -> str:
    """The page of Table P."""
    own = {"name": "**`StructureIndex`**", "ms": record["times"]["ms_shipped"], "recall": record["recall"]}
    head = "| | n | " + " | ".join(CONDITIONS) + " | ms |\n| --- | --: |" + " --- |" * len(CONDITIONS) + " --: |"
    verdicts = [
        {"condition": c} | {f"{of}_{k}": _share(v, r[of]["n"]) for of in r for k, v in r[of].items()} | r
        for c, r in record["verdicts"].items()
    ]
    bins = [b | {"share": _percent(b["right"], b["n"])} for b in record["calibration"]]
    confused = [_confusion(pair) for pair in record["confused"]]
    few, pairs = record["few_shot"], record["duplicates"]
    mixed = "; ".join(" and ".join(f"`{name}`" for name in names) for names in pairs["mixed"]) or "none"
    return document(
        _HEAD.format(**record),
        "\n".join([head, *(_recall_line(row) for row in (own, *record["peers"]))]),
        _CONFUSED,
        table(_CONFUSED_ROWS, confused),
        _VERDICTS.format(same=100 * UNKNOWN_SAME),
        table(_VERDICT_ROWS, verdicts),
        _CALIBRATION,
        table(_BIN_ROWS, bins),
        _UNKNOWN,
        table(_UNKNOWN_ROWS, [{"condition": c, **r} for c, r in record["unknown"].items()]),
        _FEW_SHOT.format(**few),
        table(_FEW_SHOT_ROWS, [{"condition": c, **_few_shot_row(r)} for c, r in few["conditions"].items()]),
        _DUPLICATES.format(
            **pairs | {"mixed": mixed}, noise=NOISE, pairs=pairs["structures"] * (pairs["structures"] - 1) // 2
        ),
        _TIMES.format(machine=machine(record), entries=record["entries"], **record["times"]),
        "```\npython -m experiments run retrieval --work metric.work\n```",
    )


def _percent(count: int, n: int) -> str:
    low, high = share_interval(count, n)
    return f"{100 * count / n:.1f} [{low:.1f}, {high:.1f}]"


def _share(count: int, n: int) -> str:
    return f"{100 * count / n:.1f}" if n else ""


def _recall_line(row: Record) -> str:
    if "problem" in row:
        return f"| {row['name']} | | {row['problem']} |" + " |" * len(CONDITIONS)
    cells = [f"{_percent(r['at_1'], r['n'])}<br>{100 * r['at_5'] / r['n']:.1f}" for r in row["recall"].values()]
    return f"| {row['name']} | {row['recall']['pristine']['n']} | {' | '.join(cells)} | {row['ms']:.1f} |"


def _confusion(pair: Record) -> Record:
    groups = " and ".join(str(g) for g in dict.fromkeys(pair["space_groups"]))
    verdict = "no match" if pair["rms"] is None else f"match, RMS {pair['rms']:.3f}"
    return pair | {"conditions": ", ".join(pair["conditions"]), "groups": groups, "verdict": verdict}


def _few_shot_row(found: Record) -> Record:
    tuned = found["finetuned"]
    kinds = ("periodic", "clusters")
    n, nearest = (sum(found[kind][column] for kind in kinds) for column in ("n", "nearest"))
    return {
        "n": n,
        "nearest": _percent(nearest, n),
        **{kind: _percent(found[kind]["accepted"], found[kind]["n"]) for kind in kinds},
        "tuned": f"{tuned['accuracy']:.1f} [{tuned['ci95'][0]:.1f}, {tuned['ci95'][1]:.1f}]",
        "n_tuned": tuned["n"],
    }


_HEAD = """# Table P: the open world

{asked} of {prototypes} prototypes, one structure of at least 100 atoms for each under each condition, periodic where
the prototype is, are asked of the {entries} entries of [the shipped index](../arise_zoo/index/shipped/README.md).
Percent of them whose prototype is the nearest (recall@1, with its 95 % interval) and, below, among the five nearest
(recall@5), with a metric learnt without the third of the prototypes that the one asked about belongs to (seed
`{seed}`). Displacements and heat are in units of the distance to the nearest neighbour, heat as the standard deviation
of each component. Of several entries that a method calls as near, the last counts. ms: processor time of a query on
one core."""
_CONFUSED = """`arise-field` was trained on the 108 classes among the entries. Average minimum distances (D. Widdowson
et al., MATCH Commun. Math. Comput. Chem. 87, 529 (2022)) are computed here with 100 neighbours, in units of the cube
root of the volume of an atom; they know no species. The package of their authors has a licence against commercial use,
so that it is no peer. spglib has a tolerance of 0.1 angstrom, StructureMatcher pymatgen's defaults with species
exchanged, without a search of supercells. The last two, which take seconds for some structures, are asked about a few
prototypes.

Prototypes whose structures have another one nearest, with the space groups of both within 0.1 angstrom and what
StructureMatcher says of the two cells. Where it matches them, the two are one structure but for a distortion that
disorder of this size hides:"""
_CONFUSED_ROWS = (
    "| asked | nearest | under | space groups | StructureMatcher |\n| --- | --- | --- | --- | --- |\n"
    "| `{asked}` | `{nearest}` | {conditions} | {groups} | {verdict} |"
)
_VERDICTS = """## What it says of prototypes that it does not hold

Libraries without a third of the prototypes, with metric and verdicts learnt without that third, are asked about
periodic structures of all of them. Percent of those of prototypes that they hold which are taken to be of the right
one, of a wrong one, called similar to one, and called none; and the same of those held out, all of which are wrong to
take for one. Limits are set so that {same:.1f} % of the held-out structures that they are fitted to are taken for one,
all conditions together; here others are asked about, and pristine ones, whose vectors lie nearest to entries, are taken
more often than hot ones."""
_VERDICT_ROWS = (
    "| condition | n held | right | wrong | similar | none | n held out | taken for one | similar | none |\n"
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n"
    "| {condition} | {known[n]} | {known_right} | {known_wrong} | {known_similar} | {known_none} | "
    "{held_out[n]} | {held_out_wrong} | {held_out_similar} | {held_out_none} |"
)
_CALIBRATION = """The probability that the nearest entry is right, of all these answers:"""
_BIN_ROWS = (
    "| from | answers | mean probability | percent right |\n| --: | --: | --: | --: |\n"
    "| {from} | {n} | {probability:.3f} | {share} |"
)
_UNKNOWN = """## The unknown prototypes of Table D

are entries of the index, so that it knows them without training: how many have their own prototype nearest, and are
taken to be of it."""
_UNKNOWN_ROWS = (
    "| condition | n | nearest | taken for it |\n| --- | --: | --: | --: |\n| {condition} | {n} | {nearest} | {same} |"
)
_FEW_SHOT = """## Classes of one's own

The five classes of [fine-tuning](finetuning.md), one cell each, were added to an index of the 108 in {ms:.0f} ms; the
network was trained on them for {finetuning_s:.0f} s ([its accuracies](../experiments/finetuning.md)). Percent of the
same kinds of structures, half of them isolated clusters, whose nearest entry is right; that the index takes to be of
it, of the periodic ones and of the clusters; and that the network after fine-tuning names rightly. It has to name one;
the index may say that it does not know."""
_FEW_SHOT_ROWS = (
    "| condition | n | nearest | taken, periodic | taken, clusters | n | fine-tuned |\n"
    "| --- | --: | --: | --: | --: | --: | --: |\n"
    "| {condition} | {n} | {nearest} | {periodic} | {clusters} | {n_tuned} | {tuned} |"
)
_DUPLICATES = """## Duplicates

{structures:,} structures ({pairs:,} pairs), copies of {entries} entries in other orientations, orders and cells, each
atom shaken by {noise} angstrom, whatever their elements: {together} of {entries} have all their copies in one group.
The others are small cells with short bonds, in which this moves the mean bond or the surroundings by more than the 0.3
% strain up to which structures are called identical. Describing took {describing_s:.1f} s, finding the groups
{grouping_s:.1f} s. Groups that hold two prototypes: {mixed}."""
_TIMES = """## Times

{machine}, processor time of one core. A query of {atoms} atoms on average takes {ms_shipped:.1f} ms on {entries}
entries and {ms_filled:.1f} ms on {fill:,} (copies of these entries, each shifted in the metric's space), description
and space groups included. {built} cells of {atoms_built} atoms on average went into an index at {per_second} a second,
on one core."""

SMALL = {"prototypes": 8, "variants": 1, "slow": 1, "draws": 1, "copies": 1}
EXPERIMENT = Experiment(measure, page, ("numba", "pymatgen", "spglib", "matid"), SMALL, page_path="docs/retrieval.md")
