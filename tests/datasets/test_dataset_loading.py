"""Loading, by the Hub's name from the output folder, and through `arise_zoo.load_dataset` from anywhere."""

import json
import shutil

import numpy as np
import pytest
from small_builds import CONDITION, LIMIT, OTHER

import arise_zoo
from arise_zoo.datasets import build, get_config
from arise_zoo.datasets.load import DatasetError
from arise_zoo.errors import UnknownNameError
from arise_zoo.prototypes import class_ids

pytestmark = pytest.mark.filterwarnings("ignore:.*is a partial build")


@pytest.fixture(autouse=True)
def fresh_cache(tmp_path, monkeypatch):
    """No cache of another test, no network."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.delenv("ARISE_ZOO_DATA", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_the_hubs_names_work_verbatim_from_the_output_folder_offline(small_builds, run_python):
    script = """
import json, sys
from datasets import load_dataset
print(json.dumps({arguments[-1]: {name: [len(split), split.features["label"].names[2]]
      for name, split in load_dataset(*arguments).items()}
      for arguments in json.loads(sys.argv[1])}))
"""

    names = [["arise/prototypes"], ["arise/prototypes", "structures"], ["arise/defects", CONDITION]]
    result = run_python("-c", script, json.dumps(names), cwd=small_builds)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {
        "arise/prototypes": {"train": [633, "fcc_cu"], "validation": [159, "fcc_cu"]},
        "structures": {"train": [8, "fcc_cu"]},
        CONDITION: {"test": [LIMIT, "fcc_cu"]},
    }


@pytest.mark.parametrize("condition", [CONDITION, OTHER])
def test_structures_come_back_bit_by_bit(small_builds, condition):
    rows = arise_zoo.load_dataset("defects", condition, split="test", folder=small_builds)
    config = get_config("defects", condition)
    for row in list(rows)[::9]:
        atoms = config.key(row["id"]).build()
        for name, wanted in {"positions": atoms.positions, "cell": atoms.cell.array}.items():
            assert np.array(row[name], dtype=np.float64).tobytes() == wanted.tobytes()
        assert row["numbers"] == atoms.numbers.tolist() and row["pbc"] == atoms.pbc.tolist()
        assert rows.features["label"].int2str(row["label"]) == row["id"].split("/")[0]
    assert rows.features["label"].names == list(class_ids())


def test_numpy_keeps_float64_where_it_is_asked_to(small_builds):
    rows = arise_zoo.load_dataset("defects", CONDITION, split="test", folder=small_builds)
    row = rows.with_format("numpy", columns=["positions"], dtype="float64")[0]
    atoms = get_config("defects", CONDITION).key(rows[0]["id"]).build()
    assert row["positions"].tobytes() == atoms.positions.tobytes()


def test_a_local_build_is_found_in_the_working_folder_and_by_the_environment(small_builds, monkeypatch, tmp_path):
    monkeypatch.chdir(small_builds)
    assert set(arise_zoo.load_dataset("prototypes")) == {"train", "validation"}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARISE_ZOO_DATA", str(small_builds))
    assert len(arise_zoo.load_dataset("arise/prototypes", "prototypes", split="train")) == 8
    assert next(iter(arise_zoo.load_dataset("prototypes", "structures", split="train", streaming=True)))["n_atoms"] == 1


def test_data_built_anew_under_the_same_name_is_not_answered_with_old_rows(tmp_path):
    for limit in (3, 2):
        shutil.rmtree(tmp_path / "arise", ignore_errors=True)
        build("prototypes", tmp_path, only=["structures"], limit=limit)
        assert len(arise_zoo.load_dataset("prototypes", "structures", split="train", folder=tmp_path)) == limit


def test_a_partial_build_is_loaded_with_a_warning(small_builds):
    with pytest.warns(UserWarning, match="partial build: 8 structures"):
        arise_zoo.load_dataset("prototypes", "structures", folder=small_builds)


def test_a_changed_file_is_not_loaded(small_builds, tmp_path):
    shutil.copytree(small_builds, tmp_path / "copy")
    path = tmp_path / "copy/arise/prototypes/structures/train-00000-of-00001.parquet"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(DatasetError, match="does not match its SHA-256"):
        arise_zoo.load_dataset("prototypes", "structures", folder=tmp_path / "copy")
    assert arise_zoo.load_dataset("prototypes", "prototypes", folder=tmp_path / "copy")


def test_what_is_nowhere_is_told_how_to_get(run_python, tmp_path):
    script = "import arise_zoo\ntry: arise_zoo.load_dataset('defects')\nexcept arise_zoo.AriseZooError as e: print(e)"
    answer = run_python("-c", script).stdout
    assert "`arise-zoo build defects`" in answer and "ARISE_ZOO_DATA" in answer
    with pytest.raises(DatasetError, match="build it with `arise-zoo build prototypes"):
        arise_zoo.load_dataset("prototypes", folder=tmp_path)
    with pytest.raises(UnknownNameError, match="pristine"):
        arise_zoo.load_dataset("prototypes", "pristin")


def test_a_build_of_another_version_does_not_answer_for_the_revision_asked_for(small_builds):
    with pytest.raises(DatasetError, match=r"revision v0\.9\.0"):
        arise_zoo.load_dataset("prototypes", revision="v0.9.0", folder=small_builds)
