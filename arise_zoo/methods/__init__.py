"""All that can be benchmarked: the protocol, the registry, and the methods, one module a family."""

from .protocol import UNKNOWN, Method, Prediction
from .registry import MethodEntry, MethodError, get_method, list_methods

__all__ = ["UNKNOWN", "Method", "MethodEntry", "MethodError", "Prediction", "get_method", "list_methods"]
