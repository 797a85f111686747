"""Pages of measured numbers are what their committed records give."""

import importlib.util
import json
from pathlib import Path

import pytest

from arise_zoo.models.card import model_card
from arise_zoo.models.checkpoint import read_checkpoint, read_training
from arise_zoo.models.model import shipped_models

ROOT = Path(__file__).parents[1]
PAGES = {
    "training": "docs/training.md",
    "inference": "benchmarks/inference.md",
    "finetuning": "benchmarks/finetuning.md",
    "what_is_left": "benchmarks/what_is_left.md",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_benchmark_shows_its_record(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    record = json.loads((ROOT / "benchmarks" / f"{name}.json").read_text())
    assert (ROOT / PAGES[name]).read_text() == module.report(record)


@pytest.mark.parametrize("name", shipped_models())
def test_the_card_of_a_shipped_model_shows_its_training_record(name):
    folder = ROOT / "arise_zoo" / "models" / "checkpoints" / name
    facts, _ = read_checkpoint(folder)
    assert (folder / "README.md").read_text() == model_card(facts, read_training(folder))
