"""Facts through time: what a store says of any time, whatever the order in which batches came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec
import pytest
from batches import PORT, T0, batch
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from collector.store.engine import open_store
from collector.store.history import fact_at, state_at
from collector.store.schema import device_state, fact
from collector.store.write import Arrival, Sender, store_batch
from inventory.digest import digest_of
from inventory.facts import Batch, DigestColumns, FactValue, Receipt

SCHOOL = "2133999001"
SENDER = Sender(SCHOOL, "2133999001-01", "2133999001-01")
SPEED = ("gw", PORT, "speed_mbps")

State = dict[tuple[str, str, str], FactValue]


def take(connection: Connection, one: Batch, at: float) -> Receipt:
    sha256 = hashlib.sha256(msgspec.json.encode(one)).hexdigest()
    return store_batch(connection, Arrival(SENDER, one, sha256, at))


def digests(slot: int, **states: State) -> DigestColumns:
    sums = [digest_of({(s, k): v for (_d, s, k), v in state.items()}) for state in states.values()]
    return DigestColumns(device=list(states), slot=[slot] * len(sums), digest=sums)


class Model:
    """Everything that was told, kept as it came: (known at, slot, name, value)."""

    def __init__(self) -> None:
        self.told: list[tuple[float, int, tuple[str, str, str], FactValue]] = []

    def take(
        self, at: float, slot: int, changes: State, frames: tuple[str, ...], names: list[tuple[str, str, str]]
    ) -> None:
        for name in names:
            if name in changes or name[0] in frames:
                self.told.append((at, slot, name, changes.get(name)))

    def state(self, as_of: int, as_known: float) -> State:
        found: State = {}
        for _at, _slot, name, value in sorted(
            (t for t in self.told if t[0] <= as_known and t[1] <= as_of), key=lambda t: (t[1], t[0])
        ):
            found[name] = value
        return {name: value for name, value in found.items() if value is not None}


NAMES = [("gw", "", "model"), ("gw", PORT, "oper"), ("sw", "", "model")]
STEP = 300

arrivals = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["a", "b", None]), max_size=3),
        st.sampled_from([(), (), ("gw",), ("gw", "sw")]),
    ),
    min_size=1,
    max_size=9,
)


def played(
    connection: Connection, steps: list[tuple[int, State, tuple[str, ...]]]
) -> Iterator[tuple[Model, float]]:
    """Store what each step tells, and give the model and the time after each."""
    model = Model()
    for seq, (place, told, frames) in enumerate(steps, start=1):
        # A frame carries values only: what it does not carry is not there.
        changes = {n: v for n, v in told.items() if v is not None or n[0] not in frames}
        slot, at = T0 + place * STEP, float(T0 + 9000 + seq)
        take(connection, batch(seq, slot, changes=changes, frames=frames), at)
        model.take(at, slot, changes, frames, NAMES)
        yield model, at


@settings(max_examples=50, deadline=None)
@given(arrivals)
def test_in_any_order_of_arrival_every_time_has_the_value_last_told_before_it(
    steps: list[tuple[int, State, tuple[str, ...]]],
) -> None:
    engine = open_store("sqlite:///:memory:")
    with engine.begin() as connection:
        asked = {}
        for model, at in played(connection, steps):
            for place in range(-1, 7):
                slot = T0 + place * STEP
                now = state_at(connection, SCHOOL, slot)
                assert now == model.state(slot, at)
                asked[(slot, at)] = now
        # What was answered then is still what was known then.
        for (slot, at), then in asked.items():
            assert state_at(connection, SCHOOL, slot, as_known=at) == then
            assert state_at(connection, SCHOOL, slot, as_known=at + 0.5) == then
        _kept_digests_are_those_of_the_current_facts(connection)
    engine.dispose()


def _kept_digests_are_those_of_the_current_facts(connection: Connection) -> None:
    now = state_at(connection, SCHOOL, 2**40)
    for device, digest in connection.execute(select(device_state.c.device_id, device_state.c.digest)):
        assert digest == digest_of({(s, k): v for (d, s, k), v in now.items() if d == device})


def test_the_same_holds_on_every_engine(engine: Engine) -> None:
    steps: list[tuple[int, State, tuple[str, ...]]] = [
        (4, {NAMES[0]: "a", NAMES[1]: "a"}, ("gw",)),
        (1, {NAMES[0]: "b", NAMES[1]: "b", NAMES[2]: "b"}, ()),
        (2, {NAMES[1]: None}, ()),
        (1, {NAMES[0]: "a"}, ("gw",)),
        (5, {}, ("gw", "sw")),
        (3, {NAMES[2]: "a", NAMES[1]: "b"}, ()),
        (0, {NAMES[0]: "b"}, ()),
    ]

    with engine.begin() as connection:
        for model, at in played(connection, steps):
            for place in range(7):
                assert state_at(connection, SCHOOL, T0 + place * STEP) == model.state(T0 + place * STEP, at)
        _kept_digests_are_those_of_the_current_facts(connection)


def test_the_usual_end_is_written_in_place_and_takes_no_row_back(engine: Engine) -> None:
    with engine.begin() as connection:
        for step, value in enumerate([100, 1000, 10000]):
            take(
                connection, batch(step + 1, T0 + step * STEP, changes={SPEED: value}), T0 + step * STEP + 1.0
            )
        rows = connection.execute(select(fact.c.valid_to, fact.c.ended_at, fact.c.known_to)).all()

    assert sorted(rows, key=lambda row: row[0] or 2**40) == [
        (T0 + STEP, T0 + STEP + 1.0, None),
        (T0 + 2 * STEP, T0 + 2 * STEP + 1.0, None),
        (None, None, None),
    ]


def test_a_backlog_that_follows_a_whole_state_leaves_the_present_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        take(
            connection,
            batch(1, T0 + 9 * STEP, changes={SPEED: 10000}, frames=("gw",), lane="now"),
            T0 + 3000.0,
        )
        take(connection, batch(1, T0, changes={SPEED: 1000, ("gw", "port:gone", "oper"): "up"}), T0 + 3001.0)

        assert state_at(connection, SCHOOL, T0 + 9 * STEP) == {SPEED: 10000}
        assert fact_at(connection, SCHOOL, "gw", "port:gone", "oper", T0 + STEP) == "up"
        assert fact_at(connection, SCHOOL, *SPEED, T0 + STEP) == 1000
        assert fact_at(connection, SCHOOL, *SPEED, T0 + STEP, as_known=T0 + 3000.5) is None


def test_a_poll_told_again_for_the_same_slot_replaces_what_was_told(engine: Engine) -> None:
    with engine.begin() as connection:
        take(connection, batch(1, T0, changes={SPEED: 1000}), T0 + 1.0)
        take(connection, batch(2, T0, changes={SPEED: 10000}), T0 + 2.0)

        assert fact_at(connection, SCHOOL, *SPEED, T0) == 10000
        assert fact_at(connection, SCHOOL, *SPEED, T0, as_known=T0 + 1.0) == 1000


def test_a_collector_whose_clock_went_back_still_stores(engine: Engine) -> None:
    with engine.begin() as connection:
        for seq, (value, at) in enumerate([(1000, 9000.0), (10000, 500.0), (100, 500.0)], start=1):
            take(connection, batch(seq, T0, changes={SPEED: value}), T0 + at)

        assert fact_at(connection, SCHOOL, *SPEED, T0) == 100


def test_a_state_that_differs_is_asked_for_and_a_frame_repairs_it(engine: Engine) -> None:
    right: State = {SPEED: 10000, ("gw", "", "model"): "S5731"}
    with engine.begin() as connection:
        first = take(
            connection, batch(1, T0, changes={SPEED: 10000}, digests=digests(T0, gw=right)), T0 + 1.0
        )
        slot = T0 + STEP
        second = take(
            connection,
            batch(2, slot, changes=right, frames=("gw",), digests=digests(slot, gw=right)),
            slot + 1.0,
        )
        slot += STEP
        third = take(connection, batch(3, slot, digests=digests(slot, gw=right)), slot + 1.0)

    assert [first.frames_wanted, second.frames_wanted, third.frames_wanted] == [["gw"], [], []]


def test_an_old_digest_is_not_compared_with_a_newer_state(engine: Engine) -> None:
    with engine.begin() as connection:
        take(connection, batch(1, T0 + STEP, changes={SPEED: 10000}, frames=("gw",), lane="now"), T0 + 400.0)
        late = take(
            connection,
            batch(1, T0, changes={SPEED: 1000}, digests=digests(T0, gw={SPEED: 1000})),
            T0 + 401.0,
        )

    assert late.frames_wanted == []


def test_what_cannot_be_stored_of_a_frame_is_not_asked_for_again_and_again(engine: Engine) -> None:
    told: State = {SPEED: 10000, ("gw", "", "sys_name"): "cleaned on the way in"}
    more = told | {("gw", "", "model"): "S5731"}
    steps: list[tuple[State, tuple[str, ...], State]] = [
        ({SPEED: 10000}, ("gw",), told),
        ({}, (), told),
        ({("gw", "", "model"): "S5731"}, (), more),
        ({}, (), told),
    ]
    receipts = []
    with engine.begin() as connection:
        for step, (changes, frames, state) in enumerate(steps):
            slot = T0 + step * STEP
            one = batch(step + 1, slot, changes=changes, frames=frames, digests=digests(slot, gw=state))
            receipts.append(take(connection, one, slot + 1.0))

    assert [receipt.frames_wanted for receipt in receipts] == [[], [], [], ["gw"]]


def test_the_state_of_a_device_of_an_older_store_is_added_up_from_its_facts(engine: Engine) -> None:
    with engine.begin() as connection:
        take(connection, batch(1, T0, changes={SPEED: 10000}), T0 + 1.0)
        connection.execute(device_state.delete())
        state: State = {SPEED: 10000, ("gw", "", "model"): "S5731"}
        slot = T0 + STEP
        changes: State = {("gw", "", "model"): "S5731"}
        receipt = take(
            connection, batch(2, slot, changes=changes, digests=digests(slot, gw=state)), slot + 1.0
        )

    assert receipt.frames_wanted == []


@pytest.mark.parametrize("count", [1, 3, 1500])
def test_a_batch_may_name_any_number_of_facts(engine: Engine, count: int) -> None:
    changes: State = {("gw", f"port:{n}", "oper"): "up" for n in range(count)}
    with engine.begin() as connection:
        take(connection, batch(1, T0, changes=changes), T0 + 1.0)
        take(connection, batch(2, T0 + STEP, changes=dict.fromkeys(changes, "down")), T0 + STEP + 1.0)

        assert state_at(connection, SCHOOL, T0 + STEP) == dict.fromkeys(changes, "down")
        assert connection.execute(select(func.count()).select_from(fact)).scalar() == 2 * count
