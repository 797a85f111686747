"""Releases of data sets and models: what they consist of, publishing them to the Hub, and pulling them.

How files travel to and from the Hub is in `arise_zoo.hub`.
"""

from .publishing import Published, publish
from .pulling import pull

__all__ = ["Published", "publish", "pull"]
