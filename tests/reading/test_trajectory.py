"""Trajectories: the frames that reading a whole file gives, one in memory at a time."""

import bz2
import gzip
import lzma
import tracemalloc

import ase.io
import numpy as np
import pytest
from ase.build import bulk

from arise_zoo.errors import StructureError
from arise_zoo.reading import Trajectory, read_named

N = 6


def crystals(n=N, repeat=1):
    frames = []
    for number in range(n):
        atoms = bulk("NaCl", "rocksalt", a=5.6, cubic=True) * repeat
        atoms.rattle(0.1, seed=number)
        frames.append(atoms)
    return frames


def dump(frames):
    """A text dump whose atoms are in another order in each frame."""
    text = ""
    for number, atoms in enumerate(frames):
        edges = "".join(f"0.0 {length}\n" for length in atoms.cell.lengths())
        text += f"ITEM: TIMESTEP\n{100 * number}\nITEM: NUMBER OF ATOMS\n{len(atoms)}\n"
        text += f"ITEM: BOX BOUNDS pp pp pp\n{edges}ITEM: ATOMS id type x y z c_pe\n"
        for i in np.random.default_rng(number).permutation(len(atoms)):
            x, y, z = atoms.positions[i]
            text += f"{i + 1} {1 if atoms.numbers[i] == 11 else 2} {x:.9f} {y:.9f} {z:.9f} {-3.5 - i}\n"
    return text


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trajectories")
    for name in ("frames.xyz", "frames.traj", "XDATCAR"):
        ase.io.write(folder / name, crystals())
    (folder / "frames.lammpstrj").write_text(dump(crystals()))
    for name in ("frames.xyz", "frames.lammpstrj"):
        content = (folder / name).read_bytes()
        for suffix, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
            (folder / f"{name}{suffix}").write_bytes(pack(content))
        (folder / f"twice-{name}").write_bytes(gzip.compress(gzip.compress(content)))
        (folder / f"windows-{name}").write_bytes(content.replace(b"\n", b"\r\n"))
        (folder / f"wide-{name}").write_text(content.decode(), encoding="utf-16")
    return folder


NAMES = ("frames.xyz", "frames.xyz.gz", "frames.xyz.xz", "twice-frames.xyz", "windows-frames.xyz", "wide-frames.xyz")
DUMPS = tuple(name.replace(".xyz", ".lammpstrj") for name in (*NAMES, "frames.xyz.bz2"))


@pytest.mark.parametrize("name", [*NAMES, *DUMPS, "frames.traj", "XDATCAR"])
@pytest.mark.parametrize("frames", ["", "@1:5:2", "@-2:", "@:3", "@4", "@-1"])
def test_the_frames_are_those_of_the_whole_file(files, name, frames):
    expected = read_named(f"{files / name}{frames}")
    trajectory = Trajectory(f"{files / name}{frames}")
    assert [trajectory.name(number) for number in trajectory.numbers] == [name for name, _ in expected]
    for _ in range(2):  # as often as one likes
        for (_, atoms), (_, other) in zip(trajectory, expected, strict=True):
            assert atoms == other and atoms.arrays.keys() == other.arrays.keys()


def test_frames_may_be_named_apart(files):
    assert list(Trajectory(files / "frames.xyz", "1:5:2").numbers) == [1, 3]
    assert list(Trajectory(files / "frames.xyz", " -2:").numbers) == [4, 5]
    assert list(Trajectory(files / "frames.xyz", "2").numbers) == [2]


@pytest.mark.parametrize(
    ("path", "frames", "sentence"),
    [
        ("frames.xyz", "9", "has none of these frames; its 6 are numbered from 0"),
        ("frames.xyz", "7:", "has none of these frames; its 6 are numbered from 0"),
        ("frames.xyz", "::-1", "is read from its beginning; give its frames a step above 0"),
        ("frames.xyz", "::0", "has a step of 0"),
        ("frames.xyz", "x", "names no frames; write a number or 0:100:5"),
        ("frames.xyz@0:2", "1", "names its frames already"),
        ("no.xyz", None, "there is no file"),
        ("empty.xyz", None, "is empty"),
        ("torn.xyz", None, "announces 8 atoms in line 11 but ends before"),
        ("torn.lammpstrj", None, "frame 1 of .* announces 8 atoms but ends before; it was cut off"),
        ("torn.gz", None, "cannot be read"),
        ("hole.xyz", None, "has no finite position for atom 1"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(files, path, frames, sentence):
    xyz, lammps = (files / "frames.xyz").read_text(), (files / "frames.lammpstrj").read_text()
    (files / "empty.xyz").write_text("\n \n")
    (files / "torn.xyz").write_text("".join(xyz.splitlines(keepends=True)[:15]))
    (files / "torn.lammpstrj").write_text("".join(lammps.splitlines(keepends=True)[:30]))
    (files / "torn.gz").write_bytes(gzip.compress(xyz.encode())[:-20])
    (files / "hole.xyz").write_text("2\n\nNa 0 0 0\nCl 0 0 nan\n")
    with pytest.raises(StructureError, match=sentence):
        for _ in Trajectory(f"{files}/{path}", frames):
            pass


def test_frames_behind_those_that_are_wanted_may_be_torn(files):
    text = (files / "frames.lammpstrj").read_text()
    (files / "growing.lammpstrj").write_text("".join(text.splitlines(keepends=True)[:45]))
    assert [number for number, _ in Trajectory(files / "growing.lammpstrj", "0:2")] == [0, 1]


def test_a_type_is_the_same_element_in_each_frame_and_further_columns_are_arrays(files):
    frames = [atoms for _, atoms in Trajectory(files / "frames.lammpstrj")]
    assert [atoms.info["timestep"] for atoms in frames] == [0, 100, 200, 300, 400, 500]
    for atoms in frames:
        assert (atoms.numbers == frames[0].numbers).all()
        assert atoms.arrays["id"].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
        assert (np.unique(atoms.arrays["type"]).tolist(), atoms.arrays["type"].dtype.kind) == ([1, 2], "i")
        assert atoms.arrays["c_pe"].tolist() == [-3.5, -4.5, -5.5, -6.5, -7.5, -8.5, -9.5, -10.5]


@pytest.mark.parametrize("name", ["long.xyz", "long.lammpstrj.gz"])
def test_memory_does_not_grow_with_the_number_of_frames(tmp_path, name):
    def peak(n):
        path = tmp_path / f"{n}-{name}"
        if name.endswith("xyz"):
            ase.io.write(path, crystals(n, 2))
        else:
            path.write_bytes(gzip.compress(dump(crystals(n, 2)).encode()))
        tracemalloc.start()
        assert sum(1 for _ in Trajectory(path)) == n
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(2)  # what is imported and cached on the way
    assert peak(80) < 1.3 * peak(20)
