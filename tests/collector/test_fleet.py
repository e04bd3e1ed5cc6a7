"""How the way of each agent's batches is, as the pages tell it: the same that the operator's status says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from collector.status import status_of
from collector.store import schema
from collector.store.fleet import LOST_WITHIN_S, Way, read_fleet

NOW = 1_790_000_000.0
KEY = ("2133999001", "2133999001-01")
AGENT = {"school_id": KEY[0], "agent_id": KEY[1]}


def arrived(
    connection: Connection, *seqs: int, lane: str = "backlog", epoch: str = "e1", **more: Any
) -> None:
    row = {"sha256": "0", "received_at": NOW - 60, "made_at": NOW - 61, "offset_s": 0.5, "shift_s": 0}
    for seq in seqs:
        where = AGENT | {"epoch": epoch, "lane": lane, "seq": seq}
        connection.execute(schema.ledger.insert().values(**where | row | more))


def marked(
    connection: Connection, seq: int, at: float = NOW, lane: str = "backlog", epoch: str = "e1"
) -> None:
    where = AGENT | {"epoch": epoch, "lane": lane}
    connection.execute(schema.watermark.insert().values(**where, seq=seq, updated_at=at))


def lost(connection: Connection, number: int, first: int, last: int, **more: Any) -> None:
    row = {"first_at": NOW - 900, "last_at": NOW - 300, "what": "everything", "why": "no_room"}
    where = AGENT | {"epoch": "e1", "lane": "backlog", "number": number, "first_seq": first, "last_seq": last}
    connection.execute(schema.gap.insert().values(**where | row | {"received_at": NOW} | more))


def way(connection: Connection) -> Way | None:
    return read_fleet(connection, NOW).get(KEY)


def test_an_agent_whose_batches_all_came_misses_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        assert read_fleet(connection, NOW) == {}
        marked(connection, 12)
        arrived(connection, 11, 12)

        assert way(connection) == Way(clock_offset_s=0.5)


@pytest.mark.parametrize(("seqs", "missing"), [((10, 11, 12), 0), ((10, 14, 17), 5), ((12,), 1), ((), 0)])
def test_numbers_below_later_ones_are_missing_and_the_status_says_the_same(
    engine: Engine, seqs: tuple[int, ...], missing: int
) -> None:
    with engine.begin() as connection:
        marked(connection, 10)
        arrived(connection, *seqs)

        found = way(connection)
        holes = status_of(connection, NOW).holes

    assert found is not None
    assert found.missing == missing == sum(hole.missing for hole in holes)


def test_the_clock_is_that_of_the_lane_that_moved_last(engine: Engine) -> None:
    with engine.begin() as connection:
        marked(connection, 5, NOW - 900, epoch="e0")
        arrived(connection, 5, epoch="e0", offset_s=-4000.0)
        marked(connection, 2, NOW)
        arrived(connection, 1, offset_s=99.0)
        arrived(connection, 2, offset_s=1.5)

        found = way(connection)

    assert found is not None
    assert found.clock_offset_s == 1.5


def test_only_batches_lost_for_good_within_a_week_count(engine: Engine) -> None:
    with engine.begin() as connection:
        lost(connection, 1, 3, 5)
        lost(connection, 2, 7, 7)
        lost(connection, 3, 8, 9, what="samples")
        lost(connection, 4, 10, 99, received_at=NOW - LOST_WITHIN_S - 1)

        assert way(connection) == Way(lost=4)
