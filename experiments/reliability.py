"""Attacks, and how many were survived: damaged files, extreme structures, and the attacks that the tests hold.

Every file and structure must have an answer or one sentence, within ten seconds and a gigabyte; each is tried in a
process of limited memory that is replaced when it dies. Attacks of the other kinds are tests, one by one: faulty
plug-ins, forged submissions, hostile checkpoints, kills and signals, poor surroundings.
"""

import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.io import write

from arise_zoo.common.progress import Progress
from arise_zoo.common.seeds import rng_for
from arise_zoo.common.statistics import share_interval
from arise_zoo.descriptors import AveragedSOAP
from arise_zoo.errors import AriseZooError
from arise_zoo.prototypes import class_ids, get_prototype
from arise_zoo.reading import check_atoms, read_frames

from .harness import ROOT, Experiment, Record, document, machine, table

SECONDS, GIGABYTES = 10.0, 1.0
FORMATS = {
    "cif": ".cif",
    "extxyz": ".xyz",
    "vasp": ".poscar",
    "lammps-data": ".data",
    "lammps-dump": ".lammpstrj",
    "json": ".json",
    "xsf": ".xsf",
    "gen": ".gen",
}
TESTS = {
    "plug-ins": [
        "tests/benchmark/test_answers.py",
        "tests/cli/test_ends.py::test_what_a_plug_in_does_to_its_process_is_survived",
    ],
    "submissions": ["tests/benchmark/test_submission.py"],
    "checkpoints": ["tests/models/test_checkpoint.py"],
    "kills and signals": [
        "tests/cli/test_ends.py::test_workers_end_with_a_parent_that_is_killed",
        "tests/cli/test_ends.py::test_a_signal_leaves_one_line_its_code_and_no_process",
    ],
    "surroundings": [
        "tests/cli/test_ends.py::test_poor_surroundings_do_not_matter",
        "tests/cli/test_ends.py::test_a_pipe_that_is_closed_early_is_no_error",
        "tests/cli/test_ends.py::test_json_is_written_to_devices_and_pipes_as_they_are",
    ],
    "files with known faults": ["tests/reading/test_reading.py"],
    "extreme numbers": ["tests/descriptors/test_extremes.py"],
}
"""Kind of attack -> tests, each case of which is an attack."""

_TOO_MUCH = "takes too much memory"
_ADDRESSES = 8 * 2**30  # bytes that a process may map; what it uses is measured

SIZES = (0.0, 1e-300, 1e-9, 1e-3, 0.5, 1.0, 2.5, 4.0, 10.0, 1e3, 1e6, 1e9, 1e150, 1e308)


def measure(files: int = 10_000, structures: int = 5_000, tests: bool = True) -> Record:
    """Try so many damaged files and extreme structures, and the attacks that are tests."""
    found = {
        "damaged files": _tried(files, _file, "damaged files"),
        "extreme structures": _tried(structures, _structure, "extreme structures"),
    }
    if tests:
        found |= {kind: _tested(names) for kind, names in TESTS.items()}
    return {"seconds": SECONDS, "gigabytes": GIGABYTES, "attacks": found}


def _tried(n: int, attack: Callable[[int, Path], None], label: str) -> Record:
    outcomes: Counter[str] = Counter()
    examples: dict[str, list[int]] = {}
    with Progress(n, label) as bar, tempfile.TemporaryDirectory() as folder:
        for number, outcome in _outcomes(n, attack, Path(folder)):
            outcomes[outcome] += 1
            if outcome not in ("answer", "sentence"):
                examples.setdefault(outcome, []).append(number)
            bar.advance()
    survived = outcomes["answer"] + outcomes["sentence"]
    return {"tried": n, "survived": survived, "outcomes": dict(sorted(outcomes.items())), "not_survived": examples}


def _outcomes(n: int, attack: Callable[[int, Path], None], folder: Path) -> Iterator[tuple[int, str]]:
    context = multiprocessing.get_context("fork")
    AveragedSOAP().create(get_prototype("fcc_cu").build())  # compiled before the fork
    number = 0
    while number < n:
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(attack, number, n, folder, theirs))
        process.start()
        theirs.close()
        try:
            while number < n:
                if not ours.poll(2 * SECONDS):
                    yield number, "hangs"
                    number += 1
                    break
                outcome = ours.recv()
                yield number, outcome
                number += 1
                if outcome == _TOO_MUCH:  # which the process ends with
                    break
        except EOFError:  # the process has died
            yield number, "ends the interpreter"
            number += 1
        finally:
            process.kill()
            process.join()


def _work(attack: Callable[[int, Path], None], begin: int, end: int, folder: Path, pipe: Connection) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    size = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limit = size + _ADDRESSES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    np.seterr(all="ignore")
    for number in range(begin, end):
        started = time.monotonic()
        try:
            attack(number, folder)
            outcome = "answer"
        except AriseZooError as error:
            outcome = "sentence" if "\n" not in str(error) else "more than a sentence"
        except MemoryError:
            outcome = _TOO_MUCH
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            outcome = f"{type(error).__name__} in {Path(last.filename).name}"
        if time.monotonic() - started > SECONDS:
            outcome = "takes too long"
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - used
        if grown > GIGABYTES * 2**30:
            pipe.send(_TOO_MUCH)
            return
        pipe.send(outcome)


