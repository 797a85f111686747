"""Public names that are imported when first used, listed once: in the `__init__.pyi` that type checkers read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lazy_loader


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package from its stub.

    `lazy_loader` makes them; a name that does not exist gets Python's own message.
    """
    find, names, public = lazy_loader.attach_stub(package, file)

    def find_or_say(name: str) -> Any:
        if name not in public:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return find(name)

    return find_or_say, names, public
