"""What helps a network that sees pristine structures only, and what seeing more brings: one change at a time.

Trains each variation with several seeds and measures it on the validation rows and on defects of another base seed
than the benchmark's. `--data` is the output folder of `arise-zoo build`. What was trained is kept in the folder
`--work` and not trained again. `--only` are the numbers of the variations to train; the record takes all that are
there, and keeps what it has of others. `--epochs`, if not 0, takes the place of every variation's own.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed

from arise_zoo.analysis.studies.out_of_sample import build, is_near_the_published, prototypes
from arise_zoo.common.statistics import auroc
from arise_zoo.common.storage import replacing, write_json
from arise_zoo.datasets import use_dynamics
from arise_zoo.datasets.prototypes import Pristine
from arise_zoo.descriptors import soap_grid
from arise_zoo.descriptors.settings import CENTRE, EXTRINSIC_SCALES, L_MAX, N_MAX, R_CUTS, SIGMAS
from arise_zoo.models import load_model
from arise_zoo.models.augmentation.perturbed import SELECTION_SEED
from arise_zoo.models.checkpoint import write_network
from arise_zoo.models.network.architecture import Architecture
from arise_zoo.models.network.forward import Member, Network
from arise_zoo.models.network.prediction import predict
from arise_zoo.models.training.loop import calibrate, train_network
from arise_zoo.models.training.plans import PLANS, Plan
from arise_zoo.models.training.rows import further_rows, joined, read_rows
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import StructureSpec, benchmark_structures, pristine_structures

from .harness import Experiment, Record, document, seeds_cell, table

if TYPE_CHECKING:
    import keras

CONDITIONS = ("displacement-0.07", "displacement-0.1", "missing-0.3", "both-0.3-0.1")
COLUMNS = ("validation", *CONDITIONS)
ITERATIONS, PASSES = 5, 50
HOT, MELTS, PASSES_OF_DOUBT = "md-1", "liquid-1.1", 1000
GRIDS = {
    "all": (R_CUTS, SIGMAS, EXTRINSIC_SCALES),
    "nine": ((3.6, 4.0, 4.4), (0.08, 0.10, 0.12), (1.00,)),
    "central": tuple((value,) for value in CENTRE),
}
"""Descriptor settings: cut-offs, widths, scales."""

Rows = tuple[np.ndarray, np.ndarray]
"""Descriptors, the last axis n_features long and the one before n, and class numbers, shape (n,)."""


@dataclass(frozen=True)
class Normalised(Architecture):
    """With a layer of Keras's after each hidden dense layer: `LayerNormalization` or `BatchNormalization`."""

    normalisation: str = "LayerNormalization"

    def build(self, mean: np.ndarray, spread: np.ndarray, seed: int = 0) -> "keras.Sequential":
        """As of `Architecture`."""
        import keras

        layers = []
        for layer in super().build(mean, spread, seed).layers:
            layers.append(layer)
            if layer.name.startswith("dense_"):
                layers.append(getattr(keras.layers, self.normalisation)())
        return keras.Sequential([keras.Input((self.n_features,)), *layers])


@dataclass(frozen=True)
class Variation:
    """What is trained, on descriptors of which basis, at which settings it is asked (answers are averaged), and with
    which seeds if not those asked for."""

    plan: Plan
    basis: str = "quip"
    grid: str = "central"
    seeds: tuple[int, ...] = ()


def _changed(plan: Plan, **values: Any) -> Plan:
    """A plan of one network with other values of its architecture or its recipe."""
    shape = {key: values.pop(key) for key in ("hidden", "dropout", "input_dropout") if key in values}
    architecture, recipe = replace(plan.architecture, **shape), replace(plan.recipe, **values)
    return replace(plan, architecture=architecture, recipe=recipe, further=())


def _normalised(plan: Plan, kind: str) -> Plan:
    """A plan whose network has layers of this kind besides."""
    return replace(plan, architecture=Normalised(**asdict(plan.architecture), normalisation=kind))


