"""The folder of one method's run: what identifies the run, what is complete, and the resulting record.

A folder belongs to one identity (method, versions, seed, iterations). Results of another are never mixed in.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..common.storage import StorageError, sha256, write_json
from .plan import Unit
from .predictions import PREDICTIONS, PredictionStore
from .record import RECORD, Record, RecordError, read_record, write_record


class RunFolder:
    """`run.json`, `predictions.parquet` and `record.json` of one method, in `folder`."""

    def __init__(self, folder: Path, identity: dict[str, Any]):
        self.folder = Path(folder)
        self._run_path = self.folder / "run.json"
        self.record_path = self.folder / RECORD
        run = self._read_run()
        self._check_identity(run["identity"] if run else None, identity)
        self.previous_record = read_record(self.record_path) if self.record_path.exists() else None
        if self.previous_record is not None:
            self._check_predictions(self.previous_record["predictions"]["sha256"])
        self._identity = identity
        self._seconds: dict[str, float] = run["seconds"] if run else {}
        if run is None:
            self._write_run()
        self.predictions = PredictionStore(self.folder)

    def join(self, order: list[Unit]) -> None:
        """Join the predictions. Times are kept apart, so that equal predictions are equal files."""
        self._seconds.update({"/".join(unit): seconds for unit, seconds in self.predictions.seconds.items()})
        self._write_run()
        self.predictions.join(order)

    @property
    def wall_s(self) -> float:
        """Seconds spent on all complete units, over all runs that contributed."""
        return round(sum(self._seconds.values()), 1)

    def write_record(self, record: Record) -> None:
        """Validate and write the record of the joined predictions."""
        write_record(self.record_path, record)
        self.predictions.remove_units()

    def _read_run(self) -> dict[str, Any] | None:
        if not self._run_path.exists():
            if (self.folder / PREDICTIONS).exists() or self.record_path.exists():
                raise RecordError(f"{self.folder} holds results but no run.json; choose another --out.")
            return None
        try:
            run = json.loads(self._run_path.read_text(encoding="utf-8"))
            return {"identity": dict(run["identity"]), "seconds": dict(run["seconds"])}
        except OSError as error:
            raise StorageError(f"cannot read {self._run_path}: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise RecordError(f"{self._run_path} is damaged; remove {self.folder} or choose another --out.") from error

    def _check_identity(self, found: dict[str, Any] | None, wanted: dict[str, Any]) -> None:
        if found is None or found == wanted:
            return
        for key in {**wanted, **found}:
            if found.get(key) != wanted.get(key):
                what = key.replace("_", " ")
                raise RecordError(
                    f"{self.folder} holds results of {what} {found.get(key)}, but this run has {wanted.get(key)}; "
                    "choose another --out or remove that folder."
                )

    def _check_predictions(self, expected: str) -> None:
        path = self.folder / PREDICTIONS
        if not path.exists() or (sha256(path) != expected and not list(self.folder.glob("units/*.parquet"))):
            raise RecordError(
                f"{path} is not the file that {self.record_path} was made from; remove {self.folder} or choose "
                "another --out."
            )

    def _write_run(self) -> None:
        write_json(self._run_path, {"identity": self._identity, "seconds": self._seconds})
