"""Making a model that knows `unknown`: small, from start to checkpoint."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import arise_zoo
from arise_zoo.cli.zoo import main
from arise_zoo.common.seeds import rng_for
from arise_zoo.models.augmentation.analytic import AnalyticRows
from arise_zoo.models.augmentation.background import BackgroundStructure
from arise_zoo.models.augmentation.field import FieldStructure
from arise_zoo.models.augmentation.field_rows import field_blocks, field_outputs
from arise_zoo.models.augmentation.relatives import near_relatives
from arise_zoo.models.network.architecture import Architecture
from arise_zoo.models.training import family
from arise_zoo.models.training.plans import PLANS
from arise_zoo.prototypes import class_ids, get_prototype

OPTIONS = """--field 2 --varied 1 --analytic 1 --relatives 0 --background 1 --held-out 1
--epochs 12 --batch-size 64 --hidden 64"""
OPTIONS = OPTIONS.split()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    out = tmp_path_factory.mktemp("family")
    assert (
        main(["train", "arise-field", "--out", str(out), *OPTIONS, "--jobs", "2", "--json", str(out / "said.json")])
        == 0
    )
    return out


def test_a_small_one_is_a_whole_checkpoint(small):
    model = arise_zoo.load_model(small / "arise-field")
    assert model.labels == (*class_ids(), "unknown") and len(model.outputs.names) > 109
    assert model.trained_on_defects and model.n_samples == 10
    said = json.loads((small / "said.json").read_text())["results"]
    assert set(said) == {"classes", "unknown", "lost"} and said["unknown"] > 50
    card = (small / "arise-field" / "README.md").read_text()
    assert f"{said['unknown']:.2f} %" in card and "ChannelSOAP" in card
    X = model.describe([get_prototype("fcc_cu").build()])
    assert model.predict_proba(X).shape == (1, 109) and model.predict_proba(X).sum() == pytest.approx(1)


def test_the_same_command_makes_the_same_model_and_does_nothing_twice(small, capsys):
    before = (small / "arise-field" / "model.weights.h5").read_bytes()
    assert main(["train", "arise-field", "--out", str(small), *OPTIONS, "--jobs", "1"]) == 0
    assert (small / "arise-field" / "model.weights.h5").read_bytes() == before


def test_what_has_seen_nothing_defective_learns_from_pairs_of_perfect_crystals_and_background_alone():
    few = {"analytic": 2, "relatives": 1, "background": 1}
    plans = {name: replace(PLANS[name], **few) for name in ("arise-open", "arise-field")}
    kinds = {
        name: {type(s) for block in field_blocks(family.amounts_of(plan)).values() for s in block}
        for name, plan in plans.items()
    }
    assert kinds == {
        "arise-open": {AnalyticRows, BackgroundStructure},
        "arise-field": {AnalyticRows, BackgroundStructure, FieldStructure},
    }
    assert [PLANS[name].trained_on_defects for name in kinds] == [False, True]
    relatives = field_blocks(family.amounts_of(plans["arise-open"]))["relatives-0000"]
    assert {s.class_id for s in relatives} == set(near_relatives())


def test_rare_distortions_of_common_lattices_are_less_probable_beforehand():
    outputs = field_outputs()
    network = Architecture(n_features=3, n_classes=len(outputs), hidden=(8,)).build(np.zeros(3), np.ones(3))
    vectors = rng_for("odds").normal(size=(5, 3)).astype(np.float32)
    before = network.predict(vectors, verbose=0)
    family.weigh(network, 20.0)
    ratio = network.predict(vectors, verbose=0) / before
    for name in ("beta_np", "beta_np/random", "bct_in"):
        assert ratio[:, outputs.index(name)] == pytest.approx(ratio[:, outputs.index("bcc_w")] / 20, rel=1e-4)
    assert ratio[:, outputs.index("unknown")] == pytest.approx(ratio[:, outputs.index("bcc_w")], rel=1e-4)
    assert PLANS["arise-field"].odds > 1 and PLANS["arise-local"].odds == 1


def test_classification_names_geometry_and_decoration(small):
    found = arise_zoo.classify(get_prototype("l12_cu3au").build(), model=small / "arise-field")
    (answer,) = found
    assert answer.geometry is not None and 0 < answer.geometry_probability <= 1 + 1e-9
    assert {"geometry", "decoration"} <= set(found.to_dataframe().columns)
    json.dumps(found.to_json())


def test_a_number_of_structures_below_none_is_refused_before_anything_is_made(tmp_path, capsys):
    out = tmp_path / "models"
    assert main(["train", "arise-field", "--out", str(out), "--varied", "-3"]) == 2
    assert "varied is a number of structures and must be at least 0, not -3." in capsys.readouterr().err
    assert not out.exists()