_MLP, _THERMAL, _ROBUST = (_changed(PLANS[f"arise-{name}"]) for name in ("mlp", "thermal", "robust"))
_SHARP = _changed(PLANS["arise-thermal"].further[-1])
_BOTH, _BLURRED, _DEFECTS = "both (of `arise-thermal`)", "blurred rows besides, Table 1", "defects besides"
_SHORT = "defects besides, shorter"
_RAW, _RAW_BLURRED, _RAW_DEFECTS = "inputs as they are", "the same, blurred rows besides", "the same, defects besides"
VARIATIONS: dict[str, Variation] = {
    "no smoothing, no mixing": Variation(_changed(_SHARP, mixing=0.0, label_smoothing=0.0)),
    "label smoothing 0.1": Variation(_changed(_SHARP, mixing=0.0)),
    "rows of one class mixed": Variation(_changed(_SHARP, label_smoothing=0.0)),
    _BOTH: Variation(_SHARP),
    "... asked at nine settings": Variation(_SHARP, grid="nine"),
    "... layers of 256, 512 and 256 (Table 1)": Variation(_changed(_SHARP, hidden=(256, 512, 256))),
    "... weights of the last fifth averaged": Variation(_changed(_SHARP, average_from=0.8)),
    "... layer normalisation": Variation(_normalised(_SHARP, "LayerNormalization")),
    "... batch normalisation": Variation(_normalised(_SHARP, "BatchNormalization")),
    "... `gto` descriptor": Variation(_SHARP, basis="gto"),
    "... blurred rows besides": Variation(replace(_SHARP, blurred=_THERMAL.blurred)),
    _BLURRED: Variation(_THERMAL),
    _DEFECTS: Variation(_ROBUST),
    _SHORT: Variation(_changed(_ROBUST, epochs=40), seeds=(0,)),
    _RAW: Variation(_MLP, seeds=(3, 6)),
    _RAW_BLURRED: Variation(replace(_changed(_MLP, epochs=50), blurred=_THERMAL.blurred)),
    _RAW_DEFECTS: Variation(replace(_changed(_MLP, epochs=24), perturbed=_ROBUST.perturbed)),
}
AVERAGES: dict[str, tuple[tuple[str, int], ...]] = {
    "both, two seeds": ((_BOTH, 0), (_BOTH, 1)),
    f"{_BLURRED}, two seeds": ((_BLURRED, 0), (_BLURRED, 1)),
    "the same and both (`arise-thermal`)": ((_BLURRED, 0), (_BLURRED, 1), (_BOTH, 0)),
    f"{_DEFECTS}, two seeds (`arise-robust`)": ((_DEFECTS, 0), (_DEFECTS, 1)),
    f"{_RAW}, two seeds (`arise-mlp`)": ((_RAW, 3), (_RAW, 6)),
    f"{_RAW_BLURRED}, two seeds": ((_RAW_BLURRED, 0), (_RAW_BLURRED, 1)),
    f"{_RAW_DEFECTS}, two seeds": ((_RAW_DEFECTS, 0), (_RAW_DEFECTS, 1)),
    f"these two, and {_SHORT}": ((_RAW_DEFECTS, 0), (_RAW_DEFECTS, 1), (_SHORT, 0)),
}
"""Averages of networks: variation and seed of each."""


def measure(
    data: Path,
    work: Path = Path("training-work"),
    seeds: Sequence[int] = (0, 1),
    only: Sequence[int] = tuple(range(len(VARIATIONS))),
    epochs: int = 0,
) -> Record:
    """Right labels of every variation and average that has been trained, on each set of structures."""
    runs: list[Record] = []
    places: dict[tuple[str, int], Path] = {}
    for number, (name, variation) in enumerate(VARIATIONS.items()):
        for seed in variation.seeds or seeds:
            recipe = {"seed": seed, **({"epochs": epochs} if epochs else {})}
            seeded = replace(variation, plan=_changed(variation.plan, **recipe))
            path = work / _key(seeded)
            facts = path / "trained.json"
            if number in only and not facts.is_file():
                _train(path, seeded, data, work)
            if facts.is_file():
                places[name, seed] = path
                run = {"variation": name, "plan": asdict(seeded.plan), **json.loads(facts.read_text())}
                runs.append({**run, "right": _right([path], seeded, data, work), **_doubt([path], seeded, work)})
    for name, members in AVERAGES.items():
        if all(member in places for member in members):
            of, first = [places[member] for member in members], VARIATIONS[members[0][0]]
            right, doubt = _right(of, first, data, work), _doubt(of, first, work)
            runs.append({"variation": name, "averaged": len(members), "right": right, **doubt})
    measured = {_which(run) for run in runs}
    runs = sorted([*runs, *(run for run in EXPERIMENT.record()["runs"] if _which(run) not in measured)], key=_which)
    return {"selection_seed": SELECTION_SEED, "iterations": ITERATIONS, "passes": PASSES, "runs": runs}


def _which(run: Record) -> tuple[int, int]:
    """The place of a variation or an average among all, and the seed of one network."""
    names = [*VARIATIONS, *AVERAGES]
    return names.index(run["variation"]), run["plan"]["recipe"]["seed"] if "plan" in run else 0


