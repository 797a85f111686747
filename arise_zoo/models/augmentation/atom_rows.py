"""Descriptors of single atoms of structures as one meets them, of the background, of interfaces and stacking faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...common.seeds import rng_for
from ..outputs import UNKNOWN
from .analytic import AnalyticRows
from .field import FIELD_SEED
from .field_rows import Amounts, Structure, field_blocks, field_outputs, output_of
from .interfaces import InterfaceStructure, bulk_classes, inner_atoms
from .shapes import LETTERS
from .stackings import StackedStructure

ATOMS = 16
"""Atoms of each structure that are described."""

_MISSED, _BY, _MOST = 0.5, 0.03, 0.07
"""How often the length scale is off, as in a sample of several densities, by which standard deviation, and at most."""

AtomStructure = Structure | InterfaceStructure | StackedStructure

_STACKINGS = 6  # of each class, for each variant


def atom_blocks(variants: Sequence[int], background: Sequence[int]) -> dict[str, list[AtomStructure]]:
    """Blocks of structures by name: `field_blocks`, and one each of interfaces and stackings for each of `variants`."""
    blocks: dict[str, list[AtomStructure]] = {
        name: [*block] for name, block in field_blocks(Amounts(field=variants, background=background)).items()
    }
    for variant in variants:
        blocks[f"interfaces-{variant:04d}"] = [InterfaceStructure(c, variant) for c in bulk_classes()]
        numbers = range(variant * _STACKINGS, (variant + 1) * _STACKINGS)
        blocks[f"stackings-{variant:04d}"] = [StackedStructure(c, n) for c in LETTERS for n in numbers]
    return blocks


def described_atoms(
    structures: Sequence[AtomStructure], descriptor: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors, float32, of `ATOMS` atoms of each structure that has them, and numbers of their outputs.

    Of some structures the length scale is a little off.
    """
    from ...descriptors import LocalSOAP, descriptor_with
    from ...errors import StructureError

    outputs = field_outputs()
    vectors, labels = [], []
    for structure in structures:
        if isinstance(structure, InterfaceStructure):
            atoms, classes = structure.build()
            numbers, found = inner_atoms(atoms), np.array([outputs.index(c or UNKNOWN) for c in classes])
        elif isinstance(structure, StackedStructure):
            atoms, classes, numbers = structure.build()
            found = np.array([outputs.index(c) for c in classes])
        else:
            assert not isinstance(structure, AnalyticRows)  # these are of whole structures
            atoms = structure.build()
            numbers, found = np.arange(len(atoms)), np.full(len(atoms), output_of(structure))
        chosen = rng_for(FIELD_SEED, structure.id, "atoms").permutation(numbers)[:ATOMS]
        soap = descriptor_with({**descriptor, "extrinsic_scale": _scale(structure.id)})
        assert isinstance(soap, LocalSOAP)
        try:
            vectors.append(soap.create(atoms, n_threads=1)[chosen])
        except StructureError:  # a gas whose atoms nearly coincide
            continue
        labels.append(found[chosen])
    return np.concatenate(vectors), np.concatenate(labels).astype(np.int16)


def _scale(structure_id: str) -> float:
    """The length scale, in units of the right one, by which a structure is described."""
    rng = rng_for(FIELD_SEED, structure_id, "scale")
    if rng.random() >= _MISSED:
        return 1.0
    return float(np.exp(np.clip(_BY * rng.standard_normal(), -_MOST, _MOST)))
