"""What the code imports is what `pyproject.toml` declares: nothing is missing, and nothing is asked for in vain."""

import ast
import re
import sys
from pathlib import Path

import pytest
from hatchling.metadata.core import ProjectMetadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ("arise_zoo",)
EVERYTHING = ("arise_zoo", "tests", "experiments", "scripts", "examples")

NOT_IMPORTED = {
    "build": "builds the wheel, as `python -m build`",
    "furo": "how the documentation looks",
    "ipykernel": "runs the cells of the documentation's notebooks",
    "mpich": "the MPI library that LAMMPS loads",
    "mypy": "checks types, as a command",
    "myst-nb": "reads the documentation's Markdown and notebooks",
    "nbclient": "runs the documentation's notebooks, in `scripts/run_notebooks.py`",
    "nbformat": "reads and writes them there",
    "pytest-xdist": "runs the tests on all cores, as `pytest -n`",
    "ruff": "checks style, as a command",
    "sphinx": "builds the documentation, as `python -m sphinx`",
    "tensorflow": "the backend that Keras imports",
}
"""Declared and never imported by name, and why."""

NOT_DECLARED = {"crystals", "ncrystal", "torch", "xraylib", "xrayutilities"}
"""Imported and never declared: `scripts/crystal_libraries.py` reads their crystals if they are there, and an example is
for those who have PyTorch."""

PACKAGE_OF = {
    "freud": "freud-analysis",
    "quippy": "quippy-ase",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
    "yaml": "pyyaml",
}
"""Modules whose package has another name. Installed metadata do not give these on Python 3.10."""

STUBS = re.compile("^types-|-stubs$")
"""Names of packages that mypy alone reads."""

PROJECT = ProjectMetadata(str(ROOT), None).core


def imported_modules(path):
    """Top-level names of the modules that a file imports, also by `import_module` and `importorskip`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            names = [node.args[0].value] if function in ("import_module", "importorskip") else []
        yield from (name.split(".")[0] for name in names)


def imported(folders):
    """Packages that the files below these folders import, but for its own modules and the standard library."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    here = {*EVERYTHING, "coordination_method"}
    here |= {path.stem for folder in ("tests", "scripts") for path in (ROOT / folder).rglob("*.py")}
    modules = {name for path in paths for name in imported_modules(path)} - here - sys.stdlib_module_names
    return {canonicalize_name(PACKAGE_OF.get(name, name)) for name in modules}


def declared(lines):
    """The packages that requirements name, each with its extras: `dask[distributed]` is asked for to have either."""
    return [{canonicalize_name(name) for name in (r.name, *r.extras)} for r in map(Requirement, lines)]


def requirements(*extras):
    """What the package needs, and what these extras need besides."""
    return [*PROJECT.dependencies, *(line for extra in extras for line in PROJECT.optional_dependencies[extra])]


@pytest.mark.parametrize(
    ("folders", "extras"),
    [(PACKAGE, PROJECT.optional_dependencies.keys() - {"test"}), (EVERYTHING, PROJECT.optional_dependencies)],
    ids=["package", "everything"],
)
def test_every_package_that_is_imported_is_declared(folders, extras):
    excused = NOT_DECLARED if "scripts" in folders else set()
    assert imported(folders) - set().union(*declared(requirements(*extras))) == excused


@pytest.mark.parametrize("extra", [None, *PROJECT.optional_dependencies])
def test_every_declared_package_is_imported(extra):
    used = imported(EVERYTHING if extra == "test" else PACKAGE) | NOT_IMPORTED.keys()
    lines = PROJECT.optional_dependencies[extra] if extra else PROJECT.dependencies
    assert [names for names in declared(lines) if not names & used and not any(map(STUBS.search, names))] == []


def test_what_is_excused_is_declared():
    assert NOT_IMPORTED.keys() <= set().union(*declared(requirements(*PROJECT.optional_dependencies)))
