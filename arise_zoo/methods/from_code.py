"""A method named by where its code is, `FILE.py:NAME` or `MODULE:NAME`, without a package of its own."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import near_names
from .resolved import MethodError


def is_code(name: str) -> bool:
    """Whether the name says where code is; no registered name has a colon."""
    return ":" in name


def made_from(name: str) -> Any:
    """What the callable `NAME` of a file or module returns, or raises; `MethodError` if there is none.

    The code travels to workers with the method, so that those of a cluster need no copy of it.
    """
    import cloudpickle

    where, _, called = (part.strip() for part in name.rpartition(":"))
    module = _of_file(Path(where)) if where.endswith(".py") else _of_name(where)
    if not callable(factory := getattr(module, called, None)):
        near = near_names(called, [known for known in vars(module) if not known.startswith("_")])
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "name a class or function behind the colon."
        raise MethodError(f"{where} has no {called!r} that makes a method; {hint}")
    if module.__name__.partition(".")[0] != "arise_zoo":
        cloudpickle.register_pickle_by_value(module)
    return factory()


def _of_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise MethodError(f"there is no file {path}, which is to hold a method; give its path.")
    known = sys.modules.get(path.stem)
    if known is not None:
        if Path(getattr(known, "__file__", None) or "").resolve() == path.resolve():
            return known
        raise MethodError(f"{path} has the name of another module, {path.stem!r}; rename it.")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None  # a file that ends with .py has both
    module = module_from_spec(spec)
    sys.modules[path.stem] = module  # where pickle looks for its classes
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[path.stem]
        raise
    finally:
        sys.path.remove(str(path.resolve().parent))
    return module


def _of_name(name: str) -> ModuleType:
    """A module that is installed, or in the folder that one is in."""
    sys.path.insert(0, os.getcwd())
    try:
        return import_module(name)
    finally:
        sys.path.remove(os.getcwd())
