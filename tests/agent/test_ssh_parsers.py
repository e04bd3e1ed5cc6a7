"""Readers of what devices print, by transcripts written after the makers' manuals."""

from __future__ import annotations

import pytest
import ssh_transcripts as said
from hypothesis import given
from hypothesis import strategies as st

from agent.ssh.parse import PARSERS
from agent.ssh.told import Told


def told(parser: str, text: str) -> Told:
    found = PARSERS[parser](text.splitlines())
    assert found is not None
    return found


ROUTES = [
    ("routes.blocks", said.VRP_ROUTES, "Vlanif100", "fe80::2e0:fcff:fe12:3456"),
    ("routes.blocks", said.COMWARE_ROUTES, "Vlan100", "2001:db8:ffff::1"),
    ("routes.via", said.RGOS_ROUTES, "VLAN 100", "fe80::2d0:f8ff:fe22:33b5"),
    ("routes.columns", said.ZXROS_ROUTES, "vlan40", "2001:db8:40::1"),
    ("routes.via", said.JUNOS_ROUTES, "ge-0/0/0.0", "fe80::1"),
    ("routes.pairs", said.ROUTEROS_ROUTES, "ether1", "fe80::1"),
    (
        "routes.via",
        "default via fe80::1 dev eth0 proto ra metric 100 expires 1500sec pref medium",
        "eth0",
        "fe80::1",
    ),
    ("routes.via", "IPv6 Routing Table\nS   ::/0 [1/0]\n     via FE80::1, Vlan10\n", "Vlan10", "fe80::1"),
    ("routes.via", "IPv6 Routing Table\nS   ::/0 [1/0]\n     via 2001:DB8::1\n", None, "2001:db8::1"),
    (
        "routes.via",
        'IPv6 Routing Table for VRF "default"\n\n::/0, ubest/mbest: 1/0\n'
        "    *via fe80::1, Eth1/1, [1/0], 1d, static\n",
        "Eth1/1",
        "fe80::1",
    ),
    (
        "routes.via",
        "Codes: K - kernel\nS>* ::/0 [1/0] via fe80::1, eth1, weight 1, 02:10:11\n",
        "eth1",
        "fe80::1",
    ),
]


@pytest.mark.parametrize(("parser", "text", "port", "hop"), ROUTES)
def test_the_default_route_is_found_in_every_kind_of_routing_table(
    parser: str, text: str, port: str | None, hop: str
) -> None:
    assert [(name, route.next_hop) for name, route in told(parser, text).routes or []] == [(port, hop)]


def test_every_next_hop_of_a_default_route_is_told() -> None:
    found = told("routes.via", said.LINUX_ROUTES).routes or []

    assert [(port, route.next_hop) for port, route in found] == [("eth0", "fe80::1"), ("eth1", "fe80::2")]


def test_a_default_route_in_an_unknown_form_is_not_taken_for_none() -> None:
    assert PARSERS["routes.via"](["IPv6 Routing Table", "::/0 goes somewhere"]) is None


def test_a_route_to_everything_under_a_prefix_is_no_default_route() -> None:
    text = "IPv6 Routing Table\nS   2001:db8::/0 [1/0] via fe80::1, Vlan1\nC   2001:DB8:A::/64 via Vlan1\n"

    assert told("routes.via", text).routes == []


def test_the_addresses_and_advertisements_of_vrp_are_read() -> None:
    found = told("interfaces.blocks", said.VRP_INTERFACES)

    assert [(port, item.address, item.prefix_length) for port, item in found.addresses or []] == [
        ("Vlanif10", "fe80::2e0:fcff:fe00:1", None),
        ("Vlanif10", "2001:db8:10::1", 64),
        ("Vlanif100", "fe80::2e0:fcff:fe00:2", None),
        ("Vlanif100", "2001:db8:100::2", 64),
    ]
    assert [(ra.interface, ra.sends_ra, ra.managed, ra.other_config) for ra in found.ra or []] == [
        ("Vlanif10", True, True, True),
        ("Vlanif100", False, None, None),
    ]


