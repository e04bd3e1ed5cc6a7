"""Samples from the batch to the chunk, the roll-up and the reader, each number once."""

from __future__ import annotations

import batches
import msgspec
import pytest
from sqlalchemy import Connection, Engine, func, select

from agent.changes import Columns
from agent.samples import samples_of
from collector.ingest import Caps, sifted
from collector.store import compact, retention
from collector.store.samples import AS_SENT, DAMAGED, DAY_S, MSGPACK, land
from collector.store.schema import chunk, landing, rollup
from collector.store.series import read_hours, read_series, read_subjects
from collector.store.statement import Later
from collector.store.write import Sender
from inventory.facts import Batch, SampleColumns
from inventory.reading import Reading
from inventory.wifi import AccessPoint, Radio, Wireless

SCHOOL = "2133999001"
START = batches.T0 // DAY_S * DAY_S
STEPS = ("read", "decoded", "chunks", "rollups", "deleted")


def landed(connection: Connection, batch: Batch, sent: bytes = b"") -> None:
    later = Later()
    land(later, SCHOOL, batch, sent)
    later.write(connection)


def put(engine: Engine, seq: int, slot: int, octets: int | None, degrees: int | None = 215) -> None:
    """A batch with a counter of a port and a temperature."""
    columns = SampleColumns(
        device=["gw", "gw"],
        slot=[slot, slot],
        subject=[[batches.PORT, "port:2"], [""]],
        key=[["in_octets", "oper"], ["temperature_c"]],
        scale=[[0, 0], [1]],
        value=[[[octets, seq], [1, 2]], [[degrees]]],
    )
    with engine.begin() as connection:
        landed(connection, batches.batch(seq, slot, samples=columns))


def counter(engine: Engine, start: int = 0, end: int = 2**40) -> list[tuple[int, int | float]]:
    with engine.connect() as connection:
        return read_series(connection, SCHOOL, "gw", batches.PORT, "in_octets", start, end)


def rows(engine: Engine, table: object) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def test_a_series_reads_the_same_before_and_after_compaction_and_in_between(engine: Engine) -> None:
    wanted = [(START + n * 300, 1000 * n) for n in range(20)]
    for n, (slot, octets) in enumerate(wanted):
        put(engine, n + 1, slot, octets)
    before = counter(engine)

    compact.compact_due(engine, START + DAY_S)
    put(engine, 21, START + 6000, 20000)

    assert before == wanted
    assert counter(engine) == [*wanted, (START + 6000, 20000)]
    assert rows(engine, landing) == 1
    assert counter(engine, START + 300, START + 900) == wanted[1:3]


def test_the_subjects_of_a_key_are_named_before_and_after_compaction(engine: Engine) -> None:
    def subjects(key: str, start: int = START, device: str = "gw") -> list[str]:
        with engine.connect() as connection:
            return read_subjects(connection, SCHOOL, device, key, start, start + DAY_S)

    put(engine, 1, START, 1000)
    landed_only = subjects("in_octets"), subjects("temperature_c")
    compact.compact_due(engine, START + DAY_S)

    assert landed_only == (subjects("in_octets"), subjects("temperature_c"))
    assert landed_only == (sorted([batches.PORT, "port:2"]), [""])
    assert (
        subjects("in_octets", START + DAY_S) == subjects("in_octets", device="sw") == subjects("none") == []
    )


def test_a_scale_gives_the_true_value(engine: Engine) -> None:
    put(engine, 1, START, 5)
    compact.compact_due(engine, START + DAY_S)

    with engine.connect() as connection:
        found = read_series(connection, SCHOOL, "gw", "", "temperature_c", START, START + 300)

    assert found == [(START, 21.5)]


def test_what_was_not_measured_is_not_made_up(engine: Engine) -> None:
    for n, octets in enumerate([5, None, 7]):
        put(engine, n + 1, START + n * 300, octets)

    compact.compact_due(engine, START + DAY_S)

    assert counter(engine) == [(START, 5), (START + 600, 7)]


def test_a_hole_in_a_later_batch_does_not_take_a_number_away(engine: Engine) -> None:
    put(engine, 1, START, 5)
    compact.compact_due(engine, START + DAY_S)
    put(engine, 2, START, None)

    compact.compact_due(engine, START + DAY_S)

    assert counter(engine) == [(START, 5)]


