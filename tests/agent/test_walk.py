"""Reading a table from devices that obey and from those that do not."""

from __future__ import annotations

import asyncio

import pytest
from snmprec_device import FakeDevice, Question, table

from agent.snmp.engine import Answer, Missing, Oid, Value
from agent.snmp.learned import Hint
from agent.snmp.session import SYS_UP_TIME, Session
from agent.snmp.target import Target
from agent.snmp.walk import TableRead, TableSpec, read_table

ENTRY = (1, 3, 6, 1, 9, 1)
SPEC = TableSpec(name="things", entry=ENTRY, columns={"a": 1, "b": 2})
AFTER = {(1, 3, 6, 1, 9, 2, 1): 7}
"""What the device has beyond the table."""


def target(version: str = "2c", **more: float) -> Target:
    return Target("192.0.2.1", community="c", version=version, max_varbinds=40, **more)  # type: ignore[arg-type]


def read(device: FakeDevice, spec: TableSpec = SPEC, budget_s: float = 60, version: str = "2c") -> TableRead:
    async def run() -> TableRead:
        async with Session(device, target(version), budget_s) as session:
            return await read_table(session, spec)

    return asyncio.run(run())


def numbered(count: int) -> dict[Oid, Value]:
    return {(i,): i for i in range(1, count + 1)}


FIFTY = {**table(ENTRY, {1: numbered(50), 2: numbered(50)}), **AFTER}


def test_a_table_is_read_whole_with_few_questions() -> None:
    device = FakeDevice(FIFTY)

    found = read(device)

    assert (found.status, len(found.rows)) == ("ok", 50)
    assert found.rows[(50,)] == {"a": 50, "b": 50}
    assert len(device.asked) <= 4
    assert all(len(q.oids) * q.repetitions <= 40 for q in device.asked)


def test_cells_are_joined_by_index_when_the_first_row_lacks_a_column() -> None:
    device = FakeDevice({**table(ENTRY, {1: numbered(9), 2: {(i,): -i for i in range(3, 12)}}), **AFTER})

    found = read(device)

    assert found.rows[(1,)] == {"a": 1}
    assert found.rows[(3,)] == {"a": 3, "b": -3}
    assert found.rows[(11,)] == {"b": -11}
    assert found.status == "ok"


def test_a_table_that_is_not_there_is_unsupported() -> None:
    assert read(FakeDevice(AFTER)).status == "unsupported"


def test_a_table_at_the_end_of_the_view_ends() -> None:
    found = read(FakeDevice(table(ENTRY, {1: numbered(3), 2: numbered(3)})))

    assert (found.status, len(found.rows)) == ("ok", 3)


def test_a_column_that_the_device_lacks_is_no_trouble() -> None:
    found = read(FakeDevice({**table(ENTRY, {2: numbered(3)}), **AFTER}))

    assert (found.status, found.rows[(3,)]) == ("ok", {"b": 3})


def test_rows_sorted_as_text_are_all_read_and_noted() -> None:
    as_text = sorted(numbered(30), key=lambda index: str(index[0]))
    order = [(*ENTRY, column, *index) for column in (1, 2) for index in as_text] + list(AFTER)
    device = FakeDevice({**table(ENTRY, {1: numbered(30), 2: numbered(30)}), **AFTER}, order=order)

    found = read(device)

    assert (found.status, len(found.rows)) == ("ok", 30)
    assert "out of order" in found.detail


def test_a_device_that_goes_round_in_a_circle_is_left_with_what_it_gave() -> None:
    circle = [(*ENTRY, 1, i) for i in (1, 2, 3)]

    def turn(question: Question) -> Answer:
        at = question.oids[0]
        start = circle.index(at) + 1 if at in circle else 0
        return Answer(0, 0, [(circle[(start + i) % 3], 5) for i in range(max(1, question.repetitions))])

    found = read(
        FakeDevice({}, twist=turn), TableSpec(name="things", entry=ENTRY, columns={"a": 1}), budget_s=60
    )

    assert (found.status, len(found.rows)) == ("partial", 3)
    assert "repeats itself" in found.detail


