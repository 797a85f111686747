"""What the code imports is what `pyproject.toml` declares: nothing is missing, and nothing is asked for in vain."""

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from hatchling.metadata.core import ProjectMetadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ("arise_zoo",)
EVERYTHING = ("arise_zoo", "tests", "experiments", "scripts")

NOT_IMPORTED = {
    "build": "builds the wheel, as `python -m build`",
    "mypy": "checks types, as a command",
    "ruff": "checks style, as a command",
    "tensorflow": "the backend that Keras imports",
}
"""Declared and never imported by name, and why."""

PROJECT = ProjectMetadata(str(ROOT), None).core
DISTRIBUTIONS = packages_distributions()


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
    """Packages that the files below these folders import: the possible names of each, as a package index has them.

    A module that is not installed is taken to be a package of the same name.
    """
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    here = {*EVERYTHING, *(path.stem for path in (ROOT / "tests").rglob("*.py")), "coordination_method"}
    here |= {path.stem for path in (ROOT / "scripts").glob("*.py")}
    modules = {name for path in paths for name in imported_modules(path)} - here - sys.stdlib_module_names
    return {frozenset(map(canonicalize_name, DISTRIBUTIONS.get(name, [name]))) for name in modules}


def declared(*extras, base=True):
    """Requirements of the package and of its extras, each a set of names: `dask[distributed]` is both of them."""
    lines = [line for extra in extras for line in PROJECT.optional_dependencies[extra]]
    requirements = map(Requirement, [*PROJECT.dependencies, *lines] if base else lines)
    return {frozenset(map(canonicalize_name, (r.name, *r.extras))) for r in requirements}


@pytest.mark.parametrize(
    ("folders", "extras"),
    [(PACKAGE, [extra for extra in PROJECT.optional_dependencies if extra != "test"]), (EVERYTHING, ["test", "peers"])],
    ids=["package", "everything"],
)
def test_every_package_that_is_imported_is_declared(folders, extras):
    known = frozenset().union(*declared(*extras))
    assert [sorted(names) for names in imported(folders) if not names & known] == []


@pytest.mark.parametrize("extra", [None, *PROJECT.optional_dependencies])
def test_every_declared_package_is_imported(extra):
    folders = EVERYTHING if extra == "test" else PACKAGE
    used = frozenset(NOT_IMPORTED).union(*imported(folders))
    ours = declared(extra, base=False) if extra else declared()
    # Stubs are read by mypy.
    stubs = {names for names in ours if any(name.endswith("-stubs") or name.startswith("types-") for name in names)}
    assert [sorted(names) for names in ours - stubs if not names & used] == []


def test_what_is_excused_is_declared():
    assert set(NOT_IMPORTED) <= frozenset().union(*declared(*PROJECT.optional_dependencies))
