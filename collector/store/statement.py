"""SQL as text, for the few statements that every batch runs: SQLAlchemy's transaction and driver connection,
without the cost of building and looking up a statement each time. The text is the same on both engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

ROWS_IN_A_QUERY = 1024
"""Databases bound the values of one statement (SQLite 32,766)."""


def ask(connection: Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows that a query gives; each ``?`` in it is one value."""
    return [tuple(row) for row in connection.exec_driver_sql(_native(connection, sql), tuple(values))]


def run(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement once for each row of values."""
    if rows:
        text = _native(connection, sql)
        connection.exec_driver_sql(text, rows[0] if len(rows) == 1 else list(rows))


def values_lists(rows: Sequence[tuple[str, ...]], width: int) -> Iterator[tuple[str, list[str]]]:
    """``VALUES (?, ?), ...`` and its values, in pieces that a statement can hold. Pieces are filled up with
    empty texts to a power of two, so that there are few different texts and the driver knows each."""
    one = "(" + ", ".join("?" * width) + ")"
    for start in range(0, len(rows), ROWS_IN_A_QUERY):
        piece = rows[start : start + ROWS_IN_A_QUERY]
        size = 1 << (len(piece) - 1).bit_length()
        flat = [value for row in piece for value in row] + [""] * (size - len(piece)) * width
        yield "VALUES " + ", ".join([one] * size), flat


def _native(connection: Connection, sql: str) -> str:
    return sql if connection.dialect.paramstyle == "qmark" else _percent(sql)


@lru_cache(maxsize=256)
def _percent(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")