def test_the_origin_of_an_address_of_comware_is_read() -> None:
    found = told("interfaces.blocks", said.COMWARE_INTERFACES)

    assert [(item.address, item.origin) for _port, item in found.addresses or []][1:] == [
        ("2001:db8:20::1", None),
        ("2001:db8:21::9", "linklayer"),
        ("2001:db8:22::7", "dhcp"),
    ]
    assert [(ra.interface, ra.sends_ra) for ra in found.ra or []] == [("Vlan-interface20", True)]


def test_joined_groups_are_no_addresses_of_rgos() -> None:
    found = told("interfaces.blocks", said.RGOS_INTERFACES)

    assert [(port, item.address) for port, item in found.addresses or []] == [
        ("VLAN 30", "fe80::2d0:f8ff:fe22:33ad"),
        ("VLAN 30", "2001:db8:30::1"),
        ("VLAN 100", "fe80::2d0:f8ff:fe22:33ad"),
        ("VLAN 100", "2001:db8:100::3"),
    ]


def test_an_interval_that_is_printed_anyway_proves_no_advertisements() -> None:
    assert told("interfaces.plain", said.RGOS_INTERFACES).ra is None


def test_the_running_timer_of_rgos_proves_advertisements() -> None:
    stopped = said.RGOS_RA.replace("running", "stopped")

    assert [
        (ra.sends_ra, ra.managed, ra.other_config) for ra in told("interfaces.ra_info", said.RGOS_RA).ra or []
    ] == [(True, False, True)]
    assert [(ra.sends_ra, ra.managed) for ra in told("interfaces.ra_info", stopped).ra or []] == [
        (False, None)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (said.NXOS_ND, [("Ethernet1/1", False, None, None), ("Vlan10", True, True, True)]),
        (said.IOS_INTERFACES, [("Vlan10", True, False, True), ("Vlan20", False, None, None)]),
    ],
)
def test_suppressed_advertisements_are_told_from_sent_ones(text: str, expected: list[object]) -> None:
    found = told("interfaces.blocks", text)

    assert [(ra.interface, ra.sends_ra, ra.managed, ra.other_config) for ra in found.ra or []] == expected


def test_the_subnet_of_an_address_is_no_address() -> None:
    found = told("interfaces.blocks", said.NXOS_ND)

    assert [(port, item.address, item.prefix_length) for port, item in found.addresses or []] == [
        ("Ethernet1/1", "2001:db8:c56d:4::3", 64),
        ("Ethernet1/1", "fe80::5c01:c0ff:fe02:7", None),
        ("Vlan10", "2001:db8:10::1", 64),
        ("Vlan10", "fe80::1", None),
    ]


def test_the_addresses_of_linux_are_read_without_the_loopback() -> None:
    found = told("interfaces.linux", said.LINUX_ADDRESSES)

    assert [(port, item.address, item.scope) for port, item in found.addresses or []] == [
        ("eth0", "2001:db8::15", "global"),
        ("eth0", "fe80::5054:ff:fe12:3456", "link_local"),
    ]


def test_a_neighbour_that_goes_on_in_the_next_line_is_one_neighbour() -> None:
    found = told("neighbors.rows", said.COMWARE_NEIGHBORS).neighbors or []

    assert [(item.interface, item.mac, item.state) for item in found] == [
        ("GE1/0/5", "aa:aa:bb:bb:00:01", "reachable"),
        ("GE1/0/5", "aa:aa:bb:bb:00:01", "stale"),
        ("BAGG1", "f6:03:01:11:22:33", "delay"),
    ]


