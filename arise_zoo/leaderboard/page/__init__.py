"""The leaderboard as one HTML page that needs neither network nor server.

`content` works out what is shown, as JSON; the scripts and the style only show it; here they are put together.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from .content import content

_SCRIPTS = ("base", "board", "curves", "classes", "calibration", "records", "start")
"""Files in `scripts/`, in the order in which they run."""


def build_page(records: list[dict[str, Any]], folder: Path) -> str:
    """The page of these records; `folder` holds what `compact` stored beside them, where it did."""
    data = json.dumps(content(records, Path(folder)), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    parts = {
        "style.css": _read("style.css"),
        "scripts": "\n\n".join(_read(f"scripts/{name}.js") for name in _SCRIPTS),
        "data.json": data.replace("<", "\\u003c"),  # nothing in the data may end the element it is in
    }
    page = _read("template.html")
    for name, text in parts.items():
        page = page.replace(f"{{{{ {name} }}}}", text)
    return page + "\n"


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8").strip()
