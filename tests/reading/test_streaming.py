"""Long trajectories are read frame by frame, with the same result."""

import tracemalloc

import numpy as np
import pytest
from ase.build import bulk
from ase.io import write

from arise_zoo import classify
from arise_zoo.errors import StructureError
from arise_zoo.reading import iter_named, read_named, trajectory

N = 6


@pytest.fixture(autouse=True)
def every_file_is_long(monkeypatch):
    monkeypatch.setattr(trajectory, "LONG", 0)


@pytest.fixture
def frames():
    found = [bulk("Cu", cubic=True).repeat(2) for _ in range(N)]
    for i, atoms in enumerate(found):
        atoms.rattle(0.05, seed=i)
    return found


def dump(frames):
    text = ""
    for step, atoms in enumerate(frames):
        bounds = "\n".join(f"0 {length}" for length in atoms.cell.lengths())
        rows = "\n".join(f"{i} 1 {x} {y} {z}" for i, (x, y, z) in enumerate(atoms.positions.tolist(), 1))
        text += f"ITEM: UNITS\nmetal\nITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{len(atoms)}\n"
        text += f"ITEM: BOX BOUNDS pp pp pp\n{bounds}\nITEM: ATOMS id type x y z\n{rows}\n"
    return text


@pytest.fixture(params=["a.xyz", "a.dump"])
def file(request, frames, tmp_path):
    path = tmp_path / request.param
    if path.suffix == ".xyz":
        write(path, frames)
    else:
        path.write_text(dump(frames))
    return path


@pytest.mark.parametrize("which", ["", "@2", "@1:", "@:3", "@1:5:2"])
def test_frames_and_their_names_are_those_of_the_whole_file(file, which):
    options = {"species": "Cu"} if file.suffix == ".dump" else {}
    whole = read_named(f"{file}{which}", **options)
    streamed = iter_named(f"{file}{which}", **options)
    assert not isinstance(streamed, list)
    streamed = list(streamed)
    assert [name for name, _ in streamed] == [name for name, _ in whole]
    for (_, ours), (_, theirs) in zip(streamed, whole, strict=True):
        np.testing.assert_array_equal(ours.positions, theirs.positions)
        np.testing.assert_array_equal(ours.cell.array, theirs.cell.array)
        assert ours.get_chemical_formula() == theirs.get_chemical_formula() and (ours.pbc == theirs.pbc).all()


def test_frames_from_the_end_are_read_from_the_whole_file(file):
    assert isinstance(iter_named(f"{file}@-1"), list)
    with pytest.raises(StructureError, match="none of these frames"):
        list(iter_named(f"{file}@{N}:"))


def test_a_torn_end_costs_a_row(file):
    lines = file.read_text().splitlines()
    file.write_text("\n".join(lines[:-3]) + "\n")
    found = classify(file, n_samples=2)
    assert [answer.label for answer in found] == ["fcc_cu"] * (N - 1) + [None]
    assert "ends before" in found[-1].problem and found[-1].structure == f"after {file}@{N - 2}"


def test_memory_is_that_of_a_frame(tmp_path, frames):
    path = tmp_path / "long.xyz"
    write(path, frames[0].repeat(3))
    path.write_text(path.read_text() * 60)
    next(iter(iter_named(path)))
    tracemalloc.start()
    assert sum(1 for _ in iter_named(path)) == 60
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < path.stat().st_size / 4
