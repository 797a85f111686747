"""What the models of whole structures are unsure of: mutual information inside the classes and outside, and whether the
networks that a model averages agree on it.

Outside are crystals that the paper asked its own network about (`arise_zoo.analysis.studies.out_of_sample`), inside the
pristine structures of the benchmark.
"""

from collections.abc import Sequence

import numpy as np

from arise_zoo.analysis.studies.out_of_sample import build, is_near_the_published, prototypes
from arise_zoo.models import load_model, shipped_models
from arise_zoo.models.network.forward import Network
from arise_zoo.models.network.prediction import predict
from arise_zoo.models.outputs import UNKNOWN
from arise_zoo.structures import pristine_structures

from .harness import Experiment, Record, document, table


def measure(passes: int = 1000, inside: int = 396, seeds: Sequence[int] = (0, 1, 2)) -> Record:
    """Mutual information (bits) of each model and each of its networks: mean over seeds of the passes."""
    crystals = prototypes()
    specs = list(pristine_structures())
    pristine = [spec.build() for spec in specs[:: max(1, len(specs) // inside)]]
    found, described = [], {}
    for model in (m for m in map(load_model, shipped_models()) if not m.labels_atoms):
        key = str(model.descriptor)
        if key not in described:  # several models have one descriptor
            described[key] = model.describe([build(c) for c in crystals]), model.describe(pristine)
        outside, rows = described[key]
        networks = [model.network, *(Network([member]) for member in model.network.members)]
        bits = [_bits(network, outside, passes, seeds) for network in networks]
        said = model.predict(outside, passes)
        found.append(
            {
                "model": model.name,
                "networks": len(model.network.members),
                "labels": [model.labels[i] for i in said.probabilities.argmax(axis=1)],
                "outside": [float(f"{b:.4g}") for b in bits[0]],
                "members": [[float(f"{b:.4g}") for b in of] for of in bits[1:]],
                "inside": float(f"{np.mean(_bits(model.network, rows, passes, seeds[:1])):.3g}"),
            }
        )
    published = {c["name"]: c["published_bits"] for c in crystals}
    return {"published": published, "n_inside": len(pristine), "passes": passes, "models": found}


def _bits(network: Network, rows: np.ndarray, passes: int, seeds: Sequence[int]) -> np.ndarray:
    of_seeds = [predict(network, rows, passes, seed).mutual_information for seed in seeds]
    mean: np.ndarray = np.mean(of_seeds, axis=0)
    return mean


def page(record: Record) -> str:
    models = record["models"]
    rows = []
    for place, (name, published) in enumerate(record["published"].items()):
        cells = [_cell(model, place) for model in models]
        rows.append(f"| {name} | {'–' if published is None else f'{published:g}'} | {' | '.join(cells)} |")
    names = [f"`{model['model']}`" for model in models]
    return document(
        "# What models are unsure of",
        "Mutual information in bits of ten crystals that are none of the classes, as the paper gives it and as each "
        "model has it: the answer, the model's own value, and in brackets the least and the most among the networks "
        f"that it averages ({record['passes']:,} passes). A model that says `unknown` may be sure of that.",
        "\n".join(
            [
                f"| crystal | paper | {' | '.join(names)} |",
                f"| --- | --: | {' | '.join(['---'] * len(names))} |",
                *rows,
            ]
        ),
        table(
            "| model | networks | within a factor of two | called unknown | inside the classes, bits | n |\n"
            "| --- | --: | --: | --: | --: | --: |\n"
            "| `{model}` | {networks} | {near} of {asked} | {unknown} of {all} | {inside:.3g} | {n:,} |",
            ({**model, **_counted(model, record), "n": record["n_inside"]} for model in models),
        ),
        "Inside the classes the value is the mean over pristine structures. Networks of one recipe and several seeds "
        "agree on the classes long before they agree on what they are unsure of; therefore all models here average "
        "some. `arise-mlp` is unsure where the paper's network is. `arise-thermal` and `arise-robust` divide each "
        "input by its own deviation and learn from smoothed labels, which makes them better under defects and surer "
        "than they should be outside the classes: compare theirs among samples, not with the paper. Models that say "
        "`unknown` have learnt what is none of the classes.",
    )


def _cell(model: Record, place: int) -> str:
    of_networks = [bits[place] for bits in model["members"]]
    spread = f" [{min(of_networks):.2g}, {max(of_networks):.2g}]" if len(of_networks) > 1 else ""
    return f"{model['labels'][place]}: {model['outside'][place]:.2g}{spread}"


def _counted(model: Record, record: Record) -> Record:
    pairs = zip(model["outside"], record["published"].values(), strict=True)
    near = [is_near_the_published(bits, published) for bits, published in pairs]
    return {
        "near": near.count(True),
        "asked": len(near) - near.count(None),
        "unknown": model["labels"].count(UNKNOWN),
        "all": len(model["labels"]),
    }


EXPERIMENT = Experiment(
    measure, page, page_path="docs/uncertainty.md", small={"passes": 20, "inside": 4, "seeds": (0,)}
)
