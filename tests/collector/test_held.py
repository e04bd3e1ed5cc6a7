"""A snapshot from the store: what is laid out only where asked is what the rows say."""

from __future__ import annotations

from batches import INTERVAL_S, PORT, T0, batch
from sqlalchemy import Engine

from collector.store.read import read_snapshot
from collector.store.write import Arrival, Sender, store_batch
from inventory.facts import Batch
from inventory.metrics.look import Look
from inventory.register import Campus, Device, Register, School
from inventory.snapshot import SchoolSnapshot, Span

DAY_S = 86400
SCHOOL = School(
    id="2133999001",
    name="试验小学",
    kind="primary",
    stages=("primary",),
    campuses=(Campus(id="2133999001-01", devices=(Device(id="gw", role="gateway"),)),),
)
COUNTY = Register(county="试验县", schools=(SCHOOL,))
SENDER = Sender(SCHOOL.id, "2133999001-01", "2133999001-01")


def store(engine: Engine, *batches: Batch) -> None:
    with engine.begin() as connection:
        for one in batches:
            store_batch(connection, Arrival(SENDER, one, f"sha{one.seq}", float(one.polls.slot[0] + 20)))


def test_facts_are_the_same_as_a_mapping_and_by_device(engine: Engine) -> None:
    store(
        engine,
        batch(1, T0, changes={("gw", PORT, "oper"): "up", ("sw", "", "model"): "S5731"}),
        batch(2, T0 + INTERVAL_S, changes={("gw", PORT, "oper"): "down"}),
    )
    with engine.connect() as connection:
        facts = read_snapshot(connection, SCHOOL, COUNTY, float(T0 + 3600)).facts

        assert dict(facts) == {
            ("gw", PORT, "oper"): (
                Span(T0, T0 + INTERVAL_S, "up"),
                Span(T0 + INTERVAL_S, None, "down"),
            ),
            ("sw", "", "model"): (Span(T0, None, "S5731"),),
        }
        assert len(facts) == 2


def test_a_device_that_was_silent_for_weeks_still_has_its_old_polls(engine: Engine) -> None:
    store(engine, batch(1, T0))

    def look(connection: object) -> SchoolSnapshot:
        return read_snapshot(connection, SCHOOL, COUNTY, float(T0 + 30 * DAY_S), lazily=True)  # type: ignore[arg-type]

    with engine.connect() as connection:
        assert "gw" in look(connection).polls
        assert list(look(connection).polls) == ["gw"]
        assert look(connection).polls_of("gw").outcome(T0) == "ok"
        one = Look(look(connection))
        grid = one.grid_of("40d", "always")
        assert one.polls("gw", grid)[0].bit_count() == 1
        assert "sw" not in look(connection).polls
