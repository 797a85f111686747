"""Data sets, pretrained models and the benchmark for crystal-structure recognition.

Names are imported when first used, so that `import arise_zoo` loads neither TensorFlow nor OVITO. They are listed in
`__init__.pyi`.
"""

from ._version import __version__ as __version__
from .common.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
