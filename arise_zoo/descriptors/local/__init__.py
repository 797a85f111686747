"""A SOAP descriptor for every atom of a structure, averaged over the atom's neighbourhood."""

from .soap import LocalSOAP

__all__ = ["LocalSOAP"]
