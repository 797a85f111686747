"""The rows of `arise/prototypes`: descriptors of the pristine structures, these themselves, and the class table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..descriptors.settings import EXTRINSIC_SCALES, GRID
from ..prototypes import Prototype, class_ids, get_prototype, load_prototypes
from ..structures import StructureSpec, pristine_structures
from . import schema
from .config import Config, Row, geometry_columns

if TYPE_CHECKING:
    from datasets import Features

VALIDATION_FRACTION = 0.2
SPLIT_SEED = 42


class _OfPristineStructures(Config):
    """A configuration whose rows are made from the pristine structures."""

    def all_keys(self) -> list[StructureSpec]:
        return list(pristine_structures())

    def key(self, key_id: str) -> StructureSpec:
        return StructureSpec.from_id(key_id)


class _Descriptors(_OfPristineStructures):
    """Several descriptors of each pristine structure."""

    def shard(self, key: StructureSpec) -> str:
        return key.class_id


def _of(key: StructureSpec) -> Row:
    """The columns that all descriptors of a structure share."""
    return {
        "structure_id": key.id,
        "label": class_ids().index(key.class_id),
        "periodic": key.periodic,
        "n_atoms": key.n_atoms,
    }


class Pristine(_Descriptors):
    """Descriptors of the pristine structures at all settings, split into training and validation."""

    dataset, name, splits = "prototypes", "pristine", ("train", "validation")

    def features(self) -> Features:
        return schema.pristine_features()

    def identity(self, key: StructureSpec) -> list[Row]:
        return [{**_of(key), "r_cut": r_cut, "sigma": sigma, "extrinsic_scale": scale} for r_cut, sigma, scale in GRID]

    def rows(self, key: StructureSpec) -> list[Row]:
        from .vectors import all_settings

        vectors = all_settings(key.build())
        return [{**row, "descriptor": vector} for row, vector in zip(self.identity(key), vectors, strict=True)]

    def rebuild(self, key: StructureSpec, index: int) -> Row:
        from .vectors import one_setting

        return {**self.identity(key)[index], "descriptor": one_setting(key.build(), *GRID[index])}

    def split(self, labels: np.ndarray) -> dict[str, np.ndarray]:
        """80 % and 20 % of the rows, each class in proportion."""
        from sklearn.model_selection import train_test_split

        parts = train_test_split(
            np.arange(len(labels)), test_size=VALIDATION_FRACTION, stratify=labels, random_state=SPLIT_SEED
        )
        return {name: np.sort(part) for name, part in zip(self.splits, parts, strict=True)}


class Channels(_Descriptors):
    """Descriptors of the pristine structures in channels of like and unlike neighbours, at three scales."""

    dataset, name = "prototypes", "channels"

    def features(self) -> Features:
        return schema.channels_features()

    def identity(self, key: StructureSpec) -> list[Row]:
        return [{**_of(key), "extrinsic_scale": scale} for scale in EXTRINSIC_SCALES]

    def rows(self, key: StructureSpec) -> list[Row]:
        from .vectors import channels

        atoms = key.build()
        return [{**row, "descriptor": channels(atoms, row["extrinsic_scale"])} for row in self.identity(key)]


class Structures(_OfPristineStructures):
    """The pristine structures."""

    dataset, name = "prototypes", "structures"

    def features(self) -> Features:
        return schema.structures_features()

    def identity(self, key: StructureSpec) -> list[Row]:
        return [
            {
                "id": key.id,
                "label": class_ids().index(key.class_id),
                "supercell": key.k,
                "periodic": key.periodic,
                "n_atoms": key.n_atoms,
            }
        ]

    def rows(self, key: StructureSpec) -> list[Row]:
        return [{**self.identity(key)[0], **geometry_columns(key.build())}]


class Prototypes(Config):
    """The class table with its cells."""

    dataset, name = "prototypes", "prototypes"

    def features(self) -> Features:
        return schema.prototypes_features()

    def all_keys(self) -> list[Prototype]:
        return load_prototypes()

    def key(self, key_id: str) -> Prototype:
        return get_prototype(key_id)

    def identity(self, key: Prototype) -> list[Row]:
        group = key.space_group
        return [
            {
                "id": key.id,
                "label": class_ids().index(key.id),
                "number": key.number,
                "name": key.name,
                "group": key.group,
                "formula": key.formula,
                "space_group": group.number if group else None,
                "space_group_symbol": group.symbol if group else None,
                "space_group_paper": str(group.paper) if group else None,
                "lattice": key.recipe.get("lattice"),
                "supercells": np.array(key.supercell_sizes, dtype=np.int32),
                "source": key.source.name,
                "licence": key.source.licence,
                "reference": key.source.reference,
                "reference_label": key.reference_label,
                "aflow_label": key.aflow_label,
                "notes": list(key.notes),
                "n_atoms": key.n_atoms(),
            }
        ]

    def rows(self, key: Prototype) -> list[Row]:
        return [{**self.identity(key)[0], **geometry_columns(key.build())}]
