"""The Hugging Face Hub: publishing releases of data sets and models, and pulling them at a pinned revision.

What a data set or a checkpoint is made of is in `arise_zoo.datasets` and `arise_zoo.models`.
"""

from ..releases.publishing import Published, publish
from .client import HubError
from .fetching import fetch, pull

__all__ = ["HubError", "Published", "fetch", "publish", "pull"]
