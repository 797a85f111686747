"""The examples of methods are sound and recognise crystals, each where its library is installed."""

from importlib import import_module

import pytest

from arise_zoo import evaluate
from arise_zoo.benchmark.smoke import smoke

CLASSES = ("fcc_cu", "bcc_w", "diamond_c", "nacl")


@pytest.fixture(
    scope="module",
    params=[
        ("sklearn", "scikit_learn_method", "ScikitLearnMethod"),
        ("keras", "keras_method", "KerasMethod"),
        ("torch", "pytorch_method", "PyTorchMethod"),
    ],
    ids=lambda parameter: parameter[0],
)
def method(request):
    """The example, of a few classes, so that it learns in seconds."""
    library, module, name = request.param
    pytest.importorskip(library)
    made = getattr(import_module(f"examples.{module}"), name)()
    made.recognises = CLASSES
    return made


def test_it_passes_the_smoke_run(method):
    assert [check for check in smoke(method) if not check.passed] == []


def test_it_recognises_what_it_learnt_and_bears_vacancies(method):
    record = evaluate(method, only=["pristine", "missing-0.01"], iterations=1, supported_only=True)
    pristine, missing = record["cells"]
    assert pristine["accuracy"] == 100.0 and missing["accuracy"] >= 90.0
    assert record["calibration"][0]["condition"] == "pristine"