def _key(variation: Variation) -> str:
    """What a training is kept under: variations that differ only in what they are asked share it."""
    kind = type(variation.plan.architecture).__name__
    return hashlib.sha256(json.dumps([variation.basis, kind, asdict(variation.plan)]).encode()).hexdigest()[:12]


def _train(path: Path, variation: Variation, data: Path, work: Path) -> None:
    plan, (train, validation) = variation.plan, _pristine(variation.basis, data, work)
    x, y = joined([train, *further_rows(plan, work / "structures", n_jobs=-1, progress=True)])
    architecture = replace(plan.architecture, n_features=x.shape[1])
    network, log = train_network(architecture, plan.recipe, (x, y), validation, path / "work", progress=True)
    if plan.recipe.label_smoothing:
        calibrate(network, validation)
    write_network(path, network)
    seconds = round(sum(entry["seconds"] for entry in log), 1)
    write_json(path / "trained.json", {"rows": len(y), "seconds": seconds})


def _right(paths: list[Path], variation: Variation, data: Path, work: Path) -> dict[str, list[int]]:
    """How many labels are right, of how many, in each column, by the networks in these folders together."""
    answer, basis, grid = _answerer(paths, variation), variation.basis, variation.grid
    found = {}
    for column in COLUMNS:
        if column != "validation":
            structures = list(benchmark_structures(column, iterations=ITERATIONS, seed=SELECTION_SEED))
            x, y = _described(column, structures, basis, grid, work)
        elif grid == "central":  # the validation rows have one setting each
            x, y = _pristine(basis, data, work)[1]
            x = x[None]
        else:
            continue
        said = np.sum([answer(vectors) for vectors in x], axis=0).argmax(axis=1)
        found[column] = [int((said == y).sum()), len(y)]
    return found


def _doubt(paths: list[Path], variation: Variation, work: Path) -> Record:
    """What the networks in these folders are together unsure of, by mutual information: of how many of the paper's
    crystals outside the classes as much as published, and whether of melts more than of hot crystals."""
    if variation.basis != "quip" or variation.grid != "central" or isinstance(variation.plan.architecture, Normalised):
        return {}
    network, (rows, published) = Network([Member(path) for path in paths]), _outside()
    bits = predict(network, rows, PASSES_OF_DOUBT).mutual_information
    near = [is_near_the_published(b, p) for b, p in zip(bits, published, strict=True)]
    use_dynamics()
    bits_of, numbers_of = [], []
    for condition in (MELTS, HOT):
        frames = list(benchmark_structures(condition))
        # The data set is open in this process alone.
        x, numbers = _described(condition, frames, "quip", "central", work, n_jobs=1)
        bits_of.append(predict(network, x[0], PASSES).mutual_information)
        numbers_of.append(numbers)
    return {
        "near": [near.count(True), len(near) - near.count(None)],
        "melts": auroc(bits_of[0], bits_of[1], (numbers_of[0], numbers_of[1])),
        "n_frames": [len(numbers) for numbers in numbers_of],
    }


@cache
def _outside() -> tuple[np.ndarray, list[float | None]]:
    """Descriptors of the paper's crystals outside the classes, shape (n, n_features), and their published bits."""
    crystals = prototypes()
    rows = load_model("arise-mlp").describe([build(crystal) for crystal in crystals])
    return rows, [crystal["published_bits"] for crystal in crystals]


def _answerer(paths: list[Path], variation: Variation) -> Callable[[np.ndarray], np.ndarray]:
    """The function from descriptors, shape (n, n_features), to probabilities, shape (n, n_classes)."""
    if isinstance(variation.plan.architecture, Normalised):
        import keras

        normalised = keras.saving.load_model(paths[0], compile=False)
        return lambda x: np.asarray(normalised.predict(x, batch_size=4096, verbose=0))
    network = Network([Member(path) for path in paths])
    return lambda x: predict(network, x, PASSES).probabilities


def _pristine(basis: str, data: Path, work: Path) -> list[Rows]:
    """The rows of `arise/prototypes` for training and for validation, with descriptors of this basis."""
    if basis == "quip":
        return [read_rows(data, split).examples for split in ("train", "validation")]
    vectors, labels = _described("pristine", list(pristine_structures()), basis, "all", work)
    labels = np.repeat(labels, len(vectors))
    vectors = vectors.swapaxes(0, 1).reshape(len(labels), -1)
    split = Pristine().split(labels)
    return [(vectors[split[name]], labels[split[name]]) for name in ("train", "validation")]


