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


def merge(new: Tables, found: ImportSet, base: Register, rows: Mapping[str, Sequence[Row]]) -> Tables:
    """The rows of ``base`` (``register_tables``) changed by those that were read; its settings go to
    ``found``."""
    with_settings(found, base)
    return {table: _merged(table, old, new.get(table, [])) for table, old in as_parsed(rows).items()}


def with_settings(found: ImportSet, base: Register) -> None:
    """Adds the settings of ``base`` that the set does not say."""
    for name, values in written_settings(base).items():
        file, given = found.settings.get(name, (_("the register as it is"), {}))
        found.settings[name] = (file, {**without_empty(values.items()), **given})


def as_parsed(rows: Mapping[str, Sequence[Row]]) -> Tables:
    """Rows of ``register_tables`` as if they had been read."""
    return parse(ImportSet(tables=[_rows(table, rows[table.name]) for table in TABLES]))


def _rows(table: Table, rows: Sequence[Row]) -> Rows:
    keys = tuple(column.key for column in table.columns)
    lines = ((n, [_raw(row.get(key)) for key in keys]) for n, row in enumerate(rows, 1))
    return Rows(_("the register as it is"), table, table.columns, keys, lines, is_csv=False)


def without_empty(items: Iterable[tuple[str, object]]) -> dict[str, object]:
    """What is said; an empty text or list says nothing."""
    return {key: value for key, value in items if value not in ("", [], None)}


def replaced_by(table: Table) -> tuple[str, ...]:
    """The columns by which a row replaces others: its id, or whose it is."""
    has_ids = any(column.key == "id" for column in table.columns)
    return (table.owner,) if table.owner and not has_ids else table.key


def _merged(table: Table, old: list[Parsed], new: list[Parsed]) -> list[Parsed]:
    keys = replaced_by(table)
    given = {tuple(row.text(key) for key in keys) for row in new}
    return [row for row in old if tuple(row.text(key) for key in keys) not in given] + new


def _raw(value: object) -> Raw:
    return "" if value is None else value