def test_a_device_that_answers_every_question_with_the_same_object_is_left() -> None:
    device = FakeDevice({}, twist=lambda _q: Answer(0, 0, [((*ENTRY, 1, 1), 5), ((*ENTRY, 2, 1), 6)]))

    found = read(device)

    assert (found.status, found.rows) == ("partial", {(1,): {"a": 5, "b": 6}})
    assert len(device.asked) <= 3


def test_the_first_value_of_an_object_given_twice_is_kept() -> None:
    twice = [((*ENTRY, 1, 1), 5), ((*ENTRY, 1, 1), 99), ((*ENTRY, 1, 2), 6)]
    one = TableSpec(name="things", entry=ENTRY, columns={"a": 1})
    device = FakeDevice(AFTER, twist=lambda q: Answer(0, 0, list(twice)) if q.number == 0 else None)

    assert read(device, one).rows == {(1,): {"a": 5}, (2,): {"a": 6}}


def test_an_endless_table_is_cut_at_its_bound() -> None:
    def more(question: Question) -> Answer:
        start = question.oids[0][len(ENTRY) + 1] if len(question.oids[0]) > len(ENTRY) + 1 else 0
        rounds = max(1, question.repetitions)
        return Answer(
            0,
            0,
            [((*oid[: len(ENTRY) + 1], start + 1 + i), i) for i in range(rounds) for oid in question.oids],
        )

    found = read(
        FakeDevice({}, twist=more),
        TableSpec(name="things", entry=ENTRY, columns={"a": 1, "b": 2}, max_rows=200),
    )

    assert found.status == "partial"
    assert 200 < len(found.rows) < 260
    assert "more than 200 rows" in found.detail


@pytest.mark.parametrize("error", [1, 5, 13])
def test_too_big_and_general_errors_are_met_with_smaller_questions(error: int) -> None:
    device = FakeDevice(
        FIFTY,
        twist=lambda q: Answer(error, 0, []) if max(1, q.repetitions) * len(q.oids) > 3 else None,
    )

    found = read(device)

    assert (found.status, len(found.rows)) == ("ok", 50)


def test_a_device_that_can_only_answer_one_variable_at_a_time_is_read() -> None:
    device = FakeDevice(
        FIFTY, twist=lambda q: Answer(1, 0, []) if len(q.oids) > 1 or q.kind == "bulk" else None
    )

    found = read(device)

    assert (found.status, found.rows[(50,)]) == ("ok", {"a": 50, "b": 50})


def test_a_column_that_always_fails_leaves_the_others() -> None:
    bad = (*ENTRY, 1)
    device = FakeDevice(
        FIFTY, twist=lambda q: Answer(5, 1, []) if any(o[: len(bad)] == bad for o in q.oids) else None
    )

    found = read(device)

    assert found.status == "partial"
    assert found.rows[(50,)] == {"b": 50}
    assert found.detail == "a: genErr"


def test_answers_lost_because_they_are_too_large_are_asked_for_in_smaller_pieces() -> None:
    def lose_large(question: Question) -> None:
        if question.repetitions * len(question.oids) > 8:
            raise TimeoutError

    found = read(FakeDevice(FIFTY, twist=lose_large))

    assert (found.status, len(found.rows)) == ("ok", 50)


def test_one_lost_answer_costs_no_row_and_the_pace_comes_back() -> None:
    def lose_third(question: Question) -> None:
        if question.number == 2:
            raise TimeoutError

    rows = table(ENTRY, {1: numbered(900), 2: numbered(900)})
    device = FakeDevice({**rows, **AFTER}, twist=lose_third)

    found = read(device)

    assert (found.status, len(found.rows)) == ("ok", 900)
    assert [q for q in device.asked if q.kind == "bulk"][-1].repetitions == 20


