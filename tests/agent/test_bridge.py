"""Bridges: which port a number means, who was learnt where, and which ports carry a VLAN."""

from __future__ import annotations

import pytest

from agent.mibs import bridge
from agent.mibs.bridge import BridgePorts, Learnt
from agent.snmp.walk import Rows

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