@pytest.mark.parametrize("at", STEPS)
def test_a_kill_at_any_step_loses_nothing_and_doubles_nothing(engine: Engine, at: str) -> None:
    def fail(step: str) -> None:
        if step == at:
            raise KeyboardInterrupt

    for n in range(5):
        put(engine, n + 1, START + n * 300, n)

    with pytest.raises(KeyboardInterrupt):
        compact.compact_due(engine, START + DAY_S, fail)

    assert (rows(engine, landing), rows(engine, chunk)) == (5, 0)
    assert compact.compact_due(engine, START + DAY_S) == 5
    assert compact.compact_due(engine, START + DAY_S) == 0
    assert counter(engine) == [(START + n * 300, n) for n in range(5)]
    assert (rows(engine, landing), rows(engine, chunk), rows(engine, rollup)) == (0, 1, 1)


def test_stations_by_band_are_taken_packed_and_given_back_as_the_agent_counted_them(engine: Engine) -> None:
    radios = [Radio(index=1, band="2.4", clients=3), Radio(index=2, band="5", clients=14)]
    aps = [AccessPoint(mac="aa:bb:cc:00:00:01", radios=radios), AccessPoint(mac="aa:bb:cc:00:00:02")]
    reading = Reading(address="192.0.2.1", polled_at="2026-09-01T00:00:00Z", outcome="ok")
    found = samples_of(msgspec.structs.replace(reading, wireless=Wireless(aps=aps)))
    columns = Columns(START)
    columns.add_samples("ac", found)
    batch = batches.batch(1, START, samples=columns.samples)
    sender = Sender(SCHOOL, batch.campus, batch.agent)

    taken, rejected = sifted(batch, sender, START + 1.0, Caps())
    with engine.begin() as connection:
        landed(connection, taken)
    compact.compact_due(engine, START + DAY_S)

    assert rejected == []
    with engine.connect() as connection:
        told = {
            key: read_series(connection, SCHOOL, "ac", "ap:aa:bb:cc:00:00:01", key, START, START + 300)
            for key in ("clients_2g4", "clients_5g", "clients_6g")
        }
    assert told == {"clients_2g4": [(START, 3)], "clients_5g": [(START, 14)], "clients_6g": []}


def test_late_samples_go_into_the_chunk_that_is_there(engine: Engine) -> None:
    put(engine, 1, START + 900, 3)
    compact.compact_due(engine, START + DAY_S)
    put(engine, 2, START + 300, 1)

    compact.compact_due(engine, START + 30 * DAY_S)

    assert counter(engine) == [(START + 300, 1), (START + 900, 3)]
    assert rows(engine, chunk) == 1


def test_a_fresh_batch_waits_an_hour(engine: Engine) -> None:
    put(engine, 1, START, 1)

    assert compact.compact_due(engine, START + 3599) == 0
    assert compact.compact_due(engine, START + 3600) == 1


def test_more_than_one_transaction_holds_is_compacted_in_several(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "ROWS_AT_ONCE", 3)
    for n in range(8):
        put(engine, n + 1, START + n * 300, n)

    assert compact.compact_due(engine, START + DAY_S) == 8
    assert len(counter(engine)) == 8


def test_a_damaged_row_is_kept_aside_and_the_others_go_on(engine: Engine) -> None:
    put(engine, 1, START, 1)
    put(engine, 2, START + 300, 2)
    with engine.begin() as connection:
        connection.execute(landing.update().where(landing.c.seq == 1).values(body=b"\0\1\2"))

    compact.compact_due(engine, START + DAY_S)

    assert counter(engine) == [(START + 300, 2)]
    with engine.connect() as connection:
        assert connection.execute(select(landing.c.seq, landing.c.codec)).all() == [(1, DAMAGED)]
    assert compact.compact_due(engine, START + DAY_S) == 0


