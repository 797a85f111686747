"""The Hugging Face Hub: one repository at a revision, and fetching its files with their hashes checked.

What a release consists of, publishing and pulling are in `arise_zoo.releases`.
"""

from .client import HubError
from .fetching import fetch

__all__ = ["HubError", "fetch"]
