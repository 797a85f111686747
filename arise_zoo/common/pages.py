"""Filling marked places of Markdown pages."""

from __future__ import annotations


def fill_between(text: str, begin: str, end: str, content: str) -> str:
    """The text with the content between the one marker `begin` and the next `end`; raises `ValueError` without them."""
    before, rest = text.split(begin)
    _, after = rest.split(end, 1)
    return f"{before}{begin}\n{content}\n{end}{after}"
