"""Submissions to the leaderboard: one file that holds a method's results, and the checks that it must pass.

The file is a ZIP archive of `record.json`, `predictions.parquet`, `environment.json` and `declaration.json`. Nothing in
it is run: `validate` scores the predictions again, as the harness that made them did.
"""

from __future__ import annotations

import json
import platform
import re
import tempfile
import zipfile
import zlib
from dataclasses import asdict, dataclass, fields
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from .._version import BASE_SEED, DATA_VERSION, ITERATIONS, PROTOCOL_VERSION
from ..common.environment import hardware
from ..common.storage import replacing, sha256
from ..errors import AriseZooError
from .identity import data_sha256
from .plan import Plan, Sampling
from .predictions import PREDICTIONS
from .record import LARGEST_JSON, RECORD, Cell, Record, RecordError, Scores, UncertaintyEntries, read_record
from .rescoring import recorded_method, rescore

SUFFIX = ".arise.zip"
_ENVIRONMENT, DECLARATION = "environment.json", "declaration.json"
_MEMBERS = (RECORD, PREDICTIONS, _ENVIRONMENT, DECLARATION)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|\d+(?:\.\d*)?(?:[eE]\+?\d{1,3})?")
_LARGEST = 2**31  # bytes unpacked; the predictions of all atoms of all tables are a tenth of it


def _numbers(text: str) -> set[int]:
    """All whole numbers in a text, however they are written."""
    return {
        int(word, 0) if word.lower()[:2] in ("0x", "0b", "0o") else int(float(word)) for word in _NUMBER.findall(text)
    }


class SubmittedRecord(Record):
    """A record with what its submitter declares."""

    declaration: dict[str, str]


class SubmissionError(AriseZooError):
    """A submission that cannot be packed, or that does not fit."""


@dataclass(frozen=True)
class Declaration:
    """What only the author of a method can say.

    `trained_on`: which data, and whether defective structures took part; `seeds`: base seeds of whatever random
    structures it was trained or tuned on ("none" if none); `licence` of the method; `citation`.
    """

    trained_on: str
    seeds: str
    licence: str
    citation: str

    def check(self) -> None:
        """Raise `SubmissionError` if something is not said, or if the benchmark's own seed was trained on."""
        for field in fields(self):
            if not str(getattr(self, field.name)).strip():
                raise SubmissionError(f"the declaration leaves {field.name.replace('_', ' ')} open; say it.")
        if BASE_SEED in _numbers(self.seeds):
            raise SubmissionError(
                f"the declaration names {BASE_SEED} among the seeds, which is the base seed of the benchmark's own "
                "structures; train with another one."
            )

    def agree(self, record: Record, where: str) -> None:
        """Raise `SubmissionError` if it contradicts what the record says of defects in training."""
        said = re.sub(r"\b(no|without|non|not)\W+(\w+\W+){0,3}?defect", "", self.trained_on.lower())
        if re.search(r"defect|vacanc|displaced", said) and not record["trained_on_defects"]:
            raise SubmissionError(
                f"{where} declares training on defects, but its record has trained_on_defects false; set it in the "
                "method."
            )
        if _numbers(self.seeds) and not record["trained_on_defects"]:
            raise SubmissionError(
                f"{where} declares seeds of random structures that were trained on, but its record has "
                "trained_on_defects false; set it in the method, or declare none."
            )


def check_method(name: str) -> bool:
    """Whether the method of these results is installed here and passes the smoke test.

    False where it is not installed, and so cannot be asked. Raises `SubmissionError` if it fails: results of a method
    that answers differently each time cannot be repeated.
    """
    from ..methods import list_methods
    from .smoke import smoke

    if name not in [entry.name for entry in list_methods()]:
        return False
    failed = [check for check in smoke(name) if not check.passed]
    if failed:
        raise SubmissionError(f"method {name!r} fails the smoke test: {failed[0].name} ({failed[0].said})")
    return True


def pack(results: Path, declaration: Declaration, out: Path | None = None) -> Path:
    """Put a method's results, as `arise-bench --out` left them in the folder `results`, into one file and return it.

    `out` is by default `NAME.arise.zip` in the current folder. What is packed has passed `validate`.
    """
    declaration.check()
    results = Path(results)
    if not (results / RECORD).is_file():
        raise SubmissionError(f"{results} holds no {RECORD}; name the folder of one method, such as results/mine.")
    record = read_record(results / RECORD)
    out = Path(out) if out else Path(record["method"] + SUFFIX)
    texts = {_ENVIRONMENT: _environment(), DECLARATION: asdict(declaration)}
    with replacing(out) as temporary:
        with zipfile.ZipFile(temporary, "w") as archive:
            for name in (RECORD, record["predictions"]["file"]):
                if not (results / name).is_file():
                    raise SubmissionError(f"{results} holds no {name}; run the method again.")
                # Parquet is compressed already.
                _put(archive, name, (results / name).read_bytes(), compress=name.endswith(".json"))
            for name, value in texts.items():
                _put(archive, name, (json.dumps(value, indent=1) + "\n").encode(), compress=True)
        _validate(temporary, str(out))
    return out


