"""Transceivers of devices that tell of them as sensors: ENTITY-SENSOR-MIB and makers' tables of its form.

What a sensor measures stands in its type, which way the light goes only in its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from agent.mibs.entity_sensors import EntitySensor
from agent.mibs.optics import UNKNOWN_UNIT, is_unused, nominal_mbps, plausible, weakest
from agent.mibs.optics_units import DARK_DBM, Limits, Power, dbm, limits_of
from agent.vendors.optics import PowerUnit
from inventory.hardware import Optic, OpticLane

_RECEIVE = re.compile(r"\b(?:rx\d*|receiver?|received|input)(?:\b|power)", re.I)
_TRANSMIT = re.compile(r"\b(?:tx\d*|transmit(?:ter|ted)?|output)(?:\b|power)", re.I)
_LIGHT = re.compile(r"\b(?:dom|optical|optics?|laser|transceiver|xcvr|x?sfp\+?|qsfp\w*)\b", re.I)
_LANE = re.compile(r"\b(?:lane|channel)\s*(\d+)", re.I)
_PLUGGABLE = re.compile(
    r"\b(?:SFP\+?|SFP28|QSFP[\w+-]*|XFP|X2|XENPAK|GBIC|CFP\d?)(?:\b|$)"
    r"|\d+G?[- ]?Base[- ]?(?:SX|LX|LH|ZX|EX|BX|SR|LR|LRM|ER|ZR|CU|CX)",
    re.I,
)
_MEASURES = {"celsius": "temperature_c", "voltsDC": "voltage_v", "amperes": "bias_ma"}
_FACTORS = {"bias_ma": 1000.0}
_LOG_STEPS: dict[float, PowerUnit] = {1.0: "dBm", 0.1: "0.1 dBm", 0.01: "0.01 dBm", 0.001: "0.001 dBm"}
_WATT_STEPS: dict[float, PowerUnit] = {1.0: "W", 1e-3: "mW", 1e-6: "uW", 1e-7: "0.1 uW", 1e-9: "nW"}
_COARSE = ("dBm", "0.1 dBm")
"""Scales on which 0 is met in earnest; on finer ones firmware writes it for nothing (NX-OS, 0.001 dBm)."""


@dataclass(slots=True)
class Side:
    """One direction: the sensor of each lane (0 where its name tells none), and thresholds."""

    lanes: dict[int, tuple[int, Power]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


@dataclass(slots=True)
class SensorModule:
    """The sensors of one module: what holds them (entPhysicalIndex), and their port."""

    holder: int | None = None
    if_index: int | None = None
    name: str | None = None
    rx: Side = field(default_factory=Side)
    tx: Side = field(default_factory=Side)
    values: dict[str, float] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)

    @property
    def is_measured(self) -> bool:
        """Whether any sensor measures its light."""
        return bool(self.rx.lanes or self.tx.lanes)


def direction(name: str) -> str | None:
    """rx or tx; None where the name tells neither, or both."""
    receives, transmits = bool(_RECEIVE.search(name)), bool(_TRANSMIT.search(name))
    return None if receives == transmits else ("rx" if receives else "tx")


def is_light(sensor: EntitySensor, name: str) -> bool:
    """Whether a sensor measures light: dBm by its type or the unit that it shows, or watts by its name."""
    if sensor.type == "dBm" or (sensor.unit or "").strip().lower() == "dbm":
        return True
    return sensor.type == "watts" and bool(_LIGHT.search(name)) and direction(name) is not None


def lane_of(name: str) -> int:
    """The lane that a name tells; 0 where it tells none."""
    found = _LANE.search(name)
    return int(found.group(1)) if found else 0


def power_of(sensor: EntitySensor) -> Power:
    """The sensor's number with its unit."""
    raw = None if sensor.raw is None else str(sensor.raw)
    steps = _WATT_STEPS if sensor.type == "watts" else _LOG_STEPS
    unit = next((unit for step, unit in steps.items() if _same(step, sensor.step)), None)
    if sensor.raw is None or sensor.value is None or unit is None:
        return Power("absent", raw=raw, unit=unit)
    return Power("measured", float(sensor.raw), raw, unit)


