"""Reference targets over each IP version, on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from dns_server import name_server
from web_site import hosts_file, need_ipv6

from agent.probes.config import Resolver, TcpTarget
from agent.probes.connect import reason_of
from agent.probes.names import Names
from agent.probes.route import nic_mbps, own_ipv6, route_to
from agent.probes.tcp import probe_parity, probe_tcp
from inventory.probes import PROBE_REASONS, ProbeResult

pytestmark = need_ipv6()

AT = "2026-09-01T08:00:00Z"


async def _accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def listening(host: str, test: Callable[[int], Awaitable[ProbeResult]]) -> ProbeResult:
    server = await asyncio.start_server(_accept, host, 0)
    try:
        return await test(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()


def closed_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
        sock.bind((host, 0))
        return int(sock.getsockname()[1])


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "ipv4"), ("::1", "ipv6")])
def test_a_target_that_answers_gives_the_time_of_its_handshake(host: str, family: str) -> None:
    async def one(port: int) -> ProbeResult:
        target = TcpTarget(name="core", host=host, port=port)
        return await probe_tcp(target, family, AT, Names())  # type: ignore[arg-type]

    result = asyncio.run(listening(host, one))

    assert (result.ok, result.reason, result.unit) == (True, None, "ms")
    assert result.value is not None
    assert 0 < result.value < 5000
    assert result.subject == f"probe:tcp:core:{family}"
    assert result.details["source"] == host


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "ipv4"), ("::1", "ipv6")])
def test_a_closed_port_is_refused(host: str, family: str) -> None:
    target = TcpTarget(name="core", host=host, port=closed_port(host))

    result = asyncio.run(probe_tcp(target, family, AT, Names()))  # type: ignore[arg-type]

    assert (result.ok, result.reason, result.value) == (False, "refused", None)


def test_a_name_is_tried_over_the_family_that_was_asked_for(tmp_path: Path) -> None:
    """The server listens on IPv4 alone; the name has both addresses."""
    names = Names(hosts=hosts_file(tmp_path, both_test="127.0.0.1 ::1"))

    async def one(port: int) -> ProbeResult:
        return await probe_tcp(TcpTarget(name="b", host="both.test", port=port), "ipv6", AT, names)

    result = asyncio.run(listening("127.0.0.1", one))

    assert (result.ok, result.reason) == (False, "refused")
    assert result.details["address"] == "::1"


def test_the_next_address_of_a_name_is_tried(tmp_path: Path) -> None:
    names = Names(hosts=hosts_file(tmp_path, two_test="127.0.0.9 127.0.0.1"))

    async def one(port: int) -> ProbeResult:
        return await probe_tcp(TcpTarget(name="b", host="two.test", port=port), "ipv4", AT, names)

    result = asyncio.run(listening("127.0.0.1", one))

    assert result.ok
    assert result.details["address"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("v4only.test", "no_address"),
        ("nowhere.test", "no_such_name"),
        ("broken.test", "servfail"),
    ],
)
def test_a_name_without_an_address_says_why(name: str, reason: str) -> None:
    async def run() -> ProbeResult:
        zone = {"v4only.test": {"A": ["127.0.0.1"]}, "broken.test": "servfail"}
        async with name_server(zone) as server:
            names = Names([Resolver(name="r", address="127.0.0.1", port=server.port)])
            return await probe_tcp(TcpTarget(name="x", host=name), "ipv6", AT, names)

    result = asyncio.run(run())

    assert (result.ok, result.reason) == (False, reason)
    assert "address" not in result.details


def test_a_name_is_looked_up_once_in_a_round() -> None:
    async def run() -> int:
        async with name_server({"t.test": {"A": ["127.0.0.1"]}}) as server:
            names = Names([Resolver(name="r", address="127.0.0.1", port=server.port)])
            await asyncio.gather(*(names.addresses("T.test.", "ipv4") for _ in range(5)))
            return server.asked[("t.test", "A")]

    assert asyncio.run(run()) == 1


def test_a_comparison_gives_both_medians_and_losses(tmp_path: Path) -> None:
    names = Names(hosts=hosts_file(tmp_path, both_test="127.0.0.1 ::1"))

    async def run() -> ProbeResult:
        four = await asyncio.start_server(_accept, "127.0.0.1", 0)
        port = four.sockets[0].getsockname()[1]
        six = await asyncio.start_server(_accept, "::1", port)
        async with four, six:
            target = TcpTarget(name="p", host="both.test", port=port)
            return await probe_parity(target, AT, names, tries=4, pause_s=0)

    result = asyncio.run(run())

    details = result.details
    assert (result.ok, details["tries"], details["ipv4_loss"], details["ipv6_loss"]) == (True, 4, 0, 0)
    four_ms, six_ms = float(details["ipv4_ms"]), float(details["ipv6_ms"])
    assert result.value == pytest.approx((six_ms - four_ms) / four_ms, abs=0.01)


def test_a_host_that_refuses_ipv6_alone_loses_the_comparison(tmp_path: Path) -> None:
    names = Names(hosts=hosts_file(tmp_path, both_test="127.0.0.1 ::1"))

    async def one(port: int) -> ProbeResult:
        target = TcpTarget(name="p", host="both.test", port=port)
        return await probe_parity(target, AT, names, tries=3, pause_s=0)

    result = asyncio.run(listening("127.0.0.1", one))

    assert (result.ok, result.value, result.reason) == (False, None, "refused")
    assert (result.details["ipv4_loss"], result.details["ipv6_loss"]) == (0, 1)


def test_a_host_with_one_family_cannot_be_compared(tmp_path: Path) -> None:
    async def run() -> ProbeResult:
        async with name_server({"four.test": {"A": ["127.0.0.1"]}}) as server:
            names = Names([Resolver(name="r", address="127.0.0.1", port=server.port)])
            target = TcpTarget(name="p", host="four.test", port=closed_port("127.0.0.1"))
            return await probe_parity(target, AT, names, tries=3, pause_s=0)

    result = asyncio.run(run())

    assert (result.ok, result.value, result.reason) == (None, None, "no_address")
    assert result.details["tries"] == 1


def test_every_errno_has_words() -> None:
    numbers = range(1, 134)

    assert {reason_of(OSError(number, "x")) for number in numbers} <= PROBE_REASONS.keys()


def test_the_kernel_names_the_interface_and_the_address_to_send_from() -> None:
    route = route_to("127.0.0.1")

    assert (route.interface, route.source, route.reason) == ("lo", "127.0.0.1", None)


def test_this_computers_own_addresses_are_read_from_the_kernel(tmp_path: Path) -> None:
    file = tmp_path / "if_inet6"
    file.write_text(
        "fe80000000000000dcad00fffe000001 02 40 20 80     eth0\n"
        "20010db8000100000000000000000002 02 40 00 80     eth0\n",
        encoding="ascii",
    )

    assert [str(address) for address in own_ipv6(file)] == ["fe80::dcad:ff:fe00:1", "2001:db8:1::2"]
    assert own_ipv6(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("told", "mbps"), [("10000\n", 10_000.0), ("-1\n", None), ("", None), ("4294967295\n", None)]
)
def test_a_card_that_does_not_tell_its_speed_is_unknown(
    tmp_path: Path, told: str, mbps: float | None
) -> None:
    (tmp_path / "eth0").mkdir()
    (tmp_path / "eth0" / "speed").write_text(told, encoding="ascii")

    assert nic_mbps("eth0", tmp_path) == mbps
    assert nic_mbps("gone", tmp_path) is None
    assert nic_mbps(None, tmp_path) is None
