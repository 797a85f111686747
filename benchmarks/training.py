"""What helps a network that sees pristine structures only, and what seeing more brings: one change at a time.

Trains each variation with several seeds and measures it on the validation rows and on defects of another base seed
than the benchmark's, then writes `training.json` and the table `docs/training.md`. What was trained is kept in the work
folder and not trained again. Usage: python benchmarks/training.py --data DIR [--work DIR] [--seeds N ...]
"""

import argparse
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import joblib
import numpy as np
from arise_zoo.bench.environment import hardware, package_versions
from arise_zoo.bench.scores import interval
from arise_zoo.datasets.settings import CENTRE, EXTRINSIC_SCALES, L_MAX, N_MAX, R_CUTS, SIGMAS
from arise_zoo.models.architecture import Architecture
from arise_zoo.models.averaged import AveragedNetwork
from arise_zoo.models.passes import Network
from arise_zoo.models.perturbed import SELECTION_SEED
from arise_zoo.models.plans import PLANS, Plan
from arise_zoo.models.rows import further_rows, read_rows
from arise_zoo.models.uncertainty import predict
from arise_zoo.storage import replacing, write_json, write_text

from arise_zoo.datasets.prototypes import Pristine
from arise_zoo.descriptors import soap_grid
from arise_zoo.models.checkpoint import write_network
from arise_zoo.models.training import calibrate, train_network
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import StructureSpec, benchmark_structures, pristine_structures

ROOT = Path(__file__).parents[1]
CONDITIONS = ("displacement-0.07", "displacement-0.1", "missing-0.3", "both-0.3-0.1")
COLUMNS = ("validation", *CONDITIONS)
ITERATIONS, PASSES = 5, 50
GRIDS = {
    "all": (R_CUTS, SIGMAS, EXTRINSIC_SCALES),
    "nine": ((3.6, 4.0, 4.4), (0.08, 0.10, 0.12), (1.00,)),
    "central": tuple((value,) for value in CENTRE),
}
"""Descriptor settings: cut-offs, widths, scales."""


@dataclass(frozen=True)
class Normalised(Architecture):
    """With a layer of Keras's after each hidden dense layer: `LayerNormalization` or `BatchNormalization`."""

    normalisation: str = "LayerNormalization"

    def build(self, mean, spread, seed=0):
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
    """What is trained, on descriptors of which basis, and at which settings it is asked (answers are averaged)."""

    plan: Plan
    basis: str = "quip"
    grid: str = "central"


def changed(plan: Plan, **values) -> Plan:
    """A plan of one network with other values of its architecture or its recipe."""
    shape = {key: values.pop(key) for key in ("hidden", "dropout", "input_dropout") if key in values}
    architecture, recipe = replace(plan.architecture, **shape), replace(plan.recipe, **values)
    return replace(plan, architecture=architecture, recipe=recipe, further=())


def normalised(plan: Plan, kind: str) -> Plan:
    """A plan whose network has layers of this kind besides."""
    return replace(plan, architecture=Normalised(**asdict(plan.architecture), normalisation=kind))


_MLP, _THERMAL, _ROBUST = (changed(PLANS[name]) for name in ("arise-mlp", "arise-thermal", "arise-robust"))
VARIATIONS: dict[str, Variation] = {
    "no smoothing, no mixing": Variation(changed(_MLP, mixing=0.0, label_smoothing=0.0)),
    "label smoothing 0.1": Variation(changed(_MLP, mixing=0.0)),
    "rows of one class mixed": Variation(changed(_MLP, label_smoothing=0.0)),
    "both (`arise-mlp`)": Variation(_MLP),
    "... asked at nine settings": Variation(_MLP, grid="nine"),
    "... layers of 256, 512 and 256 (Table 1)": Variation(changed(_MLP, hidden=(256, 512, 256))),
    "... weights of the last fifth averaged": Variation(changed(_MLP, average_from=0.8)),
    "... layer normalisation": Variation(normalised(_MLP, "LayerNormalization")),
    "... batch normalisation": Variation(normalised(_MLP, "BatchNormalization")),
    "... `gto` descriptor": Variation(_MLP, basis="gto"),
    "... blurred rows besides": Variation(replace(_MLP, blurred=_THERMAL.blurred)),
    "blurred rows besides, Table 1": Variation(_THERMAL),
    "defects besides": Variation(_ROBUST),
}
AVERAGES: dict[str, tuple[tuple[str, int], ...]] = {
    "`arise-mlp`, two seeds": (("both (`arise-mlp`)", 0), ("both (`arise-mlp`)", 1)),
    "blurred rows besides, Table 1, two seeds": (
        ("blurred rows besides, Table 1", 0),
        ("blurred rows besides, Table 1", 1),
    ),
    "the same and `arise-mlp` (`arise-thermal`)": (
        ("blurred rows besides, Table 1", 0),
        ("blurred rows besides, Table 1", 1),
        ("both (`arise-mlp`)", 0),
    ),
    "defects besides, two seeds (`arise-robust`)": (("defects besides", 0), ("defects besides", 1)),
}
"""Averages of networks: variation and seed of each."""


