"""The two data sets, `arise/prototypes` and `arise/defects`: schemas, building, cards, checking, loading.

The structures themselves are made in `arise_zoo.structures` and their vectors in `arise_zoo.descriptors`.
"""

from .builder import build
from .catalogue import DATASETS, get_config
from .load import load_dataset
from .verification import verify

__all__ = ["DATASETS", "build", "get_config", "load_dataset", "verify"]
