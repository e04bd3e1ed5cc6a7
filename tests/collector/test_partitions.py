"""Samples in parts by day: made ahead, dropped whole, and never in the way of a batch (PostgreSQL)."""

from __future__ import annotations

import threading
from typing import Any

import batches
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from collector.store import partitions
from collector.store.compact import compact_due
from collector.store.partitions import AHEAD_DAYS, drop_parts, make_parts
from collector.store.retention import delete_old
from collector.store.samples import DAY_S, land
from collector.store.schema import chunk, landing, rollup
from collector.store.series import read_series
from collector.store.statement import Later
from inventory.facts import SampleColumns

SCHOOL = "2133999001"
DAY = batches.T0 // DAY_S
MIDNIGHT = DAY * DAY_S


pytestmark = pytest.mark.parametrize(
    "new_store", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def put(engine: Engine, seq: int, slot: int) -> None:
    columns = SampleColumns(
        device=["gw"],
        slot=[slot],
        subject=[[batches.PORT]],
        key=[["in_octets"]],
        scale=[[0]],
        value=[[[1000 * seq]]],
    )
    with engine.begin() as connection:
        later = Later()
        land(later, SCHOOL, batches.batch(seq, slot, samples=columns))
        later.write(connection)


def count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        if isinstance(table, str):
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def names(engine: Engine, table: Any) -> set[str]:
    with engine.connect() as connection:
        return partitions._names(connection, table)


def test_parts_are_made_for_today_and_the_next_days_once(engine: Engine) -> None:
    first, again = make_parts(engine, MIDNIGHT), make_parts(engine, MIDNIGHT)

    wanted = {"chunk_rest", *(f"chunk_{DAY + n}" for n in range(AHEAD_DAYS + 1))}
    assert (names(engine, chunk), again) == (wanted, 0)
    assert first == sum(len(names(engine, table)) - 1 for table, _days in partitions.DAYS)


def test_a_batch_of_any_day_is_stored_and_makes_no_part(engine: Engine) -> None:
    make_parts(engine, MIDNIGHT)
    before = names(engine, landing)

    days = [DAY - 400, DAY - 1, DAY, DAY + 1, DAY + 100, DAY + 170_000]
    for seq, day in enumerate(days, start=1):
        put(engine, seq, day * DAY_S)

    assert names(engine, landing) == before
    assert (count(engine, landing), count(engine, f"landing_{DAY}"), count(engine, "landing_rest")) == (
        6,
        1,
        4,
    )


def test_midnight_passes_without_a_hole(engine: Engine) -> None:
    for seq, slot in enumerate(range(MIDNIGHT - 1500, MIDNIGHT + 1500, 300), start=1):
        make_parts(engine, slot)
        put(engine, seq, slot)
    compact_due(engine, MIDNIGHT + DAY_S)

    with engine.connect() as connection:
        found = read_series(
            connection, SCHOOL, "gw", batches.PORT, "in_octets", MIDNIGHT - 1500, MIDNIGHT + 1500
        )

    assert [value for _slot, value in found] == [1000 * n for n in range(1, 11)]
    assert (count(engine, f"chunk_{DAY - 1}"), count(engine, f"chunk_{DAY}"), count(engine, landing)) == (
        1,
        1,
        0,
    )


def test_a_day_that_has_rows_already_stays_where_it_is(engine: Engine) -> None:
    put(engine, 1, MIDNIGHT)

    make_parts(engine, MIDNIGHT)
    put(engine, 2, MIDNIGHT + 300)

    assert f"landing_{DAY}" not in names(engine, landing)
    assert (count(engine, "landing_rest"), f"landing_{DAY + 1}" in names(engine, landing)) == (2, True)


def test_old_parts_go_whole_and_what_is_not_compacted_never(engine: Engine) -> None:
    make_parts(engine, MIDNIGHT)
    for seq in (1, 2):
        put(engine, seq, MIDNIGHT + 300 * seq)
    compact_due(engine, MIDNIGHT + DAY_S)
    put(engine, 3, MIDNIGHT + 900)

    delete_old(engine, MIDNIGHT + 95 * DAY_S)

    assert f"chunk_{DAY}" not in names(engine, chunk)
    assert (count(engine, chunk), count(engine, rollup)) == (0, 1)
    assert f"landing_{DAY}" in names(engine, landing)
    assert f"landing_{DAY + 1}" not in names(engine, landing)
    assert count(engine, landing) == 1


def test_a_part_that_somebody_uses_is_left_for_the_next_time(engine: Engine) -> None:
    make_parts(engine, MIDNIGHT)
    with engine.begin() as connection:
        connection.execute(select(chunk.c.n))

        assert drop_parts(engine, chunk, DAY + 1) == 0

    assert drop_parts(engine, chunk, DAY + 1) == 1


def test_batches_come_in_while_parts_are_made_and_dropped(engine: Engine) -> None:
    failures: list[str] = []
    over = threading.Event()

    def keep_house() -> None:
        day = DAY
        while not over.is_set():
            try:
                make_parts(engine, day * DAY_S)
                delete_old(engine, day * DAY_S)
            except SQLAlchemyError as error:
                failures.append(str(error))
            day += 1

    keeper = threading.Thread(target=keep_house)
    keeper.start()
    for seq in range(1, 200):
        put(engine, seq, MIDNIGHT + 300 * seq)
        if seq % 20 == 0:
            compact_due(engine, MIDNIGHT + 2 * DAY_S)
    over.set()
    keeper.join(60)

    assert failures == []
    with engine.connect() as connection:
        found = read_series(connection, SCHOOL, "gw", batches.PORT, "in_octets", 0, 2**40)
    kept = [value for _slot, value in found]
    assert kept == sorted(kept)
    assert kept[-1] == 1000 * 199
