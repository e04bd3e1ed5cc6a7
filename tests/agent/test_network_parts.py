"""Addresses, routes, aggregates and links of whole devices: which tables are asked, and what they prove."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import recordings
from shared import RECORDINGS, need
from snmprec_device import FakeDevice, table

from agent.device import Job
from agent.poll import STATUS_JOBS, poll_device
from agent.snmp.engine import Engine, Oid, Value, oid
from agent.snmp.target import Target
from inventory.reading import Reading

ADDRESS = (32, 1, 13, 184, *(0,) * 11, 1)  # 2001:db8::1
LINK_LOCAL = (254, 128, *(0,) * 13, 9)  # fe80::9
NEXT_HOP = (254, 128, *(0,) * 13, 1)  # fe80::1
DEFAULT_ROUTE = (2, 16, *(0,) * 17, 2, 0, 0)


def poll(engine: Engine, jobs: frozenset[Job] = STATUS_JOBS) -> Reading:
    target = Target("192.0.2.1", community="c")
    return asyncio.run(poll_device(target, now=datetime(2026, 9, 1, tzinfo=UTC), engine=engine, jobs=jobs))


def device(maker: str, *objects: dict[Oid, Value]) -> FakeDevice:
    held: dict[Oid, Value] = {oid("1.3.6.1.2.1.1.2.0"): oid(f"1.3.6.1.4.1.{maker}")}
    for more in objects:
        held |= more
    return FakeDevice(held)


def test_the_address_table_of_a_maker_is_read_by_its_mib() -> None:
    """HUAWEI-IPV6-MIB: hwIpv6GlobalCfgTable by its index, hwIpv6LinklocalCfgTable by its column."""
    reading = poll(
        device(
            "2011.2.23.1",
            table(oid("1.3.6.1.4.1.2011.5.25.153.1.4.1"), {2: {(7, *ADDRESS): 64}, 4: {(7, *ADDRESS): 1}}),
            table(oid("1.3.6.1.4.1.2011.5.25.153.1.2.1"), {2: {(7,): bytes(LINK_LOCAL), (8,): b""}}),
        )
    )

    assert [(a.address, a.prefix_length, a.if_index, a.scope, a.source) for a in reading.ipv6_addresses] == [
        ("2001:db8::1", 64, 7, "global", "hwIpv6GlobalCfgTable"),
        ("fe80::9", None, 7, "link_local", "hwIpv6LinklocalCfgTable"),
    ]


def test_an_address_table_of_ipv4_alone_does_not_prove_that_there_is_no_ipv6() -> None:
    ipv4 = table(oid("1.3.6.1.2.1.4.34.1"), {3: {(1, 4, 192, 0, 2, 1): 7}})

    reading = poll(device("8072.3.2.10", ipv4))

    assert [item.address for item in reading.ipv4_addresses] == ["192.0.2.1"]
    assert reading.tables["ipv6_addresses"].status == "unsupported"
    assert reading.tables["ipv6_addresses"].detail == "ipAddressTable lists IPv4 alone"


@pytest.mark.parametrize(
    ("where", "value", "state"),
    [
        ((*oid("1.3.6.1.2.1.4.35.1.7"), 7, 2, 16, *NEXT_HOP), 7, "incomplete"),
        ((*oid("1.3.6.1.2.1.4.35.1.7"), 7, 4, 20, *NEXT_HOP, 0, 0, 0, 7), 1, "reachable"),
        ((*oid("1.3.6.1.2.1.55.1.12.1.4"), 7, *NEXT_HOP), 2, "stale"),
        ((*oid("1.3.6.1.2.1.4.35.1.7"), 8, 2, 16, *NEXT_HOP), 1, None),  # on another interface
    ],
)
def test_the_state_of_the_next_hop_is_asked_for_at_every_poll(
    where: Oid, value: int, state: str | None
) -> None:
    route = table(oid("1.3.6.1.2.1.4.24.7.1"), {7: {(*DEFAULT_ROUTE, 2, 16, *NEXT_HOP): 7}})

    reading = poll(device("8072.3.2.10", route, {where: value}))

    assert [(item.next_hop, item.next_hop_state) for item in reading.ipv6_default_routes] == [
        ("fe80::1", state)
    ]


def test_the_whole_neighbour_table_is_not_walked_for_one_next_hop() -> None:
    asked = device(
        "8072.3.2.10", table(oid("1.3.6.1.2.1.4.24.7.1"), {7: {(*DEFAULT_ROUTE, 2, 16, *NEXT_HOP): 7}})
    )

    poll(asked)

    walked = [q for q in asked.asked if q.kind != "get" and q.oids[0][:9] == oid("1.3.6.1.2.1.4.35.1")[:9]]
    assert walked == []


def test_links_are_looked_for_in_the_second_version_where_the_first_is_silent() -> None:
    second = table(
        oid("1.3.111.2.802.1.1.13.1.4.1.1"), {10: {(5, 11, 1, 3): b"peer"}, 13: {(5, 11, 1, 3): b"\x20"}}
    )

    reading = poll(device("8072.3.2.10", second), frozenset({"status", "topology"}))

    assert [(item.sys_name, item.capabilities, item.source) for item in reading.lldp_neighbors] == [
        ("peer", ["bridge"], "lldpV2RemTable")
    ]


# Aggregates that only the maker's own table tells, by hand: aggregate, members.
AGGREGATES = {
    "huawei/s12704-native-ac": {
        "Eth-Trunk3": ["XGigabitEthernet3/0/0", "XGigabitEthernet3/0/1"],
        "Eth-Trunk4": ["XGigabitEthernet4/0/0", "XGigabitEthernet4/0/1"],
    },
    "cisco/c3560": {},
    "cisco/asa-9-12": {},
}


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize("name", sorted(AGGREGATES))
def test_the_members_of_a_recorded_aggregate_are_those_that_its_maker_tells(name: str) -> None:
    reading = poll(recordings.replayed(name))

    names = {item.if_index: item.name for item in reading.interfaces}
    found: dict[str | None, list[str | None]] = {}
    for item in reading.interfaces:
        if item.lag_if_index is not None:
            found.setdefault(names[item.lag_if_index], []).append(item.name)

    assert found == AGGREGATES[name]


# Links that LLDP-MIB does not tell: the number that the expected file counts, and the maker's table.
LINKS = {
    "cisco/c2960x": (7, "cdpCacheTable"),
    "cisco/c3560": (9, "cdpCacheTable"),
    "cisco/air-ct5508": (2, "cdpCacheTable"),
    "tplink/sg2218p": (3, "lldpNeighborInfoTable"),
}


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize("name", sorted(LINKS))
def test_links_of_a_recorded_device_without_lldp_mib_hang_on_its_ports(name: str) -> None:
    reading = poll(recordings.replayed(name), frozenset({"status", "topology"}))

    found = [(item.local_if_index is not None, item.source) for item in reading.links]
    count, source = LINKS[name]
    assert found == [(True, source)] * count
    assert all(item.sys_name for item in reading.links)


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize("name", [name for name in recordings.names() if name != "cisco/cat6500"])
def test_every_address_of_a_recorded_device_names_its_table(name: str) -> None:
    reading = poll(recordings.replayed(name))

    told = {item.source for item in reading.ipv6_addresses}
    assert told <= {key for key, state in reading.tables.items() if state.status == "ok"}
    forwarding = recordings.expected(name)["ipv6_forwarding"]
    said = forwarding["ipv6IpForwarding"] or forwarding["ipv6Forwarding_rfc2465"]
    assert reading.ipv6_forwarding is {1: True, 2: False, None: None}[said]
