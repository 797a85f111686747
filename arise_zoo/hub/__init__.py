"""The Hugging Face Hub: publishing releases of data sets and models, and pulling them at a pinned revision.

What a data set or a checkpoint is made of is in `arise_zoo.datasets` and `arise_zoo.models`.
"""

from .publishing import Published, publish
from .pulling import fetch, pull
from .remote import HubError

__all__ = ["HubError", "Published", "fetch", "publish", "pull"]
