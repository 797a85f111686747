"""Pages of measured numbers are what their committed records give."""

import json
from pathlib import Path

import pytest

from arise_zoo.models.card import card_of
from arise_zoo.models.checkpoint import read_checkpoint, read_training
from arise_zoo.models.model import shipped_models
from arise_zoo.models.network.weights import SAFETENSORS
from experiments import harness
from experiments.__main__ import main

ROOT = Path(__file__).parents[1]
EXPERIMENTS = harness.experiments()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_page_of_an_experiment_shows_its_record(name):
    experiment = EXPERIMENTS[name]
    record = json.loads((ROOT / "experiments" / f"{name}.json").read_text())
    assert experiment.paths()[1].read_text() == experiment.page(record)


def test_there_is_no_page_of_numbers_without_an_experiment():
    shown = {experiment.paths()[1] for experiment in EXPERIMENTS.values()}
    in_docs = {
        ROOT / "docs" / f"{name}.md"
        for name in (
            "training",
            "reliability",
            "dynamics",
            "length_scales",
            "verdicts",
            "ablation",
            "retrieval",
            "boundaries",
            "uncertainty",
        )
    }
    assert shown == in_docs | set((ROOT / "experiments").glob("*.md"))


def test_check_names_the_page_that_is_not_what_its_record_gives(tmp_path, monkeypatch, capsys):
    assert main(["check"]) == 0
    paths = harness.Experiment.paths
    monkeypatch.setattr(harness.Experiment, "paths", lambda self: (paths(self)[0], paths(self, tmp_path)[1]))
    assert main(["report"]) == 0 and main(["check"]) == 0
    (tmp_path / "engines.md").write_text("another number")
    assert main(["check"]) == 1
    assert capsys.readouterr().out == f"{tmp_path / 'engines.md'} is not what its record gives.\n"


def test_a_small_run_never_takes_the_place_of_a_committed_record(capsys):
    with pytest.raises(SystemExit):
        main(["run", "what_is_left", "--small"])
    assert "give another folder with --out" in capsys.readouterr().err


def test_a_run_writes_the_record_with_its_circumstances_and_the_page(tmp_path):
    results = tmp_path / "results" / "mine"
    results.mkdir(parents=True)
    run = {"method": "mine", "table": "2", "iterations": 1, "wall_s": 61.0, "packages": {}}
    (results / "record.json").write_text(json.dumps(run | {"hardware": {"processor": "abacus", "cores": 1}}))
    assert main(["run", "run_times", "--results", str(results.parent), "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "run_times.json").read_text())
    assert record["runs"][-1]["wall_s"] == 61.0 and {"load_average", "packages", "hardware"} <= record.keys()
    assert (tmp_path / "run_times.md").read_text().endswith("| mine | 2 | 1 | 1:01 | abacus, 1 cores |\n")


@pytest.mark.parametrize("name", shipped_models())
def test_the_card_of_a_shipped_model_shows_its_training_record(name):
    folder = ROOT / "arise_zoo" / "models" / "checkpoints" / name
    if not (folder / SAFETENSORS).is_file():
        pytest.skip("written before cards were as they are now; scripts/renew_checkpoints.py renews it")
    facts, _ = read_checkpoint(folder)
    assert (folder / "README.md").read_text() == card_of(facts, read_training(folder))
