"""The rows of `arise/defects`: structures with displaced and missing atoms, one configuration a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..descriptors.settings import CENTRE
from ..prototypes import class_ids
from ..prototypes.supercells import displacement_unit
from ..structures import StructureSpec, benchmark_structures
from . import schema
from .config import Config, Row, geometry_columns

if TYPE_CHECKING:
    from datasets import Features


class Defects(Config):
    """The structures of one condition with their descriptors at the central setting."""

    dataset, splits = "defects", ("test",)

    def __init__(self, condition: str):
        self.name = condition

    def features(self) -> Features:
        return schema.defects_features()

    def all_keys(self) -> list[StructureSpec]:
        return list(benchmark_structures(self.name))

    def key(self, key_id: str) -> StructureSpec:
        return StructureSpec.from_id(key_id)

    def shard(self, key: StructureSpec) -> str:
        return key.class_id

    def identity(self, key: StructureSpec) -> list[Row]:
        return [
            {
                "id": key.id,
                "label": class_ids().index(key.class_id),
                "supercell": key.k,
                "periodic": key.periodic,
                "iteration": key.iteration,
                "n_atoms": key.n_atoms,
                "n_removed": key.n_removed,
                "d_nn": displacement_unit(key.prototype, key.k),
            }
        ]

    def rows(self, key: StructureSpec) -> list[Row]:
        from .vectors import one_setting

        atoms = key.build()
        return [{**self.identity(key)[0], **geometry_columns(atoms), "descriptor": one_setting(atoms, *CENTRE)}]