class Rows:
    """Descriptors and class numbers, described once and kept in a folder."""

    def __init__(self, data: Path, work: Path):
        self._data, self._folder = data, work / "structures"

    def pristine(self, basis: str) -> list[tuple[np.ndarray, np.ndarray]]:
        """Those of `arise/prototypes`, training and validation: descriptors, shape (n, n_features), and classes."""
        if basis == "quip":
            return [read_rows(self._data, split)[2:0:-1] for split in ("train", "validation")]
        vectors, labels = self._described("pristine", list(pristine_structures()), basis, "all")
        labels = np.repeat(labels, len(vectors))
        vectors = vectors.swapaxes(0, 1).reshape(len(labels), -1)
        split = Pristine().split(labels)
        return [(vectors[split[name]], labels[split[name]]) for name in ("train", "validation")]

    def defective(self, condition: str, basis: str, grid: str) -> tuple[np.ndarray, np.ndarray]:
        """Those to measure on: descriptors, shape (n_settings, n, n_features), and classes."""
        structures = list(benchmark_structures(condition, iterations=ITERATIONS, seed=SELECTION_SEED))
        return self._described(condition, structures, basis, grid)

    def further(self, plan: Plan) -> list[tuple[np.ndarray, np.ndarray]]:
        """Those that a plan asks for besides."""
        return further_rows(plan, self._folder, show_progress=True)

    def _described(
        self, name: str, structures: list[StructureSpec], basis: str, grid: str
    ) -> tuple[np.ndarray, np.ndarray]:
        path = self._folder / f"{name}-{basis}-{grid}.npy"
        if not path.is_file():
            self._folder.mkdir(parents=True, exist_ok=True)
            chunks = [structures[i : i + 16] for i in range(0, len(structures), 16)]
            parts = joblib.Parallel(-1)(joblib.delayed(_describe)(chunk, basis, grid) for chunk in chunks)
            with replacing(path) as temporary, open(temporary, "wb") as file:
                np.save(file, np.concatenate(parts, axis=1))
        return np.load(path), np.array([class_ids().index(s.class_id) for s in structures])


