"""The leaderboard as one HTML page that needs neither network nor server.

`content` works out what is shown, as JSON; the scripts and the style only show it; here they are put together. The
JSON is compressed, which browsers undo since 2023 (`DecompressionStream`): with its names it is four times as large.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Mapping
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...benchmark.record import Record
from ..collect import counts_of
from ..cost_plot import cost_plot
from ..overall import overall
from .content import content

_IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"\./(\w+)\.js";\n', re.MULTILINE)
_DATA = re.compile(r'(?<=<script type="application/octet-stream" id="data">)([^<]*)')
_TOP_LEVEL = re.compile(r"^(?:const|let|function) (\w+)", re.MULTILINE)


def build_page(records: list[Record], folder: Path, speeds: Mapping[str, float] | None = None) -> str:
    """The page of these records; `folder` holds what `collect` stored beside them, where it did.

    `speeds`: structures per second of methods, the result of `cost_plot.read_speeds`, for the plot of the score against
    them.
    """
    places = overall(records, counts_of(records, folder)) if speeds else {}
    parts = {
        "style.css": _read("style.css"),
        "scripts": _scripts(),
        "cost.svg": cost_plot(places, speeds or {}) or "<p>No speeds were measured.</p>",
        "data.json.gz": packed(content(records, Path(folder))),
    }
    page = _read("template.html")
    for name, text in parts.items():
        page = page.replace(f"{{{{ {name} }}}}", text)
    return page + "\n"


def packed(data: Mapping[str, object]) -> str:
    """Data as it is in the page: JSON, compressed, in base 64, so that no text of it can end the element it is in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def data_of(page: str) -> dict[str, Any]:
    """The data in a page; raises `ValueError` if it has none."""
    found = _DATA.search(page)
    if found is None:
        raise ValueError("the page has no data")
    data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return data


def same_page(one: str, other: str) -> bool:
    """Whether two pages show the same, whichever build of zlib compressed their data."""
    try:
        return _DATA.sub("", one) == _DATA.sub("", other) and data_of(one) == data_of(other)
    except (ValueError, OSError, EOFError, zlib.error):
        return False


def _scripts() -> str:
    """The ES modules in `scripts/` as one scope, each after those that it imports."""
    paths = (path.name for path in (files(__package__) / "scripts").iterdir() if path.name.endswith(".js"))
    modules = {name.removesuffix(".js"): _read(f"scripts/{name}") for name in sorted(paths)}
    order = TopologicalSorter({name: _IMPORT.findall(text) for name, text in modules.items()}).static_order()
    joined = "\n\n".join(_IMPORT.sub("", modules[name]) for name in order)
    joined = re.sub("^export ", "", joined, flags=re.MULTILINE)
    names = _TOP_LEVEL.findall(joined)
    assert len(names) == len(set(names)), f"top-level names that modules share: {sorted(names)}"
    return re.sub("\n{3,}", "\n\n", joined)


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8").strip()
