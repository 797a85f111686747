"""The ONNX file of a model gives what its NumPy passes give, in another runtime."""

import json
import sys

import numpy as np
import pytest

from arise_zoo import load_model
from arise_zoo.errors import AriseZooError


@pytest.mark.parametrize("name", ["small", "arise-field", "arise-thermal"])
def test_the_onnx_file_gives_the_pass_that_drops_nothing(name, small_checkpoint, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = load_model(small_checkpoint if name == "small" else name)
    session = onnxruntime.InferenceSession(model.to_onnx(tmp_path / "model.onnx"))
    X = np.random.default_rng(0).normal(size=(50, model.network.n_features)).astype(np.float32)
    X = model.network.members[0].mean + 2 * X * model.network.members[0].spread
    (said,) = session.run(["probabilities"], {"descriptor": X})
    np.testing.assert_allclose(said, model.predict_proba(X, n_samples=0), atol=1e-5)
    told = session.get_modelmeta().custom_metadata_map
    assert tuple(json.loads(told["labels"])) == model.labels
    assert json.loads(told["descriptor"]) == model.descriptor


def test_without_onnx_a_sentence_says_what_to_install(small_checkpoint, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(AriseZooError, match=r"pip install 'arise-zoo\[onnx\]'"):
        load_model(small_checkpoint).to_onnx(tmp_path / "model.onnx")
