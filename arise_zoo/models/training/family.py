"""How models are made that know `unknown`: from structures that are made here, without the data set.

What the structures are is in `augmentation.field` and `augmentation.background`, the loop that trains a network in
`loop`, what a checkpoint holds in `checkpoint`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ...descriptors.parameters import KIND
from ...descriptors.settings import CHANNELS
from ..augmentation.atom_rows import atom_blocks, described_atoms
from ..augmentation.field_rows import Amounts, field_blocks, field_outputs, field_rows
from ..card import card_of
from ..checkpoint import Facts, write_checkpoint
from ..model import Model
from ..network.architecture import average
from ..outputs import UNKNOWN
from .loop import train_network
from .plans import FAMILY, Plan
from .rows import Examples

DESCRIPTOR: dict[str, Any] = {KIND: "channels", **CHANNELS}
"""Parameters of the descriptor of the family."""

LOCAL_DESCRIPTOR: dict[str, Any] = {
    **{"kind": "local", "r_cut": 3.5, "sigma": 0.15, "n_max": 8, "l_max": 8},
    **{"radius": 2.6, "taper": 0.5},
}
"""Parameters of the descriptor of its models of single atoms."""

DISTORTIONS = ("beta_np", "bct_in")
"""Classes that are a common lattice, slightly distorted: beta-Np of bcc and In of fcc. Each is the structure of one
element, and heat makes them and the common ones alike."""

PASSES = 10
"""Monte-Carlo passes of a prediction."""


def make_family_model(
    plan: Plan, folder: Path, work: Path, circumstances: dict[str, Any], *, n_jobs: int = 1, progress: bool = False
) -> dict[str, float]:
    """Train the networks of a plan, measure them on held-out structures, write the checkpoint; returns its results."""
    described = work / "structures"
    most = max(part.field for part in plan.networks)
    deepest = max(part.background for part in plan.networks)
    spare = Amounts(
        field=range(most, most + plan.held_out),
        background=range(deepest, deepest + max(1, plan.held_out // 10)),
    )
    held_out = _rows(plan, described, spare, n_jobs=n_jobs, progress=progress)
    networks, records = [], []
    for number, part in enumerate(plan.networks, 1):
        rows = _rows(part, described, amounts_of(part), n_jobs=n_jobs, progress=progress)
        network, log = train_network(
            part.architecture, part.recipe, rows, held_out, work / f"network-{number}", progress=progress
        )
        weigh(network, part.odds)
        networks.append(network)
        records.append(
            {
                "architecture": asdict(part.architecture),
                "recipe": asdict(part.recipe),
                "rows": len(rows[1]),
                **{kind: getattr(part, kind) for kind in FAMILY},
                "odds": part.odds,
                "log": log,
                "seconds": round(sum(epoch["seconds"] for epoch in log), 1),
            }
        )
    record = {**circumstances, **records[0], "averaged_with": records[1:]}
    return _finish(folder, average(networks), plan, record, held_out)


def amounts_of(plan: Plan) -> Amounts:
    """What a network of a plan learns from."""
    return Amounts(**{kind: range(getattr(plan, kind)) for kind in FAMILY})


def _rows(plan: Plan, folder: Path, amounts: Amounts, *, n_jobs: int, progress: bool) -> Examples:
    """Rows of a plan."""
    if plan.per_atom:
        blocks = atom_blocks(amounts.field, amounts.background)
        return field_rows(folder, blocks, LOCAL_DESCRIPTOR, n_jobs, progress, describe=described_atoms)
    return field_rows(folder, field_blocks(amounts), DESCRIPTOR, n_jobs, progress)


def weigh(network: Any, odds: float) -> None:
    """Divide the prior probability of classes that are rare distortions of a common lattice, in the output's biases."""
    output = network.get_layer("output")
    kernel, bias = output.get_weights()
    is_rare = np.array([name.partition("/")[0] in DISTORTIONS for name in field_outputs()])
    output.set_weights([kernel, bias - np.float32(np.log(odds)) * is_rare])


def _finish(folder: Path, network: Any, plan: Plan, record: dict[str, Any], held_out: Examples) -> dict[str, float]:
    from ...prototypes import class_ids

    outputs, labels = field_outputs(), (*class_ids(), UNKNOWN)
    vectors, numbers = held_out
    firsts = [int(np.flatnonzero(numbers == outputs.index(c))[0]) for c in ("fcc_cu", "nacl", "graphene", UNKNOWN)]
    reference = [f"held out, {outputs[numbers[i]]}" for i in firsts], vectors[firsts]
    descriptor = LOCAL_DESCRIPTOR if plan.per_atom else DESCRIPTOR
    facts = Facts(folder.name, labels, descriptor, plan.trained_on_defects, outputs, PASSES)
    write_checkpoint(folder, network, facts, record, reference, "")
    model = Model(folder)
    said = model.predict(vectors).probabilities.argmax(axis=1)
    truth = model.outputs.to_labels.argmax(axis=1)[numbers]
    is_known, unknown = truth != labels.index(UNKNOWN), said == labels.index(UNKNOWN)
    results = {
        "classes": _percent((said == truth)[is_known]),
        "unknown": _percent(unknown[~is_known]),
        "lost": _percent(unknown[is_known]),
    }
    record["results"], record["n"] = results, {"classes": int(is_known.sum()), "unknown": int((~is_known).sum())}
    write_checkpoint(folder, network, facts, record, reference, card_of(facts, record))
    return results


def _percent(hits: np.ndarray) -> float:
    return round(100 * float(hits.mean()), 4)
