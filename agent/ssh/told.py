"""What a device told over SSH. Ports have the device's own names; agent/ssh/complete.py finds the ifIndex."""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

from inventory.hardware import Optic
from inventory.reading import Ipv6Address, Ipv6Route, LldpNeighbor, Neighbor, System, Table
from inventory.wifi import Wireless

SshOutcome = Literal["ok", "no_answer", "host_key", "login", "refused"]
"""ok: logged in, whatever became of single commands. host_key: unknown or changed, nothing was sent.
login: refused. refused: no common algorithm, a key that cannot be read, a text outside of the list."""

T = TypeVar("T")
OnPort = tuple[str | None, T]
"""A record and the name of the interface that it belongs to."""


class RaState(msgspec.Struct, frozen=True, kw_only=True):
    """IPv6 on one interface; ``sends_ra`` None where the device does not say."""

    interface: str
    enabled: bool | None = None
    sends_ra: bool | None = None
    managed: bool | None = None
    other_config: bool | None = None


class NeighborSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the IPv6 neighbour table before the MAC address becomes a keyed hash. Never stored."""

    interface: str | None
    address: str
    mac: str
    state: str | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer of one command says. None: this command does not speak of it."""

    system: System | None = None
    routes: list[OnPort[Ipv6Route]] | None = None
    neighbors: list[NeighborSeen] | None = None
    addresses: list[OnPort[Ipv6Address]] | None = None
    ra: list[RaState] | None = None
    optics: list[Optic] | None = None
    lldp: list[LldpNeighbor] | None = None
    wireless: Wireless | None = None

    @property
    def rows(self) -> int:
        """How many records there are."""
        lists = (self.routes, self.neighbors, self.addresses, self.ra, self.optics, self.lldp)
        count = sum(len(item) for item in lists if item is not None)
        about = self.system is not None and any(msgspec.structs.astuple(self.system))
        return count + int(about) + len(self.wireless.aps if self.wireless else [])


class SshFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one device told in one session. ``tables`` has the status of each command under "ssh: COMMAND".
    A list is None where no command could tell: an empty one is the device's word."""

    platform: str
    outcome: SshOutcome = "ok"
    seconds: float = 0.0
    system: System = System()
    routes: list[OnPort[Ipv6Route]] | None = None
    neighbors: list[OnPort[Neighbor]] | None = None
    addresses: list[OnPort[Ipv6Address]] | None = None
    ra: list[RaState] | None = None
    optics: list[Optic] | None = None
    lldp: list[LldpNeighbor] | None = None
    wireless: Wireless | None = None
    tables: dict[str, Table] = {}
    notes: list[str] = []
