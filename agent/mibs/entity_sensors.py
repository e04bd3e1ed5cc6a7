"""ENTITY-SENSOR-MIB (RFC 3433): what parts of the device measure, scaled to the unit itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.mibs.text import number, text
from agent.snmp.engine import oid
from agent.snmp.walk import Row, Rows, TableSpec

ENT_PHY_SENSOR_TABLE = TableSpec(
    name="entPhySensorTable",
    entry=oid("1.3.6.1.2.1.99.1.1.1"),
    columns={
        "entPhySensorType": 1,
        "entPhySensorScale": 2,
        "entPhySensorPrecision": 3,
        "entPhySensorValue": 4,
        "entPhySensorOperStatus": 5,
        "entPhySensorUnitsDisplay": 6,
    },
)
TYPE_WORDS = {
    1: "other",
    2: "unknown",
    3: "voltsAC",
    4: "voltsDC",
    5: "amperes",
    6: "watts",
    7: "hertz",
    8: "celsius",
    9: "percentRH",
    10: "rpm",
    11: "cmm",
    12: "truthvalue",
    14: "dBm",
}
"""EntitySensorDataType; 14 is what makers add to it for optical power."""

STATUS_WORDS = {1: "ok", 2: "unavailable", 3: "nonoperational"}
_ONES = 9
"""EntitySensorDataScale units(9); each step is a factor of 1,000: milli(8), kilo(10), yocto(1)."""
_SCALES = range(1, 18)
_LIMIT = 1_000_000_000
"""EntitySensorValue: -1E9 stands for a value below, +1E9 for one above what the sensor can show."""


@dataclass(frozen=True, slots=True)
class EntitySensor:
    """One sensor. ``value`` is in units (V, A, W, C, %, rpm, dBm ... by ``type``); None when it is not
    "ok", lies outside the sensor's range, or has no sound scale. ``raw`` is the device's own number, ``step``
    what one count of it is worth."""

    type: str | None
    value: float | None
    unit: str | None
    status: str | None
    raw: int | None
    step: float | None = None


def entity_sensors(rows: Rows) -> dict[int, EntitySensor]:
    """All sensors by entPhysicalIndex. A maker's table with the same columns fits too,
    under the names of this one."""
    return {index[0]: _sensor(row) for index, row in sorted(rows.items()) if len(index) == 1}


def scaled(raw: int, scale: int | None, precision: int | None) -> float | None:
    """A sensor's number in whole units: raw x 1000^(scale - 9) / 10^precision (RFC 3433, 3.2 and 3.3).

    A precision below 0 says how many digits of the number are inexact; it moves no decimal point. None
    for a scale that the MIB does not define and for the two limits, which are not measurements.
    """
    scale = _ONES if scale is None else scale
    if scale not in _SCALES or abs(raw) >= _LIMIT:
        return None
    exponent = _exponent(scale) - max(0, precision or 0)
    return raw * 10.0**exponent if exponent >= 0 else raw / 10.0**-exponent


def _exponent(scale: int) -> int:
    """Ten to this power; exa(14) and peta(15) stand in this order in the MIB, as zetta(16), yotta(17)."""
    swapped: Mapping[int, int] = {14: 18, 15: 15}
    return swapped.get(scale, 3 * (scale - _ONES))


def _sensor(row: Row) -> EntitySensor:
    raw = number(row.get("entPhySensorValue"))
    status = STATUS_WORDS.get(number(row.get("entPhySensorOperStatus")) or 0)
    scale = (number(row.get("entPhySensorScale")), number(row.get("entPhySensorPrecision")))
    value = scaled(raw, *scale) if raw is not None and status in (None, "ok") else None
    return EntitySensor(
        type=TYPE_WORDS.get(number(row.get("entPhySensorType")) or 0),
        value=value,
        unit=text(row.get("entPhySensorUnitsDisplay")),
        status=status,
        raw=raw,
        step=scaled(1, *scale),
    )
