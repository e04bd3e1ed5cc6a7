"""Whether a device found is one that the register already has, and what has changed about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.discover.boxes import is_serial
from inventory.words import _

State: TypeAlias = Literal["new", "known", "changed"]


@dataclass(frozen=True, slots=True)
class Known:
    """A device of the register or of the agent's configuration."""

    id: str
    address: str | None = None
    serial: str | None = None
    mac: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """``changes`` in words; ``id`` of the known device."""

    state: State
    id: str | None = None
    changes: tuple[str, ...] = ()


def compare(
    known: Sequence[Known], addresses: Collection[str], serial: str | None, mac: str | None
) -> Compared:
    """The known device that this is. The serial number decides, then the MAC address, then the address: a box
    keeps the first two when it moves, and an address passes to the next box."""
    told = serial if is_serial(serial) else None
    by_serial = next((one for one in known if told and _same(one.serial, told)), None)
    by_mac = next((one for one in known if mac and _same(one.mac, mac)), None)
    by_address = next((one for one in known if one.address in addresses), None)
    found = by_serial or by_mac or by_address
    if found is None:
        return Compared("new")
    changes = []
    if found.address and found.address not in addresses:
        changes.append(_("it was at %(address)s") % {"address": found.address})
    if found.serial and serial and not _same(found.serial, serial):
        changes.append(_("another box is there: its serial number was %(serial)s") % {"serial": found.serial})
    return Compared("changed" if changes else "known", found.id, tuple(changes))


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.strip().casefold() == other.strip().casefold()
