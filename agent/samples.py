"""What of a reading is a number over time: blocks for the samples of a batch (inventory.facts.SampleColumns).

Take the reading as it was polled, not completed by earlier ones: a number belongs to the slot in which it was
measured. Counters travel as they stand; rates are made where they are read, by whoever knows the resets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from agent.facts import NAME_LIMIT, is_port, port_names
from inventory.facts import AP, PORT
from inventory.reading import PortCounters, Reading
from inventory.wifi import AccessPoint, Wireless

SENSOR = "sensor:"
SSID = "ssid:"

_COUNTERS = (
    *("in_octets", "out_octets", "in_packets", "out_packets"),
    *("in_errors", "out_errors", "in_discards", "out_discards"),
)
_CELLS = attrgetter(*_COUNTERS)
_OPER = {"up": 1, "down": 2, "testing": 3, "unknown": 4, "dormant": 5, "notPresent": 6, "lowerLayerDown": 7}
"""ifOperStatus (RFC 2863)"""
_SENSOR_KEYS = {"temperature": "temperature_c", "cpu": "cpu_percent", "memory": "memory_percent"}
_MOST_SENSORS = 200
_BANDS = {"clients_2g4": "2.4", "clients_5g": "5", "clients_6g": "6"}


@dataclass(frozen=True, slots=True)
class Block:
    """Subjects that share their keys: ``value[k][s]`` is that of the key k of the subject s, None where it
    was not measured; the true value is ``value / 10**scale[k]``."""

    subject: list[str]
    key: list[str]
    scale: list[int]
    value: list[list[int | None]]


def samples_of(reading: Reading) -> list[Block]:
    """The numbers of one device that answered, in a block for each kind of subject."""
    if reading.outcome != "ok":
        return []
    names = port_names(reading.interfaces)
    blocks = [_device(reading), _ports(reading, names), _versions(reading, names), _light(reading, names)]
    blocks += _sensors(reading)
    blocks += _wireless(reading)
    return [block for block in blocks if block.subject and block.key]


def _device(reading: Reading) -> Block:
    wireless = reading.wireless or Wireless()
    columns = {
        "uptime_s": (2, [_scaled(reading.system.uptime_s, 2)]),
        "clients": (0, [wireless.clients]),
        "clients_2g4": (0, [wireless.clients_2g]),
        "clients_5g": (0, [wireless.clients_5g]),
    }
    return _block([""], columns)


def _ports(reading: Reading, names: Mapping[int, str]) -> Block:
    """Counters and state of the physical ports and aggregates."""
    counted = {row.if_index: row for row in reading.counters}
    ports = [item for item in reading.interfaces if is_port(item)]
    none = PortCounters(if_index=0)
    rows = [counted.get(item.if_index, none) for item in ports]
    cells = zip(*map(_CELLS, rows), strict=True)
    columns: dict[str, tuple[int, list[int | None]]] = {
        name: (0, list(column)) for name, column in zip(_COUNTERS, cells, strict=False)
    }
    columns["oper"] = (0, [_OPER.get(item.oper_status or "") for item in ports])
    return _block([PORT + names[item.if_index] for item in ports], columns)


def _versions(reading: Reading, names: Mapping[int, str]) -> Block:
    """Octets by IP version, where the device counts them."""
    rows = [row for row in reading.version_counters if row.if_index in names]
    subjects = sorted({row.if_index for row in rows})
    found = {(row.if_index, row.version): row for row in rows}
    columns: dict[str, tuple[int, list[int | None]]] = {}
    for version in (4, 6):
        of_version = [found.get((if_index, version)) for if_index in subjects]
        for name in ("in_octets", "out_octets"):
            columns[f"{name}_ipv{version}"] = (0, [getattr(row, name, None) for row in of_version])
    return _block([PORT + names[if_index] for if_index in subjects], columns)


def _light(reading: Reading, names: Mapping[int, str]) -> Block:
    optics = {item.if_index: item for item in reading.optics if item.if_index in names}
    columns: dict[str, tuple[int, list[int | None]]] = {
        "rx_dbm": (2, [_scaled(item.rx_dbm, 2) for item in optics.values()]),
        "tx_dbm": (2, [_scaled(item.tx_dbm, 2) for item in optics.values()]),
        "temperature_c": (1, [_scaled(item.temperature_c, 1) for item in optics.values()]),
    }
    return _block([PORT + names[if_index] for if_index in optics if if_index is not None], columns)


def _sensors(reading: Reading) -> Iterable[Block]:
    """One block for each kind of number, since a sensor has one kind."""
    for kind, key in _SENSOR_KEYS.items():
        found = {
            SENSOR + (item.name or kind)[:NAME_LIMIT]: _scaled(item.value, 1)
            for item in reading.sensors
            if item.kind == kind and item.value is not None
        }
        chosen = dict(list(found.items())[:_MOST_SENSORS])
        yield _block(list(chosen), {key: (1, list(chosen.values()))})


def _wireless(reading: Reading) -> Iterable[Block]:
    wireless = reading.wireless
    if wireless is None:
        return
    aps = {AP + (ap.mac or ap.serial or ap.name or "")[:NAME_LIMIT]: ap for ap in wireless.aps}
    ssids = {SSID + ssid.name[:NAME_LIMIT]: ssid.clients for ssid in wireless.ssids}
    columns = {key: (0, [_on_band(ap, band) for ap in aps.values()]) for key, band in _BANDS.items()}
    yield _block(list(aps), {"clients": (0, [ap.clients for ap in aps.values()]), **columns})
    yield _block(list(ssids), {"clients": (0, list(ssids.values()))})


def _on_band(ap: AccessPoint, band: str) -> int | None:
    """Stations on an access point's radios of a band ("2.4", "5", "6"); None where it has none, or where one
    that is not down does not tell. A radio without a band could be of any: its stations are in no count."""
    told = [0 if radio.state == "down" else radio.clients for radio in ap.radios if radio.band == band]
    known = [clients for clients in told if clients is not None]
    return sum(known) if known and len(known) == len(told) else None


def _block(subjects: Sequence[str], columns: Mapping[str, tuple[int, list[int | None]]]) -> Block:
    """The block without keys that nothing was measured of, and without subjects that nothing is known of."""
    known = {key: column for key, column in columns.items() if column[1].count(None) < len(subjects)}
    scales, values = [scale for scale, _values in known.values()], [found for _scale, found in known.values()]
    if all(None in found for found in values):  # else there is one that everybody has
        kept = [at for at in range(len(subjects)) if any(found[at] is not None for found in values)]
        subjects, values = [subjects[at] for at in kept], [[found[at] for at in kept] for found in values]
    return Block(list(subjects), list(known), scales, values)


def _scaled(value: float | None, places: int) -> int | None:
    return None if value is None else round(value * 10**places)
