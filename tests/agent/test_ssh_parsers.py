"""Readers of what devices print, by transcripts written after the makers' manuals."""

from __future__ import annotations

import pytest
import ssh_transcripts as said
from hypothesis import given
from hypothesis import strategies as st

from agent.ssh.parse import PARSERS
from agent.ssh.ports import Ports, key, tidy_mac
from agent.ssh.screen import last_line, lines_seen
from agent.ssh.text import refusal, says_none
from agent.ssh.told import Told
from inventory.reading import Interface


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


@pytest.mark.parametrize(
    ("text", "name", "rx", "tx", "bias"),
    [
        (said.EOS_OPTICS, "Et1", -2.55, -2.43, 6.75),
        (said.IOS_OPTICS, "Te1/1/1", -3.0, -2.4, 6.5),
        (said.EXOS_OPTICS, "1", -3.21, -2.51, 6.33),
    ],
)
def test_values_in_a_table_belong_to_their_own_columns(
    text: str, name: str, rx: float, tx: float, bias: float
) -> None:
    found = told("optics.table", text).optics or []

    assert [(item.name, item.rx_dbm, item.tx_dbm, item.bias_ma) for item in found] == [(name, rx, tx, bias)]


def test_a_port_of_two_words_is_one_name() -> None:
    found = told("neighbors.rows", said.RGOS_NEIGHBORS).neighbors or []

    assert {item.interface for item in found} == {"VLAN 30"}


def test_a_module_of_vrp_has_light_limits_type_and_serial_number() -> None:
    first, second = told("optics.blocks", said.VRP_TRANSCEIVERS).optics or []

    assert (first.name, first.rx_dbm, first.tx_dbm) == ("XGigabitEthernet0/0/1", -11.12, -2.55)
    assert (first.rx_low_alarm_dbm, first.rx_high_alarm_dbm) == (-16.4, 1.0)
    assert (first.temperature_c, first.voltage_v, first.bias_ma) == (39.0, 3.31, 23.7)
    assert (first.type, first.vendor, first.serial) == ("10GBASE_LR_SFP", "HUAWEI", "HA17281410025")
    assert (first.wavelength_nm, first.ddm) == (1310.0, True)
    assert (second.rx_dbm, second.ddm, second.type) == (None, False, "1000_BASE_T_SFP")


def test_a_module_with_lanes_has_each_of_them_and_speaks_by_the_weakest() -> None:
    (optic,) = told("optics.blocks", said.VRP8_TRANSCEIVERS).optics or []

    assert [lane.rx_dbm for lane in optic.lanes] == [-2.1, -3.4, -2.8, -2.2]
    assert [lane.bias_ma for lane in optic.lanes] == [6.47, 6.55, 6.8, 6.51]
    assert (optic.rx_dbm, optic.tx_dbm) == (-3.4, 0.9)
    assert optic.rx_low_alarm_dbm == -13.31


def test_a_table_of_values_beside_their_names_is_read() -> None:
    (optic,) = told("optics.blocks", said.VRP_DIAGNOSIS).optics or []

    assert (optic.rx_dbm, optic.rx_low_alarm_dbm, optic.rx_high_alarm_dbm) == (-11.12, -16.4, 1.0)
    assert (optic.bias_ma, optic.temperature_c) == (23.7, 39.0)


def test_a_row_of_values_below_their_names_is_read_and_an_absent_module_left_out() -> None:
    (optic,) = told("optics.blocks", said.COMWARE_DIAGNOSIS).optics or []

    assert (optic.name, optic.rx_dbm, optic.tx_dbm) == ("Ten-GigabitEthernet1/0/49", -35.64, -5.19)
    assert (optic.rx_low_alarm_dbm, optic.tx_high_alarm_dbm) == (-30.0, 5.0)


def test_a_word_behind_a_value_is_no_part_of_it() -> None:
    (optic,) = told("optics.blocks", said.RGOS_DIAGNOSIS).optics or []

    assert (optic.name, optic.rx_dbm, optic.tx_dbm) == ("TenGigabitEthernet 0/25", -5.96, -6.04)
    assert (optic.temperature_c, optic.bias_ma) == (37.0, 15.91)


def test_the_two_lines_of_a_port_of_zxros_are_one_module() -> None:
    first, second = told("optics.brief", said.ZXROS_OPTICS).optics or []

    assert (first.name, first.rx_dbm, first.tx_dbm) == ("xgei-0/1/0/25", -4.3, -2.1)
    assert (first.rx_low_alarm_dbm, first.tx_high_alarm_dbm) == (-14.4, 0.5)
    assert (second.name, second.rx_dbm, second.tx_dbm) == ("gei-0/1/0/1", None, -6.1)


