"""Table M in the harness: which frames count, what is right of them, and where they are read."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from arise_zoo import evaluate
from arise_zoo.benchmark.tables import table_conditions
from arise_zoo.benchmark.vectors import cached_vectors
from arise_zoo.common.statistics import interval
from arise_zoo.datasets.dynamics import STEPS_PER_ANGSTROM
from arise_zoo.descriptors.settings import CENTRAL
from arise_zoo.errors import AriseZooError, StructureError
from arise_zoo.simulation import frames, system
from arise_zoo.simulation.interface import n_atoms
from arise_zoo.structures import StructureSpec, benchmark_structures
from tests.fake_methods import FakeMethod
from tests.simulation import small_dynamics


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_dynamics.write(tmp_path_factory.mktemp("dynamics"))


@pytest.fixture(autouse=True)
def _used(folder, monkeypatch):
    monkeypatch.setattr(frames, "_source", None)
    frames.use(folder / "arise" / "dynamics", is_released=False)
    monkeypatch.setattr("arise_zoo.benchmark.runner.use_dynamics", lambda folder: None)


class AtomMethod(FakeMethod):
    """Calls every atom fcc."""

    name, level, finite = "all-fcc", "atom", False

    def predict(self, atoms):
        return np.full(len(atoms), "fcc_cu")


def cells(record):
    return {cell["condition"]: cell for cell in record["cells"]}


def test_solid_frames_count_and_what_melted_does_not():
    specs = list(benchmark_structures("md-1"))
    by_system = {s.name: [x for x in specs if x.k == s.number] for s in map(system, small_dynamics.SYSTEMS)}
    assert [len(found) for found in by_system.values()] == [40, 38, 20]  # a tube is finite only
    assert not any(x.iteration == 13 for x in by_system["Fe"]) and len(list(benchmark_structures("md-0.9"))) == 100
    assert all(StructureSpec.from_id(x.id) == x for x in specs)


def test_frames_are_shown_as_they_are_stored_and_cut_free():
    periodic, finite = (StructureSpec("fcc_cu", 1, boundary, "md-0.2", 4).build() for boundary in (True, False))
    ideal = system("Al").box(0)
    assert periodic.pbc.all() and np.allclose(periodic.cell, ideal.cell)
    assert np.allclose(periodic.positions, ideal.positions, atol=0.51 / STEPS_PER_ANGSTROM)
    assert not finite.pbc.any() and not finite.cell.rank and np.array_equal(finite.positions, periodic.positions)
    assert len(finite) == StructureSpec("fcc_cu", 1, False, "md-0.2", 4).n_atoms == 256


def test_the_class_is_right_for_solids_and_unknown_for_the_rest():
    record = evaluate(FakeMethod("fcc_cu"), "M")
    found = cells(record)
    assert list(found) == [c for c in table_conditions("M") if c != "interface"]
    assert found["md-0.4"]["accuracy"] == 50.0 and found["md-0.4"]["n"] == 80  # nanotubes are not its classes
    assert found["md-1"]["accuracy"] == pytest.approx(100 * 40 / 78, abs=1e-3)
    assert found["liquid-1.3"]["accuracy"] == found["gas"]["accuracy"] == found["quenched"]["accuracy"] == 0.0
    assert cells(evaluate(FakeMethod("unknown"), "M", only=["gas", "liquid-1.1"]))["gas"]["accuracy"] == 100.0


def test_intervals_take_the_runs_as_what_was_sampled():
    found = cells(evaluate(FakeMethod("fcc_cu"), "M", only=["md-0.4"]))["md-0.4"]
    expected = interval(np.array([20.0, 20.0, 0.0, 0.0]), np.full(4, 20.0))  # two runs each of Al and Fe
    assert found["ci95"] == pytest.approx(expected, abs=1e-3) and found["n_structures"] == 80


def test_atoms_of_an_interface_have_right_answers_of_their_own():
    found = cells(evaluate(AtomMethod(), "M", only=["interface", "md-0.4"]))
    total = n_atoms(system("Al"))
    assert found["interface"]["accuracy"] == pytest.approx(100 * (total // 2) / (total - 10), abs=1e-3)
    assert found["interface"]["n_structures"] == 2
    assert found["md-0.4"]["accuracy"] == pytest.approx(100 * 256 / (256 + 250), abs=1e-3)


def test_workers_are_given_the_frames(tmp_path):
    method = FakeMethod(lambda atoms: "bcc_w" if 26 in atoms.numbers else "fcc_cu")
    first, second = (evaluate(method, "M", only=["md-0.6"], n_jobs=n, out=tmp_path / str(n)) for n in (1, 2))
    assert first["cells"] == second["cells"] and first["cells"][0]["accuracy"] == 100.0
    rows = pq.read_table(tmp_path / "2" / "fake" / "predictions.parquet")
    assert rows["structure"].to_pylist() == [s.id for s in benchmark_structures("md-0.6", classes=["bcc_w", "fcc_cu"])]


def test_kept_descriptors_belong_to_the_frames(tmp_path, monkeypatch):
    specs = list(benchmark_structures("md-0.2", classes=["fcc_cu"]))[:1]
    cached_vectors(tmp_path, specs, dict(CENTRAL))
    cached_vectors(tmp_path, specs, dict(CENTRAL))
    assert len(list(tmp_path.rglob("*.npy"))) == 1
    monkeypatch.setattr("arise_zoo.benchmark.vectors.index_sha256", lambda: "of other frames")
    cached_vectors(tmp_path, specs, dict(CENTRAL))
    assert len(list(tmp_path.rglob("*.npy"))) == 2


def test_what_is_not_there_is_named(folder, monkeypatch):
    with pytest.raises(StructureError, match=r"does not hold fcc_cu/k2/periodic/md-0\.2/0"):
        StructureSpec("fcc_cu", 2, True, "md-0.2", 0).build()
    with pytest.raises(StructureError, match="no system of molecular dynamics of class 'fcc_cu' has the number 99"):
        _ = StructureSpec("fcc_cu", 99, True, "md-0.2", 0).n_atoms
    monkeypatch.setattr(frames, "_source", None)
    with pytest.raises(StructureError, match="a frame of molecular dynamics, which the data set arise/dynamics holds"):
        StructureSpec("fcc_cu", 1, True, "md-0.2", 0).build()


def test_a_method_that_is_scored_on_nothing_is_told_so():
    class SpaceGroups(FakeMethod):
        name, truth = "groups", "space_group"

    with pytest.raises(AriseZooError, match="method 'groups' is not scored on anything in table M"):
        evaluate(SpaceGroups("225"), "M")
