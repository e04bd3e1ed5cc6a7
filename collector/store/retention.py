"""How long samples are kept, and the deleting of older ones: whole parts where there are any, else little by
little."""

from __future__ import annotations

from sqlalchemy import Engine, Table, select, tuple_

from collector.store.partitions import drop_parts
from collector.store.samples import DAY_S
from collector.store.schema import chunk, landing, rollup

KEPT_DAYS: tuple[tuple[Table, int], ...] = ((chunk, 90), (rollup, 730))
"""What has landed is deleted by compaction alone, never for its age."""
ROWS_AT_ONCE = 500
"""Rows of one transaction: ingest waits no longer than for these."""


def delete_old(engine: Engine, now: float, most_steps: int = 1000) -> int:
    """Delete what is older than it may be, in steps of one small transaction; how many rows it was, those of
    dropped parts not counted."""
    deleted = 0
    today = int(now // DAY_S)
    drop_parts(engine, landing, today - 1)
    for table, days in KEPT_DAYS:
        first_kept = today - days
        drop_parts(engine, table, first_kept)
        for _step in range(most_steps):
            gone = _delete_some(engine, table, first_kept)
            deleted += gone
            if gone < ROWS_AT_ONCE:
                break
    return deleted


def _delete_some(engine: Engine, table: Table, first_kept: int) -> int:
    key = list(table.primary_key.columns)
    some = select(*key).where(table.c.day < first_kept).limit(ROWS_AT_ONCE)
    with engine.begin() as connection:
        return connection.execute(table.delete().where(tuple_(*key).in_(some))).rowcount
