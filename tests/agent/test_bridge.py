"""Bridges: which port a number means, who was learnt where, and which ports carry a VLAN."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import recordings
from shared import RECORDINGS, need

from agent.ap_ports import places, wanted_macs
from agent.mibs import bridge
from agent.mibs.bridge import BridgePorts, Learnt
from agent.poll import poll_device
from agent.snmp.target import Target
from agent.snmp.walk import Rows
from inventory.reading import ApPort, FdbCount, LldpNeighbor, Reading
from inventory.wifi import AccessPoint, Wireless

MAC = (0, 0x11, 0x22, 0x33, 0x44, 0x55)
NAME = "00:11:22:33:44:55"
BASE: Rows = {(1,): {"dot1dBasePortIfIndex": 10}, (2,): {"dot1dBasePortIfIndex": 11}}
PORTS = BridgePorts(BASE, {1, 2}, {10, 11})


def test_a_bridge_port_is_not_an_ifindex() -> None:
    assert [PORTS.if_index(port) for port in (1, 2, 10, 0)] == [10, 11, None, None]


def test_ports_that_the_table_does_not_number_are_counted_in_its_order() -> None:
    base: Rows = {(49153 + i,): {"dot1dBasePortIfIndex": 49153 + i} for i in range(18)}

    ports = BridgePorts(base, {0, 15, 16}, {1, *(49153 + i for i in range(18))})

    assert [ports.if_index(port) for port in (15, 16)] == [49167, 49168]


def test_an_aggregate_that_the_table_leaves_out_is_found_where_the_numbers_are_the_same() -> None:
    base: Rows = {(192,): {"dot1dBasePortIfIndex": 192}}

    ports = BridgePorts(base, {192, 6154}, {192, 6154})

    assert ports.if_index(6154) == 6154


def test_without_a_table_of_ports_no_port_is_known() -> None:
    assert BridgePorts({}, {1}, {1}).if_index(1) is None


def test_only_learnt_machines_count_and_once_per_port() -> None:
    rows: Rows = {
        (1, *MAC): {"port": 1, "status": 3},
        (20, *MAC): {"port": 1, "status": 3},
        (1, 0, 0, 0, 0, 0, 1): {"port": 2, "status": 4},
        (1, 0, 0, 0, 0, 0, 2): {"port": 2},
        (1, 0, 0, 0, 0, 0, 3): {"port": 0, "status": 3},
        (1, 1, 0, 94, 0, 0, 1): {"port": 2, "status": 3},
        (1, 0, 0, 0, 0, 0, 4): {"port": -1, "status": 3},
    }

    found = bridge.fdb_counts(bridge.learnt({}, rows, {}), PORTS)

    assert [(item.if_index, item.stations) for item in found] == [(10, 1), (11, 1)]


def test_the_table_that_knows_the_vlan_goes_first() -> None:
    by_bridge: Rows = {MAC: {"port": 2}}

    assert bridge.learnt(by_bridge, {}, {}) == [Learnt(bytes(MAC), 2, None)]
    assert bridge.learnt(by_bridge, {(7, *MAC): {"port": 1}}, {}) == [Learnt(bytes(MAC), 1, 7)]


def test_a_filtering_database_is_put_back_into_its_vlan() -> None:
    current: Rows = {(0, 60): {"fdb": 1590}, (0, 1): {"fdb": 5}, (0, 2): {"fdb": 5}}

    found = bridge.learnt({}, {(1590, *MAC): {"port": 1}}, bridge.vlan_of_fdb(current))

    assert found[0].vlan == 60
    assert bridge.vlan_of_fdb(current) == {1590: 60}  # 5 serves two VLANs: nobody can tell


def test_only_the_addresses_that_were_asked_for_are_given_back() -> None:
    rows = [Learnt(bytes(MAC), 2, 60), Learnt(b"\0\0\0\0\0\x09", 1, 60)]

    found = bridge.ap_ports(rows, PORTS, [NAME.upper(), "00:00:00:00:00:77"])

    assert [(item.mac, item.if_index, item.vlan) for item in found] == [(NAME, 11, 60)]


@pytest.mark.parametrize(
    ("value", "ports"),
    [
        (b"\x80", [10]),
        (b"\xc0\0\0\0", [10, 11]),
        (b"", []),
        (None, []),
        (b"\x3f" * 900, []),  # ports that are none
    ],
)
def test_a_port_list_is_bits_from_the_left(value: bytes | None, ports: list[int]) -> None:
    assert bridge.port_list(value, PORTS) == ports


def test_a_port_list_of_numbers_is_read_where_no_bit_map_could_say_it() -> None:
    base: Rows = {(n,): {"dot1dBasePortIfIndex": n - 3584} for n in (4097, 4099)}

    ports = BridgePorts(base, set(), {513, 515})

    assert bridge.port_list(b"0,4097,4099", ports) == [513, 515]


def test_a_vlan_has_its_configured_name_and_the_ports_in_use() -> None:
    static: Rows = {(60,): {"name": b"teaching", "egress": b"\x80", "untagged": b"\0"}}
    current: Rows = {(900, 60): {"fdb": 60, "egress": b"\xc0", "untagged": b"\x40"}}

    found = bridge.vlans(static, current, {}, PORTS)

    assert [(item.vlan, item.name, item.ports, item.untagged) for item in found] == [
        (60, "teaching", [10, 11], [11])
    ]


def test_the_port_vlan_stands_in_where_there_is_no_list_of_vlans() -> None:
    pvids: Rows = {(1,): {"pvid": 60}, (2,): {"pvid": 0}, (9,): {"pvid": 60}}

    found = bridge.vlans({}, {}, pvids, PORTS)

    assert [(item.vlan, item.name, item.ports, item.untagged) for item in found] == [(60, None, [10], [10])]


def switch(if_index: int, stations: int, **more: object) -> Reading:
    return Reading(
        address="192.0.2.1",
        polled_at="2026-09-01T08:00:00Z",
        outcome="ok",
        fdb=[FdbCount(if_index=if_index, stations=stations)],
        ap_ports=[ApPort(mac=NAME, if_index=if_index)],
        **more,  # type: ignore[arg-type]
    )


def test_an_access_point_hangs_where_the_fewest_machines_were_learnt() -> None:
    assert places({"core": switch(1, 200), "floor-2": switch(7, 31)}) == {NAME: ("floor-2", 7)}


def test_a_quiet_link_to_another_switch_is_not_where_it_hangs() -> None:
    link = LldpNeighbor(local_if_index=1, capabilities=["bridge"])
    ap = LldpNeighbor(local_if_index=7, capabilities=["bridge", "wlanAccessPoint"])

    found = places(
        {"core": switch(1, 2, lldp_neighbors=[link]), "floor-2": switch(7, 31, lldp_neighbors=[ap])}
    )

    assert found == {NAME: ("floor-2", 7)}


def test_the_controllers_tell_whom_to_look_for() -> None:
    wireless = Wireless(aps=[AccessPoint(mac=NAME.upper()), AccessPoint(name="no address")])
    reading = Reading(address="192.0.2.2", polled_at="2026-09-01T08:00:00Z", outcome="ok", wireless=wireless)

    assert wanted_macs({"ac": reading}) == {NAME}


# By hand from the recordings: how many ports have learnt machines, and VLANs (name of one).
RECORDED = {
    "dcn/dcrs-5980-28t": (11, 25, (1, "default")),
    "dlink/des-3200-18": (15, 4, (1113, "VLAN1113")),
    "h3c/hpe-ff5700-40xg": (40, 7, (500, "VLAN 0500")),
    "huawei/s5720-56c-pwr-ei-vrf": (16, 48, (70, "A")),
    "ruijie/s5750-24gt12sfp": (11, 2, (1800, "jiao3cs")),
    "juniper/qfx5100": (2, 8, (23, None)),
}


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_recorded_switch_shows_its_machines_and_vlans(name: str) -> None:
    ports, count, (vlan, vlan_name) = RECORDED[name]

    reading = polled(name)

    assert len(reading.fdb) == ports
    assert len(reading.vlans) == count
    assert next(item.name for item in reading.vlans if item.vlan == vlan) == vlan_name
    known = {item.if_index for item in reading.interfaces}
    assert {item.if_index for item in reading.fdb} <= known
    assert {port for item in reading.vlans for port in item.ports} <= known


@pytest.mark.recordings
@need(RECORDINGS)
def test_a_recorded_access_point_is_found_on_the_port_that_lldp_names() -> None:
    """The switch numbers its bridge ports from 49153 and its learnt addresses from 1."""
    reading = polled("tplink/sg2218p", frozenset({"48:a9:8a:c1:ac:58"}))

    link = next(item for item in reading.lldp_neighbors if item.chassis_id == "48:a9:8a:c1:ac:58")
    assert [(item.if_index, item.vlan) for item in reading.ap_ports] == [(link.local_if_index, 1)]


def polled(name: str, wanted: frozenset[str] = frozenset()) -> Reading:
    return asyncio.run(
        poll_device(
            Target("192.0.2.1", community="c"),
            now=datetime(2026, 9, 1, tzinfo=UTC),
            engine=recordings.replayed(name),
            jobs=frozenset({"status", "topology"}),
            wanted=wanted,
        )
    )
