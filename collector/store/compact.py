"""Landed samples into chunks, one for each device and day, and their hours.

Each step is one transaction under the school's lock: it reads some landing rows, writes the chunks with them
in, and deletes them. Killed anywhere it has done nothing, and the next one does it; done twice it has nothing
left to do. Late rows go into the chunk that is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select

from collector.store import codec, samples
from collector.store.days import matrices, merged
from collector.store.engine import lock_school, upsert
from collector.store.rollups import hours_of
from collector.store.schema import chunk, landing, rollup
from collector.store.statement import run
from inventory.errors import StoreError
from inventory.facts import SampleColumns
from inventory.log import get_logger

log = get_logger(__name__)

WAIT_S = 3600
"""A landing row of the running day waits so long for others to be compacted with it."""
ROWS_AT_ONCE = 72
"""Landing rows of one transaction: they bound its memory and how long ingest waits for the school."""

Step = Callable[[str], None]
_KEY = [
    landing.c.school_id,
    landing.c.day,
    landing.c.agent_id,
    landing.c.epoch,
    landing.c.lane,
    landing.c.seq,
]
_WHERE = "WHERE school_id = ? AND day = ? AND agent_id = ? AND epoch = ? AND lane = ? AND seq = ?"
# What was damaged has been marked, and stays.
_DELETE = f"DELETE FROM landing {_WHERE} AND codec <> {samples.DAMAGED}"  # noqa: S608 - constants
_SET_ASIDE = f"UPDATE landing SET codec = {samples.DAMAGED} {_WHERE}"  # noqa: S608 - constants


def _no_step(_name: str) -> None:
    pass


def compact_due(engine: Engine, now: float, step: Step = _no_step) -> int:
    """Compact whatever has waited long enough; gives back how many landing rows it was. A school and day
    that cannot be compacted is logged and does not hold up the others."""
    done = 0
    for school_id, day in due(engine, now):
        try:
            while compacted := _in_one_transaction(engine, school_id, day, step):
                done += compacted
        except StoreError as error:
            log.error("school %s, day %d: samples stay uncompacted: %s", school_id, day, error)
    return done


def due(engine: Engine, now: float) -> list[tuple[str, int]]:
    """Schools and days with landing rows of which one has waited long enough."""
    query = (
        select(landing.c.school_id, landing.c.day)
        .where(landing.c.codec != samples.DAMAGED)
        .group_by(landing.c.school_id, landing.c.day)
        .having(func.min(landing.c.slot) <= now - WAIT_S)
        .order_by(landing.c.day, landing.c.school_id)
    )
    with engine.connect().execution_options(reads_only=True) as connection:
        return [(school_id, day) for school_id, day in connection.execute(query)]


def compact(connection: Connection, school_id: str, day: int, step: Step = _no_step) -> int:
    """Some landing rows of a school and day into its chunks, in the caller's transaction; how many it was."""
    lock_school(connection, school_id)
    rows = connection.execute(
        select(*_KEY, landing.c.codec, landing.c.body)
        .where(landing.c.school_id == school_id, landing.c.day == day, landing.c.codec != samples.DAMAGED)
        .order_by(landing.c.slot, landing.c.lane, landing.c.seq)
        .limit(ROWS_AT_ONCE)
    ).all()
    step("read")
    batches = list(_readable(connection, rows))
    step("decoded")
    _merge(connection, school_id, day, batches, step)
    run(connection, _DELETE, [tuple(row[:6]) for row in rows])
    step("deleted")
    return len(rows)


def _in_one_transaction(engine: Engine, school_id: str, day: int, step: Step) -> int:
    with engine.begin() as connection:
        return compact(connection, school_id, day, step)


def _readable(connection: Connection, rows: Iterable[Any]) -> Iterable[SampleColumns]:
    for row in rows:
        try:
            yield samples.decode(row.codec, row.body)
        except StoreError as error:
            log.error("%s %s %d: kept aside: %s", row.agent_id, row.lane, row.seq, error)
            run(connection, _SET_ASIDE, [tuple(row[:6])])


def _merge(
    connection: Connection, school_id: str, day: int, batches: list[SampleColumns], step: Step
) -> None:
    fresh = matrices(batches)
    stored = {
        device: codec.decode(number, body)
        for device, number, body in connection.execute(
            select(chunk.c.device_id, chunk.c.codec, chunk.c.body).where(
                and_(chunk.c.school_id == school_id, chunk.c.day == day, chunk.c.device_id.in_(list(fresh)))
            )
        )
    }
    chunks, hours = [], []
    for device, parts in fresh.items():
        whole = merged([stored[device], *parts] if device in stored else parts)
        key = {"school_id": school_id, "day": day, "device_id": device, "codec": codec.CODEC}
        chunks.append({**key, "n": whole.n, "body": codec.encode(whole)})
        hours.append({**key, "body": codec.encode(hours_of(whole))})
    upsert(connection, chunk, chunks)
    step("chunks")
    upsert(connection, rollup, hours)
    step("rollups")