def validate(path: Path) -> SubmittedRecord:
    """The record of a submission that fits, with its declaration under `declaration`.

    Raises `SubmissionError`, with one sentence, for a file that is no submission, versions, data, seed or iterations
    other than this package's, predictions that are not the record's or not of the benchmark's structures, and scores
    that do not follow from the predictions.
    """
    return _validate(Path(path), str(path))


def _validate(path: Path, where: str) -> SubmittedRecord:
    with tempfile.TemporaryDirectory() as folder:
        _unpack(path, Path(folder), where)
        try:
            record = read_record(Path(folder) / RECORD)
        except RecordError as error:
            raise SubmissionError(str(error).replace(f"{folder}/", f"{where}: ")) from error
        declaration = _declaration(Path(folder) / DECLARATION, where)
        declaration.check()
        declaration.agree(record, where)
        try:
            plan = Plan(recorded_method(record), Sampling(ITERATIONS, BASE_SEED))
        except AriseZooError as error:
            raise SubmissionError(f"{where}: {error}") from error
        for key, ours in _expected(plan).items():
            theirs = record[key]  # type: ignore[literal-required]
            if theirs != ours:
                what = key.replace("_", " ")
                raise SubmissionError(f"{where} was made with {what} {theirs}, but this package has {ours}.")
        predictions = Path(folder) / PREDICTIONS
        if sha256(predictions) != record["predictions"]["sha256"]:
            raise SubmissionError(f"{where}: the predictions are not those that the record was made from.")
        try:
            found = rescore(record, predictions)
        except AriseZooError as error:
            raise SubmissionError(f"{where}: {str(error).replace(f'{folder}/', '')}") from error
        _compare(record, found, where)
    return {**record, "declaration": asdict(declaration)}


def _expected(plan: Plan) -> dict[str, Any]:
    return {
        "protocol_version": PROTOCOL_VERSION,
        "data_version": DATA_VERSION,
        "data_sha256": data_sha256(plan),
        "seed": BASE_SEED,
        "iterations": ITERATIONS,
    }


def _compare(record: Record, found: Scores, where: str) -> None:
    def key(cell: Cell) -> tuple[str, str, str]:
        return cell["table"], cell["scored_on"], cell["condition"]

    ours = {key(cell): cell for cell in found["cells"]}
    theirs = {key(cell): cell for cell in record["cells"]}
    if len(theirs) != len(record["cells"]):
        raise SubmissionError(f"{where}: the record has a cell twice.")
    for place in {**ours, **theirs}:
        named = f"table {place[0]}, {place[1]} classes, {place[2]}"
        if place not in theirs or place not in ours:
            raise SubmissionError(f"{where}: the record and its predictions differ in whether they have {named}.")
        for field in ("accuracy", "ci95", "n", "n_structures", "paper"):
            if theirs[place][field] != ours[place][field]:
                said, is_ = theirs[place][field], ours[place][field]
                raise SubmissionError(f"{where}: {field} of {named} is {said} in the record, but {is_} when scored.")
    for field in ("per_class", *UncertaintyEntries.__annotations__):
        if record.get(field) != found.get(field):
            raise SubmissionError(f"{where}: the record's {field.replace('_', ' ')} does not follow from predictions.")


def _put(archive: zipfile.ZipFile, name: str, content: bytes, compress: bool) -> None:
    entry = zipfile.ZipInfo(name)  # a fixed time: the same results are the same file
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED)


def _unpack(path: Path, folder: Path, where: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            if sorted(archive.namelist()) != sorted(_MEMBERS):
                raise SubmissionError(f"{where} holds other files than a submission does ({', '.join(_MEMBERS)}).")
            for entry in archive.infolist():
                limit = LARGEST_JSON if entry.filename.endswith(".json") else _LARGEST
                if entry.file_size > limit:
                    raise SubmissionError(f"{where} would unpack {entry.filename} to more than {limit >> 20} MiB.")
            archive.extractall(folder)
    except FileNotFoundError as error:
        raise SubmissionError(f"there is no file {where}.") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, OSError, ValueError, EOFError) as error:
        raise SubmissionError(f"{where} is damaged or no submission ({error}).") from error


def _declaration(path: Path, where: str) -> Declaration:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Declaration(**{field.name: str(said[field.name]) for field in fields(Declaration)})
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SubmissionError(f"{where}: the declaration is damaged or incomplete ({error}).") from error


def _environment() -> dict[str, Any]:
    installed = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    packages = dict(sorted(installed.items(), key=lambda item: item[0].lower()))
    return {"python": platform.python_version(), "hardware": hardware(), "packages": packages}