def test_lasers_give_dbm_and_a_port_without_diagnostics_is_left_out() -> None:
    (optic,) = told("optics.lasers", said.JUNOS_LASERS).optics or []

    assert (optic.name, optic.rx_dbm, optic.tx_dbm) == ("xe-0/0/0", -6.0, -2.53)
    assert (optic.rx_low_alarm_dbm, optic.tx_high_alarm_dbm) == (-20.0, 3.0)


def test_light_at_the_smallest_step_is_no_light() -> None:
    dark = said.VRP_TRANSCEIVERS.replace(":-11.12", ":-40.00")
    first = (told("optics.blocks", dark).optics or [])[0]

    assert first.light == "none"


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


NAMES = [name for name in vars(said) if name.isupper()]


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


@pytest.mark.parametrize(
    "line",
    [
        "% Unrecognized command found at '^' position.",
        "Error: Unrecognized command found at '^' position.",
        "Error: Wrong parameter found at '^' position.",
        "% Invalid input detected at '^' marker.",
        "%Error 20201: Unrecognized command",
        "syntax error, expecting <command>.",
        "bad command name foo (line 1 column 1)",
        "command parse error before 'foo'",
        "Invalid input: foo",
        "Permission denied.",
        "bash: display: command not found",
    ],
)
def test_a_refusal_is_recognised(line: str) -> None:
    assert refusal(["            ^", line]) is not None


def test_an_answer_is_no_refusal() -> None:
    assert refusal(said.VRP_ROUTES.splitlines()) is None
    assert refusal([]) is None


@pytest.mark.parametrize("text", ["", "\n \n", "Total: 0  Dynamic: 0", "No neighbors found", "设备不存在"])
def test_a_word_for_nothing_is_recognised(text: str) -> None:
    assert says_none(text.splitlines())


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (b"a\r\nb\r\n", ["a", "b", ""]),
        (b"  ---- More ----\x1b[16D                \x1b[16Dnext\r\n", ["next", ""]),
        (b"--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bnext", ["next"]),
        (b"--More-- \r         \rnext", ["next"]),
        (b"\x1b[32mgreen\x1b[0m", ["green"]),
        ("一楼".encode("gbk"), ["一楼"]),
        ("一楼".encode(), ["一楼"]),
        ("温度 39°C".encode(), ["温度 39°C"]),
        ("39°C".encode(), ["39°C"]),
        (b"wrong\x1b[2K\rright", ["right"]),
    ],
)
def test_the_screen_shows_what_a_person_would_see(raw: bytes, seen: list[str]) -> None:
    assert lines_seen(raw) == seen


@given(st.binary(max_size=200))
def test_any_octets_can_be_shown(raw: bytes) -> None:
    assert last_line(raw) == lines_seen(raw)[-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GE1/0/1", "GigabitEthernet1/0/1"),
        ("Gi1/0/1", "GigabitEthernet 1/0/1"),
        ("XGE0/0/1", "XGigabitEthernet0/0/1"),
        ("XGE1/0/49", "Ten-GigabitEthernet1/0/49"),
        ("Te1/1", "TenGigabitEthernet1/1"),
        ("Vlan100", "Vlan-interface100"),
        ("VLAN 30", "Vlan30"),
        ("BAGG1", "Bridge-Aggregation1"),
        ("Eth1/6", "Ethernet1/6"),
    ],
)
def test_two_ways_to_write_a_port_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_the_name_as_it_stands_goes_before_other_ways_to_write_it() -> None:
    ports = Ports([Interface(if_index=3, name="VLAN-1"), Interface(if_index=73, name="Vl1", descr="Vlan1")])

    assert ports.if_index("Vlan1") == 73
    assert ports.if_index("vlan-1") == 3
    assert ports.if_index("VLAN 1") is not None
    assert ports.if_index(None) is None


def test_a_name_that_two_ports_have_belongs_to_neither() -> None:
    ports = Ports([Interface(if_index=1, name="ge1"), Interface(if_index=2, name="ge1")])

    assert ports.if_index("ge1") is None


@pytest.mark.parametrize("word", ["aaaa-bbbb-0001", "aaaa.bbbb.0001", "aa:aa:bb:bb:0:1", "aaaabb-bb0001"])
def test_a_mac_address_has_one_form(word: str) -> None:
    assert tidy_mac(word) == "aa:aa:bb:bb:00:01"
