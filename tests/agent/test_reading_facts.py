"""What of a reading travels."""

from __future__ import annotations

import msgspec
import pytest

from agent.changes import settled
from agent.facts import facts_of
from inventory.facts import AP_KEYS, DEVICE_KEYS, PORT_KEYS, FactValue
from inventory.hardware import Optic, Sensor
from inventory.reading import ApPort, Interface, Ipv6Address, Ipv6Route, LldpNeighbor, Reading, System, Table
from inventory.wifi import AccessPoint, Wireless

GIGABIT = Interface(if_index=1, name="GE1", type=6, speed_mbps=1000, oper_status="up")
FAST = Interface(if_index=2, name="XGE1", type=6, speed_mbps=10_000, oper_status="up")
MEMBER = Interface(if_index=3, name="GE3", type=6, speed_mbps=1000, lag_if_index=5)
LINKED = Interface(if_index=4, name="GE4", type=6, speed_mbps=1000)
TRUNK = Interface(if_index=5, name="Trunk1", type=161, speed_mbps=2000)
VLAN = Interface(if_index=6, name="Vlan10", type=53, speed_mbps=10_000, connector=False)
WITH_IPV6 = Interface(if_index=7, name="Vlan20", type=53)
ALL = [GIGABIT, FAST, MEMBER, LINKED, TRUNK, VLAN, WITH_IPV6]
READING = Reading(
    address="192.0.2.1",
    polled_at="2026-09-01T08:00:00Z",
    outcome="ok",
    interfaces=ALL,
    ipv6_addresses=[
        Ipv6Address(address="2001:db8::2", prefix_length=None, if_index=7, scope="global"),
        Ipv6Address(address="2001:db8::1", prefix_length=64, if_index=7, scope="global"),
        Ipv6Address(address="fe80::1", prefix_length=64, if_index=7, scope="link_local"),
    ],
    lldp_neighbors=[LldpNeighbor(local_if_index=4)],
)


def ports(role: str, reading: Reading = READING) -> set[str]:
    return {subject[5:] for subject, _key in facts_of(reading, role) if subject.startswith("port:")}


@pytest.mark.parametrize("role", ["gateway", "core", "distribution", "firewall"])
def test_a_device_in_the_middle_sends_all_ports_but_plain_vlans(role: str) -> None:
    assert ports(role) == {"GE1", "XGE1", "GE3", "GE4", "Trunk1", "Vlan20"}


@pytest.mark.parametrize("role", ["access", "wlan_controller", "other"])
def test_a_device_at_the_edge_sends_only_ports_that_carry_the_school(role: str) -> None:
    assert ports(role) == {"XGE1", "GE3", "GE4", "Trunk1", "Vlan20"}


def test_the_port_on_which_an_access_point_was_learnt_is_sent_by_every_switch() -> None:
    learnt = msgspec.structs.replace(READING, ap_ports=[ApPort(mac="aa:bb:cc:00:00:01", if_index=1)])

    assert ports("access", learnt) - ports("access") == {"GE1"}


def test_ipv6_addresses_are_sorted_with_their_length_and_without_link_local() -> None:
    assert facts_of(READING, "gateway")["port:Vlan20", "ipv6"] == ["2001:db8::1/64", "2001:db8::2/?"]


def test_a_member_names_its_aggregate() -> None:
    assert facts_of(READING, "access")["port:GE3", "lag"] == "Trunk1"


def test_router_advertisements_are_told_only_where_the_device_has_the_table() -> None:
    silent = facts_of(READING, "gateway")

    told = facts_of(msgspec.structs.replace(READING, ipv6_ra_interfaces=[]), "gateway")

    assert ("port:Vlan20", "ipv6_ra") not in silent
    assert told["port:Vlan20", "ipv6_ra"] is False


def test_equal_names_are_told_apart_by_ifindex_all_of_them() -> None:
    twins = [Interface(if_index=i, name="GE0/0/1", type=6) for i in (8, 9)]
    reading = Reading(address="a", polled_at="p", outcome="ok", interfaces=[*twins, FAST])

    assert ports("core", reading) == {"GE0/0/1#8", "GE0/0/1#9", "XGE1"}


def test_a_port_without_any_name_is_known_by_its_ifindex() -> None:
    reading = Reading(address="a", polled_at="p", outcome="ok", interfaces=[Interface(if_index=8, type=6)])

    assert ports("core", reading) == {"#8"}


@pytest.mark.parametrize(
    ("status", "routes", "fact"),
    [
        ("ok", [Ipv6Route(next_hop="2001:db8::9", if_index=2)], ["2001:db8::9"]),
        ("ok", [Ipv6Route(next_hop=None, if_index=2)], ["XGE1"]),
        ("empty", [], []),
        ("unsupported", [], None),
        ("timeout", [], None),
        ("partial", [], None),
    ],
)
def test_a_missing_default_route_is_told_only_where_the_table_was_read(
    status: str, routes: list[Ipv6Route], fact: list[str] | None
) -> None:
    reading = Reading(
        address="a",
        polled_at="p",
        outcome="ok",
        interfaces=ALL,
        tables={"ipv6_default_routes": Table(status=status)},  # type: ignore[arg-type]
        ipv6_default_routes=routes,
    )

    assert facts_of(reading, "gateway").get(("", "ipv6_default_route")) == fact


