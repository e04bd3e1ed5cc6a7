"""SQL as text, for the few statements that every batch runs: SQLAlchemy's transaction and driver connection,
without the cost of building and looking up a statement each time. The text is the same on both engines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

ROWS_IN_A_QUERY = 1024
"""Databases bound the values of one statement (SQLite 32,766)."""


def ask(connection: Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows that a query gives; each ``?`` in it is one value."""
    return [tuple(row) for row in connection.exec_driver_sql(_native(connection, sql), tuple(values))]


def fetch(connection: Connection, sql: str, values: Sequence[Any] = ()) -> Sequence[Any]:
    """As ``ask``, but straight from the driver, for reading very many rows."""
    if not connection.in_transaction():
        connection.begin()
    driver = connection.connection.dbapi_connection
    assert driver is not None
    cursor = driver.cursor()
    try:
        cursor.execute(_native(connection, sql), values)
        return cursor.fetchall()
    finally:
        cursor.close()


def run(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement once for each row of values. No two rows may be the same by a key that it resolves."""
    if len(rows) > 1 and connection.dialect.name == "postgresql" and _ONE_ROW.search(sql):
        # A statement for each row costs the server five times what a row more in one statement does.
        for piece in _pieces(rows):
            text = _native(connection, _of_rows(sql, len(piece)))
            connection.exec_driver_sql(text, tuple(value for row in piece for value in row))
    elif rows:
        text = _native(connection, sql)
        connection.exec_driver_sql(text, rows[0] if len(rows) == 1 else list(rows))


@dataclass(slots=True)
class Later:
    """Rows that are written together, at the end: by statement, in the order in which each first came."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def add(self, sql: str, row: tuple[Any, ...]) -> None:
        """One row of values for a statement."""
        self.rows.setdefault(sql, []).append(row)

    def write(self, connection: Connection) -> None:
        """Run what was added, all of it sent to the server at once."""
        with _pipeline(connection):
            for sql, rows in self.rows.items():
                run(connection, sql, rows)
        self.rows.clear()


def values_lists(
    rows: Sequence[tuple[str, ...]], width: int, filled: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """``VALUES (?, ?), ...`` and its values, in pieces that a statement can hold. Pieces are filled up with
    ``filled`` to a power of two, so that there are few different texts and the driver knows each."""
    one = "(" + ", ".join("?" * width) + ")"
    for start in range(0, len(rows), ROWS_IN_A_QUERY):
        piece = rows[start : start + ROWS_IN_A_QUERY]
        size = 1 << (len(piece) - 1).bit_length()
        flat = [value for row in piece for value in row] + [filled] * (size - len(piece)) * width
        yield "VALUES " + ", ".join([one] * size), flat


def _pipeline(connection: Connection) -> AbstractContextManager[Any]:
    """psycopg's pipeline: statements whose answers nobody waits for. An error shows at its end."""
    if connection.dialect.name != "postgresql":
        return nullcontext()
    driver: Any = connection.connection.driver_connection
    pipeline: AbstractContextManager[Any] = driver.pipeline()
    return pipeline


_ONE_ROW = re.compile(r"VALUES (\(\?(?:, \?)*\))")
_LARGEST_PIECE = 64


def _pieces(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Powers of two, so that there are few different texts and the driver knows each."""
    start = 0
    while left := len(rows) - start:
        size = min(_LARGEST_PIECE, 1 << (left.bit_length() - 1))
        yield rows[start : start + size]
        start += size


@lru_cache(maxsize=256)
def _of_rows(sql: str, rows: int) -> str:
    return _ONE_ROW.sub(lambda found: "VALUES " + ", ".join([found[1]] * rows), sql)


def _native(connection: Connection, sql: str) -> str:
    return sql if connection.dialect.paramstyle == "qmark" else _percent(sql)


@lru_cache(maxsize=256)
def _percent(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")