def _file(number: int, folder: Path) -> None:
    """Read and describe a file of which bytes, numbers or lines were changed."""
    rng = rng_for(0, "damaged file", number)
    format = list(FORMATS)[number % len(FORMATS)]
    path = folder / f"{number % 100}{FORMATS[format]}"
    path.write_bytes(_damaged(_text(format, class_ids()[int(rng.integers(50))]), rng))
    try:
        for atoms in read_frames(path)[:5]:
            check_atoms(atoms, "it")
            AveragedSOAP().create(atoms)
    finally:
        path.unlink()


def _text(format: str, class_id: str) -> bytes:
    atoms = get_prototype(class_id).build()
    elements = sorted(set(atoms.get_chemical_symbols()))
    if format == "lammps-dump":
        rows = [f"{i} {elements.index(a.symbol) + 1} {a.x} {a.y} {a.z}" for i, a in enumerate(atoms, 1)]
        box = "".join(f"0 {length}\n" for length in atoms.cell.lengths())
        head = f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n{len(atoms)}\nITEM: BOX BOUNDS pp pp pp\n{box}"
        return (head + "ITEM: ATOMS id type x y z\n" + "\n".join(rows) + "\n").encode()
    options = {"lammps-data": {"specorder": elements, "masses": True}}.get(format, {})
    with tempfile.NamedTemporaryFile(suffix=FORMATS[format]) as file:
        write(file.name, atoms, format=format, **options)
        return Path(file.name).read_bytes()


def _damaged(content: bytes, rng: np.random.Generator) -> bytes:
    kind = rng.integers(7)
    if kind == 0:  # cut off
        return content[: int(rng.integers(len(content)))]
    if kind == 1:  # bytes
        changed = bytearray(content)
        for place in rng.integers(len(changed), size=int(rng.integers(1, 20))):
            changed[place] = int(rng.integers(256))
        return bytes(changed)
    if kind == 2:  # lines doubled, dropped, exchanged
        lines = content.splitlines(keepends=True)
        return b"".join(lines[i] for i in rng.integers(len(lines), size=len(lines)))
    numbers = list(re.finditer(rb"-?\d+\.?\d*(?:[eE][-+]?\d+)?", content))
    if not numbers:
        return content
    chosen = numbers[int(rng.integers(len(numbers)))]
    words = [b"nan", b"inf", b"-1", b"0", b"1e400", b"1e30", b"1e-30", b"99999999999", b"?", b"", b"x", b"1e6", b"-0.0"]
    word = words[int(rng.integers(len(words)))]
    return content[: chosen.start()] + word + content[chosen.end() :]


def _structure(number: int, _: Path) -> None:
    """Describe atoms of extreme positions and cells."""
    rng = rng_for(0, "extreme structure", number)

    def drawn(*shape: int) -> np.ndarray:
        numbers: np.ndarray = rng.choice(SIZES, shape) * rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 1.5, shape)
        return numbers

    n = int(rng.integers(1, 30))
    usual = rng.random() < 0.5
    positions = rng.uniform(0, 10, (n, 3)) if usual else drawn(n, 3)
    if usual:
        positions[rng.integers(n)] = drawn(3)
    atoms = Atoms(rng.integers(0, 119, n), positions, cell=drawn(3, 3), pbc=rng.random(3) < 0.5)
    if not np.isfinite(AveragedSOAP().create(atoms)).all():
        raise ArithmeticError("the descriptor is not finite")


def _tested(names: list[str]) -> Record:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *names]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    counts = {what: int(n) for n, what in re.findall(r"(\d+) (passed|failed|error)", ran.stdout.splitlines()[-1])}
    return {"tried": sum(counts.values()), "survived": counts.get("passed", 0)}


def page(record: Record) -> str:
    rows = []
    for kind, found in record["attacks"].items():
        low, high = share_interval(found["survived"], found["tried"])
        outcomes = found.get("outcomes", {})
        said = ", ".join(f"{name}: {n:,}" for name, n in outcomes.items()) or "each case is a test"
        rows.append({"kind": kind, **found, "low": low, "high": high, "said": said})
    lines: list[dict[str, Any]] = rows
    return document(
        "# Reliability",
        "What was tried against the package, and what came of it. A damaged file or an extreme structure is survived "
        f"if it has an answer or one sentence within {record['seconds']:g} seconds and {record['gigabytes']:g} "
        "gigabyte; the other kinds are tests, of which each case is an attack. Intervals are Wilson's at 95 %: what "
        "further attacks of the same kind can be expected to do. Anyone can repeat it:",
        "```\npython -m experiments run reliability\n```",
        table(
            "| attack | tried | survived | 95 % interval, percent | outcomes |\n"
            "| --- | --: | --: | --- | --- |\n"
            "| {kind} | {tried:,} | {survived:,} | [{low:.2f}, {high:.2f}] | {said} |",
            lines,
        ),
        f"Made on {machine(record)}.",
    )


SMALL = {"files": 40, "structures": 40, "tests": False}
EXPERIMENT = Experiment(measure, page, ("gemmi", "numba"), SMALL, "docs/reliability.md")
