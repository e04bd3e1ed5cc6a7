"""What a batch does to the store."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace

import msgspec
import pytest
from batches import INTERVAL_S, PORT, T0, batch
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from collector.store.engine import open_store
from collector.store.read import read_snapshot
from collector.store.schema import fact, ledger, metadata
from collector.store.write import Arrival, Sender, store_batch
from inventory.errors import Refused
from inventory.facts import Batch, FactValue
from inventory.register import Campus, Device, Register, School
from inventory.snapshot import SchoolSnapshot

SENDER = Sender("2133999001", "2133999001-01", "2133999001-01")
REGISTER = Register(county="试验县", poll_interval_s=INTERVAL_S)
SCHOOL = School(
    id="2133999001",
    name="试验小学",
    kind="primary",
    stages=("primary",),
    campuses=(Campus(id="2133999001-01"),),
)


def store(engine: Engine, one: Batch) -> str:
    sha256 = hashlib.sha256(msgspec.json.encode(one)).hexdigest()
    with engine.begin() as connection:
        return store_batch(connection, Arrival(SENDER, one, sha256, one.made_at + 1)).status


def look(engine: Engine, as_of: float) -> SchoolSnapshot:
    with engine.connect() as connection:
        found = read_snapshot(connection, SCHOOL, REGISTER, as_of)
        return replace(found, facts=dict(found.facts))  # read while the connection is open


def speed(snapshot: SchoolSnapshot, slot: int) -> object:
    return snapshot.fact("gw", PORT, "speed_mbps", slot)


def test_a_batch_sent_twice_is_stored_once(engine: Engine) -> None:
    one = batch(1, T0, changes={("gw", PORT, "speed_mbps"): 10000})

    results = [store(engine, one), store(engine, one)]

    assert results == ["stored", "duplicate"]
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(ledger)).scalar() == 1
        assert connection.execute(select(func.count()).select_from(fact)).scalar() == 1


def test_a_number_used_for_other_content_is_refused_with_409(engine: Engine) -> None:
    store(engine, batch(1, T0))

    with pytest.raises(Refused) as refused:
        store(engine, batch(1, T0, polls={"gw": "down"}))

    assert refused.value.status == 409
    assert look(engine, T0 + 999).polls_of("gw").outcome(T0) == "ok"


def test_a_fact_holds_until_it_changes(engine: Engine) -> None:
    store(engine, batch(1, T0, changes={("gw", PORT, "speed_mbps"): 10000}, frames=("gw",)))
    store(engine, batch(2, T0 + 300))
    store(engine, batch(3, T0 + 600, changes={("gw", PORT, "speed_mbps"): 1000}))

    seen = look(engine, T0 + 1200)

    assert [speed(seen, T0 + n * 300) for n in range(-1, 4)] == [None, 10000, 10000, 1000, 1000]


def test_a_frame_ends_what_it_does_not_name(engine: Engine) -> None:
    before: dict[tuple[str, str, str], FactValue] = {
        ("gw", PORT, "speed_mbps"): 10000,
        ("gw", "port:old", "oper"): "up",
        ("sw", PORT, "oper"): "up",
    }
    store(engine, batch(1, T0, changes=before, frames=("gw", "sw")))
    store(engine, batch(2, T0 + 300, changes={("gw", PORT, "speed_mbps"): 10000}, frames=("gw",)))

    seen = look(engine, T0 + 900)

    assert seen.fact("gw", "port:old", "oper", T0) == "up"
    assert seen.fact("gw", "port:old", "oper", T0 + 300) is None
    assert speed(seen, T0 + 300) == 10000
    assert seen.fact("sw", PORT, "oper", T0 + 300) == "up"


def test_an_older_reading_that_arrives_late_does_not_touch_newer_ones(engine: Engine) -> None:
    store(engine, batch(1, T0 + 900, changes={("gw", PORT, "speed_mbps"): 10000}))
    store(engine, batch(1, T0, changes={("gw", PORT, "speed_mbps"): 1000}, epoch="e0"))

    seen = look(engine, T0 + 1800)

    assert [speed(seen, T0 + n * 300) for n in range(5)] == [1000, 1000, 1000, 10000, 10000]


def test_the_state_as_of_a_past_time_does_not_know_the_future(engine: Engine) -> None:
    store(engine, batch(1, T0, changes={("gw", PORT, "speed_mbps"): 1000}))
    store(engine, batch(2, T0 + 600, changes={("gw", PORT, "speed_mbps"): 10000}))

    assert speed(look(engine, T0 + 300), T0 + 300) == 1000
    assert speed(look(engine, T0 + 300), T0) == 1000


def test_polls_that_nobody_sent_are_gaps(engine: Engine) -> None:
    store(engine, batch(1, T0, polls={"gw": "ok", "sw": "down"}))

    seen = look(engine, T0 + 900)

    assert (seen.polls_of("gw").outcome(T0), seen.polls_of("sw").outcome(T0)) == ("ok", "down")
    assert seen.polls_of("gw").outcome(T0 + 300) == "gap"
    assert seen.polls_of("nobody").outcome(T0) == "gap"


def test_when_an_agent_was_last_heard_is_kept(engine: Engine) -> None:
    store(engine, batch(1, T0))
    store(engine, batch(2, T0 + 300))

    (agent,) = look(engine, T0 + 900).agents

    assert (agent.campus, agent.newest_slot, agent.last_report) == ("2133999001-01", T0 + 300, T0 + 301)


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(6)), st.lists(st.sampled_from([1000, 10000, None]), min_size=6, max_size=6))
def test_batches_of_any_order_leave_spans_that_do_not_overlap(
    order: list[int], values: list[int | None]
) -> None:
    engine = open_store("sqlite:///:memory:")
    for step in order:
        change: dict[tuple[str, str, str], FactValue] = {("gw", PORT, "speed_mbps"): values[step]}
        store(engine, batch(step + 1, T0 + step * 300, changes=change))

    spans = look(engine, T0 + 3000).facts.get(("gw", PORT, "speed_mbps"), ())
    engine.dispose()

    assert all(a.end is not None and a.end <= b.start for a, b in itertools.pairwise(spans))
    # Whatever the order, the last told value stands where it was told.
    last = order[-1]
    assert next((s.value for s in spans if s.holds_at(T0 + last * 300)), None) == values[last]


def test_every_table_and_key_begins_with_the_school() -> None:
    for table in metadata.tables.values():
        assert next(iter(table.columns)).name == "school_id", table.name
        assert next(iter(table.primary_key)).name == "school_id", table.name


def test_as_of_a_past_time_an_agent_was_last_heard_by_its_newest_poll_then(engine: Engine) -> None:
    for seq, slot in enumerate((T0, T0 + 300, T0 + 3 * 86400), start=1):
        store(engine, batch(seq, slot, polls={"gw": "ok"}))
    school = replace(
        SCHOOL, campuses=(Campus(id="2133999001-01", devices=(Device(id="gw", role="gateway"),)),)
    )

    def last_report(as_of: float) -> float | None:
        with engine.connect() as connection:
            (agent,) = read_snapshot(connection, school, REGISTER, as_of).agents
        return agent.last_report

    assert last_report(T0 + 4 * 86400) == T0 + 3 * 86400 + 1
    assert last_report(T0 + 86400) == T0 + 300
    assert last_report(T0 - 60) is None
