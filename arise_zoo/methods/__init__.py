"""All that can be benchmarked: the protocol, the registry, and the methods, one module a family."""

from .protocol import UNKNOWN, Method, Prediction
from .registry import MethodEntry, get_method, list_methods
from .resolved import MethodError, MethodFacts, ResolvedMethod, resolve

__all__ = [
    "UNKNOWN",
    "Method",
    "MethodEntry",
    "MethodError",
    "MethodFacts",
    "Prediction",
    "ResolvedMethod",
    "get_method",
    "list_methods",
    "resolve",
]