def test_an_access_point_is_known_by_mac_else_serial_else_name() -> None:
    aps = [
        AccessPoint(name="a", mac="00:00:00:00:00:01", serial="S1", state="online"),
        AccessPoint(name="b", serial="S2"),
        AccessPoint(name="c", state="offline"),
        AccessPoint(),
    ]
    reading = Reading(address="a", polled_at="p", outcome="ok", wireless=Wireless(aps=aps, aps_online=1))

    facts = facts_of(reading, "wlan_controller")

    states = {subject: value for (subject, key), value in facts.items() if key == "state"}
    assert states == {"ap:00:00:00:00:00:01": "online", "ap:S2": "unknown", "ap:c": "offline"}
    assert facts["", "aps_online"] == 1


def test_a_device_that_did_not_answer_has_no_facts() -> None:
    assert facts_of(Reading(address="a", polled_at="p", outcome="gap"), "core") == {}


def test_every_key_is_in_the_contract_and_nothing_unknown_is_sent() -> None:
    reading = Reading(
        address="a",
        polled_at="p",
        outcome="ok",
        system=System(sys_name="x"),
        interfaces=ALL,
        wireless=Wireless(aps=[AccessPoint(mac="00:00:00:00:00:01")]),
    )

    for (subject, key), value in facts_of(reading, "core").items():
        keys = (
            PORT_KEYS
            if subject.startswith("port:")
            else AP_KEYS
            if subject.startswith("ap:")
            else DEVICE_KEYS
        )
        assert key in keys
        assert value is not None


def test_what_is_measured_changes_only_by_more_than_its_deadband() -> None:
    name, other = ("port:XGE1", "optic_rx_dbm"), ("port:XGE1", "speed_mbps")

    assert settled({name: -5.0, other: 10_000}, {name: -5.4, other: 10_000.1}) == {
        name: -5.0,
        other: 10_000.1,
    }
    assert settled({name: -5.0}, {name: -5.5}) == {name: -5.5}
    assert settled({name: -5.0}, {}) == {}
    assert settled({}, {name: -5.0}) == {name: -5.0}


def test_a_slow_drift_of_light_is_seen_in_the_end() -> None:
    name = ("port:XGE1", "optic_rx_dbm")
    sent: dict[tuple[str, str], FactValue] = {name: -5.0}
    for step in range(1, 11):
        sent = settled(sent, {name: -5.0 - step / 10})

    assert sent[name] == -6.0


def test_light_and_limits_of_a_module_go_with_its_port() -> None:
    optic = Optic(if_index=2, rx_dbm=-5.1, rx_low_warn_dbm=-12.0, serial="S1", raw_unit="0.01 dBm")
    facts = facts_of(msgspec.structs.replace(READING, optics=[optic]), "access")

    assert facts["port:XGE1", "optic_rx_dbm"] == -5.1
    assert facts["port:XGE1", "optic_rx_low_warn_dbm"] == -12.0
    assert ("port:XGE1", "optic_unit") not in facts


def test_a_port_named_in_the_configuration_is_always_sent() -> None:
    assert "GE1" not in ports("access")
    assert "GE1" in {
        s[5:] for s, _key in facts_of(READING, "access", frozenset({"GE1"})) if s.startswith("port:")
    }


def test_failed_parts_are_named_and_a_device_without_watch_says_nothing() -> None:
    fan = Sensor(kind="fan", name="FAN1", state="failed")
    fine = Sensor(kind="power", name="PWR1", state="ok")
    empty = Sensor(kind="power", name="PWR2", state="absent")

    def failed(*sensors: Sensor) -> object:
        reading = msgspec.structs.replace(READING, sensors=list(sensors))
        return facts_of(reading, "core").get(("", "failed"))

    assert failed(fan, fine, empty) == ["fan: FAN1"]
    assert failed(fine) == []
    assert failed(empty) is None
    assert failed() is None


def test_a_next_hop_that_does_not_answer_is_named() -> None:
    def dead(*routes: Ipv6Route) -> object:
        reading = msgspec.structs.replace(READING, ipv6_default_routes=list(routes))
        return facts_of(reading, "core").get(("", "ipv6_dead_next_hops"))

    assert dead(Ipv6Route(next_hop="fe80::1", next_hop_state="incomplete")) == ["fe80::1"]
    assert dead(Ipv6Route(next_hop="fe80::1", next_hop_state="stale")) == []
    assert dead(Ipv6Route(next_hop="fe80::1")) is None
