"""The data sets, `arise/prototypes`, `arise/defects` and `arise/dynamics`: schemas, building, cards, checking, loading.

The structures themselves are made in `arise_zoo.structures` and their vectors in `arise_zoo.descriptors`.
"""

from .builder import build
from .catalogue import DATASETS, get_config, list_datasets
from .load import load_dataset, use_dynamics
from .verification import verify

__all__ = ["DATASETS", "build", "get_config", "list_datasets", "load_dataset", "use_dynamics", "verify"]
