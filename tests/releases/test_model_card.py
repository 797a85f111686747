"""The results in a model's card are those of the committed record, on data sets that exist."""

import json
from pathlib import Path

from huggingface_hub import ModelCard

import arise_zoo
from arise_zoo.common.storage import sha256
from arise_zoo.datasets.catalogue import DATASETS
from arise_zoo.releases.model_card import with_results

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
