"""The results in a model's card are those of the committed record, on data sets that exist."""

import json
from pathlib import Path

import yaml
from huggingface_hub import ModelCard, parse_eval_result_entries

import arise_zoo
from arise_zoo.common.storage import sha256
from arise_zoo.datasets.cards import write_tasks
from arise_zoo.datasets.catalogue import DATASETS
from arise_zoo.datasets.manifest import File, Manifest
from arise_zoo.releases.model_card import eval_results, with_results

RECORDS = Path(__file__).parents[2] / "leaderboard" / "records"


def test_the_card_has_every_condition_of_the_data_sets_and_none_that_they_lack():
    folder = arise_zoo.load_model("arise-mlp").folder
    weights = sha256(folder / "model.weights.h5")
    card = ModelCard(with_results((folder / "README.md").read_text(), "arise-mlp", weights, RECORDS)).data
    record = json.loads((RECORDS / "arise-mlp.json").read_text())
    accuracies = {cell["condition"]: cell["accuracy"] for cell in record["cells"]}
    found = {result.dataset_config: result.metric_value for result in card.eval_results}
    assert len(found) == len(card.eval_results) == 21
    configs = {config.name for data_set in DATASETS.values() for config in data_set}
    assert set(found) <= configs
    pristine = found.pop("structures")
    assert {**found, "pristine": pristine} == {c: accuracies[c] for c in [*found, "pristine"]}


def test_the_results_are_those_of_tasks_that_the_data_sets_define(tmp_path):
    weights = arise_zoo.load_model("arise-mlp").weights_sha256
    entries = parse_eval_result_entries(yaml.safe_load(eval_results("arise-mlp", weights, RECORDS)))
    record = json.loads((RECORDS / "arise-mlp.json").read_text())
    accuracies = {cell["condition"]: cell["accuracy"] for cell in record["cells"] if cell["scored_on"] == "supported"}
    found = {(entry.dataset_id, entry.task_id): entry.value for entry in entries}
    assert len(found) == len(entries) == 21
    assert found == {key: accuracies[key[1]] for key in found}
    assert all(entry.date == record["finished"] for entry in entries)
    defined = {}
    for name, configs in DATASETS.items():
        files = [File(config.path("train"), "", 0, config.name, "train") for config in configs]
        for path in write_tasks(tmp_path, Manifest(name, files=files)):
            content = yaml.safe_load(path.read_text())
            assert {"name", "description", "evaluation_framework", "tasks"} == content.keys()
            defined |= {(f"arise/{name}", task["id"]): task for task in content["tasks"]}
    assert set(found) <= set(defined)
    splits = {(f"arise/{name}", config.name): config.splits for name, found in DATASETS.items() for config in found}
    assert all(task["split"] in splits[dataset, task["config"]] for (dataset, _), task in defined.items())


def test_without_a_record_of_these_weights_there_are_no_results():
    assert eval_results("arise-mlp", "0" * 64, RECORDS) == ""
