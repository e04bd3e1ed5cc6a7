"""Charts as SVG that stands alone: the same picture in the page and on paper.

States differ by hatching and not by colour alone; every bar has its figures beside it in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from exporters.report.plain import plain, shortened
from exporters.report.shown import percent
from exporters.report.tables import Report, Table
from inventory.words import N_

WIDTH = 720
LABEL, BAR = 262, 310
ROW, THICK = 24, 13
MOST_ROWS = 40
"""So many bars at most; the rest is told as a number."""
LABEL_CHARS = 21
POINTS_LABELLED = 12
TOWNSHIPS = N_("Campuses by township: all targets met / some unknown / some not met")


@dataclass(frozen=True, slots=True)
class Progress:
    """A target: bounds in basis points, its goal in basis points where it is a share."""

    label: str
    low_bp: int
    high_bp: int
    goal_bp: float | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a group are met, unknown and not met."""

    label: str
    met: int
    unknown: int
    failed: int


@dataclass(frozen=True, slots=True)
class Point:
    """The bounds of a target at a time, in seconds since 1970 UTC and basis points."""

    at: float
    low_bp: int
    high_bp: int


def progress_chart(rows: Sequence[Progress], name: str, title: str) -> Markup:
    """A bar a target from proven to possible, with a line at the goal; ``name`` keeps ids of a page apart."""
    return _chart(
        name, title, [(row.label, _progress(row, name), _span(row.low_bp, row.high_bp)) for row in rows]
    )


def tally_chart(rows: Sequence[Tally], name: str, title: str) -> Markup:
    """A stacked bar a group: met, unknown, not met, as shares of the group."""
    return _chart(
        name, title, [(r.label, _tally(r, name), f"{r.met} / {r.unknown} / {r.failed}") for r in rows]
    )


def history_chart(points: Sequence[Point], goal_bp: float | None, name: str, title: str, zone: str) -> Markup:
    """Proven and possible over time: two lines and the band between them; fewer than two points, nothing."""
    if len(points) < 2:
        return Markup("")
    height, left, right = 190, 46, WIDTH - 20
    first, last = points[0].at, points[-1].at

    def x(at: float) -> float:
        return left + (right - left) * (at - first) / ((last - first) or 1)

    def y(bp: float) -> float:
        return 20 + 140 * (10000 - min(max(bp, 0), 10000)) / 10000

    high = [f"{x(p.at):.1f},{y(p.high_bp):.1f}" for p in points]
    low = [f"{x(p.at):.1f},{y(p.low_bp):.1f}" for p in points]
    marks = [_GRID.format(y=y(bp), left=left, right=right, text=f"{bp // 100} %") for bp in (0, 5000, 10000)]
    step = math.ceil(len(points) / POINTS_LABELLED)
    for point in points[::step]:
        day = datetime.fromtimestamp(point.at, ZoneInfo(zone)).strftime("%y-%m-%d")
        marks.append(_text(x(point.at), 180, day, anchor="middle", size=9))
    if goal_bp is not None:
        marks.append(_GOAL_ACROSS.format(y=f"{y(goal_bp):.1f}", left=left, right=right))
    lines = _BAND.format(
        band=" ".join([*high, *reversed(low)]), high=" ".join(high), low=" ".join(low), name=name
    )
    return _svg(name, title, height, Markup("").join([*marks, lines]))


def progress_of(report: Report) -> list[Progress]:
    """The targets of table 1 that have bounds."""
    rows = []
    for record in report.table("county").records():
        low, high, goal = record["low_percent"], record["high_percent"], record["goal_value"]
        if isinstance(low, int) and isinstance(high, int):
            share = record["goal_unit"] == "percent" and isinstance(goal, int | float)
            words = f"{record['no']} {record['quote'] or record['target']}"
            rows.append(Progress(words, low, high, float(goal or 0) * 100 if share else None))
    return rows


def townships_of(campuses: Table) -> list[Tally]:
    """The campuses of each township: all targets met, some unknown, some not met. The worst first."""
    if not {"township", "failed", "unknown"} <= {column.id for column in campuses.columns}:
        return []
    counts: dict[str, list[int]] = {}
    for record in campuses.records():
        place = 2 if record["failed"] else 1 if record["unknown"] else 0
        counts.setdefault(str(record["township"] or "?"), [0, 0, 0])[place] += 1
    tallies = [Tally(name, *found) for name, found in counts.items()]
    return sorted(tallies, key=lambda t: (-t.failed / (t.met + t.unknown + t.failed), -t.failed, t.label))


