"""What the command line told goes into a reading only where SNMP left it open."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
import recordings
import ssh_transcripts as said
from shared import RECORDINGS, need

from agent.poll import poll_device
from agent.privacy import Stations
from agent.snmp.target import Target
from agent.ssh.answers import Answer, facts_of, understood
from agent.ssh.complete import complete
from agent.ssh.parse import parsed
from agent.ssh.platform import platforms
from agent.ssh.told import SshFacts
from inventory.hardware import Optic
from inventory.reading import (
    Interface,
    Ipv6Address,
    Ipv6Route,
    Reading,
    System,
    Table,
    TableStatus,
)
from inventory.wifi import AccessPoint, Wireless

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PORTS = [
    Interface(if_index=5, name="Vlanif10"),
    Interface(if_index=6, name="Vlanif100"),
    Interface(if_index=7, name="XGE0/0/1", descr="XGigabitEthernet0/0/1"),
]


def answers(platform: str, texts: dict[str, str]) -> SshFacts:
    """What a device would have told with these answers."""
    found: list[Answer] = []
    for command in platforms()[platform].command:
        if command.send in texts and f"ssh: {command.send}" not in {item.name for item in found}:
            lines = texts[command.send].splitlines()
            found.append(understood(command.send, parsed(command, lines), 0.1))
    return facts_of(platform, "ok", found, [], Stations(b"k" * 32), 0.5)


def reading(**fields: object) -> Reading:
    plain: dict[str, object] = {
        "address": "192.0.2.1",
        "polled_at": "x",
        "outcome": "ok",
        "interfaces": PORTS,
    }
    return Reading(**{**plain, **fields})  # type: ignore[arg-type]


def tables(part: str, status: TableStatus, rows: int = 0) -> dict[str, Table]:
    return {part: Table(status=status, rows=rows)}


VRP = answers(
    "vrp",
    {
        "display ipv6 routing-table": said.VRP_ROUTES,
        "display ipv6 interface": said.VRP_INTERFACES,
        "display transceiver verbose": said.VRP_TRANSCEIVERS,
    },
)


@pytest.mark.parametrize("status", ["unsupported", "empty", "timeout", "error", "partial"])
def test_a_part_that_snmp_could_not_tell_is_filled_and_says_by_which_command(status: TableStatus) -> None:
    whole = complete(reading(tables=tables("ipv6_default_routes", status)), VRP)

    (route,) = whole.ipv6_default_routes
    assert (route.next_hop, route.if_index) == ("fe80::2e0:fcff:fe12:3456", 6)
    assert route.source == "ssh: display ipv6 routing-table"
    part = whole.tables["ipv6_default_routes"]
    assert (part.status, part.rows, part.detail) == ("ok", 1, "ssh: display ipv6 routing-table")
    assert whole.tables["ssh: display ipv6 routing-table"].status == "ok"


def test_a_route_that_snmp_read_stays_and_a_different_one_is_noted() -> None:
    known = Ipv6Route(next_hop="2001:db8::9", if_index=5, source="inetCidrRouteTable")
    before = reading(ipv6_default_routes=[known], tables=tables("ipv6_default_routes", "ok", 1))

    whole = complete(before, VRP)

    assert whole.ipv6_default_routes == [known]
    assert whole.tables["ipv6_default_routes"].detail == ""
    assert "2001:db8::9" in whole.notes[0]
    assert "fe80::2e0:fcff:fe12:3456" in whole.notes[0]


def test_a_route_that_both_tell_is_no_cause_for_a_note() -> None:
    known = Ipv6Route(next_hop="fe80::2e0:fcff:fe12:3456", if_index=6)
    before = reading(ipv6_default_routes=[known], tables=tables("ipv6_default_routes", "ok", 1))

    assert complete(before, VRP).notes == []


def test_a_table_without_routes_on_both_sides_is_proof_that_there_are_none() -> None:
    none = answers(
        "vrp", {"display ipv6 routing-table": "Routing Table : Public\nDestinations : 0  Routes : 0\n"}
    )

    whole = complete(reading(tables=tables("ipv6_default_routes", "unsupported")), none)

    assert whole.ipv6_default_routes == []
    assert whole.tables["ipv6_default_routes"].status == "empty"


def test_a_command_that_failed_leaves_the_part_as_snmp_left_it() -> None:
    bad = answers("vrp", {"display ipv6 routing-table": "Lorem ipsum\ndolor sit amet\n"})

    whole = complete(reading(tables=tables("ipv6_default_routes", "unsupported")), bad)

    assert whole.tables["ipv6_default_routes"].status == "unsupported"
    assert whole.tables["ssh: display ipv6 routing-table"].status == "error"


def test_addresses_and_advertisements_find_their_interfaces() -> None:
    whole = complete(reading(), VRP)

    assert [(item.address, item.if_index) for item in whole.ipv6_addresses if item.scope == "global"] == [
        ("2001:db8:10::1", 5),
        ("2001:db8:100::2", 6),
    ]
    assert whole.ipv6_ra_interfaces == [5]
    assert [(item.if_index, item.sends_ra, item.managed) for item in whole.ipv6_interfaces] == [
        (5, True, True),
        (6, False, None),
    ]


def test_advertisements_are_not_told_while_an_interface_with_an_address_is_silent() -> None:
    other = Ipv6Address(address="2001:db8:77::1", if_index=77, scope="global")

    whole = complete(reading(ipv6_addresses=[other], tables=tables("ipv6_addresses", "ok", 1)), VRP)

    assert whole.ipv6_ra_interfaces is None
    assert "ipv6_ra_interfaces" not in whole.tables


def test_a_prefix_length_that_snmp_withheld_is_filled_and_nothing_else_changed() -> None:
    known = Ipv6Address(address="2001:db8:10::1", if_index=5, scope="global", source="ipAddressTable")
    before = reading(ipv6_addresses=[known], tables=tables("ipv6_addresses", "ok", 1))

    whole = complete(before, VRP)

    (address,) = whole.ipv6_addresses
    assert (address.prefix_length, address.source) == (64, "ipAddressTable")
    assert "2001:db8:100::2" in whole.notes[0]


def test_light_that_snmp_read_stays_and_what_it_lacks_is_filled() -> None:
    before = reading(
        optics=[Optic(if_index=7, rx_dbm=-10.9, source="hwOpticalModuleInfoTable")],
        tables=tables("optics", "ok", 1),
    )

    whole = complete(before, VRP)

    first = whole.optics[0]
    assert (first.rx_dbm, first.tx_dbm, first.serial) == (-10.9, -2.55, "HA17281410025")
    assert first.source == "hwOpticalModuleInfoTable"
    assert whole.tables["optics"] == before.tables["optics"]


def test_a_serial_number_that_differs_is_noted_and_not_taken() -> None:
    told = msgspec.structs.replace(VRP, system=System(serial="OTHER", model="S5735-L"))

    whole = complete(reading(system=System(serial="MINE")), told)

    assert (whole.system.serial, whole.system.model) == ("MINE", "S5735-L")
    assert "OTHER" in whole.notes[0]


def test_neighbours_are_counted_by_the_command_line_where_snmp_has_no_table() -> None:
    told = answers("comware", {"display ipv6 neighbors all": said.COMWARE_NEIGHBORS})

    whole = complete(reading(interfaces=[Interface(if_index=9, name="GigabitEthernet1/0/5")]), told)

    assert whole.neighbor_counts.ipv6 == 3
    assert [item.if_index for item in whole.neighbors] == [9, 9, None]
    assert whole.tables["neighbors"].status == "ok"


def test_access_points_of_snmp_stay_and_their_empty_fields_are_filled() -> None:
    told = answers("rgos", {"show ap-config summary": said.RGOS_APS})
    known = AccessPoint(mac="80:05:88:9f:3d:d9", state="offline", clients=4)

    alone = complete(reading(), told)
    beside = complete(reading(wireless=Wireless(aps=[known]), tables=tables("wireless", "ok", 1)), told)

    assert alone.wireless is not None
    assert len(alone.wireless.aps) == 3
    assert alone.tables["wireless"].status == "ok"
    assert beside.wireless is not None
    (ap,) = beside.wireless.aps
    assert (ap.state, ap.clients, ap.ip) == ("offline", 4, "192.168.0.11")


def test_access_points_told_by_two_commands_are_one_list() -> None:
    texts = {
        "display wlan ap all": said.COMWARE_APS,
        "display wlan ap all address": said.COMWARE_AP_ADDRESSES,
    }
    whole = complete(reading(system=System(vendor="H3C")), answers("comware", texts))

    assert whole.wireless is not None
    assert [(ap.name, ap.ip, ap.mac, ap.state, ap.generation) for ap in whole.wireless.aps] == [
        ("一楼大厅", "10.0.5.11", "58:66:ba:00:00:01", "online", 6),
        ("lab 2", None, "58:66:ba:00:00:02", "offline", 5),
        ("gate", "10.0.5.13", "58:66:ba:00:00:03", "online", 5),
    ]


def test_the_notes_of_a_session_reach_the_reading() -> None:
    told = SshFacts(platform="vrp", outcome="host_key", notes=["sw: the SSH host key CHANGED"])

    assert complete(reading(), told).notes == ["sw: the SSH host key CHANGED"]


def test_completing_twice_changes_nothing_more() -> None:
    once = complete(reading(), VRP)
    again = complete(once, VRP)

    assert msgspec.structs.replace(again, notes=[]) == once


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize("name", recordings.names())
def test_no_value_of_any_recorded_device_is_changed(name: str) -> None:
    engine = recordings.replayed(name)
    before = asyncio.run(poll_device(Target("192.0.2.1", community="x"), now=NOW, engine=engine))
    if before.outcome != "ok":
        pytest.skip("this recording has no answer for a first contact")

    after = complete(before, VRP)

    assert after.interfaces == before.interfaces
    assert after.ipv6_default_routes[: len(before.ipv6_default_routes)] == before.ipv6_default_routes
    kept = {(item.address, item.prefix_length) for item in before.ipv6_addresses if item.prefix_length}
    assert kept <= {(item.address, item.prefix_length) for item in after.ipv6_addresses}
    for known, whole in zip(before.optics, after.optics, strict=False):
        assert known.rx_dbm is None or whole.rx_dbm == known.rx_dbm
    for field, value in msgspec.structs.asdict(before.system).items():
        assert value is None or getattr(after.system, field) == value
