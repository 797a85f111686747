"""Descriptors of what models that know `unknown` learn from, in blocks that are kept on disk once made.

These are structures as one meets them, what such structures would look like on average, and the background.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..._version import __version__
from ...common.parallel import effective_n_jobs, workers
from ...common.progress import Progress
from ...common.storage import replacing
from ...prototypes import class_ids
from ..outputs import RANDOM, UNKNOWN
from .analytic import RELATIVES_SEED, AnalyticRows
from .background import KINDS, BackgroundStructure
from .field import FIELD_SEED, FieldStructure, alloy_classes
from .relatives import near_relatives
from .variations import has_free_parameters

_PER_BLOCK = 100  # background structures of a kind

Structure = FieldStructure | AnalyticRows | BackgroundStructure

_Describe = Callable[[Sequence[Any], dict[str, Any]], tuple[np.ndarray, np.ndarray]]


def field_outputs() -> tuple[str, ...]:
    """The outputs that these rows teach: the classes, elemental lattices with species at random, and unknown."""
    return (*class_ids(), *(f"{c}/{RANDOM}" for c in alloy_classes()), UNKNOWN)


@dataclass(frozen=True)
class Amounts:
    """Numbers of the structures of each class, of every kind, and of the hundreds of each kind of background.

    `field` are pieces as one meets them, `varied` whole supercells of classes that have free parameters
    (`FieldStructure`); `analytic` perfect crystals whose pairs are moved (`AnalyticRows`), `relatives` further ones of
    the classes that have a near relative.
    """

    field: Sequence[int] = ()
    varied: Sequence[int] = ()
    analytic: Sequence[int] = ()
    relatives: Sequence[int] = ()
    background: Sequence[int] = ()


def field_blocks(amounts: Amounts) -> dict[str, list[Structure]]:
    """Blocks of structures by name: one for each number of a kind, and a hundred of each kind of background."""
    blocks: dict[str, list[Structure]] = {}
    kinds: dict[str, tuple[Callable[..., FieldStructure | AnalyticRows], Callable[[str], bool]]] = {
        "field": (FieldStructure, lambda _: True),
        "varied": (partial(FieldStructure, kind="varied"), has_free_parameters),
        "analytic": (AnalyticRows, lambda _: True),
    }
    for name, (kind_of, takes) in kinds.items():
        for variant in getattr(amounts, name):
            blocks[f"{name}-{variant:04d}"] = [
                *(kind_of(c, variant) for c in class_ids() if takes(c)),
                *(kind_of(c, variant, alloy=True) for c in alloy_classes() if takes(c)),
            ]
    for variant in amounts.relatives:
        blocks[f"relatives-{variant:04d}"] = [
            AnalyticRows(c, variant * times + k, seed=RELATIVES_SEED)
            for c, times in near_relatives().items()
            for k in range(times)
        ]
    for number in amounts.background:
        for kind in KINDS:
            numbers = range(number * _PER_BLOCK, (number + 1) * _PER_BLOCK)
            blocks[f"{kind}-{number:04d}"] = [BackgroundStructure(kind, n) for n in numbers]
    return blocks


def field_rows(
    folder: str | Path,
    blocks: Mapping[str, Sequence[Any]],
    descriptor: Mapping[str, Any],
    n_jobs: int = 1,
    progress: bool = False,
    *,
    describe: _Describe | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors, shape (n, n_features), float32, and numbers of their outputs (`field_outputs`), shape (n,).

    What has been described is kept below `folder`, one file a block, and not described again. Structures without a
    descriptor are left out. `describe`: what makes rows of a block (default: `described`, one row a structure).
    """
    import joblib

    describe = describe or described
    folder = Path(folder) / _recipe(descriptor)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in blocks if not (folder / f"{name}.npz").is_file()]
    warm_up = effective_n_jobs(n_jobs)
    with workers(n_jobs) as run, Progress(len(missing), "describing", show=progress, warm_up=warm_up) as bar:
        made = run(joblib.delayed(describe)(blocks[name], dict(descriptor)) for name in missing)
        for name, (vectors, labels) in zip(missing, made, strict=True):
            with replacing(folder / f"{name}.npz") as temporary, open(temporary, "wb") as file:
                np.savez(file, descriptors=vectors, labels=labels)
            bar.advance()
    parts = [np.load(folder / f"{name}.npz") for name in blocks]
    return np.concatenate([p["descriptors"] for p in parts]), np.concatenate([p["labels"] for p in parts])


def _recipe(descriptor: Mapping[str, Any]) -> str:
    """What blocks of the same name depend on, as the start of a hash."""
    what = {"descriptor": dict(descriptor), "package_version": __version__, "seed": FIELD_SEED}
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:12]


def output_of(structure: Structure) -> int:
    """Number of the output that is right for a structure."""
    outputs = field_outputs()
    if isinstance(structure, BackgroundStructure):
        return outputs.index(UNKNOWN)
    return outputs.index(f"{structure.class_id}/{RANDOM}" if structure.alloy else structure.class_id)


def described(structures: Sequence[Structure], descriptor: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors, float32, of structures that have one or several, and numbers of their outputs."""
    from ...descriptors import ChannelSOAP, descriptor_with
    from ...errors import StructureError

    soap = descriptor_with(descriptor)
    vectors: list[np.ndarray] = []
    labels: list[int] = []
    for structure in structures:
        if isinstance(structure, AnalyticRows):
            assert isinstance(soap, ChannelSOAP)
            own = structure.describe(soap)
        else:
            try:
                own = soap.create(structure.build())[None]
            except StructureError:  # a gas whose atoms nearly coincide
                continue
        vectors.extend(own.astype(np.float32))
        labels.extend([output_of(structure)] * len(own))
    return np.array(vectors, dtype=np.float32).reshape(len(labels), -1), np.array(labels, dtype=np.int16)
