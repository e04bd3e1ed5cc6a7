"""What every part of a poll works with: the tables read so far, the vendor data, the secrecy of stations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from agent.identify import Identity
from agent.privacy import Stations
from agent.reads import Reads
from agent.vendors.load import VendorFile
from inventory.reading import Reading, Table

Job = Literal["status", "counters", "environment", "topology", "inventory"]
"""status: ports, addresses, routes, access points. counters: octets and errors. environment: processor,
optics, power. topology: neighbours, stations, forwarding tables. inventory: what the device is built of."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device under questioning. ``identity`` is None for a maker that this version does not know;
    ``wanted`` are MAC addresses of access points (aa:bb:cc:dd:ee:ff) whose ports a switch is asked for;
    ``prefixes`` are IPv6 destinations whose routes are asked for beside ::/0."""

    reads: Reads
    identity: Identity | None
    stations: Stations
    wanted: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    @property
    def vendor_file(self) -> VendorFile | None:
        """The vendor's data file, if the maker is known."""
        return self.identity.file if self.identity else None


ReadPart: TypeAlias = Callable[[Device, Reading], Awaitable[Reading]]


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a poll: it belongs to a job, reads its tables and completes the reading. It never raises
    for what a device does."""

    job: Job
    read: ReadPart


def with_part(reading: Reading, name: str, table: Table, **fields: object) -> Reading:
    """The reading with these fields set, and how their reading went under ``tables[name]``."""
    return msgspec.structs.replace(reading, tables={**reading.tables, name: table}, **fields)


def with_note(reading: Reading, note: str) -> Reading:
    """The reading with one more note for people."""
    return msgspec.structs.replace(reading, notes=[*reading.notes, note])
