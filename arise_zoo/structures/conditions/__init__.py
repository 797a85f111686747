"""The conditions under which structures are made, by the names used in tables, files and on the command line.

What all have in common is in `base`, those of the paper in `paper`, those of the depth suite in `depth`, those of
molecular dynamics in `dynamics`, those of Table V in `variants`.
"""

from ...errors import UnknownNameError
from .base import Condition
from .depth import DEPTH_CONDITIONS
from .dynamics import DYNAMICS_CONDITIONS
from .paper import CONDITIONS
from .variants import VARIANT_CONDITIONS

__all__ = ["CONDITIONS", "DEPTH_CONDITIONS", "DYNAMICS_CONDITIONS", "VARIANT_CONDITIONS", "Condition", "condition"]

_EVERY: dict[str, Condition] = {**CONDITIONS, **DEPTH_CONDITIONS, **DYNAMICS_CONDITIONS, **VARIANT_CONDITIONS}


def condition(name: str) -> Condition:
    """The condition of this name, of the paper or beyond it; raises `UnknownNameError`."""
    if name not in _EVERY:
        raise UnknownNameError("condition", name, _EVERY)
    return _EVERY[name]
