"""What a report is made of: tables of plain cells, the same for every format and language.

A cell is a value as the view has it; ``None`` is "not known" and prints as nothing, never as 0. What a cell
means, and so how it prints, is the column's ``kind`` (exporters/report/shown.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Cell = str | int | float | None

Kind = Literal[
    "text",  # as it is
    "code",  # a word of a closed list (exporters/report/codes.py), several separated by ";"
    "state",  # pass, fail, unknown, na, met, not_met, undetermined, report, not_due
    "metric",  # an id of the metric catalogue
    "item",  # such an id, or a code
    "method",  # such an id and parameters, "id; name=value [who set it]; ..."
    "reason",  # a code of inventory.reasons
    "advice",  # the same code, printed as what to do about it
    "helper",  # the same code, printed as who can do it
    "integer",
    "figure",  # a number, in the unit that the heading names or that stands beside it
    "unit",  # of a figure: a word where it counts things, else as it is
    "goal",  # "≥ 3 schools": the unit is translated
    "percent",  # basis points, printed truncated to 0.1 %
    "time",  # seconds since 1970 UTC, printed in the county's time zone
    "date",  # YYYY-MM-DD
    "pen",  # left empty for handwriting
]


@dataclass(frozen=True, slots=True)
class Column:
    """``id`` is the name in CSV and JSON, ``heading`` an N_ message unless the plan words it."""

    id: str
    heading: str
    kind: Kind = "text"
    plan_words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``title`` and ``note`` are N_ messages."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def records(self) -> list[dict[str, Cell]]:
        """The rows as dicts by column id."""
        names = [column.id for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One county under one plan as of a time, ready to be written in any format."""

    county: str
    adcode: str
    as_of: float
    timezone: str
    profile_id: str
    profile_version: str
    profile_sha256: str
    tables: tuple[Table, ...] = field(default=())

    def table(self, table_id: str) -> Table:
        return next(table for table in self.tables if table.id == table_id)
