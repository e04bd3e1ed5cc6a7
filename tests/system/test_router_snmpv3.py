"""A real router read over IPv6 by SNMPv3 and from its recording, by the command line from another host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipv6_router
import pytest
from ipv6_router import LAN, WAN, Router

pytestmark = [
    pytest.mark.netns,
    pytest.mark.slow,
    pytest.mark.skipif(bool(ipv6_router.missing()), reason=ipv6_router.missing()),
]


@pytest.fixture(scope="module")
def router() -> Iterator[Router]:
    with ipv6_router.running() as made:
        yield made


V3 = (
    "--user",
    "wanzhao",
    "--auth",
    "SHA256",
    "--auth-key",
    "env:AUTH",
    "--priv",
    "AES128",
    "--priv-key",
    "env:PRIV",
)
PHRASES = {"AUTH": "authentic-phrase", "PRIV": "private-phrase"}


@pytest.fixture(
    scope="module",
    params=[("--community", "public"), V3, (*V3, "--engine", "pysnmp")],
    ids=["v2c", "v3", "v3-pysnmp"],
)
def reading(router: Router, request: pytest.FixtureRequest) -> dict[str, Any]:
    done = router.wanzhao("agent", "poll", router.address, "--json", *request.param, env=PHRASES)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_its_addresses_are_read(reading: dict[str, Any]) -> None:
    ports = {item["if_index"]: item["name"] for item in reading["interfaces"]}

    found = {
        (item["address"], item["prefix_length"], ports[item["if_index"]])
        for item in reading["ipv6_addresses"]
        if item["scope"] == "global"
    }

    assert found == {(f"{LAN}::1", 64, "lan0"), (f"{WAN}::2", 64, "wan0")}


def test_the_default_route_of_frr_is_read_with_a_next_hop_that_lives(
    router: Router, reading: dict[str, Any]
) -> None:
    (route,) = reading["ipv6_default_routes"]
    ports = {item["if_index"]: item["name"] for item in reading["interfaces"]}

    assert "proto static" in router.run("ip", "-6", "route", "show", "default")
    assert (route["next_hop"], ports[route["if_index"]]) == (f"{WAN}::1", "wan0")
    assert route["source"] == "inetCidrRouteTable"


def test_it_forwards(reading: dict[str, Any]) -> None:
    assert reading["ipv6_forwarding"] is True


def test_the_neighbour_on_the_uplink_is_read_by_lldp(router: Router, reading: dict[str, Any]) -> None:
    links = {link["local_port"]: link for link in reading["lldp_neighbors"]}

    assert links["wan0"]["sys_name"] == router.carrier
    assert links["wan0"]["port_descr"] == "eth0"
    assert links["wan0"]["address"] == f"{WAN}::1"


def test_octets_of_ipv6_alone_are_counted(reading: dict[str, Any]) -> None:
    ports = {item["if_index"]: item["name"] for item in reading["interfaces"]}
    octets = {
        ports[item["if_index"]]: item["in_octets"]
        for item in reading["version_counters"]
        if item["version"] == 6
    }

    assert octets["lan0"] > 1000  # this very poll came over IPv6


def test_the_agent_is_a_neighbour_and_its_mac_address_is_not_told(
    router: Router, reading: dict[str, Any]
) -> None:
    mac = router.at_the_agent("cat", "/sys/class/net/eth0/address").strip()

    heard = [item for item in reading["neighbors"] if item["version"] == 6 and item["scope"] == "global"]

    assert heard
    assert mac not in json.dumps(reading)


def test_a_wrong_pass_phrase_says_so_and_stays_secret(router: Router) -> None:
    done = router.wanzhao(
        "agent",
        "poll",
        router.address,
        *V3,
        "--timeout",
        "1",
        "--retries",
        "0",
        env={**PHRASES, "AUTH": "wrong-phrase-1"},
    )

    assert done.returncode == 3
    assert "wrong-phrase-1" not in done.stdout + done.stderr
    assert "authentication" in done.stderr.lower() or "认证" in done.stderr


def test_the_router_is_recorded_over_snmpv3_and_reads_the_same_from_the_file(
    router: Router, tmp_path: Path
) -> None:
    out = tmp_path / "router.snmprec"

    done = router.wanzhao("agent", "record", router.address, *V3, "--out", str(out), env=PHRASES)
    again = router.wanzhao("agent", "poll", router.address, "--recording", str(out), "--json")

    assert (done.returncode, again.returncode) == (0, 0), done.stderr + again.stderr
    reading = json.loads(again.stdout)
    assert reading["system"]["sys_name"] == "school-gw"
    assert [route["source"] for route in reading["ipv6_default_routes"]] == ["inetCidrRouteTable"]
    text = out.read_text(encoding="utf-8")
    assert "1.3.6.1.2.1.1.3.0|67|" in text
    assert "phrase" not in text
    assert "|wanzhao" not in text


def test_the_card_says_what_this_router_proves(router: Router) -> None:
    done = router.wanzhao("agent", "card", router.address, "--json")
    facts = {(item["fact"], item["title"]): item["proof"] for item in json.loads(done.stdout)["facts"]}

    assert {proof for (fact, _title), proof in facts.items() if fact in ("F01", "F10", "F13", "F15")} == {
        "proved"
    }
    assert {proof for (fact, _title), proof in facts.items() if fact in ("F14", "F20")} == {"unsupported"}
