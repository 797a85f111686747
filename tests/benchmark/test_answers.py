"""Whatever a method of somebody else gives back is an answer or one sentence that names method and structure."""

import os
import sys

import numpy as np
import pytest

from arise_zoo import evaluate
from arise_zoo.errors import AriseZooError
from arise_zoo.methods import MethodError, Prediction
from tests.fake_methods import FakeMethod

N = 3


def ragged(_):
    return [["fcc_cu"], ["fcc_cu", "bcc_w"]]


class Many(FakeMethod):
    """Answers several structures at once, by a function of their number."""

    structures_at_once = 50

    def __init__(self, answer):
        self.answer_many = answer

    def predict_many(self, structures):
        return self.answer_many(len(structures))


class Probable(FakeMethod):
    probabilistic = True


class PerAtom(FakeMethod):
    level, finite = "atom", False


def even(confidence=1 / N, probabilities=(1 / N,) * N, uncertainty=None):
    return Prediction("fcc_cu", confidence, probabilities, uncertainty)


def broken_generator(n):
    yield "fcc_cu"
    raise RuntimeError("out of answers")


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        (FakeMethod(Prediction("fcc_cu", np.nan)), "a confidence for .* that is not finite"),
        (FakeMethod(Prediction("fcc_cu", "sure")), "a confidence for .* that is no number"),
        (FakeMethod(Prediction("fcc_cu", object())), "a confidence for .* that is no number"),
        (FakeMethod(Prediction("fcc_cu", [[1], [2, 3]])), "a confidence for .* that is no number"),
        (FakeMethod(ragged), "labels for .* that are no list of text|labels of shape"),
        (FakeMethod(lambda _: None), "the unknown label 'None'"),
        (FakeMethod(lambda _: sys.exit(0)), r"ended the program on .* \(exit 0\)"),
        (Probable(even(probabilities=["a", "b", "c"])), "a probability for .* that is no number"),
        (Probable(even(uncertainty="much")), "a uncertainty for .* that is no number|uncertainty"),
        (Probable(even(uncertainty=np.nan)), "it must be one finite number"),
        (Probable(even(confidence=1e9)), "where its highest probability is"),
        (Probable(even(confidence=None)), "where its highest probability is"),
        (Many(lambda n: None), "gave NoneType for several structures"),
        (Many(lambda n: "fcc_cu"), "gave str for several structures"),
        (Many(lambda n: ["fcc_cu"] * (n + 1)), r"gave \d+ answers for"),
        (Many(broken_generator), "out of answers"),
        (type("Atoms", (PerAtom,), {"probabilistic": True})(lambda a: ["fcc_cu"] * len(a)), "labels atoms"),
        (type("Zero", (Many,), {"structures_at_once": 0})(lambda n: ["fcc_cu"] * n), "structures_at_once=0"),
        (type("Text", (Many,), {"structures_at_once": "all"})(lambda n: ["fcc_cu"] * n), "structures_at_once='all'"),
        (type("One", (FakeMethod,), {"recognises": "fcc_cu"})(), "must be a sequence of names"),
        (type("Number", (FakeMethod,), {"recognises": 7})(), "must be a sequence of names"),
        (type("Engine", (FakeMethod,), {"engine": object()})(), "engine=.*must be text"),
        (type("Unfit", (FakeMethod,), {"fit": lambda self, s, l: 1 / 0})(), r"failed on its fit \(ZeroDivisionError"),
    ],
)
def test_a_wrong_answer_is_one_sentence(method, sentence, tmp_path):
    with pytest.raises(MethodError, match=sentence) as caught:
        evaluate(method, "2", only=["pristine"], out=tmp_path)
    assert "\n" not in str(caught.value) and repr(method.name) in str(caught.value)
    assert not list(tmp_path.rglob("record.json"))


def test_generators_and_arrays_are_answers_too(tmp_path):
    record = evaluate(Many(lambda n: (np.str_("fcc_cu") for _ in range(n))), "2", only=["pristine"])
    assert record["cells"][0]["n"] == 12


@pytest.mark.parametrize(
    "name", ["../../escape", "/tmp/escape", "a/b", "..", "", "x" * 65, "new\nline", "<script>", "a b"]
)
def test_no_name_of_a_method_leaves_its_folder(name, tmp_path):
    method = type("Named", (FakeMethod,), {"name": name})()
    with pytest.raises(AriseZooError, match="cannot be the name of a method"):
        evaluate(method, "2", only=["pristine"], out=tmp_path / "results")
    assert not os.listdir(tmp_path)
