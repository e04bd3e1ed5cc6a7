"""How a workbook of the report looks: formats by kind of column, widths, colours of states, print set-up."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exporters.report.codes import STATES
from exporters.report.tables import Cell, Column, Kind, Table

FONT = "等线"
A4 = 9
PAGE_WIDTH = 200
"""So many characters fit on one landscape page and can still be read; a wider sheet goes over several."""
LINE = 14.0
HIGHEST = 409.0
"""Points; Excel has no higher row."""
SAMPLED = 200
"""So many rows say how wide a column is."""

NUMBER_FORMATS: Mapping[Kind, str] = {
    "integer": "0",
    "percent": "0.0%",
    "time": "yyyy-mm-dd hh:mm",
    "date": "yyyy-mm-dd",
}
"""Whatever is not here is text, or a figure as it is."""
WIDTHS: Mapping[Kind, tuple[int, int]] = {
    "text": (8, 36),
    "method": (24, 44),
    "advice": (20, 44),
    "reason": (14, 32),
    "time": (16, 16),
    "date": (11, 11),
    "state": (9, 14),
    "pen": (14, 14),
    "integer": (7, 10),
    "percent": (8, 10),
}
"""Least and greatest width of a column in characters."""
ANY_WIDTH = (8, 28)
FROZEN: Mapping[str, int] = {
    "county": 2,
    "campuses": 4,
    "schools": 2,
    "to_mend": 3,
    "to_prove": 3,
    "evidence": 3,
    "spot_check": 2,
    "quality_schools": 2,
}
"""Columns that stay when a sheet is moved sideways, by table; else the first."""


@dataclass(frozen=True, slots=True)
class Shade:
    """Ground and writing of a state. The grounds differ in grey; bad is bold, open is slanted."""

    ground: str
    ink: str
    bold: bool = False
    italic: bool = False

    @property
    def options(self) -> dict[str, object]:
        """The same for XlsxWriter."""
        look = {"bg_color": self.ground, "font_color": self.ink}
        return {**look, "bold": self.bold, "italic": self.italic}


_GOOD = Shade("#E2F0D9", "#1E4620")
_BAD = Shade("#8C1D18", "#FFFFFF", bold=True)
_OPEN = Shade("#F2C14E", "#3A2A00", italic=True)
_QUIET = Shade("#FFFFFF", "#6B6B6B")
SHADES: Mapping[str, Shade] = {
    "pass": _GOOD,
    "met": _GOOD,
    "fail": _BAD,
    "not_met": _BAD,
    "unknown": _OPEN,
    "undetermined": _OPEN,
    **dict.fromkeys(STATES.keys() - {"pass", "met", "fail", "not_met", "unknown", "undetermined"}, _QUIET),
}


def width(kind: Kind, texts: Iterable[str]) -> int:
    """What a column with these texts gets, in characters of a Latin script."""
    least, most = WIDTHS.get(kind, ANY_WIDTH)
    return min(max(max(map(display_width, texts)) + 2, least), most)


@dataclass(frozen=True, slots=True)
class Heights:
    """How high the rows of a table are; what a column's text needs is remembered."""

    widths: Sequence[int]
    columns: Sequence[Column]
    printed: Callable[[Cell, Column], str]
    lines: dict[tuple[int, str], int] = field(default_factory=dict)

    def of(self, cells: Sequence[Cell]) -> float | None:
        """Points that a row with wrapped text needs; None where one line does."""
        most = 1
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                needed = self.lines.get((place, cell))
                if needed is None:
                    needed = self.lines[place, cell] = self._lines(place, cell)
                most = max(most, needed)
        return None if most == 1 else min(LINE * most, HIGHEST)

    def _lines(self, place: int, cell: str) -> int:
        room = max(self.widths[place] - 1, 1)
        text = self.printed(cell, self.columns[place])
        if 2 * len(text) <= room and "\n" not in text:
            return 1
        return sum(max(1, -(-display_width(line) // room)) for line in text.split("\n"))


def display_width(text: str) -> int:
    """Columns that the longest line of a text takes; a Chinese character takes two."""
    if text.isascii() and "\n" not in text:
        return len(text)
    return max(map(_line_width, text[:400].split("\n")))


def _line_width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def frozen_columns(table: Table) -> int:
    """Columns that stay in sight."""
    return min(FROZEN.get(table.id, 1), len(table.columns))


def sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes: 31 characters at most, none of []:*?/\\, none of ``taken``, which it joins."""
    clean = "".join(" " if c in "[]:*?/\\" else c for c in title)
    clean = " ".join(clean.split()).strip("'") or "-"
    name, number = clean[:31], 2
    while name.casefold() in taken:
        mark = f" {number}"
        name, number = clean[: 31 - len(mark)] + mark, number + 1
    taken.add(name.casefold())
    return name


def page_text(text: str, limit: int) -> str:
    """A text for the head or foot of a printed page, where "&" begins a command: it is printed wide."""
    return text[:limit].replace("\n", " ").replace("&", "\N{FULLWIDTH AMPERSAND}")
