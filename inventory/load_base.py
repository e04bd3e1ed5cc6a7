"""A register as the rows that it would be read from, and what becomes of it when a file changes parts of it.

Rows with an id replace the row of that id, or are new. Of tables without ids all rows of a campus (or school)
are replaced that the file names. Nothing else goes away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from inventory.load_cells import Raw
from inventory.load_rows import Parsed, parse
from inventory.load_set import ImportSet, Rows
from inventory.load_settings import written_settings
from inventory.load_tables import TABLES, Table
from inventory.register import Register
from inventory.words import _

Row = Mapping[str, object]
Tables = dict[Table, list[Parsed]]
OWNERS = ("campus", "school")


def merge(new: Tables, found: ImportSet, base: Register, rows: Mapping[str, Sequence[Row]]) -> Tables:
    """The rows of ``base`` (``register_tables``) changed by those that were read; its settings go to
    ``found``."""
    label = _("the register as it is")
    for name, values in written_settings(base).items():
        file, given = found.settings.get(name, (label, {}))
        found.settings[name] = (file, {**without_empty(values.items()), **given})
    before = ImportSet()
    for table in TABLES:
        add_rows(before, label, table, rows[table.file.removesuffix(".csv")])
    return {table: _merged(table, old, new.get(table, [])) for table, old in parse(before).items()}


def add_rows(found: ImportSet, file: str, table: Table, rows: Sequence[Row]) -> None:
    """Adds rows that are in memory, as a table of the set."""
    keys = tuple(column.key for column in table.columns)
    lines = ((n, [_raw(row.get(key)) for key in keys]) for n, row in enumerate(rows, 1))
    found.tables.append(Rows(file, table, table.columns, keys, lines, is_csv=False))


def without_empty(items: Iterable[tuple[str, object]]) -> dict[str, object]:
    """What is said; an empty text or list says nothing."""
    return {key: value for key, value in items if value not in ("", [], None)}


def replaced_by(table: Table) -> tuple[str, ...]:
    """The columns by which a row replaces others: its id, or its owner."""
    keys = [column.key for column in table.columns]
    owner = tuple(key for key in OWNERS if key in keys)[:1]
    if "id" in keys:
        return ("id",) if table.county_wide else (*owner, "id")
    return owner or tuple(column.key for column in table.columns if column.required)


def _merged(table: Table, old: list[Parsed], new: list[Parsed]) -> list[Parsed]:
    keys = replaced_by(table)
    given = {tuple(row.text(key) for key in keys) for row in new}
    return [row for row in old if tuple(row.text(key) for key in keys) not in given] + new


def _raw(value: object) -> Raw:
    return "" if value is None else value
