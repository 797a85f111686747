"""Where to read on about a method: its record, code, licence, paper and checkpoint, as addresses from the page.

What the package itself does not know of methods of other groups (articles without a DOI in the citation, programs that
are called, and their licences) is in `links.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from ...benchmark.record import Record
from ...methods.registry import MethodEntry
from ...models import shipped_models

_PACKAGE = Path(__file__).parents[2]
_DOI = re.compile(r"doi:(10\.\S+?)(?=[;,)\s]|$)")
_ADDRESS = re.compile(r"https://[^\s;,)]+|arXiv:[\d.]+\d")


class Link(NamedTuple):
    """What is linked, such as "Code"; the text; and where it leads, from the folder of the page, None if nowhere."""

    what: str
    text: str
    address: str | None


def links(record: Record, entry: MethodEntry | None, stored: bool, declared: Mapping[str, str]) -> list[Link]:
    """All links of a method, in the order in which they are shown.

    `entry`: of a method of this package, None for others, whose code is where their citation says; `stored`: whether
    right labels structure by structure lie beside the record; `declared`: what came with a submission.
    """
    name = record["method"]
    found = [Link("Record", f"{name}.json", f"records/{name}.json")]
    if stored:
        found.append(Link("Record", f"{name}.parquet, right labels of each structure", f"records/{name}.parquet"))
    if entry is not None:
        path = _path_of(entry.target.partition(":")[0])
        found += [Link("Code", path, f"../{path}"), Link("Licence", "Apache-2.0", "../LICENSE")]
        if program := _known()["programs"].get(record["engine"] or _known()["calls"].get(name)):
            found.append(Link("Licence", f"{program['licence']} ({program['name']})", program["address"]))
    elif declared.get("licence"):
        found.append(Link("Licence", declared["licence"], None))
    found += [Link("Links, as declared", link, link) for link in declared.get("links", "").split()]
    found += [Link("Paper", text, address) for text, address in _papers(record["citation"] or "").items()]
    if entry is not None and (checkpoint := _checkpoint(name)):
        found.append(Link("Checkpoint", checkpoint, f"../{checkpoint}"))
    return found


def _papers(citation: str) -> dict[str, str]:
    """Text -> address, of all articles, preprints and pages that a citation names."""
    known = {text: address for text, address in _known()["papers"].items() if text in citation}
    dois = {f"doi:{doi}": f"https://doi.org/{doi}" for doi in _DOI.findall(citation)}
    others = {text: text.replace("arXiv:", "https://arxiv.org/abs/") for text in _ADDRESS.findall(citation)}
    return known | dois | others


def _checkpoint(name: str) -> str | None:
    """The folder of what a method has learnt, below the root of the repository."""
    folder = name if name in shipped_models() else _known()["checkpoints"].get(name)
    return folder and f"{_PACKAGE.name}/models/checkpoints/{folder}"


def _path_of(module: str) -> str:
    """The file of a module of this package, or the folder of a package, below the root of the repository."""
    path = module.replace(".", "/")
    return f"{path}.py" if (_PACKAGE.parent / f"{path}.py").is_file() else path


@cache
def _known() -> dict[str, Any]:
    known: dict[str, Any] = json.loads((files(__package__) / "links.json").read_text(encoding="utf-8"))
    return known