def _described(name: str, structures: list[StructureSpec], basis: str, grid: str, work: Path, n_jobs: int = -1) -> Rows:
    """Descriptors, shape (n_settings, n, n_features), described once and kept, and class numbers."""
    path = work / "structures" / f"{name}-{basis}-{grid}.npy"
    if not path.is_file():
        rows = Parallel(n_jobs, batch_size=16)(delayed(_describe)(spec, basis, grid) for spec in structures)
        with replacing(path) as temporary, open(temporary, "wb") as file:
            np.save(file, np.stack(rows, axis=1))
    return np.load(path), np.array([class_ids().index(spec.class_id) for spec in structures])


def _describe(spec: StructureSpec, basis: str, grid: str) -> np.ndarray:
    r_cuts, sigmas, scales = GRIDS[grid]
    vectors = soap_grid(spec.build(), r_cuts, sigmas, scales, basis, n_max=N_MAX, l_max=L_MAX)
    return vectors.reshape(-1, vectors.shape[-1]).astype(np.float32)


def page(record: Record) -> str:
    runs, columns, rows = record["runs"], " | ".join(COLUMNS), []
    for name in dict.fromkeys(run["variation"] for run in runs):
        of = [run for run in runs if run["variation"] == name]
        row = {"name": name, "seeds": "", "rows": "", "epochs": "", **_doubts(of)}
        if "plan" in of[0]:
            recipes = [run["plan"]["recipe"] for run in of]
            seeds = ", ".join(str(recipe["seed"]) for recipe in recipes)
            row |= {"seeds": seeds, "rows": f"{of[0]['rows']:,}", "epochs": recipes[0]["epochs"]}
        cells = " | ".join(_cell([run["right"].get(column) for run in of]) for column in COLUMNS)
        rows.append(row | {"cells": cells, "s": "<br>".join(f"{run['seconds']:.0f}" for run in of if "seconds" in run)})
    sizes = ", ".join(f"{column} {runs[0]['right'][column][1]:,}" for column in COLUMNS)
    melts, crystals = next(run["n_frames"] for run in runs if "n_frames" in run)
    return document(
        "# What helps",
        f"Right labels in percent with {record['passes']} passes: mean over networks with the "
        "seeds named, in brackets the 95 % interval (Wilson) that one network's number of "
        "structures leaves, and below the range over the seeds. Defects have the base seed "
        f"{record['selection_seed']}, {record['iterations']} iterations: not those of the benchmark. Networks with "
        "normalisation are asked without dropping. Seconds are those of the training on "
        f"{record['hardware']['cores']} cores, of which other work may have had a part. Rows that begin with dots "
        "change one thing of the network of `arise-thermal` that sees no blurred rows; the nine settings are r_cut "
        "3.6, 4.0 and 4.4 with sigma 0.08, 0.10 and 0.12.",
        "As unsure as the paper's: of how many crystals outside the classes the mutual information is within a factor "
        "of two of the published ([uncertainty.md](uncertainty.md)). Unsure of melts: how probably a frame of a melt "
        f"(`{MELTS}` of Table M) has more of it than one of a crystal at its melting point (`{HOT}`), with the 95 % "
        "interval. The one does not follow from the other.",
        table(
            f"| network | seeds | rows | epochs | {columns} | as unsure as the paper's | unsure of melts | seconds |\n"
            f"| --- | --- | --: | --: | {' | '.join(['--:'] * len(COLUMNS))} | --: | --: | --: |\n"
            "| {name} | {seeds} | {rows} | {epochs} | {cells} | {near} | {melts} | {s} |",
            rows,
        ),
        f"n of each network: {sizes}; {melts:,} frames of melts and {crystals:,} of crystals, whose systems the "
        "interval takes as what was drawn.",
    )


def _doubts(runs: list[Record]) -> dict[str, str]:
    """The cells of what networks are unsure of, a line for each seed."""
    known = [run for run in runs if "near" in run]
    near = "<br>".join("{} of {}".format(*run["near"]) for run in known)
    melts = "<br>".join("{:.3f} [{:.3f}, {:.3f}]".format(*run["melts"]) for run in known)
    return {"near": near, "melts": melts}


def _cell(counts: list[list[int] | None]) -> str:
    known = [count for count in counts if count is not None]
    return seeds_cell(known, 2) if len(known) == len(counts) else ""


EXPERIMENT = Experiment(
    measure,
    page,
    ("keras", "tensorflow"),
    small={"seeds": (0,), "only": (0,), "epochs": 1},
    page_path="docs/training.md",
)
