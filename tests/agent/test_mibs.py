"""From columns to facts: one dialect or oddity a test, with columns as devices send them."""

from __future__ import annotations

import pytest

from agent.mibs import addresses, aggregates, entities, interfaces, lldp, neighbors, private, routes, system
from agent.mibs.text import ip, mac, number, text
from agent.snmp.walk import Rows
from agent.vendors.load import AddressTable
from inventory.reading import Interface

ADDRESS = (32, 1, 13, 184, *(0,) * 11, 1)  # 2001:db8::1
PREFIX = (32, 1, 13, 184, *(0,) * 12)
LINK_LOCAL = (254, 128, *(0,) * 13, 9)  # fe80::9


# text and numbers


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (b"core-1", "core-1"),
        (bytes.fromhex("d6d0cec4"), "中文"),  # GBK, as a sysLocation was
        ("文体馆A-13".encode(), "文体馆A-13"),
        (b"mgmt0\0\0\0\0", "mgmt0"),
        (b"a\r\nb\nc\td", "a b c d"),
        (b"\x1b[31mred", "[31mred"),
        (b"  padded \0", "padded"),
        (b"\xff\xfe\xfd", "fffefd"),
        (b"", None),
        (b"\0\0", None),
        (None, None),
    ],
)
def test_octets_become_a_readable_line(octets: bytes | None, shown: str | None) -> None:
    assert text(octets) == shown


def test_a_text_is_bounded() -> None:
    assert text(b"x" * 5000) == "x" * 1024


@pytest.mark.parametrize(("value", "found"), [(7, 7), (b"28%", 28), (b"-3", -3), (b"n/a", None), (b"", None)])
def test_numbers_sent_as_text_count(value: int | bytes, found: int | None) -> None:
    assert number(value) == found


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (b"\x00\x74\x9c\x08\xf1\x2e", "00:74:9c:08:f1:2e"),
        (b"70-3A-73-00-3F-60", "70:3a:73:00:3f:60"),
        (b"5869.6c91.ebdd", "58:69:6c:91:eb:dd"),
        (b"", None),
        (b"not a mac!", None),
    ],
)
def test_a_mac_is_shown_in_one_way(octets: bytes, shown: str | None) -> None:
    assert mac(octets) == shown


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (b"\x0a\x01\x02\x03", "10.1.2.3"),
        (b"172.16.152.211", "172.16.152.211"),
        (b"2001:da8:215:c009::1", "2001:da8:215:c009::1"),
        (b"\xff\xff\xff\xff", None),
        (b"\0" * 16, None),
        (b"-", None),
    ],
)
def test_an_ip_address_is_read_from_octets_or_text(octets: bytes, shown: str | None) -> None:
    assert ip(octets) == shown


def test_uptime_is_in_seconds() -> None:
    assert system.system({"sysUpTime": 28156805}).uptime_s == pytest.approx(281568.05)


# interfaces


@pytest.mark.parametrize(
    ("high", "low", "mbps"),
    [
        (10_000, 4_294_967_295, 10_000),
        (None, 4_294_967_295, None),  # a 10G port without ifXTable: unknown, not 4.29 Gbit/s
        (0, 4_294_967_295, None),
        (0, 100_000_000, 100),
        (None, 1_000_000_000, 1000),
        (0, 0, 0),
        (0, None, 0),
        (None, None, None),
        (None, -1, None),
        (100, 10_000_000, 100),  # a device that contradicts itself: ifHighSpeed holds
    ],
)
def test_the_speed_rule(high: int | None, low: int | None, mbps: float | None) -> None:
    assert interfaces.speed_mbps(high, low) == mbps


def test_an_interface_in_one_table_only_is_kept() -> None:
    found = interfaces.interfaces(
        {(1,): {"ifDescr": b"eth0", "ifOperStatus": 1}}, {(2,): {"ifName": b"Gi2"}}, {}
    )

    assert [(item.if_index, item.name, item.oper_status) for item in found] == [
        (1, None, "up"),
        (2, "Gi2", None),
    ]


def test_states_are_words_and_numbers_outside_the_mib_are_null() -> None:
    found = interfaces.interfaces({(1,): {"ifAdminStatus": 1, "ifOperStatus": 0}}, {}, {})

    assert (found[0].admin_status, found[0].oper_status) == ("up", None)


def test_connector_and_mac_are_read() -> None:
    found = interfaces.interfaces(
        {(1,): {"ifPhysAddress": b"\x80\xf6\x2e\xd4\x48\x8f"}}, {(1,): {"ifConnectorPresent": 2}}, {}
    )

    assert (found[0].mac, found[0].connector) == ("80:f6:2e:d4:48:8f", False)


def test_duplex_is_joined_by_index() -> None:
    known = [Interface(if_index=1), Interface(if_index=2), Interface(if_index=3)]

    found = interfaces.with_duplex(
        known, {(1,): {"dot3StatsDuplexStatus": 3}, (3,): {"dot3StatsDuplexStatus": 2}}
    )

    assert [item.duplex for item in found] == ["full", None, "half"]


