"""Polling devices that lie, loop, lose, flood and die: the poll ends, what can be read is there, a note says
what happened, and the device next to it is not touched."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hostile import (
    IF_ENTRY,
    IF_X_ENTRY,
    PORTS,
    UP_TIME,
    Behaviour,
    Hostile,
    Request,
    a_switch,
    alive,
    message,
    packed,
    varbind,
)
from snmprec_device import Question

from agent.poll import STATUS_JOBS, poll_device
from agent.snmp import gufo_engine
from agent.snmp.choose import EngineName, engine_named
from agent.snmp.engine import Answer, Missing, Oid, Value
from agent.snmp.target import Target
from inventory.reading import Reading

ENGINES: tuple[EngineName, ...] = ("native", "gufo", "pysnmp")
ALL_PORTS = set(range(1, PORTS + 1))
WAIT_S = 0.25
ALIAS = (*IF_X_ENTRY, 18)


@dataclass(frozen=True)
class Case:
    """A behaviour, and what the reading must still hold. ``note`` is a piece of one of its notes, None where
    the engines differ: one forgives what another takes for garbage."""

    behave: Behaviour
    ports: frozenset[int] | None = frozenset(ALL_PORTS)
    note: str | None = ""
    outcome: str = "ok"
    budget_s: float = 20.0
    not_by: tuple[EngineName, ...] = ()


def refuse_large(device: Hostile, request: Request) -> list[bytes] | None:
    return [packed(request.request_id, Answer(1, 0, []))] if request.size > 3 else None


def general_error_in_a_column(device: Hostile, request: Request) -> list[bytes] | None:
    for place, asked in enumerate(request.oids, start=1):
        if asked[: len(ALIAS)] == ALIAS:
            return [packed(request.request_id, Answer(5, place, []))]
    return None


def error_with_index(index: int) -> Behaviour:
    def behave(device: Hostile, request: Request) -> list[bytes] | None:
        bad = request.about(ALIAS)
        return [packed(request.request_id, Answer(5, index, []))] if bad else None

    return behave


def sorted_as_text(device: Hostile, request: Request) -> None:
    device.device.order = sorted(device.device.objects, key=lambda name: (name[:-1], str(name[-1])))


def in_circles(first: int, last: int) -> Behaviour:
    """ifDescr goes back from one row to an earlier one."""

    def behave(device: Hostile, request: Request) -> list[bytes] | None:
        order = sorted(device.device.objects)
        start, end = order.index((*IF_ENTRY, 2, first)), order.index((*IF_ENTRY, 2, last))
        after = dict(itertools.pairwise(order)) | {order[end]: order[start]}
        if request.kind == "get" or not request.about((*IF_ENTRY, 2)):
            return None
        found: list[tuple[Oid, Value]] = []
        row = list(request.oids)
        for _round in range(max(1, request.question.repetitions)):
            row = [after.get(name) or device.device.obey(_next_of(name)).varbinds[0][0] for name in row]
            found += [(name, device.device.objects[name]) for name in row]
        return [packed(request.request_id, Answer(0, 0, found))]

    return behave


def _next_of(name: Oid) -> Question:
    return Question("next", (name,), 0, 1, 0)


def each_variable_twice(device: Hostile, request: Request) -> list[bytes] | None:
    if request.kind == "get":
        return None
    answer = device.device.obey(request.question)
    width = len(request.oids)
    rows = [answer.varbinds[at : at + width] for at in range(0, len(answer.varbinds), width)]
    changed = [[(name, b"changed" if isinstance(v, bytes) else v) for name, v in row] for row in rows]
    doubled = [pair for row, other in zip(rows, changed, strict=True) for pair in (*row, *other)]
    return [packed(request.request_id, Answer(0, 0, doubled))]


def wrong_id_first(device: Hostile, request: Request) -> list[bytes]:
    wrong = request._replace(request_id=request.request_id + 1)
    return [device.obey(wrong), device.obey(request)]


def wrong_id_always(device: Hostile, request: Request) -> list[bytes]:
    return [device.obey(request._replace(request_id=request.request_id + 1))]


def the_last_answer_again(device: Hostile, request: Request) -> list[bytes]:
    return [*device.sent[-1:], device.obey(request)]


def lying_lengths(device: Hostile, request: Request) -> list[bytes]:
    good = device.obey(request)
    liars = [good[:-7], good + b"\0" * 9, good[:1] + b"\x84\xff\xff\xff\xff" + good[2:], good[:4]]
    inner = varbind((1, 3, 6, 1), 5)
    liars.append(message(request.request_id, 0, 0, [inner[:1] + b"\x7f" + inner[2:]]))
    return [liar for liar in liars if liar[:20] != good[:20]] + [good]


def garbage_first(device: Hostile, request: Request) -> list[bytes]:
    rng = random.Random(request.number)
    return [*(rng.randbytes(rng.randrange(1, 300)) for _again in range(60)), device.obey(request)]


def garbage_only(device: Hostile, request: Request) -> list[bytes]:
    rng = random.Random(request.number)
    return [rng.randbytes(rng.randrange(0, 200)) for _again in range(3)]


def another_kind_first(device: Hostile, request: Request) -> list[bytes]:
    answer = device.device.obey(request.question)
    return [packed(request.request_id, answer, tag=tag) for tag in (0xA0, 0xA3, 0xA4, 0xA7, 0xA8)] + [
        device.obey(request)
    ]


def one_variable_only(device: Hostile, request: Request) -> list[bytes] | None:
    answer = device.device.obey(request.question)
    shorter = answer.varbinds if request.kind == "get" else answer.varbinds[:1]
    return [packed(request.request_id, answer._replace(varbinds=shorter))]


def more_than_asked(device: Hostile, request: Request) -> list[bytes] | None:
    if request.kind != "bulk":
        return None
    longer = Question("bulk", request.oids, request.question.repetitions + 7, 1, 0)
    answer = device.device.obey(longer)
    return [packed(request.request_id, answer._replace(varbinds=answer.varbinds[:-1]))]


def one_row_only(device: Hostile, request: Request) -> list[bytes] | None:
    answer = device.device.obey(request.question)
    return [packed(request.request_id, answer._replace(varbinds=answer.varbinds[: len(request.oids)]))]


def no_getbulk(device: Hostile, request: Request) -> list[bytes] | None:
    return [] if request.kind == "bulk" else None


def no_such_name_in_2c(device: Hostile, request: Request) -> list[bytes] | None:
    answer = device.device.obey(request.question)
    for at, (_name, value) in enumerate(answer.varbinds):
        if isinstance(value, Missing):
            return [packed(request.request_id, Answer(2, at % len(request.oids) + 1, []))]
    return None


def endless(device: Hostile, request: Request) -> list[bytes] | None:
    descr = (*IF_ENTRY, 2)
    if request.kind == "get" or not request.about(descr):
        return None
    found: list[tuple[Oid, Value]] = []
    row = [name if len(name) > len(descr) else (*name, 0) for name in request.oids]
    for _round in range(max(1, request.question.repetitions)):
        row = [(*name[:-1], name[-1] + 1) for name in row]
        found += [(name, 1) for name in row]
    return [packed(request.request_id, Answer(0, 0, found))]


def dies_before_the_first_table(device: Hostile, request: Request) -> list[bytes] | None:
    return [] if any(seen.kind != "get" for seen in device.requests) else None


def dies_in_a_table(device: Hostile, request: Request) -> list[bytes] | None:
    started = any(earlier.about((*IF_ENTRY, 2)) for earlier in device.requests[:-1])
    return [] if started else None


def restarts(device: Hostile, request: Request) -> list[bytes] | None:
    """Silent for two requests in the middle of ifTable; then its clock begins again, with other names."""
    in_table = [seen for seen in device.requests if seen.about((*IF_ENTRY, 2)) and seen.kind != "get"]
    if device.device.objects[UP_TIME] == 50 or len(in_table) < 2:
        return None
    if len(in_table) < 4 and request.kind != "get":
        return []
    renamed = {name: b"new" if name[:10] == (*IF_ENTRY, 2) else v for name, v in a_switch().items()}
    device.device.objects = {**renamed, UP_TIME: 50}
    return None


def strange_values(device: Hostile, request: Request) -> list[bytes] | None:
    if request.kind == "get":
        return None
    answer = device.device.obey(request.question)
    long_name = (1, 3, 6, 1, *range(1, 300), 2**32 - 1)
    strange = [b"\x46\x0b" + b"\xff" * 11, b"\x02\x00", b"\x41\x05\xff\xff\xff\xff\xff", b"\x44\x03abc"]
    alias = itertools.cycle(strange)
    found = []
    for name, value in answer.varbinds:
        plain = varbind(name, value)
        if name[: len(ALIAS)] == ALIAS:
            body = plain[2:][: 2 + plain[3]]
            found.append(bytes((0x30, len(body) + len(odd := next(alias)))) + body + odd)
        else:
            found.append(plain)
    found = found or [varbind(long_name, 1)]
    return [message(request.request_id, 0, 0, found)]


CASES: dict[str, Case] = {
    "tooBig above three variables": Case(refuse_large),
    "genErr in one column": Case(general_error_in_a_column, note="ifAlias: genErr"),
    "error-index far out": Case(error_with_index(99), note="ifAlias: genErr"),
    "error-index below zero": Case(error_with_index(-1), note="ifAlias: "),
    "error-index of another column": Case(error_with_index(1), note="ifAlias: genErr"),
    "rows sorted as text": Case(sorted_as_text, note="out of order"),
    "a short circle": Case(in_circles(8, 12), note="repeats itself"),
    "a long circle": Case(in_circles(1, PORTS), note="repeats itself"),
    "every variable twice, the second time changed": Case(each_variable_twice, note="twice"),
    "a wrong request id first": Case(wrong_id_first),
    "wrong request ids only": Case(wrong_id_always, None, "no SNMP answer", "gap"),
    "the last answer again": Case(the_last_answer_again),
    "lengths that lie, then the truth": Case(lying_lengths),
    "sixty pieces of garbage first": Case(garbage_first),
    "garbage only": Case(garbage_only, None, "no SNMP answer", "gap"),
    "other kinds of messages first": Case(another_kind_first),
    "one variable, whatever was asked": Case(one_variable_only),
    "more variables than asked": Case(more_than_asked),
    "one row, whatever was asked": Case(one_row_only),
    "no GETBULK": Case(no_getbulk),
    "noSuchName in version 2c": Case(no_such_name_in_2c),
    "a table without end": Case(endless, None, "ifTable: more than", budget_s=3.0),
    "death at the first table": Case(dies_before_the_first_table, frozenset(), "no answer"),
    "death in the middle of a table": Case(dies_in_a_table, None, "no answer"),
    "a restart in the middle of a table": Case(restarts, note="restarted", not_by=("gufo",)),
    "values that are none": Case(strange_values, note=None),
}


def poll_beside_a_good_one(
    name: EngineName, behave: Behaviour, *, budget_s: float, objects: dict[Oid, Value] | None = None
) -> tuple[Reading, Reading, Hostile]:
    """The reading of the bad device, of a good one polled at the same time, and the bad device."""

    async def run() -> tuple[Reading, Reading, Hostile]:
        bad = Hostile(objects or a_switch(), behave)
        async with alive(bad), alive(Hostile(a_switch())) as good:
            readings = await asyncio.gather(
                _poll(name, bad.port, budget_s, WAIT_S), _poll(name, good.port, 60.0, 20.0)
            )
            return (*readings, bad)

    return asyncio.run(asyncio.wait_for(run(), 120))


async def _poll(name: EngineName, port: int, budget_s: float, timeout_s: float) -> Reading:
    target = Target("127.0.0.1", port=port, community="public", timeout_s=timeout_s, retries=1)
    now = datetime(2026, 9, 1, tzinfo=UTC)
    engine = engine_named(name, target)
    return await poll_device(target, now=now, jobs=STATUS_JOBS, budget_s=budget_s, engine=engine)


def is_noted(wanted: str, reading: Reading) -> bool:
    """Whether a note says so; with nothing wanted, whether there is none."""
    return any(wanted in note for note in reading.notes) if wanted else reading.notes == []


def ports_of(reading: Reading) -> set[int]:
    return {item.if_index for item in reading.interfaces}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> EngineName:
    if request.param == "gufo" and not gufo_engine.IS_INSTALLED:
        pytest.skip("gufo_snmp is not installed")
    name: EngineName = request.param
    return name


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_device_that_misbehaves_costs_itself_alone(engine: EngineName, case: Case) -> None:
    if engine in case.not_by:
        pytest.skip(f"{engine} asks again by itself, and the loss is not seen")

    reading, good, _device = poll_beside_a_good_one(engine, case.behave, budget_s=case.budget_s)

    assert reading.outcome == case.outcome
    assert case.ports is None or ports_of(reading) == case.ports
    assert case.note is None or is_noted(case.note, reading)
    assert (good.outcome, ports_of(good), good.notes) == ("ok", ALL_PORTS, [])


def test_names_are_right_where_one_column_is_refused(engine: EngineName) -> None:
    reading, _good, _device = poll_beside_a_good_one(engine, general_error_in_a_column, budget_s=20)

    assert [(p.name, p.speed_mbps, p.alias) for p in reading.interfaces[:2]] == [
        ("ge1", 10_000, None),
        ("ge2", 10_000, None),
    ]
    assert reading.tables["interfaces"].status == "partial"


def test_the_first_value_counts_where_two_are_given(engine: EngineName) -> None:
    reading, _good, _device = poll_beside_a_good_one(engine, each_variable_twice, budget_s=20)

    assert [port.name for port in reading.interfaces] == [f"ge{number}" for number in range(1, PORTS + 1)]


def test_names_from_before_a_restart_are_not_kept(engine: EngineName) -> None:
    if engine == "gufo":
        pytest.skip("gufo asks again by itself, and the loss is not seen")

    reading, _good, _device = poll_beside_a_good_one(engine, restarts, budget_s=20)

    assert {port.descr for port in reading.interfaces} == {"new"}


def test_texts_of_sixty_thousand_octets_are_read_and_cut(engine: EngineName) -> None:
    objects = a_switch()
    for number in (3, 17, 18):
        objects[(*ALIAS, number)] = b"x" * 60_000

    reading, good, _device = poll_beside_a_good_one(
        engine, lambda _device, _request: None, budget_s=20, objects=objects
    )

    assert ports_of(reading) == ALL_PORTS
    assert {port.if_index for port in reading.interfaces if port.alias == "x" * 1024} == {3, 17, 18}
    assert ports_of(good) == ALL_PORTS


def test_a_device_that_answers_late_every_time_is_ended_by_its_own_budget(engine: EngineName) -> None:
    async def run() -> tuple[Reading, Reading]:
        slow = SlowDrip(a_switch())
        async with alive(slow), alive(Hostile(a_switch())) as good:
            first, second = await asyncio.gather(
                _poll(engine, slow.port, 2.0, 0.4), _poll(engine, good.port, 60.0, 20.0)
            )
            return first, second

    reading, good = asyncio.run(asyncio.wait_for(run(), 120))

    assert reading.outcome == "ok"
    assert reading.tables["interfaces"].status in ("partial", "timeout")
    assert any("time for this device" in note for note in reading.notes)
    assert (ports_of(good), good.notes) == (ALL_PORTS, [])


class SlowDrip(Hostile):
    """Answers each request after a while."""

    def __init__(self, objects: dict[Oid, Value], delay_s: float = 0.38) -> None:
        super().__init__(objects)
        self.delay_s = delay_s

    def datagram_received(self, data: bytes, addr: object) -> None:
        request = self._request(data)
        self.requests.append(request)
        self.later(self.delay_s, request, addr)


def test_an_answer_that_comes_after_the_wait_counts_at_the_second_try(engine: EngineName) -> None:
    if engine == "gufo":
        pytest.skip("gufo gives every sending a request id of its own")

    async def run() -> Reading:
        async with alive(SlowDrip(a_switch(3), delay_s=0.3)) as late:
            return await _poll(engine, late.port, 60.0, 0.2)

    reading = asyncio.run(asyncio.wait_for(run(), 120))

    assert [(port.name, port.descr) for port in reading.interfaces] == [
        (f"ge{number}", f"port {number}") for number in (1, 2, 3)
    ]


def test_a_lost_question_is_asked_again_and_nothing_is_missing(engine: EngineName) -> None:
    rng = random.Random(7)

    def lossy(device: Hostile, request: Request) -> Sequence[bytes] | None:
        return [] if rng.random() < 0.15 else None

    reading, good, device = poll_beside_a_good_one(engine, lossy, budget_s=60)

    assert reading.outcome == "ok"
    assert ports_of(reading) == ALL_PORTS
    assert len(device.requests) > len(device.sent)
    assert ports_of(good) == ALL_PORTS


def test_a_port_that_closes_in_the_middle_ends_the_poll_with_what_was_read(engine: EngineName) -> None:
    def close(device: Hostile, request: Request) -> list[bytes] | None:
        if any(earlier.about((*IF_ENTRY, 2)) for earlier in device.requests[:-1]):
            device.transport.close()
            return []
        return None

    reading, good, _device = poll_beside_a_good_one(engine, close, budget_s=20)

    assert reading.outcome == "ok"
    assert reading.tables["interfaces"].status in ("partial", "timeout")
    assert any("refused" in note or "no answer" in note for note in reading.notes)
    assert ports_of(good) == ALL_PORTS
