"""The notebooks of the documentation are run, whole and small, and what they call exists."""

import ast
import inspect
import json
from base64 import b64decode
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

import arise_zoo

FOLDER = Path(__file__).parents[1] / "docs" / "tutorials"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_BYTES = 60_000  # of a picture


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell["outputs"]]


def test_the_tutorials_are_there():
    wanted = {"classify_and_map", "fine_tune", "look_inside", "molecular_dynamics", "your_method"}
    assert wanted <= {path.stem for path in NOTEBOOKS}


def test_all_cells_were_run_in_their_order_and_none_failed_or_complained(notebook):
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    kinds = [(output["output_type"], output.get("name")) for output in outputs(notebook)]
    assert not [kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"]


def test_pictures_stay_small(notebook):
    pictures = [o["data"]["image/png"] for o in outputs(notebook) if "image/png" in o.get("data", {})]
    assert [picture for picture in pictures if len(b64decode(picture)) > MOST_BYTES] == []


def test_what_they_import_exists_and_takes_the_parameters_that_are_given(notebook):
    code = "\n".join("".join(cell["source"]) for cell in code_cells(notebook))
    known = {"arise_zoo": arise_zoo}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("arise_zoo"):
            known |= {alias.name: getattr(import_module(node.module), alias.name) for alias in node.names}
    faults = []
    for call in (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)):
        first, *rest = ast.unparse(call.func).split(".")
        if first in known and all(map(str.isidentifier, rest)):
            parameters = inspect.signature(reduce(getattr, rest, known[first])).parameters
            faults += [f"{first}: {k.arg}" for k in call.keywords if k.arg and k.arg not in parameters]
    assert faults == []


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_run_from_their_first_cell_to_their_last(path):
    pytest.importorskip("ipykernel")
    pytest.importorskip("nbclient")
    from scripts.run_notebooks import executed

    again = executed(path)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert [o["output_type"] for o in outputs(again)] == [o["output_type"] for o in outputs(kept)]