def _describe(structures: list[StructureSpec], basis: str, grid: str) -> np.ndarray:
    found = [soap_grid(s.build(), *GRIDS[grid], basis, n_max=N_MAX, l_max=L_MAX) for s in structures]
    return np.stack([vectors.reshape(-1, vectors.shape[-1]) for vectors in found], axis=1).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="output folder of `arise-zoo build`")
    parser.add_argument("--work", type=Path, default=Path("training-work"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--only", nargs="*", type=int, help="numbers of variations to train; the report takes all")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    rows = Rows(options.data, options.work)
    runs, places = [], {}
    for number, (name, variation) in enumerate(VARIATIONS.items()):
        for seed in options.seeds:
            seeded = replace(variation, plan=changed(variation.plan, seed=seed))
            path = options.work / _key(seeded)
            wanted = options.only is None or number in options.only
            if wanted and not (path / "trained.json").is_file():
                _train(path, seeded, rows)
            if not (path / "trained.json").is_file():
                continue
            places[name, seed] = path
            run = {"variation": name, "plan": asdict(seeded.plan), **json.loads((path / "trained.json").read_text())}
            runs.append({**run, "right": _right([path], seeded, rows)})
    for name, of in AVERAGES.items():
        if all(part in places for part in of):
            right = _right([places[part] for part in of], VARIATIONS[of[0][0]], rows)
            runs.append({"variation": name, "averaged": len(of), "right": right})
    record = {
        "selection_seed": SELECTION_SEED,
        "iterations": ITERATIONS,
        "passes": PASSES,
        "packages": package_versions(("keras", "tensorflow")),
        "hardware": hardware(),
        "runs": runs,
    }
    write_json(options.out, record)
    write_text(ROOT / "docs" / "training.md", report(record))


def _key(variation: Variation) -> str:
    """What a training is kept under: variations that differ only in what they are asked share it."""
    kind = type(variation.plan.architecture).__name__
    return hashlib.sha256(json.dumps([variation.basis, kind, asdict(variation.plan)]).encode()).hexdigest()[:12]


def _train(path: Path, variation: Variation, rows: Rows) -> None:
    train, validation = rows.pristine(variation.basis)
    parts = [train, *rows.further(variation.plan)]
    x, y = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    architecture = replace(variation.plan.architecture, n_features=x.shape[1])
    network, log = train_network(
        architecture, variation.plan.recipe, (x, y), validation, path / "work", show_progress=True
    )
    calibrate(network, validation)
    write_network(path, network)
    seconds = round(sum(entry["seconds"] for entry in log), 1)
    write_json(path / "trained.json", {"rows": len(y), "seconds": seconds})


def _right(paths: list[Path], variation: Variation, rows: Rows) -> dict[str, list[int]]:
    """How many labels are right, of how many, in each column, by the networks in these folders together."""
    path = paths[0] / f"right-{variation.grid}-{len(paths)}-{hashlib.sha256(str(paths).encode()).hexdigest()[:6]}.json"
    if not path.is_file():
        answer = _answerer(paths, variation)
        found = {}
        for column in COLUMNS:
            if column == "validation":
                if variation.grid != "central":  # these rows have one setting each
                    continue
                x, y = rows.pristine(variation.basis)[1]
                x = x[None]
            else:
                x, y = rows.defective(column, variation.basis, variation.grid)
            said = sum(answer(vectors) for vectors in x).argmax(axis=1)
            found[column] = [int((said == y).sum()), len(y)]
        write_json(path, found)
    return json.loads(path.read_text())


def _answerer(paths: list[Path], variation: Variation):
    """The function from descriptors, shape (n, n_features), to probabilities, shape (n, n_classes)."""
    if isinstance(variation.plan.architecture, Normalised):
        import keras

        network = keras.saving.load_model(paths[0], compile=False)
        return lambda x: network.predict(x, batch_size=4096, verbose=0)
    network = AveragedNetwork([Network(path) for path in paths]) if len(paths) > 1 else Network(paths[0])
    return lambda x: predict(network, x, PASSES).probabilities


def report(record: dict) -> str:
    """The table: a row a variation, a column for each set of structures; mean over seeds and interval."""
    runs = record["runs"]
    lines = [
        "# What helps",
        "",
        f"Right labels in percent with {record['passes']} passes: mean over networks with the "
        "seeds named, in brackets the 95 % interval (Wilson) that one network's number of "
        "structures leaves, and below the range over the seeds. Defects have the base seed "
        f"{record['selection_seed']}, {record['iterations']} iterations: not those of the benchmark. Networks with "
        "normalisation are asked without dropping. Seconds are those of the training on "
        f"{record['hardware']['cores']} cores, of which other work may have had a part. Rows that begin with dots "
        "change one thing of `arise-mlp`; the nine settings are r_cut 3.6, 4.0 and 4.4 with sigma 0.08, 0.10 and 0.12.",
        "",
        f"| network | seeds | rows | epochs | {' | '.join(COLUMNS)} | seconds |",
        f"| --- | --- | --: | --: | {' | '.join(['--:'] * len(COLUMNS))} | --: |",
    ]
    for name in dict.fromkeys(run["variation"] for run in runs):
        of = [run for run in runs if run["variation"] == name]
        first = of[0]
        cells = ["", "", ""]
        if "plan" in first:
            recipes = [run["plan"]["recipe"] for run in of]
            seeds = ", ".join(str(recipe["seed"]) for recipe in recipes)
            cells = [seeds, f"{first['rows']:,}", str(recipes[0]["epochs"])]
        cells += [_cell([run["right"].get(column) for run in of]) for column in COLUMNS]
        seconds = "<br>".join(f"{run['seconds']:.0f}" for run in of if "seconds" in run)
        lines.append(f"| {name} | {' | '.join(cells)} | {seconds} |")
    sizes = {column: runs[0]["right"][column][1] for column in COLUMNS}
    lines += ["", "n of each network: " + ", ".join(f"{column} {n:,}" for column, n in sizes.items()) + "."]
    return "\n".join(lines) + "\n"


def _cell(counts: list[list[int] | None]) -> str:
    if None in counts:
        return ""
    shares, n = np.array([100 * right / n for right, n in counts]), counts[0][1]
    correct = np.zeros(n)
    correct[: round(shares.mean() * n / 100)] = 1
    low, high = interval(correct, np.ones(n))
    cell = f"**{shares.mean():.2f}**<br>[{low:.2f}, {high:.2f}]"
    return cell if len(counts) == 1 else f"{cell}<br>{shares.min():.2f} - {shares.max():.2f}"


if __name__ == "__main__":
    main()
