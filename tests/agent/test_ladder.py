"""The IPv6 ladder: what proves a rung, what disproves it, and what only looks as if it did."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
import recordings
from shared import RECORDINGS, need

from agent.ladder import ipv6_ladder
from agent.poll import poll_device
from agent.rates import Rates, VersionRate
from agent.snmp.target import Target
from inventory.reading import (
    Ipv6Address,
    Ipv6Interface,
    Ipv6Route,
    Neighbor,
    Reading,
    Rung,
    RungName,
    Table,
    VersionCounters,
)
from inventory.wifi import Station, Wireless

GLOBAL = Ipv6Address(
    address="2001:db8::1", prefix_length=64, if_index=7, scope="global", source="ipAddressTable"
)
READ = {name: Table(status="ok", rows=1) for name in ("ipv6_addresses", "neighbors", "version_counters")}
EMPTY = Reading(address="192.0.2.1", polled_at="2026-09-01T08:00:00Z", outcome="ok")


def given_that(**fields: object) -> Reading:
    return msgspec.structs.replace(EMPTY, **fields)


def rung(reading: Reading, name: RungName, rates: Rates | None = None) -> Rung:
    return next(item for item in ipv6_ladder(reading, rates) if item.name == name)


def heard(*stations: str, if_index: int = 7, scope: str = "global") -> list[Neighbor]:
    return [
        Neighbor(if_index=if_index, version=6, station=station, scope=scope, state="stale")  # type: ignore[arg-type]
        for station in stations
    ]


def moved(six: int, four: int | None = None, if_index: int = 7) -> Rates:
    rows = [VersionRate(port="p", if_index=if_index, version=6, seconds=60, in_octets=six, source="t")]
    if four is not None:
        rows.append(
            VersionRate(port="p", if_index=if_index, version=4, seconds=60, in_octets=four, source="t")
        )
    return Rates(seconds=60, versions=rows)


def test_the_rungs_are_always_all_there_in_their_order() -> None:
    names = [item.name for item in ipv6_ladder(EMPTY)]

    assert names == ["configured", "routed", "neighbours", "clients", "bytes", "share"]


def test_of_a_device_that_was_not_asked_nothing_is_known() -> None:
    assert {(item.reached, item.detail) for item in ipv6_ladder(EMPTY)} == {(None, "not read in this poll")}


@pytest.mark.parametrize("status", ["partial", "timeout", "error", "unsupported"])
def test_a_table_that_was_not_read_to_its_end_disproves_nothing(status: str) -> None:
    table = Table(status=status, detail="no answer")  # type: ignore[arg-type]
    names = ("ipv6_addresses", "ipv6_default_routes", "neighbors", "version_counters")

    found = ipv6_ladder(
        given_that(tables=dict.fromkeys(names, table), neighbors=heard("a", scope="link_local"))
    )

    assert {item.reached for item in found} == {None}
    assert found[0].detail == f"{status}: no answer"


def test_an_address_names_the_table_that_proves_it() -> None:
    found = rung(given_that(ipv6_addresses=[GLOBAL], tables=READ), "configured")

    assert (found.reached, found.value, found.proof) == (True, 1, "ipAddressTable")


def test_link_local_addresses_alone_are_no_ipv6() -> None:
    lonely = msgspec.structs.replace(GLOBAL, address="fe80::1", scope="link_local")

    assert rung(given_that(ipv6_addresses=[lonely], tables=READ), "configured").reached is False


def test_ipv6_switched_off_everywhere_is_a_no_without_an_address_table() -> None:
    off = [Ipv6Interface(if_index=i, enabled=False) for i in (1, 2)]
    tables = {"ipv6_interfaces": Table(status="ok", rows=2), "ipv6_addresses": Table(status="unsupported")}

    assert rung(given_that(ipv6_interfaces=off, tables=tables), "configured").reached is False
    on = [*off, Ipv6Interface(if_index=3, enabled=True)]
    assert rung(given_that(ipv6_interfaces=on, tables=tables), "configured").reached is None


@pytest.mark.parametrize(
    ("state", "forwarding", "reached"),
    [
        ("reachable", True, True),
        ("stale", None, True),
        (None, True, True),
        ("incomplete", True, False),
        ("invalid", True, False),
        ("reachable", False, False),
    ],
)
def test_a_default_route_is_worth_what_its_next_hop_is(
    state: str | None, forwarding: bool | None, reached: bool
) -> None:
    route = Ipv6Route(next_hop="fe80::1", if_index=7, source="inetCidrRouteTable", next_hop_state=state)

    found = rung(given_that(ipv6_default_routes=[route], ipv6_forwarding=forwarding), "routed")

    assert found.reached is reached
    assert bool(found.detail) == (state != "reachable" or forwarding is False) or state == "stale"


def test_link_local_neighbours_disprove_global_ones_only_where_the_table_was_read() -> None:
    local = heard("a", scope="link_local")

    assert rung(given_that(neighbors=local, tables=READ), "neighbours").reached is False
    assert rung(given_that(neighbors=local), "neighbours").reached is None
    ipv4 = [Neighbor(if_index=7, version=4, station="a")]
    assert rung(given_that(neighbors=ipv4, tables=READ), "neighbours").reached is None


def test_the_router_upstream_is_no_client() -> None:
    route = Ipv6Route(next_hop="2001:db8::9", if_index=7)
    upstream = given_that(
        ipv6_addresses=[GLOBAL], ipv6_default_routes=[route], neighbors=heard("router"), tables=READ
    )

    assert rung(upstream, "neighbours").reached is True
    assert rung(upstream, "clients").reached is None
    with_host = msgspec.structs.replace(upstream, neighbors=[*heard("router"), *heard("host", if_index=8)])
    assert (rung(with_host, "clients").reached, rung(with_host, "clients").value) == (True, 1)


def test_the_upstream_interface_is_known_by_the_prefix_of_the_next_hop() -> None:
    route = Ipv6Route(next_hop="2001:db8::9")
    upstream = given_that(
        ipv6_addresses=[GLOBAL], ipv6_default_routes=[route], neighbors=heard("a", "b"), tables=READ
    )

    assert rung(upstream, "clients").reached is None


def test_one_neighbour_of_a_device_without_known_routes_may_be_its_router() -> None:
    assert rung(given_that(neighbors=heard("a"), tables=READ), "clients").reached is None
    assert rung(given_that(neighbors=heard("a", "b"), tables=READ), "clients").reached is True


def test_a_link_between_routers_has_no_clients() -> None:
    link = msgspec.structs.replace(GLOBAL, prefix_length=127)

    reading = given_that(ipv6_addresses=[link], neighbors=heard("a", "b"), tables=READ)

    assert rung(reading, "clients").reached is None


def test_silence_disproves_clients_only_on_a_router_of_theirs() -> None:
    switch = given_that(ipv6_addresses=[GLOBAL], neighbors=heard("a", scope="link_local"), tables=READ)
    router = msgspec.structs.replace(switch, ipv6_forwarding=True)

    assert rung(switch, "clients").reached is None
    assert rung(router, "clients").reached is False


def test_wireless_clients_with_ipv6_are_clients() -> None:
    stations = [Station(station="a", ipv6=True), Station(station="b", ipv6=False)]

    found = rung(given_that(wireless=Wireless(stations=stations)), "clients")

    assert (found.reached, found.value, found.proof) == (True, 1, "wireless")
    nobody = Wireless(clients=20, ipv6_clients=0)
    assert rung(given_that(wireless=nobody), "clients").reached is False
    assert rung(given_that(wireless=Wireless(clients=20)), "clients").reached is None


def counting(six: int, four: int | None = None) -> Reading:
    rows = [VersionCounters(if_index=7, version=6, in_octets=six, source="t")]
    if four is not None:
        rows.append(VersionCounters(if_index=7, version=4, in_octets=four, source="t"))
    return given_that(version_counters=rows, tables=READ)


def test_octets_need_two_readings() -> None:
    assert rung(counting(5), "bytes").detail == "needs two readings"


def test_octets_that_moved_are_counted() -> None:
    found = rung(counting(100), "bytes", moved(60))

    assert (found.reached, found.value, found.unit, found.proof) == (True, 60, "octets", "t")


def test_a_counter_that_stood_still_says_no_and_one_that_never_moved_says_nothing() -> None:
    assert rung(counting(100), "bytes", moved(0)).reached is False
    assert rung(counting(0), "bytes", moved(0)).reached is None


def test_the_share_is_of_both_versions_or_unknown() -> None:
    found = rung(counting(100, 100), "share", moved(25, 75))

    assert (found.reached, found.value, found.unit) == (True, 0.25, "ratio")
    assert rung(counting(100), "share", moved(25)).detail == "IPv4 is not counted"
    assert rung(counting(100, 100), "share", moved(0, 0)).reached is None
    assert rung(counting(100, 100), "share", moved(0, 9)).reached is False


# By hand, from the recordings: configured, routed, neighbours, clients (Y, N, ? each).
RECORDED = {
    "aruba/cx-8325": "????",
    "cisco/asa-9-12": "Y???",  # a ULA; the neighbour table holds IPv4 alone
    "cisco/c3560": "Y?YY",  # no route table; two machines with global addresses on Vlan if 3
    "cisco/cbs350-24p-4x": "Y?N?",  # managed over a ULA: hears link-local neighbours alone
    "cisco/n5000": "????",  # ipAddressTable of IPv4 alone
    "dcn/dcrs-5980-28t": "YYYY",
    "dell/os10": "Y?Y?",  # one neighbour, which may be the router
    "dlink/des-3200-18": "?N??",  # ipv6IpForwarding 2
    "fortinet/fg-60f": "Y???",
    "h3c/lsq1wcmd0-ac": "YYYY",
    "h3c/vsr1000": "N???",  # ipv6InterfaceTable: down on all eight
    "huawei/ne-cr5b": "Y?Y?",
    # hwIpv6IfTable: off on all 52 interfaces; ipv6Forwarding 2; none of 146 wireless clients has an address
    "huawei/s12704-native-ac": "NN?N",
    "huawei/s5735-yunshan": "????",
    "juniper/vmx": "N?N?",  # link-local and site-local only
    "linux/net-snmp-el7": "YNY?",  # a host: a default route, no forwarding
    "maipu/sm4200-16gef8ge": "NNN?",
    "mikrotik/rb433gl": "YN??",
    "ruijie/m18000-ws-ed-ac": "???Y",  # 289 wireless clients with IPv6
    "ruijie/s5750-24gt12sfp": "YYYY",
    "tplink/sg2218p": "Y???",
    "zte/zxr10-9908": "N???",  # one link-local address
    "zte/zxr10-5928": "????",
}
WORDS = {True: "Y", False: "N", None: "?"}


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_recorded_device_stands_where_its_tables_put_it(name: str) -> None:
    target = Target("192.0.2.1", community="c")

    reading = asyncio.run(
        poll_device(target, now=datetime(2026, 9, 1, tzinfo=UTC), engine=recordings.replayed(name))
    )

    lasting = reading.ipv6_ladder[:4]
    assert "".join(WORDS[item.reached] for item in lasting) == RECORDED[name]
    assert all(item.proof for item in lasting)
    assert all(item.detail for item in lasting if item.reached is None)


@pytest.mark.recordings
@need(RECORDINGS)
def test_the_proof_of_neighbours_is_the_table_with_rows() -> None:
    target = Target("192.0.2.1", community="c")
    engine = recordings.replayed("dcn/dcrs-5980-28t")

    reading = asyncio.run(poll_device(target, now=datetime(2026, 9, 1, tzinfo=UTC), engine=engine))

    assert [(item.name, item.value, item.proof) for item in reading.ipv6_ladder[:4]] == [
        ("configured", 24, "ipv6AddrTable"),
        ("routed", 1, "ipv6RouteTable"),
        ("neighbours", 11, "ipv6NetToMediaTable"),
        ("clients", 10, "ipv6NetToMediaTable"),
    ]
