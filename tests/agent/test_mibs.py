"""From columns to facts: one dialect or oddity a test, with columns as devices send them."""

from __future__ import annotations

import pytest

from agent.mibs import (
    addresses,
    aggregates,
    entities,
    interfaces,
    ipv6_interfaces,
    private,
    routes,
    system,
)
from agent.mibs.text import ip, mac, number, text
from agent.snmp.walk import Rows
from agent.vendors.network import AddressTable, RouteTable, TrunkTable
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


def test_a_stack_table_upside_down_is_believed_for_physical_ports_alone() -> None:
    types = {1: 6, 2: 6, 10: 161, 20: 6}
    stack = {(1, 10): {}, (2, 10): {}, (20, 10): {}}

    assert aggregates.stacked(stack, types, {1, 2}) == {1: 10, 2: 10}


def test_an_aggregate_that_is_listed_as_a_port_of_itself_keeps_its_members() -> None:
    rows = {(i,): {"dot3adAggPortAttachedAggID": 100} for i in (1, 2, 100)}

    assert aggregates.attached(rows, frozenset({1, 2, 100}), {100}) == {1: 100, 2: 100}


def test_a_makers_group_is_joined_through_the_ifindex_of_its_aggregate() -> None:
    """The number of a group is not the number in its name, nor the ifIndex (S12704: Eth-Trunk3 is 0)."""
    table = TrunkTable(name="t", entry="1.3", layout="group", column=2, groups="1.4", group_column=4)
    members = {(0, 14): {"aggregate": 1}, (0, 15): {"aggregate": 1}, (1, 16): {"aggregate": 1}}
    groups = {(0,): {"if_index": 51}, (1,): {"if_index": 999}}

    found = aggregates.of_maker(table, members, groups, {14: 6, 15: 6, 16: 6, 51: 53})

    assert found == {14: 51, 15: 51}


def test_a_makers_column_of_aggregates_names_no_port_that_is_alone() -> None:
    table = TrunkTable(name="t", entry="1.3", layout="member", column=8)
    rows = {(1,): {"aggregate": 50}, (2,): {"aggregate": 2}, (3,): {"aggregate": 0}}

    assert aggregates.of_maker(table, rows, {}, {1: 6, 2: 6, 3: 6, 50: 53}) == {1: 50}


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
        AddressTable(name="t", entry="1.3.6.1.4.1.1", layout="columns", columns={"address": 2}),
        {(7,): {"address": bytes(ADDRESS), "prefix_length": 64}},
    ),
    (
        AddressTable(name="t", entry="1.3.6.1.4.1.1", layout="ipAddressTable"),
        {(2, 16, *ADDRESS): {"ipAddressIfIndex": 7, "ipAddressPrefix": (1, 3, 6, 1, 64)}},
    ),
    (
        AddressTable(name="t", entry="1.3.6.1.4.1.1", layout="ipv6AddrTable", columns={"prefix_length": 2}),
        {(7, *ADDRESS): {"prefix_length": 64}},
    ),
]
LAYOUTS = ["index", "columns", "columns without ifIndex", "ipAddressTable", "ipv6AddrTable"]


@pytest.mark.parametrize(("own_table", "rows"), OWN_TABLES, ids=LAYOUTS)
def test_a_makers_own_table_of_addresses_is_read(own_table: AddressTable, rows: Rows) -> None:
    found = private.ipv6_addresses(own_table, rows)

    assert [(a.address, a.prefix_length, a.if_index) for a in found] == [("2001:db8::1", 64, 7)]
    assert found[0].source == "t"


def test_a_table_of_ipv4_alone_says_nothing_of_ipv6() -> None:
    ipv4 = {(1, 4, 10, 0, 0, 1): {"ipAddressIfIndex": 1}}

    assert addresses.tells_no_ipv6(ipv4)
    assert not addresses.tells_no_ipv6({**ipv4, (2, 16, *LINK_LOCAL): {"ipAddressIfIndex": 1}})
    assert not addresses.tells_no_ipv6({})


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


def test_a_makers_table_of_routes_has_an_instance_before_the_destination() -> None:
    table = RouteTable(name="own", entry="1.3.6.1.4.1.9.10.85.7.1", before=[0])
    under = routes.spec_of(table).under

    found = routes.of_inet_cidr({(*under, 2, 16, *ADDRESS): {"inetCidrRouteIfIndex": 9}}, table.name)

    assert under == (0, 2, 16, *(0,) * 17)
    assert [(item.next_hop, item.if_index, item.source) for item in found] == [("2001:db8::1", 9, "own")]


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


# IPv6 on interfaces


def test_only_interfaces_that_send_advertisements_count() -> None:
    rows = {(i,): {"ipv6RouterAdvertSendAdverts": i} for i in (1, 2)}

    assert ipv6_interfaces.advertising(rows) == [1]


def test_an_interface_is_put_together_from_the_tables_that_name_it() -> None:
    standard = {(7,): {"ipv6InterfaceEnableStatus": 1, "ipv6InterfaceForwarding": 2}}
    advert = {
        (7,): {
            "ipv6RouterAdvertSendAdverts": 1,
            "ipv6RouterAdvertManagedFlag": 2,
            "ipv6RouterAdvertOtherConfigFlag": 1,
        }
    }

    found = ipv6_interfaces.ipv6_interfaces(standard, advert, {}, {})[0]

    assert (found.if_index, found.enabled, found.forwarding) == (7, True, False)
    assert (found.sends_ra, found.managed, found.other_config) == (True, False, True)


def test_the_standard_table_outranks_the_older_and_the_makers() -> None:
    older = {(7,): {"ipv6IfAdminStatus": 1}, (8,): {"ipv6IfAdminStatus": 2}}
    of_maker = {(7,): {"enabled": 2}, (9,): {"enabled": 2}}

    found = ipv6_interfaces.ipv6_interfaces({}, {}, older, of_maker)

    assert [(item.if_index, item.enabled) for item in found] == [(7, True), (8, False), (9, False)]


@pytest.mark.parametrize(
    ("scalars", "said"),
    [
        ({"ipv6IpForwarding": 2, "ipv6Forwarding": 1}, False),
        ({"ipv6Forwarding": 1}, True),
        ({"1.3.6.1.4.1.9.10.86.1.2.1.0": 1}, True),
        ({"ipv6IpForwarding": 0}, None),
        ({}, None),
    ],
)
def test_forwarding_is_told_by_the_newer_object_first(scalars: dict[str, int], said: bool | None) -> None:
    assert ipv6_interfaces.forwarding(scalars) is said


# entities


def test_an_entity_has_its_class_in_words() -> None:
    found = entities.entities({(1,): {"entPhysicalClass": 3, "entPhysicalSerialNum": b"SN1 "}, (2,): {}})

    assert [(item.class_, item.serial) for item in found] == [("chassis", "SN1"), (None, None)]
