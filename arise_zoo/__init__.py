"""Data sets, pretrained models and the benchmark for crystal-structure recognition.

Names are imported when first used, so that `import arise_zoo` loads neither TensorFlow nor OVITO.
"""

from importlib import import_module

from ._version import __version__

_WHERE = {
    "AriseZooError": "arise_zoo.errors",
    "classify": "arise_zoo.models.classification",
    "evaluate": "arise_zoo.benchmark",
    "finetune": "arise_zoo.models.training.finetuning",
    "get_method": "arise_zoo.methods",
    "get_prototype": "arise_zoo.prototypes",
    "list_methods": "arise_zoo.methods",
    "load_dataset": "arise_zoo.datasets",
    "load_model": "arise_zoo.models",
    "load_prototypes": "arise_zoo.prototypes",
    "prototype_from_file": "arise_zoo.prototypes",
}

__all__ = ["__version__", *_WHERE]


def __getattr__(name: str):
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
