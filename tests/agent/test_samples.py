"""Which numbers of a reading travel as samples."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from recordings import names, replayed
from shared import RECORDINGS, ROOT, need

from agent.changes import Columns
from agent.poll import poll_device
from agent.samples import Block, samples_of
from agent.snmp.target import Target
from inventory.facts import SAMPLE_KEYS, SampleColumns
from inventory.hardware import Optic, Sensor
from inventory.reading import Interface, PortCounters, Reading, System, VersionCounters
from inventory.wifi import AccessPoint, Radio, Ssid, Wireless

UPLINK = Interface(if_index=7, name="XGE0/0/1", type=6, oper_status="up", connector=True)
SPARE = Interface(if_index=8, name="XGE0/0/2", type=6, oper_status="down", connector=True)
VLAN = Interface(if_index=9, name="Vlanif10", type=53, oper_status="up")


def reading(**parts: Any) -> Reading:
    values: dict[str, Any] = {"interfaces": [UPLINK, SPARE, VLAN]}
    return Reading(address="192.0.2.1", polled_at="2026-09-01T00:00:00Z", outcome="ok", **(values | parts))


def sampled(blocks: list[Block]) -> dict[tuple[str, str], float]:
    """(subject, key) -> true value."""
    return {
        (subject, key): value / 10**scale if scale else value
        for block in blocks
        for key, scale, values in zip(block.key, block.scale, block.value, strict=True)
        for subject, value in zip(block.subject, values, strict=True)
        if value is not None
    }


def test_counters_and_state_of_ports_travel_as_they_stand() -> None:
    counters = [PortCounters(if_index=7, in_octets=2**63 + 5, out_octets=1, in_errors=0)]

    found = sampled(samples_of(reading(counters=counters)))

    assert found["port:XGE0/0/1", "in_octets"] == 2**63 + 5
    assert found["port:XGE0/0/1", "in_errors"] == 0
    assert (found["port:XGE0/0/1", "oper"], found["port:XGE0/0/2", "oper"]) == (1, 2)
    assert ("port:XGE0/0/2", "in_octets") not in found


def test_what_was_not_measured_is_not_zero_and_takes_no_room() -> None:
    (ports,) = samples_of(reading(counters=[PortCounters(if_index=7, in_octets=5)]))

    assert ports.key == ["in_octets", "oper"]
    assert ports.value[0] == [5, None]


def test_a_vlan_interface_is_no_port() -> None:
    blocks = samples_of(reading(counters=[PortCounters(if_index=9, in_octets=5)]))

    assert all("Vlanif10" not in subject for block in blocks for subject in block.subject)


def test_octets_by_ip_version_travel_for_vlan_interfaces_too() -> None:
    rows = [VersionCounters(if_index=9, version=6, in_octets=7), VersionCounters(if_index=9, version=4)]

    found = sampled(samples_of(reading(version_counters=rows)))

    assert found["port:Vlanif10", "in_octets_ipv6"] == 7
    assert ("port:Vlanif10", "in_octets_ipv4") not in found


def test_light_temperature_clients_and_uptime_travel() -> None:
    found = sampled(
        samples_of(
            reading(
                system=System(uptime_s=12.34),
                optics=[Optic(if_index=7, rx_dbm=-6.021, tx_dbm=None, temperature_c=41.5)],
                sensors=[
                    Sensor(kind="cpu", name="slot 0", value=17.0, unit="%"),
                    Sensor(kind="fan", name="FAN1", value=4000.0, unit="rpm"),
                ],
                wireless=Wireless(
                    aps=[AccessPoint(mac="aa:bb:cc:00:00:01", clients=31)],
                    ssids=[Ssid(name="校园网", clients=30)],
                    clients=31,
                ),
            )
        )
    )

    assert found["", "uptime_s"] == 12.34
    assert found["port:XGE0/0/1", "rx_dbm"] == -6.02
    assert found["port:XGE0/0/1", "temperature_c"] == 41.5
    assert found["sensor:slot 0", "cpu_percent"] == 17
    assert found["", "clients"] == 31
    assert found["ap:aa:bb:cc:00:00:01", "clients"] == 31
    assert found["ssid:校园网", "clients"] == 30
    assert not any("FAN1" in subject for subject, _key in found)


def radios(*rows: tuple[str | None, int | None, str]) -> list[Radio]:
    return [
        Radio(index=at, band=band, clients=clients, state="up" if state == "up" else "down")
        for at, (band, clients, state) in enumerate(rows)
    ]


def of_bands(*rows: tuple[str | None, int | None, str]) -> dict[str, float]:
    """What is sampled of an access point with these radios."""
    ap = AccessPoint(mac="aa:bb:cc:00:00:01", radios=radios(*rows))
    found = sampled(samples_of(reading(wireless=Wireless(aps=[ap]))))
    return {key: value for (subject, key), value in found.items() if subject.startswith("ap:")}


def test_stations_travel_by_band_added_over_the_radios_of_a_band() -> None:
    told = of_bands(("2.4", 3, "up"), ("5", 10, "up"), ("5", 4, "up"), ("6", 0, "up"))

    assert told == {"clients_2g4": 3, "clients_5g": 14, "clients_6g": 0}


def test_a_band_without_a_radio_is_not_sent_as_nobody() -> None:
    assert of_bands(("2.4", 3, "up")) == {"clients_2g4": 3}


def test_a_band_of_which_one_radio_does_not_tell_is_not_told() -> None:
    assert of_bands(("2.4", 3, "up"), ("5", 10, "up"), ("5", None, "up")) == {"clients_2g4": 3}


def test_a_radio_that_is_down_has_nobody() -> None:
    assert of_bands(("2.4", None, "down"), ("5", 7, "up")) == {"clients_2g4": 0, "clients_5g": 7}


def test_stations_of_a_radio_without_a_band_are_counted_on_none() -> None:
    assert of_bands((None, 9, "up"), ("5", 7, "up")) == {"clients_5g": 7}


def test_the_controllers_own_counts_by_band_travel_as_its_own() -> None:
    found = sampled(samples_of(reading(wireless=Wireless(clients=31, clients_2g=6, clients_5g=25))))

    assert [found["", key] for key in ("clients", "clients_2g4", "clients_5g")] == [31, 6, 25]


def test_every_sample_of_wireless_clients_is_documented() -> None:
    page = (ROOT / "docs/facts.md").read_text(encoding="utf-8")
    section = page.partition("### 无线终端数")[2].partition("\n### ")[0]
    keys = [key for key in SAMPLE_KEYS if key.startswith("clients")]

    assert len(keys) == 4
    assert [key for key in keys if f"| `{key}` |" not in section] == []


def test_a_silent_device_has_no_numbers() -> None:
    assert samples_of(msgspec.structs.replace(reading(), outcome="gap")) == []


@need(RECORDINGS)
@pytest.mark.parametrize("name", names())
def test_the_samples_of_every_recorded_device_are_whole_named_and_come_back_from_the_wire(name: str) -> None:
    target, now = Target("192.0.2.1", community="x"), datetime(2026, 9, 1, tzinfo=UTC)
    found = asyncio.run(poll_device(target, now=now, engine=replayed(name)))
    columns = Columns(0)

    columns.add_samples("d", samples_of(found))

    samples = columns.samples
    assert msgspec.json.decode(msgspec.json.encode(samples), type=SampleColumns) == samples
    for subjects, keys, scales, values in zip(
        samples.subject, samples.key, samples.scale, samples.value, strict=True
    ):
        assert len(set(subjects)) == len(subjects)
        assert set(keys) <= SAMPLE_KEYS.keys()
        assert len(keys) == len(scales) == len(values)
        assert {len(row) for row in values} == {len(subjects)}
