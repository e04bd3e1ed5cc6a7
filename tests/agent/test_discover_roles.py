"""The role of each recorded device, against a table made by hand from data sheets and what the walks show."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import recordings
from shared import RECORDINGS, need

from agent.device import Job
from agent.discover.roles import Guess, guess_role, rules
from agent.poll import poll_device
from agent.snmp.target import Target
from inventory.hardware import Ups
from inventory.reading import (
    Interface,
    Ipv4Address,
    Ipv6Route,
    LldpNeighbor,
    NeighborCounts,
    Reading,
    System,
)
from inventory.register import DEVICE_ROLES
from inventory.wifi import AccessPoint, Wireless

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
JOBS: frozenset[Job] = frozenset({"status", "environment", "topology", "inventory"})

# Two roles where the walk leaves it open: a switch that may aggregate or serve desks is told by its place in
# the school, which no walk shows.
SWITCH = "access distribution"
ROLES = {
    "apc/smtl1000-nmc3": "ups",
    "aruba/7210": "wlan_controller",
    "aruba/cx-6200f": "access",
    "aruba/cx-6300m-transceivers": SWITCH,
    "aruba/cx-8325": "distribution core",
    "aruba/iap-225": "ap",
    "cisco/air-ct5508": "wlan_controller",
    "cisco/asa-9-12": "firewall",
    "cisco/c2960x": "access",
    "cisco/c3560": "access",
    "cisco/c9300": "access",
    "cisco/cat6500": "core",
    "cisco/cbs350-24p-4x": "access",
    "cisco/n5000": "core",
    "dcn/dcrs-5980-28t": "core distribution",
    "dell/os10": "distribution",
    "dlink/des-3200-18": "access",
    "emerson/ups-gbk-name": "ups",
    "extreme/v2110-wireless": "wlan_controller",
    "extreme/voss-7520": "distribution core",
    "fortinet/fg-60f": "firewall",
    "h3c/hpe-ff5700-40xg": "core",
    "h3c/lsq1wcmd0-ac": "wlan_controller",
    "h3c/vsr1000": "gateway",
    "hikvision/camera": "camera",
    "hillstone/sg-6000-e3965": "firewall",
    "hp/procurve-ka-stack": "access",
    "huawei/ar169f": "gateway",
    "huawei/ce12804": "distribution core",
    "huawei/ne-cr5b": "gateway",
    "huawei/s12704-native-ac": "core",
    "huawei/s5720-56c-pwr-ei": SWITCH,
    "huawei/s5720-56c-pwr-ei-vrf": SWITCH,
    "huawei/s5735-yunshan": "access",
    "juniper/qfx5100": "distribution",
    "juniper/vmx": "gateway",
    "linux/net-snmp-el7": "server",
    "maipu/sm4200-16gef8ge": SWITCH,
    "mikrotik/crs317": "distribution",
    "mikrotik/rb433gl": "gateway",
    "netentsec/ngfw": "firewall",
    "paloalto/pa-5000-utf8-alias": "firewall",
    "pfsense/pfsense-2.3": "firewall",
    "ruckus/sz104": "wlan_controller",
    "ruijie/m18000-ws-ed-ac": "wlan_controller",
    "ruijie/s5750-24gt12sfp": "core distribution",
    "ruijie/s6220-48xs4qxs": "core",
    "sangfor/sundray-wac-m5800-35047": "wlan_controller",
    "sangfor/sundray-wac-m5800-45577": "wlan_controller",
    "sangfor/vad-virtual-adc": "other",
    "topsec/ngfw4000-uf": "firewall",
    "tplink/sg2218p": "access",
    "ubiquiti/uap-nanohd": "ap",
    "ubiquiti/usw-flex-xg": SWITCH,
    "zte/zxr10-5928": SWITCH,
    "zte/zxr10-9908": "core",
    "zyxel/xgs4600-32f": "distribution",
}


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize("name", recordings.names())
def test_a_recorded_device_gets_its_role(name: str) -> None:
    target = Target("192.0.2.1", community="x")
    reading = asyncio.run(poll_device(target, now=NOW, jobs=JOBS, engine=recordings.replayed(name)))

    guess = guess_role(reading)

    assert guess.role in ROLES[name].split(), guess.reasons
    assert guess.reasons


def switch(ports: int, mbps: float, **more: object) -> Reading:
    interfaces = [Interface(if_index=n, type=6, speed_mbps=mbps) for n in range(1, ports + 1)]
    fields = {"address": "192.0.2.1", "polled_at": "", "outcome": "ok", "interfaces": interfaces}
    return Reading(**(fields | more))  # type: ignore[arg-type]


def networks(count: int) -> list[Ipv4Address]:
    return [Ipv4Address(address=f"10.{n}.0.1", prefix_length=24, if_index=n) for n in range(count)]


def described(words: str) -> Guess:
    return guess_role(switch(1, 1000, system=System(sys_descr=words)))


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("Huawei AP4050DN Huawei Versatile Routing Platform Software", "ap"),
        ("Ruijie Indoor AP320-I (802.11a/n and 802.11b/g/n) By Ruijie Networks", "ap"),
        ("H3C WX3540H Access Controller", "wlan_controller"),
        ("AC6605-26-PWR Huawei Versatile Routing Platform Software", "wlan_controller"),
        ("H3C SecPath F1000-AI", "firewall"),
        ("Huawei USG6630 Versatile Routing Platform", "firewall"),
        ("TOPSEC WAF web application firewall", "waf"),
        ("SANGFOR Internet Access Management", "behaviour_audit"),
        ("H3C MSR3620 Comware Platform Software", "gateway"),
        ("RG-EG3230 Ruijie Easy Gateway", "gateway"),
        ("DS-7932N-K4 NVR", "nvr"),
        ("Linux localhost 4.19", "server"),
    ],
)
def test_what_a_device_calls_itself_decides(words: str, role: str) -> None:
    assert described(words).role == role


@pytest.mark.parametrize("words", ["S5735-L48T4X-A", "C3560-IPSERVICESK9-M", "", "ZXR10 5928"])
def test_a_switchs_words_decide_nothing(words: str) -> None:
    assert (described(words).role, described(words).sure) == ("other", False)


def test_what_only_says_linux_is_a_guess() -> None:
    assert not described("Linux box 5.10").sure


def test_desk_ports_without_routing_are_access() -> None:
    assert guess_role(switch(48, 1000)).role == "access"


def test_fast_ports_without_routing_are_distribution() -> None:
    assert guess_role(switch(24, 10_000)).role == "distribution"


def test_networks_that_are_used_make_a_core() -> None:
    found = guess_role(
        switch(48, 10_000, ipv4_addresses=networks(6), neighbor_counts=NeighborCounts(ipv4=300))
    )

    assert found.role == "core"
    assert "6 networks" in found.reasons[0]
    assert "300 machines" in found.reasons[0]


def test_an_ipv6_default_route_counts_as_use() -> None:
    routes = [Ipv6Route(next_hop="fe80::1")]

    assert guess_role(switch(24, 1000, ipv4_addresses=networks(5), ipv6_default_routes=routes)).role == "core"


def test_a_few_ports_in_two_networks_are_a_gateway() -> None:
    addresses = [*networks(1), Ipv4Address(address="202.0.2.1", prefix_length=30)]

    found = guess_role(switch(5, 1000, ipv4_addresses=addresses))

    assert found.role == "gateway"
    assert any("public and private" in reason for reason in found.reasons)


def test_access_points_make_a_controller_and_neighbours_are_mentioned() -> None:
    aps = [AccessPoint(name=f"ap{n}") for n in range(12)]
    links = [LldpNeighbor(sys_name=str(n)) for n in range(34)]

    found = guess_role(switch(8, 1000, wireless=Wireless(aps=aps), lldp_neighbors=links))

    assert (found.role, found.sure) == ("wlan_controller", True)
    assert "it lists 12 access points" in found.reasons
    assert "34 LLDP neighbours" in found.reasons


def test_a_routers_own_radio_is_no_controller() -> None:
    one = Wireless(aps=[AccessPoint(name="wlan1")])

    assert guess_role(switch(5, 1000, wireless=one, ipv4_addresses=networks(2))).role == "gateway"


def test_a_battery_is_a_ups() -> None:
    assert guess_role(switch(1, 100, ups=Ups(battery="normal"))).role == "ups"
    assert guess_role(switch(1, 100, ups=Ups())).role == "other"


def test_every_role_is_one_of_the_register() -> None:
    assert {rule.role for rule in rules()} <= set(DEVICE_ROLES)
