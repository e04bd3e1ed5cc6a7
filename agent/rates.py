"""What the ports carried between two readings of one device; a doubtful interval is left out, never 0.

Give the two readings as they were polled, not completed by older ones. An interval of the whole device falls
when it restarted in between or no time passed that can be known; that of one port when its counters say so.
Ports are followed by name: after a restart the same ifIndex may be another port.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from agent.facts import port_names
from inventory.reading import PortCounters, Reading, VersionCounters

Drop = Literal["restarted", "no_time", "discontinuity", "decreased", "too_fast", "renamed"]
"""Why an interval was left out: the device or its counting began anew; no elapsed time is known; the device
says that a counter was discontinuous; a counter went back; more than the port can carry; another port has
this name or ifIndex now."""

WRAP_S = 2**32 / 100
"""sysUpTime comes round after 497 days."""
OVER_SPEED = 1.05
"""A port may seem this much faster than it is: the two clocks are not read at the very moment."""
_LEAST_SLACK_S, _MOST_SLACK_S = 5.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRate:
    """Means over one interval: bits, packets, errors and discards per second; None where not counted."""

    port: str
    if_index: int
    seconds: float
    in_bps: float | None = None
    out_bps: float | None = None
    in_pps: float | None = None
    out_pps: float | None = None
    in_errors_ps: float | None = None
    out_errors_ps: float | None = None
    in_discards_ps: float | None = None
    out_discards_ps: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRate:
    """Octets of one IP version that moved in one interval. ``port`` is "" for the device as a whole."""

    port: str
    if_index: int
    version: Literal[4, 6]
    seconds: float
    in_octets: int | None = None
    out_octets: int | None = None
    source: str | None = None

    @property
    def octets(self) -> int:
        """In and out together, as far as counted."""
        return (self.in_octets or 0) + (self.out_octets or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """``dropped`` counts the rows that were left out, by reason. ``seconds`` is None when all were."""

    seconds: float | None
    ports: Sequence[PortRate] = ()
    versions: Sequence[VersionRate] = ()
    dropped: Mapping[Drop, int] = field(default_factory=dict)


def rates(before: Reading, now: Reading) -> Rates:
    """The rates between two readings of one device, the older first."""
    took = elapsed_s(before, now)
    if isinstance(took, str):
        rows = len(now.counters) + len(now.version_counters)
        return Rates(seconds=None, dropped={took: rows} if rows else {})
    ports = _Ports(before, now)
    dropped: Counter[Drop] = Counter()
    of_ports = [
        _port_rate(ports.names[new.if_index], took, old, new)
        for old, new in _pairs(ports, before.counters, now.counters, took, dropped)
    ]
    of_versions = [
        _version_rate(ports.names.get(new.if_index, ""), took, old, new)
        for version in (4, 6)
        for old, new in _version_pairs(ports, before, now, version, took, dropped)
    ]
    return Rates(seconds=took, ports=of_ports, versions=of_versions, dropped=dict(dropped))


def elapsed_s(before: Reading, now: Reading) -> float | Drop:
    """Seconds between the two readings by the device's own clock, else by the agent's; or why not.

    sysUpTime that went back is a restart, unless it came round: then it stands where the agent's clock
    expects it, and snmpEngineBoots, where known, has not moved. One that is younger than the interval is a
    restart too, even when it is greater than before.
    """
    clock = (_at(now) - _at(before)).total_seconds()
    slack = min(max(_LEAST_SLACK_S, 0.1 * clock), _MOST_SLACK_S)
    boots = before.system.engine_boots, now.system.engine_boots
    if None not in boots and boots[0] != boots[1]:
        return "restarted"
    old, new = before.system.uptime_s, now.system.uptime_s
    if old is None or new is None or (old == new == 0):
        return clock if clock > 0 else "no_time"
    if new < old:
        came_round = new + WRAP_S - old
        return came_round if came_round > 0 and abs(came_round - clock) <= slack else "restarted"
    if new < clock - slack:
        return "restarted"
    return new - old if new > old else "no_time"


class _Ports:
    """Which row of the older reading is the same port, and how fast it can be."""

    def __init__(self, before: Reading, now: Reading) -> None:
        self.names = port_names(now.interfaces)
        self.old_names = port_names(before.interfaces)
        self.old_index = {name: if_index for if_index, name in self.old_names.items()}
        self.speeds: dict[int, float] = {}
        for item in (*before.interfaces, *now.interfaces):
            self.speeds[item.if_index] = max(item.speed_mbps or 0.0, self.speeds.get(item.if_index, 0.0))

    def was_another(self, if_index: int) -> bool:
        """Whether this ifIndex belonged to another port, or this port had another ifIndex."""
        name = self.names.get(if_index)
        return self.old_names.get(if_index) != name and (if_index in self.old_names or name in self.old_index)

    def too_fast(self, if_index: int, octets: Sequence[int | None], seconds: float) -> bool:
        limit = self.speeds.get(if_index, 0.0) * 1e6 * OVER_SPEED
        return limit > 0 and any(moved is not None and moved * 8 / seconds > limit for moved in octets)


def _pairs(
    ports: _Ports,
    before: Sequence[PortCounters],
    now: Sequence[PortCounters],
    seconds: float,
    dropped: Counter[Drop],
) -> list[tuple[PortCounters, PortCounters]]:
    """The rows of both readings that make a rate; the others are counted by reason."""
    old_rows = {row.if_index: row for row in before}
    found = []
    for new in now:
        old = old_rows.get(new.if_index)
        if new.if_index not in ports.names or (old is None and not ports.was_another(new.if_index)):
            continue
        why = "renamed" if old is None else _doubt(ports, old, new, seconds, _PORT_FIELDS)
        if old is None or why is not None:
            dropped[why or "renamed"] += 1
        else:
            found.append((old, new))
    return found


def _version_pairs(
    ports: _Ports, before: Reading, now: Reading, version: int, seconds: float, dropped: Counter[Drop]
) -> list[tuple[VersionCounters, VersionCounters]]:
    old_rows = {(row.if_index, row.source): row for row in before.version_counters if row.version == version}
    found = []
    for new in now.version_counters:
        old = old_rows.get((new.if_index, new.source))
        if new.version != version or old is None:
            continue
        if why := _doubt(ports, old, new, seconds, _VERSION_FIELDS):
            dropped[why] += 1
        else:
            found.append((old, new))
    return found


_VERSION_FIELDS = ("in_octets", "out_octets")
_PORT_FIELDS = (
    *_VERSION_FIELDS,
    "in_packets",
    "out_packets",
    "in_errors",
    "out_errors",
    "in_discards",
    "out_discards",
)
_Row = PortCounters | VersionCounters


def _doubt(ports: _Ports, old: _Row, new: _Row, seconds: float, fields: Sequence[str]) -> Drop | None:
    """Why this row makes no rate, or None."""
    if ports.was_another(new.if_index):
        return "renamed"
    if old.discontinuity != new.discontinuity:
        return "discontinuity"
    moved = [_moved(old, new, name) for name in fields]
    if any(change is not None and change < 0 for change in moved):
        return "decreased"
    return "too_fast" if ports.too_fast(new.if_index, moved[:2], seconds) else None


def _moved(old: _Row, new: _Row, name: str) -> int | None:
    was, is_now = getattr(old, name), getattr(new, name)
    return None if was is None or is_now is None else int(is_now - was)


def _port_rate(port: str, seconds: float, old: PortCounters, new: PortCounters) -> PortRate:
    per_second = {
        name: None if (moved := _moved(old, new, name)) is None else moved / seconds for name in _PORT_FIELDS
    }
    in_octets, out_octets = per_second["in_octets"], per_second["out_octets"]
    return PortRate(
        port=port,
        if_index=new.if_index,
        seconds=seconds,
        in_bps=None if in_octets is None else in_octets * 8,
        out_bps=None if out_octets is None else out_octets * 8,
        in_pps=per_second["in_packets"],
        out_pps=per_second["out_packets"],
        in_errors_ps=per_second["in_errors"],
        out_errors_ps=per_second["out_errors"],
        in_discards_ps=per_second["in_discards"],
        out_discards_ps=per_second["out_discards"],
    )


def _version_rate(port: str, seconds: float, old: VersionCounters, new: VersionCounters) -> VersionRate:
    return VersionRate(
        port=port,
        if_index=new.if_index,
        version=new.version,
        seconds=seconds,
        in_octets=_moved(old, new, "in_octets"),
        out_octets=_moved(old, new, "out_octets"),
        source=new.source,
    )


def _at(reading: Reading) -> datetime:
    return datetime.fromisoformat(reading.polled_at)