# aggregates


def test_a_member_points_at_its_aggregate() -> None:
    rows = {(1,): {"dot3adAggPortAttachedAggID": 100}, (2,): {"dot3adAggPortAttachedAggID": 0}}

    assert aggregates.attached(rows, frozenset({1, 2, 100})) == {1: 100}


def test_a_lone_port_with_an_aggregator_of_its_own_is_no_member() -> None:
    rows = {(1,): {"dot3adAggPortAttachedAggID": 1}, (2,): {"dot3adAggPortAttachedAggID": 900}}

    assert aggregates.attached(rows, frozenset({1, 2})) == {}


def test_the_stack_table_shows_members_below_an_aggregate_only() -> None:
    types = {1: 6, 2: 6, 10: 161, 20: 53}
    stack = {(10, 1): {}, (20, 10): {}, (20, 2): {}, (0, 20): {}, (1, 0): {}}

    assert aggregates.stacked(stack, types) == {1: 10}


# addresses


def test_an_ipv4_address_takes_its_length_from_the_mask() -> None:
    found = addresses.ipv4_addresses(
        {(10, 0, 0, 1): {"ipAdEntIfIndex": 4, "ipAdEntNetMask": b"\xff\xff\xff\x00"}},
        {(1, 4, 10, 0, 0, 1): {"ipAddressIfIndex": 4}, (1, 4, 10, 0, 0, 2): {"ipAddressIfIndex": 5}},
    )

    assert [(item.address, item.prefix_length, item.if_index) for item in found] == [
        ("10.0.0.1", 24, 4),
        ("10.0.0.2", None, 5),
    ]


def test_a_broadcast_or_duplicate_address_is_not_an_address_of_the_device() -> None:
    found = addresses.ipv4_addresses(
        {},
        {
            (1, 4, 10, 0, 0, 255): {"ipAddressType": 3, "ipAddressIfIndex": 1},
            (1, 4, 10, 0, 0, 9): {"ipAddressStatus": 7, "ipAddressIfIndex": 1},
        },
    )

    assert found == []


def test_the_prefix_table_helps_where_the_pointer_says_nothing() -> None:
    rows = {(2, 16, *ADDRESS): {"ipAddressIfIndex": 7, "ipAddressPrefix": (0, 0)}}
    prefixes = {
        (7, 2, 16, *PREFIX, 48): {"ipAddressPrefixOrigin": 2},
        (7, 2, 16, *PREFIX, 64): {"ipAddressPrefixOrigin": 2},
        (8, 2, 16, *PREFIX, 127): {"ipAddressPrefixOrigin": 2},
    }

    found = addresses.ipv6_of_ip_address_table(rows, prefixes)

    assert (found[0].address, found[0].prefix_length) == ("2001:db8::1", 64)


def test_two_tables_with_the_same_address_give_it_once_and_complete() -> None:
    new = addresses.ipv6_of_ip_address_table(
        {(2, 16, *ADDRESS): {"ipAddressIfIndex": 7, "ipAddressOrigin": 2}}, {}
    )
    old = addresses.ipv6_of_ipv6_mib({(7, *ADDRESS): {"ipv6AddrPfxLength": 64}})

    found = addresses.merged(new, old)

    assert [(a.address, a.prefix_length, a.if_index, a.origin) for a in found] == [
        ("2001:db8::1", 64, 7, "manual")
    ]


def test_the_same_link_local_address_on_two_interfaces_is_two() -> None:
    old = addresses.ipv6_of_ipv6_mib({(i, *LINK_LOCAL): {"ipv6AddrPfxLength": 64} for i in (1, 2)})

    assert [item.if_index for item in addresses.merged(old)] == [1, 2]


OWN_TABLES = [
    (
        AddressTable(name="t", entry="1.3.6.1.4.1.1", layout="index", columns={"prefix_length": 4}),
        {(7, 2, 16, *ADDRESS): {"prefix_length": 64}},
    ),
    (
        AddressTable(
            name="t",
            entry="1.3.6.1.4.1.1",
            layout="columns",
            columns={"if_index": 1, "address": 4, "prefix_length": 5},
        ),
        {(7, 2, 1, *ADDRESS): {"if_index": 7, "address": bytes(ADDRESS), "prefix_length": 64}},
    ),
    (
        AddressTable(name="t", entry="1.3.6.1.4.1.1", layout="ipAddressTable"),
        {(2, 16, *ADDRESS): {"ipAddressIfIndex": 7, "ipAddressPrefix": (1, 3, 6, 1, 64)}},
    ),
]


@pytest.mark.parametrize(("own_table", "rows"), OWN_TABLES, ids=["index", "columns", "ipAddressTable"])
def test_a_makers_own_table_of_addresses_is_read(own_table: AddressTable, rows: Rows) -> None:
    found = private.ipv6_addresses(own_table, rows)

    assert [(a.address, a.prefix_length, a.if_index) for a in found] == [("2001:db8::1", 64, 7)]


# routes


