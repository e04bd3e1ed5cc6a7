"""Against a real agent: net-snmp's snmpd on loopback, compared with what the kernel says of this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from snmpd import program, snmpd

from agent.poll import poll_device
from agent.snmp.target import Target
from inventory.reading import Reading

pytestmark = [
    pytest.mark.snmpd,
    pytest.mark.skipif(program() is None, reason="no snmpd here; apt-get install snmpd"),
]

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The UDP port of a running snmpd."""
    lines = ["sysName real-agent", "sysLocation 三年级一班"]
    with snmpd(tmp_path_factory.mktemp("snmpd"), lines=lines) as found:
        yield found


def read(port: int, version: Literal["1", "2c"] = "2c") -> Reading:
    target = Target("127.0.0.1", community="public", port=port, version=version)
    return asyncio.run(poll_device(target, now=NOW))


def test_the_system_group_of_a_real_agent(port: int) -> None:
    system = read(port).system

    assert (system.sys_name, system.location, system.family) == ("real-agent", "三年级一班", "Linux")


def test_the_interfaces_are_those_of_the_kernel(port: int) -> None:
    found = {item.if_index: item.name for item in read(port).interfaces}

    assert found == dict(socket.if_nameindex())


def test_the_ipv6_addresses_are_those_of_the_kernel(port: int) -> None:
    kernel = Path("/proc/net/if_inet6")
    if not kernel.exists():
        pytest.skip("this machine has no IPv6")
    truth = set()
    for line in kernel.read_text(encoding="ascii").splitlines():
        octets, if_index, length, *_rest = line.split()
        truth.add((str(ipaddress.IPv6Address(bytes.fromhex(octets))), int(length, 16), int(if_index, 16)))

    found = {(item.address, item.prefix_length, item.if_index) for item in read(port).ipv6_addresses}

    assert found == truth


def test_version_1_and_2c_read_the_same(port: int) -> None:
    old, new = read(port, "1"), read(port, "2c")

    assert old.interfaces == new.interfaces
    assert old.ipv6_addresses == new.ipv6_addresses
    assert old.ipv6_default_routes == new.ipv6_default_routes


def test_no_table_of_a_real_agent_fails(port: int) -> None:
    reading = read(port)

    assert {table.status for table in reading.tables.values()} <= {"ok", "empty", "unsupported"}
    assert reading.notes == []


def test_a_wrong_community_is_a_gap(port: int) -> None:
    target = Target("127.0.0.1", community="wrong", port=port, timeout_s=0.3, retries=1)

    reading = asyncio.run(poll_device(target, now=NOW))

    assert reading.outcome == "gap"
    assert "community" in reading.notes[0]
