"""A whole device in one reading: what is there, what is not, and what nobody can tell."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from snmprec_device import FakeDevice, Question, table

from agent.merge import PARTS
from agent.poll import poll_device
from agent.snmp.engine import Answer, Missing, Oid, Value, oid
from agent.snmp.learned import Learned
from agent.snmp.target import Target
from inventory.reading import Reading

NOW = datetime(2026, 9, 1, 16, 0, tzinfo=timezone(timedelta(hours=8)))
SYSTEM: dict[Oid, Value] = {
    oid("1.3.6.1.2.1.1.1.0"): b"Linux gw 6.1",
    oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.8072.3.2.10"),
    oid("1.3.6.1.2.1.1.3.0"): 4200,
    oid("1.3.6.1.2.1.1.5.0"): b"gw",
}
IF_ENTRY = oid("1.3.6.1.2.1.2.2.1")
INTERFACES = {
    **table(IF_ENTRY, {2: {(1,): b"eth0"}, 3: {(1,): 6}, 7: {(1,): 1}, 8: {(1,): 1}}),
    **table(oid("1.3.6.1.2.1.31.1.1.1"), {1: {(1,): b"eth0"}, 15: {(1,): 10_000}}),
}
IPV4_ROUTE = {(*oid("1.3.6.1.2.1.4.24.7.1.7"), 1, 4, 0, 0, 0, 0, 0, 0, 1, 4, 10, 0, 0, 1): 1}
IPV6_ROUTE = {(*oid("1.3.6.1.2.1.4.24.7.1.7"), 2, 16, 32, 1, *(0,) * 14, 64, 0, 2, 16, *(0,) * 16): 1}
DEVICE = {**SYSTEM, **INTERFACES}
LLDP_REMOTE = oid("1.0.8802.1.1.2.1.4.1.1")


def poll(device: FakeDevice, version: str = "2c", **more: object) -> Reading:
    target = Target("192.0.2.1", community="s3cret", version=version)  # type: ignore[arg-type]
    return asyncio.run(poll_device(target, now=NOW, engine=device, **more))  # type: ignore[arg-type]


def test_a_device_with_little_gives_a_whole_reading() -> None:
    reading = poll(FakeDevice(DEVICE))

    assert reading.outcome == "ok"
    assert reading.polled_at == "2026-09-01T08:00:00Z"
    assert reading.system.sys_name == "gw"
    assert [(item.name, item.speed_mbps, item.oper_status) for item in reading.interfaces] == [
        ("eth0", 10_000, "up")
    ]
    assert reading.notes == []


def test_every_list_of_a_reading_has_its_status() -> None:
    tables = poll(FakeDevice(DEVICE), prefixes=("2001:db8::/32",)).tables

    parts = {
        "system",
        "interfaces",
        "ipv4_addresses",
        "ipv6_addresses",
        "ipv6_default_routes",
        "ipv6_ra_interfaces",
        "neighbor_counts",
        "optics",
        "lldp_neighbors",
        "entities",
        "wireless",
    }
    assert parts <= tables.keys()
    assert tables["optics"].status == "unsupported"


def test_the_status_job_reads_no_inventory() -> None:
    device = FakeDevice(DEVICE)

    reading = poll(device, jobs=frozenset({"status"}))

    assert "entities" not in reading.tables
    assert "interfaces" in reading.tables
    assert not any(q.oids[0][:9] == LLDP_REMOTE[:9] for q in device.asked)


def test_a_table_that_exists_without_rows_is_empty_and_one_that_does_not_is_unsupported() -> None:
    there = {(*LLDP_REMOTE, 4, 0), oid("1.3.6.1.2.1.4.34.1.3.0")}
    device = FakeDevice(DEVICE)

    def has_tables(question: Question) -> Answer | None:
        answer = device.obey(question)
        if question.kind == "get" and there & set(question.oids):
            return answer._replace(
                varbinds=[(o, Missing.NO_SUCH_INSTANCE if o in there else v) for o, v in answer.varbinds]
            )
        return None

    device.twist = has_tables
    tables = poll(device).tables

    assert tables["lldp_neighbors"].status == "empty"
    assert tables["ipv6_addresses"].status == "empty"
    assert tables["entities"].status == "unsupported"


def test_an_agent_that_says_no_such_instance_to_everything_proves_no_table() -> None:
    device = FakeDevice(DEVICE)
    device.twist = lambda q: (
        Answer(0, 0, [(o, DEVICE.get(o, Missing.NO_SUCH_INSTANCE)) for o in q.oids])
        if q.kind == "get"
        else None
    )

    assert poll(device).tables["lldp_neighbors"].status == "unsupported"


@pytest.mark.parametrize(
    ("routes", "status"), [({}, "unsupported"), (IPV4_ROUTE, "unsupported"), (IPV6_ROUTE, "empty")]
)
def test_only_a_table_with_ipv6_routes_proves_that_a_default_route_is_missing(
    routes: dict[Oid, Value], status: str
) -> None:
    reading = poll(FakeDevice({**DEVICE, **routes}))

    assert reading.tables["ipv6_default_routes"].status == status


def test_a_silent_device_is_a_gap_that_says_what_to_check() -> None:
    def silence(_question: Question) -> None:
        raise TimeoutError

    reading = poll(FakeDevice(DEVICE, twist=silence))

    assert (reading.outcome, reading.tables["system"].status) == ("gap", "timeout")
    assert "no SNMP answer in 14 s (3 tries)" in reading.notes[0]
    assert "s3cret" not in reading.notes[0]


def test_a_device_that_dies_in_the_middle_costs_no_more_than_one_table() -> None:
    def die(question: Question) -> None:
        if question.number >= 3:
            raise TimeoutError

    device = FakeDevice(DEVICE, twist=die)

    reading = poll(device)

    assert reading.outcome == "ok"
    assert reading.tables["entities"].status == "timeout"
    assert len(device.asked) < 12


def test_a_table_that_times_out_on_a_living_device_leaves_the_others() -> None:
    entity = oid("1.3.6.1.2.1.47")

    def slow(question: Question) -> None:
        if any(asked[: len(entity)] == entity for asked in question.oids):
            raise TimeoutError

    reading = poll(FakeDevice({**DEVICE, (*LLDP_REMOTE, 9, 0, 1, 1): b"peer"}, twist=slow))

    assert reading.tables["entities"].status == "timeout"
    assert reading.tables["lldp_neighbors"].status == "ok"


def test_used_up_time_is_a_partial_reading_not_an_error() -> None:
    clock = {"late": False}

    async def run() -> Reading:
        loop = asyncio.get_running_loop()
        real = loop.time
        loop.time = lambda: real() + (1000 if clock["late"] else 0)  # type: ignore[method-assign]

        def pass_time(question: Question) -> None:
            clock["late"] = question.number >= 1

        device = FakeDevice(DEVICE, twist=pass_time)
        return await poll_device(Target("192.0.2.1", community="c"), now=NOW, engine=device, budget_s=60)

    reading = asyncio.run(run())

    assert reading.outcome == "ok"
    assert reading.tables["interfaces"].status == "partial"
    assert reading.tables["entities"].status == "timeout"


def test_a_stranger_stays_unknown_and_says_so() -> None:
    strange = {**SYSTEM, oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.99999.1")}

    reading = poll(FakeDevice(strange))

    assert (reading.system.vendor, reading.system.model) == (None, None)
    assert "not known to this version" in reading.notes[0]


def test_a_v1_device_is_read() -> None:
    reading = poll(FakeDevice(DEVICE, v1=True), version="1")

    assert [item.name for item in reading.interfaces] == ["eth0"]


def test_polled_at_is_utc() -> None:
    assert poll(FakeDevice(DEVICE)).polled_at == NOW.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_a_poll_learnt_spares_the_next_one_questions(tmp_path: Path) -> None:
    target = Target("192.0.2.1", community="c")

    def asked(learned: Learned) -> int:
        device = FakeDevice({**DEVICE, oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.2011.2.23.1")})
        asyncio.run(poll_device(target, now=NOW, engine=device, learned=learned))
        learned.save()
        return len(device.asked)

    first = asked(Learned(tmp_path / "learned.json"))
    second = asked(Learned(tmp_path / "learned.json"))

    assert second < first


def test_a_table_that_comes_with_new_software_is_seen_at_the_next_poll(tmp_path: Path) -> None:
    learned = Learned(tmp_path / "learned.json")
    target = Target("192.0.2.1", community="c")
    upgraded = {**DEVICE, **table(oid("1.3.6.1.2.1.55.1.8.1"), {2: {(1, *(32, 1), *(0,) * 13, 7): 64}})}

    def addresses(objects: dict[Oid, Value]) -> list[str]:
        reading = asyncio.run(poll_device(target, now=NOW, engine=FakeDevice(objects), learned=learned))
        return [item.address for item in reading.ipv6_addresses]

    assert addresses(DEVICE) == []
    assert addresses(upgraded) == ["2001::7"]


def test_every_part_that_is_kept_between_polls_says_how_it_was_read() -> None:
    tables = poll(FakeDevice(DEVICE), prefixes=("2001:db8::/32",)).tables

    assert [part for part in PARTS if part not in tables] == []
