"""What a device is built of and measures of itself: parts of a ``Reading`` (docs/facts.md)."""

from __future__ import annotations

from typing import Literal

import msgspec


class OpticLane(msgspec.Struct, frozen=True, kw_only=True):
    lane: int
    rx_dbm: float | None = None
    tx_dbm: float | None = None
    bias_ma: float | None = None


class Optic(msgspec.Struct, frozen=True, kw_only=True):
    """One transceiver. ``rx_raw`` and ``tx_raw`` are the device's own words, ``raw_unit`` what they were read
    as ("0.01 dBm", "0.001 dBm", "uW", "0.1 uW", "dBm", or "unknown unit": then no value is given).
    Thresholds are in dBm, None where the module or the device does not tell. ``ddm`` says whether the module
    can measure at all. ``light`` is "none" where the device says that no light arrives."""

    if_index: int | None = None
    name: str | None = None
    rx_dbm: float | None = None
    tx_dbm: float | None = None
    rx_raw: str | None = None
    tx_raw: str | None = None
    raw_unit: str | None = None
    light: Literal["none"] | None = None
    ddm: bool | None = None
    rx_low_alarm_dbm: float | None = None
    rx_low_warn_dbm: float | None = None
    rx_high_warn_dbm: float | None = None
    rx_high_alarm_dbm: float | None = None
    tx_low_alarm_dbm: float | None = None
    tx_low_warn_dbm: float | None = None
    tx_high_warn_dbm: float | None = None
    tx_high_alarm_dbm: float | None = None
    temperature_c: float | None = None
    voltage_v: float | None = None
    bias_ma: float | None = None
    type: str | None = None
    vendor: str | None = None
    part: str | None = None
    serial: str | None = None
    wavelength_nm: float | None = None
    speed_mbps: float | None = None
    lanes: list[OpticLane] = []
    source: str | None = None


SensorKind = Literal[
    "cpu", "memory", "storage", "temperature", "fan", "power", "voltage", "current", "humidity", "other"
]
SensorState = Literal["ok", "warning", "failed", "absent", "unknown"]


class Sensor(msgspec.Struct, frozen=True, kw_only=True):
    """Something the device measures of itself. ``unit``: "%", "C", "rpm", "W", "V", "A", or None for a plain
    state. ``source`` is the table that told it."""

    kind: SensorKind
    name: str | None = None
    value: float | None = None
    unit: str | None = None
    state: SensorState | None = None
    source: str | None = None


class PoePort(msgspec.Struct, frozen=True, kw_only=True):
    """pethPsePortTable (RFC 3621). ``status`` is pethPsePortDetectionStatus in words."""

    group: int
    port: int
    if_index: int | None = None
    admin: bool | None = None
    status: str | None = None
    power_class: int | None = None
    watts: float | None = None


class PoeSupply(msgspec.Struct, frozen=True, kw_only=True):
    """pethMainPseTable (RFC 3621): watts it can give and gives."""

    group: int
    power_w: float | None = None
    used_w: float | None = None
    status: str | None = None


class Ups(msgspec.Struct, frozen=True, kw_only=True):
    """UPS-MIB (RFC 1628), or the maker's own where that is silent. ``battery``: normal, low, depleted,
    unknown; ``output``: normal, bypass, battery, booster, reducer, none, other."""

    manufacturer: str | None = None
    model: str | None = None
    software: str | None = None
    name: str | None = None
    battery: str | None = None
    on_battery_s: float | None = None
    minutes_left: float | None = None
    charge_percent: float | None = None
    battery_voltage_v: float | None = None
    battery_temperature_c: float | None = None
    input_voltage_v: float | None = None
    output: str | None = None
    output_voltage_v: float | None = None
    load_percent: float | None = None
    alarms: int | None = None
    test_result: str | None = None
    source: str | None = None


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One row of entPhysicalTable; ``class`` is PhysicalClass in words (chassis, module, port, ...).
    ``if_index`` is the port that entAliasMappingTable names."""

    index: int
    class_: str | None = msgspec.field(name="class", default=None)
    contained_in: int | None = None
    if_index: int | None = None
    name: str | None = None
    descr: str | None = None
    model: str | None = None
    serial: str | None = None
    hardware: str | None = None
    firmware: str | None = None
    software: str | None = None
