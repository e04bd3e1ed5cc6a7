"""What the ledger knows: duplicates for ever, the number without a hole, gaps, times of wrong clocks."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from batches import PORT, T0, batch
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from collector.store import ledger as book
from collector.store.engine import open_store
from collector.store.schema import agent_seen, clock_doubt, gap, landing, ledger, watermark
from collector.store.write import Arrival, Sender, store_batch
from inventory.errors import Refused
from inventory.facts import GapColumns, GapWhat, Receipt, SampleColumns

SENDER = Sender("2133999001", "2133999001-01", "2133999001-01")
DAY_S = 86400


def take(connection: Connection, seq: int, at: float = T0, sha256: str = "", **fields: Any) -> Receipt:
    """Store batch ``seq``, whose content is named by its hash."""
    slot = fields.pop("slot", T0)
    shift = {name: fields.pop(name) for name in ("shift_s", "offset_s") if name in fields}
    one = batch(seq, slot, **fields)
    return store_batch(connection, Arrival(SENDER, one, sha256 or f"sha-{seq}", at, **shift))


def lost(first: int, last: int, number: int = 1, what: GapWhat = "everything") -> GapColumns:
    return GapColumns(
        number=[number],
        epoch=["e1"],
        lane=["backlog"],
        first_seq=[first],
        last_seq=[last],
        first_at=[float(T0)],
        last_at=[float(T0)],
        what=[what],
        why=["no_room"],
    )


def count(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_the_receipt_says_up_to_where_nothing_is_missing(engine: Engine) -> None:
    with engine.begin() as connection:
        held = [take(connection, seq).have_seq for seq in (1, 2, 5, 4, 3, 6)]

    assert held == [1, 2, 2, 2, 5, 6]


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(1, 8)), st.integers(2, 6), st.integers(0, 2), st.integers(0, 6))
def test_stored_or_reported_as_lost_in_any_order_leaves_no_hole(
    order: list[int], first: int, more: int, carrier: int
) -> None:
    missing = set(range(first, min(first + more, 6) + 1))
    engine = open_store("sqlite:///:memory:")
    sent = [seq for seq in order if seq not in missing]
    carrier %= len(sent)
    with engine.begin() as connection:
        for place, seq in enumerate(sent):
            gaps = lost(min(missing), max(missing)) if place == carrier else GapColumns()
            receipt = take(connection, seq, gaps=gaps)
            settled = set(sent[: place + 1]) | (missing if place >= carrier else set())
            # A gap told before its neighbours came may be counted with the next number.
            assert receipt.have_seq <= next(n for n in range(9) if n + 1 not in settled)
        assert receipt.have_seq == 7
        assert count(connection, watermark) == 1
    engine.dispose()


def test_a_gap_that_is_told_twice_is_kept_once(engine: Engine) -> None:
    with engine.begin() as connection:
        take(connection, 1, gaps=lost(2, 3, number=7))
        receipt = take(connection, 4, gaps=lost(2, 3, number=7))

        assert receipt.have_seq == 4
        assert connection.execute(select(gap.c.number, gap.c.first_seq, gap.c.why)).all() == [
            (7, 2, "no_room")
        ]


def test_lost_samples_leave_no_hole_to_fill(engine: Engine) -> None:
    with engine.begin() as connection:
        take(connection, 1)

        assert take(connection, 3, gaps=lost(2, 2, what="samples")).have_seq == 1


def test_a_batch_that_was_reported_as_lost_and_comes_nevertheless_is_stored(engine: Engine) -> None:
    with engine.begin() as connection:
        take(connection, 1)
        take(connection, 3, gaps=lost(2, 2))

        assert take(connection, 2).status == "stored"


def test_each_epoch_and_lane_counts_for_itself(engine: Engine) -> None:
    with engine.begin() as connection:
        take(connection, 1)
        other = [take(connection, 1, epoch="e2").have_seq, take(connection, 7, lane="now").have_seq]

    assert other == [1, 7]


def test_proofs_are_pruned_and_a_batch_of_long_ago_is_still_a_duplicate(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "KEEP_NUMBERS", 4)
    monkeypatch.setattr(book, "PRUNE_EVERY", 4)
    with engine.begin() as connection:
        for seq in range(1, 17):
            take(connection, seq, at=T0 + seq * 10 * DAY_S)
        left = [seq for (seq,) in connection.execute(select(ledger.c.seq).order_by(ledger.c.seq))]
        again = take(connection, 3, at=T0 + 161 * DAY_S)
        with pytest.raises(Refused) as refused:
            take(connection, 14, at=T0 + 162 * DAY_S, sha256="of a clone")

    assert left == [12, 13, 14, 15, 16]
    assert (again.status, again.have_seq) == ("duplicate", 16)
    assert refused.value.status == 409


def test_young_proofs_are_kept_however_many(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "KEEP_NUMBERS", 2)
    monkeypatch.setattr(book, "PRUNE_EVERY", 2)
    with engine.begin() as connection:
        for seq in range(1, 9):
            take(connection, seq, at=T0 + seq)

        assert count(connection, ledger) == 8


def test_times_of_a_wrong_clock_are_kept_as_one_stretch(engine: Engine) -> None:
    with engine.begin() as connection:
        for seq, step in enumerate((0, 1, 2, 9), start=1):
            take(connection, seq, slot=T0 + step * 300, shift_s=3600, offset_s=3600.5)
        take(connection, 9, slot=T0 + 3000, shift_s=0, offset_s=0.1)
        doubts = connection.execute(
            select(clock_doubt.c.first_slot, clock_doubt.c.last_slot, clock_doubt.c.shift_s).order_by(
                clock_doubt.c.first_slot
            )
        ).all()
        shifts = connection.execute(select(ledger.c.shift_s, ledger.c.offset_s).order_by(ledger.c.seq)).all()

    assert doubts == [(T0, T0 + 600, 3600), (T0 + 2700, T0 + 2700, 3600)]
    assert shifts == [(3600, 3600.5)] * 4 + [(0, 0.1)]


def test_a_late_batch_does_not_make_the_newest_poll_older(engine: Engine) -> None:
    with engine.begin() as connection:
        take(connection, 2, slot=T0 + 600, at=T0 + 601.0)
        take(connection, 1, slot=T0, at=T0 + 602.0)
        seen = connection.execute(select(agent_seen.c.newest_slot, agent_seen.c.last_report)).all()

    assert seen == [(T0 + 600, T0 + 602.0)]


def test_two_writers_with_the_same_batch_store_it_once(engine: Engine) -> None:
    results: list[str] = []

    def write() -> None:
        with engine.begin() as connection:
            results.append(take(connection, 1, changes={("gw", "", "model"): "S5731"}).status)

    writers = [threading.Thread(target=write) for _writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(results) == ["duplicate", "duplicate", "duplicate", "stored"]


def test_the_samples_of_a_batch_land_with_it_and_once(engine: Engine) -> None:
    samples = SampleColumns(
        device=["gw"], slot=[T0], subject=[[PORT]], key=[["in_octets"]], scale=[[0]], value=[[[12345]]]
    )
    with engine.begin() as connection:
        results = [take(connection, 1, samples=samples).status for _time in range(2)]
        landed = connection.execute(select(landing.c.seq, landing.c.n)).all()

    assert (results, landed) == (["stored", "duplicate"], [(1, 1)])


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        take(connection, 1, gaps=lost(2, 3), shift_s=3600, offset_s=3600.0)
        connection.rollback()

    with engine.connect() as connection:
        assert [count(connection, table) for table in (ledger, watermark, gap, clock_doubt, agent_seen)] == [
            0
        ] * 5


def test_a_present_that_was_overtaken_on_its_way_is_not_stored_after_the_newer_one(engine: Engine) -> None:
    with engine.begin() as connection:
        results = [take(connection, seq, lane="now") for seq in (1, 3, 2)]

        assert [one.status for one in results] == ["stored", "stored", "duplicate"]
        assert count(connection, ledger) == 2
