"""The agent's pages: what a reading says is what Prometheus reads back."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from agents_now import AGENT, GATEWAY, HOSTILE, NOW, seen
from msgspec.structs import replace as revised
from prometheus_client.parser import text_string_to_metric_families

from exporters.agent_page import (
    AGENT_FAMILIES,
    DEVICE_FAMILIES,
    OF_DEVICE_FAMILIES,
    agent_page,
    device_page,
    targets,
)
from inventory.hardware import Optic
from inventory.reading import Interface

ROOT = Path(__file__).resolve().parents[2]
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]
LOAD = {"kind": "throughput", "name": "county", "family": "ipv4"}
PORT = {"ifIndex": "7", "ifName": "XGE0/0/1"}


def read_back(page: bytes | None) -> Series:
    assert page is not None
    found: Series = {}
    for family in text_string_to_metric_families(page.decode()):
        for sample in family.samples:
            name = sample.name
            if not name.startswith("wanzhao_"):
                name = name.removesuffix("_total")  # the parser's own addition to a counter
            key = (name, frozenset(sample.labels.items()))
            assert key not in found, f"series twice: {key}"
            found[key] = sample.value
    return found


def one(page: Series, name: str, /, **labels: str) -> float | None:
    return page.get((name, frozenset(labels.items())))


GW = read_back(device_page(AGENT, "gw", NOW))
OWN = read_back(agent_page(AGENT, NOW))


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("sysUpTime", {}, 1_234_567),
        ("sysName", {"sysName": "gw"}, 1),
        ("sysLocation", {"sysLocation": "三楼机房"}, 1),
        ("wanzhao_device_up", {}, 1),
        ("wanzhao_device_answered_timestamp_seconds", {}, NOW - 60),
        ("wanzhao_optics_rx_dbm", PORT, -9.5),
        ("wanzhao_optics_rx_margin_db", PORT, 4.5),
        ("wanzhao_optics_bias_amperes", PORT, 0.032),
        ("wanzhao_optics_no_light", {"ifIndex": "", "ifName": "port 9"}, 1),
        ("wanzhao_optics_lane_rx_dbm", PORT | {"lane": "1"}, -9.5),
        ("wanzhao_lag_member_info", PORT | {"lagIfIndex": "9", "lagIfName": "Eth-Trunk1"}, 1),
        ("wanzhao_device_cpu_ratio", {"sensor": "slot 0"}, 0.37),
        ("wanzhao_device_memory_ratio", {"sensor": "memory"}, 0.5),
        ("wanzhao_device_sensor_state", {"kind": "fan", "sensor": "fan 1", "state": "failed"}, 1),
        ("wanzhao_ups_remaining_seconds", {}, 1800),
        ("wanzhao_ups_charge_ratio", {}, 0.98),
        ("wanzhao_ups_state", {"what": "battery", "state": "normal"}, 1),
        ("wanzhao_poe_port_watts", PORT, 12.5),
        ("wanzhao_ipv6_addresses", PORT | {"scope": "global"}, 2),
        ("wanzhao_ipv6_default_routes", {}, 1),
        ("wanzhao_ipv6_ladder_reached", {"rung": "configured"}, 1),
        ("wanzhao_ipv6_ladder_reached", {"rung": "clients"}, None),
        ("wanzhao_neighbours", {"version": "6"}, 80),
        ("wanzhao_if_version_in_octets_total", PORT | {"version": "6"}, 600),
        ("wanzhao_wireless_access_points", {"state": "offline"}, 1),
        ("wanzhao_wireless_access_points", {"state": "missing"}, 0),
        ("wanzhao_wireless_ssid_clients", {"ssid": "校园"}, 40),
        ("wanzhao_wireless_ap_up", {"ap": "A101", "mac": "aa:bb:cc:00:00:01"}, 1),
        ("wanzhao_wireless_ap_up", {"ap": "A102", "mac": "aa:bb:cc:00:00:02"}, 0),
        ("wanzhao_wireless_ap_up", {"ap": "A103", "mac": "aa:bb:cc:00:00:03"}, None),
        ("wanzhao_wireless_ap_wired_speed", {"ap": "A101", "mac": "aa:bb:cc:00:00:01"}, 2.5e9),
    ],
)
def test_a_value_of_a_device_reads_back(name: str, labels: dict[str, str], value: float | None) -> None:
    assert one(GW, name, **labels) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ifAdminStatus", 1),
        ("ifOperStatus", 1),
        ("ifSpeed", 4_294_967_295),
        ("ifHighSpeed", 10_000),
        ("ifHCInOctets", 2**53 - 1),  # 2**64 - 1, come round where floating point numbers stop being exact
        ("ifHCOutOctets", 12),
        ("ifHCInBroadcastPkts", 3),
        ("ifHCOutMulticastPkts", 5),
        ("ifInErrors", 7),
        ("ifOutDiscards", 10),
    ],
)
def test_an_interface_has_the_names_and_labels_of_if_mib(name: str, value: float) -> None:
    found = {
        dict(labels)["ifIndex"]: (dict(labels), n) for (series, labels), n in GW.items() if series == name
    }

    labels, number = found["7"]

    assert number == value
    assert labels.keys() == {"ifIndex", "ifName", "ifAlias", "ifDescr"}
    assert labels["ifAlias"] == HOSTILE.replace("\ud800", "?")
    assert labels["ifDescr"] == "XGigabitEthernet0/0/1"


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("wanzhao_agent_build_info", {"campus": "2133000001-01", "version": "0.1.0"}, 1),
        ("wanzhao_agent_device_up", {"device": "gw", "role": "gateway"}, 1),
        ("wanzhao_agent_device_up", {"device": "sw", "role": "access"}, 0),
        ("wanzhao_agent_device_polls_total", {"device": "gw", "outcome": "ok"}, 10),
        ("wanzhao_agent_device_polls_total", {"device": "sw", "outcome": "down"}, 3),
        ("wanzhao_agent_device_answered_timestamp_seconds", {"device": "sw", "role": "access"}, None),
        ("wanzhao_agent_spool_batches", {"lane": "backlog"}, 4),
        ("wanzhao_agent_spool_bytes", {}, 12_000),
        ("wanzhao_agent_spool_limit_bytes", {}, 2**30),
        ("wanzhao_agent_spool_oldest_timestamp_seconds", {}, NOW - 900),
        ("wanzhao_agent_uplink_failures_total", {}, 3),
        ("wanzhao_agent_last_receipt_timestamp_seconds", {}, NOW - 30),
        ("wanzhao_agent_rates_dropped_total", {"reason": "restarted"}, 2),
        ("wanzhao_probe_success", {"kind": "tcp", "name": "moe:443", "family": "ipv6"}, 1),
        ("wanzhao_probe_ipv6_seconds", {"kind": "parity", "name": "www", "family": "both"}, 0.015),
        (
            "wanzhao_probe_throughput",
            {"kind": "throughput", "name": "county", "family": "ipv4"},
            9.4e9,
        ),
        (
            "wanzhao_probe_timestamp_seconds",
            {"kind": "throughput", "name": "county", "family": "ipv4"},
            NOW - 3600,
        ),
    ],
)
def test_a_value_of_the_agent_reads_back(name: str, labels: dict[str, str], value: float | None) -> None:
    assert one(OWN, name, **labels) == (None if value is None else pytest.approx(value))


def test_a_device_that_has_been_silent_for_three_polls_keeps_its_age_alone() -> None:
    live, stale = (read_back(device_page(seen(age), "gw", NOW)) for age in (900, 901))

    assert len(live) > 60
    assert {name for name, _labels in stale} == {
        "wanzhao_device_up",
        "wanzhao_device_answered_timestamp_seconds",
        "wanzhao_device_info",
    }
    assert one(stale, "wanzhao_device_up") == 0
    assert one(stale, "wanzhao_device_answered_timestamp_seconds") == NOW - 901


def test_a_device_that_never_answered_has_a_page_and_an_unknown_one_has_none() -> None:
    assert read_back(device_page(AGENT, "sw", NOW)) == {("wanzhao_device_up", frozenset()): 0.0}
    assert device_page(AGENT, "gone", NOW) is None


def test_names_of_ten_thousand_characters_are_cut() -> None:
    long = Interface(if_index=1, name="n" * 10_000, descr="d" * 10_000, alias="a" * 10_000, oper_status="up")
    device = replace(AGENT.devices["gw"], reading=revised(GATEWAY, interfaces=[long], counters=[]))
    page = device_page(replace(AGENT, devices={"gw": device}), "gw", NOW)

    assert page is not None
    assert max(map(len, page.splitlines())) < 1000


@pytest.mark.parametrize(
    ("optic", "margin"),
    [
        (Optic(rx_dbm=-9.5, rx_low_warn_dbm=-14.0), 4.5),
        (Optic(rx_dbm=-9.5, rx_low_alarm_dbm=-16.0), 6.5),
        (Optic(rx_dbm=0.25, rx_low_warn_dbm=-14.0, rx_high_warn_dbm=0.5), 0.25),
        (Optic(rx_dbm=-9.5), None),
        (Optic(rx_low_warn_dbm=-14.0), None),
    ],
)
def test_the_margin_is_to_the_nearer_limit(optic: Optic, margin: float | None) -> None:
    device = replace(AGENT.devices["gw"], reading=revised(GATEWAY, optics=[revised(optic, if_index=7)]))
    page = read_back(device_page(replace(AGENT, devices={"gw": device}), "gw", NOW))

    assert one(page, "wanzhao_optics_rx_margin_db", **PORT) == margin


def test_discovery_names_every_device_and_its_page() -> None:
    found = targets(AGENT, "10.20.1.5:9640")

    assert [one["labels"]["instance"] for one in found] == ["gw", "sw"]
    assert found[0]["targets"] == ["10.20.1.5:9640"]
    assert found[0]["labels"]["__metrics_path__"] == "/probe"
    assert found[0]["labels"]["__param_target"] == "gw"


needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool here; apt-get install prometheus"
)


@pytest.mark.prometheus
@needs_promtool
def test_promtool_has_nothing_to_say_but_of_the_names_of_if_mib() -> None:
    allowed = {f.name for f, _samples in DEVICE_FAMILIES if not f.name.startswith("wanzhao_")}
    allowed |= {"wanzhao_lag_member_info"}  # has ifIndex and lagIfIndex as labels
    allowed |= {f.name for f, _samples in DEVICE_FAMILIES if "ifIndex" in f.labels}
    for page in (device_page(AGENT, "gw", NOW), agent_page(AGENT, NOW)):
        done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False)
        said = {line.split()[0] for line in done.stderr.decode().splitlines() if line.strip()}
        assert said <= allowed, said - allowed


def test_every_metric_of_the_agent_is_described_in_docs_metrics_md() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    section = text.partition("\n## 学校代理的指标")[2]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", section, re.MULTILINE)

    documented = [(name, tuple(re.findall(r"`(\w+)`", labels))) for name, labels in rows]

    of_devices = [*OF_DEVICE_FAMILIES, *(family for family, _samples in DEVICE_FAMILIES)]
    wanted = [(f.name, f.labels) for f in (*of_devices, *(family for family, _samples in AGENT_FAMILIES))]
    assert documented == wanted
