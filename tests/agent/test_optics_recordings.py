"""Every transceiver that an independent script found in the recordings, as this agent reads it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from recordings import expected, names, replayed
from shared import RECORDINGS, need

from agent.poll import poll_device
from agent.snmp.target import Target
from inventory.hardware import Optic
from inventory.reading import Reading

pytestmark = [pytest.mark.recordings, need(RECORDINGS)]

EMPTY_CAGES = "all its columns are 0 and nothing names a module: an empty cage, not 0.0 dBm"
DIFFERENT_ON_PURPOSE = {
    ("juniper/qfx5100", "xe-0/0/2"): EMPTY_CAGES,
    ("juniper/qfx5100", "xe-0/0/3"): EMPTY_CAGES,
    ("juniper/qfx5100", "xe-0/0/4"): EMPTY_CAGES,
    ("juniper/qfx5100", "xe-0/0/5"): EMPTY_CAGES,
    **{("mikrotik/crs317", f"sfp-sfpplus{number}"): EMPTY_CAGES for number in range(9, 17)},
}
PLACES = {
    ("huawei/s5720-56c-pwr-ei-vrf", "XGigabitEthernet0/0/1"): 54,
    ("huawei/s5720-56c-pwr-ei-vrf", "XGigabitEthernet2/0/1"): 160,
}
"""Two ports of this stack have the same ifName: entAliasMappingTable tells which module is at which."""

NAMELESS = {"cisco/n5000": 30}
"""Sensors without a row in ENTITY-MIB (the walk was cut): neither port nor direction can be told."""

NO_TEMPERATURE = -255

WITH_OPTICS = [name for name in names() if expected(name).get("transceivers")]
SENSORS = [name for name in WITH_OPTICS if "dbm" in expected(name)["transceivers"][0]]
TABLES = [name for name in WITH_OPTICS if name not in SENSORS]


@functools.cache
def read(name: str, *jobs: str) -> Reading:
    chosen: dict[str, Any] = {"jobs": frozenset(jobs)} if jobs else {}
    return asyncio.run(
        poll_device(
            Target("192.0.2.1", community="x"),
            now=datetime(2026, 9, 1, tzinfo=UTC),
            engine=replayed(name),
            **chosen,
        )
    )


def found(name: str, row: dict[str, Any]) -> Optic | None:
    place = PLACES.get((name, row.get("name", "")), row.get("ifIndex"))
    for optic in read(name).optics:
        if place is not None and optic.if_index == place:
            return optic
        if place is None and (optic.name == row.get("name") or str(optic.if_index) == row["index"]):
            return optic
    return None


def text_of(word: str | None) -> str | None:
    return None if word in (None, "", "N/A") else str(word).strip()


def differences(optic: Optic, row: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    for field in ("rx_dbm", "tx_dbm", "temperature_c"):
        wanted = None if row.get(field) == NO_TEMPERATURE else row.get(field)
        if field in row and getattr(optic, field) != pytest.approx(wanted, abs=0.01):
            yield field, wanted, getattr(optic, field)
    for field in ("type", "vendor"):
        if field in row and getattr(optic, field) != text_of(row[field]):
            yield field, row[field], getattr(optic, field)
    nanometres = text_of(row.get("wavelength_nm"))
    if "wavelength_nm" in row and optic.wavelength_nm != (float(nanometres) if nanometres else None):
        yield "wavelength_nm", nanometres, optic.wavelength_nm
    if row.get("serial_present") and not optic.serial:
        yield "serial", "present", None


@pytest.mark.parametrize("name", TABLES)
def test_every_module_of_a_makers_table_is_read_as_an_independent_script_reads_it(name: str) -> None:
    wrong = []
    for row in expected(name)["transceivers"]:
        optic = found(name, row)
        if optic is None:
            assert (name, row.get("name")) in DIFFERENT_ON_PURPOSE, row
            continue
        wrong += [(row["index"], *difference) for difference in differences(optic, row)]
    assert wrong == []


@pytest.mark.parametrize("name", TABLES)
def test_no_module_is_made_up(name: str) -> None:
    rows = expected(name)["transceivers"]

    assert len(read(name).optics) == sum((name, row.get("name")) not in DIFFERENT_ON_PURPOSE for row in rows)


@pytest.mark.parametrize("name", SENSORS)
def test_every_sensor_of_light_is_at_its_port_and_in_its_direction(name: str) -> None:
    optics = {optic.name: optic for optic in read(name).optics}

    nameless = 0
    for row in expected(name)["transceivers"]:
        port, _blank, what = (row["name"] or "").partition(" ")
        if not what:
            nameless += 1
            continue
        value = optics[port].rx_dbm if what.startswith("Receive") else optics[port].tx_dbm
        assert value == pytest.approx(row["dbm"], abs=0.01), row
    assert nameless == NAMELESS.get(name, 0)


def test_sensors_without_a_name_are_told_to_people_and_not_guessed() -> None:
    reading = read("cisco/n5000")

    assert reading.optics == []
    assert any("30 optical sensors" in note for note in reading.notes)


def test_thresholds_of_sensors_are_told_apart_by_their_size() -> None:
    optic = next(item for item in read("cisco/cat6500").optics if item.name == "Te3/1")

    assert (optic.rx_low_alarm_dbm, optic.rx_low_warn_dbm) == (-13.9, -9.9)
    assert (optic.rx_high_warn_dbm, optic.rx_high_alarm_dbm) == (-1.0, 3.0)
    assert (optic.tx_low_alarm_dbm, optic.tx_high_alarm_dbm) == (-11.3, 3.0)


def test_modules_without_diagnostics_are_known_by_their_identity() -> None:
    optics = read("cisco/c3560").optics

    assert [(item.name, item.type, item.serial) for item in optics][:2] == [
        ("Gi0/49", "1000BaseLX SFP", "AGT1105U10Z"),
        ("Gi0/50", "1000BaseLX SFP", "FNS123605YQ"),
    ]
    assert all(item.rx_dbm is None and item.ddm is None for item in optics)


@pytest.mark.parametrize("name", [name for name in WITH_OPTICS if name != "cisco/n5000"])
def test_a_poll_of_the_environment_alone_finds_the_same_modules_at_the_same_ports(name: str) -> None:
    whole, alone = read(name).optics, read(name, "environment").optics

    assert [(item.if_index, item.rx_dbm, item.serial) for item in alone] == [
        (item.if_index, item.rx_dbm, item.serial) for item in whole
    ]
    assert all(item.name for item in alone)


@pytest.mark.parametrize("name", names())
def test_no_light_is_ever_out_of_range_and_every_value_has_its_raw_number(name: str) -> None:
    for optic in read(name).optics:
        for value in (optic.rx_dbm, optic.tx_dbm, *(lane.rx_dbm for lane in optic.lanes)):
            assert value is None or -60 <= value <= 15
        assert optic.rx_dbm is None or optic.rx_raw
        assert optic.tx_dbm is None or optic.tx_raw
        assert optic.raw_unit != "unknown unit" or (optic.rx_dbm, optic.tx_dbm) == (None, None)
        assert all(lane.lane >= 0 for lane in optic.lanes)