def test_a_chunk_that_cannot_be_read_keeps_its_late_rows(engine: Engine) -> None:
    put(engine, 1, START, 1)
    compact.compact_due(engine, START + DAY_S)
    with engine.begin() as connection:
        connection.execute(chunk.update().values(body=b"damaged"))
    put(engine, 2, START + 300, 2)

    compact.compact_due(engine, START + DAY_S)

    assert rows(engine, landing) == 1
    assert counter(engine) == [(START + 300, 2)]


def test_a_batch_over_midnight_lands_in_both_days(engine: Engine) -> None:
    columns = SampleColumns(
        device=["gw", "gw"],
        slot=[START - 300, START],
        subject=[[batches.PORT], [batches.PORT]],
        key=[["in_octets"], ["in_octets"]],
        scale=[[0], [0]],
        value=[[[1]], [[2]]],
    )
    with engine.begin() as connection:
        landed(connection, batches.batch(1, START, samples=columns))

    compact.compact_due(engine, START + DAY_S)

    assert rows(engine, chunk) == 2
    assert counter(engine) == [(START - 300, 1), (START, 2)]


def test_a_batch_without_samples_lands_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        landed(connection, batches.batch(1, START))

    assert rows(engine, landing) == 0


def test_a_number_beyond_64_bits_comes_back(engine: Engine) -> None:
    put(engine, 1, START, 2**80)
    put(engine, 2, START + 300, 2**64 - 1)

    compact.compact_due(engine, START + DAY_S)

    assert counter(engine) == [(START, 2**80), (START + 300, 2**64 - 1)]


def test_an_hour_of_a_counter_is_its_rise_over_a_reset(engine: Engine) -> None:
    for n, octets in enumerate([100, 250, None, 30, 70]):
        put(engine, n + 1, START + n * 300, octets)
    compact.compact_due(engine, START + DAY_S)

    with engine.connect() as connection:
        hours = read_hours(connection, SCHOOL, "gw", batches.PORT, "in_octets", START, START + DAY_S)

    assert [(hour.start, hour.count, hour.last, hour.rise) for hour in hours] == [(START, 4, 70, 220)]


def test_an_hour_of_a_gauge_has_least_largest_mean_and_last(engine: Engine) -> None:
    for n, degrees in enumerate([200, 240, None, 220]):
        put(engine, n + 1, START + n * 1200, n, degrees)
    compact.compact_due(engine, START + DAY_S)

    with engine.connect() as connection:
        hours = read_hours(connection, SCHOOL, "gw", "", "temperature_c", START, START + DAY_S)

    first, second = hours
    assert (first.minimum, first.maximum, first.mean, first.last, first.count) == (20.0, 24.0, 22.0, 24.0, 2)
    assert (second.start, second.mean) == (START + 3600, 22.0)


def test_old_chunks_go_and_their_hours_and_what_has_landed_stay(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)
    for n in range(5):
        put(engine, n + 1, START + n * DAY_S, n)
    compact.compact_due(engine, START + 9 * DAY_S)
    put(engine, 9, START, 9)

    deleted = retention.delete_old(engine, START + 94 * DAY_S)

    assert deleted == 4
    assert (rows(engine, chunk), rows(engine, rollup), rows(engine, landing)) == (1, 5, 1)


@pytest.mark.parametrize("ports", [1, 200])
def test_a_body_lands_as_it_was_sent_unless_it_is_mostly_something_else(engine: Engine, ports: int) -> None:
    columns = SampleColumns(
        device=["gw"],
        slot=[START],
        subject=[[f"port:{n}" for n in range(ports)]],
        key=[["in_octets"]],
        scale=[[0]],
        value=[[[n * 1000 for n in range(ports)]]],
    )
    batch = batches.batch(1, START, samples=columns)
    with engine.begin() as connection:
        landed(connection, batch, batches.packed(batch))

    with engine.connect() as connection:
        (kind,) = connection.execute(select(landing.c.codec)).scalars()
        last = (SCHOOL, "gw", f"port:{ports - 1}", "in_octets", START, START + 300)
        before = read_series(connection, *last)
    compact.compact_due(engine, START + DAY_S)
    with engine.connect() as connection:
        after = read_series(connection, *last)

    assert kind == (AS_SENT if ports == 200 else MSGPACK)
    assert before == after == [(START, (ports - 1) * 1000)]
