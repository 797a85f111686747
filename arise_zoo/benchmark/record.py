"""Benchmark records: one JSON document a method, valid against `data/record.schema.json`."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..common.storage import write_json
from ..errors import AriseZooError

VOLATILE_FIELDS = ("wall_s", "hardware", "finished")
"""Fields of a record that say when and where it was made; all others are the same whenever and wherever."""


class RecordError(AriseZooError):
    """A record that is damaged, does not fit its schema, or belongs to another run."""


@lru_cache(maxsize=1)
def record_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record."""
    return json.loads((files(__package__) / "data" / "record.schema.json").read_text(encoding="utf-8"))


def validate_record(record: Any, where: str) -> None:
    """Raise `RecordError`, naming `where` and the first fault, unless the record fits the schema."""
    from jsonschema import Draft202012Validator

    error = next(iter(Draft202012Validator(record_schema()).iter_errors(record)), None)
    if error is not None:
        raise RecordError(f"{where} is no valid record: at {error.json_path}, {error.message}.")


def read_record(path: Path) -> dict[str, Any]:
    """Read and validate a record; raises `RecordError` if it is torn or does not fit the schema."""
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror}.") from error
    except ValueError as error:
        raise RecordError(f"{path} is torn or no JSON ({error}); remove its folder or choose another --out.") from error
    validate_record(record, str(path))
    return record


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Validate a record and write it as a whole."""
    validate_record(record, str(path))
    write_json(path, record)