def test_a_device_that_dies_in_the_middle_leaves_a_partial_table() -> None:
    def die(question: Question) -> None:
        if question.number >= 1:
            raise TimeoutError

    found = read(FakeDevice(FIFTY, twist=die))

    assert (found.status, found.silent) == ("partial", True)
    assert 0 < len(found.rows) < 50


def test_a_device_that_never_answers_this_table_is_a_timeout() -> None:
    def silence(question: Question) -> None:
        raise TimeoutError

    device = FakeDevice(FIFTY, twist=silence)

    found = read(device)

    assert (found.status, found.rows) == ("timeout", {})
    assert len(device.asked) < 8


def test_a_network_that_refuses_is_asked_once_more_only() -> None:
    def refuse(question: Question) -> None:
        raise ConnectionRefusedError("refused")

    device = FakeDevice(FIFTY, twist=refuse)

    assert read(device).status == "timeout"
    assert len(device.asked) == 2, "once for the table, once to see whether the device lives"


def test_empty_answers_are_not_asked_for_for_ever() -> None:
    device = FakeDevice(FIFTY, twist=lambda _q: Answer(0, 0, []))

    found = read(device)

    assert found.status == "error"
    assert len(device.asked) < 12


def test_used_up_time_is_a_timeout_and_asks_nothing() -> None:
    device = FakeDevice(FIFTY)

    found = read(device, budget_s=0)

    assert (found.status, device.asked) == ("timeout", [])


def test_snmp_v1_is_read_by_getnext_to_the_end_of_each_column() -> None:
    device = FakeDevice(table(ENTRY, {1: numbered(4), 2: numbered(7)}), v1=True)

    found = read(device, version="1")

    assert (found.status, len(found.rows)) == ("ok", 7)
    assert {q.kind for q in device.asked} == {"next"}


def test_a_v1_agent_that_names_no_column_in_its_error_is_read_all_the_same() -> None:
    device = FakeDevice(table(ENTRY, {1: numbered(4), 2: numbered(7)}), v1=True)
    device.twist = lambda q: answer._replace(error_at=0) if (answer := device.obey(q)).error else None

    found = read(device, version="1")

    assert (found.status, len(found.rows)) == ("ok", 7)
    assert found.rows[(7,)] == {"b": 7}


def test_only_the_rows_under_a_prefix_are_asked_for() -> None:
    rows = {(i, j): i * j for i in range(1, 40) for j in range(1, 4)}
    device = FakeDevice({**table(ENTRY, {1: rows, 2: rows}), **AFTER})
    spec = TableSpec(name="things", entry=ENTRY, columns={"a": 1}, under=(20,))

    found = read(device, spec)

    assert set(found.rows) == {(20, 1), (20, 2), (20, 3)}
    assert len(device.asked) == 1


def test_a_row_that_cannot_be_read_costs_this_cell_alone() -> None:
    bad = (*ENTRY, 1, 20)

    def fail_at_the_bad_cell(question: Question) -> Answer | None:
        answer = device.obey(question)
        places = [place for place, (oid, _value) in enumerate(answer.varbinds) if oid == bad]
        return Answer(5, places[0] % len(question.oids) + 1, []) if places else None

    device = FakeDevice(FIFTY, twist=fail_at_the_bad_cell)

    found = read(device)

    assert found.status == "partial"
    assert found.rows[(20,)] == {"b": 20}
    assert all(found.rows[(i,)] == {"a": i, "b": i} for i in range(1, 51) if i != 20)
    assert found.detail == "a: genErr"


@pytest.mark.parametrize("lie", [-3, 0, 1, 99])
def test_a_wrong_error_index_costs_no_good_column(lie: int) -> None:
    bad = (*ENTRY, 2)
    device = FakeDevice(
        FIFTY, twist=lambda q: Answer(5, lie, []) if any(o[: len(bad)] == bad for o in q.oids) else None
    )

    found = read(device)

    assert len(found.rows) == 50
    assert all(row == {"a": index[0]} for index, row in found.rows.items())
    assert found.detail == "b: genErr"


