"""Since when each row of the register stands as it does, by whom and from which source; and what changed.

The store keeps a school as whole versions; what happened to a row follows from one version to the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from inventory.load_records import county_rows, school_rows
from inventory.load_settings import written_settings
from inventory.load_tables import Table
from inventory.register import Register, School

Key = tuple[str, ...]
Row = Mapping[str, object]
SETTINGS = "county"
"""The name under which the settings of the county stand beside its tables."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a table, and the cells by which it is the same row in another version."""

    table: str
    key: Key
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a school (or the county) was from ``at`` on (seconds since 1970 UTC); no rows: it was taken out.
    ``source`` is a file, "console" or the system that it came from, "" where nobody kept it."""

    at: float
    author: str
    source: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A row as it stands, and the version in which it came to stand so."""

    table: str
    key: Key
    row: Row
    since: float
    author: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened to a row; ``cells`` are (column, before, after) of those that changed."""

    at: float
    author: str
    source: str
    table: str
    key: Key
    what: Literal["added", "changed", "removed"]
    cells: tuple[tuple[str, object, object], ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What stands now, in the order of the tables, and all that happened, oldest first."""

    standing: tuple[Standing, ...]
    events: tuple[Event, ...]


def school_entries(school: School, timezone: str) -> tuple[Entry, ...]:
    """The rows of a school; moments as they are in ``timezone``."""
    return tuple(_entry(table, row) for table, row in school_rows(school, timezone))


def county_entries(register: Register) -> tuple[Entry, ...]:
    """The county's settings and its own rows."""
    settings = (
        Entry(SETTINGS, (f"{table}.{key}",), {"value": value})
        for table, values in written_settings(register).items()
        for key, value in values.items()
    )
    return (*settings, *(_entry(table, row) for table, row in county_rows(register)))


def history(versions: Iterable[Version]) -> History:
    """The history of the rows of one school, from its versions, oldest first."""
    standing: list[Standing] = []
    events: list[Event] = []
    for version in versions:
        standing, happened = _step(standing, version)
        events += happened
    return History(tuple(standing), tuple(events))


def _step(standing: Sequence[Standing], version: Version) -> tuple[list[Standing], list[Event]]:
    """The rows of a version matched with those that stood before: first the equal ones, then, where several
    share a key, in their order."""
    before: dict[tuple[str, Key], list[Standing]] = defaultdict(list)
    for old in standing:
        before[old.table, old.key].append(old)
    after: dict[tuple[str, Key], list[Entry]] = defaultdict(list)
    for entry in version.entries:
        after[entry.table, entry.key].append(entry)
    now: dict[int, Standing] = {}
    events: list[Event] = []
    for name in dict.fromkeys((*after, *before)):
        for old_one, new_one in _pairs(before.get(name, []), after.get(name, [])):
            if event := _event(old_one, new_one, version):
                events.append(event)
            if new_one is not None:
                stays = old_one is not None and old_one.row == new_one.row
                now[id(new_one)] = old_one if old_one and stays else _since(new_one, version)
    return [now[id(entry)] for entry in version.entries], events


def _pairs(
    before: Sequence[Standing], after: Sequence[Entry]
) -> Iterator[tuple[Standing | None, Entry | None]]:
    left, new = list(before), []
    for entry in after:
        same = next((n for n, one in enumerate(left) if one.row == entry.row), None)
        if same is None:
            new.append(entry)
        else:
            yield left.pop(same), entry
    yield from zip_longest(left, new)


def _event(before: Standing | None, after: Entry | None, version: Version) -> Event | None:
    found = after or before
    if found is None or (before and after and before.row == after.row):
        return None
    was, becomes = before.row if before else {}, after.row if after else {}
    return Event(
        at=version.at,
        author=version.author,
        source=version.source,
        table=found.table,
        key=found.key,
        what="added" if before is None else "removed" if after is None else "changed",
        cells=tuple(
            (column, was.get(column), becomes.get(column))
            for column in dict.fromkeys((*was, *becomes))
            if was.get(column) != becomes.get(column)
        )
        if before and after
        else (),
    )


def _since(entry: Entry, version: Version) -> Standing:
    return Standing(
        table=entry.table,
        key=entry.key,
        row=entry.row,
        since=version.at,
        author=version.author,
        source=version.source,
    )


def _entry(table: Table, row: Row) -> Entry:
    return Entry(table.name, tuple("" if row[key] is None else str(row[key]) for key in table.key), row)
