"""Routes to the aggregates that are named: asked for one by one, however large the table is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from snmprec_device import FakeDevice, table

from agent.config import DeviceSettings
from agent.facts import facts_of
from agent.poll import STATUS_JOBS, poll_device
from agent.snmp.engine import Answer, Oid, Value, oid
from agent.snmp.target import Target
from inventory.reading import Reading

INET = oid("1.3.6.1.2.1.4.24.7.1")
OLD = oid("1.3.6.1.2.1.55.1.11.1")
STATE = (*oid("1.3.6.1.2.1.4.35.1.7"), 7, 2, 16)
AGGREGATE = (32, 1, 13, 184, *(0,) * 12)  # 2001:db8::
NEXT_HOP = (254, 128, *(0,) * 13, 1)  # fe80::1
PREFIX = "2001:db8::/32"


def inet(destination: tuple[int, ...], length: int, hop: tuple[int, ...] = NEXT_HOP) -> Oid:
    return (2, 16, *destination, length, 2, 0, 0, 2, 16, *hop)


def routes(*indexes: Oid) -> dict[Oid, Value]:
    return table(INET, {7: dict.fromkeys(indexes, 7), 8: dict.fromkeys(indexes, 4)})


def poll(held: dict[Oid, Value], *prefixes: str) -> tuple[Reading, FakeDevice]:
    device = FakeDevice({oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.8072.3.2.10"), **held})
    reading = asyncio.run(
        poll_device(
            Target("192.0.2.1", community="c"),
            now=datetime(2026, 9, 1, tzinfo=UTC),
            engine=device,
            jobs=STATUS_JOBS,
            prefixes=prefixes,
        )
    )
    return reading, device


def fact(held: dict[Oid, Value], *prefixes: str) -> object:
    return facts_of(poll(held, *prefixes)[0], "gateway").get(("", "ipv6_aggregate_routes"))


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (routes(inet(AGGREGATE, 32)), {PREFIX: "fe80::1"}),
        (routes(inet(AGGREGATE, 32), inet(AGGREGATE, 32, (*NEXT_HOP[:15], 2))), {PREFIX: "fe80::1 fe80::2"}),
        (routes(inet(AGGREGATE, 33)), {PREFIX: ""}),  # a part of the aggregate is not the aggregate
        (routes(inet((0,) * 16, 0)), {PREFIX: ""}),
        (table(INET, {7: {(2, *AGGREGATE, 32, 0, 0, 2, 16, *NEXT_HOP): 7}}), {PREFIX: "fe80::1"}),
        (table(OLD, {4: {(*AGGREGATE, 32, 1): 7}, 5: {(*AGGREGATE, 32, 1): bytes(NEXT_HOP)}}),
         {PREFIX: "fe80::1"}),
        (table(INET, {7: {inet(AGGREGATE, 32): 7}, 8: {inet(AGGREGATE, 32): 5}}), {PREFIX: ""}),  # blackhole
        ({}, None),  # a device without a route table proves nothing
    ],
)  # fmt: skip
def test_a_named_aggregate_is_found_or_is_known_to_be_absent(
    held: dict[Oid, Value], told: dict[str, str] | None
) -> None:
    assert fact(held, PREFIX) == told


def test_what_nobody_named_is_not_asked_for() -> None:
    assert fact(routes(inet(AGGREGATE, 32))) is None


def test_a_table_of_thousands_of_routes_costs_no_more_questions_than_a_small_one() -> None:
    many = [inet((32, 1, n >> 8, n & 255, *(0,) * 12), 48) for n in range(4000, 7000)]
    _reading, small = poll(routes(inet(AGGREGATE, 32)), PREFIX)
    large_reading, large = poll(routes(inet(AGGREGATE, 32), *many), PREFIX)

    assert [each.prefix for each in large_reading.ipv6_aggregates if each.routes] == [PREFIX]
    assert len(large.asked) <= len(small.asked) + 1


def test_a_device_that_stops_answering_leaves_the_aggregate_unknown() -> None:
    device = FakeDevice(
        {oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.8072.3.2.10"), **routes(inet((0,) * 16, 0))}
    )

    def silent(question: object) -> Answer | None:
        if any(tuple(each[-17:-1]) == AGGREGATE for each in question.oids):  # type: ignore[attr-defined]
            raise TimeoutError
        return None

    device.twist = silent
    reading = asyncio.run(
        poll_device(
            Target("192.0.2.1", community="c"),
            now=datetime(2026, 9, 1, tzinfo=UTC),
            engine=device,
            jobs=STATUS_JOBS,
            prefixes=(PREFIX,),
        )
    )

    assert reading.tables["ipv6_aggregates"].status == "timeout"
    assert ("", "ipv6_aggregate_routes") not in facts_of(reading, "gateway")


@pytest.mark.parametrize(("state", "dead"), [(7, ["fe80::1"]), (1, [])])
def test_the_next_hop_of_an_aggregate_is_asked_whether_it_lives(state: int, dead: list[str]) -> None:
    reading, _device = poll({**routes(inet(AGGREGATE, 32)), (*STATE, *NEXT_HOP): state}, PREFIX)

    assert facts_of(reading, "gateway")[("", "ipv6_dead_next_hops")] == dead


def settings(*prefixes: str) -> DeviceSettings:
    return DeviceSettings(
        id="gw", address="192.0.2.1", role="gateway", community="plain:c", route_prefixes=prefixes
    )


def test_prefixes_are_written_as_the_table_keeps_them() -> None:
    assert settings("2001:0DB8::/32", "2001:db8::/32").route_prefixes == (PREFIX,)


@pytest.mark.parametrize("wrong", ["2001:db8::", "2001:db8::1/32", "10.0.0.0/8", "x", "2001:db8::/129"])
def test_what_is_no_prefix_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="IPv6"):
        settings(wrong)


def test_nine_prefixes_are_too_many() -> None:
    with pytest.raises(ValidationError):
        settings(*[f"2001:db8:{n}::/48" for n in range(9)])
