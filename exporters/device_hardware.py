"""What a device measures of itself: optics, sensors, UPS, PoE.

A value that a device does not tell has no series; a state is a series with the value 1. Units are base units;
light is dBm and its margin dB, since nobody reads optics in milliwatts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporters.device_if import LONGEST
from exporters.device_labels import PORT, Samples, once, port_of
from exporters.exposition import Family, Sample
from inventory.hardware import Optic, Sensor, Ups
from inventory.reading import Reading

_SENSOR_UNITS: dict[str, tuple[str, float]] = {
    # kind -> (unit that it comes in, factor to the base unit)
    "cpu": ("%", 0.01),
    "memory": ("%", 0.01),
    "storage": ("%", 0.01),
    "temperature": ("C", 1.0),
}


def _optic(of: Callable[[Optic], float | None]) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        port = port_of(reading)
        for item in reading.optics:
            if (value := of(item)) is not None:
                yield port(item.if_index, item.name), float(value)

    return lambda reading: once(samples(reading))


def margin_db(item: Optic) -> float | None:
    """From the received light to the nearer limit that the module tells, dB; None where one is missing."""
    if item.rx_dbm is None:
        return None
    low = item.rx_low_warn_dbm if item.rx_low_warn_dbm is not None else item.rx_low_alarm_dbm
    high = item.rx_high_warn_dbm if item.rx_high_warn_dbm is not None else item.rx_high_alarm_dbm
    if low is None:
        return None
    sides = [item.rx_dbm - low, *([] if high is None else [high - item.rx_dbm])]
    return round(min(sides), 2)


def _optic_info(reading: Reading) -> Iterator[Sample]:
    port = port_of(reading)
    for item in reading.optics:
        words = (item.type, item.vendor, item.part, item.serial)
        if any(words):
            yield (*port(item.if_index, item.name), *((word or "")[:LONGEST] for word in words)), 1.0


def _lanes(of: str) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        port = port_of(reading)
        for item in reading.optics:
            for lane in item.lanes:
                value = lane.rx_dbm if of == "rx" else lane.tx_dbm
                if value is not None:
                    yield (*port(item.if_index, item.name), str(lane.lane)), value

    return lambda reading: once(samples(reading))


def _sensors(kind: str) -> Samples:
    unit, factor = _SENSOR_UNITS[kind]

    def samples(reading: Reading) -> Iterator[Sample]:
        for item in reading.sensors:
            if item.kind == kind and item.value is not None and item.unit in (unit, None):
                yield (_sensor_name(item),), round(item.value * factor, 4)

    return lambda reading: once(samples(reading))


def _sensor_states(reading: Reading) -> Iterator[Sample]:
    for item in reading.sensors:
        if item.state is not None:
            yield (item.kind, _sensor_name(item), item.state), 1.0


def _sensor_name(item: Sensor) -> str:
    return (item.name or item.kind)[:LONGEST]


def _ups(of: Callable[[Ups], float | None]) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        if reading.ups is not None and (value := of(reading.ups)) is not None:
            yield (), float(value)

    return samples


def _ups_states(reading: Reading) -> Iterator[Sample]:
    if reading.ups is not None:
        for what, state in (("battery", reading.ups.battery), ("output", reading.ups.output)):
            if state:
                yield (what, state), 1.0


def _poe_ports(reading: Reading) -> Iterator[Sample]:
    port = port_of(reading)
    for item in reading.poe_ports:
        if item.watts is not None:
            yield port(item.if_index, f"{item.group}/{item.port}"), item.watts


def _poe_supply(of: str) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        for item in reading.poe_supplies:
            value = item.power_w if of == "power" else item.used_w
            if value is not None:
                yield (str(item.group),), value

    return samples


# (name without prefix, labels, help, type, samples)
_HARDWARE: tuple[tuple[str, tuple[str, ...], str, str, Samples], ...] = (
    (
        "optics_info",
        (*PORT, "type", "vendor", "part", "serial"),
        "A transceiver, always 1.",
        "gauge",
        _optic_info,
    ),
    ("optics_rx_dbm", PORT, "Received light, dBm.", "gauge", _optic(lambda o: o.rx_dbm)),
    ("optics_tx_dbm", PORT, "Sent light, dBm.", "gauge", _optic(lambda o: o.tx_dbm)),
    (
        "optics_rx_low_warning_dbm",
        PORT,
        "Lower warning limit of received light by the module, dBm.",
        "gauge",
        _optic(lambda o: o.rx_low_warn_dbm),
    ),
    (
        "optics_rx_high_warning_dbm",
        PORT,
        "Upper warning limit of received light by the module, dBm.",
        "gauge",
        _optic(lambda o: o.rx_high_warn_dbm),
    ),
    (
        "optics_rx_low_alarm_dbm",
        PORT,
        "Lower alarm limit of received light by the module, dBm.",
        "gauge",
        _optic(lambda o: o.rx_low_alarm_dbm),
    ),
    (
        "optics_rx_margin_db",
        PORT,
        "Decibels from the received light to the nearer limit of the module; negative beyond it.",
        "gauge",
        _optic(margin_db),
    ),
    (
        "optics_no_light",
        PORT,
        "1 where the device says that no light arrives.",
        "gauge",
        _optic(lambda o: 1.0 if o.light == "none" else None),
    ),
    (
        "optics_temperature_celsius",
        PORT,
        "Temperature of the module.",
        "gauge",
        _optic(lambda o: o.temperature_c),
    ),
    (
        "optics_bias_amperes",
        PORT,
        "Laser bias current.",
        "gauge",
        _optic(lambda o: None if o.bias_ma is None else round(o.bias_ma / 1000, 6)),
    ),
    ("optics_lane_rx_dbm", (*PORT, "lane"), "Received light of one lane, dBm.", "gauge", _lanes("rx")),
    ("optics_lane_tx_dbm", (*PORT, "lane"), "Sent light of one lane, dBm.", "gauge", _lanes("tx")),
    ("device_cpu_ratio", ("sensor",), "Processor load, 0..1.", "gauge", _sensors("cpu")),
    ("device_memory_ratio", ("sensor",), "Memory in use, 0..1.", "gauge", _sensors("memory")),
    ("device_storage_ratio", ("sensor",), "Storage in use, 0..1.", "gauge", _sensors("storage")),
    (
        "device_temperature_celsius",
        ("sensor",),
        "Temperature by a sensor of the device.",
        "gauge",
        _sensors("temperature"),
    ),
    (
        "device_sensor_state",
        ("kind", "sensor", "state"),
        "Current state of a sensor (ok, warning, failed, absent, "
        "unknown), always 1: fans, power supplies, temperatures.",
        "gauge",
        _sensor_states,
    ),
    (
        "ups_state",
        ("what", "state"),
        "Current state of battery and output (UPS-MIB), always 1.",
        "gauge",
        _ups_states,
    ),
    (
        "ups_on_battery_seconds",
        (),
        "How long it has run on battery; 0 on mains.",
        "gauge",
        _ups(lambda u: u.on_battery_s),
    ),
    (
        "ups_remaining_seconds",
        (),
        "How long the battery will last.",
        "gauge",
        _ups(lambda u: None if u.minutes_left is None else u.minutes_left * 60),
    ),
    (
        "ups_charge_ratio",
        (),
        "Charge of the battery, 0..1.",
        "gauge",
        _ups(lambda u: None if u.charge_percent is None else round(u.charge_percent / 100, 4)),
    ),
    (
        "ups_load_ratio",
        (),
        "Load, 0..1 of its capacity.",
        "gauge",
        _ups(lambda u: None if u.load_percent is None else round(u.load_percent / 100, 4)),
    ),
    ("ups_input_volts", (), "Voltage of the mains.", "gauge", _ups(lambda u: u.input_voltage_v)),
    (
        "ups_battery_temperature_celsius",
        (),
        "Temperature of the battery.",
        "gauge",
        _ups(lambda u: u.battery_temperature_c),
    ),
    ("poe_port_watts", PORT, "Power drawn at a port.", "gauge", _poe_ports),
    (
        "poe_supply_watts",
        ("group",),
        "Power that a PoE supply can give (pethMainPsePower).",
        "gauge",
        _poe_supply("power"),
    ),
    (
        "poe_supply_used_watts",
        ("group",),
        "Power that a PoE supply gives (pethMainPseConsumptionPower).",
        "gauge",
        _poe_supply("used"),
    ),
)

HARDWARE_FAMILIES: tuple[tuple[Family, Samples], ...] = tuple(
    (Family(f"wanzhao_{name}", labels, words, kind), samples)
    for name, labels, words, kind, samples in _HARDWARE
)
