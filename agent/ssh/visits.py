"""Visits to the campus's devices by SSH, and what they told until the next visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from agent.config import AgentSettings, DeviceSettings, ssh_target_of
from agent.privacy import Stations
from agent.ssh.complete import complete
from agent.ssh.hostkeys import KNOWN_HOSTS, KnownHosts
from agent.ssh.platform import Fact, platform_named, platform_of
from agent.ssh.session import SshPool, read_ssh
from agent.ssh.told import SshFacts
from inventory.errors import WanzhaoError
from inventory.log import get_logger
from inventory.reading import Reading, Table

log = get_logger(__name__)

LIVES = 3
"""How many topology intervals an answer of the command line counts: after that nobody knows any more."""

FILLS: dict[Fact, str] = {
    "routes": "ipv6_default_routes",
    "ra": "ipv6_ra_interfaces",
    "addresses": "ipv6_addresses",
    "neighbors": "neighbors",
    "optics": "optics",
    "lldp": "lldp_neighbors",
    "aps": "wireless",
}
"""Which part of a reading each fact of the command line fills."""


class Visits:
    """One agent's SSH sessions. What a device told stays until the next visit, and not much longer."""

    def __init__(self, settings: AgentSettings, stations: Stations) -> None:
        self._settings = settings
        self._stations = stations
        self._told: dict[str, tuple[datetime, SshFacts]] = {}
        self._pool = SshPool(settings.ssh_at_once)

    def completed(self, device: str, reading: Reading, now: datetime) -> Reading:
        """A reading, completed by what the device's command line told last."""
        if device not in self._told:
            return reading
        at, told = self._told[device]
        lives_s = LIVES * self._settings.topology_interval_s
        return complete(reading, told) if (now - at).total_seconds() <= lives_s else reading

    async def visit(
        self, device: DeviceSettings, reading: Reading, known: Reading | None, now: datetime, limit_s: float
    ) -> None:
        """Ask the command line for what SNMP cannot tell. ``known`` is what earlier readings found. A visit
        that fails leaves what the last one told."""
        platform = (device.ssh.platform if device.ssh else "") or platform_of(reading.system)
        if platform is None:
            log.warning("%s: no SSH platform fits this device; name one in the configuration", device.id)
            return
        tables = {**(known.tables if known else {}), **reading.tables}
        wants = [
            fact for fact in platform_named(platform).facts if is_wanted(fact, device.role, reading, tables)
        ]
        if not wants:
            return
        try:
            told = await read_ssh(
                ssh_target_of(device, platform),
                wants,
                known_hosts=KnownHosts.load(self._settings.state_dir / KNOWN_HOSTS),
                pool=self._pool,
                limit_s=limit_s,
                stations=self._stations,
            )
        except WanzhaoError as error:
            log.error("%s", error)
            return
        for note in told.notes:
            log.warning("%s: %s", device.id, note)
        if told.outcome == "ok" or device.id not in self._told:
            self._told[device.id] = (now, told)

    def close(self) -> None:
        """Begin no more visits."""
        self._pool.close()


def is_wanted(fact: Fact, role: str, reading: Reading, tables: Mapping[str, Table]) -> bool:
    """Whether SNMP has said that it cannot tell this fact; access points are asked of controllers alone."""
    if fact == "aps" and role != "wlan_controller":
        return False
    if fact == "version":
        return reading.system.model is None or reading.system.software is None
    table = tables.get(FILLS[fact])
    return table is not None and table.status in ("unsupported", "empty")