def test_a_v1_agent_that_names_the_wrong_column_is_read_all_the_same() -> None:
    device = FakeDevice(table(ENTRY, {1: numbered(7), 2: numbered(4)}), v1=True)
    device.twist = lambda q: answer._replace(error_at=1) if (answer := device.obey(q)).error else None

    found = read(device, version="1")

    assert found.status == "ok"
    assert found.rows[(7,)] == {"a": 7}
    assert found.rows[(4,)] == {"a": 4, "b": 4}


def test_a_column_that_never_answers_leaves_the_others() -> None:
    bad = (*ENTRY, 2)

    def silent_for_one_column(question: Question) -> None:
        if any(oid[: len(bad)] == bad for oid in question.oids):
            raise TimeoutError

    found = read(FakeDevice(FIFTY, twist=silent_for_one_column))

    assert found.status == "partial"
    assert found.rows[(50,)] == {"a": 50}
    assert found.detail == "b: no answer"


def test_an_object_given_twice_with_different_values_is_noted() -> None:
    one = TableSpec(name="things", entry=ENTRY, columns={"a": 1})
    twist = {
        0: Answer(0, 0, [((*ENTRY, 1, 1), 5), ((*ENTRY, 1, 1), 99), ((*ENTRY, 1, 2), 6)]),
    }

    found = read(FakeDevice(AFTER, twist=lambda q: twist.get(q.number)), one)

    assert found.rows[(1,)] == {"a": 5}
    assert "1 objects were given twice" in found.detail


def test_a_column_that_is_suspected_and_then_silent_leaves_the_others() -> None:
    bad = (*ENTRY, 2)

    def refuse_then_fall_silent(question: Question) -> Answer | None:
        if not any(oid[: len(bad)] == bad for oid in question.oids):
            return None
        if len(question.oids) == 1:
            raise TimeoutError
        return Answer(5, question.oids.index(next(o for o in question.oids if o[: len(bad)] == bad)) + 1, [])

    found = read(FakeDevice(FIFTY, twist=refuse_then_fall_silent))

    assert found.rows[(50,)] == {"a": 50}
    assert found.detail == "b: no answer"


def test_a_column_of_nothing_but_holes_ends() -> None:
    def holes(question: Question) -> Answer:
        last = question.oids[0]
        start = last[-1] if len(last) > len(ENTRY) + 1 else 0
        pairs = [
            ((*ENTRY, 1, start + 1 + i), Missing.NO_SUCH_INSTANCE) for i in range(question.repetitions or 1)
        ]
        return Answer(0, 0, list(pairs))

    one = TableSpec(name="things", entry=ENTRY, columns={"a": 1}, max_rows=300)

    found = read(FakeDevice({}, twist=holes), one)

    assert (found.status, found.rows) == ("error", {})
    assert "more than 300 rows" in found.detail


def test_an_index_of_thousands_of_numbers_is_not_kept() -> None:
    endless = (*ENTRY, 1, 7, *range(5_000))
    device = FakeDevice({**FIFTY, endless: 1, **AFTER})

    found = read(device)

    assert found.status == "partial"
    assert max(len(index) for index in found.rows) == 1
    assert found.rows[(50,)] == {"b": 50}
    assert found.detail == "a: an index of 5001 numbers"


def test_a_table_of_enormous_texts_is_cut_at_its_octets() -> None:
    def more(question: Question) -> Answer:
        last = question.oids[0]
        start = last[-1] if len(last) > len(ENTRY) + 1 else 0
        return Answer(0, 0, [((*ENTRY, 1, start + 1), b"x" * 65_000)])

    found = read(FakeDevice({}, twist=more), TableSpec(name="things", entry=ENTRY, columns={"a": 1}))

    assert found.status == "partial"
    assert "octets" in found.detail
    assert 200 < len(found.rows) < 300


