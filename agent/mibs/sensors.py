"""What devices measure of themselves, in the words of the vendor files: rows of any table -> sensors.

Values that no hardware can have (processor above 100 %, 65535 °C, 2147483647) are not measurements: they are
what firmware writes where a part cannot measure.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from typing import cast

from agent.mibs.entities import inside
from agent.mibs.entity_sensors import EntitySensor
from agent.mibs.text import text
from agent.snmp.engine import Oid, Value
from agent.snmp.walk import Row, Rows
from agent.vendors.sensors import Measure, SensorTable
from inventory.hardware import Entity, Sensor, SensorKind, SensorState

UNITS: dict[str, str] = {
    "cpu": "%",
    "memory": "%",
    "storage": "%",
    "humidity": "%",
    "temperature": "C",
    "fan": "rpm",
    "power": "W",
    "voltage": "V",
    "current": "A",
}
RANGES: dict[str, tuple[float, float]] = {
    "cpu": (0, 100),
    "memory": (0, 100),
    "storage": (0, 100),
    "humidity": (0, 100),
    "temperature": (-60, 200),
    "fan": (0, 60_000),
    "power": (0, 60_000),
    "voltage": (-1_000, 1_000),
    "current": (-1_000, 1_000),
}
"""What hardware of a school can show, by kind, in our units. A power supply of 65.535 kW is a sentinel."""

STATES: frozenset[str] = frozenset({"ok", "warning", "failed", "absent", "unknown"})
ENTITY_KINDS: dict[str, SensorKind] = {
    "voltsAC": "voltage",
    "voltsDC": "voltage",
    "amperes": "current",
    "watts": "power",
    "celsius": "temperature",
    "percentRH": "humidity",
    "rpm": "fan",
}
_OF_OPTICS = re.compile(
    r"(?i)transceiver|\b(?:sfp|xfp|qsfp|dom|ddm|xcvr)|bias|\blane\b|laser|\b[rt]x\b"
    r"|(?:receive|transmit) power|(?:ethernet|gige)\d*[\d/]+ (?:module|supply)"
)
_LEFT_OUT = "-"
_FLOAT_TAG = b"\x9f\x78\x04"
_NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*([KMGT]?)", re.I)
_SIZES = {"": 1.0, "K": 1024.0, "M": 1024.0**2, "G": 1024.0**3, "T": 1024.0**4}


class _Blank(dict[str, str]):
    """Names of a template; what a row lacks is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def amount(value: Value, *, sized: bool = False) -> float | None:
    """A number, also out of text with a unit after it ("52 PERCENT", "28%", "42.5 C", "3.9 GB").

    ``sized`` takes K, M, G and T as binary multiples. An Opaque float of net-snmp counts too.
    """
    if isinstance(value, int):
        return float(value)
    if not isinstance(value, bytes):
        return None
    if value.startswith(_FLOAT_TAG) and len(value) == 7:
        return float(struct.unpack(">f", value[3:])[0])
    found = _NUMBER.match(text(value) or "")
    if found is None:
        return None
    return float(found.group(1)) * (_SIZES[found.group(2).upper()] if sized else 1.0)


def plausible(kind: SensorKind, value: float | None, unit: str | None = None) -> float | None:
    """The value, or None where no hardware can have it. Fans that tell per cent have another range."""
    if value is None or kind not in RANGES:
        return value
    low, high = (0.0, 100.0) if unit == "%" else RANGES[kind]
    return round(value, 3) if low <= value <= high else None


def share(total: float | None, used: float | None, free: float | None) -> float | None:
    """How much is used, in per cent, from any two of three amounts of one unit."""
    if total is None and used is not None and free is not None:
        total = used + free
    if used is None and total is not None and free is not None:
        used = total - free
    if not total or used is None or total < 0 or not 0 <= used <= total:
        return None
    return round(100 * used / total, 1)


def sensors(table: SensorTable, rows: Rows, parts: Mapping[int, Entity]) -> list[Sensor]:
    """All sensors of a table, measure by measure, by index. ``parts`` are by entPhysicalIndex."""
    found = []
    completed = [(index, _completed(table, index, row, parts)) for index, row in sorted(rows.items())]
    for measure in table.measure:
        found += [_sensor(table, measure, index, row) for index, row in completed if _wanted(measure, row)]
    return [sensor for sensor in found if sensor is not None]


def of_entities(source: str, found: Mapping[int, EntitySensor], parts: Sequence[Entity]) -> list[Sensor]:
    """The sensors of ENTITY-SENSOR-MIB that are the device's own: those in a port measure its transceiver,
    and are told as optics. One that the device itself calls broken keeps a state without a value."""
    by_index = {item.index: item for item in parts}
    ports = inside(parts, "port")
    sensors = []
    for index, sensor in found.items():
        kind = ENTITY_KINDS.get(sensor.type or "")
        part = by_index.get(index, None if parts else Entity(index=index))
        if part is None:  # a sensor of no known part: what pluggable optics leave in a shared table
            continue
        name = part.name or part.descr or str(index)
        if kind is None or index in ports or _OF_OPTICS.search(f"{name} {part.descr or ''}"):
            continue
        value = plausible(kind, sensor.value)
        broken = sensor.status == "nonoperational"
        if value is not None or broken:
            unit = UNITS[kind] if value is not None else None
            state: SensorState | None = "failed" if broken else None
            sensors.append(Sensor(kind=kind, name=name, value=value, unit=unit, state=state, source=source))
    return sensors


