"""One device of the campus asked for real: SNMP first, then the command line for what SNMP cannot tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agent.ap_ports import wanted_macs
from agent.config import AgentSettings, DeviceSettings, target_of
from agent.device import Job
from agent.poll import poll_device
from agent.privacy import Stations
from agent.rounds import Memory
from agent.snmp.choose import engine_named
from agent.snmp.learned import Learned
from inventory.errors import ConfigError
from inventory.reading import Reading
from inventory.words import _

if TYPE_CHECKING:
    from agent.ssh.visits import Visits

SSH_JOB: Job = "topology"
LEARNED = "learned.json"


class Asking:
    """The seam of the rounds, over the network."""

    def __init__(self, settings: AgentSettings, memory: Memory, stations: Stations) -> None:
        self._settings = settings
        self._memory = memory
        self._stations = stations
        self._learned = Learned(settings.state_dir / LEARNED)
        self._visits = _visits(settings, stations)

    async def poll(self, device: DeviceSettings, jobs: frozenset[Job], limit_s: float) -> Reading:
        """One device; never raises for a silent one."""
        target = target_of(device)
        now = datetime.now(UTC)
        reading = await poll_device(
            target,
            now=now,
            jobs=jobs,
            budget_s=limit_s,
            engine=engine_named(self._settings.engine, target),
            stations=self._stations,
            wanted=wanted_macs(self._memory.readings),
            prefixes=device.route_prefixes,
            learned=self._learned,
        )
        if self._visits is None or device.ssh is None or reading.outcome != "ok":
            return reading
        if SSH_JOB in jobs:
            known = self._memory.readings.get(device.id)
            await self._visits.visit(device, reading, known, now, limit_s)
        return self._visits.completed(device.id, reading, now)

    def round_is_over(self) -> None:
        """Write what this round learnt of the devices."""
        self._learned.save()

    def close(self) -> None:
        """Begin no more visits."""
        self._learned.save()
        if self._visits:
            self._visits.close()


def _visits(settings: AgentSettings, stations: Stations) -> Visits | None:
    """SSH, where a device asks for it: it is an extra, and 13 MB of memory that an agent without it saves."""
    if not any(device.ssh for device in settings.device):
        return None
    try:
        from agent.ssh.visits import Visits
    except ImportError as error:
        raise ConfigError(
            _("SSH needs packages that are not installed (%(error)s)") % {"error": error},
            where="agent.device.ssh",
            do=_("install them with: pip install 'wanzhao[ssh]'"),
        ) from error
    return Visits(settings, stations)
