"""Links: local ports and identifiers in the dialects of LLDP-MIB, its second version, and makers' tables."""

from __future__ import annotations

import pytest

from agent.mibs import lldp
from agent.vendors.network import LldpTable
from inventory.reading import Interface

PORTS = [
    Interface(if_index=10, name="GE0/0/1", descr="GigabitEthernet0/0/1", mac="00:00:00:00:00:0a"),
    Interface(if_index=11, name="GE0/0/2", descr="GigabitEthernet0/0/2", mac="00:00:00:00:00:0b"),
    Interface(if_index=2, name="Vlan2"),
]
REMOTE = {(0, 2, 1): {"chassis_type": 4, "chassis_id": b"\x00\x01\x02\x03\x04\x05"}}


@pytest.mark.parametrize(
    ("local", "base", "if_index"),
    [
        ({(2,): {"lldpLocPortId": b"GE0/0/2"}}, {}, 11),
        ({(2,): {"lldpLocPortId": b"2", "lldpLocPortDesc": b"GigabitEthernet0/0/2"}}, {}, 11),
        ({(2,): {"lldpLocPortIdSubtype": 3, "lldpLocPortId": b"\0\0\0\0\0\x0b"}}, {}, 11),
        ({}, {(2,): {"dot1dBasePortIfIndex": 2}}, 2),
        ({}, {}, 2),
        ({}, {(2,): {"dot1dBasePortIfIndex": 11}}, None),  # bridge port 2 or ifIndex 2: nobody can tell
    ],
)
def test_the_three_meanings_of_a_local_port_number(
    local: dict[tuple[int, ...], dict[str, bytes | int]],
    base: dict[tuple[int, ...], dict[str, int]],
    if_index: int | None,
) -> None:
    found = lldp.neighbors(REMOTE, local, base, PORTS)  # type: ignore[arg-type]

    assert [item.local_if_index for item in found] == [if_index]


def test_a_neighbour_under_two_time_marks_is_one() -> None:
    rows = {(5, 2, 1): {"sys_name": b"old"}, (900, 2, 1): {"sys_name": b"new"}}

    assert [item.sys_name for item in lldp.neighbors(rows, {}, {}, PORTS)] == ["new"]


def test_identifiers_are_shown_by_their_subtype() -> None:
    rows = {
        (0, 2, 1): {
            "chassis_type": 5,
            "chassis_id": b"\x01\x0a\x38\x20\x71",
            "port_type": 3,
            "port_id": b"\x00\x04\xf2\xc6\x70\x78",
        }
    }

    found = lldp.neighbors(rows, {}, {}, PORTS)[0]

    assert (found.chassis_id, found.port_id) == ("10.56.32.113", "00:04:f2:c6:70:78")


def test_what_a_neighbour_says_of_itself_is_kept() -> None:
    rows = {(0, 2, 1): {"port_descr": b"uplink", "sys_descr": b"VRP 5", "capabilities": b"\x28"}}

    found = lldp.neighbors(rows, {}, {}, PORTS)[0]

    assert (found.port_descr, found.sys_descr) == ("uplink", "VRP 5")
    assert found.capabilities == ["bridge", "router"]
    assert found.source == "lldpRemTable"


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"\x10", ["wlanAccessPoint"]),
        (b"\x04\x00", ["telephone"]),
        (b"\x01\x20", ["stationOnly", "twoPortMACRelay"]),
        (b"", []),
        (b"28 2 4", []),  # the bits written out as text
        (None, []),
    ],
)
def test_capabilities_are_bits_from_the_left(octets: bytes | None, words: list[str]) -> None:
    assert lldp.capabilities(octets) == words


@pytest.mark.parametrize(
    ("indexes", "address"),
    [
        ([(7, 2, 1, 1, 4, 192, 0, 2, 1)], "192.0.2.1"),
        ([(7, 2, 1, 1, 192, 0, 2, 1)], "192.0.2.1"),  # without the length
        ([(7, 2, 1, 2, 16, 32, 1, 13, 184, *(0,) * 11, 1)], "2001:db8::1"),
        ([(7, 2, 1, 2, 16, 32, 1, 13, 184, *(0,) * 11, 1), (7, 2, 1, 1, 4, 192, 0, 2, 1)], "192.0.2.1"),
        ([(7, 2, 1, 1, 4, 0, 0, 0, 0)], None),
        ([(7, 2, 1, 1, 4, 127, 0, 0, 1)], None),
        ([(7, 2, 1, 6, 6, 0, 1, 2, 3, 4, 5)], None),  # a MAC address
        ([(7, 2, 9, 1, 4, 192, 0, 2, 1)], None),  # of another neighbour
    ],
)
def test_the_management_address_is_in_the_index(indexes: list[tuple[int, ...]], address: str | None) -> None:
    rows = {(5, 2, 1): {"sys_name": b"peer"}}

    found = lldp.neighbors(rows, {}, {}, PORTS, {index: {"interface_type": 2} for index in indexes})

    assert [item.address for item in found] == [address]


def test_the_second_version_names_the_port_by_its_ifindex() -> None:
    rows = {(5, 11, 1, 3): {"sys_name": b"peer", "chassis_type": 4, "chassis_id": b"\0\1\2\3\4\5"}}
    addresses = {(5, 11, 1, 3, 1, 4, 192, 0, 2, 1): {"interface_type": 2}}

    found = lldp.neighbors_v2(rows, PORTS, addresses)[0]

    assert (found.local_if_index, found.local_port, found.sys_name) == (11, "GE0/0/2", "peer")
    assert (found.chassis_id, found.address, found.source) == (
        "00:01:02:03:04:05",
        "192.0.2.1",
        "lldpV2RemTable",
    )


def test_a_makers_table_in_words_is_read() -> None:
    table = LldpTable(name="own", entry="1.3", columns={})
    rows = {
        (11, 1): {
            "chassis_id": b"48:A9:8A:C1:AC:58",
            "port_id": b"gi1/0/6",
            "sys_name": b"sw22",
            "address": b"::169.254.2.131",
            "capabilities": b"Bridge Router ",
        },
        (99, 1): {"chassis_id": b"", "sys_name": b""},
    }

    found = lldp.of_maker(table, rows, PORTS)  # type: ignore[arg-type]

    assert [(item.local_port, item.chassis_id, item.sys_name) for item in found] == [
        ("GE0/0/2", "48:a9:8a:c1:ac:58", "sw22")
    ]
    assert (found[0].address, found[0].capabilities) == ("169.254.2.131", ["bridge", "router"])


def test_a_makers_table_with_a_number_of_bits_is_read() -> None:
    table = LldpTable(name="own", entry="1.3", columns={}, capability_bits={"1": "router", "8": "bridge"})

    found = lldp.of_maker(table, {(11, 4): {"sys_name": b"r1", "capabilities": b"\0\0\0\x29"}}, PORTS)

    assert found[0].capabilities == ["bridge", "router"]
