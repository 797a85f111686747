"""Two processes on one folder: one works, the other says so."""

import pytest
from ase.build import bulk
from ase.io import write

from arise_zoo import evaluate, finetune
from arise_zoo.analysis.mapping import map_file
from arise_zoo.common.storage import locked, sole_run
from arise_zoo.errors import AriseZooError


def mapped(folder):
    write(folder / "x.xyz", bulk("Cu", cubic=True).repeat(6))
    map_file(folder / "x.xyz", folder / "out", box=10, stride=8, n_samples=0)


CASES = {
    "bench": ("cna/.lock", lambda folder: evaluate("cna", "2", only=["pristine"], out=folder)),
    "map": (".out.lock", mapped),
    "finetune": (
        ".out.lock",
        lambda folder: finetune("arise-mlp", [bulk("NaCl", "rocksalt", a=5)], ["mine"], out=folder / "out"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_second_run_into_a_folder_says_so_and_changes_nothing(name, tmp_path):
    lock, start = CASES[name]
    path = tmp_path / lock
    with sole_run(path, tmp_path), pytest.raises(AriseZooError, match="another run is writing into"):
        start(tmp_path)
    assert not path.exists()


def test_a_lock_of_a_process_that_died_does_not_bind(tmp_path):
    (tmp_path / ".lock").write_text("")
    with sole_run(tmp_path / ".lock", tmp_path):
        pass
    with locked(tmp_path / "wait", remedy="x"):
        pass


def test_what_a_killed_run_left_half_written_is_removed_at_the_next_start(tmp_path):
    (tmp_path / "units").mkdir()
    left, whole = tmp_path / "units" / ".pristine.parquet.123.part", tmp_path / "units" / "pristine.parquet"
    left.write_text("half")
    whole.write_text("whole")
    with sole_run(tmp_path / ".lock", tmp_path):
        assert not left.exists() and whole.exists()
