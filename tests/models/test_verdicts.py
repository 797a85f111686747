"""Verdicts follow from doubts and the thresholds that are stored with a model."""

import json
import subprocess
import sys
from pathlib import Path

import ase.build
import numpy as np
import pytest
from ase import Atoms
from hypothesis import given
from hypothesis import strategies as st

import arise_zoo
from arise_zoo.common.manifest import MANIFEST, describe_files
from arise_zoo.common.storage import write_json
from arise_zoo.models import NetworkPrediction, load_model, shipped_models
from arise_zoo.models.checkpoint import FACTS, CheckpointError, read_checkpoint
from arise_zoo.models.verdicts import CERTAINTIES, SCORES, Thresholds, doubts, in_words, name_of
from arise_zoo.prototypes import class_ids

ROOT = Path(__file__).parents[2]
CUBIC = Thresholds("max_probability", 0.1, 0.6)


def said(*rows):
    shares = np.array(rows, float)
    doubt = np.linspace(0, 1, len(shares))
    return NetworkPrediction(shares, doubt, 2 * doubt, doubt)


@pytest.mark.parametrize(
    ("labels", "shares", "words"),
    [
        (("fcc_cu", "bct_in"), (0.95, 0.05), "fcc, sure"),
        (("fcc_cu", "bct_in"), (0.7, 0.3), "fcc or In, not sure"),
        (("fcc_cu", "bct_in"), (0.85, 0.15), "fcc, not sure"),
        (("vte3", "bct_in"), (0.35, 0.3), "most like VTe3, but probably none of the known classes"),
        (("unknown", "vte3"), (0.9, 0.1), "most like VTe3, but probably none of the known classes"),
        (("mine", "fcc_cu"), (0.95, 0.05), "mine, sure"),
    ],
)
def test_a_verdict_is_in_words(labels, shares, words):
    (certainty,) = CUBIC.certainties(said(shares), labels, 10)
    assert in_words(certainty, labels, shares) == words


def test_no_two_classes_have_one_name_in_verdicts():
    assert len({name_of(label) for label in class_ids()}) == len(class_ids())
    assert name_of("fcc_cu") == "fcc" and name_of("cnt_3_3") != name_of("cnt_4_4")


@given(
    st.lists(st.floats(0, 1), min_size=3, max_size=20), st.floats(0, 0.5), st.floats(0.5, 1), st.sampled_from(SCORES)
)
def test_more_doubt_is_never_more_certain(values, sure, none, score):
    shares = np.array([[1 - v, v / 2, v / 2] for v in values])
    prediction = NetworkPrediction(shares, np.array(values), np.array(values), np.array(values))
    order = np.argsort(doubts(prediction, score), kind="stable")
    found = Thresholds(score, sure, none).certainties(prediction, ("a", "b", "c"), 10)
    places = [CERTAINTIES.index(certainty) for certainty in found[order]]
    assert places == sorted(places)


@pytest.mark.parametrize("name", shipped_models())
def test_every_shipped_model_is_sure_of_clean_crystals_and_of_no_gas(name):
    if load_model(name).labels_atoms:
        pytest.skip("a model of atoms has no answer for whole structures")
    crystals = [ase.build.bulk("Ag"), ase.build.bulk("MgO", "rocksalt", a=4.2), ase.build.bulk("Ge")]
    gas = Atoms("Cu80", positions=np.random.default_rng(0).uniform(0, 20, (80, 3)))
    *found, blob = arise_zoo.classify([*crystals, gas], model=name, n_samples=50)
    if name == "arise-mlp":  # the network of the paper doubts clean crystals nearly as much as hot ones
        assert [a.label for a in found] == ["fcc_cu", "nacl", "diamond_c"]
        assert "none" not in [a.certainty for a in found]
    else:
        assert [a.verdict for a in found] == ["fcc, sure", "NaCl, sure", "diamond, sure"]
    assert blob.certainty in ("unsure", "none") and not blob.verdict.endswith(", sure")
    assert str(blob).startswith(f"structure 3 (80 atoms): {blob.verdict}\n")


def test_a_verdict_is_in_every_form_of_the_answer():
    found = arise_zoo.classify([ase.build.bulk("Ag")], n_samples=5)
    (row,) = found.to_json()
    assert row["verdict"] == "fcc, sure" and row["certainty"] == "sure"
    assert list(found.to_dataframe()[["certainty", "verdict"]].iloc[0]) == ["sure", "fcc, sure"]
    assert ',sure,"fcc, sure",' in found.to_csv()


@pytest.fixture
def with_facts(small_checkpoint, tmp_path):
    """The small checkpoint with other facts."""

    def with_facts(**changes):
        folder = tmp_path / "changed"
        folder.mkdir()
        for path in small_checkpoint.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        facts = {**json.loads((folder / FACTS).read_text()), **changes}
        write_json(folder / FACTS, {key: value for key, value in facts.items() if value is not None})
        names = sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)
        write_json(folder / MANIFEST, {"files": describe_files(folder, names)})
        return folder

    return with_facts


@pytest.mark.parametrize("version", [1, 2])
def test_a_checkpoint_without_thresholds_loads_and_gives_no_verdict(with_facts, version, vectors):
    folder = with_facts(format=version, thresholds=None)
    assert "thresholds" not in json.loads((folder / FACTS).read_text())
    model = load_model(folder)
    assert model.thresholds is None and len(model.predict(vectors[:2], 3)) == 2


def test_thresholds_are_read_as_they_were_written(with_facts):
    stored = Thresholds("mutual_information", 0.1, None, {"structures": 3})
    facts, _ = read_checkpoint(with_facts(thresholds=stored.to_json()))
    assert facts.thresholds == stored
    assert stored.certainties(said((0.9, 0.1)), ("a", "b"), 0) is None  # no passes, no mutual information


@pytest.mark.parametrize(
    "bad", [{"score": "luck", "sure": 0.1}, {"score": SCORES[0]}, {"score": SCORES[0], "sure": "x"}, 3]
)
def test_thresholds_that_are_none_are_refused(with_facts, bad):
    with pytest.raises(CheckpointError, match="is not that of a checkpoint"):
        read_checkpoint(with_facts(thresholds=bad))


def test_thresholds_are_found_from_right_and_wrong_answers():
    code = "import calibrate_verdicts as c, numpy as np; d = np.arange(100) / 100; r = d < 0.8"
    code += "; print(c.auroc(d, r), c.largest_with(d, r, 0.95), c.largest_with(d, ~r, 1.0), c.rounded(0.0012345))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts", capture_output=True, text=True, check=True)
    auroc, largest, nothing, rounded = map(float, ran.stdout.split())
    assert auroc == 1 and largest == 0.83 and nothing == 0 and rounded == 0.00123  # 80 of 84 are right