def distinct(found: Sequence[Sensor]) -> list[Sensor]:
    """The same sensors, with names that differ within each kind; an exact copy is left out."""
    taken: dict[tuple[str, str | None], int] = {}
    kept: list[Sensor] = []
    for sensor in found:
        if sensor in kept:
            continue
        key = (sensor.kind, sensor.name)
        taken[key] = taken.get(key, 0) + 1
        kept.append(sensor if taken[key] == 1 else _renamed(sensor, taken[key]))
    return kept


def entity_of(table: SensorTable, index: Oid, row: Row) -> int | None:
    """The entPhysicalIndex that a row is about, where the table has one."""
    if table.entity_column:
        told = row.get(table.entity_column)
        return told if isinstance(told, int) else None
    if table.entity == 0 or not index:
        return None
    place = table.entity - 1 if table.entity > 0 else len(index) - 1
    return index[place] if place < len(index) else None


def needs_entities(table: SensorTable) -> bool:
    """Whether names or filters of this table come from ENTITY-MIB."""
    return any(
        "{entity}" in measure.name or "class" in measure.where or "class" in measure.unless
        for measure in table.measure
    )


def _completed(table: SensorTable, index: Oid, row: Row, parts: Mapping[int, Entity]) -> Row:
    """The row with the parts of its index, and the name and class of the part that it is about."""
    whole: Row = {**row, **{f"i{place}": number for place, number in enumerate(index, 1)}}
    place = entity_of(table, index, row)
    if not place:
        return whole
    part = parts.get(place, Entity(index=place))
    named = part.name or part.descr or str(place)
    return {**whole, "entity": named.encode(), "class": (part.class_ or "").encode()}


def _sensor(table: SensorTable, measure: Measure, index: Oid, row: Row) -> Sensor | None:
    unit = measure.unit or UNITS.get(measure.kind, "")
    value = plausible(measure.kind, _value(measure, row), unit)
    state = _state(measure, row)
    if state == _LEFT_OUT or (value is None and state is None):
        return None
    if value == 0 and not _zero_counts(measure, row):
        if state is None:
            return None
        value = None
    return Sensor(
        kind=measure.kind,
        name=_name(measure, index, row),
        value=value,
        unit=unit if value is not None else None,
        state=cast(SensorState | None, state),
        source=table.name,
    )


def _value(measure: Measure, row: Row) -> float | None:
    if measure.total or (measure.used and measure.free):
        cells = (measure.total, measure.used, measure.free)
        return share(*(amount(row.get(cell), sized=True) if cell else None for cell in cells))
    value = _amount(measure, row.get(measure.value)) if measure.value else None
    if value is None:
        return None
    return 100 - value * measure.scale if measure.idle else value * measure.scale


def _amount(measure: Measure, value: Value) -> float | None:
    if not measure.pattern:
        return amount(value)
    found = re.search(measure.pattern, text(value) or "")
    return float(found.group(1)) if found else None


def _state(measure: Measure, row: Row) -> str | None:
    if not measure.state:
        return None
    word = text(row.get(measure.state))
    if word is None:
        return None
    return measure.states.get(word, measure.states.get(word.lower(), measure.states.get("*", "unknown")))


def _wanted(measure: Measure, row: Row) -> bool:
    if not all(_holds(row.get(column), words) for column, words in measure.where.items()):
        return False
    if not all(re.search(word, text(row.get(column)) or "") for column, word in measure.match.items()):
        return False
    return not any(_holds(row.get(column), words) for column, words in measure.unless.items())


def _holds(value: Value, words: Sequence[str]) -> bool:
    word = text(value)
    return word in words or ("*" in words and word is not None) or (word is None and "" in words)


def _zero_counts(measure: Measure, row: Row) -> bool:
    if not measure.proof:
        return measure.zero
    return any((amount(row.get(column)) or 0) > 0 for column in measure.proof)


def _name(measure: Measure, index: Oid, row: Row) -> str:
    plain = ".".join(map(str, index))
    words = _Blank({column: text(value) or "" for column, value in row.items()})
    words.update(index=plain, text=_as_text(index))
    named = measure.name.format_map(words)
    if measure.trim:
        named = re.sub(measure.trim, "", named)
    return " ".join(named.split()) or plain or measure.kind


def _as_text(index: Oid) -> str:
    octets = index[1:] if index and index[0] == len(index) - 1 else index
    return (text(bytes(octets)) or "") if all(0 <= number <= 255 for number in octets) else ""


def _renamed(sensor: Sensor, number: int) -> Sensor:
    return Sensor(
        kind=sensor.kind,
        name=f"{sensor.name or sensor.kind} #{number}",
        value=sensor.value,
        unit=sensor.unit,
        state=sensor.state,
        source=sensor.source,
    )
