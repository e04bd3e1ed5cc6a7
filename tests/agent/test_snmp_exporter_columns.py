"""The agent's page and snmp_exporter tell the same of one device: column by column, label by label."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import recordings
import snmp_exporter
from devices import answering
from prometheus_client.parser import text_string_to_metric_families
from shared import RECORDINGS

from agent.poll import poll_device
from agent.privacy import Stations
from agent.snmp.choose import engine_named
from agent.snmp.target import Target
from exporters.agent_page import device_page
from inventory.agent_now import AgentNow, DeviceNow
from inventory.reading import Reading
from wanzhao.demo.county import simulated_devices

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        snmp_exporter.PROGRAM is None,
        reason="no snmp_exporter here; apt-get install prometheus-snmp-exporter",
    ),
]

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
COUNTERS = {name for name, (_oid, kind) in snmp_exporter.COLUMNS.items() if kind == "counter"}
STATES = ("ifAdminStatus", "ifOperStatus")
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]

RECORDED = [name for name in recordings.names()[::6] if not recordings.is_huge(name)]
"""Every sixth of the real devices, but for the largest."""


def read(port: int, community: str) -> Reading:
    target = Target("127.0.0.1", port=port, community=community, timeout_s=5, retries=3)
    engine = engine_named("auto", target)
    return asyncio.run(poll_device(target, now=NOW, engine=engine, stations=Stations(bytes(32))))


def series(page: str) -> Series:
    """The columns of if_mib; texts as a reader sees them (line breaks and blanks at the ends are no news)."""
    found: Series = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            name = sample.name.removesuffix("_total")  # the parser's own addition to a counter
            if name in snmp_exporter.COLUMNS:
                labels = tuple(sorted((name, plain(value)) for name, value in sample.labels.items()))
                found[name, labels] = sample.value
    return found


def index(key: tuple[str, tuple[tuple[str, str], ...]]) -> str:
    return dict(key[1])["ifIndex"]


def plain(text: str) -> str:
    return re.sub(r"[\x00-\x20\x7f]+", " ", text).strip()


def of_agent(reading: Reading) -> str:
    device = DeviceNow(id="d", role="core", reading=reading, answered_at=NOW.timestamp())
    agent = AgentNow(campus="c", interval_s=300, version="0", devices={"d": device})
    page = device_page(agent, "d", NOW.timestamp())
    assert page is not None
    return page.decode()


def same(ours: Series, theirs: Series, *, moving: bool = False) -> None:
    """Names, labels and values; counters of a device that goes on counting may have grown meanwhile. A state
    that the MIB does not define (0 is seen) has no series with us."""
    theirs = {key: value for key, value in theirs.items() if value or key[0] not in STATES}
    assert not theirs or {name for name, _labels in theirs} >= {"ifOperStatus", "ifInErrors"}
    assert ours.keys() == theirs.keys(), sorted(ours.keys() ^ theirs.keys())[:6]
    for key, value in theirs.items():
        if moving and key[0] in COUNTERS:
            assert ours[key] <= value, key
        else:
            assert ours[key] == value, key


def test_simulated_devices_are_told_of_alike(tmp_path: Path) -> None:
    devices = [device for device in simulated_devices() if "-ap" not in device.id][:6]
    assert devices
    with answering(devices) as ports, snmp_exporter.exporter(tmp_path, [devices[0].community]) as url:
        compared = 0
        for device in devices:
            if device.community != devices[0].community:
                continue
            ours = series(of_agent(read(ports[device.id], device.community)))
            same(ours, series(snmp_exporter.scraped(url, ports[device.id])), moving=True)
            compared += len(ours)

    assert compared > 200


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """All recordings on one port, and an exporter that has a module for the community of each."""
    folder = tmp_path_factory.mktemp("served")
    with recordings.served(folder) as port, snmp_exporter.exporter(folder, RECORDED) as url:
        yield port, url


@pytest.mark.recordings
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the folder of real devices' recordings is not here")
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_devices_are_told_of_alike(name: str, served: tuple[int, str]) -> None:
    port, url = served
    reading = read(port, name)
    theirs = series(snmp_exporter.scraped(url, port, RECORDED.index(name)))

    counted = {str(row.if_index) for row in reading.counters}
    if len(counted) < len(reading.interfaces):  # thousands of tunnels: counters are of the ports alone
        assert counted or not any(name in COUNTERS for name, _labels in theirs)
        theirs = {key: n for key, n in theirs.items() if key[0] not in COUNTERS or index(key) in counted}
    same(series(of_agent(reading)), theirs)
