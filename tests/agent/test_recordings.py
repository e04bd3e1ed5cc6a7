"""Every recording of a real device, served by snmpsim and polled over real UDP, against what an independent
script read out of the same file."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import recordings
from shared import RECORDINGS, need

from agent.facts import facts_of
from agent.poll import poll_device
from agent.privacy import Stations
from agent.snmp.choose import EngineName, engine_named
from agent.snmp.target import Target
from inventory.reading import Reading

pytestmark = [pytest.mark.recordings, pytest.mark.slow, need(RECORDINGS)]

NAMES = recordings.names()
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
AT_ONCE = 4
SERVERS = 2
each = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(recordings.served(tmp_path_factory.mktemp("snmpsim"))) for _ in range(SERVERS)
        ]


@pytest.fixture(scope="module")
def readings(servers: list[int]) -> dict[str, Reading]:
    """All devices, each read once, whole tables, a few at a time."""
    return asyncio.run(_poll_all(servers, "auto"))


OTHERS: tuple[EngineName, ...] = ("gufo", "pysnmp")


def some_for(engine: EngineName) -> list[str]:
    """The devices that another engine reads: every sixth but for the largest, which the simulator takes
    minutes over; all of them in the long form."""
    if os.environ.get("WANZHAO_FAULTS") == "long":
        return NAMES
    return [name for name in NAMES[OTHERS.index(engine) :: 3 * len(OTHERS)] if not recordings.is_huge(name)]


@pytest.fixture(scope="module")
def by_another_engine(servers: list[int]) -> Callable[[EngineName], dict[str, Reading]]:
    """Devices read through another SNMP engine, once for each engine."""
    return cache(lambda engine: asyncio.run(_poll_all(servers, engine, some_for(engine))))


async def _poll_all(ports: list[int], engine: EngineName, names: Sequence[str] = NAMES) -> dict[str, Reading]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, port: int) -> Reading:
        async with slots:
            target = Target("127.0.0.1", community=name, port=port, timeout_s=5, retries=3)
            return await poll_device(
                target, now=NOW, engine=engine_named(engine, target), stations=Stations(bytes(32))
            )

    found = await asyncio.gather(*(one(name, ports[i % len(ports)]) for i, name in enumerate(names)))
    return dict(zip(names, found, strict=True))


def line(value: object) -> str:
    """Text without line breaks, control characters or doubled spaces: how a reading shows it."""
    return re.sub(r"[\x00-\x20\x7f]+", " ", str(value or "")).strip()


@each
def test_a_device_answers_and_no_table_fails(readings: dict[str, Reading], name: str) -> None:
    reading = readings[name]

    failed = {key: table for key, table in reading.tables.items() if table.status in ("timeout", "error")}

    assert (reading.outcome, failed) == ("ok", {})


@pytest.mark.parametrize(
    ("engine", "name"), [(engine, name) for engine in OTHERS for name in some_for(engine)]
)
def test_every_engine_reads_the_same(
    readings: dict[str, Reading],
    by_another_engine: Callable[[EngineName], dict[str, Reading]],
    engine: EngineName,
    name: str,
) -> None:
    assert timeless(by_another_engine(engine)[name]) == timeless(readings[name])


@each
def test_what_comes_over_the_network_is_what_the_recording_holds(
    readings: dict[str, Reading], name: str
) -> None:
    """The other tests of parts read recordings in memory: snmpsim, UDP and the codec change nothing."""
    target = Target("127.0.0.1", community=name)
    direct = asyncio.run(
        poll_device(target, now=NOW, engine=recordings.replayed(name), stations=Stations(bytes(32)))
    )
    parts = (
        "interfaces",
        "counters",
        "ipv6_addresses",
        "neighbors",
        "optics",
        "sensors",
        "entities",
        "wireless",
    )

    for part in (*parts, "lldp_neighbors", "cdp_neighbors", "poe_ports", "ups", "vlans", "fdb"):
        assert getattr(readings[name], part) == getattr(direct, part), part


def timeless(reading: Reading) -> Any:
    """A reading without the seconds that its tables took."""
    plain = msgspec.to_builtins(reading)
    for table in plain["tables"].values():
        table.pop("seconds")
    return plain


@each
def test_the_system_group_is_read(readings: dict[str, Reading], name: str) -> None:
    truth, system = recordings.expected(name)["system"], readings[name].system

    assert line(system.sys_descr) == line(truth.get("sysDescr"))
    assert line(system.sys_name) == line(truth.get("sysName"))
    assert line(system.location) == line(truth.get("sysLocation"))
    assert line(system.sys_object_id) == line(truth.get("sysObjectID"))
    ticks = truth.get("sysUpTime")
    assert system.uptime_s == (None if ticks is None else ticks / 100)


def _interface_truth(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": line(item["ifName"]),
        "descr": line(item["ifDescr"]),
        "alias": line(item["ifAlias"]),
        "type": item["ifType"],
        "admin": item["admin"],
        "oper": item["oper"],
        "speed_mbps": item["speed_mbps"],
    }


@each
def test_the_interfaces_are_read(readings: dict[str, Reading], name: str) -> None:
    truth = {item["ifIndex"]: _interface_truth(item) for item in recordings.expected(name)["interfaces"]}

    found = {
        item.if_index: {
            "name": line(item.name),
            "descr": line(item.descr),
            "alias": line(item.alias),
            "type": item.type,
            "admin": item.admin_status,
            "oper": item.oper_status,
            "speed_mbps": item.speed_mbps,
        }
        for item in readings[name].interfaces
    }

    assert found == truth


@each
def test_the_ipv4_addresses_are_read(readings: dict[str, Reading], name: str) -> None:
    truth = {
        (item["address"], item["prefix_length"], item["ifIndex"])
        for item in recordings.expected(name)["ipv4"]
    }

    found = {(item.address, item.prefix_length, item.if_index) for item in readings[name].ipv4_addresses}

    assert found == truth


# The expected files call the loopback address a scope of its own; for a plan it is one of the others.
SCOPES = {"global": "global", "ula": "ula", "link-local": "link_local"}


@each
def test_the_ipv6_addresses_are_read_and_none_twice(readings: dict[str, Reading], name: str) -> None:
    truth = sorted(
        (item["address"], item["prefix_length"] or 0, item["ifIndex"], SCOPES.get(item["scope"], "other"))
        for item in recordings.expected(name)["ipv6"]
    )

    found = sorted(
        (item.address, item.prefix_length or 0, item.if_index or 0, item.scope)
        for item in readings[name].ipv6_addresses
    )

    assert found == truth


def _identifier(value: object) -> str:
    """A port or chassis identifier in one spelling, whatever the expected file made of its octets: MAC
    addresses read as Chinese, the same shown in hexadecimal, names padded with NULs, network addresses."""
    word = line(value)
    if not word.isascii():
        return word.encode("gb18030").hex()
    if re.fullmatch(r"([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}", word):
        return word.replace(":", "").lower()
    if re.fullmatch(r"01[0-9a-f]{8}", word):  # IANA address family 1, then four octets
        return ".".join(map(str, bytes.fromhex(word)[1:]))
    if re.fullmatch(r"([0-9a-f]{2}){7,}", word):
        octets = bytes.fromhex(word).rstrip(b"\0")
        return octets.decode().lower() if octets.isascii() else octets.decode().encode("gb18030").hex()
    return word.lower()


@each
def test_the_lldp_neighbours_are_read(readings: dict[str, Reading], name: str) -> None:
    truth = sorted(
        (_identifier(item.get("chassis_id")), _identifier(item.get("port_id")), line(item.get("sys_name")))
        for item in recordings.expected(name)["lldp"]
    )

    found = sorted(
        (_identifier(item.chassis_id), _identifier(item.port_id), line(item.sys_name))
        for item in readings[name].lldp_neighbors
        if item.source == "lldpRemTable"
    )

    assert found == truth


@each
def test_each_lldp_neighbour_hangs_on_a_known_port(readings: dict[str, Reading], name: str) -> None:
    reading = readings[name]
    ports = {item.if_index for item in reading.interfaces}

    astray = [item.local_port for item in reading.lldp_neighbors if item.local_if_index not in ports]

    assert astray == (["mgmt"] if name == "aruba/cx-8325" else [])  # a port that has no row in ifTable


# Counts of the controllers: rows, online, offline, clients. A walk is not atomic, so the recordings' own
# scalars and tables differ among each other; the numbers here are those of the source named.
WIRELESS = {
    # 4 rows in the AP table (order broken in the original walk), the other 243 by the radio table
    "huawei/s12704-native-ac": (247, 246, 1, 154),
    "huawei/ar169f": (0, 0, 0, None),
    "h3c/lsq1wcmd0-ac": (171, 171, 0, 1218),
    "ruijie/m18000-ws-ed-ac": (3247, 3239, 8, 2387),
    "sangfor/sundray-wac-m5800-45577": (350, 346, 4, 1563),
    "sangfor/sundray-wac-m5800-35047": (111, 110, 1, 223),
    "cisco/air-ct5508": (226, 226, 0, 95),
    "aruba/7210": (13, 9, 4, 67),
    "aruba/iap-225": (3, 3, 0, 0),
    "ruckus/sz104": (0, 0, 0, 146),
    "extreme/v2110-wireless": (1, 0, 0, 10),  # the recording has no state of its access point
    "ubiquiti/uap-nanohd": (1, 1, 0, 18),
    "mikrotik/rb433gl": (1, 1, 0, 1),
}


@each
def test_the_access_points_of_a_controller_are_counted(readings: dict[str, Reading], name: str) -> None:
    wireless = readings[name].wireless
    if name not in WIRELESS:
        assert wireless is None
        return
    assert wireless is not None
    states = [ap.state for ap in wireless.aps]

    found = (len(states), states.count("online"), states.count("offline"), wireless.clients)

    assert found == WIRELESS[name]


SCALARS = {  # expected file's name -> ours
    "ap_scalar_joined": "aps_online",
    "ap_scalar_connected": "aps_online",
    "ap_scalar_online": "aps_online",
    "ap_online_scalar": "aps_online",
    "ap_scalar": "aps_online",
    "ap_scalar_offline": "aps_offline",
    "ap_offline_scalar": "aps_offline",
    "ap_scalar_total": "aps_total",
    "ap_total_scalar": "aps_total",
    "ap_scalar_persistent": "aps_total",
    "ap_configured_scalar": "aps_total",
    "clients_scalar": "clients",
}


@pytest.mark.parametrize("name", [name for name in NAMES if name in WIRELESS])
def test_the_controllers_own_counts_are_kept(readings: dict[str, Reading], name: str) -> None:
    truth = recordings.expected(name)["wireless"][0]

    for theirs, ours in SCALARS.items():
        if truth.get(theirs) is not None:
            assert getattr(readings[name].wireless, ours) == truth[theirs], theirs


@pytest.mark.parametrize("name", ["ruckus/sz104"])
def test_counts_without_a_list_of_access_points_are_only_partial(
    readings: dict[str, Reading], name: str
) -> None:
    assert readings[name].tables["wireless"].status == "partial"


# ::/0 in the recordings, by hand: next hop, ifIndex.
DEFAULT_ROUTES = {
    "dcn/dcrs-5980-28t": [("2001:da8:215:c009::1", 3002)],
    "h3c/lsq1wcmd0-ac": [("2001:da8:215:2314::1", 2025)],
    "linux/net-snmp-el7": [("fe80::7625:8aff:fed6:dca7", 2)],
    "ruijie/s5750-24gt12sfp": [("2001:da8:215:30::1", 23)],  # ifIndex 0 in one table, 23 in the other
}


@each
def test_only_default_routes_are_reported(readings: dict[str, Reading], name: str) -> None:
    found = [(route.next_hop, route.if_index) for route in readings[name].ipv6_default_routes]

    assert found == DEFAULT_ROUTES.get(name, [])


@each
def test_a_device_with_ipv6_routes_but_no_default_has_an_empty_route_table(
    readings: dict[str, Reading], name: str
) -> None:
    counts = recordings.expected(name)["counts"]["ipv6_routes"]
    has_routes = sum(counts.values()) > 0 or name == "cisco/cat6500"  # two rows, in the maker's own table

    status = readings[name].tables["ipv6_default_routes"].status

    assert status == ("ok" if name in DEFAULT_ROUTES else "empty" if has_routes else "unsupported")


@each
def test_the_neighbours_are_counted(readings: dict[str, Reading], name: str) -> None:
    """Within a tenth: a column may lack cells that another has, and the tables overlap."""
    counts = recordings.expected(name)["counts"]
    found = readings[name].neighbor_counts

    assert (found.ipv4 or 0) == pytest.approx(counts["arp_rows"], rel=0.1) or counts["arp_rows"] == 0
    assert (found.ipv6 or 0) == pytest.approx(max(counts["ipv6_neighbors"].values()), rel=0.1)


@each
def test_the_maker_is_known(readings: dict[str, Reading], name: str) -> None:
    assert readings[name].system.vendor


MODELS = {
    "huawei/s5720-56c-pwr-ei": ("Huawei", "VRP", "S5720-56C-PWR-EI-AC", "V200R010C00SPC600"),
    "huawei/s5735-yunshan": ("Huawei", "YunShan OS", "S5735-L-V2", "V600R022C01SPC500"),
    "huawei/ar169f": ("Huawei", "VRP", "AR169F", "V200R009C00SPC500"),
    "h3c/hpe-ff5700-40xg": ("HPE", "Comware", "5700-40XG-2QSFP", "Release 2416"),
    "h3c/lsq1wcmd0-ac": ("H3C", "Comware", "LSQ1WCMD0", "Release 2509P61"),
    "ruijie/s5750-24gt12sfp": ("Ruijie", "RGOS", "S5750-24GT/12SFP", "RGOS 10.4(3)p4 Release(161753)"),
    "ruijie/m18000-ws-ed-ac": ("Ruijie", "RGOS", "M18000-WS-ED", "AC_RGOS 11.1(5)B9P5, Release(04212303)"),
    "zte/zxr10-5928": ("ZTE", "ZXROS", "5928", "V2.8.23.A.19.P02"),
    "dcn/dcrs-5980-28t": ("DCN", None, "DCRS-5980-28T-DC", "7.0.3.1(B0232.0031)"),
    "cisco/c2960x": ("Cisco", "IOS", "WS-C2960X-48FPS-L", "15.0(2a)EX5"),
    "cisco/c9300": ("Cisco", "IOS XE", "C9300-48P", "16.6.7"),
    "cisco/n5000": ("Cisco", "NX-OS", "N5K-C5548UP", "6.0(2)N2(3)"),
    "ubiquiti/uap-nanohd": ("Ubiquiti", "UniFi", "UAP-nanoHD", "5.43.36.12724"),
    "ubiquiti/usw-flex-xg": ("Ubiquiti", "UniFi", "USW-Flex-XG", "6.2.14.13855"),
    "hikvision/camera": ("Hikvision", None, "DS-2CD4C36FWD-AP", "V5.5.80 build 190131"),
    "extreme/voss-7520": ("Extreme", "Fabric Engine", "7520-48Y-8C", "9.0.4.0"),
    "juniper/qfx5100": ("Juniper", "Junos", "qfx5100-48s-6q", "14.1X53-D40.8"),
    "mikrotik/crs317": ("MikroTik", "RouterOS", "CRS317-1G-16S+", "6.44.2"),
    "tplink/sg2218p": ("TP-Link", None, "SG2218P 1.20", "1.20.4 Build 20241205 Rel.64944"),
}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_device_is_identified(readings: dict[str, Reading], name: str) -> None:
    system = readings[name].system

    assert (system.vendor, system.family, system.model, system.software) == MODELS[name]


# Aggregates in the recordings, one member each.
MEMBERS = {
    "aruba/cx-8325": ("1/1/2", "lag2"),
    "cisco/n5000": ("Ethernet1/3", "port-channel31"),
    "fortinet/fg-60f": ("a", "Bond"),  # only ifStackTable says so
    "hp/procurve-ka-stack": ("A1", "Trk1"),
    "huawei/ne-cr5b": ("40GE0/3/0", "Eth-Trunk1"),
}


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_a_member_of_an_aggregate_names_it(readings: dict[str, Reading], name: str) -> None:
    facts = facts_of(readings[name], "core")
    member, aggregate = MEMBERS[name]

    assert facts[f"port:{member}", "lag"] == aggregate


@each
def test_no_two_interfaces_share_a_subject(readings: dict[str, Reading], name: str) -> None:
    reading = readings[name]

    sent = [value for (_subject, key), value in facts_of(reading, "gateway").items() if key == "if_index"]

    assert len(sent) == len(set(sent))


def test_an_access_switch_sends_far_fewer_ports_than_a_core(readings: dict[str, Reading]) -> None:
    reading = readings["huawei/s5720-56c-pwr-ei"]

    as_core = {subject for subject, _key in facts_of(reading, "core")}
    as_access = {subject for subject, _key in facts_of(reading, "access")}

    assert as_access < as_core
    assert "port:XGigabitEthernet0/0/1" in as_access


def test_a_wrong_community_is_a_gap_that_says_what_to_check(tmp_path: Path) -> None:
    """A device is silent to a stranger; the community itself stays out of the note."""
    with recordings.served(tmp_path) as port:
        target = Target("127.0.0.1", community="nobody/knows", port=port, timeout_s=0.3, retries=1)

        reading = asyncio.run(poll_device(target, now=NOW))

    assert reading.outcome == "gap"
    assert "community" in reading.notes[0]
    assert "nobody/knows" not in reading.notes[0]
