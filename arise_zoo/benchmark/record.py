"""Benchmark records: one JSON document per method, valid against `data/record.schema.json`."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from textwrap import shorten
from typing import Any, Literal, TypedDict

from ..common.storage import write_json
from ..errors import AriseZooError
from ..methods.resolved import Level, Truth
from .tables import ScoredOn

RECORD = "record.json"
"""Name of the file in the folder of a run."""

LARGEST_JSON = 2**26
"""Bytes of a record; those of the package have less than half of a million."""

VOLATILE_FIELDS = ("wall_s", "hardware", "finished")
"""Fields of a record that say when and where it was made; all others are the same whenever and wherever."""


DoubtScore = Literal["max_probability", "mutual_information", "confidence", "unknown_atoms"]
Distance = Literal["near", "far"]


class Cell(TypedDict):
    """One cell of a table: accuracy (percent) with its 95 % interval, sample sizes, and the published accuracy."""

    table: str
    condition: str
    scored_on: ScoredOn
    accuracy: float
    ci95: list[float]
    n: int
    n_structures: int
    paper: float | None


class Estimate(TypedDict):
    """A number with its 95 % interval."""

    value: float
    ci95: list[float]


class Auroc(Estimate):
    """An area under the ROC curve; `n`: numbers of positives and negatives."""

    n: list[int]


class Bins(TypedDict):
    """15 equal bins of the highest probability: structures, right labels, and mean probability (None if empty)."""

    n: list[int]
    right: list[int]
    confidence: list[float | None]


class Calibration(TypedDict):
    """How far probabilities can be trusted under one condition."""

    condition: str
    n: int
    log_loss: Estimate
    brier: Estimate
    ece: Estimate
    auroc_of_errors: dict[str, Auroc | None]
    bins: Bins


class Against(TypedDict):
    """How well structures of no class are told from those of one known condition; `n`: structures of the latter."""

    n: int
    auroc: Estimate
    false_alarms: Estimate


class Detection(TypedDict):
    """How well structures of one condition without a class are told from all known ones by one score of doubt.

    `distance`: "near" if they are crystals of other prototypes, "far" if they have no lattice; `n`: their number;
    `against`: by known condition.
    """

    unknown: str
    distance: Distance
    score: DoubtScore
    n: int
    against: dict[str, Against]


class Decision(TypedDict):
    """Share of structures, or of their atoms, that a method calls unknown under one condition; `n`: structures."""

    condition: str
    called_unknown: Estimate
    n: int


class PredictionsFile(TypedDict):
    """The file of predictions that a record was made from."""

    file: str
    sha256: str
    rows: int


class UncertaintyEntries(TypedDict, total=False):
    """How sure a method is: `calibration` of probabilities, `decisions` that something is unknown, `detection` of it by
    scores of doubt, and `detection_by_class`: the share of unknown structures that it doubts more than those of a
    class.
    """

    calibration: list[Calibration]
    decisions: list[Decision]
    detection: list[Detection]
    detection_by_class: dict[str, float]


class Scores(UncertaintyEntries):
    """What follows from predictions; `per_class` holds right labels and all labels by condition and class."""

    cells: list[Cell]
    per_class: dict[str, dict[str, list[int]]]


class Declared(TypedDict, total=False):
    """What a submitter says of a method, where somebody submitted it: `arise_zoo.benchmark.submission.Declaration`."""

    declaration: dict[str, str]


class Record(Scores, Declared):
    """What one method reached on the benchmark; see `record_schema`."""

    method: str
    level: Level
    truth: Truth
    finite: bool
    citation: str | None
    trained_on_defects: bool
    recognises: list[str]
    scored_on_supported: list[str]
    table: str
    engine: str | None
    protocol_version: str
    data_version: str
    data_sha256: str
    seed: int
    iterations: int
    packages: dict[str, str]
    predictions: PredictionsFile
    wall_s: float
    hardware: dict[str, str | int]
    finished: str


class RecordError(AriseZooError):
    """A record that is damaged, does not fit its schema, or belongs to another run."""


@lru_cache(maxsize=1)
def record_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record."""
    text = (files(__package__) / "data" / "record.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def validate_record(record: Any, where: str) -> None:
    """Raise `RecordError`, naming `where` and the first fault, unless the record fits the schema."""
    from jsonschema import Draft202012Validator

    error = next(iter(Draft202012Validator(record_schema()).iter_errors(record)), None)
    if error is not None:
        raise RecordError(f"{where} is no valid record: at {error.json_path}, {shorten(error.message, 200)}.")


def read_record(path: Path) -> Record:
    """Read and validate a record; raises `RecordError` if it is torn or does not fit the schema.

    A record of version 0.1 loses its `detection`, which had another form; the command that made the record makes it
    again, from the predictions beside it.
    """
    try:
        if Path(path).stat().st_size > LARGEST_JSON:
            raise RecordError(f"{path} is larger than {LARGEST_JSON >> 20} MiB, which no record is.")
        record: Record = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_no_number)
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is torn or no JSON ({error}); remove its folder or choose another --out.") from error
    if _is_of_version_0_1(record):
        del record["detection"]
    validate_record(record, str(path))
    return record


def _is_of_version_0_1(record: Any) -> bool:
    found = record.get("detection") if isinstance(record, dict) else None
    return isinstance(found, list) and any(isinstance(entry, dict) and "condition" in entry for entry in found)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def write_record(path: Path, record: Record) -> None:
    """Validate a record and write it as a whole."""
    validate_record(record, str(path))
    write_json(path, record)