def measure_of(sensor: EntitySensor) -> tuple[str, float] | None:
    """Temperature, voltage or laser current, in the units of an Optic."""
    name = _MEASURES.get(sensor.type or "")
    if name is None or sensor.value is None:
        return None
    value = plausible(name, round(sensor.value * _FACTORS.get(name, 1.0), 3))
    return None if value is None else (name, value)


def limits_from(values: Sequence[int], unit: PowerUnit | None, *, receive: bool) -> Limits:
    """Four thresholds of a sensor by their size: alarm, warning, warning, alarm; two are alarms."""
    ordered = [Power("measured", float(value), str(value)) for value in sorted(set(values))]
    if unit is None or len(ordered) not in (2, 4):
        return Limits()
    cells = ordered if len(ordered) == 4 else [ordered[0], Power(), Power(), ordered[1]]
    return limits_of(cells, [unit], receive=receive)


def is_pluggable(descr: str | None) -> bool:
    """Whether a part is described as a transceiver."""
    return bool(descr and _PLUGGABLE.search(descr))


def optic(module: SensorModule, source: str) -> Optic:
    """The record of one module."""
    type_name = module.identity.get("type")
    rx_dbm, rx_dark = _light(module.rx)
    tx_dbm, _tx_dark = _light(module.tx)
    lanes = _lanes(module)
    if len(lanes) > 1:
        used = [lane for lane in lanes if not is_unused(lane)] or lanes
        rx_dbm, tx_dbm = weakest([lane.rx_dbm for lane in used]), weakest([lane.tx_dbm for lane in used])
        rx_dark = rx_dbm is not None and rx_dbm <= DARK_DBM
    plain = Optic(
        if_index=module.if_index,
        name=module.name,
        rx_dbm=rx_dbm,
        tx_dbm=tx_dbm,
        rx_raw=_raw(module.rx),
        tx_raw=_raw(module.tx),
        raw_unit=_unit(module, rx_dbm, tx_dbm),
        light="none" if rx_dark else None,
        ddm=True if module.is_measured else None,
        lanes=lanes if len(lanes) > 1 else [],
        speed_mbps=nominal_mbps(None, type_name),
        source=source if module.is_measured else "entPhysicalTable",
    )
    told: dict[str, object] = {**module.identity, **module.values}
    return msgspec.structs.replace(plain, **told, **_limits("rx", module.rx), **_limits("tx", module.tx))


def _same(step: float, found: float | None) -> bool:
    return found is not None and abs(step - found) < step * 1e-6


def _read(cell: Power) -> tuple[str, float | None]:
    return dbm(cell, cell.unit, zero=cell.unit in _COARSE)


def _light(side: Side) -> tuple[float | None, bool]:
    """What the direction as a whole says: the sensor without a lane, else the only lane."""
    cells = [cell for lane, (_index, cell) in sorted(side.lanes.items()) if lane == 0 or len(side.lanes) == 1]
    if not cells:
        return None, False
    state, value = _read(cells[0])
    return value, state == "dark"


def _lanes(module: SensorModule) -> list[OpticLane]:
    numbers = sorted((module.rx.lanes.keys() | module.tx.lanes.keys()) - {0})
    return [
        OpticLane(lane=number, rx_dbm=_at(module.rx, number), tx_dbm=_at(module.tx, number))
        for number in numbers
    ]


def _at(side: Side, lane: int) -> float | None:
    return _read(side.lanes[lane][1])[1] if lane in side.lanes else None


def _raw(side: Side) -> str | None:
    found = [cell.raw for _lane, (_index, cell) in sorted(side.lanes.items()) if cell.raw is not None]
    return ",".join(found) or None


def _unit(module: SensorModule, rx_dbm: float | None, tx_dbm: float | None) -> str | None:
    cells = [cell for side in (module.rx, module.tx) for _index, cell in side.lanes.values()]
    if not any(cell.state == "measured" and cell.number for cell in cells):
        return None
    if (rx_dbm, tx_dbm) == (None, None) and not any(_read(cell)[0] == "dark" for cell in cells):
        return UNKNOWN_UNIT
    return next((cell.unit for cell in cells if cell.unit), UNKNOWN_UNIT)


def _limits(side_name: str, side: Side) -> dict[str, float | None]:
    names = ("low_alarm", "low_warn", "high_warn", "high_alarm")
    return {f"{side_name}_{name}_dbm": getattr(side.limits, name) for name in names}
