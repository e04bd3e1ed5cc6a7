"""Many tables that a device may lack, asked for in one question."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from snmprec_device import FakeDevice, Question, Twist, table

from agent.reads import Reads
from agent.snmp.engine import Answer, Missing, Oid, Value
from agent.snmp.learned import Hint
from agent.snmp.session import Session
from agent.snmp.target import Target
from agent.snmp.walk import TableSpec
from agent.survey import STANDARD, without_rows

T = TypeVar("T")
ENTRIES: list[Oid] = [(1, 3, 6, 1, 9, number, 1) for number in range(1, 11)]
SPECS = [TableSpec(name=str(entry[5]), entry=entry, columns={"a": 1, "b": 2}) for entry in ENTRIES]
HAS = (2, 5)
OBJECTS: dict[Oid, Value] = {
    **table(ENTRIES[1], {1: {(1,): 1}, 2: {(1,): 2}}),
    **table(ENTRIES[4], {2: {(7,): 5}}),
    (1, 3, 6, 1, 9, 99, 1): 0,
}
LACKING = Hint(rows={".".join(map(str, entry)): 0 for entry in ENTRIES})


def run(
    device: FakeDevice,
    work: Callable[[Session], Awaitable[T]],
    hint: Hint | None = LACKING,
    version: str = "2c",
) -> T:
    target = Target("192.0.2.1", community="c", version=version)  # type: ignore[arg-type]

    async def within() -> T:
        async with Session(device, target, 60, hint) as session:
            return await work(session)

    return asyncio.run(within())


async def read_all(session: Session) -> dict[str, tuple[str, int]]:
    reads = Reads(session)
    for spec in SPECS:
        await reads.table(spec)
    return {name: (read.status, len(read.rows)) for name, read in reads.found.items()}


def test_tables_that_were_missing_cost_one_question_together() -> None:
    device = FakeDevice({(1, 3, 6, 1, 9, 99, 1): 0})

    found = run(device, read_all)

    assert set(found.values()) == {("unsupported", 0)}
    assert [(q.kind, len(q.oids)) for q in device.asked] == [("next", 10)]


def test_those_that_have_rows_now_are_read_even_if_the_first_column_is_missing() -> None:
    found = run(FakeDevice(OBJECTS), read_all)

    assert {int(name) for name, (status, _rows) in found.items() if status == "ok"} == set(HAS)
    assert found["5"] == ("ok", 1)


def test_without_a_hint_the_standard_tables_are_asked_for_together() -> None:
    device = FakeDevice({(1, 3, 6, 1, 2, 1, 1, 1, 0): b"x"})
    specs = [TableSpec(name=str(entry), entry=entry, columns={"a": 1}) for entry in STANDARD]

    async def read(session: Session) -> set[str]:
        reads = Reads(session)
        for spec in specs:
            await reads.table(spec)
        return {read.status for read in reads.found.values()}

    assert run(device, read, None) == {"unsupported"}
    assert len(device.asked) <= 3


def test_a_hint_of_the_model_that_comes_after_the_first_contact_counts() -> None:
    device = FakeDevice({(1, 3, 6, 1, 9, 99, 1): 0})

    async def read(session: Session) -> None:
        reads = Reads(session)
        session.heed(LACKING)
        for spec in SPECS:
            await reads.table(spec)

    run(device, read, None)

    assert len(device.asked) == 1


def test_after_the_death_of_a_device_one_note_says_so() -> None:
    def dead(question: Question) -> None:
        raise TimeoutError

    async def read(session: Session) -> list[str]:
        reads = Reads(session)
        for spec in SPECS:
            await reads.table(spec)
        return [read.detail for read in reads.found.values() if read.detail]

    assert run(FakeDevice({}, twist=dead), read) == ["no answer", "the device had stopped answering"]


def test_an_empty_table_is_still_told_from_one_that_is_not_there() -> None:
    async def read(session: Session) -> list[str]:
        reads = Reads(session)
        for spec in SPECS[:2]:
            await reads.table(spec)
        await reads.tell_empty_from_unsupported(["1", "2"])
        return [reads.found[name].status for name in ("1", "2")]

    there = (*ENTRIES[0], 1, 0)
    device = FakeDevice({(1, 3, 6, 1, 9, 99, 1): 0})

    def knows_the_table(question: Question) -> Answer | None:
        answer = device.obey(question)
        if question.kind != "get":
            return None
        varbinds = [(o, Missing.NO_SUCH_INSTANCE if o == there else v) for o, v in answer.varbinds]
        return answer._replace(varbinds=varbinds)

    device.twist = knows_the_table

    assert run(device, read) == ["empty", "unsupported"]


def silence(question: Question) -> None:
    if len(question.oids) > 2:
        raise TimeoutError


ODD: dict[str, Twist] = {
    "silence": silence,
    "too big": lambda q: Answer(1, 0, []) if len(q.oids) > 2 else None,
    "general error": lambda q: Answer(5, 99, []) if len(q.oids) > 2 else None,
    "fewer variables": lambda q: Answer(0, 0, [((1, 3, 6, 1, 9, 99, 1), 0)]) if len(q.oids) > 2 else None,
    "more variables": lambda q: Answer(0, 0, [((1, 3, 6, 1, 9, 99, 1), 0)] * 12) if len(q.oids) > 2 else None,
    "nothing": lambda q: Answer(0, 0, []) if len(q.oids) > 2 else None,
    "places before": lambda q: Answer(0, 0, [((1, 3), 0)] * len(q.oids)) if len(q.oids) > 2 else None,
    "missing elsewhere": lambda q: (
        Answer(0, 0, [((1, 3), Missing.END_OF_VIEW)] * len(q.oids)) if len(q.oids) > 2 else None
    ),
}


@pytest.mark.parametrize("twist", ODD.values(), ids=ODD.keys())
def test_whatever_odd_comes_back_no_table_is_lost(twist: Twist) -> None:
    found = run(FakeDevice(OBJECTS, twist=twist), read_all)

    assert {int(name) for name, (status, _rows) in found.items() if status == "ok"} == set(HAS)


def test_a_table_that_is_refused_is_read_for_itself_and_the_others_are_known() -> None:
    bad = ENTRIES[3]

    def refuse(question: Question) -> Answer | None:
        return Answer(5, question.oids.index(bad) + 1, []) if bad in question.oids else None

    device = FakeDevice(OBJECTS, twist=refuse)

    absent = run(device, lambda session: without_rows(session, ENTRIES))

    assert absent == set(ENTRIES) - {bad, ENTRIES[1], ENTRIES[4]}


def test_version_1_is_asked_again_without_what_lies_at_the_end() -> None:
    device = FakeDevice({oid: OBJECTS[oid] for oid in OBJECTS if oid[5] in HAS}, v1=True)

    found = run(device, read_all, version="1")

    assert {int(name) for name, (status, _rows) in found.items() if status == "ok"} == set(HAS)


def test_rows_under_a_prefix_are_not_taken_for_the_whole_table() -> None:
    part = TableSpec(name="part", entry=ENTRIES[1], columns={"a": 1}, under=(3,))

    async def read(session: Session) -> Hint:
        await Reads(session).table(part)
        return session.lesson()

    hint = run(FakeDevice(OBJECTS), read, Hint(rows={"1.3": 1}))

    assert hint.rows == {"1.3": 1}


def test_a_restart_is_asked_about_only_where_an_answer_was_missing() -> None:
    device = FakeDevice(OBJECTS)

    assert run(device, lambda session: Reads(session).restarted()) is False
    assert device.asked == []
