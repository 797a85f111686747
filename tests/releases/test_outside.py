"""A server cannot make a file lie outside of the cache."""

import pytest
from huggingface_hub.constants import HF_HUB_CACHE

from arise_zoo.hub import HubError
from arise_zoo.hub.fetching import _inside


def test_a_file_outside_of_the_cache_is_refused(tmp_path):
    with pytest.raises(HubError, match="came to lie outside of the cache"):
        _inside(tmp_path / "x.parquet", "arise/defects")
    assert _inside(type(tmp_path)(HF_HUB_CACHE) / "models--x" / "y", "arise/x").name == "y"