def test_the_next_hop_is_found_behind_a_policy_of_any_length() -> None:
    base = (2, 16, *(0,) * 16, 0)
    hop = (2, 16, *ADDRESS)
    rows = {
        (*base, 2, 0, 0, *hop): {"inetCidrRouteIfIndex": 5, "inetCidrRouteType": 4},
        (*base, 0, 2, 16, *ADDRESS[:15], 2): {"inetCidrRouteIfIndex": 6},
        (*base, 3, 0, 0, 59, 4, 20, *LINK_LOCAL, 0, 0, 0, 2): {"inetCidrRouteIfIndex": 2},
        (2, *(0,) * 16, 0, 0, 0, 2, *ADDRESS[:15], 3): {"inetCidrRouteIfIndex": 7},
    }

    found = routes.of_inet_cidr(rows)

    assert [(route.next_hop, route.if_index) for route in found] == [
        ("2001:db8::1", 5),
        ("2001:db8::2", 6),
        ("fe80::9", 2),
        ("2001:db8::3", 7),
    ]


def test_a_route_that_throws_away_is_no_default_route() -> None:
    index = (2, 16, *(0,) * 16, 0, 2, 0, 0, 2, 16, *(0,) * 16)

    assert routes.of_inet_cidr({index: {"inetCidrRouteType": 2}}) == []
    assert routes.of_ipv6_mib({(*(0,) * 17, 1): {"ipv6RouteType": 5}}) == []


def test_a_default_route_straight_out_of_an_interface_has_no_next_hop() -> None:
    index = (2, 16, *(0,) * 16, 0, 2, 0, 0, 2, 16, *(0,) * 16)

    found = routes.of_inet_cidr({index: {"inetCidrRouteIfIndex": 3, "inetCidrRouteType": 3}})

    assert [(route.next_hop, route.if_index) for route in found] == [(None, 3)]


def test_one_route_in_two_tables_is_one_with_the_interface_that_either_knows() -> None:
    first = routes.of_inet_cidr({(2, 16, *(0,) * 16, 0, 0, 2, 16, *ADDRESS): {"inetCidrRouteIfIndex": 0}})
    second = routes.of_ipv6_mib(
        {(*(0,) * 17, 1): {"ipv6RouteIfIndex": 23, "ipv6RouteNextHop": bytes(ADDRESS)}}
    )

    found = routes.merged(first, second)

    assert [(route.next_hop, route.if_index) for route in found] == [("2001:db8::1", 23)]


# neighbours and router advertisements


def test_neighbours_are_counted_per_family_and_overlapping_tables_are_not_added() -> None:
    media = {(1, 10, 0, 0, i): {} for i in range(3)}
    physical = {(1, 1, 4, 10, 0, 0, i): {} for i in range(2)} | {(1, 2, 16, *ADDRESS): {}}
    old = {(1, *ADDRESS): {}, (1, *LINK_LOCAL): {}}

    found = neighbors.neighbor_counts(media, physical, old)

    assert (found.ipv4, found.ipv6) == (3, 2)


def test_a_table_that_is_not_there_is_not_a_count_of_zero() -> None:
    found = neighbors.neighbor_counts(None, None, None)

    assert (found.ipv4, found.ipv6) == (None, None)


def test_only_interfaces_that_send_advertisements_count() -> None:
    rows = {(i,): {"ipv6RouterAdvertSendAdverts": i} for i in (1, 2)}

    assert neighbors.advertising(rows) == [1]


# LLDP

PORTS = [
    Interface(if_index=10, name="GE0/0/1", descr="GigabitEthernet0/0/1", mac="00:00:00:00:00:0a"),
    Interface(if_index=11, name="GE0/0/2", descr="GigabitEthernet0/0/2", mac="00:00:00:00:00:0b"),
    Interface(if_index=2, name="Vlan2"),
]
REMOTE = {(0, 2, 1): {"lldpRemChassisIdSubtype": 4, "lldpRemChassisId": b"\x00\x01\x02\x03\x04\x05"}}


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
    rows = {(5, 2, 1): {"lldpRemSysName": b"old"}, (900, 2, 1): {"lldpRemSysName": b"new"}}

    assert [item.sys_name for item in lldp.neighbors(rows, {}, {}, PORTS)] == ["new"]


def test_identifiers_are_shown_by_their_subtype() -> None:
    rows = {
        (0, 2, 1): {
            "lldpRemChassisIdSubtype": 5,
            "lldpRemChassisId": b"\x01\x0a\x38\x20\x71",
            "lldpRemPortIdSubtype": 3,
            "lldpRemPortId": b"\x00\x04\xf2\xc6\x70\x78",
        }
    }

    found = lldp.neighbors(rows, {}, {}, PORTS)[0]

    assert (found.chassis_id, found.port_id) == ("10.56.32.113", "00:04:f2:c6:70:78")


# entities


def test_an_entity_has_its_class_in_words() -> None:
    found = entities.entities({(1,): {"entPhysicalClass": 3, "entPhysicalSerialNum": b"SN1 "}, (2,): {}})

    assert [(item.class_, item.serial) for item in found] == [("chassis", "SN1"), (None, None)]