@pytest.mark.parametrize("lost", [(2,), (2, 3)])
def test_a_device_that_restarts_in_the_middle_of_a_table_is_read_again(lost: tuple[int, ...]) -> None:
    before = table(ENTRY, {1: {(i,): b"old" for i in range(1, 90)}})
    after = table(ENTRY, {1: {(i,): b"new" for i in range(1, 80)}})
    uptime = {SYS_UP_TIME: 500_000}
    device = FakeDevice({**uptime, **before})

    def restart(question: Question) -> None:
        if question.number in lost:
            device.objects = {SYS_UP_TIME: 100, **after}
            raise TimeoutError

    device.twist = restart

    async def run() -> TableRead:
        async with Session(device, target(), 60) as session:
            assert await session.get({"up": SYS_UP_TIME}) == {"up": 500_000}
            return await read_table(session, TableSpec(name="things", entry=ENTRY, columns={"a": 1}))

    found = asyncio.run(run())

    assert set(found.rows) == {(i,) for i in range(1, 80)}
    assert {row["a"] for row in found.rows.values()} == {b"new"}
    assert "restarted" in found.detail


def test_one_table_may_not_use_up_the_time_of_all_the_others() -> None:
    left = iter(range(1000, 0, -100))
    device = FakeDevice({**table(ENTRY, {1: numbered(900)}), **AFTER})

    async def run() -> TableRead:
        async with Session(device, target(), 60) as session:
            session.left_s = lambda: float(next(left))  # type: ignore[method-assign]
            return await read_table(session, TableSpec(name="things", entry=ENTRY, columns={"a": 1}))

    found = asyncio.run(run())

    assert found.status == "partial"
    assert 0 < len(found.rows) < 900
    assert "share of the time" in found.detail


def test_a_table_of_known_length_is_asked_for_no_more_than_that() -> None:
    device = FakeDevice({**table(ENTRY, {1: numbered(3), 2: numbered(3)}), **AFTER})

    async def run() -> Hint:
        async with Session(device, target(), 60) as session:
            await read_table(session, SPEC)
            return session.lesson()

    hint = asyncio.run(run())
    device.asked.clear()

    async def again() -> TableRead:
        async with Session(device, target(), 60, hint) as session:
            return await read_table(session, SPEC)

    found = asyncio.run(again())

    assert (found.status, len(found.rows)) == ("ok", 3)
    assert [(q.kind, q.repetitions) for q in device.asked] == [("bulk", 4)]


def test_a_value_of_no_such_instance_ends_a_column() -> None:
    device = FakeDevice(
        FIFTY,
        twist=lambda q: Answer(0, 0, [(oid, Missing.NO_SUCH_INSTANCE) for oid in q.oids]),
    )

    assert read(device).status == "unsupported"


def test_a_hole_in_a_column_is_not_its_end() -> None:
    hole = (*ENTRY, 1, 20)
    device = FakeDevice({**FIFTY, hole: Missing.NO_SUCH_INSTANCE})

    found = read(device)

    assert (found.status, len(found.rows)) == ("ok", 50)
    assert found.rows[(20,)] == {"b": 20}
    assert found.rows[(21,)] == {"a": 21, "b": 21}


def test_a_device_without_getbulk_costs_the_wait_once_and_not_at_every_table() -> None:
    def no_bulk(question: Question) -> None:
        if question.kind == "bulk":
            raise TimeoutError

    device = FakeDevice(FIFTY, twist=no_bulk)
    bulks = []

    async def run() -> None:
        async with Session(device, target(), 60) as session:
            for _again in range(3):
                assert len((await read_table(session, SPEC)).rows) == 50
                bulks.append(sum(question.kind == "bulk" for question in device.asked))

    asyncio.run(run())

    assert 0 < bulks[0] < 6
    assert bulks == [bulks[0]] * 3
