"""Structures larger than a crystal's cell, made from seeds: what strided pattern matching is tried on.

Supercells and defects of single crystals are in `arise_zoo.structures`.
"""

from importlib import import_module

_WHERE = {
    "superalloy": ".superalloys",
}

__all__ = [*_WHERE]


def __getattr__(name: str):
    if name in _WHERE:
        return getattr(import_module(_WHERE[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
