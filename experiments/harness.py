"""What experiments share: their form, where their records and pages are kept, and the parts that pages are made of.

What is measured is in the module of each experiment's name, the command line in `__main__`.
"""

import importlib
import json
import os
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np

from arise_zoo.benchmark.vectors import StoredVectors
from arise_zoo.common.environment import hardware, package_versions
from arise_zoo.common.statistics import share_interval
from arise_zoo.common.storage import write_json, write_text
from arise_zoo.structures import benchmark_structures, pristine_structures

P = ParamSpec("P")
T = TypeVar("T")
Record = dict[str, Any]
"""What was measured, as JSON."""

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent


@dataclass(frozen=True)
class Experiment:
    """An experiment, which each module of this package but this one has under the name `EXPERIMENT`.

    Parameters
    ----------
    measure : callable
        Makes the record but for the circumstances. Its parameters are the options of the command line, its defaults
        those of the committed record.
    page : callable
        Makes the page, in Markdown, from a record and nothing else.
    packages : tuple of str
        Packages whose versions are recorded besides those that always are.
    small : dict
        Options with which everything is run once, in little time.
    page_path : str
        Path of the page below the root of the repository, if it does not lie beside the record.
    """

    measure: Callable[..., Record]
    page: Callable[[Record], str]
    packages: tuple[str, ...] = ()
    small: dict[str, Any] = field(default_factory=dict)
    page_path: str = ""

    @property
    def name(self) -> str:
        """Name of its module."""
        return self.measure.__module__.rpartition(".")[2]

    def paths(self, folder: Path = FOLDER) -> tuple[Path, Path]:
        """Where record and page are, by default those committed."""
        page = ROOT / self.page_path if self.page_path and folder == FOLDER else folder / f"{self.name}.md"
        return folder / f"{self.name}.json", page

    def record(self) -> Record:
        """The committed record."""
        return dict(json.loads(self.paths()[0].read_text(encoding="utf-8")))

    def run(self, folder: Path = FOLDER, **options: Any) -> None:
        """Measure, then write record and page into the folder."""
        record_path, page_path = self.paths(folder.resolve())
        load = round(os.getloadavg()[0], 2)
        around = {"load_average": load, "packages": package_versions(self.packages), "hardware": hardware()}
        record = self.measure(**options) | around
        write_json(record_path, record)
        write_text(page_path, self.page(record))


def experiments() -> dict[str, Experiment]:
    """All experiments by name."""
    names = {module.name for module in pkgutil.iter_modules([str(FOLDER)]) if not module.name.startswith("_")}
    return {n: importlib.import_module(f"{__package__}.{n}").EXPERIMENT for n in sorted(names - {"harness"})}


def leaderboard_record(method: str) -> tuple[Record, dict[tuple[str, str], Record]]:
    """A method's record on the leaderboard, and its cells of Table S1, by the rows scored on and the condition."""
    record = json.loads((ROOT / "leaderboard" / "records" / f"{method}.json").read_text(encoding="utf-8"))
    return record, {(c["scored_on"], c["condition"]): c for c in record["cells"] if c["table"] == "S1"}


def stored(data: Path, condition: str) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors and class ids of the benchmark's structures, from the output folder of `arise-zoo build`."""
    specs = list(pristine_structures() if condition == "pristine" else benchmark_structures(condition))
    vectors = StoredVectors(data).of(condition, specs)
    if vectors is None:
        raise SystemExit(f"{data} does not hold all structures of {condition}.")
    return vectors, np.array([spec.class_id for spec in specs])


def seconds(clock: Callable[[], float], function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> float:
    """Time that one call takes by a clock, such as `time.perf_counter` or `time.process_time`."""
    begin = clock()
    function(*args, **kwargs)
    return clock() - begin


def in_fresh_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Result of a call in a new interpreter, which has ended afterwards."""
    code = "import pickle, sys; f, a, k = pickle.load(sys.stdin.buffer); pickle.dump(f(*a, **k), sys.stdout.buffer)"
    call = pickle.dumps((function, args, kwargs))
    result: T = pickle.loads(
        subprocess.run([sys.executable, "-c", code], input=call, stdout=subprocess.PIPE, check=True).stdout
    )
    return result


def scored(right: np.ndarray) -> Record:
    """Percent right, with its 95 % interval, of answers that are right (True) or wrong, shape (n,)."""
    low, high = share_interval(int(right.sum()), len(right))
    return {"accuracy": round(100 * float(right.mean()), 2), "ci95": [round(low, 2), round(high, 2)]}


def seeds_cell(counts: Sequence[Sequence[int]], digits: int) -> str:
    """Percent right of networks of several seeds, in a table: mean, the 95 % interval that one network's number of
    structures leaves, and the range over the seeds. `counts`: right labels and all labels of each."""
    shares, n = np.array([100 * right / n for right, n in counts]), counts[0][1]
    low, high = share_interval(round(shares.mean() * n / 100), n)
    cell = f"**{shares.mean():.{digits}f}**<br>[{low:.{digits}f}, {high:.{digits}f}]"
    return cell if len(counts) == 1 else f"{cell}<br>{shares.min():.{digits}f} - {shares.max():.{digits}f}"


def clock(seconds: float) -> str:
    """Minutes and seconds, as in 12:05."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def machine(record: Record) -> str:
    """Processor and number of cores."""
    return f"{record['hardware']['processor']}, {record['hardware']['cores']} cores"


def table(form: str, rows: Iterable[Record]) -> str:
    """Table in Markdown. `form` has its first two lines and, as the third, the format of a row."""
    *head, row_format = form.split("\n")
    return "\n".join([*head, *(row_format.format(**row) for row in rows)])


def document(*blocks: str) -> str:
    """Page in Markdown: headings, paragraphs and tables."""
    return "\n\n".join(blocks) + "\n"