def test_a_table_of_unresolved_neighbours_alone_is_an_empty_one() -> None:
    assert told("neighbors.rows", "fd00::1 dev eth0 FAILED").neighbors == []


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        (said.FORTIOS_NEIGHBORS, ["wan1"]),
        (said.FASTIRON_NEIGHBORS, ["1/1/11"]),
        (said.JUNOS_NEIGHBORS, ["ge-0/0/0.0", "irb.50"]),
        (said.NXOS_NEIGHBORS, ["Vlan10", "Ethernet1/1"]),
        (said.AOSCX_NEIGHBORS, ["vlan10"]),
    ],
)
def test_the_port_of_a_neighbour_is_found_in_every_kind_of_table(text: str, ports: list[str]) -> None:
    assert [item.interface for item in told("neighbors.rows", text).neighbors or []] == ports


def test_a_port_of_two_words_is_one_name() -> None:
    found = told("neighbors.rows", said.RGOS_NEIGHBORS).neighbors or []

    assert {item.interface for item in found} == {"VLAN 30"}


def test_the_model_of_rgos_stands_in_brackets() -> None:
    system = told("versions.pairs", said.RGOS_VERSION).system

    assert system is not None
    assert (system.model, system.serial) == ("S2928G-E V3", "G1HWA1234567B")
    assert system.software == "S29_RGOS 11.4(1)B12P33"


def test_the_access_points_of_rgos_have_radios_and_clients() -> None:
    wireless = told("wireless.radios_in_row", said.RGOS_APS).wireless

    assert wireless is not None
    assert (wireless.aps_online, wireless.aps_offline) == (2, 1)
    assert [(ap.name, ap.ip, ap.state, ap.clients) for ap in wireless.aps] == [
        ("教学楼301", "192.168.0.11", "online", 18),
        ("gate", "192.168.0.12", "online", 0),
        ("library", "192.168.0.13", "offline", None),
    ]
    assert [(radio.band, radio.channel, radio.state) for radio in wireless.aps[1].radios] == [
        ("2.4", 6, "up"),
        ("5", 36, "down"),
    ]


def test_the_access_points_of_vrp_are_read_whatever_columns_follow() -> None:
    wireless = told("wireless.states_in_row", said.VRP_APS).wireless

    assert wireless is not None
    assert [(ap.name, ap.ip, ap.model, ap.state, ap.clients) for ap in wireless.aps] == [
        ("教学楼 1F", "10.23.100.254", "AP7060DN", "online", 12),
        ("area_2", None, "AP7060DN", "offline", 0),
        ("area_3", "10.23.100.253", "AirEngine5760-51", "online", 3),
    ]


def test_the_neighbours_of_rgos_are_read() -> None:
    (link,) = told("links.blocks", said.RGOS_LLDP).lldp or []

    assert (link.local_port, link.chassis_id, link.port_id) == (
        "GigabitEthernet 0/1",
        "00:d0:f8:22:33:cd",
        "GigabitEthernet 0/24",
    )
    assert (link.sys_name, link.sys_descr, link.address) == ("core", "核心交换机", "192.168.9.1")


NAMES = said.NAMES


@pytest.mark.parametrize("parser", sorted(PARSERS))
@pytest.mark.parametrize("name", NAMES)
def test_no_parser_raises_for_the_answer_to_another_question(parser: str, name: str) -> None:
    found = PARSERS[parser](getattr(said, name).splitlines())

    assert found is None or isinstance(found, Told)


@given(st.sampled_from(sorted(PARSERS)), st.sampled_from(NAMES), st.data())
def test_no_parser_raises_for_a_damaged_answer(parser: str, name: str, data: st.DataObject) -> None:
    lines = getattr(said, name).splitlines()
    cut = data.draw(st.integers(0, len(lines)))
    noise = data.draw(st.text(max_size=40))
    column = data.draw(st.integers(0, 40))

    found = PARSERS[parser]([*lines[:cut], noise, *(line[column:] for line in lines[cut:])])

    assert found is None or isinstance(found, Told)


@pytest.mark.parametrize("parser", sorted(set(PARSERS) - {"versions.words", "versions.pairs"}))
def test_an_answer_in_another_form_is_not_understood_rather_than_empty(parser: str) -> None:
    assert PARSERS[parser](["Lorem ipsum dolor sit amet,", "consetetur sadipscing elitr."]) is None
