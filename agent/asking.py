"""One device of the campus asked for real: as the configuration says, with what the campus knows."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.ap_ports import wanted_macs
from agent.config import AgentSettings, DeviceSettings, target_of
from agent.device import Job
from agent.poll import poll_device
from agent.privacy import Stations
from agent.rounds import Memory, Poll
from agent.snmp.choose import engine_named
from inventory.reading import Reading


def poller(settings: AgentSettings, memory: Memory, stations: Stations) -> Poll:
    """The seam of the rounds, over the network."""

    async def poll(device: DeviceSettings, jobs: frozenset[Job], limit_s: float) -> Reading:
        target = target_of(device)
        return await poll_device(
            target,
            now=datetime.now(UTC),
            jobs=jobs,
            budget_s=limit_s,
            engine=engine_named(settings.engine, target),
            stations=stations,
            wanted=wanted_macs(memory.readings),
        )

    return poll
