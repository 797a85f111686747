"""What verdicts are worth: how many answers of each model are sure, and how many of those right, on many samples.

The thresholds are in the checkpoints (`scripts/calibrate_verdicts.py`); nothing that is asked about here took part in
finding them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from ase import Atoms

from arise_zoo.common.progress import Progress
from arise_zoo.common.statistics import share_interval
from arise_zoo.datasets import use_dynamics
from arise_zoo.errors import StructureError
from arise_zoo.models import Model, load_model, shipped_models
from arise_zoo.models.augmentation.background import KINDS, BackgroundStructure
from arise_zoo.models.augmentation.field import FieldStructure, alloy_classes
from arise_zoo.models.outputs import UNKNOWN
from arise_zoo.models.verdicts import NONE, SURE
from arise_zoo.prototypes import class_ids
from arise_zoo.prototypes.unknown import load_unknown_prototypes
from arise_zoo.structures import StructureSpec, benchmark_structures, pristine_structures, supercell

from .harness import Experiment, Record, document, table

SEED, PASSES = 5, 100
BACKGROUND = {
    "disordered": "packings and gases, made at random",
    "stranger": "crystals of random symmetry",
    "ordering": "known lattices with another order of species",
    "superlattice": "simple lattices, sites taken or empty along waves",
    "layered": "stacked triangular layers",
    "filled": "close packings with some holes filled",
    "molecular": "cages and molecules",
}
DYNAMICS = {
    "crystals at 0.4 of the melting point": "md-0.4",
    "crystals at the melting point": "md-1",
    "melts": "liquid-1.3",
    "quenched melts": "quenched",
}
"""Rows of the page, each with a condition of Table M."""

Asked = tuple[str, Atoms]
"""The right label and the structure."""


def measure(each: int = 40, variants: int = 1, dynamics: bool = True) -> Record:
    """Ask about so many structures of each kind at most, and so many variants of each class as one meets it."""
    models = [model for model in map(load_model, shipped_models()) if not model.labels_atoms]
    found = []
    kinds = list(_kinds(each, variants, dynamics))
    with Progress(len(kinds), "kinds of samples", warm_up=1) as bar:
        for kind, asked in kinds:
            labels, structures = zip(*asked, strict=True)
            rows, described = {}, {}
            for model in models:  # several have one descriptor
                key = str(model.descriptor)
                described[key] = described.get(key) or _described(model, structures)
                places, vectors = described[key]
                rows[model.name] = _counts(model, vectors, np.array(labels)[places])
            found.append({"kind": kind, "known": UNKNOWN not in labels, "models": rows})
            bar.advance()
    thresholds = {model.name: model.thresholds.to_json() for model in models if model.thresholds is not None}
    return {"passes": PASSES, "thresholds": thresholds, "kinds": found}


def _kinds(each: int, variants: int, dynamics: bool) -> Iterator[tuple[str, Iterable[Asked]]]:
    yield "pristine crystals", _of_specs(_spread_out(list(pristine_structures()), each))
    field = [FieldStructure(c, v, seed=SEED) for v in range(variants) for c in class_ids()]
    yield "crystals as one meets them, made at random", ((s.class_id, s.build()) for s in field)
    alloys = [FieldStructure(c, v, alloy=True, seed=SEED) for v in range(variants) for c in alloy_classes()]
    yield "random alloys", ((s.class_id, s.build()) for s in alloys)
    if dynamics:
        use_dynamics()
        for kind, condition in DYNAMICS.items():
            first = [s for s in benchmark_structures(condition) if s.iteration == 0 and s.periodic]
            truth = UNKNOWN if kind.endswith("melts") else None
            yield f"molecular dynamics: {kind}", _of_specs(_spread_out(first, each), truth)
    others = load_unknown_prototypes()
    yield "other prototypes of a library", ((UNKNOWN, supercell(p, 1, periodic=True)) for p in islice(others, each))
    for kind in KINDS:
        made = [BackgroundStructure(kind, n, seed=SEED) for n in range(each)]
        yield BACKGROUND[kind], ((UNKNOWN, s.build()) for s in made)


def _spread_out(specs: list[StructureSpec], count: int) -> list[StructureSpec]:
    return specs[:: max(1, -(-len(specs) // count))]


def _of_specs(specs: list[StructureSpec], truth: str | None = None) -> Iterator[Asked]:
    return ((truth or spec.class_id, spec.build()) for spec in specs)


def _described(model: Model, structures: Sequence[Atoms]) -> tuple[list[int], np.ndarray]:
    """Places and descriptors of the structures that have one."""
    places, rows = [], []
    for place, atoms in enumerate(structures):
        try:
            rows.append(model.describe([atoms])[0])
            places.append(place)
        except StructureError:  # a gas whose atoms nearly coincide
            continue
    return places, np.array(rows)


def _counts(model: Model, vectors: np.ndarray, truth: np.ndarray) -> Record:
    """How many answers are sure, and right; how many structures are called none of the classes."""
    said = model.predict(vectors, PASSES)
    labels = np.array(model.labels)[said.probabilities.argmax(axis=1)]
    assert model.thresholds is not None
    certainty = model.thresholds.certainties(said, model.labels, PASSES)
    assert certainty is not None
    is_sure, is_right = certainty == SURE, labels == truth
    return {
        "n": len(truth),
        "right": int(is_right.sum()),
        "sure": int(is_sure.sum()),
        "sure_and_right": int((is_sure & is_right).sum()),
        "none": int((certainty == NONE).sum()),
    }


def page(record: Record) -> str:
    names = list(record["thresholds"])
    blocks = [_HEAD, table(_THRESHOLDS, [_threshold(n, record["thresholds"][n]) for n in names]), _HOW_SET, _TABLES]
    for title, known in (("Samples of known classes", True), ("Samples of none of the classes", False)):
        kinds = [kind for kind in record["kinds"] if kind["known"] == known]
        head = f"| sample | n | {' | '.join(f'`{name}`' for name in names)} |\n| --- | --: |{' --- |' * len(names)}"
        lines = [
            f"| {kind['kind']} | {kind['models'][names[0]]['n']} | "
            + " | ".join(_said(kind["models"][name], known) for name in names)
            + " |"
            for kind in kinds
        ]
        blocks += [f"**{title}**", "\n".join([head, *lines])]
    return document(*blocks, _WHICH, "Anyone can repeat it:", "```\npython -m experiments run verdicts\n```")


def _said(found: Record, known: bool) -> str:
    """One cell: what share is sure, with how many of these right; what share is called none of the classes."""
    n = max(found["n"], 1)
    none = f"none {100 * found['none'] / n:.0f} %"
    low, high = share_interval(found["sure"], n)
    sure = f"sure {100 * found['sure'] / n:.0f} % [{low:.0f}, {high:.0f}]"
    if not known:
        return f"{none}<br>{sure}"
    of_these = f", {100 * found['sure_and_right'] / found['sure']:.0f} % of these right" if found["sure"] else ""
    return f"{sure}{of_these}<br>{none}; right {100 * found['right'] / n:.0f} %"


def _threshold(name: str, thresholds: Record) -> Record:
    none = thresholds["none"]
    said = "says `unknown` itself" if none is None else f"above {none:.3g}"
    unit = "" if thresholds["score"] == "max_probability" else " bit"
    return {
        "name": name,
        "score": _SCORES[thresholds["score"]],
        "sure": f"up to {thresholds['sure']:.3g}{unit}",
        "none": said if none is None else f"{said}{unit}",
        "auroc": thresholds["found_on"]["auroc"],
        "n": thresholds["found_on"]["structures"],
    }


_SCORES = {
    "mutual_information": "mutual information",
    "predictive_entropy": "predictive entropy",
    "max_probability": "1 - highest probability",
}
_THRESHOLDS = (
    "| model | doubt | sure | none of the classes | AUROC | structures |\n| --- | --- | --- | --- | --: | --: |\n"
    "| `{name}` | {score} | {sure} | {none} | {auroc:.3f} | {n} |"
)
_HEAD = """# Verdicts: when to trust an answer

