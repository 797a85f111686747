"""Names that become names of files: of methods, models and classes."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_name(text: object) -> bool:
    """Whether a name consists of letters, digits, `.`, `_` and `-`, at most 64, and so cannot leave its folder."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


NAME_RULE = "use letters, digits, '.', '_' and '-', at most 64, a letter or digit first"
"""What `is_name` asks for, in words."""
