"""Samples as plots: which may be drawn of a device, and their numbers, with holes where none was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection

from collector.store.rollups import COUNTERS
from collector.store.series import days_of, read_landed, read_names, read_series
from inventory.facts import SampleColumns

GROUPS: dict[str, tuple[str, ...]] = {
    "octets": ("in_octets", "out_octets"),
    "packets": ("in_packets", "out_packets"),
    "errors": ("in_errors", "out_errors"),
    "discards": ("in_discards", "out_discards"),
    "octets_ipv6": ("in_octets_ipv6", "out_octets_ipv6"),
    "octets_ipv4": ("in_octets_ipv4", "out_octets_ipv4"),
    "light": ("rx_dbm", "tx_dbm"),
    "clients": ("clients", "clients_2g4", "clients_5g", "clients_6g"),
    "stations": ("stations", "stations_ipv4", "stations_ipv6", "stations_ipv6_active"),
    "temperature": ("temperature_c",),
    "load": ("cpu_percent", "memory_percent"),
    "uptime": ("uptime_s",),
    "poll": ("poll_ms",),
}
"""What is drawn in one plot; see inventory.facts.SAMPLE_KEYS for the keys."""
UNITS: dict[str, str] = {
    "octets": "bit/s",
    "octets_ipv6": "bit/s",
    "octets_ipv4": "bit/s",
    "packets": "1/s",
    "errors": "1/s",
    "discards": "1/s",
    "light": "dBm",
    "clients": "",
    "stations": "",
    "temperature": "°C",
    "load": "%",
    "uptime": "s",
    "poll": "ms",
}
"""Units of the numbers that ``read_plot`` gives."""
HOLE_INTERVALS = 2
"""Of two samples further apart than so many polls, nothing is said of the time between them."""
_OCTET_BITS = 8

Point = tuple[int, float | None]
"""Slot (seconds since 1970) and value; None: nothing was measured, or nothing can be said."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A plot that can be drawn: of a subject of the device ("" is the device itself), a group of GROUPS."""

    subject: str
    group: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Times that all lines share, and each line's key with a value or None for each of them."""

    unit: str
    slots: tuple[int, ...]
    lines: tuple[tuple[str, tuple[float | None, ...]], ...]


def choices(connection: Connection, school: str, device: str, start: int, end: int) -> list[Choice]:
    """What was measured in the days of a time, by subject and in the order of GROUPS."""
    group_of = {key: group for group, keys in GROUPS.items() for key in keys}
    named = read_names(connection, school, device, start, end)
    found = {(subject, group_of[key]) for subject, key in named if key in group_of}
    order = list(GROUPS)
    return [Choice(*one) for one in sorted(found, key=lambda one: (one[0], order.index(one[1])))]


def read_plot(
    connection: Connection, school: str, device: str, choice: Choice, start: int, end: int, interval_s: int
) -> Plot:
    """The numbers of a plot from ``start`` until before ``end``; a counter as its rate per second, octets as
    bit/s. Keys that were not measured are left out."""
    landed = read_landed(connection, school, *days_of(start, end))
    lines: dict[str, dict[int, float | None]] = {}
    for key in GROUPS[choice.group]:
        points = _points(connection, (school, device, choice.subject, key), start, end, landed, interval_s)
        if points:
            lines[key] = points
    slots = sorted({slot for points in lines.values() for slot in points})
    shared = tuple(with_holes(slots, interval_s))
    return Plot(
        UNITS[choice.group],
        shared,
        tuple((key, tuple(points.get(slot) for slot in shared)) for key, points in lines.items()),
    )


def rates(values: Sequence[tuple[int, int | float]], interval_s: int, times: int = 1) -> list[Point]:
    """How fast a counter rose up to each slot, per second, ``times`` over. None over a hole, and where it
    fell: it began anew, or has wrapped, and nobody knows which."""
    found: list[Point] = []
    for (before, was), (slot, now) in pairwise(values):
        is_known = 0 < slot - before <= HOLE_INTERVALS * interval_s and now >= was
        found.append((slot, (now - was) * times / (slot - before) if is_known else None))
    return found


def with_holes(slots: Sequence[int], interval_s: int) -> Iterable[int]:
    """The slots, and one more in each hole, at which no line has a value: so that none is drawn over it."""
    for at, slot in enumerate(slots):
        if at and slot - slots[at - 1] > HOLE_INTERVALS * interval_s:
            yield slots[at - 1] + interval_s
        yield slot


def _points(
    connection: Connection,
    name: tuple[str, str, str, str],
    start: int,
    end: int,
    landed: Sequence[SampleColumns],
    interval_s: int,
) -> dict[int, float | None]:
    values = read_series(connection, *name, start, end, landed)
    key = name[-1]
    if key not in COUNTERS:
        return dict(values)
    return dict(rates(values, interval_s, _OCTET_BITS if "octets" in key else 1))