Every answer of a shipped model comes with a verdict:

| verdict | `certainty` | meaning |
| --- | --- | --- |
| fcc, sure | `sure` | the doubt is as small as where nearly all answers are right |
| fcc or In, not sure | `unsure` | look at the ranked classes; a second class is named from a probability of 20 % |
| most like VTe3, but probably none of the known classes | `none` | the structure is unlike all that the model knows |

It is on the command line, and as `verdict` and `certainty` in `Answer`, tables, CSV and JSON.

```
arise-zoo classify sample.xyz --model arise-field --csv --out sample.csv
```

## What the numbers mean

- **Probability**: the mean over the Monte-Carlo passes of a network in which units are dropped at random. It is
  scaled to be right for structures like those that the network was trained on, and says nothing of others.
- **Mutual information**: how much the passes disagree, the entropy of their mean minus their mean entropy, in
  **bits**. It is 0 where all passes say the same, whatever that is, and at most log2(number of classes), 6.8 bit for
  108. Values in nats are smaller by the factor ln 2 = 0.69.
- **Predictive entropy**: the entropy of the mean, in bits; it is also high where all passes hesitate between the same
  two classes.
- **Variation ratio**: the share of passes that vote for another class than most do.

A small mutual information alone is no proof. Passes of a sharp network agree about much that it has never seen: a melt
or a gas can get a probability near 1 and a mutual information of a thousandth. That is why verdicts rest on the doubt
that, for each model, separates right answers from wrong ones best, and why the thresholds are its own.

