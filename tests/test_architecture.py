"""Imports lead from high layers to low ones and never round in a circle; folders stay small enough to be read."""

import ast
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

PACKAGE = Path(__file__).parents[1] / "arise_zoo"

LAYERS = (
    "cli",
    "app",
    "ovito",
    "releases",
    "analysis",
    "leaderboard",
    "benchmark",
    "methods",
    "models",
    "index",
    "datasets",
    "hub",
    "descriptors",
    "generators",
    "structures",
    "simulation",
    "prototypes",
    "reading",
    "common",
    "errors",
    "_version",
)
"""The package's parts, the highest first: each may import from those below it, whether when it is loaded or later."""

MOST_MODULES = 16
"""In one folder, its `__init__` included."""


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("arise_zoo", cache_dir=None)


def test_every_part_has_its_layer():
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert parts - {"__init__", "__main__"} == set(LAYERS)


def test_no_module_imports_from_a_higher_layer(graph):
    place = {layer: number for number, layer in enumerate(LAYERS)}
    upwards = [
        f"{importer} -> {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if min(importer.count("."), imported.count("."))
        and place.get(importer.split(".")[1], -1) > place.get(imported.split(".")[1], -1)
    ]
    assert upwards == []


def test_no_modules_import_each_other_in_a_circle(graph):
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the circle


def test_no_folder_holds_more_modules_than_can_be_read_at_a_glance():
    counts = Counter(path.parent for path in PACKAGE.rglob("*.py"))
    assert {folder.name: n for folder, n in counts.items() if n > MOST_MODULES} == {}


def test_no_function_has_more_than_six_positional_parameters_but_compiled_kernels():
    many = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or any("numba_jit" in ast.unparse(d) for d in node.decorator_list):
                continue
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
            if len(names) - (names[:1] in (["self"], ["cls"])) > 6:
                many.append(f"{path.name}: {node.name}")
    assert many == []
