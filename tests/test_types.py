"""The types are true: mypy is strict and finds nothing, and it sees the names that are imported when first used."""

import sys
from pathlib import Path

import numpy as np
import pytest
from mypy import api

ROOT = Path(__file__).parents[1]
CONFIGURATION = ["--config-file", str(ROOT / "pyproject.toml"), "--python-executable", sys.executable]


def mypy(*arguments):
    printed, problems, status = api.run([*CONFIGURATION, *map(str, arguments)])
    return status, printed + problems


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.2.0", reason="arrays without parameters are types from 2.2 on"
)
def test_mypy_finds_nothing(monkeypatch):
    monkeypatch.chdir(ROOT)
    status, printed = mypy()
    assert status == 0, printed


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("reveal_type(arise_zoo.classify)", "arise_zoo.models.classification.Classification"),
        ("reveal_type(arise_zoo.evaluate)", "arise_zoo.benchmark.record.Record"),
        ("reveal_type(arise_zoo.analysis.strided_pattern_matching)", "arise_zoo.analysis.result.PatternMatchingResult"),
        ("reveal_type(arise_zoo.generators.nanoparticle)", "ase.atoms.Atoms"),
        ("arise_zoo.clasify", 'Module has no attribute "clasify"'),
        ("arise_zoo.analysis.maked_grid", 'Module has no attribute "maked_grid"'),
    ],
)
def test_names_that_are_imported_when_first_used_are_seen_by_type_checkers(line, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    script = tmp_path / "script.py"
    script.write_text(f"import arise_zoo\nimport arise_zoo.analysis\nimport arise_zoo.generators\n\n{line}\n")
    assert expected in mypy(script)[1]


@pytest.mark.parametrize("package", ["arise_zoo", "arise_zoo.analysis", "arise_zoo.generators"])
def test_every_name_of_a_stub_can_be_imported(package):
    module = __import__(package, fromlist=["_"])
    assert len(module.__all__) > 3
    for name in module.__all__:
        assert getattr(module, name) is not None