## How the thresholds were found"""
_HOW_SET = """Half of the structures are crystals of all classes as one meets them (hot, with vacancies, impurities,
strain, cut out), half are of no class; seeds are neither the benchmark's nor those of training. The doubt is the one
of highest AUROC between right and wrong answers. **Sure** is what lies below the doubt up to which 95 % of the answers
are right, but at most as much doubt as 95 % of the right answers have at most; **none** what lies above the doubt that
5 % of the right answers exceed, or, for models with the label `unknown`, where that is the most probable answer. They
are in `checkpoint.json` under `thresholds`; a checkpoint without them loads and gives no verdict. For a model of your
own:

```
python scripts/calibrate_verdicts.py models/mine
```

A prediction without passes (`--samples 0`) has no mutual information, and no verdict where the verdict rests on it."""
_TABLES = """## How often verdicts are right

Of each kind of sample: how many answers are sure (Wilson's 95 % interval), how many of the sure ones are right, how
many structures are called none of the classes, and how many answers are right in all."""
_WHICH = """## Which model for which sample

- **A clean crystal**, relaxed or from a database, of a class that is among the 108: any model; `arise-mlp` compares
  with the paper.
- **A sample as one meets it** (hot, defective, alloyed, cut out, from simulation or experiment), or one that may be
  none of the classes: `arise-field`. It has learnt what is none of them.
- **Displaced and missing atoms alone**: `arise-robust`.
- **A sample as one meets it, and a network that has seen no displaced, missing or foreign atom**: `arise-open`, which
  says `unknown` too.
- **Mostly liquid, amorphous or gas**: none of them but `arise-field` and `arise-open`; the others name a class even
  there, and the tables show how sure of it.

Where the verdict is `none` or `unsure`, ask `arise-field` too, look at several frames or larger pieces, and at the
distances: a wrong cell or a duplicate atom is more frequent than a new phase."""


SMALL = {"each": 2, "variants": 1, "dynamics": False}
EXPERIMENT = Experiment(measure, page, ("numba",), SMALL, "docs/verdicts.md")
