"""A real router with IPv6 (FRR, lldpd, net-snmp in namespaces), read as an agent behind it reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec
import pytest
from real_router import COMMUNITY, Network, need_router, real_router

from inventory.reading import Reading

pytestmark = [need_router(), pytest.mark.slow]

POLL = """
import asyncio, sys
from datetime import UTC, datetime
import msgspec
from agent.poll import poll_device
from agent.snmp.target import Target
target = Target(sys.argv[1], community=sys.argv[2])
print(msgspec.json.encode(asyncio.run(poll_device(target, now=datetime.now(UTC)))).decode())
"""
DISCOVER = """
import asyncio, sys
import msgspec
from agent.discover.find import discover
from agent.discover.sweep import Credential
found = asyncio.run(discover(["10.1.0.0/28"], [Credential("c", community=sys.argv[1])]))
print(msgspec.json.encode(found).decode())
"""
CONNECT = """
import asyncio, json
from agent.probes.connect import connect_to
made = asyncio.run(connect_to("2001:db8:0:1::1", 9))
print(json.dumps([made.reason, made.details]))
"""


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with real_router() as made:
        yield made


@pytest.fixture(scope="module")
def reading(network: Network) -> Reading:
    return polled(network)


def polled(network: Network) -> Reading:
    return msgspec.json.decode(network.switch.python(POLL, "10.1.0.1", COMMUNITY), type=Reading)


def port(reading: Reading, name: str) -> int:
    return next(item.if_index for item in reading.interfaces if item.name == name)


def test_the_default_route_is_the_one_that_the_router_installed(reading: Reading) -> None:
    (route,) = reading.ipv6_default_routes

    assert (route.next_hop, route.if_index) == ("2001:db8:0:1::1", port(reading, "wan0"))
    assert reading.tables["ipv6_default_routes"].status == "ok"


def test_the_addresses_of_both_sides_are_read_with_their_prefixes(reading: Reading) -> None:
    found = {(item.address, item.prefix_length, item.if_index) for item in reading.ipv6_addresses}

    assert ("2001:db8:0:1::2", 64, port(reading, "wan0")) in found
    assert ("2001:db8:1::1", 64, port(reading, "lan0")) in found
    assert {item.address for item in reading.ipv4_addresses} >= {"198.51.100.2", "10.1.0.1"}


def test_the_router_says_that_it_forwards_ipv6(reading: Reading) -> None:
    assert reading.ipv6_forwarding is True


def test_the_lldp_neighbour_is_on_its_port(reading: Reading) -> None:
    (link,) = reading.lldp_neighbors

    assert (link.local_port, link.local_if_index) == ("lan0", port(reading, "lan0"))
    assert (link.sys_descr, link.port_descr, link.address) == ("a switch", "eth0", "10.1.0.2")


def test_it_has_heard_the_switch_by_arp(reading: Reading) -> None:
    assert reading.neighbor_counts.ipv4
    assert all(len(item.station) == 16 for item in reading.neighbors)  # hashed


def test_discovery_finds_the_router_and_nobody_else(network: Network) -> None:
    (found,) = json.loads(network.switch.python(DISCOVER, COMMUNITY))

    assert (found["address"], found["sys_name"], found["state"]) == ("10.1.0.1", "rt-1", "new")
    assert found["mac"]


def test_a_client_that_the_router_gave_its_prefix_reaches_the_county_over_ipv6(network: Network) -> None:
    """The address comes from the router's advertisements; the county refuses the port, so packets arrive."""
    reason, details = json.loads(network.switch.python(CONNECT))

    assert (reason, details["source_scope"]) == ("refused", "global")
    assert details["source"].startswith("2001:db8:1:")


def test_a_router_without_an_ipv6_default_route_is_told_from_one_that_cannot_say() -> None:
    """It lists IPv6 routes and ::/0 is not among them: "empty", which proves that there is none."""
    with real_router(default_route=False) as network:
        reading = polled(network)

    assert reading.ipv6_default_routes == []
    assert reading.tables["ipv6_default_routes"].status == "empty"
    assert any(item.scope == "global" for item in reading.ipv6_addresses)
