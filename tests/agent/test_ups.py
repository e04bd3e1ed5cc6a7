"""Uninterruptible power supplies: units, words, and whose objects win."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from snmprec_device import FakeDevice

from agent.mibs import ups
from agent.poll import poll_device
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.target import Target
from agent.vendors.power import UpsObjects
from inventory.hardware import Ups
from inventory.reading import Reading

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
MIB = "1.3.6.1.2.1.33.1"


def device(system_oid: str, objects: dict[str, Value]) -> FakeDevice:
    """A device with a system group and these objects, in the order of OIDs."""
    found: dict[Oid, Value] = {
        oid("1.3.6.1.2.1.1.1.0"): b"UPS card",
        oid("1.3.6.1.2.1.1.2.0"): oid(system_oid),
        **{oid(path): value for path, value in objects.items()},
    }
    return FakeDevice(dict(sorted(found.items())))


def poll(fake: FakeDevice) -> Reading:
    jobs = frozenset({"environment", "inventory"})
    return asyncio.run(poll_device(Target("192.0.2.1", community="x"), now=NOW, jobs=jobs, engine=fake))


STANDARD: dict[str, Value] = {
    f"{MIB}.1.1.0": b"EAST",
    f"{MIB}.1.2.0": b"EA901",
    f"{MIB}.2.1.0": 2,
    f"{MIB}.2.2.0": 0,
    f"{MIB}.2.3.0": 45,
    f"{MIB}.2.4.0": 98,
    f"{MIB}.2.5.0": 547,
    f"{MIB}.2.7.0": 31,
    f"{MIB}.3.3.1.3.1": 229,
    f"{MIB}.4.1.0": 3,
    f"{MIB}.4.4.1.2.1": 220,
    f"{MIB}.4.4.1.5.1": 23,
    f"{MIB}.6.1.0": 0,
    f"{MIB}.7.3.0": 6,
}


def test_a_stranger_with_ups_mib_is_read_in_the_standards_units() -> None:
    reading = poll(device("1.3.6.1.4.1.99999.1", STANDARD))

    found = reading.ups

    assert found == Ups(
        manufacturer="EAST",
        model="EA901",
        battery="normal",
        on_battery_s=0.0,
        minutes_left=45.0,
        charge_percent=98.0,
        battery_voltage_v=54.7,
        battery_temperature_c=31.0,
        input_voltage_v=229.0,
        output="normal",
        output_voltage_v=220.0,
        load_percent=23.0,
        alarms=0,
        test_result="none",
        source="UPS-MIB",
    )
    assert reading.tables["ups"].status == "ok"


def test_three_lines_tell_their_highest_load() -> None:
    outputs = {(line,): {"upsOutputPercentLoad": load} for line, load in ((1, 20), (2, 64), (3, 31))}

    assert ups.of_ups_mib({}, {}, outputs).load_percent == 64.0


def test_values_that_no_card_can_mean_are_left_out() -> None:
    found: dict[str, Value] = {
        "upsEstimatedChargeRemaining": 255,
        "upsBatteryVoltage": 65535,
        "upsBatteryTemperature": -255,
        "upsEstimatedMinutesRemaining": -1,
    }

    told = ups.of_ups_mib(found, {}, {})

    assert (told.charge_percent, told.battery_voltage_v, told.battery_temperature_c, told.minutes_left) == (
        None,
        None,
        None,
        None,
    )


def test_the_maker_fills_what_the_standard_leaves_open() -> None:
    first = Ups(battery="normal", charge_percent=90.0, source="UPS-MIB")
    second = Ups(charge_percent=10.0, minutes_left=7.0, source="own")

    found = ups.completed(first, second)

    assert (found.charge_percent, found.minutes_left, found.source) == (90.0, 7.0, "UPS-MIB, own")
    assert ups.completed(Ups(), second).source == "own"


def test_timeticks_become_minutes_and_tenths_become_whole_units() -> None:
    """PowerNet-MIB of a card without the high-precision objects."""
    tree = "1.3.6.1.4.1.318.1.1.1"
    objects: dict[str, Value] = {
        f"{tree}.1.1.1.0": b"Smart-UPS 3000",
        f"{tree}.2.1.1.0": 3,
        f"{tree}.2.1.2.0": 6000,
        f"{tree}.2.2.1.0": 41,
        f"{tree}.2.2.2.0": 29,
        f"{tree}.2.2.3.0": 36000,
        f"{tree}.2.2.8.0": 54,
        f"{tree}.4.1.1.0": 3,
        f"{tree}.4.2.3.0": 37,
    }

    found = poll(device("1.3.6.1.4.1.318.1.3.27", objects)).ups

    assert found is not None
    assert (found.battery, found.output, found.on_battery_s, found.minutes_left) == (
        "low",
        "battery",
        60.0,
        6.0,
    )
    assert (found.charge_percent, found.battery_temperature_c) == (41.0, 29.0)
    assert (found.battery_voltage_v, found.load_percent) == (54.0, 37.0)


def test_a_santak_card_is_read_in_seconds_and_tenths() -> None:
    tree = "1.3.6.1.4.1.935.1.1.1"
    objects: dict[str, Value] = {
        f"{tree}.1.1.1.0": b"C3KS",
        f"{tree}.2.1.1.0": 2,
        f"{tree}.2.2.1.0": 100,
        f"{tree}.2.2.2.0": 1092,
        f"{tree}.2.2.3.0": 285,
        f"{tree}.2.2.4.0": 1800,
        f"{tree}.3.2.1.0": 2254,
        f"{tree}.4.1.1.0": 2,
        f"{tree}.4.2.3.0": 12,
    }

    reading = poll(device("1.3.6.1.4.1.935", objects))

    assert reading.ups is not None
    assert (reading.system.vendor, reading.system.model) == ("Santak", "C3KS")
    assert (reading.ups.battery_voltage_v, reading.ups.battery_temperature_c) == (109.2, 28.5)
    assert (reading.ups.minutes_left, reading.ups.input_voltage_v, reading.ups.output) == (
        30.0,
        225.4,
        "normal",
    )


def test_a_number_that_nobody_explained_is_no_word() -> None:
    objects = UpsObjects(name="t", scalars={"battery": "1.3.6.1.4.1.1.1.0"}, battery={"2": "normal"})

    assert ups.of_maker(objects, {"battery": 9}).battery is None


def test_a_switch_is_never_asked_for_the_values_of_a_battery() -> None:
    """Only whether there is such a MIB at all."""
    fake = device("1.3.6.1.4.1.99999.1", {})

    reading = poll(fake)

    kinds = {
        question.kind for question in fake.asked if any(path[:7] == ups.UPS_MIB for path in question.oids)
    }
    assert reading.ups is None
    assert reading.tables["ups"].status == "unsupported"
    assert kinds == {"next"}
