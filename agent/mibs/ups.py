"""UPS-MIB (RFC 1628), and the makers' own objects where that is silent."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from agent.mibs.sensors import amount
from agent.mibs.text import number, text
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import Rows, TableSpec
from agent.vendors.power import UpsObjects
from inventory.hardware import Ups

UPS_MIB = oid("1.3.6.1.2.1.33")
SCALARS: dict[str, Oid] = {
    name: (*UPS_MIB, 1, *place, 0)
    for name, place in {
        "upsIdentManufacturer": (1, 1),
        "upsIdentModel": (1, 2),
        "upsIdentUPSSoftwareVersion": (1, 3),
        "upsIdentName": (1, 5),
        "upsBatteryStatus": (2, 1),
        "upsSecondsOnBattery": (2, 2),
        "upsEstimatedMinutesRemaining": (2, 3),
        "upsEstimatedChargeRemaining": (2, 4),
        "upsBatteryVoltage": (2, 5),
        "upsBatteryTemperature": (2, 7),
        "upsOutputSource": (4, 1),
        "upsAlarmsPresent": (6, 1),
        "upsTestResultsSummary": (7, 3),
    }.items()
}
INPUT_TABLE = TableSpec(
    name="upsInputTable", entry=oid("1.3.6.1.2.1.33.1.3.3.1"), columns={"upsInputVoltage": 3}
)
OUTPUT_TABLE = TableSpec(
    name="upsOutputTable",
    entry=oid("1.3.6.1.2.1.33.1.4.4.1"),
    columns={"upsOutputVoltage": 2, "upsOutputPercentLoad": 5},
)
BATTERY_WORDS = {1: "unknown", 2: "normal", 3: "low", 4: "depleted"}
OUTPUT_WORDS = {1: "other", 2: "none", 3: "normal", 4: "bypass", 5: "battery", 6: "booster", 7: "reducer"}
TEST_WORDS = {1: "passed", 2: "warning", 3: "failed", 4: "aborted", 5: "in progress", 6: "none"}
_TEXTS = ("manufacturer", "model", "software", "name")
_WORDS = ("battery", "output", "test_result")
_RANGES = {
    "charge_percent": (0, 100),
    "load_percent": (0, 1_000),
    "battery_temperature_c": (-60, 120),
    "battery_voltage_v": (0, 2_000),
    "input_voltage_v": (0, 2_000),
    "output_voltage_v": (0, 2_000),
    "minutes_left": (0, 100_000),
    "on_battery_s": (0, 10_000_000),
}


def of_ups_mib(found: Mapping[str, Value], inputs: Rows, outputs: Rows) -> Ups:
    """What UPS-MIB says. Battery voltage is in 0.1 V, the line voltages are whole RMS volts, time left is in
    minutes, time on battery in seconds. Of several lines the first input that has voltage is told, the
    output with the highest load."""
    voltage = number(found.get("upsBatteryVoltage"))
    return _plausible(
        Ups(
            manufacturer=text(found.get("upsIdentManufacturer")),
            model=text(found.get("upsIdentModel")),
            software=text(found.get("upsIdentUPSSoftwareVersion")),
            name=text(found.get("upsIdentName")),
            battery=_word(found.get("upsBatteryStatus"), BATTERY_WORDS),
            on_battery_s=amount(found.get("upsSecondsOnBattery")),
            minutes_left=amount(found.get("upsEstimatedMinutesRemaining")),
            charge_percent=amount(found.get("upsEstimatedChargeRemaining")),
            battery_voltage_v=None if voltage is None else voltage / 10,
            battery_temperature_c=amount(found.get("upsBatteryTemperature")),
            input_voltage_v=_highest(inputs, "upsInputVoltage"),
            output=_word(found.get("upsOutputSource"), OUTPUT_WORDS),
            output_voltage_v=_highest(outputs, "upsOutputVoltage"),
            load_percent=_highest(outputs, "upsOutputPercentLoad"),
            alarms=number(found.get("upsAlarmsPresent")),
            test_result=_word(found.get("upsTestResultsSummary"), TEST_WORDS),
            source="UPS-MIB",
        )
    )


def of_maker(objects: UpsObjects, found: Mapping[str, Value]) -> Ups:
    """What a maker's own objects say, in our units."""
    values: dict[str, object] = {"source": objects.name}
    for name in objects.scalars:
        field = name.rstrip("_0123456789")
        told = _field(objects, name, field, found.get(name))
        if told is not None and values.get(field) is None:
            values[field] = told
    return _plausible(msgspec.convert(values, Ups))


def completed(first: Ups, second: Ups) -> Ups:
    """The first, with what it does not know from the second; the source names both where both told."""
    values = msgspec.structs.asdict(first)
    more = {
        name: value
        for name, value in msgspec.structs.asdict(second).items()
        if values[name] is None and value is not None
    }
    if more and second.source:
        more["source"] = f"{first.source}, {second.source}" if tells(first) else second.source
    return msgspec.structs.replace(first, **more)


def tells(ups: Ups) -> bool:
    """Whether anything at all is known."""
    return any(value is not None for name, value in msgspec.structs.asdict(ups).items() if name != "source")


def _field(objects: UpsObjects, name: str, field: str, value: Value) -> str | float | int | None:
    if field in _TEXTS:
        return text(value)
    if field in _WORDS:
        words: Mapping[str, str] = getattr(objects, field)
        return words.get(text(value) or "")
    plain = amount(value)
    if plain is None:
        return None
    scaled = round(plain * objects.scale.get(name, objects.scale.get(field, 1.0)), 3)
    return int(scaled) if field == "alarms" else scaled


def _plausible(ups: Ups) -> Ups:
    """Without the numbers that no UPS can mean (-1, 65535: what cards write for an unread value)."""
    wrong: dict[str, None] = {}
    for name, (low, high) in _RANGES.items():
        value = getattr(ups, name)
        if value is not None and not low <= value <= high:
            wrong[name] = None
    return msgspec.structs.replace(ups, **wrong)


def _highest(rows: Rows, column: str) -> float | None:
    cells = [value for row in rows.values() if (value := amount(row.get(column))) is not None]
    return max(cells, default=None)


def _word(value: Value, words: Mapping[int, str]) -> str | None:
    found = number(value)
    return None if found is None else words.get(found)
