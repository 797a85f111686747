"""Looking inside structures: strided pattern matching, maps, clusters, and the paper's studies.

Models come from `arise_zoo.models`; structures to look at are made in `arise_zoo.generators`.
"""

from ..common.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
