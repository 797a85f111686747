"""The overall score of methods against their cost, as an SVG drawing; speeds are from `experiments/cost.json`."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from .markdown import ReportError
from .overall import Place

_WIDTH, _HEIGHT = 820, 470
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 18, 14, 44
_LETTER, _LINE = 6.6, 14.0  # px of a letter and of a line of labels

_STYLE = """<style>
svg { --bg: #fff; --ink: #1b2126; --muted: #555f68; --line: #dcd7cc; --strong-line: #8b8f8c; --accent: #0b5a70;
font-family: system-ui, sans-serif; background: var(--bg); }
@media (prefers-color-scheme: dark) { svg { --bg: #1b2024; --ink: #e9e6df; --muted: #a6afb6; --line: #333a40;
--strong-line: #6d767d; --accent: #86cbdc; } }
text { fill: var(--muted); font-size: 11.5px; } text.label { fill: var(--ink); }
.grid { stroke: var(--line); } .leader, .bar { stroke: var(--strong-line); }
.disc { fill: var(--accent); } .partial { fill: var(--bg); stroke: var(--accent); stroke-width: 2; }
</style>"""


class _Label(NamedTuple):
    """A label's box, and the point that it names."""

    left: float
    right: float
    y: float
    x_point: float
    y_point: float

    def meets(self, other: _Label) -> bool:
        """Whether it touches another label's box or its point."""
        boxes = self.left < other.right and other.left < self.right and abs(self.y - other.y) < _LINE * 0.9
        x, y = other.x_point, other.y_point
        return boxes or (self.left - 5 < x < self.right + 5 and abs(self.y - y) < _LINE * 0.75)


def read_speeds(path: Path) -> dict[str, float]:
    """Method -> structures per second, the median of what was measured; raises `ReportError` for another file."""
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8"))["methods"]
        return {str(row["method"]): row["n"] / median(row["cpu_s"]) for row in rows}
    except OSError as error:
        raise ReportError(f"cannot read {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise ReportError(f"{path} is no record of what methods cost ({error!r}).") from error


def cost_plot(places: Mapping[str, Place], speeds: Mapping[str, float], *, alone: bool = False) -> str:
    """Score against structures per second of the methods that have both; nothing if none has.

    `alone`: with a style of its own, as a file; otherwise the page's style holds.
    """
    names = [name for name in places if name in speeds]
    if not names:
        return ""
    low = math.floor(min(math.log10(speeds[name]) for name in names))
    high = max(math.ceil(max(math.log10(speeds[name]) for name in names)), low + 1)

    def x(speed: float) -> float:
        return _LEFT + (math.log10(speed) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    def y(percent: float) -> float:
        return _TOP + (1 - percent / 100) * (_HEIGHT - _TOP - _BOTTOM)

    points = {name: (x(speeds[name]), y(places[name].standing.score)) for name in names}
    parts = [_grid(low, high, x(10**low), x(10**high), [(p, y(p)) for p in range(0, 101, 20)])]
    for name in names:
        (across, down), found = points[name], places[name]
        ends = [y(end) for end in found.standing.ci95]
        kind = "disc" if found.complete else "disc partial"
        title = f"<title>{_safe(name)}: {found.standing.score:.2f} %, {speeds[name]:.3g} structures per s</title>"
        parts.append(f'<line class="bar" x1="{across:.1f}" x2="{across:.1f}" y1="{ends[0]:.1f}" y2="{ends[1]:.1f}"/>')
        parts.append(f'<circle class="{kind}" cx="{across:.1f}" cy="{down:.1f}" r="4.5">{title}</circle>')
    labels = _labels(points)
    parts += [_label(name, labels[name]) for name in names]
    said = "Overall score against structures per second; the numbers are in the table"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="cost" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
    return "\n".join([f'{head}aria-label="{said}">', *([_STYLE] if alone else []), *parts, "</svg>"])


def _grid(low: int, high: int, left: float, right: float, levels: Sequence[tuple[int, float]]) -> str:
    parts = []
    for percent, y in levels:
        parts.append(f'<line class="grid" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{percent}</text>')
    bottom, top = levels[0][1], levels[-1][1]
    for power in range(low, high + 1):
        x = left + (power - low) / (high - low) * (right - left)
        text = f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>')
        anchor = "end" if power == high else "middle"
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16:.1f}" text-anchor="{anchor}">{text}</text>')
    middle = (left + right) / 2
    parts.append(
        f'<text x="{middle:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">structures per second on one core</text>'
    )
    parts.append(f'<text x="{left + 6:.1f}" y="{top + 11:.1f}">overall score, %</text>')
    return "\n".join(parts)


def _labels(points: Mapping[str, tuple[float, float]]) -> dict[str, _Label]:
    """A place for each label: the nearest to its point at which it meets nothing, beside the point or above it."""
    dots = [_Label(x, x, y, x, y) for x, y in points.values()]
    placed: dict[str, _Label] = {}
    for name, (x, y) in sorted(points.items(), key=lambda item: (-item[1][1], item[1][0])):
        width = _LETTER * len(name)
        choices = []
        for step in (0, -1, 1, -2, 2, *range(-3, -24, -1)):
            for left in (x + 9, x - 9 - width, x - width / 2):
                one = _Label(left, left + width, y + step * _LINE, x, y)
                inside = left > _LEFT and one.right < _WIDTH and _TOP < one.y < _HEIGHT - _BOTTOM
                others = [dot for dot in dots if (dot.x_point, dot.y_point) != (x, y)]
                beside = step != 0 or left != x - width / 2
                if inside and beside and not any(one.meets(other) for other in (*others, *placed.values())):
                    choices.append(one)
            if choices:
                break
        placed[name] = choices[0] if choices else _Label(x + 9, x + 9 + width, y, x, y)
    return placed


def _label(name: str, place: _Label) -> str:
    text = f'<text class="label" x="{place.left:.1f}" y="{place.y + 4:.1f}">{_safe(name)}</text>'
    if abs(place.y - place.y_point) < _LINE * 0.5:
        return text
    x = min(max(place.x_point, place.left), place.right)
    ends = f'x1="{place.x_point:.1f}" y1="{place.y_point:.1f}" x2="{x:.1f}" y2="{place.y + 6:.1f}"'
    return f'<line class="leader" {ends}/>{text}'


def _safe(text: str) -> str:
    return html.escape(text)