def _chart(name: str, title: str, rows: Sequence[tuple[str, Markup, str]]) -> Markup:
    parts: list[Markup] = []
    for number, (label, bar, words) in enumerate(rows[:MOST_ROWS]):
        top = 6 + number * ROW
        parts.append(_text(LABEL - 8, top + 12, shortened(label, LABEL_CHARS), anchor="end"))
        parts.append(Markup('<g transform="translate({} {})">{}</g>').format(LABEL, top, bar))
        parts.append(_text(LABEL + BAR + 10, top + 12, words))
    shown = min(len(rows), MOST_ROWS)
    if len(rows) > shown:
        parts.append(_text(LABEL, 20 + shown * ROW, f"… +{len(rows) - shown}"))
    return _svg(name, title, 12 + ROW * (shown + (len(rows) > shown)), Markup("").join(parts))


def _progress(row: Progress, name: str) -> Markup:
    low, high = (_place(bp) for bp in (row.low_bp, row.high_bp))
    parts = [_RECT.format(x=0, w=BAR, fill="#FFFFFF")]
    parts += [_RECT.format(x=0, w=high, fill=f"url(#{name}-open)"), _RECT.format(x=0, w=low, fill="#2E7D32")]
    if row.goal_bp is not None:
        parts.append(_GOAL.format(x=_place(row.goal_bp)))
    return Markup("").join(parts)


def _tally(row: Tally, name: str) -> Markup:
    total = row.met + row.unknown + row.failed
    fills = ((row.met, "#2E7D32"), (row.unknown, f"url(#{name}-open)"), (row.failed, f"url(#{name}-bad)"))
    parts, start = [], 0.0
    for count, fill in fills:
        width = BAR * count / total if total else 0.0
        parts.append(_RECT.format(x=f"{start:.1f}", w=f"{width:.1f}", fill=fill))
        start += width
    return Markup("").join(parts)


def _place(bp: float) -> str:
    return f"{min(max(bp, 0), 10000) * BAR / 10000:.1f}"


def _span(low_bp: int, high_bp: int) -> str:
    low, high = percent(low_bp), percent(high_bp)
    return f"{low} %" if low == high else f"{low} %–{high} %"


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 11) -> Markup:
    clean = " ".join(plain(text).split())
    return _TEXT.format(x=f"{x:.1f}", y=f"{y:.1f}", text=escape(clean), anchor=anchor, size=size)


def _svg(name: str, title: str, height: int, inside: Markup) -> Markup:
    return _SVG.format(name=name, title=plain(title), width=WIDTH, height=height, inside=inside)


_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" role="img"'
    ' aria-label="{title}" width="{width}" height="{height}"><defs>'
    '<pattern id="{name}-open" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#FFF3D0"/>'
    '<rect width="2" height="6" fill="#8A6100"/></pattern>'
    '<pattern id="{name}-bad" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5" fill="#8C1D18"/><circle cx="2.5" cy="2.5" r="1" fill="#FFFFFF"/></pattern>'
    '</defs><rect width="{width}" height="{height}" fill="#FFFFFF"/>{inside}</svg>'
)
_TEXT = Markup(
    '<text x="{x}" y="{y}" font-family="Noto Sans SC, Noto Sans CJK SC, sans-serif" font-size="{size}"'
    ' fill="#1A1A1A" text-anchor="{anchor}">{text}</text>'
)
_RECT = Markup(
    '<rect x="{x}" y="0" width="{w}" height="13" fill="{fill}" stroke="#4D4D4D" stroke-width="0.6"/>'
)
_GOAL = Markup('<line x1="{x}" x2="{x}" y1="-4" y2="17" stroke="#000000" stroke-width="2"/>')
_GRID = Markup(
    '<line x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="#C8C8C8" stroke-width="0.6"/>'
    '<text x="2" y="{y}" dy="4" font-family="Noto Sans SC, Noto Sans CJK SC, sans-serif" font-size="10"'
    ' fill="#1A1A1A">{text}</text>'
)
_GOAL_ACROSS = Markup(
    '<line x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="#000000" stroke-width="1.5"'
    ' stroke-dasharray="6 3"/>'
)
_BAND = Markup(
    '<polygon points="{band}" fill="url(#{name}-open)" fill-opacity="0.45"/>'
    '<polyline points="{high}" fill="none" stroke="#8A6100" stroke-width="1.5" stroke-dasharray="3 2"/>'
    '<polyline points="{low}" fill="none" stroke="#2E7D32" stroke-width="2.5"/>'
)
