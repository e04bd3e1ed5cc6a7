"""How many machines each interface has heard today, over IPv4 and over IPv6: counts travel, names never do.

A machine counts once a day and interface, however many addresses it has and however often it comes back. One
that moves between two networks counts at each. The day is the school's, by ``[agent] timezone``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from agent.facts import port_names
from agent.samples import Block
from agent.statefile import read_state, write_state
from inventory.facts import PORT
from inventory.log import get_logger
from inventory.reading import Neighbor, Reading

log = get_logger(__name__)

MOST = 20_000
"""Machines remembered a day, all interfaces together; later ones are not counted in either family, so that
the share stays that of the machines counted."""
IPV4, IPV6 = 1, 2
LIVING = frozenset({"reachable", "stale", "delay", "probe"})
"""ipNetToPhysicalState of an entry that a machine has answered (RFC 4861, 7.3.2)."""
_READ = ("ok", "empty")

Heard = dict[str, dict[str, dict[str, int]]]
"""device -> interface name -> machine (keyed hash) -> IPV4 and IPV6, or'ed"""


class Kept(msgspec.Struct, frozen=True):
    """What is on disk: the day (ISO 8601) and whom it has heard."""

    day: str = ""
    heard: Heard = {}


class StationsToday:
    """The machines of one agent's devices since midnight, on disk too, so that a restart loses none."""

    def __init__(self, path: Path, timezone: str, most: int = MOST) -> None:
        self._path = path
        self._zone = ZoneInfo(timezone)
        self._most = most
        kept = read_state(path, Kept) or Kept()
        self._day, self._heard = kept.day, kept.heard
        self._count = sum(len(found) for ports in self._heard.values() for found in ports.values())
        self._changed = False

    def add(self, device: str, reading: Reading, whole: Reading, slot: int) -> list[Block]:
        """Remember whom a reading that asked for neighbours has heard, and give the day's counts so far, one
        block. ``whole`` is the reading completed by earlier ones, ``slot`` that of the poll.

        A family that the device cannot tell, or an answer that broke off, gives no count of it: what is not
        known is not 0."""
        self._begin_day(slot)
        names = port_names(whole.interfaces)
        ports = self._heard.setdefault(device, {})
        for item in reading.neighbors:
            family = _family(item)
            if family and item.if_index in names:
                self._keep(ports.setdefault(names[item.if_index], {}), item.station, family)
        table = reading.tables.get("neighbors")
        if table is None or table.status not in _READ:
            return []
        tells_ipv4 = reading.neighbor_counts.ipv4 is not None
        return _blocks(ports, tells_ipv4=tells_ipv4, tells_ipv6=_tells_ipv6(reading, whole))

    def save(self) -> None:
        """Write what changed."""
        if self._changed:
            self._changed = not write_state(self._path, Kept(self._day, self._heard))

    def _begin_day(self, slot: int) -> None:
        day = datetime.fromtimestamp(slot, UTC).astimezone(self._zone).date().isoformat()
        if day != self._day:
            self._day, self._heard, self._count, self._changed = day, {}, 0, True

    def _keep(self, port: dict[str, int], station: str, family: int) -> None:
        before = port.get(station)
        if before is None:
            if self._count >= self._most:
                return
            self._count += 1
            if self._count == self._most:
                log.warning("%d machines heard today: no more are counted until midnight", self._most)
        if before is None or before | family != before:
            port[station] = (before or 0) | family
            self._changed = True


def _family(item: Neighbor) -> int:
    """The family that an entry proves to be in use, or 0: of IPv6 only a living entry of 2000::/3 does."""
    if item.version == 4:
        return IPV4
    return IPV6 if item.scope == "global" and item.state in LIVING else 0


def _tells_ipv6(reading: Reading, whole: Reading) -> bool:
    """Whether a device can say who uses IPv6.

    Not one that never says which entries live. A table without any IPv6 proves something only where the
    device has no IPv6 address itself: many fill it with IPv4 alone, and a router hears link-local ones
    at least."""
    if not reading.neighbor_counts.ipv6:
        table = whole.tables.get("ipv6_addresses")
        has_ipv6 = any(item.scope in ("global", "ula") for item in whole.ipv6_addresses)
        is_told = table is not None and table.status in _READ
        return reading.neighbor_counts.ipv6 == 0 and is_told and not has_ipv6
    states = [item.state for item in reading.neighbors if item.version == 6 and item.scope == "global"]
    return not states or any(state not in (None, "unknown") for state in states)


def _blocks(ports: Mapping[str, Mapping[str, int]], *, tells_ipv4: bool, tells_ipv6: bool) -> list[Block]:
    found = {name: list(stations.values()) for name, stations in ports.items() if stations}
    columns: dict[str, list[int | None]] = {}
    if tells_ipv4:
        columns["stations_ipv4"] = [sum(bool(seen & IPV4) for seen in each) for each in found.values()]
    if tells_ipv6:
        columns["stations_ipv6"] = [sum(bool(seen & IPV6) for seen in each) for each in found.values()]
    if tells_ipv4 and tells_ipv6:
        columns["stations"] = [len(each) for each in found.values()]
    if not found or not columns:
        return []
    subjects = [PORT + name for name in found]
    return [Block(subjects, list(columns), [0] * len(columns), list(columns.values()))]
