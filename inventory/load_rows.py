"""Rows of an import set with their cells understood; a row remembers where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.errors import Problem
from inventory.load_cells import Bad, Raw
from inventory.load_set import ImportSet, Rows
from inventory.load_tables import Table
from inventory.words import _

Values = dict[str, object]


@dataclass(slots=True)
class Parsed:
    """The cells that could be understood. The place is put into words only when something is wrong."""

    rows: Rows
    number: int
    values: Values

    def text(self, key: str) -> str:
        """A cell as text, "" where it is empty or wrong."""
        return str(self.values.get(key, ""))

    def where(self, key: str = "") -> str:
        """The place of a cell, or of the row."""
        keys = [column.key if column else "" for column in self.rows.columns]
        return self.rows.where(self.number, keys.index(key) if key in keys else None)


def parse(found: ImportSet) -> dict[Table, list[Parsed]]:
    """All rows by table; what cannot be understood is added to the faults."""
    tables: dict[Table, list[Parsed]] = defaultdict(list)
    for rows in found.tables:
        tables[rows.table] += _parse_rows(rows, found.problems)
    return tables


def _parse_rows(rows: Rows, problems: list[Problem]) -> Iterator[Parsed]:
    columns = [(index, column) for index, column in enumerate(rows.columns) if column]
    plain = [(index, column.key, column.parse) for index, column in columns]
    required = {column.key: index for index, column in columns if column.required}
    width = len(rows.columns)
    for number, row in rows.rows:
        values: Values = {}
        wrong: set[str] = set()
        if len(row) < width:
            row = row + [""] * (width - len(row))
        elif any(str(cell).strip() for cell in row[width:]):
            problems.append(Problem(rows.where(number), _("more cells than headings")))
        for index, key, parse_cell in plain:
            raw = row[index]
            if raw == "" or (isinstance(raw, str) and raw.isspace()):
                continue
            try:
                values[key] = parse_cell(raw)
            except Bad as bad:
                wrong.add(key)
                problems.append(fault(rows.where(number, index), raw, bad))
        for key, index in required.items():
            if key not in values and key not in wrong:
                problems.append(
                    Problem(rows.where(number, index), _("is empty"), _("the column is required"))
                )
        yield Parsed(rows, number, values)


def fault(where: str, raw: Raw, bad: Bad) -> Problem:
    """A cell that could not be understood, as a fault."""
    return Problem(where, f"{_quoted(raw)} {bad.what}", bad.do)


def _quoted(raw: Raw) -> str:
    text = raw if isinstance(raw, str) else str(raw)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'
