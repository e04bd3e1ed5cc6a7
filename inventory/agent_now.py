"""What an agent knows now: of itself, and of each device. Its metrics pages are made of this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.facts import FactValue
from inventory.reading import Outcome, Reading

NOW_POLLS = 3
"""A device that has not answered for so many polls has no values of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceNow:
    """One device of the agent's configuration. ``reading`` is what is known of it, completed by earlier
    polls; ``answered_at`` is when it last answered (seconds since 1970), ``seconds`` how long its last poll
    took, ``polls`` counts outcomes since the start."""

    id: str
    role: str
    reading: Reading | None = None
    answered_at: float | None = None
    seconds: float | None = None
    polls: Mapping[Outcome, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolNow:
    """Batches of both lanes that wait, bytes of their bodies and the bound, when the oldest was made, and
    what was lost or refused since the spool began."""

    backlog: int = 0
    now: int = 0
    body_bytes: int = 0
    limit_bytes: int = 0
    oldest_made_at: float | None = None
    dropped: int = 0
    refused: int = 0
    gaps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkNow:
    """What the uplink did since the start; times in seconds since 1970, bytes of confirmed bodies."""

    shipped: int = 0
    bytes: int = 0
    failures: int = 0
    last_receipt_at: float | None = None
    clock_offset_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNow:
    """One agent. ``probes`` are the facts of its own tests by (subject, key); ``round_at`` is when its last
    round began, ``dropped_rates`` intervals of counters that were left out, by reason."""

    campus: str
    interval_s: int
    version: str
    devices: Mapping[str, DeviceNow]
    spool: SpoolNow = SpoolNow()
    uplink: UplinkNow = UplinkNow()
    probes: Mapping[tuple[str, str], FactValue] = field(default_factory=dict)
    round_at: float | None = None
    round_seconds: float | None = None
    dropped_rates: Mapping[str, int] = field(default_factory=dict)

    def is_live(self, device: DeviceNow, now: float) -> bool:
        """Whether what is known of a device is of now."""
        return device.answered_at is not None and now - device.answered_at <= NOW_POLLS * self.interval_s
