"""A SOAP descriptor for every atom of a structure, averaged over the atom's neighbourhood, or over boxes."""

from .moving import MovingSums
from .soap import LocalSOAP

__all__ = ["LocalSOAP", "MovingSums"]
