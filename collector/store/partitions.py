"""Tables of samples in parts by day on PostgreSQL: old days go as a whole, at once, and leave no holes.

Parts are made for the days that come, by the collector's own clock alone: what a batch says of its time
makes none. Whatever has no part of its own lies in the part "rest", so that no batch is ever turned away for
its day. SQLite has one table for all days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.exc import IntegrityError, OperationalError

from collector.store.engine import first_line, try_lock
from collector.store.samples import DAY_S
from collector.store.schema import chunk, landing, rollup
from inventory.log import get_logger

log = get_logger(__name__)

DAYS: tuple[tuple[Table, int], ...] = ((landing, 1), (chunk, 1), (rollup, 30))
"""Days in one part."""
AHEAD_DAYS = 3
LOCK_WAIT_MS = 500
"""Making or dropping a part needs its table alone for a moment. It waits no longer, since all who come after
it would wait too, and is tried again the next time."""

_PARTS = (
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
    "JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname = %s AND pg_table_is_visible(c.oid)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a table: days ``first`` until before ``end`` (days since 1970)."""

    table: Table
    first: int
    end: int

    @property
    def name(self) -> str:
        return f"{self.table.name}_{self.first}"


def make_parts(engine: Engine, now: float) -> int:
    """Make the parts of today and of the next days, where they are missing; how many were made."""
    if engine.dialect.name != "postgresql":
        return 0
    today = int(now // DAY_S)
    made = 0
    for table, days in DAYS:
        with engine.connect() as connection:
            known = _names(connection, table)
        for part in _covering(table, days, today, today + AHEAD_DAYS):
            if part.name not in known:
                made += _alone(
                    engine,
                    part,
                    f"CREATE TABLE {part.name} PARTITION OF {table.name} "
                    f"FOR VALUES FROM ({part.first}) TO ({part.end})",
                )
    return made


def drop_parts(engine: Engine, table: Table, before_day: int) -> int:
    """Drop the parts of which every day is older, of ``landing`` only empty ones; how many it was."""
    if engine.dialect.name != "postgresql":
        return 0
    days = dict(DAYS)[table]
    with engine.connect() as connection:
        names = _names(connection, table)
    firsts = sorted(int(number) for name in names if (number := name.rpartition("_")[2]).isdigit())
    old = [Part(table, first, first + days) for first in firsts if first + days <= before_day]
    return sum(_alone(engine, part, f"DROP TABLE {part.name}") for part in old)


def _covering(table: Table, days: int, first: int, last: int) -> Iterator[Part]:
    for start in range(first // days * days, last + 1, days):
        yield Part(table, start, start + days)


def _names(connection: Connection, table: Table) -> set[str]:
    return {name for (name,) in connection.exec_driver_sql(_PARTS, (table.name,))}


def _alone(engine: Engine, part: Part, order: str) -> bool:
    """Do it in a transaction of its own that waits for nobody for long; whether it was done."""
    try:
        with engine.begin() as connection:
            if not try_lock(connection, "parts"):
                return False
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}")
            if not _may(connection, part, order):
                return False
            connection.exec_driver_sql(order)
    except IntegrityError:  # rows of its days came into the part "rest" meanwhile, and stay there
        return False
    except OperationalError as error:
        log.warning("part %s: tried again later: %s", part.name, first_line(error))
        return False
    log.info("part %s: %s", part.name, order.partition(" ")[0].lower())
    return True


def _may(connection: Connection, part: Part, order: str) -> bool:
    """Whether nothing stands against it: rows that were there before the part, or not yet compacted ones."""
    exists = part.name in _names(connection, part.table)
    if order.startswith("DROP"):
        return exists and not (part.table is landing and _rows(connection, part))
    return not exists and not _rows(connection, part)


def _rows(connection: Connection, part: Part) -> bool:
    day = part.table.c.day
    query = select(day).where(day >= part.first, day < part.end).limit(1)
    return connection.execute(query).first() is not None
