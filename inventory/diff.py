"""What would change between two registers, table by table, for a person who is about to import one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inventory.load_settings import written_settings
from inventory.load_tables import TABLES, Table
from inventory.register import Register

Row = Mapping[str, object]
Rows = Mapping[str, Sequence[Row]]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A row whose cells differ: what it is, and for each column what it was and what it becomes."""

    key: Key
    cells: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True, slots=True)
class TableDiff:
    """One table (or the settings): rows that come, change, go and stay."""

    table: str
    added: tuple[Key, ...]
    changed: tuple[Change, ...]
    removed: tuple[Key, ...]
    same: int

    @property
    def empty(self) -> bool:
        """Nothing changes."""
        return not (self.added or self.changed or self.removed)


def register_diff(old: Register, old_rows: Rows, new: Register, new_rows: Rows) -> list[TableDiff]:
    """The settings first, then each table in its order; the rows are those of ``register_tables``."""
    settings = [_settings(old, new)]
    return settings + [
        _table(table, old_rows.get(name, ()), new_rows.get(name, ()))
        for table in TABLES
        for name in (table.file.removesuffix(".csv"),)
    ]


def _settings(old: Register, new: Register) -> TableDiff:
    was, becomes = _flat(old), _flat(new)
    changed = [Change((), ((key, was[key], becomes[key]),)) for key in was if was[key] != becomes[key]]
    return TableDiff("county", (), tuple(changed), (), len(was) - len(changed))


def _flat(register: Register) -> dict[str, object]:
    """Every setting under its table and key."""
    written = written_settings(register)
    return {f"{table}.{key}": value for table, values in written.items() for key, value in values.items()}


def _table(table: Table, old: Sequence[Row], new: Sequence[Row]) -> TableDiff:
    name = table.file.removesuffix(".csv")
    before, after = _by_key(old, table.key), _by_key(new, table.key)
    if len(before) == len(old) and len(after) == len(new):
        changed = [
            Change(key, _cells(before[key], row))
            for key, row in after.items()
            if key in before and before[key] != row
        ]
        return TableDiff(
            name,
            tuple(key for key in after if key not in before),
            tuple(changed),
            tuple(key for key in before if key not in after),
            sum(key in before for key in after) - len(changed),
        )
    columns = tuple(column.key for column in table.columns)
    counts, wanted = (Counter(_key(row, columns) for row in rows) for rows in (old, new))
    added, removed = tuple((wanted - counts).elements()), tuple((counts - wanted).elements())
    return TableDiff(name, added, (), removed, (wanted & counts).total())


def _by_key(rows: Sequence[Row], keys: tuple[str, ...]) -> dict[Key, Row]:
    return {_key(row, keys): row for row in rows}


def _key(row: Row, keys: tuple[str, ...]) -> Key:
    return tuple("" if row.get(key) is None else str(row[key]) for key in keys)


def _cells(before: Row, after: Row) -> tuple[tuple[str, object, object], ...]:
    return tuple(
        (key, before.get(key), after.get(key))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    )
