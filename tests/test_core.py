"""`arise-zoo-core`: the files of `arise-zoo` with fewer dependencies, without which structures are recognised."""

import csv
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ase.build import bulk
from hatchling.metadata.core import ProjectMetadata
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
MODULES_OF = {"scikit-learn": "sklearn", "umap-learn": "umap", "keras-tuner": "keras_tuner"}
"""Modules whose package has another name."""


def requirements(folder, *extras):
    core = ProjectMetadata(str(folder), None).core
    lines = [*core.dependencies, *(line for extra in extras for line in core.optional_dependencies[extra])]
    return {Requirement(line).name: line for line in lines}


BROUGHT = {"cloudpickle"}
"""What joblib brings, which asks for it since version 1.6."""


ALL, CORE = requirements(ROOT), requirements(ROOT / "core")
MISSING = sorted(MODULES_OF.get(name, name) for name in ALL.keys() - CORE.keys() - BROUGHT)


@pytest.fixture
def without(tmp_path):
    """Run code where some modules cannot be imported."""

    def run(modules, code):
        begin = (
            "import sys\n"
            "from importlib.abc import MetaPathFinder\n"
            "class Missing(MetaPathFinder):\n"
            "    def find_spec(self, name, path, target=None):\n"
            f"        if name.partition('.')[0] in {modules!r}:\n"
            "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
            "sys.meta_path.insert(0, Missing())\n"
        )
        return subprocess.run([sys.executable, "-c", begin + code], cwd=tmp_path, capture_output=True, text=True)

    return run


@pytest.fixture
def run(without):
    """Run a command where no module can be imported that `arise-zoo-core` does without."""

    def run(*arguments):
        return without(MISSING, f"from arise_zoo.cli.zoo import main\nsys.exit(main({list(map(str, arguments))!r}))")

    return run


def test_what_it_needs_is_part_of_what_the_whole_package_needs():
    assert CORE.items() <= ALL.items()
    assert {"tensorflow", "keras", "ovito", "umap", "sklearn", "datasets"} <= set(MISSING)


def test_the_page_needs_only_what_its_extra_brings(without, tmp_path):
    needed = requirements(ROOT / "core", "app")
    assert needed.items() <= requirements(ROOT, "app").items()
    bulk("Cu", cubic=True).write(tmp_path / "copper.cif")
    code = (
        "from pathlib import Path\n"
        "from arise_zoo.app.answering import Answerer\n"
        "*_, frame = Answerer().answer(Path('copper.cif'))\n"
        "print(frame['said']['verdict'], frame['near']['meaning'])"
    )
    ran = without([name for name in MISSING if name not in needed], code)
    assert ran.stdout == "fcc, sure identical\n", ran.stderr


def test_a_structure_is_classified_without_the_rest(run, tmp_path):
    bulk("Cu", cubic=True).write(tmp_path / "copper.cif")
    ran = run("classify", "copper.cif", "--csv", "found.csv")
    assert ran.returncode == 0 and "fcc, sure" in ran.stdout, ran.stderr
    (row,) = csv.DictReader((tmp_path / "found.csv").open())
    assert (row["label"], row["certainty"]) == ("fcc_cu", "sure")


def test_a_structure_is_mapped_and_compared_without_the_rest(run, tmp_path):
    (bulk("NaCl", "rocksalt", a=5.64, cubic=True) * (3, 3, 3)).write(tmp_path / "salt.xyz")
    ran = run("map", "salt.xyz", "--out", "map", "--box", "9", "--stride", "6", "--samples", "2")
    assert ran.returncode == 0, ran.stderr
    assert {"result.parquet", "atoms.xyz"} <= {path.name for path in (tmp_path / "map").iterdir()}
    ran = run("similar", "salt.xyz")
    assert ran.returncode == 0 and "identical       nacl" in ran.stdout, ran.stderr


def test_a_command_that_needs_the_rest_says_so(run):
    ran = run("build", "prototypes", "--limit", "1", "--out", "data")
    assert ran.returncode == 2 and "Traceback" not in ran.stderr
    assert "which is not installed; `pip install arise-zoo` brings it" in ran.stderr


def test_the_wheel_holds_the_files_of_the_package(tmp_path):
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT / "core"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "arise_zoo").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        assert files <= set(archive.namelist())
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        assert "Name: arise-zoo-core" in archive.read(metadata).decode()
