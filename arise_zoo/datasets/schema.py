"""The columns of every table, declared once as `datasets.Features`; Parquet files and cards both follow from these.

How the columns are filled is in `prototypes.py` and `defects.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..prototypes import class_ids

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Features

DESCRIPTOR_LENGTH = 316
CHANNELS_LENGTH = 675

DESCRIPTOR_TYPE = "float32"
"""A descriptor's components lie in [-1, 1], so that rounding to float32 costs at most 6e-8, far below the 1e-6 to
which implementations of the descriptor agree, at half the size of float64."""


def label() -> Any:
    """A class by its id."""
    from datasets import ClassLabel

    return ClassLabel(names=list(class_ids()))


def descriptor(length: int = DESCRIPTOR_LENGTH) -> Any:
    """The averaged SOAP vector, or another descriptor of so many components."""
    from datasets import List, Value

    return List(Value(DESCRIPTOR_TYPE), length=length)


def geometry() -> dict[str, Any]:
    """A structure, to the last bit: atomic numbers, positions and cell vectors (rows; angstrom), periodicity."""
    from datasets import List, Value

    return {
        "numbers": List(Value("int32")),
        "positions": List(List(Value("float64"), length=3)),
        "cell": List(List(Value("float64"), length=3), length=3),
        "pbc": List(Value("bool"), length=3),
    }


def pristine_features() -> Features:
    """Columns of `arise/prototypes`, `pristine`: one row per structure and descriptor setting."""
    from datasets import Features, Value

    return Features(
        {
            "structure_id": Value("string"),
            "label": label(),
            "r_cut": Value("float64"),
            "sigma": Value("float64"),
            "extrinsic_scale": Value("float64"),
            "periodic": Value("bool"),
            "n_atoms": Value("int32"),
            "descriptor": descriptor(),
        }
    )


def channels_features() -> Features:
    """Columns of `arise/prototypes`, `channels`: one row per structure and scale."""
    from datasets import Features, Value

    return Features(
        {
            "structure_id": Value("string"),
            "label": label(),
            "extrinsic_scale": Value("float64"),
            "periodic": Value("bool"),
            "n_atoms": Value("int32"),
            "descriptor": descriptor(CHANNELS_LENGTH),
        }
    )


def structures_features() -> Features:
    """Columns of `arise/prototypes`, `structures`: one row per pristine structure."""
    from datasets import Features, Value

    return Features(
        {
            "id": Value("string"),
            "label": label(),
            "supercell": Value("int32"),
            "periodic": Value("bool"),
            "n_atoms": Value("int32"),
            **geometry(),
        }
    )


def prototypes_features() -> Features:
    """Columns of `arise/prototypes`, `prototypes`: one row per class."""
    from datasets import Features, List, Value

    return Features(
        {
            "id": Value("string"),
            "label": label(),
            "number": Value("int32"),
            "name": Value("string"),
            "group": Value("string"),
            "formula": Value("string"),
            "space_group": Value("int32"),
            "space_group_symbol": Value("string"),
            "space_group_paper": Value("string"),
            "lattice": {key: Value("float64") for key in ("a", "b", "c", "alpha", "beta", "gamma")},
            "supercells": List(Value("int32")),
            "source": Value("string"),
            "licence": Value("string"),
            "reference": Value("string"),
            "reference_label": Value("string"),
            "aflow_label": Value("string"),
            "notes": List(Value("string")),
            "n_atoms": Value("int32"),
            **geometry(),
        }
    )


def defects_features() -> Features:
    """Columns of every configuration of `arise/defects`: one row per structure."""
    from datasets import Features, Value

    return Features(
        {
            "id": Value("string"),
            "label": label(),
            "supercell": Value("int32"),
            "periodic": Value("bool"),
            "iteration": Value("int32"),
            "n_atoms": Value("int32"),
            "n_removed": Value("int32"),
            "d_nn": Value("float64"),
            **geometry(),
            "descriptor": descriptor(),
        }
    )


def frames_features() -> Features:
    """Columns of `arise/dynamics`, `solids` and `disordered`: one row per frame."""
    from datasets import Features, Value

    proofs = ("amplitude", "jumped", "deformation", "strain", "displacement", "bragg_peak")
    return Features(
        {
            **_frame(),
            "state": Value("string"),
            "truth": Value("string"),
            "temperature": Value("float64"),
            "relative_temperature": Value("float64"),
            **{name: Value("float64") for name in proofs},
            **_frame_geometry(),
        }
    )


def interfaces_features() -> Features:
    """Columns of `arise/dynamics`, `interfaces`: one row per frame, with a label for each atom."""
    from datasets import Features, List, Value

    return Features(
        {
            **_frame(),
            "truth": Value("string"),
            "temperature": Value("float64"),
            "relative_temperature": Value("float64"),
            "atom_labels": List(Value("int8")),
            **_frame_geometry(),
        }
    )


def systems_features() -> Features:
    """Columns of `arise/dynamics`, `systems`: one row per system."""
    from datasets import Features, List, Value

    return Features(
        {
            "system": Value("string"),
            "label": label(),
            "system_number": Value("int32"),
            "elements": List(Value("string")),
            "pair_style": Value("string"),
            "pair_coeff": List(Value("string")),
            "timestep_fs": Value("float64"),
            "potential": Value("string"),
            "licence": Value("string"),
            "melting_point": Value("float64"),
            "melting_point_half_interval": Value("float64"),
            "melting_point_source": Value("string"),
            "measured_melting_point": Value("float64"),
            "measured_volume_per_atom": Value("float64"),
            "n_atoms": Value("int32"),
        }
    )


def _frame() -> dict[str, Any]:
    from datasets import Value

    return {
        "id": Value("string"),
        "label": label(),
        "system": Value("string"),
        "condition": Value("string"),
        "run": Value("int32"),
        "iteration": Value("int32"),
        "n_atoms": Value("int32"),
    }


def _frame_geometry() -> dict[str, Any]:
    """As `geometry`, positions in single precision, rounded to 1/1024 of an angstrom."""
    from datasets import List, Value

    return {**geometry(), "positions": List(List(Value("float32"), length=3))}


def to_table(rows: list[dict[str, Any]], features: Features) -> pa.Table:
    """The rows as an Arrow table of exactly this schema; a row's arrays are numpy arrays."""
    import pyarrow as pa

    schema = features.arrow_schema
    columns = [_column([row[field.name] for row in rows], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    """Values as an Arrow array; nested ones go through flat numpy arrays, which is fast and keeps every bit."""
    import pyarrow as pa

    if len(values) and isinstance(values[0], np.ndarray):
        joined = np.concatenate(values)
        if pa.types.is_fixed_size_list(kind):
            return pa.FixedSizeListArray.from_arrays(_column(joined, kind.value_type), type=kind)
        offsets = np.cumsum([0, *map(len, values)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), _column(joined, kind.value_type), type=kind)
    return pa.array(values, type=kind)
