"""What the agent's metrics pages are made of, taken from its memory."""

from __future__ import annotations

from agent.config import AgentSettings
from agent.probing import Probing
from agent.rounds import Memory
from agent.spool import Spool
from agent.uplink import Progress
from inventory.agent_now import AgentNow, DeviceNow, SpoolNow, UplinkNow
from inventory.reading import Outcome
from inventory.version import VERSION

_OUTCOMES: tuple[Outcome, ...] = ("ok", "down", "gap")


def agent_now(
    settings: AgentSettings,
    memory: Memory,
    spool: Spool,
    progress: Progress,
    probing: Probing | None,
    last_round: tuple[float, float] | None,
) -> AgentNow:
    """The agent at this moment; ``last_round`` is when it began (seconds since 1970) and how long it took."""
    depth = spool.depth()
    return AgentNow(
        campus=settings.campus,
        interval_s=settings.poll_interval_s,
        version=VERSION,
        devices={
            device.id: DeviceNow(
                id=device.id,
                role=device.role,
                reading=memory.readings.get(device.id),
                answered_at=memory.done_at.get((device.id, "status")),
                seconds=memory.seconds.get(device.id),
                polls={outcome: memory.polls[device.id, outcome] for outcome in _OUTCOMES},
            )
            for device in settings.device
        },
        spool=SpoolNow(
            backlog=depth.batches,
            now=depth.now_batches,
            body_bytes=depth.body_bytes,
            limit_bytes=settings.spool.max_mib * 2**20,
            oldest_made_at=depth.oldest_made_at,
            dropped=depth.dropped,
            refused=depth.refused,
            gaps=depth.gaps,
        ),
        uplink=UplinkNow(
            shipped=progress.shipped,
            bytes=progress.bytes,
            failures=progress.failures,
            last_receipt_at=progress.last_receipt_at or None,
            clock_offset_s=progress.clock_offset_s,
        ),
        probes=dict(probing.facts) if probing else {},
        round_at=last_round[0] if last_round else None,
        round_seconds=last_round[1] if last_round else None,
        dropped_rates={str(reason): count for reason, count in memory.dropped.items()},
    )
