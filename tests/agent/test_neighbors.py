"""Neighbours: who counts as a machine, in every layout, and nobody's address leaves the table."""

from __future__ import annotations

import ipaddress

import msgspec
import pytest

from agent.mibs import neighbors
from agent.mibs.inet import Address
from agent.mibs.neighbors import Heard
from agent.privacy import Stations
from inventory.reading import Neighbor

ADDRESS = (32, 1, 13, 184, *(0,) * 11, 1)  # 2001:db8::1
OTHER = (32, 1, 13, 184, *(0,) * 11, 2)
LINK_LOCAL = (254, 128, *(0,) * 13, 9)  # fe80::9
MAC = b"\x00\x11\x22\x33\x44\x55"
STATIONS = Stations(bytes(32))


def found(heard: list[Heard], own: frozenset[Address] = frozenset()) -> list[Neighbor]:
    return neighbors.neighbors(heard, own, STATIONS.name)


def physical(*rows: tuple[tuple[int, ...], dict[str, bytes | int]]) -> list[Heard]:
    return neighbors.heard_physical("ipNetToPhysicalTable", dict(rows))  # type: ignore[arg-type]


def test_neighbours_are_counted_per_family_and_overlapping_tables_are_not_added() -> None:
    media = {(1, 10, 0, 0, i): {} for i in range(3)}
    rows = {(1, 1, 4, 10, 0, 0, i): {} for i in range(2)} | {(1, 2, 16, *ADDRESS): {}}
    old = {(1, *ADDRESS): {}, (1, *LINK_LOCAL): {}}

    counts = neighbors.neighbor_counts(media, rows, old)

    assert (counts.ipv4, counts.ipv6) == (3, 2)


def test_a_makers_table_counts_like_the_standard_one() -> None:
    counts = neighbors.neighbor_counts(None, None, None, {(1, 2, 16, *ADDRESS): {}})

    assert (counts.ipv4, counts.ipv6) == (0, 1)


def test_a_table_that_is_not_there_is_not_a_count_of_zero() -> None:
    counts = neighbors.neighbor_counts(None, None, None)

    assert (counts.ipv4, counts.ipv6) == (None, None)


def test_one_machine_with_two_addresses_of_a_scope_is_one_in_its_liveliest_state() -> None:
    heard = physical(
        ((7, 2, 16, *ADDRESS), {"mac": MAC, "type": 3, "state": 2}),
        ((7, 2, 16, *OTHER), {"mac": MAC, "type": 3, "state": 1}),
        ((7, 2, 16, *LINK_LOCAL), {"mac": MAC, "type": 3, "state": 3}),
        ((7, 1, 4, 192, 0, 2, 1), {"mac": MAC, "type": 3, "state": 2}),
    )

    assert [(item.version, item.scope, item.state) for item in found(heard)] == [
        (4, None, "stale"),
        (6, "global", "reachable"),
        (6, "link_local", "delay"),
    ]
    assert len({item.station for item in found(heard)}) == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"mac": MAC, "state": 5},
        {"mac": MAC, "state": 7},
        {"mac": MAC, "type": 2},
        {"mac": MAC, "type": 5},
        {"mac": b"", "state": 1},
        {"mac": bytes(6), "state": 1},
        {"mac": b"\x33\x33\0\0\0\1", "state": 1},
        {"mac": b"\xff" * 6},
        {"state": 1},
    ],
    ids=["invalid", "incomplete", "taken back", "own", "no MAC", "zero MAC", "group", "broadcast", "nothing"],
)
def test_what_is_no_living_machine_is_left_out(cells: dict[str, bytes | int]) -> None:
    assert found(physical(((7, 2, 16, *ADDRESS), cells))) == []


def test_the_device_itself_is_no_neighbour() -> None:
    heard = physical(((7, 2, 16, *ADDRESS), {"mac": MAC}), ((7, 2, 16, *OTHER), {"mac": MAC[:5] + b"9"}))

    kept = found(heard, frozenset({ipaddress.ip_address("2001:db8::1")}))

    assert [item.station for item in kept] == [STATIONS.name(MAC[:5] + b"9")]


def test_the_zone_of_a_link_local_address_is_not_part_of_it() -> None:
    heard = physical(((7, 4, 20, *LINK_LOCAL, 0, 0, 0, 7), {"mac": MAC, "state": 2}))

    assert neighbors.state_of(heard, 7, "fe80::9") == "stale"


def test_the_older_tables_have_types_of_their_own() -> None:
    ipv4 = neighbors.heard_ipv4({(7, 192, 0, 2, i): {"mac": MAC[:5] + bytes([i]), "type": i} for i in (2, 3)})
    ipv6 = neighbors.heard_ipv6_mib(
        {(7, *ADDRESS): {"mac": MAC, "type": 2, "state": 1}, (7, *OTHER): {"mac": MAC, "type": 4}}
    )

    assert [item.own for item in ipv4] == [True, False]
    assert [(item.own, item.state) for item in ipv6] == [(False, "reachable"), (True, None)]


def test_a_mac_address_written_as_text_is_the_same_machine() -> None:
    spellings = (MAC, b"00:11:22:33:44:55", b"0:11:22:33:44:55", b"0011-2233-4455", b"001122334455")
    rows = {(7 + i, 192, 0, 2, 1): {"mac": spelling} for i, spelling in enumerate(spellings)}

    heard = found(neighbors.heard_ipv4(rows))  # type: ignore[arg-type]
    assert [item.station for item in heard] == [STATIONS.name(MAC)] * len(spellings)


def test_neither_address_nor_mac_leaves_the_table() -> None:
    shown = msgspec.json.encode(found(physical(((7, 2, 16, *ADDRESS), {"mac": MAC, "state": 1}))))

    for secret in (b"2001:db8", MAC.hex().encode(), MAC.hex(":").encode()):
        assert secret not in shown


def test_the_state_of_one_next_hop_is_asked_for_in_each_layout() -> None:
    asked = neighbors.state_questions(2, "fe80::9")

    assert asked["physical"][-19:] == (2, 2, 16, *LINK_LOCAL)
    assert asked["zone"][-23:] == (2, 4, 20, *LINK_LOCAL, 0, 0, 0, 2)
    assert asked["ipv6"][-17:] == (2, *LINK_LOCAL)
    assert "zone" not in neighbors.state_questions(2, "2001:db8::1")
    assert neighbors.state_questions(None, "2001:db8::1") == {}
